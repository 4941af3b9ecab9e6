//! An evaluator is asked on the event loop: its calls take no memory.
// Clippy lets tests unwrap, but not the helpers they share.
#![allow(clippy::unwrap_used)]

use ketflow_qnet::{Evaluator, read};
use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

struct Counting;

static TAKEN: AtomicUsize = AtomicUsize::new(0);

// SAFETY: all calls go to the system's allocator as they came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        TAKEN.fetch_add(1, Ordering::Relaxed);
        // SAFETY: as the caller promises.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as the caller promises.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The only test of this file: others beside it would take memory meanwhile.
#[test]
fn calls_take_none() {
    let source = include_bytes!("../../../bench/workloads/networks/qnet-router.net.json");
    let document = read(source).unwrap();
    let states = document.states.unwrap();
    let mut evaluator = Evaluator::new(document.network, 70).unwrap();
    let before = TAKEN.load(Ordering::Relaxed);
    let mut sum = 0.0;
    for count in [1, 70, 33, 1] {
        for k in 0..count {
            evaluator.states()[64 * k..][..64].copy_from_slice(states.row(k));
        }
        sum += evaluator.evaluate(count).unwrap()[0];
    }
    assert_eq!(TAKEN.load(Ordering::Relaxed), before);
    assert!(sum.is_finite());
}
