//! `cargo xtask mutants`: checks that damaged workbooks do not crash the program, hang it, or silently change a number.
//!
//! Takes the samples in all formats and a seed, damages copies of them (see [`spoil`]), and checks them with the release
//! binary and its second reader. Fails on an undocumented exit code, an input without a result, an internal fault, a run that
//! takes too long, and a number of a report that differs from the second reading of its cell without a finding there. Writes
//! only into a temporary folder.

mod compare;
pub mod spoil;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use fastrand::Rng;
use nianbao::engine::Engine;
use nianbao::import::FileKind;
use serde_json::Value;

use crate::{generate, project};

/// Number of mutants checked in one run of the program.
const BATCH: u64 = 250;
/// Time limit of a run: for its start, and for each mutant, two of which may reach the limit of a child process.
const START: Duration = Duration::from_secs(60);
const EACH: Duration = Duration::from_secs(1);

/// What to damage.
#[derive(Debug, PartialEq, Eq)]
pub struct Plan {
    mutants: u64,
    seed: u64,
    /// Folder for copies of the mutants that fail.
    keep: Option<PathBuf>,
}

impl Plan {
    pub fn parse(args: &[&str]) -> Result<Plan> {
        let mut plan = Plan { mutants: 300, seed: 1, keep: None };
        let mut args = args.iter();
        while let Some(&arg) = args.next() {
            match arg {
                "--mutants" => plan.mutants = generate::number(arg, args.next())?,
                "--seed" => plan.seed = generate::number(arg, args.next())?,
                "--keep" => plan.keep = Some(args.next().context("--keep wants a folder")?.into()),
                _ => bail!("mutants does not know what `{arg}` is for"),
            }
        }
        Ok(plan)
    }
}

/// Results of the mutants, by kind of damage.
#[derive(Debug, Default)]
struct Tally {
    /// Numbers of mutants: all, refused, read differently by the second reader, not read by it.
    by_kind: BTreeMap<String, [u64; 4]>,
    faults: Vec<String>,
}

pub fn run(plan: &Plan) -> Result<()> {
    let program = project::release_binary()?;
    let sources = sources()?;
    ensure!(sources.len() >= 10, "only {} workbooks under samples/", sources.len());
    let (engine, mut tally) = (Engine::default(), Tally::default());
    let begun = Instant::now();
    let mut from = 0;
    while from < plan.mutants {
        let to = (from + BATCH).min(plan.mutants);
        batch(&program, &sources, plan, from..to, &engine, &mut tally)?;
        from = to;
        println!(
            "{from} of {} mutants, {} faults, {:.0} s",
            plan.mutants,
            tally.faults.len(),
            begun.elapsed().as_secs_f64()
        );
    }
    println!("\n{:<28} {:>8} {:>9} {:>10} {:>9}", "spoiled by", "mutants", "refused", "different", "one-eyed");
    for (kind, [all, refused, different, alone]) in &tally.by_kind {
        println!("{kind:<28} {all:>8} {refused:>9} {different:>10} {alone:>9}");
    }
    ensure!(tally.faults.is_empty(), "{} faults:\n{}", tally.faults.len(), tally.faults.join("\n"));
    Ok(())
}

/// Returns the samples of reports in every format: name and bytes.
fn sources() -> Result<Vec<(String, Vec<u8>)>> {
    let mut paths = Vec::new();
    project::walk(&project::root().join("samples"), &mut paths)?;
    paths.sort();
    let endings: Vec<&str> = FileKind::ALL.into_iter().flat_map(FileKind::endings).copied().collect();
    let is_book = |p: &PathBuf| p.extension().is_some_and(|e| endings.iter().any(|known| e == *known));
    paths.retain(|p| is_book(p) && !p.to_string_lossy().contains("标准模板"));
    let read = |path: PathBuf| {
        let name = path.file_name().context("a name")?.to_string_lossy().into_owned();
        Ok((name, fs::read(&path)?))
    };
    paths.into_iter().map(read).collect()
}

/// Writes mutants into a folder; returns the kind of damage of each by file name.
fn written(
    folder: &Path,
    sources: &[(String, Vec<u8>)],
    seed: u64,
    numbers: std::ops::Range<u64>,
) -> Result<BTreeMap<String, String>> {
    let mut kinds = BTreeMap::new();
    for number in numbers {
        // Each mutant has its own seed, so that a single one can be made again.
        let mut rng = Rng::with_seed(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(number));
        let (name, bytes) = &sources[rng.usize(..sources.len())];
        let (stem, ending) = name.rsplit_once('.').context("an ending")?;
        let (bytes, kind) = spoil::spoiled(bytes, ending, &mut rng)?;
        let file = format!("{number:06}-{kind}-{stem}.{ending}");
        fs::write(folder.join(&file), bytes)?;
        kinds.insert(file, format!("{ending} {kind}"));
    }
    Ok(kinds)
}

/// Writes a number of mutants into a folder, for another chore.
pub fn folder(folder: &Path, seed: u64, count: u64) -> Result<()> {
    written(folder, &sources()?, seed, 0..count).map(drop)
}

fn batch(
    program: &Path,
    sources: &[(String, Vec<u8>)],
    plan: &Plan,
    numbers: std::ops::Range<u64>,
    engine: &Engine,
    tally: &mut Tally,
) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let count = numbers.end - numbers.start;
    let kinds = written(folder.path(), sources, plan.seed, numbers)?;
    let lines = match checked(program, folder.path(), START + EACH * count as u32) {
        Ok(lines) => lines,
        Err(fault) => {
            tally.faults.push(format!("{fault:#}"));
            keep(plan, folder.path(), None)?;
            return Ok(());
        }
    };
    for (file, kind) in &kinds {
        let path = folder.path().join(file);
        let entry = tally.by_kind.entry(kind.clone()).or_default();
        entry[0] += 1;
        let fault = match lines.get(file) {
            None => Some("has no result".to_owned()),
            Some(line) => {
                let has = |code: &str| line["findings"].as_array().is_some_and(|f| f.iter().any(|f| f["code"] == code));
                let refused = line["status"] == "failed" || line["status"] == "skipped";
                // Not read by the second reader, or not to the end.
                let alone = has("I104") || has("I105");
                for (count, counts) in entry[1..].iter_mut().zip([refused, has("I103"), alone]) {
                    *count += u64::from(counts);
                }
                if has("X901") {
                    Some("is an internal fault".to_owned())
                } else if refused || alone {
                    None
                } else {
                    compare::silent_change(&path, line, engine)?
                }
            }
        };
        if let Some(fault) = fault {
            tally.faults.push(format!("{file} {fault}"));
            keep(plan, folder.path(), Some(file))?;
        }
    }
    Ok(())
}

/// Keeps one file of a folder, or all of them.
fn keep(plan: &Plan, folder: &Path, file: Option<&String>) -> Result<()> {
    let Some(to) = &plan.keep else { return Ok(()) };
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().context("a name")?;
        if file.is_none_or(|f| name == f.as_str()) {
            fs::copy(&path, to.join(name))?;
        }
    }
    Ok(())
}

/// Returns the result of each file of a folder, by file name.
fn checked(program: &Path, folder: &Path, most: Duration) -> Result<BTreeMap<String, Value>> {
    let out = tempfile::NamedTempFile::new()?;
    let mut child = Command::new(program)
        .args(["check", "--second-reader", "--format", "json"])
        .arg(folder)
        .stdin(Stdio::null())
        .stdout(out.reopen()?)
        .stderr(Stdio::null())
        .spawn()?;
    let begun = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        if begun.elapsed() > most {
            child.kill()?;
            child.wait()?;
            bail!("the run over {} hangs", folder.display());
        }
        std::thread::sleep(Duration::from_millis(20));
    };
    ensure!(matches!(status.code(), Some(0 | 1 | 3)), "the run over {} ended with {status}", folder.display());
    let text = fs::read_to_string(out.path())?;
    let mut lines = BTreeMap::new();
    for line in text.lines() {
        let line: Value = serde_json::from_str(line)?;
        let file = Path::new(line["file"].as_str().unwrap_or_default()).file_name().unwrap_or_default();
        lines.insert(file.to_string_lossy().into_owned(), line);
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_become_a_plan() {
        let plan = Plan::parse(&["--mutants", "7", "--seed", "3"]).unwrap();
        assert_eq!(plan, Plan { mutants: 7, seed: 3, keep: None });
        assert!(Plan::parse(&["--mutants", "x"]).is_err() && Plan::parse(&["7"]).is_err());
    }

    #[test]
    fn a_mutant_is_made_again_by_its_seed_and_differs_from_its_source() {
        let sources = sources().unwrap();
        let mut same = 0;
        for (name, bytes) in &sources {
            let ending = name.rsplit_once('.').unwrap().1;
            for seed in 0..20 {
                let mutant = |seed| spoil::spoiled(bytes, ending, &mut Rng::with_seed(seed)).unwrap();
                assert_eq!(mutant(seed), mutant(seed), "{name} {seed}");
                same += u32::from(mutant(seed).0 == *bytes);
            }
        }
        assert_eq!(same, 0, "of {} mutants", sources.len() * 20);
    }
}
