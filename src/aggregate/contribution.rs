//! The contribution of one unit to a sum.
//!
//! Takes a report with its origins and findings, gives its figures that are not zero and its errors. Never judges or rounds a
//! figure.

use std::sync::Arc;

use crate::form::{Form, Unit};
use crate::model::{Decimal, Finding, Origins, Place, Report, Severity, Source};

/// The part of a unit's report that a sum needs. Kept small, because a run may have ten thousand units.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Contribution {
    /// The unit's file, as findings name it.
    pub file: String,
    /// The agency's official name, after aliases.
    pub agency: String,
    /// Year that the report covers.
    pub year: u16,
    /// Edition of the form that the report follows; tables and slots of the figures refer to it.
    pub form: Arc<Form>,
    /// Values that are not zero, by table and slot.
    pub figures: Vec<UnitFigure>,
    /// Findings of severity error.
    pub errors: Vec<Finding>,
}

/// A value that is not zero, as the unit wrote it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct UnitFigure {
    /// Index of its table in the form.
    pub table: usize,
    /// Index of its slot in the table.
    pub slot: usize,
    /// The number, in the unit below, without trailing zeros.
    pub number: Decimal,
    /// Unit of money: the agency's own, otherwise the form's. `None` if the value is not money or has no unit.
    pub unit: Option<Unit>,
    /// Its cell in the unit's file; `None` if the origin is unknown.
    pub source: Option<Source>,
}

impl Contribution {
    /// The contribution of a report. `agency` is its official name, `findings` are all its findings.
    pub fn of(file: &str, agency: &str, report: &Report, origins: &Origins, findings: &[Finding]) -> Contribution {
        let mut figures = Vec::new();
        for (t, (table, values)) in report.form.tables.iter().zip(&report.tables).enumerate() {
            for (slot, value) in values.iter().enumerate().filter(|(_, v)| !v.number().is_zero()) {
                let source = origins.source(Place::Value { table: t, slot }).cloned();
                let unit = value.unit().or(table.kind(slot).1);
                figures.push(UnitFigure { table: t, slot, number: value.number().normalize(), unit, source });
            }
        }
        Contribution {
            file: file.to_owned(),
            agency: agency.to_owned(),
            year: report.cover.year,
            form: report.form.clone(),
            figures,
            errors: findings.iter().filter(|f| f.severity == Severity::Error).cloned().collect(),
        }
    }

    /// The cell of a figure in this unit's file, or the file alone if the cell is unknown.
    pub fn place(&self, figure: &UnitFigure) -> Source {
        figure.source.clone().map_or_else(|| Source::file(&self.file), |s| s.within(&self.file))
    }
}
