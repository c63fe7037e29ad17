//! The elements of an OpenDocument that are skipped, with a check that nothing is lost with them.

use quick_xml::Reader;
use quick_xml::events::Event;

use super::ImportError;
use super::xml::ill_formed;

/// Reads the content of an OpenDocument.
pub(super) type Xml<'x> = Reader<&'x [u8]>;

/// Skips the rest of the element that was opened last.
pub(super) fn skip(reader: &mut Xml<'_>) -> Result<(), ImportError> {
    skip_unless(reader, |_| false)
}

/// As [`skip`]; an error if the element contains rows or cells, because omitting them would shift those after it.
pub(super) fn skip_without_cells(reader: &mut Xml<'_>) -> Result<(), ImportError> {
    let cells = ["table:table", "table:table-row", "table:table-cell", "table:covered-table-cell"];
    skip_unless(reader, |event| match event {
        Event::Start(e) | Event::Empty(e) => cells.contains(&e.name().as_ref()),
        _ => false,
    })
}

/// As [`skip`]; an error if the element contains text.
pub(super) fn skip_without_text(reader: &mut Xml<'_>) -> Result<(), ImportError> {
    skip_unless(reader, |event| match event {
        Event::Text(t) => !t.trim().is_empty(),
        Event::CData(t) => !t.trim().is_empty(),
        Event::GeneralRef(_) => true,
        _ => false,
    })
}

/// As [`skip`]; an error if the element contains an event that is `refused`.
fn skip_unless(reader: &mut Xml<'_>, refused: impl Fn(&Event<'_>) -> bool) -> Result<(), ImportError> {
    let mut depth = 1u32;
    while depth > 0 {
        let event = reader.read_event().map_err(|_| ill_formed())?;
        if refused(&event) {
            return Err(ImportError::damaged("单元格外面包着认不出的内容，不能确定它的位置和文字"));
        }
        match event {
            Event::Start(_) => depth += 1,
            Event::End(_) => depth -= 1,
            Event::Eof => return Err(truncated()),
            _ => {}
        }
    }
    Ok(())
}

/// The error for a document that ends inside an element.
pub(super) fn truncated() -> ImportError {
    ImportError::damaged("内容不完整")
}
