//! The content of a file in pieces, and its comparison with a report.
//!
//! Takes pieces in reading order, returns how much was compared, or the first difference. White space and invisible characters
//! are ignored, because formats break lines and set distances in their own ways.

use std::borrow::Cow;

use crate::form::{GridContent, Table, labels};
use crate::model::{Paragraph, Report, Value, is_invisible, truncated};

/// One part of the content of a file.
#[derive(Debug, Clone)]
pub(crate) enum ContentPiece<'t> {
    /// A title, a heading or a paragraph.
    Words(Cow<'t, str>),
    /// Rows, each with the cells that begin in it.
    Table(Vec<Vec<Cow<'t, str>>>),
}

/// How much of a file was compared.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct Compared {
    /// Titles, headings and paragraphs.
    pub paragraphs: usize,
    /// Cells of tables, labels included.
    pub cells: usize,
}

/// The first difference between a file and its report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unequal {
    pub place: String,
    pub expected: String,
    pub found: String,
}

impl Unequal {
    /// A file that cannot be read at all; `found` is what was found instead.
    pub fn unread(found: &str) -> Unequal {
        Unequal { place: "整个文件".to_owned(), expected: "能够读回".to_owned(), found: found.to_owned() }
    }

    /// Two texts that differ, each cut to the part around the first difference.
    pub fn new(place: impl Into<String>, expected: &str, found: &str) -> Unequal {
        let [expected, found] = [expected, found].map(|text| significant(text).collect::<String>());
        let alike = expected.chars().zip(found.chars()).take_while(|(a, b)| a == b).count();
        let skipped = alike.saturating_sub(LEAD);
        let cut = |text: &str| {
            let rest: String = text.chars().skip(skipped).collect();
            let lead = if skipped > 0 { "…" } else { "" };
            format!("{lead}{}", truncated(&rest, QUOTED))
        };
        Unequal { place: place.into(), expected: cut(&expected), found: cut(&found) }
    }
}

/// Most characters quoted of a text that differs, and those of them before the first difference.
const QUOTED: usize = 30;
const LEAD: usize = 8;

/// The characters that are compared.
fn significant(text: &str) -> impl Iterator<Item = char> {
    text.chars().filter(|c| !c.is_whitespace() && !is_invisible(*c))
}

/// Whether two texts are equal without the characters that are not compared.
pub(super) fn alike(a: &str, b: &str) -> bool {
    a == b || significant(a).eq(significant(b))
}

/// Whether a text contains no character that is compared.
pub(super) fn is_blank(text: &str) -> bool {
    significant(text).next().is_none()
}

/// The expected pieces of a report. Made from report and form alone and not from the document that the writers draw: a part that
/// was lost on the way there would be missing on both sides.
pub(crate) fn expected_pieces(report: &Report) -> Vec<ContentPiece<'_>> {
    let (cover, words) = (&report.cover, &labels().cover);
    let fact =
        |label: &str, text: &Option<String>| text.as_ref().map(|t| ContentPiece::Words(format!("{label}：{t}").into()));
    fn paragraph(p: &Paragraph) -> ContentPiece<'_> {
        ContentPiece::Words(p.text.as_str().into())
    }
    let mut pieces = vec![ContentPiece::Words(cover.title.as_str().into())];
    pieces.extend(fact(&words.index.label, &cover.index));
    pieces.extend(fact(&words.published.label, &cover.published));
    pieces.extend(report.preface.iter().map(paragraph));
    for (section, content) in report.form.sections.iter().zip(&report.sections) {
        if !report.form.free_headings {
            pieces.push(ContentPiece::Words(section.heading.as_str().into()));
        }
        pieces.extend(content.before.iter().map(paragraph));
        if let Some(t) = section.table {
            let rows = table(&report.form.tables[t], &report.tables[t]);
            pieces.push(ContentPiece::Table(
                rows.into_iter().map(|row| row.into_iter().map(|(_, text)| text).collect()).collect(),
            ));
        }
        pieces.extend(content.after.iter().map(paragraph));
    }
    pieces.extend(fact(&words.contact.label, &cover.contact));
    without_blank(pieces)
}

/// The rows of an official table: the cells that begin in them, with their columns.
pub(super) fn table<'r>(form: &'r Table, values: &[Value]) -> Vec<Vec<(usize, Cow<'r, str>)>> {
    let mut rows = vec![Vec::new(); form.grid_rows()];
    for cell in form.grid() {
        let text = match cell.content {
            GridContent::Title(t) | GridContent::Corner(t) | GridContent::UnitHead(t) => t.into(),
            GridContent::Unit(t) | GridContent::NoValue(t) => t.into(),
            GridContent::ColumnHead(n) | GridContent::RowHead(n) => n.label.as_str().into(),
            GridContent::Value(slot) => values[slot].to_string().into(),
        };
        rows[cell.row].push((cell.column, text));
    }
    // Sorted into reading order, which does not depend on the order of the grid.
    rows.iter_mut().for_each(|row| row.sort_by_key(|(column, _)| *column));
    rows
}

/// The pieces without those whose text is blank.
pub(super) fn without_blank(mut pieces: Vec<ContentPiece<'_>>) -> Vec<ContentPiece<'_>> {
    pieces.retain(|p| !matches!(p, ContentPiece::Words(words) if is_blank(words)));
    pieces
}

/// Compares piece by piece.
pub(crate) fn compare(expected: &[ContentPiece<'_>], found: &[ContentPiece<'_>]) -> Result<Compared, Unequal> {
    let mut compared = Compared::default();
    let mut tables = 0;
    for i in 0..expected.len().max(found.len()) {
        match (expected.get(i), found.get(i)) {
            (Some(ContentPiece::Table(a)), Some(ContentPiece::Table(b))) => {
                tables += 1;
                compared.cells += rows(tables, a, b)?;
            }
            (Some(ContentPiece::Words(a)), Some(ContentPiece::Words(b))) if alike(a, b) => compared.paragraphs += 1,
            (a, b) => {
                let place = format!("第 {} 段", compared.paragraphs + 1);
                return Err(Unequal::new(place, quoted(a), quoted(b)));
            }
        }
    }
    Ok(compared)
}

type TableRows<'t> = [Vec<Cow<'t, str>>];

fn rows(table: usize, expected: &TableRows<'_>, found: &TableRows<'_>) -> Result<usize, Unequal> {
    let mut cells = 0;
    for row in 0..expected.len().max(found.len()) {
        let (a, b) = (expected.get(row).map_or(&[][..], Vec::as_slice), found.get(row).map_or(&[][..], Vec::as_slice));
        for column in 0..a.len().max(b.len()) {
            let (a, b) = (a.get(column), b.get(column));
            if !a.zip(b).is_some_and(|(a, b)| alike(a, b)) {
                let place = format!("第 {table} 张表第 {} 行第 {} 格", row + 1, column + 1);
                let [a, b] = [a, b].map(|cell| cell.map_or(NOTHING, |text| text));
                return Err(Unequal::new(place, a, b));
            }
            cells += 1;
        }
    }
    Ok(cells)
}

/// A piece as a message quotes it.
fn quoted<'p>(piece: Option<&'p ContentPiece<'_>>) -> &'p str {
    match piece {
        Some(ContentPiece::Words(words)) => words,
        Some(ContentPiece::Table(_)) => "一张表",
        None => NOTHING,
    }
}

/// The text for a missing part in a message.
pub(super) const NOTHING: &str = "（没有）";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_late_in_a_long_text_is_seen() {
        let text = |end: &str| format!("{}共收到申请{end}件。", "一段很长的文字，".repeat(20));
        let difference = Unequal::new("第 3 段", &text("12"), &text("13"));
        assert_eq!(
            (difference.expected.as_str(), difference.found.as_str()),
            ("…字，共收到申请12件。", "…字，共收到申请13件。")
        );
        let difference = Unequal::new("第 1 张表", "12", NOTHING);
        assert_eq!((difference.expected.as_str(), difference.found.as_str()), ("12", NOTHING));
    }
}
