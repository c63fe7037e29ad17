//! Labels of the standard workbook, shared by the template, the published workbook and the importer.

use std::sync::LazyLock;

use serde::Deserialize;

/// Everything in `workbook.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Workbook {
    pub report: ReportLabels,
    pub cover: CoverLabels,
    pub text: TextLabels,
    pub data: DataLabels,
    pub guide: Guide,
    pub units: UnitWords,
}

/// How a report's title is made and recognised.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportLabels {
    /// Wordings a title ends in, the official one first.
    pub title_endings: Vec<String>,
    /// Pattern of a made title with `{agency}`, `{year}`, `{ending}`.
    pub title: String,
}

/// The cover sheet: one labelled row per field.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CoverLabels {
    pub sheet: String,
    pub head: [String; 2],
    pub agency: CoverField,
    pub year: CoverField,
    pub title: CoverField,
    pub published: CoverField,
    pub contact: CoverField,
    pub index: CoverField,
}

/// One field of the cover.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CoverField {
    pub label: String,
    pub variants: Vec<String>,
    /// What to fill in, shown by the template.
    pub hint: String,
}

impl CoverLabels {
    /// The six fields in the order of the sheet.
    pub fn fields(&self) -> [&CoverField; 6] {
        [&self.agency, &self.year, &self.title, &self.published, &self.contact, &self.index]
    }
}

/// Heads of the text sheets.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TextLabels {
    pub subheading: String,
    pub body: String,
    pub paragraphs: String,
    pub hint_body: String,
    pub hint_paragraphs: String,
}

/// The long-form sheet of the published workbook.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataLabels {
    pub sheet: String,
    /// Table, row path, column path, value, unit.
    pub head: [String; 5],
}

/// The instructions sheet of the template.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Guide {
    pub sheet: String,
    pub lines: Vec<String>,
}

/// Words that may stand in a value cell.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnitWords {
    pub counters: Vec<String>,
    pub not_applicable: Vec<String>,
}

static LABELS: LazyLock<Workbook> = LazyLock::new(|| {
    // Compiled in and parsed by a test: it cannot fail on a user's machine.
    toml::from_str(include_str!("workbook.toml")).expect("built-in workbook labels")
});

/// The labels of the standard workbook.
pub fn labels() -> &'static Workbook {
    &LABELS
}
