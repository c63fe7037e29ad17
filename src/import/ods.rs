//! The sheets of an .ods file, read from `content.xml` in one pass: cells, spans, hidden state and formats.
//!
//! A few bytes may repeat a cell a thousand million times; only cells with content are repeated here, and they count towards the
//! limits.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::attributes::own_attribute as attribute;
use super::attributes::unescaped;
use super::biff::cell;
use super::contents;
use super::formats;
use super::ods_styles::Styles;
use super::package::{in_words, inflated};
use super::sheet_xml::LAST;
use super::sheets::Collector;
use super::workbook::{Content, MARKED, Sheet, Shown, Span};
use super::xml::{check_with, ill_formed};
use super::{ImportError, Limits, xml};
use crate::form::Unit;
use crate::model::Address;

/// Returns all sheets in the document's order.
pub(super) fn sheets(bytes: &[u8], limits: &Limits) -> Result<Vec<Sheet>, ImportError> {
    let wanted = |name: &str| ["mimetype", "content.xml", "styles.xml", "meta-inf/manifest.xml"].contains(&name);
    let package = inflated(bytes, limits, wanted)?;
    let text = |name: &str| package.part(name).map(|p| String::from_utf8_lossy(p));
    if text("META-INF/manifest.xml").is_some_and(|m| m.contains("encryption-data")) {
        return Err(ImportError::Encrypted);
    }
    let kind = text("mimetype").unwrap_or_default();
    let opendocument = "application/vnd.oasis.opendocument.";
    if let Some(kind) = kind.trim().strip_prefix(opendocument).filter(|k| !k.starts_with("spreadsheet")) {
        let what = match kind.split('-').next() {
            Some("text") => "这是 OpenDocument 文字文档",
            Some("presentation") => "这是 OpenDocument 演示文稿",
            _ => "这是别的 OpenDocument 文件",
        };
        return Err(ImportError::NotAWorkbook(what.into()));
    }
    let mut parts = package.parts;
    let mut checked = |name: &str| {
        let text = parts.remove(name).map(|data| xml::text(data, &in_words(name))).transpose()?;
        text.map(|text| check_with(&text, is_usual).map(|()| text)).transpose()
    };
    let common = checked("styles.xml")?;
    let content = checked("content.xml")?.ok_or_else(|| ImportError::damaged("缺少表格内容"))?;
    let mut styles = Styles::default();
    for part in common.iter().chain([&content]) {
        styles.read(part)?;
    }
    let mut reader = Sheets { styles: &styles, limits, to: Collector::new(limits), found: false };
    reader.read(&content)?;
    if !reader.found {
        return Err(ImportError::NotAWorkbook("这是别的 OpenDocument 文件".into()));
    }
    reader.to.finish()
}

/// The usual prefixes of the namespaces that are read, each with its namespace.
const PREFIXES: [(&str, &str); 7] = [
    ("office", "urn:oasis:names:tc:opendocument:xmlns:office:1.0"),
    ("table", "urn:oasis:names:tc:opendocument:xmlns:table:1.0"),
    ("text", "urn:oasis:names:tc:opendocument:xmlns:text:1.0"),
    ("style", "urn:oasis:names:tc:opendocument:xmlns:style:1.0"),
    ("number", "urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0"),
    ("draw", "urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"),
    ("calcext", "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"),
];

/// `false` for a namespace declaration that gives a usual prefix another namespace, or a usual namespace another prefix.
fn is_usual(key: &str, value: &str) -> bool {
    let Some(prefix) = key.strip_prefix("xmlns") else { return true };
    let prefix = prefix.strip_prefix(':').unwrap_or(prefix);
    PREFIXES.iter().all(|(usual, meaning)| (prefix == *usual) == (value == *meaning))
}

struct Sheets<'a> {
    styles: &'a Styles,
    limits: &'a Limits,
    to: Collector<'a>,
    found: bool,
}

/// Range of columns with a default cell style: first, last, and what the style adds. A list of them is sorted.
type Column = (u32, u32, Option<Shown>);

fn of_column(columns: &[Column], column: u32) -> Option<Shown> {
    let before = columns.partition_point(|(first, ..)| *first <= column);
    let (_, last, shown) = columns.get(before.checked_sub(1)?)?;
    shown.filter(|_| column <= *last)
}

type Xml<'x> = Reader<&'x [u8]>;

impl Sheets<'_> {
    fn read(&mut self, xml: &str) -> Result<(), ImportError> {
        let mut reader = Reader::from_str(xml);
        loop {
            match reader.read_event().map_err(|_| ill_formed())? {
                Event::Start(e) => match e.name().as_ref() {
                    "office:spreadsheet" => self.found = true,
                    // Linked data and deleted cells are stored as tables as well, but are no sheets.
                    "table:tracked-changes" | "table:dde-links" | "office:automatic-styles" => skip(&mut reader)?,
                    "table:table" => {
                        let name = attribute(&e, "table:name").map(|n| unescaped(&n)).unwrap_or_default();
                        // A copy of another file's sheet is stored for formulas and never shown.
                        let linked = name.starts_with("'file:");
                        let hidden =
                            linked || attribute(&e, "table:style-name").is_some_and(|s| self.styles.hides_table(&s));
                        self.table(&mut reader)?;
                        self.to.end_sheet(name, hidden)?;
                    }
                    _ if self.found => pass_over(&mut reader)?,
                    _ => {}
                },
                Event::Eof => return Ok(()),
                _ => {}
            }
        }
    }

    fn table(&mut self, reader: &mut Xml<'_>) -> Result<(), ImportError> {
        let (mut row, mut column) = (0u32, 0u32);
        let mut columns: Vec<Column> = Vec::new();
        loop {
            let event = reader.read_event().map_err(|_| ill_formed())?;
            match &event {
                Event::Start(e) | Event::Empty(e) => {
                    let empty = matches!(event, Event::Empty(_));
                    match e.name().as_ref() {
                        "table:table-column" => {
                            let count =
                                repeated(e, "table:number-columns-repeated", LAST.column + 1 - column.min(LAST.column));
                            let last = column + count - 1;
                            if is_hidden(e) {
                                self.to.hide_columns(column, last)?;
                            }
                            if let Some(style) = attribute(e, "table:default-cell-style-name")
                                .filter(|_| columns.len() <= LAST.column as usize)
                            {
                                columns.push((column, last, self.styles.shown(&style)));
                            }
                            column = last + 1;
                        }
                        "table:table-row" => {
                            let count = repeated(e, "table:number-rows-repeated", LAST.row + 1 - row.min(LAST.row));
                            if is_hidden(e) {
                                self.to.hide_rows(row, row + count - 1)?;
                            }
                            let style = attribute(e, "table:default-cell-style-name");
                            if !empty {
                                self.row(reader, row, count, style.as_deref(), &columns)?;
                            }
                            row += count;
                        }
                        // These elements only group rows and columns.
                        "table:table-header-rows"
                        | "table:table-rows"
                        | "table:table-row-group"
                        | "table:table-header-columns"
                        | "table:table-columns"
                        | "table:table-column-group" => {}
                        "table:shapes" if !empty => self.drawn(reader)?,
                        _ if !empty => pass_over(reader)?,
                        _ => {}
                    }
                }
                Event::End(e) if e.name().as_ref() == "table:table" => return Ok(()),
                Event::Eof => return Err(cut()),
                _ => {}
            }
        }
    }

    fn row(
        &mut self,
        reader: &mut Xml<'_>,
        row: u32,
        rows: u32,
        row_style: Option<&str>,
        columns: &[Column],
    ) -> Result<(), ImportError> {
        let mut column = 0u32;
        loop {
            let event = reader.read_event().map_err(|_| ill_formed())?;
            match &event {
                Event::Start(e) | Event::Empty(e) => {
                    let empty = matches!(event, Event::Empty(_));
                    if !matches!(e.name().as_ref(), "table:table-cell" | "table:covered-table-cell") {
                        if !empty {
                            pass_over(reader)?;
                        }
                        continue;
                    }
                    let count = repeated(e, "table:number-columns-repeated", LAST.column + 1 - column.min(LAST.column));
                    let own = attribute(e, "table:style-name");
                    let of_cell = own.as_deref().or(row_style).map(|s| self.styles.shown(s));
                    let spanned = |name| attribute(e, name).and_then(|n| n.parse::<u32>().ok()).unwrap_or(1).max(1);
                    let (wide, high) = (spanned("table:number-columns-spanned"), spanned("table:number-rows-spanned"));
                    if wide > 1 || high > 1 {
                        let first = Address { row, column };
                        let last =
                            Address { row: row.saturating_add(high - 1), column: column.saturating_add(wide - 1) };
                        self.to.merge(Span { first, last })?;
                    }
                    let stated = Stated::of(e);
                    let text = if empty { None } else { self.text(reader)? };
                    let seen = stated.is_seen_otherwise(text.as_deref());
                    let shown = |style: Option<Shown>| seen.filter(|s| *s == Shown::Replaced).or(style).or(seen);
                    if let Some(content) = stated.content(text)? {
                        let to = &mut self.to;
                        for row in row..row + rows {
                            for column in column..column + count {
                                let style = of_cell.unwrap_or_else(|| of_column(columns, column));
                                to.cell(cell(row, column, content.clone(), stated.formula), shown(style))?;
                            }
                        }
                    }
                    column += count;
                }
                Event::End(e) if e.name().as_ref() == "table:table-row" => return Ok(()),
                Event::Eof => return Err(cut()),
                _ => {}
            }
        }
    }

    /// Adds the text of shapes and text boxes, up to the end of the element that was just opened.
    fn drawn(&mut self, reader: &mut Xml<'_>) -> Result<(), ImportError> {
        let (mut depth, mut words, mut in_words) = (1u32, String::new(), 0u32);
        while depth > 0 {
            match reader.read_event().map_err(|_| ill_formed())? {
                Event::Start(e) => {
                    depth += 1;
                    in_words += u32::from(in_words > 0 || e.name().as_ref() == "text:p");
                }
                Event::End(_) => {
                    depth -= 1;
                    if in_words == 1 {
                        words.push(' ');
                    }
                    in_words = in_words.saturating_sub(1);
                }
                Event::Text(t) if in_words > 0 => words.push_str(&t),
                Event::GeneralRef(r) if in_words > 0 => words.push_str(&unescaped(&format!("&{};", &*r))),
                Event::Eof => return Err(cut()),
                _ => {}
            }
        }
        self.to.text_box(words.trim())
    }

    /// Returns the paragraphs of a cell, one per line, up to its end; `None` if it has none. Content that is not part of their
    /// text (notes, drawings, readings above characters) is omitted.
    fn text(&mut self, reader: &mut Xml<'_>) -> Result<Option<String>, ImportError> {
        let mut text = None::<String>;
        // For each enclosing element inside a paragraph, whether it raises, lowers or strikes out its text.
        let mut around: Vec<bool> = Vec::new();
        // Whether the next text must be preceded by a mark.
        let mut mark = false;
        loop {
            let event = reader.read_event().map_err(|_| ill_formed())?;
            match &event {
                Event::Start(e) | Event::Empty(e) => {
                    let is_empty = matches!(event, Event::Empty(_));
                    let name = e.name();
                    let is_line = around.is_empty() && matches!(name.as_ref(), "text:p" | "text:h");
                    if is_line {
                        text = Some(text.take().map_or_else(String::new, |t| t + "\n"));
                    }
                    let spaces = match (&mut text, name.as_ref()) {
                        (Some(text), "text:s") if !around.is_empty() => {
                            let count = attribute(e, "text:c").and_then(|c| c.parse::<usize>().ok()).unwrap_or(1);
                            if text.len().saturating_add(count) > self.limits.text_bytes {
                                return Err(self.limits.text_error());
                            }
                            text.extend(std::iter::repeat_n(' ', count));
                            true
                        }
                        (Some(text), "text:tab") => {
                            text.push('\t');
                            true
                        }
                        (Some(text), "text:line-break") => {
                            text.push('\n');
                            true
                        }
                        _ => false,
                    };
                    if is_empty {
                        continue;
                    }
                    // Fields, links, marks and any other text elements: text is never dropped because of the element that
                    // encloses it.
                    let is_words = is_line || !around.is_empty() && is_text(name.as_ref());
                    // A list is not a paragraph, but contains paragraphs.
                    if around.is_empty() && !is_line && is_text(name.as_ref()) {
                        continue;
                    }
                    if is_words || spaces {
                        let marks = attribute(e, "text:style-name").is_some_and(|s| self.styles.marks(&s)) && !is_line;
                        mark |= marks;
                        around.push(marks);
                    } else if name.as_ref().starts_with("draw:") {
                        self.drawn(reader)?;
                    } else if is_foreign(name.as_ref()) {
                        wordless(reader)?;
                    } else {
                        skip(reader)?;
                    }
                }
                Event::End(e) => {
                    if matches!(e.name().as_ref(), "table:table-cell" | "table:covered-table-cell") {
                        return Ok(text);
                    }
                    _ = around.pop();
                    mark = false;
                }
                Event::Text(t) => put_words(&mut text, &mut mark, &around, t),
                Event::CData(t) => put_words(&mut text, &mut mark, &around, t),
                Event::GeneralRef(r) => {
                    let c = match r.resolve_char_ref().map_err(|_| ill_formed())? {
                        Some(c) => c.to_string(),
                        None => unescaped(&format!("&{};", &**r)),
                    };
                    if let (Some(text), false) = (&mut text, around.is_empty()) {
                        if std::mem::take(&mut mark) {
                            text.push(MARKED);
                        }
                        text.push_str(&c);
                    }
                }
                Event::Eof => return Err(cut()),
                _ => {}
            }
        }
    }
}

/// Whether an element contains text that is shown in its place.
fn is_text(name: &str) -> bool {
    name.starts_with("text:") && !matches!(name, "text:note" | "text:ruby-text" | "text:tracked-changes")
}

/// Whether an element has no prefix, or one that office programs do not write in a cell.
fn is_foreign(name: &str) -> bool {
    let known =
        ["office", "table", "text", "draw", "dr3d", "svg", "script", "form", "math", "loext", "calcext", "field"];
    name.split_once(':').is_none_or(|(prefix, _)| !known.contains(&prefix))
}

/// Appends text of a paragraph; white space of any length counts as one space.
fn put_words(text: &mut Option<String>, mark: &mut bool, around: &[bool], words: &str) {
    let Some(text) = text.as_mut().filter(|_| !around.is_empty()) else { return };
    if !words.is_empty() && std::mem::take(mark) {
        text.push(MARKED);
    }
    for c in words.chars() {
        match c {
            ' ' | '\t' | '\n' | '\r' if text.ends_with([' ', '\n']) || text.is_empty() => {}
            ' ' | '\t' | '\n' | '\r' => text.push(' '),
            _ => text.push(c),
        }
    }
}

/// The value of a cell according to the attributes of its element.
struct Stated {
    kind: String,
    value: Option<String>,
    formula: bool,
}

impl Stated {
    fn of(e: &BytesStart<'_>) -> Stated {
        let mut kind = attribute(e, "office:value-type").unwrap_or_default();
        if attribute(e, "calcext:value-type").is_some_and(|k| k == "error") {
            kind = "error".to_owned();
        }
        let name = match kind.as_str() {
            "date" => "office:date-value",
            "time" => "office:time-value",
            "boolean" => "office:boolean-value",
            "string" | "error" => "office:string-value",
            _ => "office:value",
        };
        let value = attribute(e, name).map(|v| unescaped(&v));
        Stated { kind, value, formula: attribute(e, "table:formula").is_some() }
    }

    fn number(&self) -> Option<f64> {
        let is_number = matches!(self.kind.as_str(), "float" | "percentage" | "currency");
        self.value.as_ref().filter(|_| is_number)?.trim().parse().ok().filter(|n: &f64| n.is_finite())
    }

    /// Returns the content of the cell; `None` if it has none.
    fn content(&self, text: Option<String>) -> Result<Option<Content>, ImportError> {
        let seen = || text.clone().unwrap_or_default();
        let value = || self.value.clone().unwrap_or_else(seen);
        Ok(Some(match self.kind.as_str() {
            "" if self.formula && seen().is_empty() => Content::Uncomputed,
            "" => return Ok(text.map(Content::Text)),
            "float" | "percentage" | "currency" => match self.number() {
                Some(n) => contents::number(n),
                None => return Err(ImportError::Damaged("单元格的数值写法不合规范".to_owned())),
            },
            "date" => date(&value()).unwrap_or_else(|| Content::Other(value())),
            "boolean" => Content::Bool(value() == "true"),
            // The displayed text names the error.
            "error" => Content::Error(seen()),
            "string" => Content::Text(text.clone().unwrap_or_else(value)),
            _ => Content::Other(value()),
        }))
    }

    /// Returns how the displayed text differs from the number beyond rounding; `None` if it does not.
    fn is_seen_otherwise(&self, text: Option<&str>) -> Option<Shown> {
        if self.kind == "percentage" && self.number() != Some(0.0) {
            return Some(Shown::Scaled);
        }
        let value = self.number()?;
        let text: String = text?.chars().map(ascii_digit).collect();
        if value == 0.0 {
            // A dash, a blank or a unit may be shown for 0, but not another number.
            return formats::has_figure(&text).then_some(Shown::Replaced);
        }
        if formats::scales(&text) && Unit::ALL.iter().all(|u| !text.contains(u.word())) {
            return Some(Shown::Scaled);
        }
        // A number with an exponent is not scaled.
        if text.contains(['e', 'E']) {
            return None;
        }
        let digits: String = text.chars().filter(|c| c.is_ascii_digit() || *c == '.').collect();
        if digits.is_empty() {
            // Numerals are the number in words; any other text hides the number.
            return (!text.trim().is_empty() && !formats::has_digits(&text)).then_some(Shown::Scaled);
        }
        let Ok(seen) = digits.parse::<f64>() else { return Some(Shown::Scaled) };
        let places = digits.split_once('.').map_or(0, |(_, after)| after.len().min(15)) as i32;
        let negative = text.trim_start().starts_with(['-', '−', '－']);
        if negative && value > 0.0 && seen != 0.0 {
            return Some(Shown::Replaced);
        }
        let rounding = 0.501 * 10f64.powi(-places);
        ((value.abs() - seen).abs() > rounding).then_some(Shown::Scaled)
    }
}

fn ascii_digit(c: char) -> char {
    match c {
        '０'..='９' => char::from_u32(c as u32 - '０' as u32 + '0' as u32).unwrap_or(c),
        '．' => '.',
        _ => c,
    }
}

/// `2024-03-01`, with or without a time of day.
fn date(text: &str) -> Option<Content> {
    let mut parts = text.split('T').next()?.split('-');
    let date = Content::Date(parts.next()?.parse().ok()?, parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    parts.next().is_none().then_some(date)
}

/// Number of repetitions, at least one and at most as many as still fit on the sheet.
fn repeated(e: &BytesStart<'_>, name: &str, room: u32) -> u32 {
    attribute(e, name)
        .and_then(|n| n.trim().parse::<u64>().ok())
        .map_or(1, |n| n.clamp(1, u64::from(room.max(1))) as u32)
}

fn is_hidden(e: &BytesStart<'_>) -> bool {
    attribute(e, "table:visibility").is_some_and(|v| v == "collapse" || v == "filter")
}

/// Skips the rest of the element that was opened last.
fn skip(reader: &mut Xml<'_>) -> Result<(), ImportError> {
    skip_unless(reader, |_| false)
}

/// Skips the rest of the element that was opened last; an error if it contains rows or cells, because omitting them would shift
/// those after it.
fn pass_over(reader: &mut Xml<'_>) -> Result<(), ImportError> {
    let cells = ["table:table", "table:table-row", "table:table-cell", "table:covered-table-cell"];
    skip_unless(reader, |event| match event {
        Event::Start(e) | Event::Empty(e) => cells.contains(&e.name().as_ref()),
        _ => false,
    })
}

/// Skips the rest of the element that was opened last; an error if it contains text.
fn wordless(reader: &mut Xml<'_>) -> Result<(), ImportError> {
    skip_unless(reader, |event| match event {
        Event::Text(t) => !t.trim().is_empty(),
        Event::CData(t) => !t.trim().is_empty(),
        Event::GeneralRef(_) => true,
        _ => false,
    })
}

fn skip_unless(reader: &mut Xml<'_>, holds: impl Fn(&Event<'_>) -> bool) -> Result<(), ImportError> {
    let mut depth = 1u32;
    while depth > 0 {
        let event = reader.read_event().map_err(|_| ill_formed())?;
        if holds(&event) {
            return Err(ImportError::damaged("单元格外面包着认不出的内容，不能确定它的位置和文字"));
        }
        match event {
            Event::Start(_) => depth += 1,
            Event::End(_) => depth -= 1,
            Event::Eof => return Err(cut()),
            _ => {}
        }
    }
    Ok(())
}

fn cut() -> ImportError {
    ImportError::damaged("内容不完整")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_style_of_a_column_is_found_at_once() {
        let columns: Vec<Column> = (0..16_000).map(|i| (i * 2 + 1, i * 2 + 1, Some(Shown::Scaled))).collect();
        assert_eq!(
            [0, 1, 2, 31_999, 32_000].map(|c| of_column(&columns, c).is_some()),
            [false, true, false, true, false]
        );
        // A search through all columns for each cell would take hours.
        let found = (0..10_000_000u32).filter(|i| of_column(&columns, i % 32_000).is_some()).count();
        assert_eq!(found, 10_000_000 / 2);
    }
}
