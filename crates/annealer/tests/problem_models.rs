//! Models of random small problems against brute force over the problems themselves: the least energy is the optimum, and whatever
//! is infeasible costs more. The optimum is computed here from the data, without the crate.
// Clippy lets tests unwrap, but not the helpers they share.
#![allow(clippy::unwrap_used)]

use ketflow_annealer::{Format, Model, read};
use proptest::prelude::*;
use serde_json::{Value, json};

fn model(document: &Value) -> Model {
    read(Format::ProblemJson, document.to_string().as_bytes()).unwrap()
}

/// Every sample of a model, as bits.
fn samples(size: usize) -> impl Iterator<Item = Vec<bool>> {
    assert!(size <= 18, "{size} variables are too many for brute force");
    (0u32..1 << size).map(move |bits| (0..size).map(|k| bits >> k & 1 == 1).collect())
}

/// Rounding of energies whose coefficients are no whole numbers.
const SLACK: f64 = 1e-9;

/// The least energy is that of the optimum (`cost` makes an energy of an objective), its sample is feasible and worth as much;
/// everything infeasible has more, and nothing feasible has less than it is worth.
fn check_model(model: &Model, optimum: f64, cost: impl Fn(f64) -> f64) {
    let problem = model.problem.as_ref().unwrap();
    let mut least = (f64::INFINITY, Vec::new());
    let mut least_infeasible = f64::INFINITY;
    for sample in samples(model.bqm.size()) {
        let energy = model.bqm.energy(&sample);
        let checked = problem.check(&sample);
        if checked.violations.is_empty() {
            assert!(energy >= cost(checked.objective) - SLACK, "{energy} is less than it is worth: {checked:?}");
        } else {
            least_infeasible = least_infeasible.min(energy);
        }
        if energy < least.0 {
            least = (energy, sample);
        }
    }
    let best = problem.check(&least.1);
    assert_eq!(best.violations, [], "the sample of the least energy {}", least.0);
    assert!((best.objective - optimum).abs() < SLACK, "{} is not the optimum {optimum}", best.objective);
    assert!((least.0 - cost(optimum)).abs() < SLACK, "energy {} of the optimum {optimum}", least.0);
    assert!(least_infeasible > least.0 + SLACK, "infeasible at {least_infeasible}, the optimum is {}", least.0);
}

fn is_in(bits: u32, k: usize) -> bool {
    bits >> k & 1 == 1
}

/// The least of a cost over all permutations of 0 … size − 1.
fn least_over_permutations(size: usize, cost: &mut impl FnMut(&[usize]) -> f64) -> f64 {
    fn visit(left: &mut Vec<usize>, order: &mut Vec<usize>, cost: &mut impl FnMut(&[usize]) -> f64) -> f64 {
        if left.is_empty() {
            return cost(order);
        }
        let mut least = f64::INFINITY;
        for k in 0..left.len() {
            order.push(left.remove(k));
            least = least.min(visit(left, order, cost));
            left.insert(k, order.pop().unwrap());
        }
        least
    }
    visit(&mut (0..size).collect(), &mut Vec::new(), cost)
}

fn matrix(size: usize, most: u32) -> impl Strategy<Value = Vec<Vec<u32>>> {
    prop::collection::vec(prop::collection::vec(0..=most, size), size)
}

/// Each pair of vertices with a weight, 0 for no edge.
fn edges(size: usize, weights: &[i32]) -> Vec<(usize, usize, i32)> {
    let pairs = (0..size).flat_map(|i| (i + 1..size).map(move |j| (i, j)));
    pairs.zip(weights).filter(|(_, weight)| **weight != 0).map(|((i, j), weight)| (i, j, *weight)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn the_largest_cut_has_the_least_energy(size in 1usize..9, weights in prop::collection::vec(-3i32..=4, 36)) {
        let list = edges(size, &weights);
        let vertices: Vec<usize> = (0..size).collect();
        let model = model(&json!({ "problem": "max-cut", "vertices": vertices, "edges": list }));
        let cut = |bits: u32| list.iter().filter(|(i, j, _)| is_in(bits, *i) != is_in(bits, *j)).map(|it| it.2).sum::<i32>();
        let total: i32 = list.iter().map(|it| it.2).sum();
        let optimum = (0..1 << size).map(cut).max().unwrap();
        check_model(&model, optimum.into(), |cut| f64::from(total) - 2.0 * cut);
    }

    #[test]
    fn the_fairest_partition_has_the_least_energy(numbers in prop::collection::vec(1u32..100, 1..10)) {
        let model = model(&json!({ "problem": "number-partitioning", "numbers": numbers }));
        let sum: u32 = numbers.iter().sum();
        let second = |bits: u32| (0..numbers.len()).filter(|k| is_in(bits, *k)).map(|k| numbers[k]).sum::<u32>();
        let optimum = (0..1 << numbers.len()).map(|bits| (2 * second(bits)).abs_diff(sum)).min().unwrap();
        check_model(&model, optimum.into(), |difference| difference * difference);
    }

    #[test]
    fn a_colouring_without_conflicts_has_energy_0(
        (size, colors) in prop_oneof![Just((5usize, 3usize)), Just((7, 2)), Just((3, 4)), Just((6, 1))],
        weights in prop::collection::vec(0i32..=1, 21),
    ) {
        let list: Vec<[usize; 2]> = edges(size, &weights).iter().map(|it| [it.0, it.1]).collect();
        let vertices: Vec<usize> = (0..size).collect();
        let model = model(&json!({ "problem": "graph-coloring", "vertices": vertices, "edges": list, "colors": colors }));
        let color = |code: usize, vertex: usize| code / colors.pow(vertex as u32) % colors;
        let conflicts = |code: usize| list.iter().filter(|[u, v]| color(code, *u) == color(code, *v)).count();
        let optimum = (0..colors.pow(size as u32)).map(conflicts).min().unwrap();
        if optimum == 0 {
            check_model(&model, 0.0, |conflicts| conflicts);
        } else {
            // Then the least energy is the least number of conflicts, and every vertex still has one colour.
            let best = samples(model.bqm.size()).min_by(|a, b| model.bqm.energy(a).total_cmp(&model.bqm.energy(b))).unwrap();
            let checked = model.problem.as_ref().unwrap().check(&best);
            prop_assert_eq!((model.bqm.energy(&best), checked.objective), (optimum as f64, optimum as f64));
            prop_assert_eq!(checked.violations.len(), optimum);
        }
    }

    #[test]
    fn the_best_knapsack_has_the_least_energy(
        items in prop::collection::vec((0u32..12, 0u32..20), 1..8),
        capacity in 0u32..40,
        unit in prop_oneof![Just(1.0f64), Just(0.25), Just(0.01)],
    ) {
        let list: Vec<Value> = items
            .iter()
            .enumerate()
            .map(|(k, (weight, value))| json!({ "id": k, "weight": weight, "value": f64::from(*value) * unit }))
            .collect();
        let model = model(&json!({ "problem": "knapsack", "capacity": capacity, "items": list }));
        let of = |bits: u32| {
            let chosen = (0..items.len()).filter(|k| is_in(bits, *k)).map(|k| items[k]);
            chosen.fold((0, 0), |(load, sum), (weight, value)| (load + weight, sum + value))
        };
        let optimum = (0..1 << items.len()).map(of).filter(|it| it.0 <= capacity).map(|it| it.1).max().unwrap();
        check_model(&model, f64::from(optimum) * unit, |value| -value);
    }

    #[test]
    fn the_cheapest_cover_has_the_least_energy(
        holds in prop::collection::vec(1u32..32, 1..5),
        costs in prop::collection::vec(0u32..6, 5),
    ) {
        let element = |e: usize| format!("e{e}");
        let sets: Vec<Value> = (0..5)
            .map(|k| {
                let covers: Vec<String> = (0..holds.len()).filter(|e| is_in(holds[*e], k)).map(element).collect();
                json!({ "id": k, "covers": covers, "cost": costs[k] })
            })
            .collect();
        let elements: Vec<String> = (0..holds.len()).map(element).collect();
        let model = model(&json!({ "problem": "set-cover", "elements": elements, "sets": sets }));
        let cost = |bits: u32| (0..5).filter(|k| is_in(bits, *k)).map(|k| costs[k]).sum::<u32>();
        let optimum = (0u32..32).filter(|bits| holds.iter().all(|sets| sets & bits != 0)).map(cost).min().unwrap();
        check_model(&model, optimum.into(), |cost| cost);
    }

    #[test]
    fn the_shortest_tour_has_the_least_energy(size in 2usize..6, distances in matrix(5, 9)) {
        let rows: Vec<&[u32]> = distances[..size].iter().map(|row| &row[..size]).collect();
        let cities: Vec<String> = (0..size).map(|k| format!("city {k}")).collect();
        let model = model(&json!({ "problem": "travelling-salesman", "cities": cities, "distances": rows }));
        let optimum = least_over_permutations(size - 1, &mut |order| {
            let tour: Vec<usize> = [0].into_iter().chain(order.iter().map(|k| k + 1)).chain([0]).collect();
            tour.windows(2).map(|step| f64::from(distances[step[0]][step[1]])).sum()
        });
        check_model(&model, optimum, |length| length);
    }

    #[test]
    fn the_best_assignment_has_the_least_energy(
        size in 1usize..5,
        (flows, distances, costs) in (matrix(4, 4), matrix(4, 4), matrix(4, 6)),
        parts in 1u32..4,
    ) {
        let cut = |rows: &[Vec<u32>]| -> Value { rows[..size].iter().map(|row| json!(row[..size])).collect() };
        let ids: Vec<usize> = (0..size).collect();
        let mut document = json!({ "problem": "assignment", "facilities": ids, "locations": ids });
        let (has_flows, has_costs) = (parts != 2, parts != 1);
        if has_flows {
            document["flows"] = cut(&flows);
            document["distances"] = cut(&distances);
        }
        if has_costs {
            document["costs"] = cut(&costs);
        }
        let optimum = least_over_permutations(size, &mut |at| {
            let linear = |a: usize| if has_costs { costs[a][at[a]] } else { 0 };
            let ways = |a: usize| (0..size).map(|b| flows[a][b] * distances[at[a]][at[b]]).sum::<u32>();
            (0..size).map(|a| f64::from(linear(a) + if has_flows { ways(a) } else { 0 })).sum()
        });
        check_model(&model(&document), optimum, |cost| cost);
    }

    #[test]
    fn the_best_portfolio_has_the_least_energy(
        size in 1usize..9,
        choose in 1usize..9,
        returns in prop::collection::vec(-5i32..9, 8),
        half in prop::collection::vec(-4i32..5, 64),
        (risk, unit) in (0u32..4, prop_oneof![Just(1.0f64), Just(0.001)]),
    ) {
        let choose = choose.min(size);
        let pair = |i: usize, j: usize| if i == j { half[9 * i].abs() } else { half[8 * i.min(j) + i.max(j)] };
        let covariance: Vec<Vec<f64>> =
            (0..size).map(|i| (0..size).map(|j| f64::from(pair(i, j)) * unit).collect()).collect();
        let scaled: Vec<f64> = returns[..size].iter().map(|value| f64::from(*value) * unit).collect();
        let ids: Vec<usize> = (0..size).collect();
        let model = model(&json!({
            "problem": "portfolio", "assets": ids, "returns": scaled, "covariance": covariance, "riskAversion": risk,
            "choose": choose,
        }));
        let worth = |bits: u32| {
            let list: Vec<usize> = (0..size).filter(|k| is_in(bits, *k)).collect();
            let variance: i32 = list.iter().flat_map(|i| list.iter().map(|j| pair(*i, *j))).sum();
            risk as i32 * variance - list.iter().map(|k| returns[*k]).sum::<i32>()
        };
        let optimum = (0u32..1 << size).filter(|bits| bits.count_ones() as usize == choose).map(worth).min().unwrap();
        // Units of a thousandth have rounding far below the difference of two choices.
        check_model(&model, f64::from(optimum) * unit, |objective| objective);
    }

    #[test]
    fn the_shortest_schedule_has_the_least_energy(
        machines in 1usize..4,
        durations in prop::collection::vec(0u32..6, 1..4),
        more in 0u32..6,
    ) {
        let durations: Vec<u32> = if machines == 2 { durations.into_iter().chain([more]).collect() } else { durations };
        let jobs: Vec<Value> = durations.iter().enumerate().map(|(k, it)| json!({ "id": k, "duration": it })).collect();
        let model = model(&json!({ "problem": "scheduling", "machines": machines, "jobs": jobs }));
        prop_assume!(model.bqm.size() <= 18);
        let makespan = |code: usize| {
            let on = |k: usize| code / machines.pow(k as u32) % machines;
            let load = |m: usize| (0..durations.len()).filter(|k| on(*k) == m).map(|k| durations[k]).sum::<u32>();
            (0..machines).map(load).max().unwrap()
        };
        let optimum = (0..machines.pow(durations.len() as u32)).map(makespan).min().unwrap();
        check_model(&model, optimum.into(), |makespan| makespan);
    }

    #[test]
    fn the_optimum_of_a_program_has_the_least_energy(
        ranges in prop::collection::vec((-3i64..3, 0i64..5), 2..4),
        linear in prop::collection::vec(-5i64..6, 3),
        quadratic in prop::collection::vec(-3i64..4, 6),
        rows in prop::collection::vec((prop::collection::vec(-3i64..4, 3), 0usize..3, -5i64..9), 0..3),
        (is_maximised, step) in (any::<bool>(), prop_oneof![Just(1.0f64), Just(0.5)]),
    ) {
        let size = ranges.len();
        let names = ["x", "y", "z"];
        let pairs: Vec<(usize, usize)> = (0..size).flat_map(|i| (i..size).map(move |j| (i, j))).collect();
        let mut text = format!("{}\n obj: 1.5", if is_maximised { "Maximize" } else { "Minimize" });
        (0..size).for_each(|k| text += &format!(" {:+} {}", linear[k], names[k]));
        let products: Vec<String> = pairs
            .iter()
            .zip(&quadratic)
            .map(|((i, j), q)| match i == j {
                true => format!("{q:+} {} ^2", names[*i]),
                false => format!("{q:+} {} * {}", names[*i], names[*j]),
            })
            .collect();
        text += &format!(" + [ {} ] / 2\nSubject To\n", products.join(" "));
        let signs = ["<=", ">=", "="];
        for (coefficients, sign, bound) in &rows {
            (0..size).for_each(|k| text += &format!(" {:+} {}", coefficients[k] as f64 * step, names[k]));
            text += &format!(" {} {}\n", signs[*sign], *bound as f64 * step);
        }
        text += "Bounds\n";
        (0..size).for_each(|k| text += &format!(" {} <= {} <= {}\n", ranges[k].0, names[k], ranges[k].0 + ranges[k].1));
        text += "General\n x y";
        if size == 3 { text += " z" }
        text += "\nEnd\n";
        let value = |code: i64, k: usize| {
            let below: i64 = ranges[..k].iter().map(|it| it.1 + 1).product();
            ranges[k].0 + code / below % (ranges[k].1 + 1)
        };
        let objective = |code: i64| {
            let twice: i64 = pairs.iter().zip(&quadratic).map(|((i, j), q)| q * value(code, *i) * value(code, *j)).sum();
            1.5 + (0..size).map(|k| linear[k] * value(code, k)).sum::<i64>() as f64 + twice as f64 / 2.0
        };
        let holds = |code: &i64| rows.iter().all(|(coefficients, sign, bound)| {
            let left: i64 = (0..size).map(|k| coefficients[k] * value(*code, k)).sum();
            [left <= *bound, left >= *bound, left == *bound][*sign]
        });
        let sign = if is_maximised { -1.0 } else { 1.0 };
        let codes = 0..ranges.iter().map(|it| it.1 + 1).product::<i64>();
        let optimum = codes.filter(holds).map(|code| sign * objective(code)).min_by(f64::total_cmp);
        match (read(Format::Lp, text.as_bytes()), optimum) {
            (Ok(model), Some(optimum)) if model.bqm.size() <= 18 => {
                check_model(&model, sign * optimum, |objective| sign * objective);
            }
            (Err(error), None) => prop_assert!(error.message.contains("can never hold"), "{}", error),
            (Err(error), Some(_)) => prop_assert!(error.message.contains("there is no variable") , "{error}: {text}"),
            _ => {}
        }
    }
    /// Where breaking a constraint pays most: all of the objective is to be had for a unit too much.
    #[test]
    fn breaking_a_constraint_of_a_program_never_pays(
        values in prop::collection::vec(1u32..9, 1..6),
        (sign, bound) in (0usize..3, 0usize..5),
        unit in prop_oneof![Just(1.0f64), Just(0.125)],
    ) {
        let count = bound.min(values.len());
        let term = |k: usize, value: f64| format!(" + {value} x{k}");
        let sum = |value: &dyn Fn(usize) -> f64| (0..values.len()).map(|k| term(k, value(k))).collect::<String>();
        // At least: pay as little as possible for `count`; else: earn as much as possible with it.
        let goal = if sign == 1 { "Minimize" } else { "Maximize" };
        let relation = ["<=", ">=", "="][sign];
        let names: String = (0..values.len()).map(|k| format!(" x{k}")).collect();
        let text = format!(
            "{goal}\n{}\nSubject To\n c:{} {relation} {}\nBinary\n{names}\nEnd\n",
            sum(&|k| f64::from(values[k]) * unit), sum(&|_| 0.5), count as f64 * 0.5,
        );
        let mut sorted = values.clone();
        sorted.sort_unstable_by(|a, b| if sign == 1 { a.cmp(b) } else { b.cmp(a) });
        let optimum: u32 = sorted[..count].iter().sum();
        let cost = |objective: f64| if sign == 1 { objective } else { -objective };
        let model = read(Format::Lp, text.as_bytes()).unwrap();
        if count < values.len() && !(sign == 1 && count == 0) {
            check_model(&model, f64::from(optimum) * unit, cost);
        }
    }
}
