//! What one unit adds to a sum.

use std::sync::Arc;

use crate::form::{Form, Unit};
use crate::model::{Decimal, Finding, Origins, Place, Report, Severity, Source};

/// A unit's report as a sum needs it: small, since a run may have ten thousand.
#[derive(Debug, Clone)]
pub struct Contribution {
    pub file: String,
    /// The agency's official name.
    pub agency: String,
    pub year: u16,
    pub form: Arc<Form>,
    /// The values that are not zero, by table and slot.
    pub figures: Vec<Figure>,
    /// What is wrong with the report, of severity error.
    pub errors: Vec<Finding>,
}

/// A value that is not zero, as the unit wrote it.
#[derive(Debug, Clone)]
pub struct Figure {
    pub table: usize,
    pub slot: usize,
    pub number: Decimal,
    /// The unit of money: the form's, or the agency's own; `None` for what is no money, or where none is written.
    pub unit: Option<Unit>,
    pub source: Option<Source>,
}

impl Contribution {
    /// What a report adds; `agency` is its official name, `findings` everything found in it.
    pub fn of(file: &str, agency: &str, report: &Report, origins: &Origins, findings: &[Finding]) -> Contribution {
        let mut figures = Vec::new();
        for (t, (table, values)) in report.form.tables.iter().zip(&report.tables).enumerate() {
            for (slot, value) in values.iter().enumerate().filter(|(_, v)| !v.number().is_zero()) {
                let source = origins.source(Place::Value { table: t, slot }).cloned();
                let unit = value.unit().or(table.kind(slot).1);
                figures.push(Figure { table: t, slot, number: value.number().normalize(), unit, source });
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

    /// A figure's place in this unit's file.
    pub fn place(&self, figure: &Figure) -> Source {
        figure.source.clone().map_or_else(|| Source::file(&self.file), |s| s.within(&self.file))
    }
}
