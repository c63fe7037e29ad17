//! Rules over a report, one family a file; all findings come in one pass.
//!
//! Takes a report with its origins and a judge of what can be drawn, gives findings. It changes nothing and reads no
//! workbook. (K305 and everything about placing is found while reading: what breaks it never becomes a report.)

mod characters;
mod relations;
mod sections;
mod text;

use crate::model::{Finding, Origins, Report};

/// Checks the relations of the form alone, for a report that has no text.
pub fn relations(report: &Report, origins: &Origins) -> Vec<Finding> {
    relations::check(report, origins)
}

/// Checks a report. `can_draw` tells whether some embedded font draws a character.
pub fn check(report: &Report, origins: &Origins, can_draw: &dyn Fn(char) -> bool) -> Vec<Finding> {
    let mut findings = relations::check(report, origins);
    findings.extend(sections::check(report, origins));
    findings.extend(text::check(report, origins));
    findings.extend(characters::check(report, origins, can_draw));
    findings
}

#[cfg(test)]
mod tests;
