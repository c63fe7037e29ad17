//! Number formats under which a cell shows another number than it holds, or shows it with a unit of money.
//!
//! Takes the styles part, tells for a cell's style what its format adds. Anything that cannot be read adds nothing: the
//! number itself stands in the cell.

use std::collections::BTreeMap;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::sheet_xml::attribute;
use super::workbook::Shown;
use super::xlsx::unescaped;
use crate::form::Unit;

/// What a number format does to the number of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Format {
    /// What is seen besides the number.
    pub adds: Option<Shown>,
    /// Whether the number may be shown as a date or a time.
    pub time: bool,
}

/// The number format of each cell style, by style index.
pub(super) fn formats(styles: &[u8]) -> Vec<Format> {
    let mut reader = Reader::from_reader(styles);
    let mut codes: BTreeMap<String, Format> = BTreeMap::new();
    let mut out = Vec::new();
    let mut in_cells = false;
    loop {
        match reader.read_event() {
            Ok(Event::Start(e) | Event::Empty(e)) => match e.local_name().as_ref() {
                "numFmt" => {
                    let code = attribute(&e, "formatCode").unwrap_or_default();
                    if let Some(id) = id(&e) {
                        let built_in = built_in(&id);
                        let adds = meaning(&code).or(built_in.adds);
                        codes.insert(id, Format { adds, time: built_in.time || may_be_time(&code) });
                    }
                }
                "cellXfs" => in_cells = true,
                "xf" if in_cells => {
                    let format = |id: String| codes.get(&id).copied().unwrap_or_else(|| built_in(&id));
                    out.push(id(&e).map_or(Format::default(), format));
                }
                _ => {}
            },
            Ok(Event::End(e)) if e.local_name().as_ref() == "cellXfs" => return out,
            Ok(Event::Eof) | Err(_) => return out,
            Ok(_) => {}
        }
    }
}

/// The format of an id that a workbook need not define.
fn built_in(id: &str) -> Format {
    let number = if id.is_empty() { Some(0) } else { id.parse::<u32>().ok() };
    // Percent; and the ids of numbers, which all others are not, or not in every language.
    let adds = matches!(number, Some(9 | 10)).then_some(Shown::Scaled);
    Format { adds, time: !matches!(number, Some(0..=13 | 37..=44 | 48 | 49 | 164..)) }
}

/// Whether a format code may show a date or a time: its letters say so, or might in some language.
fn may_be_time(code: &str) -> bool {
    code != "General" && code.contains(|c: char| "ymdhsegbYMDHSEGB&年月日".contains(c))
}

/// The id of a number format, however it is spelled.
fn id(e: &BytesStart<'_>) -> Option<String> {
    let id = unescaped(&attribute(e, "numFmtId")?);
    Some(id.trim().trim_start_matches(['+', '0']).to_owned())
}

/// What a format code adds: a comma behind the last digit place divides by a thousand, a percent sign multiplies.
pub(super) fn meaning(code: &str) -> Option<Shown> {
    let code = quick_xml::escape::unescape(code).map_or_else(|_| code.to_owned(), |c| c.into_owned());
    // Letters that stand for something, and those that are printed as they are: all, and so many of numbers above zero.
    let (mut bare, mut printed, mut above) = (String::new(), String::new(), None);
    let mut chars = code.chars();
    let (mut quoted, mut bracketed) = (false, false);
    while let Some(c) = chars.next() {
        match c {
            '"' if !bracketed => quoted = !quoted,
            '\\' | '!' if !quoted && !bracketed => printed.extend(chars.next()),
            '_' | '*' if !quoted && !bracketed => _ = chars.next(),
            '[' if !quoted => bracketed = true,
            ']' if bracketed => bracketed = false,
            _ if bracketed => {}
            ';' if !quoted => {
                above.get_or_insert(printed.len());
                bare.push(c);
            }
            _ if quoted => printed.push(c),
            _ => bare.push(c),
        }
    }
    // Of a number above zero.
    let first = bare.split(';').next().unwrap_or_default();
    let stands = |c: char| "0#?@ymdhsgeabYMDHSGEAB".contains(c) || c == '通';
    let scaled = bare.contains('%')
        || bare.split(';').any(|part| part.trim_end_matches(' ').ends_with(','))
        || first.trim_start().starts_with('-')
        || !code.is_empty() && !first.contains(stands);
    if scaled {
        return Some(Shown::Scaled);
    }
    let unit = Unit::ALL.into_iter().find(|u| code.contains(u.word())).map(Shown::Unit);
    let other = printed[..above.unwrap_or(printed.len())].chars().any(|c| c.is_numeric() || matches!(c, '-' | '−'));
    unit.or((other || scales(&printed) || bare.contains(SCALES)).then_some(Shown::Scaled))
}

/// Words and signs that make another number of the one before them.
const SCALES: [char; 8] = ['十', '百', '千', '万', '亿', '‰', '％', '萬'];

/// Whether printed words make another number of the one beside them.
pub(super) fn scales(printed: &str) -> bool {
    printed.contains(SCALES) || printed.contains(['%', 'k', 'K', 'M'])
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
            ("0\"件\"", None),
            ("General", None),
            ("_ * #,##0_ ;_ * -#,##0_ ;_ * \"-\"_ ;_ @_ ", None),
            ("[Red]#,##0;[Blue]-#,##0", None),
            ("[$-804]yyyy\"年\"", None),
            ("0\"万\"", Some(Shown::Scaled)),
            ("0\\万", Some(Shown::Scaled)),
            ("0\"千件\"", Some(Shown::Scaled)),
            ("[>100]0\"k\";0", Some(Shown::Scaled)),
            ("0\"%\"", Some(Shown::Scaled)),
            ("\"12\"0", Some(Shown::Scaled)),
            ("0\"000\"", Some(Shown::Scaled)),
            ("-0", Some(Shown::Scaled)),
            ("\"-\"", Some(Shown::Scaled)),
            (";;;", Some(Shown::Scaled)),
            ("0.0%", Some(Shown::Scaled)),
            ("#,##0,", Some(Shown::Scaled)),
            ("0!.0,&quot;万元&quot;", Some(Shown::Scaled)),
            ("#,##0&quot;元&quot;", Some(Shown::Unit(Unit::Yuan))),
            ("0.00\"万元\"", Some(Shown::Unit(Unit::TenThousandYuan))),
        ] {
            assert_eq!(meaning(code), expected, "{code}");
        }
        let styles = br#"<styleSheet><numFmts><numFmt numFmtId="&#49;76" formatCode="0,"/></numFmts>
            <cellStyleXfs><xf numFmtId="9"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="176"><a/></xf><xf numFmtId="10"/></cellXfs></styleSheet>"#;
        let adds: Vec<_> = formats(styles).into_iter().map(|f| f.adds).collect();
        assert_eq!(adds, [None, Some(Shown::Scaled), Some(Shown::Scaled)]);
        let styles = br##"<styleSheet><numFmts><numFmt numFmtId="176" formatCode="yyyy/m"/><numFmt numFmtId="177" formatCode="#,##0"/></numFmts>
            <cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="176"/><xf numFmtId="177"/><xf numFmtId="57"/><xf/></cellXfs></styleSheet>"##;
        let times: Vec<_> = formats(styles).into_iter().map(|f| f.time).collect();
        assert_eq!(times, [false, true, true, false, true, false]);
    }
}
