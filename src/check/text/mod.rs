//! T501 to T508, P601 and P603: statements of the text that contradict the tables, the cover or each other, private data, and
//! text that was not meant to be published.
//!
//! Takes a report with its origins, returns warnings, each with the quoted words and their cell. The meaning of phrases is data
//! of the forms. Never reads a workbook; reports the same thing once per paragraph.

mod agency;
mod agency_name;
mod claims;
mod cut;
mod drafts;
mod numeral;
mod personal;
mod phrase;
mod plain;
mod repeated;
mod required;
mod year;

use crate::form::{Form, labels};
use crate::model::{Finding, Origins, Paragraph, Place, Report, Source};
use plain::Plain;

pub(super) use personal::beside as private_beside;

/// A paragraph of body text with its place.
struct Passage<'r> {
    text: &'r str,
    plain: Plain<'r>,
    source: Option<Source>,
    place: Place,
    form: &'r Form,
    /// The heading of the form's section (only if the section has a table), then the nearest heading above the paragraph.
    headings: String,
}

impl Passage<'_> {
    /// The place as the beginning of a message.
    fn place(&self) -> String {
        spoken(self.form, self.place, self.source.as_ref())
    }
}

/// A place as the beginning of a message: the cell or, if it is unknown, the part of the report.
fn spoken(form: &Form, place: Place, source: Option<&Source>) -> String {
    let section = |index: usize| form.sections.get(index).map_or("", |s| s.sheet.as_str());
    match (source, place) {
        (Some(source), _) => format!("{source} "),
        (None, Place::Paragraph { section: index, paragraph }) => {
            format!("“{}”第 {} 段", section(index), paragraph + 1)
        }
        (None, Place::Preface { paragraph }) => format!("前言第 {} 段", paragraph + 1),
        (None, Place::Section { section: index }) => format!("“{}”", section(index)),
        (None, Place::Title | Place::Fact(_)) => cover().to_owned(),
        (None, Place::Value { .. }) => String::new(),
    }
}

pub(super) fn check(report: &Report, origins: &Origins) -> Vec<Finding> {
    let mut findings = agency::title(report, origins);
    let own = agency::Own::of(report);
    findings.extend(own.as_ref().and_then(|own| agency::contact(own, report, origins)));
    findings.extend(year::published(report, origins));
    let passages: Vec<Passage<'_>> = passages(report, origins).collect();
    for passage in &passages {
        findings.extend(claims::check(report, origins, passage));
        findings.extend(year::check(report, passage));
        findings.extend(own.as_ref().and_then(|own| agency::check(own, passage)));
    }
    findings.extend(required::check(report, origins));
    findings.extend(cut::check(report, &passages));
    findings.extend(repeated::check(&passages));
    findings.extend(personal::check(report, origins));
    findings.extend(drafts::check(report, origins, &passages));
    findings
}

/// The body text in reading order.
fn passages<'r>(report: &'r Report, origins: &'r Origins) -> impl Iterator<Item = Passage<'r>> {
    let passage = |text: &'r str, place: Place, headings: String| Passage {
        text,
        plain: Plain::new(text),
        source: origins.source(place).cloned(),
        place,
        form: &report.form,
        headings,
    };
    let body = |p: &&Paragraph| p.level == 0;
    let preface = report.preface.iter().enumerate().filter(move |(_, p)| body(p));
    let preface = preface.map(move |(paragraph, p)| passage(&p.text, Place::Preface { paragraph }, String::new()));
    let sections = report.sections.iter().enumerate().flat_map(move |(section, s)| {
        // The form's heading is used only for a section with a table: other sections cover several matters, each under its own
        // heading.
        let own = report.form.sections.get(section).filter(|f| f.table.is_some() && !report.form.free_headings);
        let own = own.map_or("", |f| f.heading.as_str());
        let mut above = String::new();
        s.paragraphs().enumerate().filter_map(move |(paragraph, p)| {
            if p.level > 0 {
                above = p.text.chars().take(HEADING).collect();
                return None;
            }
            Some(passage(&p.text, Place::Paragraph { section, paragraph }, format!("{own}{above}")))
        })
    });
    preface.chain(sections)
}

/// Characters of a heading that are examined.
const HEADING: usize = 40;

/// The name of the cover, for messages.
fn cover() -> &'static str {
    &labels().cover.sheet
}

#[cfg(test)]
mod tests;
