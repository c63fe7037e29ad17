//! `cargo xtask verify`: every sample to every format, judged by programs that are not ours.
//!
//! Takes the workbooks under `samples/` and the release binary; runs the validators in `../shared/checks` (veraPDF,
//! Open XML SDK, LibreOffice, the Nu checker, axe and others) over each sample, each output and a fresh template. Gives a line a file, the
//! validators' words in full for a fault, and fails on any fault or where nothing was checked. Where the validators are
//! absent it says so and passes. A sample must also say the same when LibreOffice has saved it. Writes only into a temporary folder.

use std::fs;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Mutex;
use std::thread;

use anyhow::{Context, Result, bail, ensure};

use crate::cluster;
use crate::project::{self, Kind, Sample};
use crate::resave;

/// A format a report goes to.
#[derive(Debug)]
struct Format {
    /// Its name for `--to`.
    name: &'static str,
    /// What the name of its file ends in.
    ending: &'static str,
    /// The script that judges it, and what that is asked beyond the file.
    script: &'static str,
    asked: &'static [&'static str],
}

/// All formats. Of two endings that fit a file, the one that stands first is meant.
const FORMATS: [Format; 5] = [
    Format { name: "pdf", ending: ".pdf", script: "check_pdf.sh", asked: &["2a,ua1"] },
    Format { name: "docx", ending: ".docx", script: "check_docx.sh", asked: &[] },
    Format { name: "xlsx", ending: ".xlsx", script: "check_xlsx.sh", asked: &[] },
    Format { name: "fragment", ending: ".片段.html", script: "check_html.sh", asked: &[] },
    Format { name: "html", ending: ".html", script: "check_html.sh", asked: &[] },
];

/// What the validators are set up for.
const SET_UP: [&str; 3] = ["pdf", "office", "html"];

pub fn run() -> Result<()> {
    let checks = project::root().join("../shared/checks");
    if !checks.join("setup.sh").is_file() {
        println!("SKIPPED: no validators in ../shared/checks beside the repository; no output was verified");
        return Ok(());
    }
    let checks = checks.canonicalize()?;
    set_up(&checks)?;
    let binary = project::release_binary()?;
    let samples = project::samples()?;
    ensure!(samples.iter().any(|sample| sample.kind == Kind::Report), "samples/ holds no report to verify");
    let temporary = tempfile::tempdir()?;

    let mut faults = Vec::new();
    let mut jobs = vec![template(&binary, temporary.path())?];
    for (number, sample) in samples.iter().enumerate() {
        jobs.push(Job::new(&sample.path, project::shown(&sample.path))?);
        match outputs(&binary, sample, &temporary.path().join(number.to_string())) {
            Ok(made) => jobs.extend(made),
            Err(error) => faults.push(format!("{}: {error:#}", project::shown(&sample.path))),
        }
        if sample.kind == Kind::Report {
            let folder = temporary.path().join(format!("resaved-{number}"));
            fs::create_dir(&folder)?;
            let name = format!("{} saved by LibreOffice", project::shown(&sample.path));
            match resave::same_after_libreoffice(&binary, &sample.path, &folder) {
                Ok(()) => println!("ok    {name}"),
                Err(error) => faults.push(format!("{name}: {error:#}")),
            }
        }
    }
    if let Err(error) = cluster::run(&binary) {
        faults.push(format!("samples/cluster/parallel.sh: {error:#}"));
    }
    let checked = jobs.len();
    faults.iter().for_each(|fault| println!("FAULT {fault}"));
    // The PDF validator compiles a helper on its first use: one PDF goes ahead, lest two compile over each other.
    let first_pdf = jobs.iter().position(|job| job.script == "check_pdf.sh");
    let ahead = first_pdf.map(|index| jobs.remove(index)).into_iter().collect();
    let judge = |job: &Job| judge(&checks, job);
    let failed = faults.len() + judge_all(ahead, judge) + judge_all(jobs, judge);
    ensure!(failed == 0, "{failed} faults, {checked} files checked");
    println!("{checked} files checked, no fault");
    Ok(())
}

/// Installs the validators, or finds that they are; its words matter only when it fails.
fn set_up(checks: &Path) -> Result<()> {
    println!("setting up the validators …");
    let output = Command::new("bash").arg(checks.join("setup.sh")).args(SET_UP).stdin(Stdio::null()).output();
    let output = output.context("bash could not be started")?;
    if !output.status.success() {
        bail!("the validators could not be set up ({})\n{}", output.status, words(&output));
    }
    Ok(())
}

/// One file to be judged.
#[derive(Debug)]
struct Job {
    file: PathBuf,
    /// What the line about it says.
    name: String,
    script: &'static str,
    asked: &'static [&'static str],
}

impl Job {
    fn new(file: &Path, name: String) -> Result<Self> {
        let Format { script, asked, .. } = format_of(file).with_context(|| format!("no validator for {name}"))?;
        Ok(Self { file: file.to_owned(), name, script, asked })
    }
}

fn format_of(file: &Path) -> Option<&'static Format> {
    let name = file.file_name()?.to_str()?;
    FORMATS.iter().find(|f| name.ends_with(f.ending))
}

/// Runs the script for a file: nothing where the file is good, else what the validators said.
fn judge(checks: &Path, job: &Job) -> Result<(), String> {
    let script = checks.join(job.script);
    let run = Command::new("bash").arg(script).arg(&job.file).args(job.asked).stdin(Stdio::null()).output();
    match run {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => Err(format!("{} ({})\n{}", job.script, output.status, words(&output))),
        Err(error) => Err(format!("{}: {error}", job.script)),
    }
}

/// A fresh blank workbook, so that the template is judged as it is made now.
fn template(binary: &Path, folder: &Path) -> Result<Job> {
    let file = folder.join("template.xlsx");
    let output = Command::new(binary).arg("template").arg("-o").arg(&file).stdin(Stdio::null()).output()?;
    ensure!(output.status.success(), "nianbao template failed ({})\n{}", output.status, words(&output));
    Job::new(&file, "nianbao template".to_owned())
}

/// Converts one sample into a folder of its own; a blank gives no output.
fn outputs(binary: &Path, sample: &Sample, folder: &Path) -> Result<Vec<Job>> {
    if sample.kind == Kind::Blank {
        return Ok(Vec::new());
    }
    fs::create_dir(folder)?;
    let formats = FORMATS.map(|f| f.name).join(",");
    let mut convert = Command::new(binary);
    convert.arg("convert").arg(&sample.path).arg("-o").arg(folder).args(["--to", &formats]);
    convert.arg("--site").arg(project::root().join("samples/站点.toml"));
    let output = convert.stdin(Stdio::null()).output()?;
    // 1 is a report with findings, which is written all the same.
    if !matches!(output.status.code(), Some(0 | 1)) {
        bail!("nianbao convert failed ({})\n{}", output.status, words(&output));
    }
    let mut made = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    made.sort();
    let mut jobs = Vec::new();
    for format in &FORMATS {
        let mut of_format = made.iter().filter(|file| format_of(file).is_some_and(|f| f.name == format.name));
        let (Some(file), None) = (of_format.next(), of_format.next()) else {
            bail!("nianbao convert was to write one {} and left {made:?}\n{}", format.name, words(&output));
        };
        if format.name == "fragment" {
            on_a_page(file)?;
        }
        jobs.push(Job::new(file, format!("{} → {}", project::shown(&sample.path), format.name))?);
    }
    ensure!(made.len() == FORMATS.len(), "nianbao convert left more than its outputs: {made:?}");
    Ok(jobs)
}

/// Puts a fragment on a page, as a portal does: the validators judge whole pages.
fn on_a_page(file: &Path) -> Result<()> {
    let fragment = fs::read_to_string(file)?;
    let head = "<head><meta charset=\"utf-8\"><title>Portal</title></head>";
    let page = format!("<!DOCTYPE html>\n<html lang=\"zh-CN\">{head}<body><main>\n{fragment}</main></body></html>\n");
    fs::write(file, page).with_context(|| project::shown(file))
}

/// Judges on all processors, printing as it goes; gives the number of faults. Each script has a temporary folder of
/// its own, so that they do not meet.
fn judge_all(jobs: Vec<Job>, judge: impl Fn(&Job) -> Result<(), String> + Sync) -> usize {
    let queue = Mutex::new(jobs.into_iter());
    let faults = Mutex::new(0);
    let work = || {
        loop {
            let next = queue.lock().expect("no judge panics").next();
            let Some(job) = next else { return };
            let verdict = judge(&job);
            // The lock keeps the lines of two faults apart.
            let mut faults = faults.lock().expect("no judge panics");
            match verdict {
                Ok(()) => println!("ok    {}", job.name),
                Err(words) => {
                    *faults += 1;
                    println!("FAULT {}: {words}", job.name);
                }
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, NonZero::get) {
            scope.spawn(work);
        }
    });
    faults.into_inner().expect("no judge panics")
}

/// All that a program said.
fn words(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_judged_once_and_every_fault_counted() {
        let names = ["a.pdf", "b.docx", "c.xlsx", "d.pdf", "e.pdf"];
        let jobs = names.iter().map(|name| Job::new(Path::new(name), (*name).to_owned()).unwrap()).collect();
        let seen = Mutex::new(Vec::new());
        let faults = judge_all(jobs, |job| {
            seen.lock().unwrap().push(job.name.clone());
            if job.script == "check_pdf.sh" { Err("no good".to_owned()) } else { Ok(()) }
        });
        let mut seen = seen.into_inner().unwrap();
        seen.sort();
        assert_eq!((faults, seen), (3, names.map(str::to_owned).to_vec()));
    }

    #[test]
    fn a_file_of_no_known_format_is_refused() {
        assert!(Job::new(Path::new("a.ofd"), "a.ofd".to_owned()).is_err());
    }

    #[test]
    fn a_fragment_is_told_from_a_page() {
        let name = |file: &str| format_of(Path::new(file)).unwrap().name;
        assert_eq!((name("a.html"), name("a.片段.html")), ("html", "fragment"));
    }
}
