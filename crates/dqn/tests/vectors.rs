//! Whole trainings with their recorded networks: every build must learn the same bytes.
//!
//! `KETFLOW_WRITE_VECTORS=1 cargo test -p ketflow-dqn --test vectors` rewrites them.
// Clippy lets tests unwrap, but not the helpers they share.
#![allow(clippy::unwrap_used)]

use ketflow_dqn::{NamedEnvironment, Options, Trainer, evaluate};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

fn train(environment: &Value, options: &Value) -> Trainer<NamedEnvironment> {
    let environment = NamedEnvironment::from_json(&environment.to_string()).unwrap();
    let mut trainer = Trainer::new(environment, Options::from_json(&options.to_string()).unwrap()).unwrap();
    while trainer.advance(1000) > 0 {}
    trainer
}

#[test]
fn trainings_learn_their_recorded_networks() {
    let cart = json!({ "name": "cart-pole" });
    let queue = json!({
        "name": "dispatch-queue", "arrivalRate": 1.5, "serviceRates": [1, 0.6, 0.4], "capacity": 10, "rejectionCost": 20,
        "jobs": 200,
    });
    let cases: Vec<Value> = [
        (&cart, json!({ "seed": 1, "steps": 1500 })),
        (
            &cart,
            json!({ "seed": 2, "steps": 1400, "hidden": [33], "dueling": false, "double": false, "nStep": 1,
                "target": { "hard": 100 }, "priorityExponent": 0, "evaluateEvery": 700, "evaluationEpisodes": 2 }),
        ),
        (
            &queue,
            json!({ "seed": 3, "steps": 1600, "hidden": [80, 17],
                "exploration": { "boltzmann": { "from": 5, "to": 0.5, "steps": 1000 } } }),
        ),
    ]
    .into_iter()
    .map(|(environment, options)| {
        let trainer = train(environment, &options);
        let network = trainer.policy().to_net_json();
        let mean = evaluate(&mut trainer.environment().clone(), &mut trainer.policy(), 3, 1 << 53).mean();
        let sha256 = format!("{:x}", Sha256::digest(network));
        json!({ "environment": environment, "options": options, "episodes": trainer.episodes().len(),
            "meanReturn": mean, "sha256": sha256 })
    })
    .collect();
    let made = json!({ "cases": cases });
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../test/vectors/dqn/trainings.json");
    if std::env::var_os("KETFLOW_WRITE_VECTORS").is_some() {
        std::fs::write(path, serde_json::to_string_pretty(&made).unwrap() + "\n").unwrap();
    }
    let recorded: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    assert_eq!(recorded, made);
}

#[test]
fn environments_that_are_none_are_refused() {
    for (text, expected) in [
        (r#"{"name":"cart-pole","jobs":1}"#, "unknown field `jobs`"),
        (r#"{"name":"pong"}"#, "unknown variant `pong`, expected `cart-pole` or `dispatch-queue`"),
        ("[]", "environment: "),
        (
            r#"{"name":"dispatch-queue","arrivalRate":1,"serviceRates":[],"capacity":1,"rejectionCost":0,"jobs":1}"#,
            "serviceRates has 0 numbers; give 1 to 64, one per server",
        ),
    ] {
        let message = NamedEnvironment::from_json(text).unwrap_err().to_string();
        assert!(message.contains(expected), "{message}");
    }
}
