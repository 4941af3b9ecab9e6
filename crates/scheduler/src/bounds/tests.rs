use super::*;
use proptest::prelude::*;

proptest! {
    /// The preemptive optimum of one machine is the largest of: least head + all lengths + least tail, over all sets (Carlier 1982).
    #[test]
    fn sets_by_heads_and_tails_are_the_best_ones(rows in prop::collection::vec((0u64..12, 1u64..6, 0u64..12), 1..9)) {
        let of_set = |set: u32| {
            let members: Vec<_> = (0..rows.len()).filter(|k| set >> k & 1 == 1).map(|k| rows[k]).collect();
            let least = |value: fn(&(u64, u64, u64)) -> u64| members.iter().map(value).min().unwrap();
            least(|job| job.0) + members.iter().map(|job| job.1).sum::<u64>() + least(|job| job.2)
        };
        let best = (1..1u32 << rows.len()).map(of_set).max().unwrap();
        let member = |(head, length, tail): &(u64, u64, u64)| Member { head: *head, tail: *tail, work: *length, modes: vec![(*length, 1)], is_preemptive: false };
        let pool = Members { pool: Pool::Machine(0), capacity: vec![(0, u64::MAX, 1)], members: rows.iter().map(member).collect() };
        let mut bound = Bound { value: 0, proof: Proof::EarliestEnds };
        let mut work = Allowance { left: 1_000, until_poll: 1_000, is_cancelled: &mut || false, has_ended: false };
        pool.raise_by_sets(&mut bound, &mut work);
        prop_assert_eq!(bound.value, best);
    }
}
