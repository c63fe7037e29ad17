//! Produced files → proof that each says what the report says, word by word and number by number.
//!
//! Takes a report and its files, reads every file back with a reader that is not its writer, gives what was compared. It
//! repairs nothing: a difference is a fault of this program, and whoever asked must publish nothing.

mod csv;
mod docx;
mod figures;
mod html;
mod pdf;
mod pieces;
mod xlsx;
mod xml;

use crate::import::{Input, read_input};
use crate::inflate::entry;
use crate::model::Report;
use crate::normalize::{Options, normalize_json_exact};
use crate::pipeline::{Format, Setting};
use crate::publish::Package;

use std::io::Cursor;

use zip::ZipArchive;

pub use pieces::Compared;
use pieces::{NOTHING, Piece, Unequal};

/// A file that does not say what its report says.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{format} 读回来与报告不同：{place}应为“{expected}”，读到“{found}”，这份报告没有公布；这是程序的错误，请把文件反馈给我们"
)]
pub struct Difference {
    pub format: &'static str,
    pub place: String,
    pub expected: String,
    pub found: String,
}

/// Proves files of a report; in their order, how much of each was compared.
///
/// # Errors
/// The first difference.
pub fn prove(report: &Report, files: &[(Format, Vec<u8>)], setting: &Setting) -> Result<Vec<Compared>, Difference> {
    let expected = pieces::of(report);
    files.iter().map(|(format, bytes)| one(report, &expected, *format, bytes, setting)).collect()
}

fn one(
    report: &Report,
    expected: &[Piece<'_>],
    format: Format,
    bytes: &[u8],
    setting: &Setting,
) -> Result<Compared, Difference> {
    let unread = |what: &str| Unequal {
        place: "整个文件".to_owned(),
        expected: "能够读回".to_owned(),
        found: format!("{what}读不出来"),
    };
    let compared = match format {
        Format::Pdf => pdf::read(bytes).map_err(unread).and_then(|f| pieces::compare(expected, &f)),
        Format::Docx => docx::read(bytes).map_err(unread).and_then(|f| pieces::compare(expected, &f)),
        Format::Xlsx => xlsx::prove(report, bytes, &setting.limits),
        Format::Json => again(report, bytes, setting),
        Format::Html | Format::Fragment => {
            html::read(bytes).map_err(unread).and_then(|f| pieces::compare(expected, &f))
        }
        Format::Csv => csv::prove(report, bytes),
    };
    compared.map_err(|Unequal { place, expected, found }| Difference { format: format.name(), place, expected, found })
}

/// Proves the zip of a package: it holds the files of the folder, byte for byte, and nothing else.
///
/// # Errors
/// The first difference.
pub fn prove_package(package: &Package) -> Result<(), Difference> {
    let differs = |place: &str, expected: &str, found: &str| Difference {
        format: "zip",
        place: place.to_owned(),
        expected: expected.to_owned(),
        found: found.to_owned(),
    };
    let whole = |found: &str| differs("整个文件", "能够读回", found);
    let bytes = package.zip.as_slice();
    let mut zip = ZipArchive::new(Cursor::new(bytes)).map_err(|_| whole("读不出来"))?;
    if zip.len() != package.files.len() {
        return Err(differs("文件数", &package.files.len().to_string(), &zip.len().to_string()));
    }
    for (i, file) in package.files.iter().enumerate() {
        let found = zip.by_index_raw(i).map_err(|_| whole("读不出来"))?;
        let name = format!("{}/{}", package.name, file.name);
        if found.name().ok().is_none_or(|found| *found != *name) {
            return Err(differs(&format!("第 {} 个文件", i + 1), &name, "别的名字"));
        }
        match entry(bytes, &found, file.bytes.len() as u64) {
            Ok(found) if found == file.bytes => {}
            _ => return Err(differs(&file.name, "与文件夹里的相同", "不同")),
        }
    }
    Ok(())
}

/// The report as JSON imports as the report it was made of.
fn again(report: &Report, bytes: &[u8], setting: &Setting) -> Result<Compared, Unequal> {
    let whole =
        |found: String| Unequal { place: "整个文件".to_owned(), expected: "能够读回".to_owned(), found };
    let Input::Report(json) = read_input("", bytes, &setting.limits).map_err(|e| whole(e.to_string()))? else {
        return Err(whole("别的文件".to_owned()));
    };
    let read = normalize_json_exact(&json, &Options { keep_text: true, forms: vec![report.form.clone()] });
    let told = || read.findings.first().map_or_else(String::new, |f| f.message.clone());
    let again = read.report.as_ref().ok_or_else(|| whole(told()))?;
    same(report, again)
}

/// Whether two reports say the same.
fn same(report: &Report, again: &Report) -> Result<Compared, Unequal> {
    let mut compared = Compared::default();
    let differs = |place: String, a: &str, b: &str| Err(Unequal::new(place, a, b));
    if report.cover != again.cover {
        return differs("封面".to_owned(), &format!("{:?}", report.cover), &format!("{:?}", again.cover));
    }
    fn texts(r: &Report) -> Vec<&str> {
        let sections = r.sections.iter().flat_map(|s| s.paragraphs());
        r.preface.iter().chain(sections).map(|p| p.text.as_str()).collect()
    }
    let (a, b) = (texts(report), texts(again));
    for i in 0..a.len().max(b.len()) {
        let (a, b) = (a.get(i).unwrap_or(&NOTHING), b.get(i).unwrap_or(&NOTHING));
        if a != b {
            return differs(format!("第 {} 段", i + 1), a, b);
        }
        compared.paragraphs += 1;
    }
    for (table, (a, b)) in report.form.tables.iter().zip(report.tables.iter().zip(&again.tables)) {
        for (slot, (a, b)) in a.iter().zip(b).enumerate() {
            if a != b {
                let place = format!(
                    "{}的“{}，{}”",
                    table.name,
                    table.row_path(slot).join("—"),
                    table.column_path(slot).join("—")
                );
                return differs(place, &a.to_string(), &b.to_string());
            }
            compared.cells += 1;
        }
    }
    // The same texts at other levels, or on the other side of a table. The forms are one: it was
    // read by this one alone, and to compare them would take longer than all the rest. A part that reports get one day is to be compared too: it does not compile.
    let Report { form: _, cover: _, preface, sections, tables } = report;
    if *preface != again.preface || *sections != again.sections || *tables != again.tables {
        return differs("段落的层次".to_owned(), "与报告相同", "不同");
    }
    Ok(compared)
}

#[cfg(test)]
mod tests;
