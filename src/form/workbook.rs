//! Labels of the standard workbook, shared by the template, the published workbook and the importer.

use std::sync::LazyLock;

use serde::Deserialize;

/// Everything in `workbook.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkbookLabels {
    /// How a title is made and recognised.
    pub report: ReportLabels,
    /// Limits beyond which an amount is implausible.
    pub(crate) amounts: ImplausibleAmounts,
    /// Labels of the cover sheet.
    pub cover: CoverLabels,
    /// Heads of the sheets with text.
    pub(crate) text: TextLabels,
    /// Where a label may break in a narrow column.
    pub(crate) breaks: BreakWords,
    /// Messages of the template for invalid entries.
    pub(crate) entry: EntryLabels,
    /// Labels of the long-form data, CSV and JSON.
    pub data: DataLabels,
    /// The instructions sheet of the template.
    pub guide: GuideLabels,
    /// Words in value cells and labels.
    pub(crate) units: UnitWords,
    /// Words for comparing the names of agencies.
    pub(crate) names: NameWords,
    /// Labels of the workbook of the sum over units.
    pub sum: SumLabels,
}

/// How a report's title is made and recognised.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportLabels {
    /// Wordings of the two parts that a title ends in, its subject and the kind of document; the official one first in each.
    subjects: Vec<String>,
    kinds: Vec<String>,
    /// A word that may follow the subject if the year comes after it.
    work: String,
    /// The kind of document that makes a title only if the year is located inside the ending.
    bare: String,
    /// First and last year that a report can be about.
    pub years: [u16; 2],
    /// Pattern of a made title with `{agency}`, `{year}`, `{ending}`.
    title: String,
}

/// Amounts in yuan that are implausible for an agency.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImplausibleAmounts {
    /// What the charges of a department of a city stay below.
    pub office: i64,
    /// What the charges of a province stay below.
    pub government: i64,
}

impl ReportLabels {
    /// The name of every report, without agency and year.
    pub fn kind(&self) -> String {
        [&self.subjects, &self.kinds].into_iter().filter_map(|all| all.first()).map(String::as_str).collect()
    }

    /// The title made of its parts.
    pub fn made_title(&self, agency: &str, year: u16) -> String {
        self.title.replace("{agency}", agency).replace("{year}", &year.to_string()).replace("{ending}", &self.kind())
    }

    /// Splits a title into the text before its ending and the two parts of the ending; the longest match is used. A year between
    /// the two parts belongs to the second.
    pub fn split_title<'t>(&self, title: &'t str) -> Option<(&'t str, &'t str, &'t str)> {
        let pairs = self.subjects.iter().flat_map(|s| self.kinds.iter().map(move |k| (s, k)));
        let split = |(subject, kind): (&String, &String)| {
            let stem = title.strip_suffix(kind.as_str())?.strip_suffix(subject.as_str())?;
            let (subject, kind) = title[stem.len()..].split_at(subject.len());
            Some((stem, subject, kind))
        };
        let plain = pairs.filter(|(_, kind)| **kind != self.bare).filter_map(split);
        let dated = self.subjects.iter().filter_map(|subject| self.split_dated(title, subject));
        plain.chain(dated).min_by_key(|(stem, ..)| stem.len())
    }

    /// The same if the year follows the subject: 政府信息公开工作2024年度报告.
    fn split_dated<'t>(&self, title: &'t str, subject: &str) -> Option<(&'t str, &'t str, &'t str)> {
        let at = title.rfind(subject)?;
        let rest = &title[at + subject.len()..];
        let kind = rest.strip_prefix(self.work.as_str()).unwrap_or(rest);
        let open = kind.strip_prefix('（').unwrap_or(kind);
        let digit = |c: char| c.is_numeric() || "○零一二三四五六七八九".contains(c);
        let (end, _) = open.char_indices().nth(4)?;
        if !open[..end].chars().all(digit) {
            return None;
        }
        let is_kind = |words: &str| self.kinds.iter().any(|k| k == words);
        // 2024年报 consists of a year and 年报, 2024年度报告 of a year and 年度报告 or 报告.
        let fits = ["", "年", "年度"].iter().filter_map(|word| open[end..].strip_prefix(word)).any(|words| {
            let words = words.strip_prefix('）').unwrap_or(words);
            is_kind(words) || words.strip_prefix(self.work.as_str()).is_some_and(is_kind)
        });
        let subject = &title[at..title.len() - kind.len()];
        fits.then_some((&title[..at], subject, kind))
    }
}

/// The cover sheet: one labelled row per field.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct CoverLabels {
    /// Name of the sheet, 封面.
    pub sheet: String,
    /// Heads of the two columns, label and content.
    pub head: [String; 2],
    /// Full name of the agency.
    pub agency: CoverField,
    /// The year reported on.
    pub year: CoverField,
    /// The title of the report; optional.
    pub title: CoverField,
    /// Date of publication; optional.
    pub published: CoverField,
    /// Public contact; optional.
    pub contact: CoverField,
    /// Index number (索引号); optional.
    pub index: CoverField,
}

/// One field of the cover.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct CoverField {
    /// The label as written by the template.
    pub label: String,
    /// Other labels that are accepted on import.
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
    /// Over the rows for paragraphs before the first section.
    pub preface: String,
    /// Over the rows for paragraphs after a table.
    pub notes: String,
    /// Texts of earlier versions of the template.
    pub former: Vec<String>,
}

/// Corrections to the dictionary that decides where a label may break in a narrow column.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BreakWords {
    /// Words of one character that belong to the next word; all others belong to the previous one.
    pub leads: String,
    /// Words that the dictionary splits although they belong together.
    pub whole: Vec<String>,
}

/// Messages of the template for entries that a cell does not accept.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EntryLabels {
    pub title: String,
    pub year: String,
    pub count: String,
    pub signed: String,
    /// Contains `{unit}`, the unit of the form.
    pub amount: String,
    /// For amounts without a unit of the form.
    pub amount_any_unit: String,
}

/// The values of a report for machines: the long-form sheet of the published workbook, CSV and JSON.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct DataLabels {
    /// Name of the sheet, 数据.
    pub sheet: String,
    /// Table, row path, column path, value, unit.
    pub head: [String; 5],
    /// Agency, year, then as `head`.
    pub csv: [String; 7],
    /// Name of the CSV over a whole run.
    pub run: String,
    /// The value of the member [`DataLabels::FORMAT`] of a report as JSON.
    pub json: String,
    /// The version of the JSON format that this version of the program writes and reads.
    pub version: u16,
    /// Joins the labels of a row path or column path.
    pub path: String,
}

impl DataLabels {
    /// The member of a JSON that names its format.
    pub const FORMAT: &'static str = "format";

    /// The first line of a CSV, by which it is recognised.
    pub fn csv_head(&self) -> String {
        format!("{}\r\n", self.csv.join(","))
    }
}

/// The instructions sheet of the template.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct GuideLabels {
    /// Name of the sheet, 填报说明.
    pub sheet: String,
    /// First line, with `{notice}`.
    pub basis: String,
    /// The instructions, one line each.
    pub lines: Vec<String>,
}

/// Words that may occur in value cells and labels.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnitWords {
    pub counters: Vec<String>,
    /// Characters that change the meaning of a label.
    pub turns: String,
    /// Words before a label that make it a part of the row above.
    pub leads: Vec<String>,
    pub not_applicable: Vec<String>,
}

/// Words for finding names that may denote the same agency.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NameWords {
    /// Equivalent wordings; each is replaced by the last of its group.
    pub same: Vec<Vec<String>>,
    /// Words that are often omitted.
    pub dropped: Vec<String>,
    /// Endings of place names.
    pub divisions: Vec<String>,
}

/// The workbook of the sum over units.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct SumLabels {
    /// The sheet with each summed value and the cell it was read from.
    pub sources: SumSheet<11>,
    /// The sheet of units without a report and of faulty reports.
    pub troubles: SumSheet<6>,
    /// State of a listed unit with a report.
    pub submitted: String,
    /// State of a listed unit without a report.
    pub missing: String,
    /// State of a unit whose file could not be read as a report.
    pub unread: String,
    /// State of a unit with a report that is not on the list.
    pub unlisted: String,
    /// Fault: the report was refused and is not part of the sum.
    pub refused: String,
    /// Fault: the report has errors and is part of the sum.
    pub faulty: String,
}

/// A sheet of the sum in addition to those of the standard workbook.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct SumSheet<const COLUMNS: usize> {
    /// Name of the sheet.
    pub sheet: String,
    /// Heads of the columns.
    #[serde(deserialize_with = "array")]
    pub head: [String; COLUMNS],
}

/// Deserializes an array of any length; serde implements arrays only for individual lengths.
fn array<'de, D: serde::Deserializer<'de>, const N: usize>(from: D) -> Result<[String; N], D::Error> {
    let all = Vec::<String>::deserialize(from)?;
    let length = all.len();
    all.try_into().map_err(|_| serde::de::Error::invalid_length(length, &"another number of heads"))
}

impl WorkbookLabels {
    /// Every text that the standard workbook prints in addition to the report's own words and the form's labels, except the
    /// labels of the cover: heads, hints and captions. A reader may skip a cell that contains exactly one of them.
    pub fn furniture(&self) -> Vec<&str> {
        let (cover, text) = (&self.cover, &self.text);
        let hints = cover.fields().map(|f| f.hint.as_str());
        let heads = cover.head.iter().map(String::as_str);
        let words = [
            &text.subheading,
            &text.body,
            &text.paragraphs,
            &text.hint_body,
            &text.hint_paragraphs,
            &text.preface,
            &text.notes,
        ];
        let words = words.into_iter().chain(&text.former).map(String::as_str);
        hints.into_iter().chain(heads).chain(words).collect()
    }
}

static LABELS: LazyLock<WorkbookLabels> = LazyLock::new(|| {
    // Compiled in and parsed by a test: it cannot fail on a user's machine.
    toml::from_str(include_str!("workbook.toml")).expect("built-in workbook labels")
});

/// The labels of the standard workbook.
pub fn labels() -> &'static WorkbookLabels {
    &LABELS
}
