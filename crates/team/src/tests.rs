//! The team by itself: every piece once, by all of its threads, and no deadlock when one of them fails.

use super::*;

#[test]
fn every_piece_is_done_once_by_any_number_of_threads() {
    for threads in [1, 2, 3, 4, 9] {
        with_helpers(threads, |team| {
            team.begin(threads);
            for pieces in [0, 1, 2, 3, 7, 64, 1000] {
                for _ in 0..20 {
                    let done: Vec<AtomicU32> = (0..pieces).map(|_| AtomicU32::new(0)).collect();
                    let all: Result<(), ()> =
                        team.share(pieces, &|piece| _ = done[piece].fetch_add(1, Relaxed), |_| Ok(()));
                    assert_eq!(all, Ok(()));
                    assert!(done.iter().all(|count| count.load(Relaxed) == 1), "{threads} threads, {pieces} pieces");
                }
            }
            let pieces: u64 = team.usage().iter().map(|thread| thread.pieces).sum();
            assert_eq!((team.usage().len(), pieces), (threads as usize, 20 * 1077));
        });
    }
}

#[test]
fn all_threads_work_at_the_same_time() {
    with_helpers(3, |team| {
        team.begin(3);
        // No piece ends before all three have begun: one thread less and this would never return.
        let begun = AtomicU32::new(0);
        let wait_for_all = |_| {
            begun.fetch_add(1, SeqCst);
            while begun.load(SeqCst) < 3 {
                std::thread::yield_now();
            }
        };
        assert_eq!(team.share(3, &wait_for_all, |_| Ok::<(), ()>(())), Ok(()));
        assert_eq!(team.usage().iter().map(|thread| thread.pieces).collect::<Vec<_>>(), [1, 1, 1]);
    });
}

#[test]
fn a_leader_that_is_stopped_leaves_the_rest_undone() {
    with_helpers(2, |team| {
        team.begin(2);
        let done = AtomicU32::new(0);
        let slow = |_| {
            done.fetch_add(1, SeqCst);
            std::thread::sleep(std::time::Duration::from_millis(1));
        };
        assert_eq!(team.share(1 << 20, &slow, |_| Err("stop")), Err("stop"));
        let before = done.load(SeqCst);
        assert!(before < 1000, "{before} pieces after the leader's first");
        assert_eq!(team.share(1, &|_| (), |_| Ok::<(), ()>(())), Ok(()), "the team goes on");
    });
}

#[test]
fn a_run_of_fewer_threads_leaves_the_other_helpers_alone() {
    with_helpers(4, |team| {
        team.begin(2);
        let slow = |_| std::thread::sleep(std::time::Duration::from_micros(10));
        assert_eq!(team.share(500, &slow, |_| Ok::<(), ()>(())), Ok(()));
        team.begin(9);
        assert_eq!(team.threads(), 4, "there are no more");
    });
}

#[test]
fn a_helper_that_is_lost_in_a_piece_stops_the_leader() {
    let team = Team::alone();
    let (early, late) = (team.enrol(), team.enrol());
    assert_eq!((early, late), (Some(1), Some(2)));
    team.begin(3);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            team.lose_helper(2); // Between two tasks nobody misses it.
            while !team.enter(1) {
                std::thread::yield_now();
            }
            team.lose_helper(1);
        });
        let wait = |_| {
            while !team.is_broken.load(SeqCst) {
                std::thread::yield_now();
            }
        };
        let share = || team.share(1, &wait, |_| Ok::<(), ()>(()));
        assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(share)).is_err());
    });
}

#[test]
fn a_panic_in_a_helper_reaches_the_leader() {
    let outcome = std::panic::catch_unwind(|| {
        with_helpers(2, |team| {
            team.begin(2);
            let leader = std::thread::current().id();
            let fails_elsewhere = |_: usize| {
                assert_eq!(std::thread::current().id(), leader, "on purpose");
                std::thread::sleep(std::time::Duration::from_micros(100));
            };
            for _ in 0..1000 {
                let _ = team.share(100, &fails_elsewhere, |_| Ok::<(), ()>(()));
            }
        });
    });
    assert!(outcome.is_err());
}

#[test]
fn a_leader_that_waits_for_a_long_piece_looks_after_its_caller() {
    with_helpers(2, |team| {
        team.begin(2);
        // The helper's piece ends only when the leader, which has nothing left to do, has been called while it waits.
        let (is_taken, is_over) = (AtomicBool::new(false), AtomicBool::new(false));
        let long = |_| {
            is_taken.store(true, SeqCst);
            while !is_over.load(SeqCst) {
                std::thread::yield_now();
            }
        };
        let own = |_| {
            while !is_taken.load(SeqCst) {
                std::thread::yield_now();
            }
            Ok::<(), ()>(())
        };
        assert_eq!(team.share_long(2, &long, own, || is_over.store(true, SeqCst)), Ok(()));
        let [leader, helper] = team.usage()[..] else { panic!("two threads") };
        assert_eq!((leader.pieces, helper.pieces), (1, 1));
        assert!(leader.ms >= WAIT.as_secs_f64() * 1e3, "the leader's wait counts: {leader:?}");
    });
}
