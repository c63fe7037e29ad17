//! Files and the programs that check them: which script of `../shared/checks` checks a file, and the queue of all checks.
//!
//! Takes any number of files; identical bytes are checked once. Prints one line per check as it goes and returns the number
//! of faults.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use super::{office, words};

/// A format and the script that checks it.
#[derive(Debug)]
struct Format {
    /// The ending of its file names.
    ending: &'static str,
    /// The script, and its arguments after the file.
    script: &'static str,
    asked: &'static [&'static str],
}

/// All formats. If two endings fit a file, the first one applies.
const FORMATS: [Format; 5] = [
    Format { ending: ".pdf", script: "check_pdf.sh", asked: &["2a,ua1"] },
    Format { ending: ".docx", script: "check_docx.sh", asked: &[] },
    Format { ending: ".xlsx", script: "check_xlsx.sh", asked: &[] },
    Format { ending: FRAGMENT, script: "check_html.sh", asked: &[] },
    Format { ending: ".html", script: "check_html.sh", asked: &[] },
];

const FRAGMENT: &str = ".片段.html";

/// The validators to install.
pub const SET_UP: [&str; 3] = ["pdf", "office", "html"];

/// Each script starts virtual machines that run for a second or two and never use the code that they compile thoroughly. The
/// stack is enlarged to hold as many frames as with the usual compiler, whose frames are smaller.
const JAVA: &str = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xss8m";

/// One check: returns an error that says what is wrong, if anything.
pub struct Job {
    /// Name of the check, for its line of output.
    pub name: String,
    /// The script or program that checks.
    pub by: &'static str,
    pub check: Box<dyn Fn() -> Result<(), String> + Send + Sync>,
}

/// The checks to be made.
pub struct Judges {
    checks: PathBuf,
    /// Folder for the pages that fragments are put on.
    folder: PathBuf,
    seen: BTreeSet<[u8; 32]>,
    jobs: Vec<Job>,
    /// Published files for LibreOffice to open, by ending.
    office: BTreeMap<&'static str, Vec<PathBuf>>,
}

impl Judges {
    pub fn new(checks: &Path, folder: &Path) -> Judges {
        let (checks, folder) = (checks.to_owned(), folder.to_owned());
        Judges { checks, folder, seen: BTreeSet::new(), jobs: Vec::new(), office: BTreeMap::new() }
    }

    /// Adds a file, to be checked by the script for its format in full.
    pub fn file(&mut self, file: &Path, name: String) -> Result<()> {
        self.add(file, name, &[])
    }

    /// Adds a published file. It has no formula to be computed again, so LibreOffice, whose start takes most of a script's
    /// time, opens many of them at once.
    pub fn published(&mut self, file: &Path, name: String) -> Result<()> {
        let ending = [".docx", ".xlsx"].into_iter().find(|e| file.to_string_lossy().ends_with(e));
        let before = self.jobs.len();
        self.add(file, name, if ending.is_some() { &[("NO_LO", "1")] } else { &[] })?;
        if let Some(ending) = ending.filter(|_| self.jobs.len() > before) {
            self.office.entry(ending).or_default().push(file.to_owned());
        }
        Ok(())
    }

    fn add(&mut self, file: &Path, name: String, with: &'static [(&str, &str)]) -> Result<()> {
        let Format { ending, script, asked } = format_of(file).with_context(|| format!("no validator for {name}"))?;
        let bytes = fs::read(file).with_context(|| name.clone())?;
        if !self.seen.insert(Sha256::digest(&bytes).into()) {
            return Ok(());
        }
        let mut file = file.to_owned();
        if *ending == FRAGMENT {
            let page = self.folder.join(format!("fragment-{}.html", self.jobs.len()));
            fs::write(&page, on_a_page(&String::from_utf8(bytes)?))?;
            file = page;
        }
        let path = self.checks.join(script);
        let check = move || {
            let mut run = Command::new("bash");
            run.arg(&path).arg(&file).args(*asked).envs(with.iter().copied()).env("JDK_JAVA_OPTIONS", JAVA);
            match run.stdin(Stdio::null()).output() {
                Ok(output) if output.status.success() => Ok(()),
                Ok(output) => Err(format!("{script} ({})\n{}", output.status, words(&output))),
                Err(error) => Err(format!("{script}: {error}")),
            }
        };
        self.jobs.push(Job { name, by: script, check: Box::new(check) });
        Ok(())
    }

    /// Returns all checks.
    pub fn jobs(mut self) -> Result<Vec<Job>> {
        for (ending, files) in &self.office {
            self.jobs.extend(office::opened(files, ending));
        }
        Ok(self.jobs)
    }
}

fn format_of(file: &Path) -> Option<&'static Format> {
    let name = file.file_name()?.to_str()?;
    FORMATS.iter().find(|f| name.ends_with(f.ending))
}

/// Puts a fragment on a page, as a portal does, because the validators check whole pages.
fn on_a_page(fragment: &str) -> String {
    let head = "<head><meta charset=\"utf-8\"><title>Portal</title></head>";
    format!("<!DOCTYPE html>\n<html lang=\"zh-CN\">{head}<body><main>\n{fragment}</main></body></html>\n")
}

/// Runs the checks on all processors, printing results as it goes and the time of each script; returns the number of faults.
/// Each script has a temporary folder of its own, so that they do not interfere.
pub fn judge_all(mut jobs: Vec<Job>) -> usize {
    // The PDF validator compiles a helper on its first use: one PDF is checked first, so that no two checks compile at once.
    let first = jobs.iter().position(|job| job.by == "check_pdf.sh").map(|index| jobs.remove(index));
    let tally = Mutex::new(Tally::default());
    each(first.into_iter().collect(), &tally);
    each(jobs, &tally);
    let Tally { faults, took } = tally.into_inner().expect("no judge panics");
    for (by, (checks, all)) in took {
        println!("      {by}: {checks} checks, {:.1} s each", all.as_secs_f64() / f64::from(checks));
    }
    faults
}

#[derive(Default)]
struct Tally {
    faults: usize,
    /// How often each script ran, and its total time.
    took: BTreeMap<&'static str, (u32, Duration)>,
}

fn each(jobs: Vec<Job>, tally: &Mutex<Tally>) {
    let queue = Mutex::new(jobs.into_iter());
    let work = || {
        loop {
            let next = queue.lock().expect("no judge panics").next();
            let Some(job) = next else { return };
            let begun = Instant::now();
            let verdict = (job.check)();
            // The lock keeps the lines of two faults apart.
            let mut tally = tally.lock().expect("no judge panics");
            let took = tally.took.entry(job.by).or_default();
            *took = (took.0 + 1, took.1 + begun.elapsed());
            match verdict {
                Ok(()) => println!("ok    {}", job.name),
                Err(words) => {
                    tally.faults += 1;
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
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn every_check_is_made_once_and_every_fault_counted() {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let jobs = ["a.pdf", "b.docx", "c.xlsx", "d.pdf", "e.pdf"].map(|name| {
            let (seen, by) = (seen.clone(), format_of(Path::new(name)).unwrap().script);
            let check = move || {
                seen.lock().unwrap().push(name);
                if by == "check_pdf.sh" { Err("no good".to_owned()) } else { Ok(()) }
            };
            Job { name: name.to_owned(), by, check: Box::new(check) }
        });
        let faults = judge_all(jobs.into());
        let mut seen = seen.lock().unwrap().clone();
        seen.sort_unstable();
        assert_eq!((faults, seen), (3, vec!["a.pdf", "b.docx", "c.xlsx", "d.pdf", "e.pdf"]));
    }

    #[test]
    fn the_same_bytes_are_judged_once_and_an_unknown_format_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let file = |name: &str, bytes: &str| {
            let path = dir.path().join(name);
            fs::write(&path, bytes).unwrap();
            path
        };
        let mut judges = Judges::new(dir.path(), dir.path());
        for (name, bytes) in [("a.docx", "A"), ("b.docx", "A"), ("c.docx", "C"), ("d.片段.html", "<p>D</p>\n")] {
            judges.published(&file(name, bytes), name.to_owned()).unwrap();
        }
        assert!(judges.published(&file("e.ofd", "E"), "e.ofd".to_owned()).is_err());
        let names: Vec<String> = judges.jobs().unwrap().into_iter().map(|job| job.name).collect();
        assert_eq!(names, ["a.docx", "c.docx", "d.片段.html", "LibreOffice opens 2 .docx"]);
    }

    #[test]
    fn a_fragment_is_told_from_a_page() {
        let ending = |file: &str| format_of(Path::new(file)).unwrap().ending;
        assert_eq!((ending("a.html"), ending("a.片段.html")), (".html", FRAGMENT));
    }
}
