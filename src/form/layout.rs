//! What published JSON files depend on: the layout of a form and the words they repeat from it, each as one digest.
//!
//! Takes sections and tables, returns digests. The layout is where values and texts belong: keys with their order and nesting,
//! kinds and units. Names, accepted spellings, printing and checks are not part of it, so that a form may gain a spelling, a
//! hint, a relation or a last year and published JSON files can still be read.

use super::{Section, Table, ValueKind};
use crate::digest::sha256_of;

/// The digest of a layout.
pub(super) fn structure(sections: &[Section], tables: &[Table]) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for section in sections {
        let table = section.table.and_then(|t| tables.get(t)).map_or("", |t| t.key.as_str());
        parts.extend(["section", &section.key, table]);
    }
    for table in tables {
        parts.extend(["table", &table.key]);
        // Each value by its path of keys, in the order of blocks, rows and columns.
        for slot in 0..table.slot_count() {
            let kind = match table.kind(slot).0 {
                ValueKind::Count => "count",
                ValueKind::Signed => "signed",
                ValueKind::Amount => "amount",
            };
            parts.extend(table.keys(slot));
            parts.extend([kind, table.unit_word(slot).unwrap_or_default()]);
        }
    }
    sha256_of(parts.into_iter().map(str::as_bytes))
}

/// The digest of the words that a JSON repeats.
pub(super) fn wording(notice: &str, sections: &[Section], tables: &[Table]) -> String {
    let mut parts = vec![notice];
    parts.extend(sections.iter().map(|s| s.heading.as_str()));
    for table in tables {
        parts.extend([table.name.as_str(), &table.caption]);
        for slot in 0..table.slot_count() {
            // An empty part ends each path, so that moving a label to the next path changes the digest.
            parts.extend(table.row_path(slot).into_iter().chain([""]));
            parts.extend(table.column_path(slot).into_iter().chain([""]));
        }
    }
    sha256_of(parts.into_iter().map(str::as_bytes))
}
