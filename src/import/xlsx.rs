//! The sheets of an .xlsx package, each part read once.
//!
//! Takes the parts of a package, gives sheets with their cells, frame and text boxes.

use quick_xml::Reader;
use quick_xml::events::Event;

use super::contents::{self, Tables};
use super::directory::{Directory, SheetPart};
use super::formats::{self, CellFormat};
use super::package::TextPackage;
use super::sheet_scan::scan;
use super::sheet_xml::{Frame, RawCell, read};
use super::sheets::check_addresses;
use super::workbook::{Cell, Content, MARKED, Sheet, Skipped};
use super::worksheet::canonical;
use super::{ImportError, Limits, boxes, conditional, strings};

/// Returns all worksheets in the workbook's order, and those other sheets that may have content.
pub(super) fn sheets(package: &TextPackage, limits: &Limits) -> Result<Vec<Sheet>, ImportError> {
    let directory = Directory::of(package, limits)?;
    let styles = text_of(package, directory.styles.as_ref())?.map(formats::counting).transpose()?;
    let tables = Tables {
        strings: match text_of(package, directory.strings.as_ref())? {
            Some(strings) => strings::shared(strings, limits)?,
            None => Vec::new(),
        },
        formats: styles.as_ref().map(|s| formats::formats(s.as_bytes())).unwrap_or_default(),
        is_1904: directory.is_1904,
    };
    let differential = styles.as_ref().map(|s| formats::differential(s.as_bytes())).unwrap_or_default();
    let (mut count, mut text_left) = (0, limits.inflated_bytes as usize);
    let mut sheets = Vec::with_capacity(directory.sheets.len());
    for entry in &directory.sheets {
        match &entry.part {
            SheetPart::Worksheet(part) => {
                let Some(xml) = package.text(part)? else { continue };
                let (mut frame, written) = worksheet(xml, &entry.name, &tables.formats, limits)?;
                count += frame.cells;
                if count > limits.cells {
                    return Err(limits.cells_error());
                }
                let mut cells =
                    contents::cells(written, &tables, &mut text_left, limits).map_err(in_sheet(&entry.name))?;
                cells.sort_by_key(|c| c.at);
                let ranges = conditional::ranges(xml, &differential).map_err(in_sheet(&entry.name))?;
                conditional::apply(&ranges, &cells, &mut frame);
                let boxes = boxes::on_sheet(part, package)?;
                sheets.push(Sheet { boxes, ..sheet(&entry.name, entry.hidden, cells, frame)? });
            }
            SheetPart::Other(kind, part) => {
                let has_content = package.text(part)?.is_some_and(may_have_content);
                sheets.extend(has_content.then(|| Sheet::skipped(&entry.name, *kind)));
            }
            SheetPart::Missing => sheets.push(Sheet::skipped(&entry.name, Skipped::Missing)),
        }
    }
    Ok(sheets)
}

/// Whether a sheet that is not read has cells with content or a drawing.
fn may_have_content(xml: &str) -> bool {
    let mut reader = Reader::from_str(xml);
    loop {
        match reader.read_event() {
            Ok(Event::Start(e) | Event::Empty(e)) => {
                if matches!(e.local_name().as_ref(), "v" | "f" | "is" | "drawing" | "legacyDrawing") {
                    return true;
                }
            }
            Ok(Event::Eof) => return false,
            Ok(_) => {}
            // A part that cannot be parsed may have any content.
            Err(_) => return true,
        }
    }
}

fn text_of<'a>(package: &'a TextPackage, part: Option<&String>) -> Result<Option<&'a str>, ImportError> {
    part.map_or(Ok(None), |p| package.text(p))
}

/// Reads a worksheet: by a scan of its tags if it is written plainly, by the full parser if not.
fn worksheet<'x>(
    xml: &'x str,
    name: &str,
    formats: &[CellFormat],
    limits: &Limits,
) -> Result<(Frame, Vec<RawCell<'x>>), ImportError> {
    if let Some(scanned) = scan(xml, formats, limits) {
        return Ok(scanned);
    }
    let found = canonical(xml).and_then(|xml| read(&xml, formats, limits));
    let (frame, cells) = found.map_err(in_sheet(name))?;
    if !frame.has_data() {
        return Err(ImportError::Damaged(format!("工作表“{name}”没有放单元格的地方")));
    }
    Ok((frame, cells))
}

/// Adds the name of the sheet to an error.
fn in_sheet(name: &str) -> impl Fn(ImportError) -> ImportError {
    move |e| match e {
        ImportError::Damaged(why) => ImportError::Damaged(format!("工作表“{name}”里，{why}")),
        e => e,
    }
}

/// A sheet of these cells, which must be sorted.
fn sheet(name: &str, hidden: bool, mut cells: Vec<Cell>, frame: Frame) -> Result<Sheet, ImportError> {
    check_addresses(name, &cells)?;
    let Frame { merges, hidden_rows, hidden_columns, format_effects, mut marked, .. } = frame;
    marked.sort_unstable();
    for cell in cells.iter_mut().filter(|c| marked.binary_search(&c.at).is_ok()) {
        if let Content::Text(text) = &mut cell.content {
            text.insert(0, MARKED);
        }
    }
    let name = name.into();
    Ok(Sheet { name, hidden, cells, merges, hidden_rows, hidden_columns, format_effects, ..Sheet::default() })
}

#[cfg(test)]
mod tests;
