//! Lists of lists in one array, and orders of a precedence graph.

/// Items of k, for each k, one array behind the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Lists<T> {
    first: Vec<u32>,
    items: Vec<T>,
}

impl<T> Lists<T> {
    pub fn collect<I: IntoIterator<Item = T>>(rows: impl IntoIterator<Item = I>) -> Self {
        let (mut first, mut items) = (vec![0], Vec::new());
        for row in rows {
            items.extend(row);
            first.push(items.len() as u32);
        }
        Self { first, items }
    }

    #[inline]
    pub fn of(&self, k: usize) -> &[T] {
        &self.items[self.first[k] as usize..self.first[k + 1] as usize]
    }

    /// Where the items of k are among all of them.
    #[inline]
    pub fn range(&self, k: usize) -> std::ops::Range<usize> {
        self.first[k] as usize..self.first[k + 1] as usize
    }

    pub fn rows(&self) -> usize {
        self.first.len() - 1
    }
}

impl Lists<u32> {
    /// For each k the rows in which it stands, ascending.
    pub fn transposed(&self) -> Self {
        let mut rows = vec![Vec::new(); self.rows()];
        for row in 0..self.rows() {
            self.of(row).iter().for_each(|item| rows[*item as usize].push(row as u32));
        }
        Self::collect(rows)
    }
}

/// An order in which every task comes after its predecessors, or the tasks of a cycle, each after its predecessor.
pub(crate) fn topological_order(preds: &Lists<u32>, succs: &Lists<u32>) -> Result<Vec<u32>, Vec<u32>> {
    let mut missing: Vec<usize> = (0..preds.rows()).map(|task| preds.of(task).len()).collect();
    let mut order: Vec<u32> = (0..preds.rows() as u32).filter(|task| missing[*task as usize] == 0).collect();
    let mut at = 0;
    while let Some(task) = order.get(at).copied() {
        at += 1;
        for next in succs.of(task as usize) {
            missing[*next as usize] -= 1;
            if missing[*next as usize] == 0 {
                order.push(*next);
            }
        }
    }
    if order.len() == preds.rows() { Ok(order) } else { Err(cycle(preds, &missing)) }
}

/// Each task that is left has a predecessor that is left: going back from one of them meets a task twice.
fn cycle(preds: &Lists<u32>, missing: &[usize]) -> Vec<u32> {
    let is_left = |task: u32| missing[task as usize] > 0;
    let mut path: Vec<u32> = (0..preds.rows() as u32).filter(|task| is_left(*task)).take(1).collect();
    let mut met = vec![false; preds.rows()];
    while let Some(last) = path.last().copied() {
        if met[last as usize] {
            path.pop();
            let from = path.iter().position(|task| *task == last).unwrap_or(0);
            path.drain(..from);
            break;
        }
        met[last as usize] = true;
        path.extend(preds.of(last as usize).iter().copied().find(|task| is_left(*task)));
    }
    path.reverse();
    // Where the walk began says nothing: the cycle is told from its lowest task on.
    let lowest = (0..path.len()).min_by_key(|at| path[*at]).unwrap_or(0);
    path.rotate_left(lowest);
    path
}
