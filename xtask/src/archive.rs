//! Makes `samples/archive/`: the sample reports as older and other programs would have saved them.
//!
//! LibreOffice saves all but .xlsb. What it writes differs from run to run, so the files are made once and kept;
//! `tests/formats.rs` holds that they read as the workbooks they were made from.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use nianbao::import::{self, Limits};

use crate::project::{root, shown};
use crate::xlsb;

/// Sample, the format it is saved in, and the name its kind of file has where that is another.
const FILES: [(&str, &str, &str); 6] = [
    ("老城区科学技术局-2024", "xls", "xls"),
    ("老城区科学技术局-2024", "xlsm", "xlsm"),
    ("云泽市住房和城乡建设局-2023", "xlsb", "xlsb"),
    ("云泽市住房和城乡建设局-2023", "xltx", "xltx"),
    ("青岚县文化和旅游局-2020", "ods", "ods"),
    // WPS writes the records of .xls under its own name.
    ("青岚县文化和旅游局-2020", "xls", "et"),
];

pub fn run() -> Result<()> {
    let samples = root().join("samples");
    let archive = samples.join("archive");
    fs::create_dir_all(&archive)?;
    let work = tempfile::tempdir()?;
    for (sample, format, extension) in FILES {
        let source = samples.join(format!("{sample}.xlsx"));
        let target = archive.join(format!("{sample}.{extension}"));
        let bytes = match format {
            "xlsb" => xlsb::write(&import::read(&source, &Limits::default())?)?,
            _ => saved(&source, format, work.path())?,
        };
        fs::write(&target, &bytes).with_context(|| shown(&target))?;
        println!("{} {} bytes", shown(&target), bytes.len());
    }
    Ok(())
}

/// The workbook as LibreOffice saves it in another format.
fn saved(source: &Path, format: &str, work: &Path) -> Result<Vec<u8>> {
    let profile = format!("-env:UserInstallation=file://{}", work.join("profile").display());
    let mut office = Command::new("soffice");
    office.arg(profile).args(["--headless", "--norestore", "--convert-to", format, "--outdir"]).arg(work).arg(source);
    let output = office.stdin(Stdio::null()).output().context("soffice could not be started")?;
    let saved = work.join(source.with_extension(format).file_name().context("a sample without a name")?);
    if !saved.is_file() {
        bail!("LibreOffice saved nothing ({})\n{}", output.status, String::from_utf8_lossy(&output.stderr));
    }
    Ok(fs::read(saved)?)
}
