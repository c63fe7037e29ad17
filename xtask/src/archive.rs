//! Makes `samples/archive/`: the sample reports as saved by older and other programs.
//!
//! LibreOffice saves all formats but .xlsb. Its output differs from run to run, so the files are made once and kept in the
//! repository; `tests/suite/formats.rs` checks that they read the same as the workbooks they were made from.

use std::fs;
use std::io::{Cursor, Read as _, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use nianbao::import::{self, Limits};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use crate::project::{root, shown};
use crate::xlsb;

/// Agency and year of a sample, the agency of the copy (no two reports in the archive have the same agency), the format to
/// save in, and the file extension, which may differ from the format.
const FILES: [(&str, &str, &str, &str, &str); 6] = [
    ("老城区科学技术局", "2024", "老城区科学技术局", "xls", "xls"),
    ("老城区科学技术局", "2024", "老城区教育局", "xlsm", "xlsm"),
    ("云泽市住房和城乡建设局", "2023", "云泽市住房和城乡建设局", "xlsb", "xlsb"),
    ("云泽市住房和城乡建设局", "2023", "云泽市交通运输局", "xltx", "xltx"),
    ("青岚县文化和旅游局", "2020", "青岚县文化和旅游局", "ods", "ods"),
    // WPS writes .xls records to files with its own extension.
    ("青岚县文化和旅游局", "2020", "青岚县水利局", "xls", "et"),
];

pub fn run() -> Result<()> {
    let samples = root().join("samples");
    let archive = samples.join("archive");
    fs::create_dir_all(&archive)?;
    let work = tempfile::tempdir()?;
    for (sample, year, agency, format, extension) in FILES {
        let source = work.path().join(format!("{agency}-{year}.xlsx"));
        fs::write(&source, renamed(&fs::read(samples.join(format!("{sample}-{year}.xlsx")))?, sample, agency)?)?;
        let target = archive.join(format!("{agency}-{year}.{extension}"));
        let bytes = match format {
            "xlsb" => xlsb::write(&import::read_bytes("a.xlsx", &fs::read(&source)?, &Limits::default())?)?,
            _ => saved(&source, format, work.path())?,
        };
        fs::write(&target, &bytes).with_context(|| shown(&target))?;
        println!("{} {} bytes", shown(&target), bytes.len());
    }
    Ok(())
}

/// Returns a copy of a workbook with the agency renamed.
fn renamed(workbook: &[u8], from: &str, to: &str) -> Result<Vec<u8>> {
    let mut zip = ZipArchive::new(Cursor::new(workbook))?;
    let mut out = ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..zip.len() {
        let mut part = zip.by_index(index)?;
        let mut text = String::new();
        part.read_to_string(&mut text)?;
        out.start_file(part.name()?, SimpleFileOptions::default())?;
        out.write_all(text.replace(from, to).as_bytes())?;
    }
    Ok(out.finish()?.into_inner())
}

/// Returns the workbook as LibreOffice saves it in another format.
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
