//! The rules over a report, one family per file; all findings are returned in one pass.
//!
//! Takes a report with its origins and what can be drawn, returns findings. Changes nothing
//! and reads no workbook. (K305 and all findings about the location of values are reported while reading: a workbook with such a
//! fault does not become a report.)

mod characters;
mod plausible;
mod relations;
mod second_reading;
mod sections;
mod text;
mod text_numbers;

use crate::model::{Decimal, Fact, Finding, Origins, Place, Report};

pub(crate) use second_reading::second_reading;

/// Checks the relations of the form alone, for a report that has no text.
pub fn relations(report: &Report, origins: &Origins) -> Vec<Finding> {
    relations::check(report, origins)
}

/// What the faces of this program draw.
pub struct Drawing<'a> {
    /// Whether one of them has a character.
    pub can_draw: &'a dyn Fn(char) -> bool,
    /// Whether rare characters are among them, or are for another build of this program.
    pub has_rare: bool,
}

impl Drawing<'_> {
    /// Every character, for checks in which characters are not in question.
    pub const ALL: Drawing<'static> = Drawing { can_draw: &|_| true, has_rare: true };
}

/// Checks a report.
pub fn check(report: &Report, origins: &Origins, drawing: &Drawing<'_>) -> Vec<Finding> {
    let mut findings = relations::check(report, origins);
    findings.extend(plausible::check(report, origins));
    findings.extend(sections::check(report, origins));
    findings.extend(text::check(report, origins));
    findings.extend(characters::check(report, origins, drawing));
    findings
}

/// The number of a value; `None` if unknown, because checks skip unknown values.
fn known(report: &Report, table: usize, slot: usize) -> Option<Decimal> {
    report.tables.get(table)?.get(slot)?.known()
}

/// Personal data that open data would disclose although no text of the report contains it: in the origins, and in the findings of
/// the reading, where it is masked.
pub(crate) fn private_beside(report: &Report, origins: &Origins, findings: &mut [Finding]) -> Vec<Finding> {
    text::private_beside(report, origins, findings)
}

/// Every text with its place: the cover, then all paragraphs and headings.
fn texts(report: &Report) -> impl Iterator<Item = (Place, &str)> {
    let c = &report.cover;
    let facts = Fact::ALL.into_iter().filter_map(|fact| Some((Place::Fact(fact), c.fact(fact)?)));
    let cover = [&c.title, &c.agency].map(|t| (Place::Title, t.as_str())).into_iter().chain(facts);
    let preface = report.preface.iter().enumerate();
    let preface = preface.map(|(paragraph, p)| (Place::Preface { paragraph }, p.text.as_str()));
    let sections = report.sections.iter().enumerate().flat_map(|(section, s)| {
        let paragraphs = s.paragraphs().enumerate();
        paragraphs.map(move |(paragraph, p)| (Place::Paragraph { section, paragraph }, p.text.as_str()))
    });
    cover.chain(preface).chain(sections)
}

#[cfg(test)]
mod tests;
