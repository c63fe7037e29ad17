//! Part of `cargo xtask verify`: a workbook that LibreOffice opened and saved says what it said before.
//!
//! Takes the release binary and a sample; converts the sample as it is and as LibreOffice saved it (all formulas
//! recalculated), and compares the published workbooks byte for byte. Writes only into the folder it is given.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};

/// Fails where the two differ.
pub fn same_after_libreoffice(binary: &Path, sample: &Path, folder: &Path) -> Result<()> {
    let saved = saved(sample, folder)?;
    let before = published(binary, sample, &folder.join("before"))?;
    let after = published(binary, &saved, &folder.join("after"))?;
    ensure!(before == after, "saved by LibreOffice it converts to another workbook");
    Ok(())
}

/// The workbook as LibreOffice saves it, under its own name.
fn saved(sample: &Path, folder: &Path) -> Result<PathBuf> {
    let out = folder.join("saved");
    let profile = format!("-env:UserInstallation=file://{}", folder.join("profile").display());
    let mut office = Command::new("soffice");
    office.arg(profile).args(["--headless", "--norestore", "--convert-to", "xlsx", "--outdir"]).arg(&out).arg(sample);
    let output = office.stdin(Stdio::null()).output().context("soffice could not be started")?;
    let saved = out.join(sample.file_name().context("a sample without a name")?);
    if !saved.is_file() {
        bail!("LibreOffice saved nothing ({})\n{}", output.status, String::from_utf8_lossy(&output.stderr));
    }
    Ok(saved)
}

/// The published workbook of an input; 1 is a report with findings, which is written all the same.
fn published(binary: &Path, input: &Path, folder: &Path) -> Result<Vec<u8>> {
    let mut convert = Command::new(binary);
    convert.arg("convert").arg(input).arg("-o").arg(folder).args(["--to", "xlsx"]);
    let output = convert.stdin(Stdio::null()).output()?;
    ensure!(matches!(output.status.code(), Some(0 | 1)), "{}", String::from_utf8_lossy(&output.stdout));
    let mut files = fs::read_dir(folder)?.map(|e| Ok(e?.path())).collect::<Result<Vec<_>>>()?;
    ensure!(files.len() == 1, "one workbook was to be written: {files:?}");
    Ok(fs::read(files.remove(0))?)
}
