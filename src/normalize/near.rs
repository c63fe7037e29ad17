//! Tables of which only a part was found: rows without heads, or most of the heads.
//!
//! Takes a block and the sheets, returns where the part is located, for a finding that names what is missing.

use std::collections::BTreeMap;

use super::axis_labels::AxisLabels;
use super::texts::Texts;
use super::view::View;
use crate::form::Block;
use crate::model::Address;

/// For a block whose heads were not found, but more than half of whose rows were: sheet and cell of the first row.
pub fn rows_alone(block: &Block, views: &[View<'_>], texts: &Texts) -> Option<(usize, Address)> {
    let labels = AxisLabels::new(&block.rows, texts);
    views.iter().enumerate().find_map(|(sheet, view)| {
        let mut met = vec![false; block.rows.leaves.len()];
        let mut first = None;
        // Only the first labels of a sheet are examined; a table has far fewer.
        for (at, f) in view.labels().take(2000) {
            for leaf in (0..met.len()).filter(|l| labels.is_leaf(*l, &f.body)) {
                met[leaf] = true;
                first.get_or_insert(at);
            }
        }
        let count = met.iter().filter(|m| **m).count();
        first.filter(|_| count * 2 > met.len() && count >= 5).map(|at| (sheet, at))
    })
}

/// A block that was almost found: sheet and cell where most of its column heads are located, and the labels that are missing
/// there.
pub fn near_miss(block: &Block, views: &[View<'_>], texts: &Texts) -> Option<((usize, Address), Vec<String>)> {
    let labels = AxisLabels::new(&block.columns, texts);
    let count = block.column_count();
    let depth = block.columns.depth as u32;
    let mut best: Option<(usize, (usize, Address), Vec<String>)> = None;
    for (sheet, view) in views.iter().enumerate() {
        // Heads by row; from each row, as many rows as the heads have levels are examined.
        let mut rows: BTreeMap<u32, Vec<(Address, usize)>> = BTreeMap::new();
        for (at, f) in view.labels() {
            if let Some(leaf) = (0..count).find(|l| labels.is_leaf(*l, &f.body)) {
                rows.entry(at.row).or_default().push((at, leaf));
            }
        }
        for (row, first) in &rows {
            let mut seen = vec![false; count];
            for (_, leaf) in rows.range(*row..*row + depth).flat_map(|(_, cells)| cells.iter().take(100)) {
                // Each of several leaves with the same label needs a cell of its own.
                let alike = |l: &usize| labels.leaves[*l] == labels.leaves[*leaf] && !seen[*l];
                if let Some(l) = (0..count).find(alike) {
                    seen[l] = true;
                }
            }
            let found = seen.iter().filter(|s| **s).count();
            if found * 2 > count && found < count && best.as_ref().is_none_or(|(n, ..)| found > *n) {
                let mut missing: Vec<String> = Vec::new();
                for label in (0..count).filter(|l| !seen[*l]).map(|l| block.columns.leaves[l].label()) {
                    if !missing.iter().any(|m| m == label) {
                        missing.push(label.to_owned());
                    }
                }
                best = Some((found, (sheet, first[0].0), missing));
            }
        }
    }
    best.map(|(_, at, missing)| (at, missing))
}
