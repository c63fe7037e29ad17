//! The text of .ods cells and shapes: paragraphs, white space, and marks before raised, lowered or struck out words.

use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::name::QName;

use super::attributes::own_attribute as attribute;
use super::attributes::resolved;
use super::ods_styles::OdsStyles;
use super::ods_xml::{Xml, skip, skip_without_text, truncated};
use super::sheets::Collector;
use super::workbook::MARKED;
use super::xml::ill_formed;
use super::{ImportError, Limits};

/// Reads the paragraphs of a cell, one per line, up to its end; `None` if it has none. Content that is not part of their text
/// (notes, readings above characters) is omitted; the text of shapes is added to the sheet.
pub(super) fn cell_text(
    reader: &mut Xml<'_>,
    styles: &OdsStyles,
    limits: &Limits,
    to: &mut Collector<'_>,
) -> Result<Option<String>, ImportError> {
    let mut cell = Paragraphs::default();
    loop {
        let event = reader.read_event().map_err(|_| ill_formed())?;
        match &event {
            Event::Start(e) => match cell.open(e, styles, limits)? {
                Inner::Text => {}
                Inner::Shape => to.text_box(shape_text(reader)?.trim())?,
                Inner::Foreign => skip_without_text(reader)?,
                Inner::Other => skip(reader)?,
            },
            Event::Empty(e) => _ = cell.begin(e, limits)?,
            Event::End(e) if is_cell(e.name()) => return Ok(cell.text),
            Event::End(_) => cell.close(),
            Event::Text(t) => cell.push(t),
            Event::CData(t) => cell.push(t),
            Event::GeneralRef(r) => cell.push_reference(r)?,
            Event::Eof => return Err(truncated()),
            _ => {}
        }
    }
}

/// Whether an element is a cell, or the place of one that a merged cell covers.
pub(super) fn is_cell(name: QName<'_>) -> bool {
    matches!(name.as_ref(), "table:table-cell" | "table:covered-table-cell")
}

/// Reads the text of shapes and text boxes, up to the end of the element that was just opened.
pub(super) fn shape_text(reader: &mut Xml<'_>) -> Result<String, ImportError> {
    let (mut depth, mut words, mut word_depth) = (1u32, String::new(), 0u32);
    while depth > 0 {
        match reader.read_event().map_err(|_| ill_formed())? {
            Event::Start(e) => {
                depth += 1;
                word_depth += u32::from(word_depth > 0 || is_paragraph(e.name()));
            }
            Event::End(_) => {
                depth -= 1;
                if word_depth == 1 {
                    words.push(' ');
                }
                word_depth = word_depth.saturating_sub(1);
            }
            Event::Text(t) if word_depth > 0 => words.push_str(&t),
            Event::CData(t) if word_depth > 0 => words.push_str(&t),
            Event::GeneralRef(r) if word_depth > 0 => words.push_str(&resolved(&r)),
            Event::Eof => return Err(truncated()),
            _ => {}
        }
    }
    Ok(words)
}

/// What is inside an element of a cell.
enum Inner {
    /// Text of the cell, or paragraphs with it.
    Text,
    /// A shape with text of its own.
    Shape,
    /// Content of an unknown kind.
    Foreign,
    /// Content of a known kind that is not part of the text.
    Other,
}

/// The paragraphs of a cell, as far as they were read.
#[derive(Default)]
struct Paragraphs {
    /// `None` before the first one.
    text: Option<String>,
    /// For each open element inside a paragraph, itself included, whether it raises, lowers or strikes out its text.
    open: Vec<bool>,
    /// Whether the next text must be preceded by a mark.
    mark: bool,
}

impl Paragraphs {
    /// Begins an element that is not empty; returns what is inside it.
    fn open(&mut self, e: &BytesStart<'_>, styles: &OdsStyles, limits: &Limits) -> Result<Inner, ImportError> {
        let is_paragraph = self.begin(e, limits)?;
        let name = e.name();
        let name = name.as_ref();
        if is_paragraph {
            self.open.push(false);
            return Ok(Inner::Text);
        }
        // Fields, links, marks and any other text elements: text is never dropped because of the element that encloses it.
        if is_text(name) {
            // A list is not a paragraph, but contains paragraphs.
            if !self.open.is_empty() {
                let marks = attribute(e, "text:style-name").is_some_and(|s| styles.marks(&s));
                self.mark |= marks;
                self.open.push(marks);
            }
            return Ok(Inner::Text);
        }
        Ok(match name {
            _ if name.starts_with("draw:") => Inner::Shape,
            _ if is_foreign(name) => Inner::Foreign,
            _ => Inner::Other,
        })
    }

    /// Adds the line or the white space that an element denotes; returns whether the element is a paragraph.
    fn begin(&mut self, e: &BytesStart<'_>, limits: &Limits) -> Result<bool, ImportError> {
        let (name, is_inside) = (e.name(), !self.open.is_empty());
        let is_paragraph = !is_inside && is_paragraph(name);
        match (name.as_ref(), &mut self.text) {
            (_, Some(text)) if is_paragraph => text.push('\n'),
            (_, text) if is_paragraph => *text = Some(String::new()),
            ("text:s", Some(text)) if is_inside => {
                let count = attribute(e, "text:c").and_then(|c| c.parse::<usize>().ok()).unwrap_or(1);
                if text.len().saturating_add(count) > limits.text_bytes {
                    return Err(limits.text_error());
                }
                text.extend(std::iter::repeat_n(' ', count));
            }
            ("text:tab", Some(text)) => text.push('\t'),
            ("text:line-break", Some(text)) => text.push('\n'),
            _ => {}
        }
        Ok(is_paragraph)
    }

    /// Ends the element that was opened last.
    fn close(&mut self) {
        _ = self.open.pop();
        self.mark = false;
    }

    /// Appends text if it is inside a paragraph; white space of any length counts as one space.
    fn push(&mut self, words: &str) {
        let Some(text) = self.text.as_mut().filter(|_| !self.open.is_empty()) else { return };
        if !words.is_empty() && std::mem::take(&mut self.mark) {
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

    /// Appends the character of a reference, white space included as it is.
    fn push_reference(&mut self, reference: &BytesRef<'_>) -> Result<(), ImportError> {
        let written = match reference.resolve_char_ref().map_err(|_| ill_formed())? {
            Some(c) => c.to_string(),
            None => resolved(reference),
        };
        if let Some(text) = self.text.as_mut().filter(|_| !self.open.is_empty()) {
            if std::mem::take(&mut self.mark) {
                text.push(MARKED);
            }
            text.push_str(&written);
        }
        Ok(())
    }
}

/// Whether an element is a paragraph, of which a heading is one.
fn is_paragraph(name: QName<'_>) -> bool {
    matches!(name.as_ref(), "text:p" | "text:h")
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
