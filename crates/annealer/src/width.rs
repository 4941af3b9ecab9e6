//! A look that says of most graphs that no order of elimination is narrow, in microseconds where finding an order takes milliseconds.
//!
//! Whatever edges of a graph are contracted, the least degree of what is left is never above its treewidth, and so above the width of no
//! order. A vertex of least degree is merged into that of its neighbours which has the least, until one degree passes the limit.
//!
//! Source: Gogate, Dechter, "A complete anytime algorithm for treewidth", UAI (2004): minor-min-width.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Whether the treewidth is proved to be above `most`; `rows` are the neighbours of each vertex, each once.
#[inline(never)]
pub(crate) fn is_wider(mut rows: Vec<Vec<u32>>, most: usize) -> bool {
    let mut queue: BinaryHeap<Reverse<(usize, u32)>> =
        rows.iter().enumerate().map(|(k, row)| Reverse((row.len(), k as u32))).collect();
    // The last vertex that was merged into a neighbour of this one.
    let mut seen_by = vec![u32::MAX; rows.len()];
    while let Some(Reverse((degree, k))) = queue.pop() {
        // Entries of former degrees are passed over.
        if rows[k as usize].len() != degree {
            continue;
        }
        if degree > most {
            return true;
        }
        let row = std::mem::take(&mut rows[k as usize]);
        let Some(into) = row.iter().copied().min_by_key(|j| (rows[*j as usize].len(), *j)) else { continue };
        let mut merged = std::mem::take(&mut rows[into as usize]);
        merged.retain(|j| *j != k);
        merged.iter().for_each(|j| seen_by[*j as usize] = k);
        for j in row.into_iter().filter(|j| *j != into) {
            let other = &mut rows[j as usize];
            let Some(at) = other.iter().position(|other| *other == k) else { continue };
            if seen_by[j as usize] == k {
                other.swap_remove(at);
                queue.push(Reverse((other.len(), j)));
            } else {
                other[at] = into;
                merged.push(j);
            }
        }
        queue.push(Reverse((merged.len(), into)));
        rows[into as usize] = merged;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(size: usize, edges: impl Iterator<Item = (usize, usize)>) -> Vec<Vec<u32>> {
        let mut rows = vec![Vec::new(); size];
        for (i, j) in edges {
            rows[i].push(j as u32);
            rows[j].push(i as u32);
        }
        rows
    }

    #[test]
    fn a_complete_graph_is_as_wide_as_its_degree() {
        let complete = rows(9, (0..9).flat_map(|j| (0..j).map(move |i| (i, j))));
        assert!(is_wider(complete.clone(), 7));
        assert!(!is_wider(complete, 8));
    }

    #[test]
    fn a_tree_with_vertices_alone_is_not_wider_than_one() {
        assert!(!is_wider(rows(40, (1..30).map(|k| (k / 3, k))), 1));
        assert!(is_wider(rows(40, (1..30).map(|k| (k / 3, k))), 0));
    }

    /// A grid of n × n has the treewidth n, which no look may pass, though all its degrees are four at most.
    #[test]
    fn a_grid_is_seen_to_be_wider_than_its_degrees_but_not_than_it_is() {
        let at = |x: usize, y: usize| 12 * x + y;
        let across = (0..11).flat_map(|x| (0..12).map(move |y| (at(x, y), at(x + 1, y))));
        let along = (0..12).flat_map(|x| (0..11).map(move |y| (at(x, y), at(x, y + 1))));
        let grid = rows(144, across.chain(along));
        assert!(is_wider(grid.clone(), 3));
        assert!(!is_wider(grid, 12));
    }
}
