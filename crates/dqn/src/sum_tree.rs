//! Priorities of which one is found by a share of their sum, in the time of a walk from the root to a leaf.

use serde::{Deserialize, Serialize};

/// A binary tree over priorities; each inner node is the sum of its two children, computed anew whenever one changes. So the
/// tree depends on its leaves alone, not on their history, and no rounding gathers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(from = "Vec<f64>", into = "Vec<f64>")]
pub(crate) struct SumTree {
    /// The root is node 1, the children of node k are 2k and 2k + 1.
    nodes: Vec<f64>,
}

impl SumTree {
    /// All priorities are 0.
    pub fn new(capacity: usize) -> Self {
        Self { nodes: vec![0.0; 2 * capacity.next_power_of_two()] }
    }

    fn first_leaf(&self) -> usize {
        self.nodes.len() / 2
    }

    /// Number of leaves, a power of two.
    pub fn capacity(&self) -> usize {
        self.first_leaf()
    }

    /// The sum of all priorities.
    pub fn total(&self) -> f64 {
        self.nodes[1]
    }

    pub fn priority(&self, leaf: usize) -> f64 {
        self.nodes[self.first_leaf() + leaf]
    }

    /// `priority` is finite and not negative.
    pub fn set(&mut self, leaf: usize, priority: f64) {
        let mut node = self.first_leaf() + leaf;
        self.nodes[node] = priority;
        while node > 1 {
            node /= 2;
            self.nodes[node] = self.nodes[2 * node] + self.nodes[2 * node + 1];
        }
    }

    /// The leaf under `mass` when the priorities lie side by side on [0, total). Never one of priority 0, unless all are.
    pub fn find(&self, mut mass: f64) -> usize {
        let mut node = 1;
        while node < self.first_leaf() {
            node *= 2;
            // Rounding may leave a mass beyond the last priority: never go where nothing is.
            if mass >= self.nodes[node] && self.nodes[node + 1] > 0.0 {
                mass -= self.nodes[node];
                node += 1;
            }
        }
        node - self.first_leaf()
    }
}

impl From<SumTree> for Vec<f64> {
    fn from(tree: SumTree) -> Self {
        let leaves = tree.first_leaf();
        tree.nodes[leaves..].to_vec()
    }
}

impl From<Vec<f64>> for SumTree {
    fn from(leaves: Vec<f64>) -> Self {
        let mut tree = Self::new(leaves.len().max(1));
        let first = tree.first_leaf();
        tree.nodes[first..first + leaves.len()].copy_from_slice(&leaves);
        for node in (1..first).rev() {
            tree.nodes[node] = tree.nodes[2 * node] + tree.nodes[2 * node + 1];
        }
        tree
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// The definition: walk along the priorities until their running sum is above the mass. Small whole numbers, so that
        /// both sums are exact.
        #[test]
        fn finds_what_a_walk_along_the_line_finds(
            priorities in prop::collection::vec(0u8..5, 1..40),
            share in 0.0f64..1.0,
        ) {
            let mut tree = SumTree::new(priorities.len());
            for (leaf, priority) in priorities.iter().enumerate() {
                tree.set(leaf, 99.0);
                tree.set(leaf, f64::from(*priority));
            }
            let total: f64 = priorities.iter().map(|p| f64::from(*p)).sum();
            prop_assert_eq!(tree.total(), total);
            prop_assume!(total > 0.0);
            let mass = share * total;
            let mut sum = 0.0;
            let expected = priorities.iter().position(|p| {
                sum += f64::from(*p);
                sum > mass
            });
            prop_assert_eq!(Some(tree.find(mass)), expected);
            let again = SumTree::from(Vec::from(tree.clone()));
            prop_assert_eq!(again, tree);
        }
    }

    #[test]
    fn a_mass_beyond_the_sum_finds_the_last_that_is_there() {
        let mut tree = SumTree::new(8);
        tree.set(2, 0.1);
        tree.set(5, 0.2);
        assert_eq!(tree.find(tree.total()), 5);
        assert_eq!(tree.find(f64::MAX), 5);
        assert_eq!(tree.find(0.0), 2);
    }
}
