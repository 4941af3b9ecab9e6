//! What a search changes and compares: the choices that make a schedule, and the schedule.

use crate::layout::Layout;
use crate::limits::NONE;

/// A list, a mode for each task, and the schedule that they give.
#[derive(Debug, Clone)]
pub(crate) struct State {
    /// Tasks, each after its predecessors.
    pub list: Vec<u32>,
    /// Where each task is in the list.
    pub position: Vec<u32>,
    /// The mode of each task, numbered through all tasks.
    pub mode: Vec<u32>,
    pub start: Vec<u32>,
    pub end: Vec<u32>,
    /// In shops, the task before it on its machine.
    pub before: Vec<u32>,
    pub makespan: u32,
    pub value: u64,
    /// What the search makes small: the value, and a penalty for what is late.
    pub energy: u64,
    /// Units of time behind deadlines.
    pub late: u64,
    /// Before when a task does not start though it could; empty where nothing is won by it.
    pub wait: Vec<u32>,
    /// (task, start, end) of the parts of tasks that are split, in the order of the list.
    pub parts: Vec<(u32, u32, u32)>,
    /// The list is one of the mirrored problem, in which time runs backwards and tasks come before their predecessors.
    pub is_list_mirrored: bool,
    /// The schedule is one of the mirrored problem.
    pub is_mirrored: bool,
}

impl State {
    pub fn new(layout: &Layout<'_>) -> Self {
        let zeros = vec![0; layout.tasks()];
        Self {
            list: layout.order.to_vec(),
            position: zeros.clone(),
            mode: (0..layout.tasks()).map(|task| layout.modes.of(task)[0]).collect(),
            start: zeros.clone(),
            end: zeros,
            before: vec![NONE; layout.tasks()],
            makespan: 0,
            value: 0,
            energy: 0,
            late: 0,
            wait: Vec::new(),
            parts: Vec::new(),
            is_list_mirrored: false,
            is_mirrored: false,
        }
    }

    /// Makes this the other's choice; its schedule is left as it is.
    pub fn choose_as(&mut self, other: &Self) {
        self.list.copy_from_slice(&other.list);
        self.position.copy_from_slice(&other.position);
        self.mode.copy_from_slice(&other.mode);
        self.is_list_mirrored = other.is_list_mirrored;
        if !other.wait.is_empty() {
            self.wait.clone_from(&other.wait);
            // Where tasks are now is where others wait for.
            self.start.copy_from_slice(&other.start);
            self.end.copy_from_slice(&other.end);
        }
    }

    /// How good the schedule is: what is late goes before everything else.
    pub fn score(&self) -> Score {
        Score { late: self.late, value: self.value }
    }

    /// Makes the positions those of the list.
    pub fn number(&mut self) {
        self.list.iter().zip(0..).for_each(|(task, at)| self.position[*task as usize] = at);
    }
}

/// Less is better, and deadlines go first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Score {
    /// Units of time behind deadlines.
    pub late: u64,
    pub value: u64,
}
