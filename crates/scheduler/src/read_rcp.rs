//! Projects as Patterson wrote them: `n R`, R capacities, then for each task its duration, R demands, the number of its successors
//! and their numbers from 1. Line breaks do not matter.
//!
//! Source: Patterson, "A comparison of exact approaches for solving the multiple constrained resource, project scheduling problem",
//! Management Science 30 (1984); the layout as PSPLIB (Kolisch, Sprecher, EJOR 96, 1997) converts to it.

use crate::limits::*;
use crate::problem::{Demand, Description, Mode, Problem, Resource, Task};
use crate::words::Words;
use ketflow_error::Error;

pub(crate) fn read(text: &str) -> Result<Problem, Error> {
    let mut words = Words::all(text);
    let count = words.count("the number of tasks", MAX_TASKS)?;
    let resources = words.number("the number of resources", MAX_RESOURCES as u32)?;
    let mut problem = Description::default();
    for k in 1..=resources {
        let capacity = words.number(&format!("the capacity of resource {k}"), MAX_CAPACITY)?;
        problem.resources.push(Resource { name: k.to_string(), capacity });
    }
    let mut places = Vec::with_capacity(count);
    // Successors name tasks that come later in the file.
    let mut links = Vec::new();
    for id in 1..=count {
        let word = words.next(&format!("the duration of task {id}"))?;
        places.push(word.place());
        let mut mode = Mode { duration: word.number("duration", MAX_TIME)?, ..Mode::default() };
        for (resource, k) in (0..resources).zip(1..) {
            let word = words.next(&format!("the demand of task {id} on resource {k}"))?;
            let capacity = problem.resources[resource as usize].capacity;
            match word.number("demand", MAX_CAPACITY)? {
                0 => {}
                amount if amount > capacity => {
                    let message = format!("task {id} demands {amount} of resource {k}, whose capacity is {capacity}");
                    return Err(word.wrong(message));
                }
                amount => mode.demands.push(Demand { resource, amount }),
            }
        }
        problem.tasks.push(Task::new(id.to_string(), vec![mode]));
        let successors = words.number(&format!("the number of successors of task {id}"), count as u32)?;
        for _ in 0..successors {
            let word = words.next(&format!("a successor of task {id}"))?;
            match word.number("successor", MAX_TASKS as u32)? as usize {
                next if next == id => return Err(word.wrong(format!("task {id} cannot come after itself"))),
                next if (1..=count).contains(&next) => links.push((id as u32 - 1, next - 1)),
                next => return Err(word.wrong(format!("successor {next} is not one of the tasks 1 to {count}"))),
            }
        }
    }
    words.nothing_more(&format!("the last of {count} tasks"))?;
    links.into_iter().for_each(|(task, next)| problem.tasks[next].after.push(task));
    Problem::placed(problem, |task| places.get(task).copied())
}
