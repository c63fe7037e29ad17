//! LibreOffice over many files in one process: each must open, and a workbook that it saved must have the same contents as
//! before.
//!
//! Takes files, checks what LibreOffice made of them. Starting it takes longer than a file, so it opens dozens of files at
//! once.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};

use super::judge::Job;
use super::{stdout_of, words};

/// Number of files per process.
const TOGETHER: usize = 40;

/// Returns checks that LibreOffice opens files of one kind and finds content in them.
pub fn opened(files: &[PathBuf], ending: &'static str) -> Vec<Job> {
    let job = |files: &[PathBuf]| {
        let (name, files) = (format!("LibreOffice opens {} {ending}", files.len()), files.to_vec());
        let check = move || open(&files, ending).map_err(|e| format!("{e:#}"));
        Job { name, by: "LibreOffice", check: Box::new(check) }
    };
    files.chunks(TOGETHER).map(job).collect()
}

fn open(files: &[PathBuf], ending: &str) -> Result<()> {
    let folder = tempfile::tempdir()?;
    // Named by number, because two folders may have files of the same name.
    let mut copies = Vec::new();
    for (number, file) in files.iter().enumerate() {
        let copy = folder.path().join(format!("{number}{ending}"));
        fs::copy(file, &copy)?;
        copies.push(copy);
    }
    // A text is saved as pages, a workbook as a workbook: pages of the long sheets would take longer than everything else.
    let target = if ending == ".docx" { "pdf" } else { "xlsx" };
    let saved = saved(&copies, target, folder.path())?;
    let mut faults = Vec::new();
    for (file, saved) in files.iter().zip(saved) {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        if !saved.is_file() {
            faults.push(format!("LibreOffice does not open {name}"));
        } else if target == "pdf" {
            let text = stdout_of(Command::new("pdftotext").arg("-q").arg(&saved).arg("-"))?;
            if text.iter().all(u8::is_ascii_whitespace) {
                faults.push(format!("LibreOffice opens {name} and shows nothing"));
            }
        }
    }
    ensure!(faults.is_empty(), "{}", faults.join("\n"));
    Ok(())
}

/// Lets LibreOffice save files with different names in a new folder below `folder`; returns the expected paths, which the
/// caller must check.
fn saved(files: &[PathBuf], target: &str, folder: &Path) -> Result<Vec<PathBuf>> {
    let out = folder.join("saved");
    let mut office = Command::new("soffice");
    office.arg(format!("-env:UserInstallation=file://{}", folder.join("profile").display()));
    office.args(["--headless", "--norestore", "--convert-to", target, "--outdir"]).arg(&out).args(files);
    let output = office.stdin(Stdio::null()).output().context("soffice could not be started")?;
    if !out.is_dir() {
        bail!("LibreOffice saved nothing ({})\n{}", output.status, words(&output));
    }
    let place = |file: &PathBuf| out.join(file.file_name().unwrap_or_default()).with_extension(target);
    Ok(files.iter().map(place).collect())
}

/// Fails unless each workbook, after LibreOffice has opened, computed and saved it under the same name, converts to the same
/// bytes as before; `before` is the folder with those.
pub fn same_after(binary: &Path, workbooks: &[PathBuf], before: &Path, folder: &Path) -> Result<()> {
    let (mut again, out) = (Vec::new(), folder.join("again"));
    for (number, workbooks) in workbooks.chunks(TOGETHER).enumerate() {
        let folder = folder.join(number.to_string());
        fs::create_dir_all(&folder)?;
        again.extend(saved(workbooks, "xlsx", &folder)?);
    }
    let mut convert = Command::new(binary);
    let output = convert.arg("convert").args(&again).arg("-o").arg(&out).args(["--to", "xlsx"]).stdin(Stdio::null());
    let output = output.output()?;
    // Exit code 1 means that the report has findings; it is written all the same.
    ensure!(matches!(output.status.code(), Some(0 | 1)), "saved by LibreOffice:\n{}", words(&output));
    let mut compared = 0;
    for entry in fs::read_dir(&out)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default();
        // The summary of the run is not a report.
        if path.extension().is_some_and(|e| e == "xlsx") && name != super::run::SUMMARY {
            compared += 1;
            let same = fs::read(before.join(name))? == fs::read(&path)?;
            ensure!(same, "saved by LibreOffice it converts to another workbook: {}", name.to_string_lossy());
        }
    }
    ensure!(
        compared == workbooks.len(),
        "{compared} of {} workbooks that LibreOffice saved were converted",
        workbooks.len()
    );
    println!("ok    {compared} workbooks say the same when LibreOffice has saved them");
    Ok(())
}
