//! Published instances, where the checkout has a folder of them beside it: their licence lets them be used, not copied here. The
//! values are the best known ones (that of j30_1_1, which has none there, was proved optimal with OR-Tools 9.15); what is asserted is how
//! near a short run comes.
// Clippy lets tests unwrap, but not the helpers they share.
#![allow(clippy::unwrap_used)]

use ketflow_scheduler::read::{Format, read};
use ketflow_scheduler::{Options, ScheduleResult, Unmonitored, check, solve};
use std::path::Path;

/// A run of the named instance; nothing where the folder is missing.
fn run(format: Format, file: &str, iterations: u64) -> Option<ScheduleResult> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/optimization").join(file);
    let Ok(source) = std::fs::read(&path) else {
        println!("skipped: there is no {}", path.display());
        return None;
    };
    let problem = read(format, &source).unwrap();
    let options = Options { seed: 1, iterations: Some(iterations), ..Options::default() };
    let result = solve(&problem, &options, &mut Unmonitored).unwrap();
    assert_eq!(check(&problem, &result.tasks), Ok(()), "{file}");
    Some(result)
}

#[test]
fn runs_come_near_the_best_known() {
    for (format, file, iterations, best, allowed) in [
        (Format::Jsp, "jsp/ta01.txt", 50_000, 1231, 0.025),
        (Format::Jsp, "jsp/ta41.txt", 50_000, 2005, 0.05),
        (Format::Jsp, "jsp/ta51.txt", 10_000, 2760, 0.0),
        (Format::Jsp, "jsp/ta71.txt", 10_000, 5464, 0.0),
        (Format::Fjs, "fjsp/mk01.txt", 50_000, 40, 0.0),
        (Format::Fjs, "fjsp/mk04.txt", 50_000, 60, 0.0),
        (Format::Fjs, "fjsp/mk10.txt", 50_000, 193, 0.05),
        (Format::Rcp, "rcpsp/j30_1_1.rcp", 5_000, 43, 0.0),
        (Format::Rcp, "rcpsp/j120_1_1.rcp", 50_000, 105, 0.02),
        (Format::Rcp, "rcpsp/j120_46_1.rcp", 50_000, 187, 0.05),
    ] {
        let Some(result) = run(format, file, iterations) else { continue };
        let most = (f64::from(best) * (1.0 + allowed)) as u32;
        assert!((best..=most).contains(&result.makespan), "{file}: {}", result.makespan);
        assert!(result.lower_bound <= u64::from(best), "{file}: bound {}", result.lower_bound);
    }
}
