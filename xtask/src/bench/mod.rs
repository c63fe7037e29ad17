//! `cargo xtask bench`: the cost of the release binary: for one report cold, for many reports, for each stage, and compared
//! with its peers; and of the page in a browser.
//!
//! Takes a report for the cold runs (the first under `samples/` unless one is named) and a seed for the generated ones. Runs
//! the release binary, one process per run; competing runs take turns. Prints tables with required and measured figures, and
//! writes JSON. It fails if an output is missing, never because a machine is slow or busy. For the distribution of time
//! inside a stage: `perf record -g target/release/nianbao convert …` with `strip = "none"`.

mod against;
mod batch;
mod cold;
mod cost;
mod page;
mod peers;
mod proof;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::{Value, json};

use crate::generate::number;
use crate::project::{self, SampleKind};

/// What to measure.
#[derive(Debug, PartialEq, Eq)]
pub struct Plan {
    /// Number of measured cold runs of each part.
    runs: usize,
    /// Number of generated reports for throughput.
    reports: u64,
    seed: u64,
    json: PathBuf,
    /// Whether other programs are measured on the same reports.
    peers: bool,
    /// Whether the page is measured in a browser.
    page: bool,
    /// Whether memory is measured over thousands of reports.
    long: bool,
    /// A commit whose program is measured in turn with this one; nothing else is measured then.
    against: Option<String>,
    /// The report of the cold runs; the first sample if not given.
    workbook: Option<PathBuf>,
}

impl Plan {
    pub fn parse(args: &[&str]) -> Result<Plan> {
        let json = project::root().join("target/bench.json");
        let (against, workbook) = (None, None);
        let mut plan =
            Plan { runs: 20, reports: 400, seed: 1, json, peers: false, page: false, long: false, against, workbook };
        let mut args = args.iter();
        while let Some(&arg) = args.next() {
            match arg {
                "--runs" => plan.runs = number(arg, args.next())? as usize,
                "--reports" => plan.reports = number(arg, args.next())?,
                "--seed" => plan.seed = number(arg, args.next())?,
                "--json" => plan.json = args.next().context("--json wants a file")?.into(),
                "--against" => plan.against = Some((*args.next().context("--against wants a commit")?).to_owned()),
                "--peers" => plan.peers = true,
                "--page" => plan.page = true,
                "--long" => plan.long = true,
                _ if arg.starts_with('-') || plan.workbook.is_some() => {
                    bail!("bench does not know what `{arg}` is for")
                }
                _ => plan.workbook = Some(PathBuf::from(arg)),
            }
        }
        ensure!(plan.runs > 0 && plan.reports > 0, "--runs and --reports want a number of at least 1");
        Ok(plan)
    }
}

pub fn run(plan: &Plan) -> Result<()> {
    let binary = project::release_binary()?;
    if let Some(rev) = &plan.against {
        let compared = against::measure(&binary, rev, plan.reports, plan.seed)?;
        return write(&plan.json, &json!({ "against": compared }));
    }
    let workbook = match &plan.workbook {
        Some(path) => path.clone(),
        None => {
            let first = project::samples()?.into_iter().find(|sample| sample.kind == SampleKind::Report);
            first.context("samples/ holds no report to measure")?.path
        }
    };
    let megabytes = fs::metadata(&binary)?.len() as f64 / 1e6;
    println!("{}, {} runs each, binary {megabytes:.1} MB", project::shown(&workbook), plan.runs);
    let mut bench = json!({ "workbook": project::shown(&workbook), "runs": plan.runs, "binary_mb": megabytes });
    bench["parts"] = cold::measure(&binary, &workbook, plan.runs)?;
    bench["batch"] = batch::measure(&binary, plan.reports, plan.seed)?;
    if plan.long {
        bench["memory"] = batch::memory(&binary, plan.seed)?;
    }
    if plan.page {
        bench["page"] = page::measure(&workbook)?;
    }
    if plan.peers {
        bench["peers"] = peers::measure(&binary, plan.seed)?;
    }
    write(&plan.json, &bench)
}

fn write(path: &Path, bench: &Value) -> Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, format!("{bench:#}\n"))?;
    println!("written to {}", project::shown(path));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plan_is_read() {
        let usual = Plan::parse(&[]).unwrap();
        assert_eq!((usual.runs, usual.reports, usual.peers, usual.page, usual.long), (20, 400, false, false, false));
        let words = [
            "a.xlsx",
            "--runs",
            "3",
            "--peers",
            "--page",
            "--json",
            "b.json",
            "--seed",
            "5",
            "--reports",
            "8",
            "--long",
            "--against",
            "v1",
        ];
        let given = Plan {
            runs: 3,
            reports: 8,
            seed: 5,
            json: PathBuf::from("b.json"),
            peers: true,
            page: true,
            long: true,
            against: Some("v1".to_owned()),
            workbook: Some(PathBuf::from("a.xlsx")),
        };
        assert_eq!(Plan::parse(&words).unwrap(), given);
        for wrong in [&["--runs"][..], &["--runs", "0"], &["--reports", "0"], &["--fast"], &["a.xlsx", "b.xlsx"]] {
            assert!(Plan::parse(wrong).is_err(), "{wrong:?}");
        }
    }
}
