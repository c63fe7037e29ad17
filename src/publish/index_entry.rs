//! A package in a folder, from this run or an earlier one → its entry on the index page.
//!
//! Takes its manifest and a test for its files, returns an entry, or `None` if this program did not write the package.

use serde::Deserialize;

use super::IndexEntry;
use crate::formats::Format;

/// Most bytes read of a manifest; those that this program writes are smaller.
pub const MOST_MANIFEST: u64 = 1 << 20;

#[derive(Deserialize)]
struct StoredManifest {
    agency: String,
    year: u16,
    title: String,
    files: Vec<StoredFile>,
}

#[derive(Deserialize)]
struct StoredFile {
    name: String,
    format: String,
}

/// Agency and year of the report in a package, as its manifest states them; `None` if this program did not write the manifest.
pub fn packaged(manifest: &[u8]) -> Option<(String, u16)> {
    let StoredManifest { agency, year, .. } = serde_json::from_slice(manifest).ok()?;
    Some((agency, year))
}

/// The entry for the package with this name and manifest, if all its files exist.
pub fn index_entry(name: &str, manifest: &[u8], has: impl Fn(&str) -> bool) -> Option<IndexEntry> {
    let StoredManifest { agency, year, title, files } = serde_json::from_slice(manifest).ok()?;
    let mut named = Vec::new();
    for file in files {
        let format = Format::ALL.into_iter().find(|f| f.name() == file.format)?;
        if file.name != format!("{name}.{}", format.ending()) || !has(&file.name) {
            return None;
        }
        named.push((file.name, format.word().to_owned()));
    }
    (!named.is_empty()).then(|| IndexEntry { agency, year, title, name: name.to_owned(), files: named, has_zip: true })
}
