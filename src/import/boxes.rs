//! Words of text boxes and shapes on the sheets of a package (.xlsx, .xlsb).
//!
//! Takes a drawing part, gives the words in it, a box each. It reads no picture, and a drawing that is damaged has no words:
//! nothing of a report may stand there.

use quick_xml::Reader;
use quick_xml::events::Event;

use super::xlsx::{relations, unescaped};

/// The parts that hold drawings.
pub(super) fn is_drawing(name: &str) -> bool {
    name.starts_with("xl/drawings/") && name.ends_with(".xml")
}

/// The words of the boxes on a sheet, by the names of its part and of others.
pub(super) fn on_sheet<'a>(sheet: &str, part: impl Fn(&str) -> Option<&'a [u8]>) -> Vec<String> {
    let (folder, file) = sheet.rsplit_once('/').unwrap_or(("", sheet));
    let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
    let Some(of_sheet) = part(&format!("{prefix}_rels/{file}.rels")) else { return Vec::new() };
    let drawings = relations(of_sheet, &prefix).unwrap_or_default();
    let drawings = drawings.iter().filter(|r| r.kind.ends_with("/drawing")).filter_map(|r| part(&r.target));
    drawings.flat_map(words).collect()
}

/// The words of each box of a drawing; those without any are left out.
fn words(drawing: &[u8]) -> Vec<String> {
    let mut reader = Reader::from_reader(drawing);
    let (mut all, mut own, mut in_text) = (Vec::new(), String::new(), false);
    loop {
        match reader.read_event() {
            Ok(Event::Start(e)) => in_text = e.local_name().as_ref() == "t",
            Ok(Event::End(e)) => {
                in_text = false;
                match e.local_name().as_ref() {
                    "p" => own.push(' '),
                    "txBody" => all.push(std::mem::take(&mut own).trim().to_owned()),
                    _ => {}
                }
            }
            Ok(Event::Text(t)) if in_text => own.push_str(&t),
            Ok(Event::CData(t)) if in_text => own.push_str(&t),
            Ok(Event::GeneralRef(r)) if in_text => own.push_str(&unescaped(&format!("&{};", &*r))),
            Ok(Event::Eof) | Err(_) => break,
            Ok(_) => {}
        }
    }
    all.retain(|words: &String| !words.is_empty());
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_boxes_are_found() {
        let drawing = r#"<xdr:wsDr xmlns:xdr="x" xmlns:a="a"><xdr:twoCellAnchor><xdr:sp><xdr:txBody><a:bodyPr/><a:p><a:r><a:t>补充</a:t></a:r></a:p><a:p><a:r><a:t>a&amp;b</a:t></a:r></a:p></xdr:txBody></xdr:sp></xdr:twoCellAnchor>
            <xdr:twoCellAnchor><xdr:sp><xdr:txBody><a:p><a:endParaRPr/></a:p></xdr:txBody></xdr:sp></xdr:twoCellAnchor></xdr:wsDr>"#;
        let rels = r#"<Relationships><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/drawing" Target="../drawings/drawing1.xml"/></Relationships>"#;
        let part = |name: &str| match name {
            "xl/worksheets/_rels/sheet1.xml.rels" => Some(rels.as_bytes()),
            "xl/drawings/drawing1.xml" => Some(drawing.as_bytes()),
            _ => None,
        };
        assert_eq!(on_sheet("xl/worksheets/sheet1.xml", part), ["补充 a&b"]);
        assert!(on_sheet("xl/worksheets/sheet2.xml", part).is_empty());
    }
}
