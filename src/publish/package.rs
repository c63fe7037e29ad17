//! Files of one report → a package: the files, `SHA256SUMS`, `manifest.json`, and a zip of them all.
//!
//! Takes proved files, gives bytes by name. The same report gives the same package on any machine, at any time and in any
//! language; no file in it contains an author, a path or a time of day.

use serde::Serialize;

use crate::digest::sha256;
use crate::engine::Engine;
use crate::export::ExportError;
use crate::export::package::{Part, PartKind};
use crate::formats::Format;
use crate::model::Report;
use crate::proof::Compared;

/// The package that is handed to a portal.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Package {
    /// Name of the folder, and of the zip without its extension.
    pub name: String,
    /// The files of the folder, in order.
    pub files: Vec<PackageFile>,
    /// Bytes of the zip, which contains the folder.
    pub zip: Vec<u8>,
}

/// A file of the folder.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PackageFile {
    /// Its name within the folder.
    pub name: String,
    /// The name of its format, `manifest` or `sums`.
    pub format: &'static str,
    /// Its content.
    pub bytes: Vec<u8>,
    /// SHA-256 of the content, as 64 lower-case hexadecimal digits.
    pub sha256: String,
}

impl PackageFile {
    fn new(name: String, format: &'static str, bytes: Vec<u8>) -> PackageFile {
        PackageFile { sha256: sha256(&bytes), name, format, bytes }
    }
}

/// `manifest.json`.
#[derive(Serialize)]
struct PackageManifest<'a> {
    agency: &'a str,
    year: u16,
    title: &'a str,
    edition: &'a str,
    /// SHA-256 of the form file.
    form: &'a str,
    /// Version of this program.
    tool: &'a str,
    files: Vec<ManifestFile<'a>>,
}

#[derive(Serialize)]
struct ManifestFile<'a> {
    name: &'a str,
    format: &'a str,
    bytes: usize,
    sha256: &'a str,
    /// How much of it was read back and found equal to the report.
    compared: &'a Compared,
}

/// Packs the files of a report. `name` is the name of the report as a safe file name; `compared` has an entry per file.
pub fn package(
    name: &str,
    report: &Report,
    files: Vec<(Format, Vec<u8>)>,
    compared: &[Compared],
    engine: &Engine,
) -> Result<Package, ExportError> {
    let named = |f: Format| format!("{name}.{}", f.ending());
    let formats: Vec<Format> = files.iter().map(|(f, _)| *f).collect();
    let of_format = |(f, bytes): (Format, _)| PackageFile::new(named(f), f.name(), bytes);
    let mut files: Vec<PackageFile> = files.into_iter().map(of_format).collect();
    let entries = files.iter().zip(compared).map(|(file, compared)| ManifestFile {
        name: &file.name,
        format: file.format,
        bytes: file.bytes.len(),
        sha256: &file.sha256,
        compared,
    });
    let manifest = PackageManifest {
        agency: &report.cover.agency,
        year: report.cover.year,
        title: &report.cover.title,
        edition: &report.form.id,
        form: &report.form.digest,
        tool: env!("CARGO_PKG_VERSION"),
        files: entries.collect(),
    };
    let fault = |e: serde_json::Error| ExportError::Writer { format: "manifest.json", reason: e.to_string() };
    let mut manifest = serde_json::to_vec_pretty(&manifest).map_err(fault)?;
    manifest.push(b'\n');
    files.push(PackageFile::new("manifest.json".to_owned(), "manifest", manifest));
    let sums: String = files.iter().map(|f| format!("{}  {}\n", f.sha256, f.name)).collect();
    files.push(PackageFile::new("SHA256SUMS".to_owned(), "sums", sums.into_bytes()));
    let is_packed = |format: &str| formats.iter().any(|f| f.is_compressed() && format == f.name());
    let parts: Vec<Part<'_>> = files
        .iter()
        .map(|file| Part {
            name: format!("{name}/{}", file.name),
            bytes: file.bytes.as_slice().into(),
            kind: if is_packed(file.format) { PartKind::Stored } else { PartKind::Own },
        })
        .collect();
    let zip = engine.worker().export.packer.pack(&parts, "zip")?;
    Ok(Package { name: name.to_owned(), files, zip })
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;
    use crate::form;

    #[test]
    fn a_package_holds_its_files_and_their_digests() {
        let mut report = Report::blank(form::built_in()[0].clone());
        (report.cover.agency, report.cover.year) = ("某局".to_owned(), 2023);
        let files = vec![(Format::Pdf, b"%PDF".repeat(500)), (Format::Docx, b"PK".to_vec())];
        let compared = [Compared { paragraphs: 3, cells: 198 }, Compared::default()];
        let made = package("某局2023年报告", &report, files.clone(), &compared, &Engine::default()).unwrap();
        assert_eq!(made, package("某局2023年报告", &report, files, &compared, &Engine::default()).unwrap());
        let names: Vec<&str> = made.files.iter().map(|f| f.name.as_str()).collect();
        assert_eq!(names, ["某局2023年报告.pdf", "某局2023年报告.docx", "manifest.json", "SHA256SUMS"]);
        let manifest: serde_json::Value = serde_json::from_slice(&made.files[2].bytes).unwrap();
        assert_eq!(manifest["files"][0]["compared"]["cells"], 198);
        assert_eq!(manifest["files"][0]["sha256"], sha256(&made.files[0].bytes));
        let sums = String::from_utf8(made.files[3].bytes.clone()).unwrap();
        for file in &made.files[..3] {
            assert_eq!(file.sha256, sha256(&file.bytes));
            assert!(sums.contains(&format!("{}  {}\n", file.sha256, file.name)));
        }
        let mut zip = zip::ZipArchive::new(std::io::Cursor::new(&made.zip)).unwrap();
        assert_eq!(zip.len(), made.files.len());
        for PackageFile { name, bytes, .. } in &made.files {
            let mut back = Vec::new();
            let mut entry = zip.by_name(&format!("某局2023年报告/{name}")).unwrap();
            // Marked as a plain file from Unix: otherwise `unzip` on Linux complains about each Chinese name.
            assert_eq!(entry.unix_mode(), Some(0o100_644), "{name}");
            entry.read_to_end(&mut back).unwrap();
            assert_eq!(back, *bytes, "{name}");
        }
    }
}
