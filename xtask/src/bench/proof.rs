//! The cost of the proof, compared with what it proves: each stage of `convert` to all formats, and the proof, in this
//! process.
//!
//! Takes a folder of workbooks. CPU time is that of the whole process, because the writers start threads of their own;
//! reports are processed one after the other, so that nothing else runs at the same time.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result};
use nianbao::cli::reading::examine;
use nianbao::engine::Engine;
use nianbao::pipeline::{Format, produce};
use nianbao::publish::{package, prove, prove_package};
use rustix::time::{ClockId, clock_gettime};
use serde_json::{Value, json};

use super::cost::against;
use crate::project;

/// How often every report is measured, after one round that is not counted.
const ROUNDS: usize = 3;
/// Required: at most what the proof may add to the time of `convert` to the same formats, in percent.
const PROOF: f64 = 30.0;

/// CPU time of one round over the folder, in milliseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Stages {
    read: f64,
    produce: f64,
    write: f64,
    prove: f64,
}

impl Stages {
    /// The stages of `convert`.
    fn convert(&self) -> f64 {
        self.read + self.produce + self.write
    }

    /// The time of the proof, in percent of the time of `convert`.
    fn added(&self) -> f64 {
        100.0 * self.prove / self.convert()
    }
}

pub fn measure(folder: &Path) -> Result<Value> {
    let mut inputs = Vec::new();
    project::walk(folder, &mut inputs)?;
    inputs.sort();
    let rounds = (0..=ROUNDS).map(|_| round(&inputs)).collect::<Result<Vec<_>>>()?;
    let median = median(&rounds[1..]);
    let each = |ms: f64| ms / inputs.len() as f64;
    println!("\n{:<24} {:>11} {:>11}", "all seven, in process", "cpu ms each", "of produce");
    let Stages { read, produce, write, prove } = median;
    let stages = [("read and check", read), ("produce", produce), ("write", write), ("prove", prove)];
    for (name, ms) in stages {
        println!("{name:<24} {:>11.2} {:>10.1}%", each(ms), 100.0 * ms / produce);
    }
    println!("{}", against("the proof beside convert to the same formats", median.added(), "%", PROOF, true));
    let rows = stages.map(
        |(name, ms)| json!({ "stage": name, "cpu_ms_each": each(ms), "percent_of_produce": 100.0 * ms / produce }),
    );
    Ok(json!({ "rounds": ROUNDS, "stages": rows, "prove_percent_of_convert": median.added() }))
}

/// Measures one round over all reports.
fn round(inputs: &[PathBuf]) -> Result<Stages> {
    let (engine, out) = (Engine::default(), tempfile::tempdir()?);
    let mut all = Stages::default();
    for input in inputs {
        let name = || project::shown(input);
        let begun = cpu();
        let examined = examine(input, &engine);
        let whole = examined.whole().with_context(name)?;
        let read = cpu();
        let files = produce(whole, &Format::ALL, &engine).with_context(name)?;
        let produced = cpu();
        for (format, bytes) in &files {
            std::fs::write(out.path().join(format.name()), bytes)?;
        }
        let written = cpu();
        let compared = prove(whole.report, &files, &engine.setting().limits).with_context(name)?;
        let proved = cpu();
        // Packing is not part of the proof; checking that the package contains what was proved is.
        let package = package("report", whole.report, files, &compared, &engine).with_context(name)?;
        let packed = cpu();
        prove_package(&package).with_context(name)?;
        let opened = cpu();
        all.read += ms(read - begun);
        all.produce += ms(produced - read);
        all.write += ms(written - produced);
        all.prove += ms(proved - written) + ms(opened - packed);
    }
    Ok(all)
}

/// Returns the median round, ordered by what the proof adds.
fn median(rounds: &[Stages]) -> Stages {
    let mut rounds = rounds.to_vec();
    rounds.sort_by(|a, b| a.added().total_cmp(&b.added()));
    rounds[rounds.len() / 2]
}

/// CPU time of this process so far, all threads together.
fn cpu() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), time.tv_nsec as u32)
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_proof_is_weighed_against_all_of_convert_and_the_middle_round_counts() {
        let round = |prove| Stages { read: 10.0, produce: 80.0, write: 10.0, prove };
        assert_eq!(round(25.0).added(), 25.0);
        assert_eq!(median(&[round(40.0), round(10.0), round(20.0)]), round(20.0));
    }

    #[test]
    fn every_thread_of_the_process_counts() {
        let begun = cpu();
        let busy = || (0..3_000_000_u64).fold(0, |a, n| a ^ n.wrapping_mul(a | 1));
        assert!(std::thread::spawn(busy).join().unwrap() != 1);
        assert!(cpu() > begun);
    }
}
