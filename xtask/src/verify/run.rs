//! Runs reports through `convert` and `publish`: both must write the same files, and all files are checked.
//!
//! Takes inputs whose reports have different names, returns the faults it finds and passes the files on to the validators.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use nianbao::pipeline::Format;

use super::judge::Judges;
use super::schema::Checker;
use super::{office, packages, traces, words};
use crate::project;

/// The workbook that summarises a run of `convert`.
pub const SUMMARY: &str = "汇总.xlsx";
/// The files that a run of `convert` writes besides those of its reports.
const BOOKS: [&str; 4] = [SUMMARY, "manifest.jsonl", "运行记录.jsonl", "数据.csv"];
/// Another clock and another user for `publish`, as far as they can be simulated: the packages must not show them.
const CLOCK: &str = "2031-05-06 07:08:09";
const USER: &str = "nianbao-verify-user";

/// The inputs of one run.
#[derive(Debug)]
pub struct Run {
    /// Its name in lines of output.
    pub name: String,
    pub inputs: Vec<PathBuf>,
    /// A folder for its outputs only.
    pub folder: PathBuf,
}

impl Run {
    /// Converts, publishes and compares; returns the faults.
    pub fn all(&self, binary: &Path, schema: &Checker, judges: &mut Judges) -> Vec<String> {
        let mut faults = Vec::new();
        let mut keep = |what: &str, outcome: Result<()>| {
            faults.extend(outcome.err().map(|e| format!("{}, {what}: {e:#}", self.name)));
        };
        keep("convert", self.convert(binary, judges));
        let (workbooks, others): (Vec<PathBuf>, Vec<PathBuf>) =
            self.inputs.iter().cloned().partition(|p| p.extension().is_some_and(|e| e == "xlsx"));
        debug_assert!(workbooks.len() + others.len() == self.inputs.len());
        if !workbooks.is_empty() {
            let saved = office::same_after(binary, &workbooks, &self.converted(), &self.folder.join("saved"));
            keep("LibreOffice", saved);
        }
        match self.publish(binary) {
            Ok(folders) => {
                for folder in &folders {
                    let name = shown(folder);
                    keep(&name, packages::sound(folder));
                    keep(&name, self.same_as_converted(folder));
                    keep(&name, traces::none(folder, &self.machine()));
                    keep(&name, self.judged(folder, judges));
                }
                let index = self.published().join("index.html");
                keep("index.html", judges.published(&index, format!("{}: index.html", self.name)));
                keep(
                    "index.html",
                    fs::read(&index).map_err(Into::into).and_then(|bytes| traces::of_machine(&bytes, &self.machine())),
                );
                keep("JSON", schema.all(&folders));
                println!("ok    {}: {} packages published, same bytes as converted", self.name, folders.len());
            }
            Err(error) => keep("publish", Err(error)),
        }
        faults
    }

    fn converted(&self) -> PathBuf {
        self.folder.join("converted")
    }

    fn published(&self) -> PathBuf {
        self.folder.join("published")
    }

    /// Words that would reveal this machine.
    fn machine(&self) -> Vec<String> {
        let mut words = vec![USER.to_owned(), project::root().display().to_string(), self.folder.display().to_string()];
        words.extend(std::env::home_dir().map(|p| format!("{}/", p.display())));
        words
    }

    /// Converts to every format; the files are added to the checks.
    fn convert(&self, binary: &Path, judges: &mut Judges) -> Result<()> {
        let mut convert = Command::new(binary);
        convert.arg("convert").args(&self.inputs).args(["--to", &Format::ALL.map(Format::name).join(",")]);
        let output = with_site(&mut convert).arg("-o").arg(self.converted()).stdin(Stdio::null()).output()?;
        // Exit code 1 means that the report has findings; it is written all the same.
        ensure!(matches!(output.status.code(), Some(0 | 1)), "{}\n{}", output.status, words(&output));
        let mut made = Vec::new();
        project::walk(&self.converted(), &mut made)?;
        made.sort();
        let of_run = |path: &PathBuf| path.file_name().is_some_and(|n| BOOKS.iter().any(|b| n == *b));
        let (books, made): (Vec<PathBuf>, Vec<PathBuf>) = made.into_iter().partition(of_run);
        let expected = self.inputs.len() * Format::ALL.len();
        ensure!(made.len() == expected, "{} files were written and not {expected}\n{}", made.len(), words(&output));
        for file in books.iter().filter(|p| p.ends_with(SUMMARY)) {
            judges.file(file, format!("{}: {}", self.name, shown(file)))?;
        }
        made.iter().filter(|p| is_judged(p)).try_for_each(|file| judges.published(file, shown(file)))
    }

    /// Publishes all inputs; returns the folders of their packages.
    fn publish(&self, binary: &Path) -> Result<Vec<PathBuf>> {
        let faked =
            Command::new("faketime").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok();
        let mut publish = if faked { Command::new("faketime") } else { Command::new(binary) };
        if faked {
            publish.arg(CLOCK).arg(binary);
        } else {
            println!("      faketime is not installed: published with the clock of this machine");
        }
        publish.arg("publish").args(&self.inputs).arg("-o").arg(self.published());
        publish.env("TZ", "Pacific/Auckland").env("LC_ALL", "C").env("USER", USER).env("LOGNAME", USER);
        let output = with_site(&mut publish).stdin(Stdio::null()).output().context("it could not be started")?;
        ensure!(output.status.code() == Some(0), "{}\n{}", output.status, words(&output));
        let mut folders = Vec::new();
        for entry in fs::read_dir(self.published())? {
            folders.push(entry?.path());
        }
        folders.retain(|p| p.is_dir());
        folders.sort();
        let (found, expected) = (folders.len(), self.inputs.len());
        ensure!(found == expected, "{found} packages of {expected} reports\n{}", words(&output));
        Ok(folders)
    }

    /// Fails unless the files of a package are those that `convert` wrote, byte for byte.
    fn same_as_converted(&self, package: &Path) -> Result<()> {
        let name = shown(package);
        for format in Format::ALL {
            let file = format!("{name}.{}", format.ending());
            let converted =
                fs::read(self.converted().join(&file)).with_context(|| format!("convert wrote no {file}"))?;
            ensure!(fs::read(package.join(&file))? == converted, "{file} is not what convert wrote");
        }
        Ok(())
    }

    /// Adds the files of a package to the checks; identical files that `convert` wrote are not checked again.
    fn judged(&self, package: &Path, judges: &mut Judges) -> Result<()> {
        let mut files = Vec::new();
        project::walk(package, &mut files)?;
        files.sort();
        files
            .iter()
            .filter(|p| is_judged(p))
            .try_for_each(|file| judges.published(file, format!("published {}", shown(file))))
    }
}

fn with_site(command: &mut Command) -> &mut Command {
    command.arg("--site").arg(project::root().join("samples/站点.toml"))
}

/// Whether a script checks files of this kind.
fn is_judged(file: &Path) -> bool {
    file.extension().and_then(|e| e.to_str()).is_some_and(|e| ["pdf", "docx", "xlsx", "html"].contains(&e))
}

/// Returns the last part of a path.
fn shown(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
