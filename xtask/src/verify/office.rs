//! LibreOffice over many files in one process: each opens, and a workbook that it saved says what it said before.
//!
//! Takes files, gives what LibreOffice made of them. Its start costs more than a file, so files go to it by the dozen.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};

use super::judge::Job;
use super::{told, words};

/// Files of one process.
const TOGETHER: usize = 40;

/// Checks that LibreOffice opens files of one kind and finds something in them.
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
    // By number: two folders may have files of one name.
    let mut copies = Vec::new();
    for (number, file) in files.iter().enumerate() {
        let copy = folder.path().join(format!("{number}{ending}"));
        fs::copy(file, &copy)?;
        copies.push(copy);
    }
    // A text as pages, a workbook as a workbook: pages of the long sheets would take longer than all else.
    let target = if ending == ".docx" { "pdf" } else { "xlsx" };
    let saved = saved(&copies, target, folder.path())?;
    let mut faults = Vec::new();
    for (file, saved) in files.iter().zip(saved) {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        if !saved.is_file() {
            faults.push(format!("LibreOffice does not open {name}"));
        } else if target == "pdf" {
            let text = told(Command::new("pdftotext").arg("-q").arg(&saved).arg("-"))?;
            if text.iter().all(u8::is_ascii_whitespace) {
                faults.push(format!("LibreOffice opens {name} and shows nothing"));
            }
        }
    }
    ensure!(faults.is_empty(), "{}", faults.join("\n"));
    Ok(())
}

/// What LibreOffice saves of files that are named differently, in a new folder below `folder`; whether a file is there is for the caller to see.
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

/// Fails unless each workbook, after LibreOffice has opened, computed and saved it under its own name, converts to the workbook
/// that it converted to before: `before` is the folder of those.
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
    // 1 is a report with findings, which is written all the same.
    ensure!(matches!(output.status.code(), Some(0 | 1)), "saved by LibreOffice:\n{}", words(&output));
    let mut compared = 0;
    for entry in fs::read_dir(&out)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default();
        // The books of the run are its own.
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
