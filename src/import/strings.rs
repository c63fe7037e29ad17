//! The texts of shared strings and of cells: plain, rich, or inside a cell.
//!
//! Takes a shared-strings part, gives its strings as a spreadsheet program shows them: runs joined, phonetic guides omitted,
//! white space outside `xml:space="preserve"` trimmed, `_xHHHH_` resolved, and [`MARKED`] before runs that are raised, lowered or
//! struck out.

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesRef, Event};

use super::attributes::attribute;
use super::error::odd_cell;
use super::formats::marks;
use super::markup::consumed;
use super::scan::Scan;
use super::workbook::MARKED;
use super::xml::ill_formed;
use super::{ImportError, Limits};

/// Returns the strings of a shared-strings part.
pub(super) fn shared<'x>(xml: &'x str, limits: &Limits) -> Result<Vec<Cow<'x, str>>, ImportError> {
    if let Some(strings) = scanned(xml, limits) {
        return Ok(strings);
    }
    // Excel shows one of the alternatives; which one depends on its version.
    if xml.contains("AlternateContent") {
        return Err(ImportError::Damaged("共享文字里有并列的两种写法".to_owned()));
    }
    let xml = consumed(xml, |_, _| true)?;
    let mut reader = Reader::from_str(&xml);
    let (mut strings, mut open): (Vec<_>, Vec<String>) = (Vec::new(), Vec::new());
    loop {
        match reader.read_event().map_err(|_| ill_formed())? {
            // Extensions belong to other programs.
            Event::Start(e) if e.name().as_ref() == "extLst" => {
                _ = reader.read_to_end(e.name()).map_err(|_| ill_formed())?;
            }
            Event::Start(e) | Event::Empty(e)
                if e.name().as_ref() == "si" && open.last().is_none_or(|o| o != "sst") =>
            {
                return Err(among_shared(odd_text()));
            }
            Event::Start(e) if e.name().as_ref() == "si" => {
                strings.push(Cow::Owned(string(&mut reader, "si").map_err(among_shared)?));
            }
            Event::Empty(e) if e.name().as_ref() == "si" => strings.push(Cow::Borrowed("")),
            Event::Start(e) => open.push(e.name().as_ref().to_owned()),
            Event::End(_) => _ = open.pop(),
            Event::Eof => return Ok(strings),
            _ => {}
        }
        if strings.len() > limits.cells {
            return Err(limits.cells_error());
        }
    }
}

/// Adds to an error that it is about a shared string.
fn among_shared(e: ImportError) -> ImportError {
    match e {
        ImportError::Damaged(why) => ImportError::Damaged(format!("共享文字里，{why}")),
        e => e,
    }
}

/// A text in a place where programs differ in whether they read it.
fn odd_text() -> ImportError {
    ImportError::Damaged("文字写在了不该有文字的地方".to_owned())
}

/// Reads the text up to the end of the element `closing`, which was just opened: one `<t>` directly in it, and one in each of its
/// runs.
///
/// # Errors
/// A second `<t>`, or one in another place.
pub(super) fn string(reader: &mut Reader<&[u8]>, closing: &str) -> Result<String, ImportError> {
    let (mut out, mut is_marked) = (String::new(), false);
    // Names of the open elements inside this one; whether the text outside runs and that of the current run were read.
    let (mut open, mut has_text): (Vec<String>, [bool; 2]) = (Vec::new(), [false; 2]);
    loop {
        let event = reader.read_event().map_err(|_| ill_formed())?;
        let is_empty = matches!(event, Event::Empty(_));
        match event {
            Event::Start(e) | Event::Empty(e) => match e.local_name().as_ref() {
                // Phonetic guides are not shown in the text, and extensions belong to other programs.
                "rPh" | "extLst" if open.is_empty() => {
                    if !is_empty {
                        reader.read_to_end(e.name()).map_err(|_| ill_formed())?;
                    }
                }
                "t" => {
                    let in_run = open.len() == 1 && open[0] == "r";
                    if !(open.is_empty() || in_run) || std::mem::replace(&mut has_text[usize::from(in_run)], true) {
                        return Err(odd_text());
                    }
                    if is_empty {
                        continue;
                    }
                    if is_marked {
                        out.push(MARKED);
                    }
                    let keeps = attribute(&e, "xml:space").as_deref() == Some("preserve");
                    out.push_str(&displayed(&content(reader, "t")?, keeps));
                }
                name => {
                    if name == "r" {
                        (is_marked, has_text[1]) = (false, false);
                    }
                    is_marked |= marks(name, attribute(&e, "val").as_deref());
                    if !is_empty {
                        open.push(name.to_owned());
                    }
                }
            },
            Event::End(e) if open.is_empty() => {
                return if e.local_name().as_ref() == closing { Ok(out) } else { Err(ill_formed()) };
            }
            Event::End(_) => is_marked &= open.pop().is_none_or(|name| name != "r"),
            Event::Eof => return Err(ill_formed()),
            _ => {}
        }
    }
}

/// Reads the characters up to the end of the element `closing`, which was just opened. Fails on elements inside it.
pub(super) fn content(reader: &mut Reader<&[u8]>, closing: &str) -> Result<String, ImportError> {
    let mut out = String::new();
    loop {
        match reader.read_event().map_err(|_| ill_formed())? {
            Event::Start(_) | Event::Empty(_) => return Err(odd_cell()),
            Event::End(e) if e.local_name().as_ref() == closing => return Ok(out),
            Event::Text(t) => out.push_str(&t.xml10_content()),
            Event::CData(t) => out.push_str(&t.xml10_content()),
            Event::GeneralRef(r) => push_reference(&r, &mut out)?,
            Event::Eof => return Err(ill_formed()),
            _ => {}
        }
    }
}

fn push_reference(r: &BytesRef<'_>, out: &mut String) -> Result<(), ImportError> {
    match r.resolve_char_ref() {
        Ok(Some(c)) => out.push(c),
        Ok(None) => out.push_str(resolve_xml_entity(r).ok_or_else(ill_formed)?),
        Err(_) => return Err(ill_formed()),
    }
    Ok(())
}

const BLANKS: [char; 4] = [' ', '\t', '\r', '\n'];

/// A text as it is shown: white space at its ends trimmed unless it is kept, escapes resolved.
fn displayed(text: &str, keeps: bool) -> Cow<'_, str> {
    hex_unescaped(if keeps { text } else { text.trim_matches(BLANKS) })
}

/// Resolves the escapes `_xHHHH_`, one UTF-16 unit each, with which a text contains characters that XML does not allow. An
/// unpaired surrogate becomes U+FFFD.
pub(super) fn hex_unescaped(text: &str) -> Cow<'_, str> {
    if !text.contains("_x") {
        return Cow::Borrowed(text);
    }
    let Some(first) = text.match_indices("_x").map(|(at, _)| at).find(|at| unit(text, *at).is_some()) else {
        return Cow::Borrowed(text);
    };
    let mut out = String::with_capacity(text.len());
    out.push_str(&text[..first]);
    let mut at = first;
    while at < text.len() {
        let mut units = Vec::new();
        while let Some(unit) = unit(text, at) {
            units.push(unit);
            at += ESCAPE;
        }
        out.extend(char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)));
        let next = text[at..].char_indices().nth(1).map_or(text.len(), |(next, _)| at + next);
        out.push_str(&text[at..next]);
        at = next;
    }
    Cow::Owned(out)
}

/// Length of an escape in bytes.
const ESCAPE: usize = "_xHHHH_".len();

/// Returns the UTF-16 unit of the escape at `at`; `None` if there is no escape.
fn unit(text: &str, at: usize) -> Option<u16> {
    let digits = text.get(at..at + ESCAPE)?.strip_prefix("_x")?.strip_suffix('_')?;
    // `from_str_radix` alone would also accept a sign.
    let is_hex = digits.bytes().all(|b| b.is_ascii_hexdigit());
    u16::from_str_radix(digits, 16).ok().filter(|_| is_hex)
}

/// Returns the strings of a part that is written plainly; `None` for any other part, and if any text may be raised, lowered or
/// struck out.
fn scanned<'x>(xml: &'x str, limits: &Limits) -> Option<Vec<Cow<'x, str>>> {
    let mut scan = Scan::new(xml, &["sst", "si", "r", "rPh", "t", "vertAlign", "strike", "AlternateContent"])?;
    let mut strings: Vec<Cow<'x, str>> = Vec::new();
    // Whether the current string has a text outside runs, and its current run one.
    let mut has_text = [false; 2];
    while let Some(tag) = scan.tag()? {
        if tag.name != "t" {
            tag.attributes([])?;
        }
        match (tag.name, scan.around(&tag)) {
            ("r", ["sst", "si"]) => has_text[1] = false,
            ("sst", []) | ("rPh" | "phoneticPr", ["sst", "si"]) | ("rPr", ["sst", "si", "r"]) => {}
            ("si", ["sst"]) if strings.len() < limits.cells => {
                strings.push(Cow::Borrowed(""));
                has_text[0] = false;
            }
            ("t", ["sst", "si", "rPh"]) => _ = tag.attributes([])?,
            ("t", around @ (["sst", "si"] | ["sst", "si", "r"])) => {
                if std::mem::replace(&mut has_text[around.len() - 2], true) {
                    return None;
                }
                let [space] = tag.attributes(["xml:space"])?;
                let written = if tag.empty { "" } else { scan.text(&tag)? };
                let part = match plain_text(written)? {
                    Cow::Borrowed(text) => displayed(text, space == Some("preserve")),
                    Cow::Owned(text) => Cow::Owned(displayed(&text, space == Some("preserve")).into_owned()),
                };
                let string = strings.last_mut()?;
                if string.is_empty() {
                    *string = part;
                } else {
                    string.to_mut().push_str(&part);
                }
            }
            ("vertAlign" | "strike" | "AlternateContent", _) => return None,
            ("si", _) | ("t", ["sst", "si", ..]) => return None,
            (_, ["sst", "si", "r", "rPr", ..] | ["sst", "extLst", ..] | ["sst"]) => {}
            _ => return None,
        }
    }
    scan.is_closed().then_some(strings)
}

/// Returns a text without markup with its references resolved; `None` if it has line ends that XML normalises.
pub(super) fn plain_text(written: &str) -> Option<Cow<'_, str>> {
    if written.contains('\r') {
        return None;
    }
    if written.contains('&') { quick_xml::escape::unescape(written).ok() } else { Some(Cow::Borrowed(written)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_resolved_and_what_only_looks_like_one_stays() {
        for (text, shown) in [
            ("a_x000D_b", "a\rb"),
            ("_x5B57_", "字"),
            ("_xD83D__xDE00_", "😀"),
            ("_xD83D_x", "\u{fffd}x"),
            ("_xDE00__xD83D_", "\u{fffd}\u{fffd}"),
            ("_x005F_x000D_", "_x000D_"),
            ("_x00G0_ _x+123_ _x12_ __x0041_字_x", "_x00G0_ _x+123_ _x12_ _A字_x"),
            ("_X0041_", "_X0041_"),
        ] {
            assert_eq!(hex_unescaped(text), shown, "{text}");
        }
    }

    #[test]
    fn a_part_that_is_not_plain_gives_the_same_strings() {
        let strings =
            |xml: &str| shared(xml, &Limits::default()).map(|s| s.iter().map(|s| s.to_string()).collect::<Vec<_>>());
        let plain = r#"<sst><si><t> 一 </t></si><si><r><t>二</t></r><r><t xml:space="preserve"> a&amp;b</t></r><rPh><t>x</t></rPh></si><si/></sst>"#;
        let expected = ["一", "二 a&b", ""];
        assert_eq!(strings(plain).unwrap(), expected);
        assert!(scanned(plain, &Limits::default()).is_some());
        let odd = plain.replace("<sst>", "<sst><!-- -->");
        assert!(scanned(&odd, &Limits::default()).is_none());
        assert_eq!(strings(&odd).unwrap(), expected);
        assert_eq!(strings("<sst><si><t><![CDATA[<&>]]>\r\n</t></si></sst>").unwrap(), ["<&>"]);
        let raised = "<sst><si><r><t>m</t></r><r><rPr><vertAlign val=\"superscript\"/></rPr><t>2</t></r><r><t>3</t></r></si></sst>";
        assert_eq!(strings(raised).unwrap(), [format!("m{MARKED}23")]);
        assert!(strings("<sst><si><t>一<b/></t></si></sst>").is_err());
    }

    #[test]
    fn a_text_in_an_odd_place_is_refused_and_extensions_are_ignored() {
        let odd = [
            "<si><t>7</t><phoneticPr fontId=\"1\"><t>8</t></phoneticPr></si>",
            "<si><r><rPr><t>8</t></rPr><t>7</t></r></si>",
            "<si><r><rPr><b><t/></b></rPr><t>7</t></r></si>",
            "<si><r><t>7</t><t>8</t></r></si>",
            "<si><t>7</t><t>8</t></si>",
            "<si><r><t>7</t><r><t>8</t></r></r></si>",
            "<si><x><t>7</t></x></si>",
            "<x><si><t>7</t></si></x>",
            "<x><si/></x>",
        ];
        let fine = [
            "<si><t>7</t></si><extLst><ext><si><t>8</t></si></ext></extLst>",
            "<extLst><ext><si><t>8</t></si></ext></extLst><si><t>7</t></si>",
            "<si><t>7</t><extLst><ext><t>8</t></ext></extLst></si>",
            "<si><t>7</t><rPh><t>8</t></rPh><rPh><t>9</t></rPh></si>",
            "<si><t/><r><t>7</t></r><r><t/></r></si>",
        ];
        // A comment leaves the part to the full parser.
        for comment in ["", "<!-- -->"] {
            let strings = |inside: &str| {
                let xml = format!("<sst>{comment}{inside}</sst>");
                shared(&xml, &Limits::default()).map(|s| s.iter().map(|s| s.to_string()).collect::<Vec<_>>())
            };
            for inside in odd {
                let why = strings(inside).unwrap_err().to_string();
                assert!(why.contains("共享文字里，文字写在了不该有文字的地方"), "{inside} {why}");
            }
            for inside in fine {
                assert_eq!(strings(inside).unwrap(), ["7"], "{inside}");
            }
        }
    }
}
