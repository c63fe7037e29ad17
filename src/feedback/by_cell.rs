//! The findings of a report by the cells of the input that they refer to.
//!
//! Takes findings, gives for a cell their positions in the list and how grave they are.

use std::collections::BTreeMap;

use crate::model::{Address, Finding, Severity, Source};

/// The findings that refer to a cell of the input.
#[derive(Debug, Clone, Default)]
pub(super) struct CellFindings {
    /// Positions in the list of findings.
    pub findings: Vec<usize>,
    /// The greatest severity of those whose own place it is; `None` if others only refer to it.
    pub severity: Option<Severity>,
}

/// Findings by sheet and cell.
pub(super) struct ByCell<'f>(BTreeMap<(&'f str, Address), CellFindings>);

impl<'f> ByCell<'f> {
    /// Findings about other files are left out.
    pub fn new(findings: &'f [Finding]) -> ByCell<'f> {
        let mut all: BTreeMap<(&str, Address), CellFindings> = BTreeMap::new();
        for (i, item) in findings.iter().enumerate() {
            let places = item.source.iter().map(|p| (true, p)).chain(item.related.iter().map(|p| (false, p)));
            for (own, at) in places.filter(|(_, p)| p.file.is_none()) {
                let (Some(sheet), Some(cell)) = (at.sheet_name(), at.cell) else { continue };
                let found = all.entry((sheet, cell)).or_default();
                if found.findings.last() != Some(&i) {
                    found.findings.push(i);
                }
                if own {
                    found.severity = found.severity.max(Some(item.severity));
                }
            }
        }
        ByCell(all)
    }

    /// The findings that refer to a place; none if it is no cell.
    pub fn at(&self, source: Option<&Source>) -> CellFindings {
        let found = source.and_then(|source| self.0.get(&(&*source.sheet, source.cell?)));
        found.cloned().unwrap_or_default()
    }
}
