//! Produced files → proof that each says what the report says, and that a package holds what was proved.
//!
//! Takes a report and its files, reads every file back with the reader that the table of formats names, gives how much was
//! compared. It repairs nothing: a difference is a fault of this program, and whoever asked must publish nothing.

use std::io::Cursor;

use zip::ZipArchive;

use super::Package;
use crate::formats::Format;
use crate::inflate::entry;
use crate::model::Report;
use crate::proof::{Compared, Unequal, of};
use crate::setting::Setting;

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
    let expected = of(report);
    let one = |(format, bytes): &(Format, Vec<u8>)| {
        let differs = |Unequal { place, expected, found }| Difference { format: format.name(), place, expected, found };
        format.prove(report, &expected, bytes, &setting.limits).map_err(differs)
    };
    files.iter().map(one).collect()
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

#[cfg(test)]
mod tests;
