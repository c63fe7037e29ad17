//! The texts of a report in reading order, with the findings that refer to each paragraph.
//!
//! Takes a report with its origins and findings, gives its cover and sections for a page to show. Writes no markup.

use serde::Serialize;

use super::by_cell::ByCell;
use crate::form::labels;
use crate::model::{Fact, Finding, Origins, Place, Report, Severity, Source};

/// A section of a report, without its table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct DrawnSection {
    /// Its heading on the form; empty for the cover, and for the cover and all texts if agencies set their own headings.
    pub heading: String,
    /// Its paragraphs in order.
    pub paragraphs: Vec<DrawnParagraph>,
}

/// A paragraph, a subheading, the title, or a fact of the cover.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct DrawnParagraph {
    /// Its text as published.
    pub text: String,
    /// Whether it is a heading.
    pub is_heading: bool,
    /// Where the workbook has it, as people write it; `None` if that is not known.
    pub place: Option<String>,
    /// The findings that refer to it, as positions in the list of findings.
    pub findings: Vec<usize>,
    /// The greatest severity of the findings whose own place it is; `None` if others only refer to it.
    pub severity: Option<Severity>,
}

/// Cover and sections of a report; those without text are left out.
pub fn texts(report: &Report, origins: &Origins, findings: &[Finding]) -> Vec<DrawnSection> {
    let by_cell = ByCell::new(findings);
    let drawn = |place: Place, text: String, is_heading: bool| {
        let source = origins.source(place);
        let found = by_cell.at(source);
        let place = source.and_then(Source::in_sheet);
        DrawnParagraph { text, is_heading, place, findings: found.findings, severity: found.severity }
    };
    let cover = &report.cover;
    let words = &labels().cover;
    let labelled = |fact: Fact| match fact {
        Fact::Published => &words.published.label,
        Fact::Contact => &words.contact.label,
        Fact::Index => &words.index.label,
    };
    let facts = Fact::ALL.into_iter().filter_map(|fact| {
        let text = format!("{}：{}", labelled(fact), cover.fact(fact)?);
        Some(drawn(Place::Fact(fact), text, false))
    });
    let preface = report.preface.iter().enumerate();
    let preface = preface.map(|(paragraph, p)| drawn(Place::Preface { paragraph }, p.text.clone(), p.level > 0));
    let title = (!cover.title.is_empty()).then(|| drawn(Place::Title, cover.title.clone(), true));
    let mut drawn_sections = vec![DrawnSection {
        heading: String::new(),
        paragraphs: title.into_iter().chain(facts).chain(preface).collect(),
    }];
    for (section, (form, content)) in report.form.sections.iter().zip(&report.sections).enumerate() {
        let paragraphs = content.paragraphs().enumerate();
        let paragraphs = paragraphs
            .map(|(paragraph, p)| drawn(Place::Paragraph { section, paragraph }, p.text.clone(), p.level > 0));
        match drawn_sections.last_mut() {
            // The agency's own headings are among the paragraphs.
            Some(last) if report.form.free_headings => last.paragraphs.extend(paragraphs),
            _ => drawn_sections.push(DrawnSection { heading: form.heading.clone(), paragraphs: paragraphs.collect() }),
        }
    }
    drawn_sections.retain(|section| !section.paragraphs.is_empty());
    drawn_sections
}
