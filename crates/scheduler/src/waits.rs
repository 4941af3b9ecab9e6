//! Moves that let a task wait, for values that may fall when something starts later: levelling, affinity, disruption.

use crate::draws::Draws;
use crate::goal::Goal;
use crate::layout::Layout;
use crate::state::State;

/// Changes until when a drawn task waits: not at all, until a task starts with which it belongs together, until it was planned to start,
/// until another task starts or ends, or a little longer than now; false when it stays as it is.
pub(crate) fn change(layout: &Layout<'_>, goal: &Goal, trial: &mut State, draws: &mut Draws) -> bool {
    let task = draws.below(layout.tasks());
    if layout.frozen[task].is_some() {
        return false;
    }
    let wait = match draws.below(5) {
        0 => 0,
        1 => together(goal, trial, task as u32, draws),
        2 => goal.planned.iter().find(|it| it.0 == task as u32).map_or(0, |it| it.1),
        3 => {
            let other = draws.below(layout.tasks());
            if draws.word() & 1 == 0 { trial.start[other] } else { trial.end[other] }
        }
        _ => {
            let length = trial.end[task] - trial.start[task];
            trial.start[task] + 1 + draws.below(2 * length as usize + 1) as u32
        }
    };
    // Whatever waits until the horizon ends within twice of it.
    let wait = wait.min(layout.horizon() as u32);
    std::mem::replace(&mut trial.wait[task], wait) != wait
}

/// The start of a task that is in a group with this one; 0 where there is none.
fn together(goal: &Goal, trial: &State, task: u32, draws: &mut Draws) -> u32 {
    let first = goal.memberships.partition_point(|it| it.0 < task);
    let count = goal.memberships[first..].iter().take_while(|it| it.0 == task).count();
    if count == 0 {
        return 0;
    }
    let (members, ..) = &goal.groups[goal.memberships[first + draws.below(count)].1 as usize];
    trial.start[members[draws.below(members.len())] as usize]
}
