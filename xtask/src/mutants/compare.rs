//! Compares a report that was read from a mutant with the second reading of its cells.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::Result;
use nianbao::cli::reading::examine;
use nianbao::engine::Engine;
use nianbao::import::{Content, Limits, kind, read_second};
use nianbao::model::{Address, Place};
use serde_json::Value;

/// Returns the first number of the report that differs from the second reading of its cell without a finding at that cell.
/// The second reader already read the file in a child process without failing, so it is safe to read the file here.
pub fn silent_change(path: &Path, line: &Value, engine: &Engine) -> Result<Option<String>> {
    let bytes = fs::read(path)?;
    let examined = examine(path, engine);
    let Some(whole) = examined.whole() else { return Ok(None) };
    let limits = Limits::default();
    // A build with checks for overflow panics inside calamine on what the release binary read.
    let second = || kind(&bytes, &limits).and_then(|kind| read_second(kind, &bytes, &limits)).ok();
    let Some(sheets) = std::panic::catch_unwind(second).ok().flatten() else { return Ok(None) };
    let mut theirs: BTreeMap<(&str, Address), &Content> = BTreeMap::new();
    for sheet in &sheets {
        theirs.extend(sheet.cells.iter().map(|c| ((&*sheet.name, c.at), &c.content)));
    }
    let noted = places_with_findings(line);
    for (table, values) in whole.report.tables.iter().enumerate() {
        for (slot, value) in values.iter().enumerate() {
            let Some(source) = whole.origins.source(Place::Value { table, slot }) else { continue };
            let (Some(sheet), Some(at)) = (source.sheet_name(), source.cell) else { continue };
            let (Some(Content::Number(number)), Some(own)) = (theirs.get(&(sheet, at)), value.known()) else {
                continue;
            };
            if own != *number && !noted.contains(&(sheet.to_owned(), at.to_string())) {
                return Ok(Some(format!("{source}: {own} is published, the second reader reads {number}")));
            }
        }
    }
    Ok(None)
}

/// Returns the sheets and cells at which there are findings.
fn places_with_findings(line: &Value) -> BTreeSet<(String, String)> {
    let text = |value: &Value, name: &str| value[name].as_str().unwrap_or_default().to_owned();
    let findings = line["findings"].as_array().into_iter().flatten();
    let places = findings.flat_map(|f| {
        let more = ["places", "related"].into_iter().flat_map(|name| f[name].as_array().into_iter().flatten());
        std::iter::once(f).chain(more)
    });
    places.map(|p| (text(p, "sheet"), text(p, "cell"))).collect()
}
