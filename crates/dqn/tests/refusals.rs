//! Options out of range and checkpoints that are none are refused with the reason.
#![allow(clippy::unwrap_used)]

use ketflow_dqn::{CartPole, DispatchQueue, Options, QueueOptions, Trainer};

#[test]
fn options_are_refused_with_field_value_and_range() {
    for (text, expected) in [
        (r#"{"nStep": 0}"#, "nStep is 0; give 1 to 1000"),
        (r#"{"gamma": 1.5}"#, "gamma is 1.5; give 0 to 1"),
        (r#"{"hidden": [64, 0]}"#, "hidden is 0; give 1 to 4096"),
        (r#"{"batchSize": 0}"#, "batchSize is 0; give 1 to 65536"),
        (r#"{"trainEvery": 0}"#, "trainEvery is 0; give at least 1"),
        (r#"{"target": {"soft": 0}}"#, "target.soft is 0; give 0.000"),
        (r#"{"target": {"hard": 0}}"#, "target.hard is 0; give at least 1"),
        (
            r#"{"exploration": {"boltzmann": {"from": 1, "to": 0, "steps": 9}}}"#,
            "exploration.boltzmann.to is 0; give at",
        ),
        (
            r#"{"exploration": {"epsilon-greedy": {"from": 2, "to": 0, "steps": 9}}}"#,
            "exploration.epsilon-greedy.from is 2",
        ),
        (r#"{"learningRate": {"from": -1, "to": 0, "steps": 9}}"#, "learningRate.from is -1; give at least 0"),
        (r#"{"momentum": 1}"#, "options: unknown field `momentum`"),
        (r#"{"target": "none"}"#, "options: "),
    ] {
        let error = Options::from_json(text).unwrap_err();
        assert_eq!(error.code.as_str(), "invalid-input");
        assert!(error.message.starts_with(expected), "{text}: {error}");
    }
    assert!(Options { gamma: f64::NAN, ..Options::default() }.check().is_err());
    assert_eq!(Options::from_json("{}").unwrap(), Options::default());
    let huge = Options { buffer_size: 1 << 40, ..Options::default() };
    let error = Trainer::new(CartPole::default(), huge).unwrap_err();
    assert_eq!(error.code.as_str(), "too-large");
    assert!(error.message.ends_with("give at most 14128181"), "{error}");
}

#[test]
fn queues_are_refused_with_field_and_value() {
    let good =
        QueueOptions { arrival_rate: 1.0, service_rates: vec![1.0, 2.0], capacity: 5, rejection_cost: 1.0, jobs: 10 };
    assert!(DispatchQueue::new(good.clone()).is_ok());
    for (options, expected) in [
        (QueueOptions { service_rates: vec![], ..good.clone() }, "serviceRates has 0 numbers; give 1 to 64"),
        (QueueOptions { service_rates: vec![1.0, 0.0], ..good.clone() }, "serviceRates[1] is 0; give a finite"),
        (QueueOptions { arrival_rate: 0.001, ..good.clone() }, "arrivalRate is 0.001; give a finite number, at least"),
        (QueueOptions { arrival_rate: f64::NAN, ..good.clone() }, "arrivalRate is NaN"),
        (QueueOptions { capacity: 0, ..good.clone() }, "capacity or jobs is 0"),
        (QueueOptions { rejection_cost: -1.0, ..good }, "rejectionCost is -1"),
    ] {
        let error = DispatchQueue::new(options).unwrap_err();
        assert!(error.message.starts_with(expected), "{error}");
    }
}

fn checkpoint() -> Vec<u8> {
    let options =
        Options { hidden: vec![3], batch_size: 4, buffer_size: 20, learning_starts: 10, ..Options::default() };
    let mut trainer = Trainer::new(CartPole::default(), options).unwrap();
    trainer.advance(50);
    trainer.checkpoint().unwrap()
}

#[test]
fn every_flipped_byte_and_every_cut_is_seen() {
    let bytes = checkpoint();
    assert!(Trainer::<CartPole>::resume(&bytes).is_ok());
    for index in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[index] ^= 1 << (index % 8);
        assert!(Trainer::<CartPole>::resume(&changed).is_err(), "byte {index}");
        assert!(Trainer::<CartPole>::resume(&bytes[..index]).is_err(), "cut at {index}");
    }
    let other = [b"KFDQN/2\0", &bytes[8..]].concat();
    assert_eq!(Trainer::<CartPole>::resume(&other).unwrap_err().code.as_str(), "unsupported");
    assert_eq!(Trainer::<CartPole>::resume(b"{}").unwrap_err().code.as_str(), "invalid-input");
}

/// A right checksum makes no checkpoint: what was put together from parts of others is refused, and nothing panics.
#[test]
fn parts_that_do_not_fit_are_refused() {
    let bytes = checkpoint();
    let body = &bytes[8..bytes.len() - 4];
    let crc = crc::Crc::<u32>::new(&crc::CRC_32_ISO_HDLC);
    let mut refused = 0;
    for index in 0..body.len() {
        for flip in [1, 0x80, 0xff] {
            let mut changed = body.to_vec();
            changed[index] ^= flip;
            let sum = crc.checksum(&changed).to_le_bytes();
            match Trainer::<CartPole>::resume(&[b"KFDQN/1\0", changed.as_slice(), &sum].concat()) {
                Ok(mut trainer) => {
                    trainer.advance(20);
                }
                Err(_) => refused += 1,
            }
        }
    }
    assert!(refused > 100, "{refused}");
}
