//! A package that is in a folder, by this run or an earlier one → what the index page says of it.
//!
//! Takes its manifest and the names of its files, gives an entry. What is no package of ours gives none.

use serde::Deserialize;

use super::Entry;
use crate::pipeline::Format;

/// No manifest of ours has more bytes.
pub const MOST_MANIFEST: u64 = 1 << 20;

#[derive(Deserialize)]
struct Manifest {
    agency: String,
    year: u16,
    title: String,
    files: Vec<File>,
}

#[derive(Deserialize)]
struct File {
    name: String,
    format: String,
}

/// The package of this name and manifest, if all of its files are there.
pub fn standing(name: &str, manifest: &[u8], has: impl Fn(&str) -> bool) -> Option<Entry> {
    let Manifest { agency, year, title, files } = serde_json::from_slice(manifest).ok()?;
    let mut named = Vec::new();
    for file in files {
        let format = Format::ALL.into_iter().find(|f| f.name() == file.format)?;
        if file.name != format!("{name}.{}", format.ending()) || !has(&file.name) {
            return None;
        }
        named.push((file.name, format.word().to_owned()));
    }
    (!named.is_empty()).then(|| Entry { agency, year, title, name: name.to_owned(), files: named })
}
