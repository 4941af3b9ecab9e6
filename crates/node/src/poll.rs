//! The caller's function as the monitor of each engine.

use napi::bindgen_prelude::{FnArgs, Function};

type OnPoll<'a> = Function<'a, FnArgs<(f64, f64, Option<f64>)>, u32>;

/// Asks the caller, on its own thread.
pub struct Poll<'f, 'a>(&'f OnPoll<'a>);

enum Wish {
    Continue,
    Cancel,
    Finish,
}

impl<'f, 'a> Poll<'f, 'a> {
    pub fn new(poll: &'f OnPoll<'a>) -> Self {
        Self(poll)
    }

    fn ask(&self, done: u64, total: u64, best: Option<f64>) -> Wish {
        match self.0.call((done as f64, total as f64, best).into()) {
            Ok(0) => Wish::Continue,
            Ok(2) => Wish::Finish,
            _ => Wish::Cancel,
        }
    }
}

impl ketflow_statevector::Monitor for Poll<'_, '_> {
    fn poll(&mut self, done: u64, total: u64) -> Result<(), ketflow_statevector::Interrupted> {
        match self.ask(done, total, None) {
            Wish::Continue => Ok(()),
            _ => Err(ketflow_statevector::Interrupted),
        }
    }
}

impl ketflow_qnet::Monitor for Poll<'_, '_> {
    fn poll(&mut self, done: u64, total: u64) -> Result<(), ketflow_qnet::Interrupted> {
        match self.ask(done, total, None) {
            Wish::Continue => Ok(()),
            _ => Err(ketflow_qnet::Interrupted),
        }
    }
}

impl ketflow_annealer::Monitor for Poll<'_, '_> {
    fn poll(
        &mut self,
        ketflow_annealer::Progress { done, total, best }: ketflow_annealer::Progress,
    ) -> Result<ketflow_annealer::Next, ketflow_annealer::Interrupted> {
        match self.ask(done, total, best) {
            Wish::Continue => Ok(ketflow_annealer::Next::Continue),
            Wish::Finish => Ok(ketflow_annealer::Next::Finish),
            Wish::Cancel => Err(ketflow_annealer::Interrupted),
        }
    }
}

impl ketflow_scheduler::Monitor for Poll<'_, '_> {
    fn poll(&mut self, progress: ketflow_scheduler::Progress) -> ketflow_scheduler::Answer {
        match self.ask(progress.done, progress.total, Some(progress.best as f64)) {
            Wish::Continue => ketflow_scheduler::Answer::Continue,
            Wish::Finish => ketflow_scheduler::Answer::Finish,
            Wish::Cancel => ketflow_scheduler::Answer::Cancel,
        }
    }
}
