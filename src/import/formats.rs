//! Number formats under which a cell shows another number than it holds, or shows it with a unit of money.
//!
//! Takes the styles part, tells for a cell's style what its format adds. Anything that cannot be read adds nothing: the
//! number itself stands in the cell.

use std::collections::BTreeMap;

use quick_xml::Reader;
use quick_xml::events::Event;

use super::sheet_xml::attribute;
use super::workbook::Shown;
use crate::form::Unit;

/// What each cell style's number format adds, by style index.
pub(super) fn shown(styles: &[u8]) -> Vec<Option<Shown>> {
    let mut reader = Reader::from_reader(styles);
    let mut codes: BTreeMap<String, Shown> = BTreeMap::new();
    // Built-in percent formats.
    codes.extend(["9", "10"].map(|id| (id.to_owned(), Shown::Scaled)));
    let mut out = Vec::new();
    let mut in_cells = false;
    loop {
        match reader.read_event() {
            Ok(Event::Start(e) | Event::Empty(e)) => match e.local_name().as_ref() {
                "numFmt" => {
                    let code = attribute(&e, "formatCode").unwrap_or_default();
                    if let (Some(id), Some(shown)) = (attribute(&e, "numFmtId"), meaning(&code)) {
                        codes.insert(id.into_owned(), shown);
                    }
                }
                "cellXfs" => in_cells = true,
                "xf" if in_cells => {
                    out.push(attribute(&e, "numFmtId").and_then(|id| codes.get(id.as_ref()).copied()));
                }
                _ => {}
            },
            Ok(Event::End(e)) if e.local_name().as_ref() == "cellXfs" => return out,
            Ok(Event::Eof) | Err(_) => return out,
            Ok(_) => {}
        }
    }
}

/// What a format code adds: a comma behind the last digit place divides by a thousand, a percent sign multiplies.
pub(super) fn meaning(code: &str) -> Option<Shown> {
    let code = quick_xml::escape::unescape(code).map_or_else(|_| code.to_owned(), |c| c.into_owned());
    let mut bare = String::new();
    let mut chars = code.chars();
    let mut quoted = false;
    while let Some(c) = chars.next() {
        match c {
            '"' => quoted = !quoted,
            '\\' | '!' | '_' | '*' if !quoted => _ = chars.next(),
            _ if !quoted => bare.push(c),
            _ => {}
        }
    }
    let scaled = bare.contains('%') || bare.split(';').any(|part| part.trim_end_matches(' ').ends_with(','));
    if scaled {
        return Some(Shown::Scaled);
    }
    Unit::ALL.into_iter().find(|u| code.contains(u.word())).map(Shown::Unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_that_add_something_are_known() {
        for (code, expected) in [
            ("0", None),
            ("#,##0", None),
            ("#,##0.00_);(#,##0.00)", None),
            ("yyyy\"年\"m\"月\"", None),
            ("0.0%", Some(Shown::Scaled)),
            ("#,##0,", Some(Shown::Scaled)),
            ("0!.0,&quot;万元&quot;", Some(Shown::Scaled)),
            ("#,##0&quot;元&quot;", Some(Shown::Unit(Unit::Yuan))),
            ("0.00\"万元\"", Some(Shown::Unit(Unit::TenThousandYuan))),
        ] {
            assert_eq!(meaning(code), expected, "{code}");
        }
        let styles = br#"<styleSheet><numFmts><numFmt numFmtId="176" formatCode="0,"/></numFmts>
            <cellStyleXfs><xf numFmtId="9"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="176"><a/></xf><xf numFmtId="10"/></cellXfs></styleSheet>"#;
        assert_eq!(shown(styles), [None, Some(Shown::Scaled), Some(Shown::Scaled)]);
    }
}
