//! The files of packages → one zip with an index page, to be handed on in one piece.
//!
//! Takes the files of the folders as [`package`](super::package) made them, gives bytes: the same files give the same zip.

use std::collections::{BTreeMap, BTreeSet};

use super::{IndexEntry, index, index_entry};
use crate::engine::Engine;
use crate::export::ExportError;
use crate::export::package::{Part, PartKind};
use crate::formats::Format;

/// Packs files, each with its path `folder/name`. The index lists every folder whose manifest and files are complete.
///
/// # Errors
/// If the files exceed what a zip can hold.
pub fn bundle(files: &[(&str, &[u8])], engine: &Engine) -> Result<Vec<u8>, ExportError> {
    let mut folders: BTreeMap<&str, BTreeMap<&str, &[u8]>> = BTreeMap::new();
    for (path, bytes) in files {
        if let Some((folder, name)) = path.split_once('/') {
            folders.entry(folder).or_default().insert(name, bytes);
        }
    }
    let entry = |(folder, files): (&&str, &BTreeMap<&str, &[u8]>)| {
        let entry = index_entry(folder, files.get("manifest.json")?, |name| files.contains_key(name))?;
        Some(IndexEntry { has_zip: false, ..entry })
    };
    let entries: Vec<_> = folders.iter().filter_map(entry).collect();
    let page = index(&entries).into_bytes();
    let compressed: BTreeSet<&str> = Format::ALL.iter().filter(|f| f.is_compressed()).map(|f| f.ending()).collect();
    let mut parts = vec![Part { name: "index.html".to_owned(), bytes: page.into(), kind: PartKind::Own }];
    for (folder, files) in &folders {
        parts.extend(files.iter().map(|(name, bytes)| Part {
            name: format!("{folder}/{name}"),
            bytes: (*bytes).into(),
            kind: match name.rsplit_once('.') {
                Some((_, ending)) if compressed.contains(ending) => PartKind::Stored,
                _ => PartKind::Own,
            },
        }));
    }
    engine.worker().export.packer.pack(&parts, "zip")
}
