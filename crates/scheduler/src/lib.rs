//! Resource-constrained projects and (flexible) job shops: their text formats, annealing over activity lists, lower bounds and an
//! independent checker of schedules.
//!
//! A run is a sequence of schedules, a pure function of (problem, options, seed), and a budget only cuts it off: a run that was
//! finished early has the bytes of a run with the budget that it used.

mod anneal;
pub mod bounds;
pub mod check;
mod check_bound;
mod check_features;
mod critical;
mod decode;
mod description;
mod draws;
mod estimate;
pub mod features;
mod genetic;
mod goal;
mod graph;
mod layout;
pub mod limits;
mod measure;
mod monitor;
mod moves;
mod neighbours;
pub mod objective;
mod options;
mod plan;
pub mod problem;
mod profile;
pub mod read;
mod read_features;
mod read_json;
mod read_rcp;
mod read_shop;
mod restart;
mod result;
mod room;
mod search;
mod shop;
mod solve;
mod starts;
mod state;
mod tabu;
mod view;
mod waits;
#[cfg(target_arch = "wasm32")]
mod wasm;
mod words;
mod yard;

pub use check::{Part, Placed, Violation, check, check_split};
pub use check_bound::check_bound;
pub use estimate::{Estimate, estimate};
pub use ketflow_error::{Error, ErrorCode, RunError};
pub use measure::{lateness, measure};
pub use monitor::{Answer, Monitor, Progress, Unmonitored};
pub use objective::{Components, Objective, Weights};
pub use options::{Method, Options};
pub use problem::{Description, Problem};
pub use result::{ScheduleResult, Work};
pub use solve::solve;
pub use view::to_json as view;
