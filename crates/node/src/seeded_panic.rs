//! Panics on purpose, for `test/e2e/native-panic.test.ts`: built with the feature `seeded-panic` alone.

use ketflow_team::Team;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::SeqCst;
use std::thread::{current, yield_now};

/// Panics in place of a run with seed 1001, and in its helper with seed 1002.
pub fn strike(team: &Team, options: &str) {
    assert!(!options.contains("\"seed\":1001"), "seeded in the leader");
    if options.contains("\"seed\":1002") {
        in_a_helper(team);
    }
}

fn in_a_helper(team: &Team) {
    team.begin(2);
    assert_eq!(team.threads(), 2, "there is no helper");
    let leader = current().id();
    let has_struck = AtomicBool::new(false);
    let piece = |_| {
        if current().id() != leader {
            has_struck.store(true, SeqCst);
            panic!("seeded in a helper");
        }
        while !has_struck.load(SeqCst) {
            yield_now();
        }
    };
    let _ = team.share(2, &piece, |_| Ok::<(), ()>(()));
}
