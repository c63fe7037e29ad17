//! What a published JSON rests on: the layout of a form, and the words that it repeats from it, each as one digest.
//!
//! Takes sections and tables, gives digests. The layout is where values and texts belong: keys in their order and nesting,
//! kinds and units. What things are called, how they are recognised, printed and checked is no part of it, so that a form may
//! learn a spelling, a hint, a relation or its last year and every JSON that was published under it is still read.

use super::{Kind, Section, Table};
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
        // Each value by its paths of keys, in the order of the blocks, rows and columns.
        for slot in 0..table.slot_count() {
            let kind = match table.kind(slot).0 {
                Kind::Count => "count",
                Kind::Signed => "signed",
                Kind::Amount => "amount",
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
            // A mark behind each path, so that no label passes from one to the next.
            parts.extend(table.row_path(slot).into_iter().chain([""]));
            parts.extend(table.column_path(slot).into_iter().chain([""]));
        }
    }
    sha256_of(parts.into_iter().map(str::as_bytes))
}
