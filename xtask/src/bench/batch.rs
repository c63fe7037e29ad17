//! Throughput and memory over a folder of generated reports, with one and two threads, and the share of each stage.

use std::cell::Cell;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, ensure};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::cost::{Cost, Run, against, in_turn, timed};
use super::proof;
use crate::generate;

/// How often every run is measured.
const ROUNDS: usize = 3;

/// The runs over the folder: command, formats and number of threads.
const KINDS: [Kind; 13] = [
    ("convert", "pdf,docx,xlsx", 1),
    ("convert", "pdf,docx,xlsx", 2),
    ("check", "", 1),
    ("check", "", 2),
    // For the share of each stage: what its format adds to reading and checking.
    ("convert", "pdf", 1),
    ("convert", "docx", 1),
    ("convert", "xlsx", 1),
    // For what publishing adds to converting.
    ("convert", ALL, 1),
    ("publish", ALL, 1),
    ("convert", ALL, 2),
    ("publish", ALL, 2),
    // For what the second reader adds to publishing.
    (SECOND, "", 1),
    (SECOND, "", 2),
];

/// Command, formats and number of threads of a run.
pub type Kind = (&'static str, &'static str, usize);

/// `check` with the second reader, which `publish` always uses.
const SECOND: &str = "check --second-reader";

/// All formats, as made by `publish`.
const ALL: &str = "pdf,docx,xlsx,html,fragment,json,csv";

/// Required with two threads: reports per second for `convert` and `check`, and peak memory in MB.
const CONVERT: f64 = 150.0;
const CHECK: f64 = 2000.0;
const MEMORY: f64 = 200.0;
/// Required: at most what the second reader may add to the CPU time of `publish`, in percent.
const SECOND_READER: f64 = 20.0;

/// The two numbers of reports that are compared to show that memory does not grow.
const FEW: u64 = 500;
const MANY: u64 = 5000;

pub fn measure(binary: &Path, reports: u64, seed: u64) -> Result<Value> {
    let folder = tempfile::tempdir()?;
    let bytes = generate::folder(folder.path(), seed, reports)?;
    println!("\n{reports} generated reports, {:.1} MB, median of {ROUNDS} runs in turn", bytes as f64 / 1e6);
    println!("{:<24} {:>8} {:>11} {:>9} {:>11} {:>9}", "", "threads", "reports/s", "wall s", "cpu ms each", "peak MB");
    let outputs = Outputs::new()?;
    let costs = in_turn(&KINDS, ROUNDS, |kind| over(binary, folder.path(), &outputs.next(), reports, *kind))?;
    let rate = |cost: &Cost| reports as f64 / cost.median * 1e3;
    let each = |cost: &Cost| cost.cpu_median / reports as f64;
    let mut rows = Vec::new();
    for (kind, cost) in KINDS.iter().zip(&costs) {
        let (name, jobs) = (name(*kind), kind.2);
        let (rate, wall, each, peak) = (rate(cost), cost.median / 1e3, each(cost), cost.peak_mb);
        println!("{name:<24} {jobs:>8} {rate:>11.1} {wall:>9.2} {each:>11.2} {peak:>9.1}");
        rows.push(json!({ "what": name, "threads": jobs, "reports_per_s": rate, "wall_s": wall, "cpu_ms_each": each, "peak_mb": peak }));
    }
    let stages = stages(&costs.iter().map(each).collect::<Vec<_>>());
    println!("\n{:<24} {:>11} {:>9}", "stage, one thread", "cpu ms each", "share");
    for (name, ms, share) in &stages {
        println!("{name:<24} {ms:>11.2} {share:>8.1}%");
    }
    println!();
    println!("{}", against("convert to three formats, 2 threads", rate(&costs[1]), "reports/s", CONVERT, false));
    println!("{}", against("check, 2 threads", rate(&costs[3]), "reports/s", CHECK, false));
    println!("{}", against("peak memory, 2 threads", costs[1].peak_mb, "MB", MEMORY, true));
    let added = second_reader(&costs.iter().map(each).collect::<Vec<_>>());
    println!("{}", against("the second reader beside publish without it", added, "%", SECOND_READER, true));
    let proof = proof::measure(folder.path())?;
    let stages: Vec<Value> =
        stages.iter().map(|(name, ms, share)| json!({ "stage": name, "cpu_ms_each": ms, "percent": share })).collect();
    Ok(
        json!({ "reports": reports, "seed": seed, "rounds": ROUNDS, "runs": rows, "stages": stages, "proof": proof, "second_reader_percent": added }),
    )
}

/// What a run is called in tables.
pub fn name(kind: Kind) -> &'static str {
    match kind {
        ("convert", ALL, _) => "convert, all seven",
        ("convert", formats, _) => formats,
        (command, ..) => command,
    }
}

/// Runs two programs over the same generated reports, in turns; returns each kind of run with the costs of both. Kinds that
/// the second program does not know are omitted.
pub fn compare(binaries: [&Path; 2], reports: u64, seed: u64) -> Result<Vec<(Kind, [Cost; 2])>> {
    let folder = tempfile::tempdir()?;
    generate::folder(folder.path(), seed, reports)?;
    let outputs = Outputs::new()?;
    let help = Command::new(binaries[1]).args(["help", "check"]).output()?;
    let has_second = String::from_utf8_lossy(&help.stdout).contains("--second-reader");
    let kinds = KINDS.into_iter().filter(|(command, ..)| has_second || *command != SECOND);
    let pairs: Vec<(&Path, Kind)> = kinds.flat_map(|kind| binaries.map(|binary| (binary, kind))).collect();
    let costs = in_turn(&pairs, ROUNDS, |(binary, kind)| over(binary, folder.path(), &outputs.next(), reports, *kind))?;
    Ok(pairs.chunks(2).zip(costs.chunks(2)).map(|(pair, costs)| (pair[0].1, [costs[0], costs[1]])).collect())
}

/// What the second reader adds to `publish` on one thread, in percent of `publish` without it; `each` is in the order of [`KINDS`].
fn second_reader(each: &[f64]) -> f64 {
    let (publish, second) = (each[8], each[11] - each[2]);
    100.0 * second / (publish - second)
}

/// Computes for each stage what its format adds to `check`, and its share of the CPU time for all three formats; `each` is in
/// the order of [`KINDS`].
fn stages(each: &[f64]) -> [(&'static str, f64, f64); 4] {
    let (all, check) = (each[0], each[2]);
    [("read and check", check), ("pdf", each[4] - check), ("docx", each[5] - check), ("xlsx", each[6] - check)]
        .map(|(name, ms)| (name, ms, 100.0 * ms / all))
}

/// Measures peak memory over few reports and over many: it must not grow with their number.
pub fn memory(binary: &Path, seed: u64) -> Result<Value> {
    println!("\n{:<24} {:>8} {:>9}", "memory, three formats", "threads", "peak MB");
    let (mut rows, outputs) = (Vec::new(), Outputs::new()?);
    for jobs in [1, 2] {
        for reports in [FEW, MANY] {
            let folder = tempfile::tempdir()?;
            generate::folder(folder.path(), seed, reports)?;
            let run = over(binary, folder.path(), &outputs.next(), reports, ("convert", "pdf,docx,xlsx", jobs))?;
            let peak = run.peak as f64 / 1e6;
            println!("{reports:<24} {jobs:>8} {peak:>9.1}");
            if reports == MANY {
                println!("{}", against("peak memory over many reports", peak, "MB", MEMORY, true));
            }
            rows.push(
                json!({ "reports": reports, "threads": jobs, "peak_mb": peak, "wall_s": run.wall.as_secs_f64() }),
            );
        }
    }
    Ok(json!(rows))
}

/// Output folders of the runs that are compared, removed together at the end: a file system that has just lost thousands of
/// files is slow to create new ones, which would be counted as time of the next run.
struct Outputs {
    folder: TempDir,
    given: Cell<usize>,
}

impl Outputs {
    fn new() -> Result<Outputs> {
        Ok(Outputs { folder: tempfile::tempdir()?, given: Cell::new(0) })
    }

    /// Returns a folder that no run has used.
    fn next(&self) -> PathBuf {
        self.given.set(self.given.get() + 1);
        self.folder.path().join(self.given.get().to_string())
    }
}

/// Runs over a folder; fails if any output is missing.
fn over(binary: &Path, folder: &Path, out: &Path, reports: u64, (command, formats, jobs): Kind) -> Result<Run> {
    let mut process = Command::new(binary);
    process.args(command.split(' ')).arg(folder).args(["--jobs", &jobs.to_string()]);
    match command {
        "convert" => process.arg("-o").arg(out).args(["--to", formats]),
        "publish" => process.arg("-o").arg(out),
        _ => &mut process,
    };
    let (run, code) = timed(&mut process)?;
    ensure!(code == Some(0), "nianbao {command} over {reports} reports ended in {code:?}");
    if command.starts_with("check") {
        return Ok(run);
    }
    // File names of reports contain the year; those of the books of the whole run do not.
    let names = fs::read_dir(out)?.filter_map(Result::ok).filter_map(|e| e.file_name().into_string().ok());
    let names: Vec<String> = names.filter(|name| name.contains('年')).collect();
    // A package is a folder and, beside it, a zip.
    let endings = if command == "publish" { vec!["zip"] } else { formats.split(',').collect() };
    for ending in endings {
        let ending = if ending == "fragment" { ".片段.html".to_owned() } else { format!(".{ending}") };
        let of_ending =
            |name: &&String| name.ends_with(&ending) && (ending != ".html" || !name.ends_with(".片段.html"));
        let written = names.iter().filter(of_ending).count() as u64;
        ensure!(written == reports, "{written} {ending} were written of {reports} reports");
    }
    Ok(run)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stage_costs_what_its_format_adds_to_reading() {
        let stages = stages(&[10.0, 11.0, 2.0, 2.0, 7.0, 3.0, 4.0]);
        assert_eq!(stages[0], ("read and check", 2.0, 20.0));
        assert_eq!((stages[1].1, stages[2].1, stages[3].1), (5.0, 1.0, 2.0));
    }

    #[test]
    fn the_second_reader_is_weighed_against_publish_without_it() {
        let each = [0.0, 0.0, 2.0, 0.0, 0.0, 0.0, 0.0, 0.0, 12.0, 0.0, 0.0, 4.0, 0.0];
        assert_eq!(second_reader(&each), 20.0);
        assert_eq!((KINDS[2], KINDS[8], KINDS[11]), (("check", "", 1), ("publish", ALL, 1), (SECOND, "", 1)));
    }
}
