//! A worksheet in any notation → the elements of its cells and its frame, in one notation.
//!
//! Takes the part as it is in the file, returns a text for [`super::sheet_xml`]. If a cell has a value and an inline string, its
//! type decides which one counts, as in Excel. A cell without a formula is refused if it has only the one that its type does not
//! use.

use quick_xml::Reader;
use quick_xml::events::Event;

use super::ImportError;
use super::attributes::attribute;
use super::error::odd_cell;
use super::markup::consumed;
use super::xml::ill_formed;

/// Returns a worksheet with only the elements that count.
pub(super) fn canonical(xml: &str) -> Result<String, ImportError> {
    typed(consumed(xml, belongs)?)
}

fn belongs(around: &[String], name: &str) -> bool {
    let mut path = around.iter().map(String::as_str);
    match (path.next(), path.next(), path.next(), path.next()) {
        (None, ..) => name == "worksheet",
        (_, None, ..) => matches!(name, "sheetData" | "cols" | "mergeCells"),
        (_, Some("cols"), ..) => name == "col",
        (_, Some("mergeCells"), ..) => name == "mergeCell",
        (_, _, None, _) => name == "row",
        (_, _, _, None) => name == "c",
        _ if around.len() == 4 => matches!(name, "v" | "f" | "is"),
        _ => true,
    }
}

/// Removes from each cell the value or inline string that its type does not use.
fn typed(xml: String) -> Result<String, ImportError> {
    if !xml.contains("inlineStr") && !xml.contains("<is") {
        return Ok(xml);
    }
    let mut reader = Reader::from_str(&xml);
    let (mut out, mut copied) = (String::with_capacity(xml.len()), 0);
    // For the current cell: the element that its type uses, and whether that element and the other one have content.
    let (mut wanted, mut has, mut has_other) = ("v", false, false);
    // A cell with a formula is not refused: its writer may have given the result the wrong type.
    let mut computed = false;
    loop {
        let start = reader.buffer_position() as usize;
        let event = reader.read_event().map_err(|_| ill_formed())?;
        match &event {
            Event::Start(e) | Event::Empty(e) => match e.name().as_ref() {
                "c" => {
                    wanted = if attribute(e, "t").is_some_and(|t| t == "inlineStr") { "is" } else { "v" };
                    (has, has_other, computed) = (false, false, false);
                }
                "f" => computed = true,
                name @ ("v" | "is") => {
                    let inner = reader.buffer_position() as usize;
                    let is_empty = matches!(event, Event::Empty(_));
                    let span = if is_empty { 0..0 } else { reader.read_to_end(e.name()).map_err(|_| ill_formed())? };
                    let has_text = !is_empty && contains_text(&xml[inner..span.end as usize]);
                    if name == wanted {
                        has |= has_text;
                    } else {
                        has_other |= has_text;
                        out.push_str(&xml[copied..start]);
                        copied = reader.buffer_position() as usize;
                    }
                }
                _ => {}
            },
            Event::End(e) if e.name().as_ref() == "c" && has_other && !has && !computed => {
                return Err(odd_cell());
            }
            Event::Eof => {
                out.push_str(&xml[copied..]);
                return Ok(out);
            }
            _ => {}
        }
    }
}

/// Whether there is text other than white space.
fn contains_text(xml: &str) -> bool {
    let after_tags = xml.split('<').enumerate().map(|(i, s)| match s.strip_prefix("![CDATA[") {
        Some(words) => words.split("]]").next().unwrap_or_default(),
        None if i == 0 => s,
        None => s.split_once('>').map_or(s, |p| p.1),
    });
    after_tags.into_iter().any(|s| !s.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet(cells: &str) -> String {
        format!("<worksheet><sheetData><row>{cells}</row></sheetData></worksheet>")
    }

    #[test]
    fn the_type_of_a_cell_decides_between_its_value_and_its_string() {
        for (cell, is) in [
            ("<c><v>1</v><is><t>2</t></is></c>", "<c><v>1</v></c>"),
            ("<c t=\"s\"><is><t>2</t></is><v>1</v></c>", "<c t=\"s\"><v>1</v></c>"),
            ("<c t=\"\"><v>1</v><is/></c>", "<c><v>1</v></c>"),
            ("<c t=\"inlineStr\"><v>1</v><is><t>2</t></is></c>", "<c t=\"inlineStr\"><is><t>2</t></is></c>"),
            ("<c t=\"inlineStr\"><v/><is><t>2</t></is></c>", "<c t=\"inlineStr\"><is><t>2</t></is></c>"),
            ("<c t=\"inlineStr\"><f>A1</f><v>1</v></c>", "<c t=\"inlineStr\"><f>A1</f></c>"),
            ("<c t=\"inlineStr\"><v> </v></c>", "<c t=\"inlineStr\"></c>"),
        ] {
            assert_eq!(canonical(&sheet(cell)).unwrap(), sheet(is), "{cell}");
        }
        for cell in
            ["<c t=\"inlineStr\"><v>1</v></c>", "<c><is><t>1</t></is></c>", "<c t=\"s\"><v/><is><t>1</t></is></c>"]
        {
            assert!(canonical(&sheet(cell)).is_err(), "{cell}");
        }
    }

    #[test]
    fn what_does_not_belong_to_a_worksheet_is_left_out() {
        let odd = "<worksheet><sheetPr/><c><v>1</v></c><cols><col/><c/></cols><sheetData><c/><x><row/></x><row><w><c/></w><c><x/><f>1<y/></f></c></row></sheetData><row/><mergeCells><mergeCell/></mergeCells><extLst><row/></extLst></worksheet>";
        let plain = "<worksheet><cols><col/></cols><sheetData><row><c><f>1<y/></f></c></row></sheetData><mergeCells><mergeCell/></mergeCells></worksheet>";
        assert_eq!(canonical(odd).unwrap(), plain);
    }
}
