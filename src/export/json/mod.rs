//! Report → JSON: the whole report, where its parts were read, and its findings, under a published schema.
//!
//! Takes a report with its origins and findings, gives UTF-8 with one table value, paragraph or finding per line; the same
//! report gives the same bytes. It never contains data of the machine, the clock or the author, and never changes how a number
//! is written. `normalize` can read it back.

mod schema;

use std::fmt::Write as _;

use serde::Serialize;

pub use schema::schema;

use crate::form::{DataLabels, Form, Unit, labels};
use crate::model::{CellEntry, Fact, Origins, Paragraph, Place, Value, Whole};

/// Writes a report.
pub fn write(whole: Whole<'_>) -> Vec<u8> {
    let Whole { report, origins, findings } = whole;
    let form = &report.form;
    let words = &labels().data;
    let mut out = LineWriter::default();
    out.member(0, DataLabels::FORMAT, &words.json);
    out.member(0, "version", &words.version);
    out.member(
        0,
        "edition",
        &EditionMember { id: &form.id, notice: &form.notice, digest: form.structure(), wording: form.wording() },
    );
    let cover = &report.cover;
    out.open(0, "cover", '{');
    out.member(1, "agency", &cover.agency);
    out.member(1, "year", &cover.year);
    out.member(1, "title", &cover.title);
    out.member(1, "published", &cover.published);
    out.member(1, "contact", &cover.contact);
    out.member(1, "index", &cover.index);
    if let Some(origin) = OriginMember::of(origins, Place::Title, &cover.words()) {
        out.member(1, "origin", &origin);
    }
    for fact in Fact::ALL {
        if let Some(origin) = OriginMember::of(origins, Place::Fact(fact), cover.fact(fact).unwrap_or_default()) {
            out.member(1, fact.origin(), &origin);
        }
    }
    out.close(0, '}');
    let preface = report.preface.iter().enumerate();
    out.items(0, "preface", preface.map(|(paragraph, p)| ParagraphItem::of(p, origins, Place::Preface { paragraph })));
    out.open(0, "sections", '[');
    for (section, (official, content)) in form.sections.iter().zip(&report.sections).enumerate() {
        out.open(1, "", '{');
        out.member(2, "key", &official.key);
        out.member(2, "heading", &official.heading);
        if let Some(origin) = OriginMember::of(origins, Place::Section { section }, &official.heading) {
            out.member(2, "origin", &origin);
        }
        let paragraph = |(paragraph, p)| ParagraphItem::of(p, origins, Place::Paragraph { section, paragraph });
        let first = content.before.len();
        out.items(2, "before", content.before.iter().enumerate().map(paragraph));
        out.items(2, "after", (first..).zip(&content.after).map(paragraph));
        out.close(1, '}');
    }
    out.close(0, ']');
    out.open(0, "tables", '[');
    for (t, (table, values)) in form.tables.iter().zip(&report.tables).enumerate() {
        out.open(1, "", '{');
        out.member(2, "key", &table.key);
        out.member(2, "name", &table.name);
        out.member(2, "caption", &table.caption);
        let value = |(slot, value)| ValueItem::of(form, t, slot, value, origins);
        out.items(2, "values", values.iter().enumerate().map(value));
        out.close(1, '}');
    }
    out.close(0, ']');
    out.items(0, "findings", findings.iter());
    out.end()
}

/// The text of the file so far, one member or item per line.
#[derive(Default)]
struct LineWriter {
    text: String,
}

impl LineWriter {
    /// Begins a line, after a comma if an item of the same level precedes it.
    fn line(&mut self, level: usize, name: &str) {
        if self.text.is_empty() {
            self.text.push('{');
        } else if !self.text.ends_with(['{', '[']) {
            self.text.push(',');
        }
        self.text.push('\n');
        self.text.push_str(&"  ".repeat(level + 1));
        if !name.is_empty() {
            // Names are constants of this program and need no escaping.
            let _ = write!(self.text, "\"{name}\": ");
        }
    }

    fn value(&mut self, value: &impl Serialize) {
        // Serializing texts and numbers cannot fail.
        self.text.push_str(&serde_json::to_string(value).unwrap_or_default());
    }

    fn member(&mut self, level: usize, name: &str, value: &impl Serialize) {
        self.line(level, name);
        self.value(value);
    }

    fn open(&mut self, level: usize, name: &str, bracket: char) {
        self.line(level, name);
        self.text.push(bracket);
    }

    fn close(&mut self, level: usize, bracket: char) {
        if !self.text.ends_with(['{', '[']) {
            self.text.push('\n');
            self.text.push_str(&"  ".repeat(level + 1));
        }
        self.text.push(bracket);
    }

    fn items<T: Serialize>(&mut self, level: usize, name: &str, items: impl Iterator<Item = T>) {
        self.open(level, name, '[');
        for item in items {
            self.line(level + 1, "");
            self.value(&item);
        }
        self.close(level, ']');
    }

    fn end(mut self) -> Vec<u8> {
        self.text.push_str("\n}\n");
        self.text.into_bytes()
    }
}

#[derive(Serialize)]
struct EditionMember<'a> {
    id: &'a str,
    notice: &'a str,
    digest: &'a str,
    wording: &'a str,
}

/// Where a part was read and what was written there.
#[derive(Serialize)]
struct OriginMember<'a> {
    sheet: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    cell: Option<String>,
    written: &'a str,
    /// The value as read, if it differs from what was written. If the part is edited by hand later, it no longer matches, and
    /// the origin is ignored when the file is read back.
    #[serde(skip_serializing_if = "Option::is_none")]
    read: Option<String>,
    /// How a value is stored in its cell; omitted if it is a plain number.
    #[serde(skip_serializing_if = "is_number")]
    entry: CellEntry,
}

fn is_number(entry: &CellEntry) -> bool {
    *entry == CellEntry::Number
}

impl<'a> OriginMember<'a> {
    fn of(origins: &'a Origins, place: Place, read: &str) -> Option<OriginMember<'a>> {
        let source = origins.source(place)?;
        let entry = origins.entry(place);
        let written = origins.written(place).unwrap_or_default();
        let read = (read != written).then(|| read.to_owned());
        Some(OriginMember { sheet: &source.sheet, cell: source.cell.map(|c| c.to_string()), written, read, entry })
    }
}

/// A paragraph.
#[derive(Serialize)]
struct ParagraphItem<'a> {
    level: u8,
    text: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    origin: Option<OriginMember<'a>>,
}

impl<'a> ParagraphItem<'a> {
    fn of(paragraph: &'a Paragraph, origins: &'a Origins, place: Place) -> ParagraphItem<'a> {
        let Paragraph { level, text } = paragraph;
        ParagraphItem { level: *level, text, origin: OriginMember::of(origins, place, text) }
    }
}

/// A table value with its keys, for programs, and its label paths, for people.
#[derive(Serialize)]
struct ValueItem<'a> {
    block: &'a str,
    row: &'a str,
    column: &'a str,
    row_path: Vec<&'a str>,
    column_path: Vec<&'a str>,
    kind: &'static str,
    unit: Option<&'a str>,
    value: JsonNumber,
    #[serde(skip_serializing_if = "Option::is_none")]
    origin: Option<OriginMember<'a>>,
}

/// A number in JSON: decimals are strings, since most programs read bare ones as floats.
#[derive(Serialize)]
#[serde(untagged)]
enum JsonNumber {
    Count(u64),
    Signed(i64),
    Amount(String),
    None(()),
}

impl<'a> ValueItem<'a> {
    fn of(form: &'a Form, t: usize, slot: usize, value: &Value, origins: &'a Origins) -> ValueItem<'a> {
        let table = &form.tables[t];
        let [block, row, column] = table.keys(slot);
        let (kind, number) = match value {
            Value::Count(n) => ("count", JsonNumber::Count(*n)),
            Value::Signed(n) => ("signed", JsonNumber::Signed(*n)),
            Value::Amount(a) => ("amount", JsonNumber::Amount(a.number.to_string())),
            Value::Blank | Value::Unknown => ("blank", JsonNumber::None(())),
            Value::NotApplicable => ("not_applicable", JsonNumber::None(())),
        };
        ValueItem {
            block,
            row,
            column,
            row_path: table.row_path(slot),
            column_path: table.column_path(slot),
            kind,
            unit: value.unit().map(Unit::word).or(table.unit_word(slot)),
            value: number,
            origin: OriginMember::of(origins, Place::Value { table: t, slot }, &value.to_string()),
        }
    }
}
