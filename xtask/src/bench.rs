//! `cargo xtask bench`: what a cold process costs, in time and memory, whole and by part.
//!
//! Takes a report (the first under `samples/` unless one is named) and runs the release binary on it again and again,
//! one process a run. Gives a table and `target/bench.json`. The parts are told apart by what each run is asked for:
//! `check` reads and checks only, `--to` one format adds that format. Never measures inside this process.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};
use wait4::Wait4 as _;

use crate::project::{self, Kind};

/// What to measure.
#[derive(Debug, PartialEq, Eq)]
pub struct Plan {
    /// Measured runs of each part; one more before them warms the page cache and is not counted.
    runs: usize,
    /// The report; the first sample where it is not given.
    workbook: Option<PathBuf>,
}

impl Plan {
    pub fn parse(args: &[&str]) -> Result<Self> {
        let mut plan = Self { runs: 20, workbook: None };
        let mut args = args.iter();
        while let Some(&arg) = args.next() {
            match arg {
                "--runs" => {
                    let runs = args.next().and_then(|runs| runs.parse().ok()).filter(|&runs| runs > 0);
                    plan.runs = runs.context("--runs wants a number of at least 1")?;
                }
                _ if arg.starts_with('-') || plan.workbook.is_some() => {
                    bail!("bench does not know what `{arg}` is for")
                }
                _ => plan.workbook = Some(PathBuf::from(arg)),
            }
        }
        Ok(plan)
    }
}

/// A part of the work: its name, the command, and the formats asked for.
const PARTS: [(&str, &str, &str); 6] = [
    ("convert, all three", "convert", "pdf,docx,xlsx"),
    ("convert, pdf", "convert", "pdf"),
    ("convert, docx", "convert", "docx"),
    ("convert, xlsx", "convert", "xlsx"),
    ("check", "check", ""),
    ("template", "template", ""),
];

pub fn run(plan: &Plan) -> Result<()> {
    let binary = project::release_binary()?;
    let workbook = match &plan.workbook {
        Some(path) => path.clone(),
        None => {
            let first = project::samples()?.into_iter().find(|sample| sample.kind == Kind::Report);
            first.context("samples/ holds no report to measure")?.path
        }
    };
    let megabytes = fs::metadata(&binary)?.len() as f64 / 1e6;
    println!("{}, {} runs each, binary {megabytes:.1} MB", project::shown(&workbook), plan.runs);
    println!("{:<20} {:>9} {:>9} {:>9} {:>9} {:>9}", "", "min ms", "median", "max", "cpu", "peak MB");

    let mut parts = Vec::new();
    for (name, command, formats) in PARTS {
        let mut runs = Vec::new();
        measure(&binary, command, formats, &workbook).context(name)?;
        for _ in 0..plan.runs {
            runs.push(measure(&binary, command, formats, &workbook).context(name)?);
        }
        let cost = Cost::of(&runs);
        println!("{name:<20} {cost}");
        parts.push(cost.json(name));
    }
    let file = project::root().join("target/bench.json");
    fs::create_dir_all(project::root().join("target"))?;
    let bench =
        json!({ "workbook": project::shown(&workbook), "runs": plan.runs, "binary_mb": megabytes, "parts": parts });
    fs::write(&file, format!("{bench:#}\n"))?;
    println!("written to {}", project::shown(&file));
    Ok(())
}

/// What one process took.
#[derive(Debug, Clone, Copy)]
struct Run {
    wall: Duration,
    /// User and system time of the process.
    cpu: Duration,
    /// Highest resident set in bytes, as the kernel counted it: never less than this process's own at the start.
    peak: u64,
}

/// Runs one process into a folder of its own, so that no run finds the files of the one before.
fn measure(binary: &Path, command: &str, formats: &str, workbook: &Path) -> Result<Run> {
    let folder = tempfile::tempdir()?;
    let mut process = Command::new(binary);
    process.arg(command).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    match command {
        "convert" => process.arg(workbook).arg("-o").arg(folder.path()).args(["--to", formats]),
        "template" => process.arg("-o").arg(folder.path().join("template.xlsx")),
        _ => process.arg(workbook),
    };
    let start = Instant::now();
    let used = process.spawn()?.wait4()?;
    let wall = start.elapsed();
    // 1 is a report with findings, which is written all the same.
    ensure!(matches!(used.status.code(), Some(0 | 1)), "nianbao {command} failed ({})", used.status);
    let written = fs::read_dir(folder.path())?.count();
    let wanted = match command {
        "convert" => formats.split(',').count(),
        "template" => 1,
        _ => 0,
    };
    ensure!(written == wanted, "nianbao {command} wrote {written} files and not {wanted}");
    Ok(Run { wall, cpu: used.rusage.utime + used.rusage.stime, peak: used.rusage.maxrss })
}

/// The runs of one part summed up; times in milliseconds.
#[derive(Debug, PartialEq)]
struct Cost {
    min: f64,
    median: f64,
    max: f64,
    cpu_median: f64,
    peak_mb: f64,
}

impl Cost {
    /// Of at least one run.
    fn of(runs: &[Run]) -> Self {
        let sorted = |time: fn(&Run) -> Duration| {
            let mut times: Vec<f64> = runs.iter().map(|run| time(run).as_secs_f64() * 1e3).collect();
            times.sort_by(f64::total_cmp);
            times
        };
        let (wall, cpu) = (sorted(|run| run.wall), sorted(|run| run.cpu));
        let peak = runs.iter().map(|run| run.peak).max().unwrap_or(0);
        Self {
            min: wall[0],
            median: wall[wall.len() / 2],
            max: wall[wall.len() - 1],
            cpu_median: cpu[cpu.len() / 2],
            peak_mb: peak as f64 / 1e6,
        }
    }

    fn json(&self, name: &str) -> Value {
        let Self { min, median, max, cpu_median, peak_mb } = self;
        json!({ "part": name, "min_ms": min, "median_ms": median, "max_ms": max, "cpu_median_ms": cpu_median, "peak_mb": peak_mb })
    }
}

impl std::fmt::Display for Cost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { min, median, max, cpu_median, peak_mb } = self;
        write!(f, "{min:>9.1} {median:>9.1} {max:>9.1} {cpu_median:>9.1} {peak_mb:>9.1}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plan_is_read() {
        assert_eq!(Plan::parse(&[]).unwrap(), Plan { runs: 20, workbook: None });
        let given = Plan { runs: 3, workbook: Some(PathBuf::from("a.xlsx")) };
        assert_eq!(Plan::parse(&["a.xlsx", "--runs", "3"]).unwrap(), given);
        for wrong in [&["--runs"][..], &["--runs", "0"], &["--fast"], &["a.xlsx", "b.xlsx"]] {
            assert!(Plan::parse(wrong).is_err(), "{wrong:?}");
        }
    }

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

    /// Kilobytes taken for bytes would be a thousandth of this, pages a four-thousandth.
    #[test]
    fn the_peak_is_in_bytes() {
        let mut itself = Command::new(std::env::current_exe().unwrap());
        let peak = itself.arg("--list").stdout(Stdio::null()).spawn().unwrap().wait4().unwrap().rusage.maxrss;
        assert!((500_000..500_000_000).contains(&peak), "{peak}");
    }
}
