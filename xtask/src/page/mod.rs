//! `cargo xtask page`: the page for the browser, made and driven.
//!
//! Takes the engine for WebAssembly, which it builds, and the faces of the library; writes one HTML file. `--check` drives the page
//! in chromium with `drive.mjs`: what a person does with samples, spoiled and hostile files, and many reports, compared with the
//! files of the program. Writes only below `target/page` and a temporary folder, and the file that is asked for.

mod bombs;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail, ensure};
use nianbao::page::{Part, page};
use nianbao::pipeline::Format;
use serde_json::Value;

use crate::{faults, generate, mutants, project, validators, wasm};

/// What to do.
#[derive(Debug, PartialEq, Eq)]
pub struct Plan {
    output: PathBuf,
    is_checked: bool,
}

impl Plan {
    pub fn parse(args: &[&str]) -> Result<Plan> {
        let mut plan = Plan { output: project::root().join("target/page/年报.html"), is_checked: false };
        let mut args = args.iter();
        while let Some(&arg) = args.next() {
            match arg {
                "--check" => plan.is_checked = true,
                "-o" => plan.output = args.next().context("-o wants a file")?.into(),
                _ => bail!("page does not know what `{arg}` is for"),
            }
        }
        Ok(plan)
    }
}

pub fn run(plan: &Plan) -> Result<()> {
    let bytes = made(&plan.output)?;
    println!("{} {:.1} MB", project::shown(&plan.output), bytes as f64 / 1e6);
    if plan.is_checked { drive(&plan.output) } else { Ok(()) }
}

/// Builds the engine and writes the page; returns its size in bytes.
pub fn made(path: &Path) -> Result<usize> {
    let page = page(&Part::new(&fs::read(wasm::built()?)?));
    ensure!(page.len() <= MOST, "the page takes {} bytes, more than {MOST}", page.len());
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, &page)?;
    Ok(page.len())
}

/// Builds the page and opens it in the browser some times with a workbook; returns its size in bytes and the times that
/// `times.mjs` prints.
pub fn times(workbook: &Path, runs: usize) -> Result<(usize, Value)> {
    let path = project::root().join("target/page/年报.html");
    let bytes = made(&path)?;
    let mut node = Command::new("node");
    node.arg(project::root().join("xtask/src/page/times.mjs")).args([&path, &workbook.canonicalize()?]);
    let output = node.arg(runs.to_string()).env("NODE_PATH", libraries()?).output()?;
    ensure!(output.status.success(), "the page failed\n{}", String::from_utf8_lossy(&output.stderr));
    Ok((bytes, serde_json::from_slice(&output.stdout).context("times.mjs prints JSON")?))
}

/// Most bytes of the page, so that it can be sent by mail and kept on a memory stick.
const MOST: usize = 40_000_000;

/// What `drive.mjs` is given.
#[derive(serde::Serialize)]
struct Drive {
    page: PathBuf,
    pictures: PathBuf,
    templates: PathBuf,
    reports: Vec<DrivenReport>,
    /// A workbook whose figures do not balance, and one whose text tells another figure than its table.
    faulty: PathBuf,
    wrong_text: PathBuf,
    hostile: PathBuf,
    many: PathBuf,
    /// A list of one unit, as a program of Windows writes it.
    list: PathBuf,
}

/// A workbook with what the program says of it and makes of it.
#[derive(serde::Serialize)]
struct DrivenReport {
    input: PathBuf,
    findings: Vec<String>,
    files: Vec<ExpectedFile>,
    package: Option<PathBuf>,
}

#[derive(serde::Serialize)]
struct ExpectedFile {
    word: &'static str,
    path: PathBuf,
}

/// Number of generated reports in a folder, and of spoiled workbooks.
const MANY: u64 = 200;
const SPOILED: u64 = 40;

/// Prepares what is expected, with the program, and lets `drive.mjs` compare.
fn drive(page: &Path) -> Result<()> {
    if validators::folder().is_none() {
        println!("SKIPPED: no browser library in ../shared/checks beside the repository; the page was not driven");
        return Ok(());
    }
    let libraries = libraries()?;
    let binary = project::binary()?;
    let folder = tempfile::tempdir()?;
    let below = |name: &str| folder.path().join(name);
    let pictures = project::root().join("target/page");
    for made in [&pictures, &below("many"), &below("hostile")] {
        fs::create_dir_all(made)?;
    }
    generate::folder(&below("many"), 1, MANY)?;
    mutants::folder(&below("hostile"), 1, SPOILED)?;
    bombs::write(&below("hostile"))?;
    let list = below("名单.txt");
    fs::write(&list, encoding_rs::GB18030.encode("某县某局\r\n").0)?;
    let faulty = below("某局-有错.xlsx");
    fs::write(&faulty, faults::workbook_with("K")?)?;
    let wrong_text = below("某局-正文有错.xlsx");
    fs::write(&wrong_text, faults::workbook_with("T501")?)?;
    let inputs = wasm::inputs()?;
    let reports = inputs.iter().enumerate().map(|(i, input)| expected(&binary, input, &below(&format!("{i}"))));
    let plan = Drive {
        page: page.canonicalize()?,
        pictures,
        templates: project::root().join("samples"),
        reports: reports.collect::<Result<_>>()?,
        faulty,
        wrong_text,
        hostile: below("hostile"),
        many: below("many"),
        list,
    };
    let path = below("plan.json");
    fs::write(&path, serde_json::to_vec(&plan)?)?;
    let script = project::root().join("xtask/src/page/drive.mjs");
    let status = Command::new("node").arg(script).arg(&path).env("NODE_PATH", libraries).status();
    ensure!(status.context("node could not be started")?.success(), "the page failed");
    Ok(())
}

/// What the program says of a workbook and makes of it, written below a folder.
fn expected(binary: &Path, input: &Path, below: &Path) -> Result<DrivenReport> {
    let run = |args: &[&str], output: &Path| {
        let mut command = Command::new(binary);
        command.args(args).arg(input).arg("-o").arg(output).output().context("the program could not be started")
    };
    let (files, packages) = (below.join("files"), below.join("packages"));
    let all = Format::ALL.map(Format::name).join(",");
    let converted = run(&["convert", "--to", &all, "--format", "json"], &files)?;
    let line: Value = serde_json::from_slice(&converted.stdout).context("the program's line")?;
    let found = line["findings"].as_array().context("findings")?;
    let findings = found.iter().filter_map(|f| f["message"].as_str()).map(str::to_owned).collect();
    let outputs = line["outputs"].as_array().context("outputs")?;
    let path = |output: &Value| {
        let format = output["format"].as_str().and_then(Format::named).context("a format")?;
        Ok(ExpectedFile { word: format.word(), path: files.join(output["path"].as_str().context("a path")?) })
    };
    let made = outputs.iter().map(path).collect::<Result<_>>()?;
    run(&["publish"], &packages)?;
    let mut zips = Vec::new();
    project::walk(&packages, &mut zips)?;
    zips.retain(|p| p.extension().is_some_and(|e| e == "zip"));
    Ok(DrivenReport { input: input.to_owned(), findings, files: made, package: zips.pop() })
}

/// Installs the browser's library and axe where the validators are; returns the folder of both.
pub fn libraries() -> Result<PathBuf> {
    let folder = validators::folder().context("no browser library in ../shared/checks beside the repository")?;
    Ok(validators::set_up(&folder, &["html"])?.join("npm/node_modules"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plan_is_read() {
        let plan = Plan::parse(&["--check", "-o", "a.html"]).unwrap();
        assert_eq!(plan, Plan { output: PathBuf::from("a.html"), is_checked: true });
        assert!(!Plan::parse(&[]).unwrap().is_checked);
        for wrong in [&["-o"][..], &["a.html"]] {
            assert!(Plan::parse(wrong).is_err(), "{wrong:?}");
        }
    }
}
