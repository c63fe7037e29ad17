//! `cargo xtask verify`: checks the outputs of the program with third-party programs.
//!
//! Takes the samples, or generated reports, and the program: converts them to every format, publishes them, and runs
//! the validators in `../shared/checks` (veraPDF, Open XML SDK, LibreOffice, the Nu checker, axe and others) over the
//! outputs; checksums, zips, traces of the machine and the schema of the JSON are checked as well. Prints one line per file
//! and, for a fault, the full output of the validators; fails on any fault or if nothing was checked. If the validators are
//! absent, it says so and passes. Writes only into a temporary folder; what it installs is located in `target`.

mod cluster;
mod judge;
mod office;
mod packages;
mod run;
mod schema;
mod traces;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};

use crate::generate::{self, number};
use crate::project::{self, SampleKind};
use crate::validators;
use judge::{Judges, judge_all};
use run::Run;

/// What to verify.
#[derive(Debug, PartialEq, Eq)]
pub struct Plan {
    /// Number of generated reports; the samples if not given.
    reports: Option<u64>,
    seed: u64,
}

impl Plan {
    pub fn parse(args: &[&str]) -> Result<Plan> {
        let (mut reports, mut seed) = (None, None);
        let mut args = args.iter();
        while let Some(&arg) = args.next() {
            match arg {
                "--reports" => reports = Some(number(arg, args.next())?),
                "--seed" => seed = Some(number(arg, args.next())?),
                _ => bail!("verify does not know what `{arg}` is for"),
            }
        }
        ensure!(reports != Some(0), "--reports wants a number of at least 1");
        ensure!(reports.is_some() || seed.is_none(), "--seed is for generated reports: --reports N");
        Ok(Plan { reports, seed: seed.unwrap_or(1) })
    }
}

pub fn run(plan: &Plan) -> Result<()> {
    let Some(checks) = validators::folder() else {
        println!("SKIPPED: no validators in ../shared/checks beside the repository; no output was verified");
        return Ok(());
    };
    let checks = checks.canonicalize()?;
    validators::set_up(&checks, &judge::SET_UP)?;
    let schema = schema::Checker::set_up()?;
    let binary = project::binary()?;
    let begun = Instant::now();
    let temporary = tempfile::tempdir()?;
    let mut judges = Judges::new(&checks, temporary.path());
    let mut faults = Vec::new();

    let runs = match plan.reports {
        Some(reports) => vec![generated(plan.seed, reports, temporary.path())?],
        None => {
            judges.file(&template(&binary, temporary.path())?, "nianbao template".to_owned())?;
            for sample in project::samples()? {
                judges.file(&sample.path, project::shown(&sample.path))?;
            }
            if let Err(error) = cluster::run(&binary) {
                faults.push(format!("samples/cluster/parallel.sh: {error:#}"));
            }
            samples(temporary.path())?
        }
    };
    for run in &runs {
        ensure!(!run.inputs.is_empty(), "{} holds no report to verify", run.name);
        // Outputs written before a fault are checked too.
        faults.extend(run.all(&binary, &schema, &mut judges));
    }
    faults.iter().for_each(|fault| println!("FAULT {fault}"));
    let jobs = judges.jobs()?;
    let checked = jobs.len();
    let failed = faults.len() + judge_all(jobs);
    ensure!(failed == 0, "{failed} faults, {checked} checks, {} s", begun.elapsed().as_secs());
    println!("{checked} checks, no fault, {} s", begun.elapsed().as_secs());
    Ok(())
}

/// Returns the reports under `samples/`, one run per folder: no two reports of a folder have the same name.
fn samples(temporary: &Path) -> Result<Vec<Run>> {
    let samples = project::samples()?;
    let reports: Vec<PathBuf> = samples.into_iter().filter(|s| s.kind == SampleKind::Report).map(|s| s.path).collect();
    let folder = project::root().join("samples");
    let archive = folder.join("archive");
    // The archive contains every format that can be read.
    let mut archived = Vec::new();
    project::walk(&archive, &mut archived)?;
    archived.sort();
    let own = reports.into_iter().filter(|path| !path.starts_with(&archive)).collect();
    [(folder, own), (archive, archived)]
        .into_iter()
        .map(|(folder, inputs)| {
            let name = project::shown(&folder);
            Ok(Run { folder: made(&temporary.join(name.replace('/', "-")))?, name, inputs })
        })
        .collect()
}

/// Returns generated reports as one run.
fn generated(seed: u64, reports: u64, temporary: &Path) -> Result<Run> {
    let (workbooks, folder) = (temporary.join("workbooks"), made(&temporary.join("generated"))?);
    generate::folder(&workbooks, seed, reports)?;
    let mut inputs = Vec::new();
    project::walk(&workbooks, &mut inputs)?;
    inputs.sort();
    Ok(Run { name: format!("{reports} generated reports of seed {seed}"), folder, inputs })
}

fn made(folder: &Path) -> Result<PathBuf> {
    fs::create_dir(folder).with_context(|| folder.display().to_string())?;
    Ok(folder.to_owned())
}

/// Makes a new blank workbook, so that the current template is checked.
fn template(binary: &Path, folder: &Path) -> Result<PathBuf> {
    let file = folder.join("template.xlsx");
    let output = Command::new(binary).arg("template").arg("-o").arg(&file).stdin(Stdio::null()).output()?;
    ensure!(output.status.success(), "nianbao template failed ({})\n{}", output.status, words(&output));
    Ok(file)
}

/// Returns all output of a program.
fn words(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// Runs a program and returns its standard output; if it fails, the error contains all its output.
fn stdout_of(command: &mut Command) -> Result<Vec<u8>> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("{name} could not be started"))?;
    ensure!(output.status.success(), "{name} ({})\n{}", output.status, words(&output));
    Ok(output.stdout)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plan_is_read() {
        assert_eq!(Plan::parse(&[]).unwrap(), Plan { reports: None, seed: 1 });
        assert_eq!(Plan::parse(&["--reports", "8", "--seed", "3"]).unwrap(), Plan { reports: Some(8), seed: 3 });
        for wrong in [&["--reports"][..], &["--reports", "0"], &["--seed", "1"], &["a.xlsx"]] {
            assert!(Plan::parse(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn the_samples_are_two_runs_and_no_blank_is_among_them() {
        let folder = tempfile::tempdir().unwrap();
        let runs = samples(folder.path()).unwrap();
        assert_eq!(runs.len(), 2);
        assert!(runs.iter().all(|run| run.inputs.len() >= 3), "{runs:?}");
        assert!(!runs.iter().flat_map(|r| &r.inputs).any(|p| p.to_string_lossy().contains("模板")));
    }
}
