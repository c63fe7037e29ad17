//! Packages that stand in a folder, by this run or an earlier one → what the index page tells of them.
//!
//! Takes a folder, reads nothing but the manifests of its packages, gives entries. What is no package of ours is passed over.

use std::fs;
use std::io::Read;
use std::path::Path;

use serde::Deserialize;

use super::Entry;
use crate::pipeline::Format;

/// No manifest of ours is larger.
const MOST: u64 = 1 << 20;

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

/// The packages below a folder, in the order of their names.
pub fn standing(folder: &Path) -> Vec<Entry> {
    let below = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut entries: Vec<Entry> = below.filter_map(|e| package(folder, e.file_name().to_str()?)).collect();
    entries.sort_by(|a, b| a.name.cmp(&b.name));
    entries
}

fn package(folder: &Path, name: &str) -> Option<Entry> {
    let at = folder.join(name);
    // A package without its zip was taken apart by somebody.
    if !at.is_dir() || !folder.join(format!("{name}.zip")).is_file() {
        return None;
    }
    let mut text = String::new();
    let manifest = at.join("manifest.json");
    // Opening anything but a file may wait for ever.
    if !manifest.is_file() {
        return None;
    }
    fs::File::open(manifest).ok()?.take(MOST).read_to_string(&mut text).ok()?;
    let Manifest { agency, year, title, files } = serde_json::from_str(&text).ok()?;
    let mut named = Vec::new();
    for file in files {
        let format = Format::ALL.into_iter().find(|f| f.name() == file.format)?;
        if file.name != format!("{name}.{}", format.ending()) || !at.join(&file.name).is_file() {
            return None;
        }
        named.push((file.name, format.word().to_owned()));
    }
    (!named.is_empty()).then(|| Entry { agency, year, title, name: name.to_owned(), files: named })
}
