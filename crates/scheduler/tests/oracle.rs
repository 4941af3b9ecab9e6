//! The solver, the bounds and the checker against every schedule of tiny problems.
// Clippy lets tests unwrap, but not the helpers they share.
#![allow(clippy::unwrap_used)]

mod support;

use ketflow_scheduler::bounds::{Bound, Pool, Proof, lower_bound};
use ketflow_scheduler::{Method, Objective, Options, Problem, Unmonitored, check, check_bound, solve};
use proptest::prelude::*;
use support::{optimum, problems, tardiness};

fn options(objective: Objective, method: Method, seed: u64) -> Options {
    Options {
        method,
        objective: Some(objective),
        iterations: Some(3_000),
        restart_iterations: Some(300),
        seed,
        ..Options::default()
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn the_solver_finds_the_optimum_and_the_bound_is_not_above(problem in problems(5, 2), seed in 0u64..1 << 53) {
        let (makespan, cost) = optimum(&problem);
        for (objective, best) in [(Objective::Makespan, makespan), (Objective::TotalWeightedTardiness, cost)] {
            for method in [Method::Auto, Method::Genetic] {
                let result = solve(&problem, &options(objective, method, seed), &mut Unmonitored).unwrap();
                prop_assert_eq!(check(&problem, &result.tasks), Ok(()));
                prop_assert_eq!(result.value, best);
                prop_assert!(result.lower_bound <= best);
            }
        }
    }

    /// The checker knows nothing of how a bound was found; what it accepts no schedule undercuts, and a bound that is one higher it
    /// does not accept.
    #[test]
    fn bounds_are_proved(problem in problems(5, 2), raise in 1u64..3, from in 0u32..8, length in 1u32..8) {
        let (makespan, cost) = optimum(&problem);
        for (objective, best) in [(Objective::Makespan, makespan), (Objective::TotalWeightedTardiness, cost)] {
            let bound = lower_bound(&problem, objective);
            prop_assert!(bound.value <= best);
            prop_assert!(check_bound(&problem, objective, &bound));
            // Any proof whatever of a value above the optimum is none.
            let value = best + raise;
            let pools = [Pool::Resource(0), Pool::Exclusive(1), Pool::Machine(0), Pool::Machine(1), Pool::Machines];
            let energies = pools.map(|pool| Proof::Energy { pool, from, until: from + length });
            for proof in energies.into_iter().chain([bound.proof, Proof::EarliestEnds, Proof::Path { tasks: vec![0] }]) {
                let above = Bound { value, proof };
                prop_assert!(!check_bound(&problem, objective, &above));
            }
        }
    }

    #[test]
    fn bounds_of_larger_problems_are_proved(problem in problems(40, 2)) {
        for objective in [Objective::Makespan, Objective::TotalWeightedTardiness] {
            prop_assert!(check_bound(&problem, objective, &lower_bound(&problem, objective)));
        }
    }

    #[test]
    fn results_are_schedules_with_the_values_they_claim(problem in problems(40, 3), seed in 0u64..1 << 53) {
        for objective in [Objective::Makespan, Objective::TotalWeightedTardiness] {
            for method in [Method::Auto, Method::Anneal, Method::Genetic, Method::PriorityRule] {
                let options = Options { method, objective: Some(objective), iterations: Some(200), seed, ..Options::default() };
                let result = solve(&problem, &options, &mut Unmonitored).unwrap();
                prop_assert_eq!(check(&problem, &result.tasks), Ok(()));
                let ends: Vec<u32> = result.tasks.iter().map(|place| place.end).collect();
                prop_assert_eq!(Some(result.makespan), ends.iter().copied().max());
                let value = match objective {
                    Objective::Makespan => u64::from(result.makespan),
                    _ => tardiness(&problem, &ends),
                };
                prop_assert_eq!(result.value, value);
                prop_assert!(result.lower_bound <= value);
                prop_assert!((0.0..=1.0).contains(&result.gap()));
                prop_assert_eq!(chain_fault(&problem, &result), None);
            }
        }
    }
}

/// Why the critical path is no chain of tasks that hold each other up, from the front of the schedule to its end.
fn chain_fault(problem: &Problem, result: &ketflow_scheduler::ScheduleResult) -> Option<String> {
    let path: Vec<usize> = result.critical_path.iter().map(|task| *task as usize).collect();
    let (first, last) = (*path.first()?, *path.last()?);
    if result.tasks[last].end != result.makespan {
        return Some("it does not reach the end".to_owned());
    }
    let start = result.tasks[first].start;
    if start != 0 && start != problem.tasks[first].release {
        return Some(format!("it begins at {start}"));
    }
    let mode = |task: usize| &problem.tasks[task].modes[result.tasks[task].mode as usize];
    path.windows(2).find_map(|pair| {
        let (before, after) = (pair[0], pair[1]);
        let shares = mode(before).demands.iter().any(|a| mode(after).demands.iter().any(|b| a.resource == b.resource));
        let is_on_machine = mode(before).machine.is_some() && mode(before).machine == mode(after).machine;
        let is_link = problem.tasks[after].after.contains(&(before as u32)) || is_on_machine || shares;
        let is_tight = result.tasks[before].end == result.tasks[after].start;
        (!is_link || !is_tight).then(|| format!("{before} does not hold {after} up"))
    })
}
