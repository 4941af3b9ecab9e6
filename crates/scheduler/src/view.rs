//! What a problem calls its tasks, machines and resources: a result holds their indices only.

use crate::problem::{Objective, Problem};

/// JSON `{objective, tasks: [{id, modes, after}], machines: [name], resources: [{name, capacity}]}`, each list in the order of the
/// indices; `modes` is their number, `after` are indices.
pub fn to_json(problem: &Problem) -> String {
    let objective = problem.objective.unwrap_or(Objective::Makespan);
    let name = Objective::ALL.iter().find(|(_, known)| *known == objective).map_or("mix", |(name, _)| *name);
    let tasks = problem.tasks.iter();
    let resources = problem.resources.iter();
    serde_json::json!({
        "objective": name,
        "tasks": tasks
            .map(|task| serde_json::json!({ "id": task.id, "modes": task.modes.len(), "after": task.after }))
            .collect::<Vec<_>>(),
        "machines": problem.machines,
        "resources": resources
            .map(|resource| serde_json::json!({ "name": resource.name, "capacity": resource.capacity }))
            .collect::<Vec<_>>(),
    })
    .to_string()
}
