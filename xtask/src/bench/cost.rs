//! The time and memory that a process takes, and summaries of several runs.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::Result;
use serde_json::{Value, json};
use wait4::{ResUse, ResourceUsage, Wait4 as _};

/// The time and memory that one process took.
#[derive(Debug, Clone, Copy)]
pub struct Run {
    pub wall: Duration,
    /// User and system time of the process.
    pub cpu: Duration,
    /// Highest resident set in bytes, as counted by the kernel: never less than that of this process at the start.
    pub peak: u64,
}

/// Runs a process to its end without output; returns its cost and its exit code.
pub fn timed(command: &mut Command) -> Result<(Run, Option<i32>)> {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let start = Instant::now();
    let ResUse { status, rusage: ResourceUsage { utime, stime, maxrss, .. } } = command.spawn()?.wait4()?;
    Ok((Run { wall: start.elapsed(), cpu: utime + stime, peak: maxrss }, status.code()))
}

/// Summary of several runs; times in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cost {
    pub min: f64,
    pub median: f64,
    pub max: f64,
    pub cpu_median: f64,
    pub peak_mb: f64,
}

impl Cost {
    /// Summarises runs, of which there must be at least one.
    pub fn of(runs: &[Run]) -> Cost {
        let sorted = |time: fn(&Run) -> Duration| {
            let mut times: Vec<f64> = runs.iter().map(|run| time(run).as_secs_f64() * 1e3).collect();
            times.sort_by(f64::total_cmp);
            times
        };
        let (wall, cpu) = (sorted(|run| run.wall), sorted(|run| run.cpu));
        let peak = runs.iter().map(|run| run.peak).max().unwrap_or(0);
        Cost {
            min: wall[0],
            median: wall[wall.len() / 2],
            max: wall[wall.len() - 1],
            cpu_median: cpu[cpu.len() / 2],
            peak_mb: peak as f64 / 1e6,
        }
    }

    pub fn json(&self, name: &str) -> Value {
        let Cost { min, median, max, cpu_median, peak_mb } = self;
        json!({ "part": name, "min_ms": min, "median_ms": median, "max_ms": max, "cpu_median_ms": cpu_median, "peak_mb": peak_mb })
    }
}

impl std::fmt::Display for Cost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Cost { min, median, max, cpu_median, peak_mb } = self;
        write!(f, "{min:>9.1} {median:>9.1} {max:>9.1} {cpu_median:>9.1} {peak_mb:>9.1}")
    }
}

/// Runs competitors in turn, A B C A B C, so that other load of the machine affects all of them; the first round is a warm-up
/// and is not counted. Returns the cost of each.
pub fn in_turn<T>(competitors: &[T], rounds: usize, mut run: impl FnMut(&T) -> Result<Run>) -> Result<Vec<Cost>> {
    let mut runs: Vec<Vec<Run>> = vec![Vec::new(); competitors.len()];
    for round in 0..=rounds {
        for (competitor, runs) in competitors.iter().zip(&mut runs) {
            let one = run(competitor)?;
            if round > 0 {
                runs.push(one);
            }
        }
    }
    Ok(runs.iter().map(|runs| Cost::of(runs)).collect())
}

/// Formats a measured figure with the required one as a line.
pub fn against(what: &str, figure: f64, unit: &str, demand: f64, at_most: bool) -> String {
    let met = if at_most { figure <= demand } else { figure >= demand };
    let (sign, verdict) = (if at_most { "≤" } else { "≥" }, if met { "reached" } else { "NOT reached" });
    format!("{what:<44} {figure:>9.1} {unit:<10} demanded {sign} {demand}: {verdict}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cost_sums_up_its_runs() {
        let run = |ms, mb: u64| Run {
            wall: Duration::from_millis(ms),
            cpu: Duration::from_millis(ms / 2),
            peak: mb * 1_000_000,
        };
        let cost = Cost::of(&[run(30, 5), run(10, 9), run(20, 7)]);
        assert_eq!(cost, Cost { min: 10.0, median: 20.0, max: 30.0, cpu_median: 10.0, peak_mb: 9.0 });
    }

    /// Kilobytes mistaken for bytes would be a thousandth of this, pages a four-thousandth.
    #[test]
    fn the_peak_is_in_bytes() {
        let mut itself = Command::new(std::env::current_exe().unwrap());
        let (run, code) = timed(itself.arg("--list")).unwrap();
        assert_eq!(code, Some(0));
        assert!((500_000..500_000_000).contains(&run.peak), "{run:?}");
    }

    #[test]
    fn competitors_take_turns_and_the_first_round_is_not_counted() {
        let mut order = String::new();
        let costs = in_turn(&["a", "b"], 2, |name| {
            order.push_str(name);
            let wall = Duration::from_millis(order.len() as u64);
            Ok(Run { wall, cpu: wall, peak: 0 })
        });
        let costs = costs.unwrap();
        assert_eq!(order, "ababab");
        assert_eq!((costs[0].min, costs[0].max, costs[1].min, costs[1].max), (3.0, 5.0, 4.0, 6.0));
    }

    #[test]
    fn a_demand_is_met_from_its_own_side() {
        assert!(against("a", 150.0, "", 150.0, false).ends_with(": reached"));
        assert!(against("a", 149.9, "", 150.0, false).ends_with("NOT reached"));
        assert!(against("a", 201.0, "", 200.0, true).ends_with("NOT reached"));
    }
}
