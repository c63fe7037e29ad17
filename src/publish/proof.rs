//! Proof that each produced file contains the content of its report, and that a package contains the proved files.
//!
//! Takes a report and its files, reads every file back with the reader in the table of formats, returns how much was compared.
//! Repairs nothing: a difference is a fault of this program, and the caller must not publish anything.

use std::io::Cursor;

use zip::ZipArchive;

use super::Package;
use crate::formats::Format;
use crate::import::Limits;
use crate::inflate::entry;
use crate::model::Report;
use crate::proof::{Compared, Unequal, expected_pieces};

/// A difference between a file and its report.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{format} 读回来与报告不同：{place}应为“{expected}”，读到“{found}”，这份报告没有公布；这是程序的错误，请把文件反馈给我们"
)]
#[non_exhaustive]
pub struct Difference {
    /// Name of the file's format, or `zip`.
    pub format: &'static str,
    /// Where the first difference is, in Chinese.
    pub place: String,
    /// The text, number or property that the report requires, shortened if it is long.
    pub expected: String,
    /// The text, number or property that was read back instead, shortened if it is long.
    pub found: String,
}

/// Proves the files of a report. Returns how much of each was compared, in their order.
///
/// # Errors
/// The first difference.
pub fn prove(report: &Report, files: &[(Format, Vec<u8>)], limits: &Limits) -> Result<Vec<Compared>, Difference> {
    let expected = expected_pieces(report);
    let one = |(format, bytes): &(Format, Vec<u8>)| {
        let differs = |Unequal { place, expected, found }| Difference { format: format.name(), place, expected, found };
        format.prove(report, &expected, bytes, limits).map_err(differs)
    };
    files.iter().map(one).collect()
}

/// Proves the zip of a package: it contains the files of the folder, byte for byte, and nothing else.
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

#[cfg(test)]
mod tests;
