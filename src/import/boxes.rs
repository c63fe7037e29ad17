//! Words of text boxes and shapes on the sheets of a package (.xlsx, .xlsb).
//!
//! Takes the name of a sheet's part and the package, returns the words in its drawings, one text per box. Pictures are not read.

use quick_xml::Reader;
use quick_xml::events::Event;

use super::ImportError;
use super::attributes::resolved;
use super::directory::{relationships, relationships_part};
use super::package::TextPackage;
use super::xml::check;

/// Returns the text of each box on a sheet, which is given by the name of its part.
pub(super) fn on_sheet(sheet: &str, package: &TextPackage) -> Result<Vec<String>, ImportError> {
    let (part, folder) = relationships_part(sheet);
    let Some(of_sheet) = package.text(&part)? else { return Ok(Vec::new()) };
    let mut all = Vec::new();
    for drawing in relationships(of_sheet, &folder)?.iter().filter(|r| r.kind.ends_with("/drawing")) {
        if let Some(xml) = package.text(&drawing.target)? {
            check(xml)?;
            all.extend(words(xml));
        }
    }
    Ok(all)
}

/// Returns the text of each box of a drawing; boxes without text are omitted.
fn words(drawing: &str) -> Vec<String> {
    let mut reader = Reader::from_str(drawing);
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
            Ok(Event::GeneralRef(r)) if in_text => own.push_str(&resolved(&r)),
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
        let package = |drawing: &str| {
            let parts = [("xl/worksheets/_rels/sheet1.xml.rels", rels), ("xl/drawings/drawing1.xml", drawing)];
            TextPackage { parts: parts.map(|(name, xml)| (name.to_owned(), Ok(xml.to_owned()))).into() }
        };
        assert_eq!(on_sheet("xl/worksheets/sheet1.xml", &package(drawing)).unwrap(), ["补充 a&b"]);
        assert!(on_sheet("xl/worksheets/sheet2.xml", &package(drawing)).unwrap().is_empty());
        // A truncated drawing may have lost words.
        assert!(on_sheet("xl/worksheets/sheet1.xml", &package(&drawing[..drawing.len() / 2])).is_err());
    }
}
