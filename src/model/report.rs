//! The content of an annual report, typed by its form.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Fact, Finding, Origins, Value};
use crate::form::Form;

/// One annual report. Two reports are equal if form and content are equal, wherever they were read.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// The edition that it is written in.
    pub form: Arc<Form>,
    /// Agency, year, title and the facts that may be absent.
    pub cover: Cover,
    /// Paragraphs before the first section.
    pub preface: Vec<Paragraph>,
    /// One per section of the form, in its order.
    pub sections: Vec<Section>,
    /// One per table of the form: its values by slot.
    pub tables: Vec<Vec<Value>>,
}

/// A report with the origins of its parts and its findings.
#[derive(Debug, Clone, Copy)]
pub struct Whole<'a> {
    /// Its content.
    pub report: &'a Report,
    /// Where its parts were read and what was written there.
    pub origins: &'a Origins,
    /// All findings about it as they were found: waivers are applied to records, not here.
    pub findings: &'a [Finding],
}

/// What the cover states.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Cover {
    /// Full name of the agency.
    pub agency: String,
    /// The year reported on.
    pub year: u16,
    /// The title as published, made from agency and year if none was given.
    pub title: String,
    /// Date of publication as written, e.g. 2025年1月20日.
    pub published: Option<String>,
    /// Public contact, as written.
    pub contact: Option<String>,
    /// Index number (索引号), as written.
    pub index: Option<String>,
}

impl Cover {
    /// Agency, year and title as one text, to which their common origin belongs.
    pub fn words(&self) -> String {
        format!("{} {} {}", self.agency, self.year, self.title)
    }

    /// A fact that may be absent.
    pub fn fact(&self, fact: Fact) -> Option<&str> {
        let text = match fact {
            Fact::Published => &self.published,
            Fact::Contact => &self.contact,
            Fact::Index => &self.index,
        };
        text.as_deref()
    }
}

/// One section: paragraphs and subheadings before and after its table.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Section {
    /// Paragraphs before the table, or all paragraphs if there is no table.
    pub before: Vec<Paragraph>,
    /// Paragraphs after the table.
    pub after: Vec<Paragraph>,
}

impl Section {
    /// All paragraphs in reading order.
    pub fn paragraphs(&self) -> impl Iterator<Item = &Paragraph> {
        self.before.iter().chain(&self.after)
    }
}

/// A paragraph or a subheading.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paragraph {
    /// 0 for body text; 2 for （一）, 3 for 1. and （1） headings. 1 is the section's own heading, which is a paragraph only if
    /// [`Form::free_headings`] is set.
    pub level: u8,
    /// The text as published; that of a heading includes its number.
    pub text: String,
}

impl Paragraph {
    /// A paragraph of body text.
    pub fn body(text: impl Into<String>) -> Paragraph {
        Paragraph { level: 0, text: text.into() }
    }

    /// A subheading; see [`Paragraph::level`].
    pub fn heading(level: u8, text: impl Into<String>) -> Paragraph {
        Paragraph { level, text: text.into() }
    }
}

impl Report {
    /// Whether every value could be read.
    pub fn is_known(&self) -> bool {
        self.tables.iter().flatten().all(|v| *v != Value::Unknown)
    }

    /// A report of this form with every value blank and no text.
    pub fn blank(form: Arc<Form>) -> Report {
        let tables = form.tables.iter().map(|t| vec![Value::Blank; t.slot_count()]).collect();
        let sections = vec![Section::default(); form.sections.len()];
        Report { form, cover: Cover::default(), preface: Vec::new(), sections, tables }
    }
}
