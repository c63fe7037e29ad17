//! Conditional formats with which a cell of an .xlsx shows another number than it contains, or strikes it out.
//!
//! Takes the text of a worksheet and the formats that conditional formats use, gives the ranges whose rules have such an effect. A
//! condition is never evaluated: its format counts whether or not it holds. Elements count in any namespace and at any place,
//! because a range too many is refused and one too few is not seen.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::ImportError;
use super::attributes::{attribute, xml_unescaped};
use super::formats::{self, CellFormat};
use super::sheet_xml::{Frame, LAST, range};
use super::strings::content;
use super::workbook::{Cell, FormatEffect, Span};
use super::xml::ill_formed;
use crate::model::Address;

/// Most ranges of one sheet that are compared with its cells; programs write a few.
const MOST: usize = 1000;

/// A `conditionalFormatting` element that is being read.
#[derive(Default)]
struct Formatting {
    /// Its ranges, separated by white space.
    cells: String,
    /// What its rules do together.
    format: CellFormat,
}

/// Returns the ranges of a worksheet whose conditional formats have an effect, each with that of all its rules; `differential` are
/// the formats that rules refer to by their index. The worksheet must be well-formed.
pub(super) fn ranges(xml: &str, differential: &[CellFormat]) -> Result<Vec<(Span, CellFormat)>, ImportError> {
    // Rules of later versions of Excel contain their format.
    let contains_formats = || xml.contains(":dxf") || xml.contains("<dxf");
    if !xml.contains("conditionalFormatting") || !differential.iter().any(CellFormat::has_effect) && !contains_formats()
    {
        return Ok(Vec::new());
    }
    let mut reader = Reader::from_str(xml);
    let (mut open, mut out): (Vec<Formatting>, Vec<_>) = (Vec::new(), Vec::new());
    loop {
        let event = reader.read_event().map_err(|_| ill_formed())?;
        let is_empty = matches!(event, Event::Empty(_));
        match event {
            Event::Start(e) | Event::Empty(e) => match (e.local_name().as_ref(), open.last_mut()) {
                ("conditionalFormatting", _) if !is_empty => {
                    let cells = attribute(&e, "sqref").map(|s| xml_unescaped(&s)).unwrap_or_default();
                    open.push(Formatting { cells, ..Formatting::default() });
                }
                ("cfRule", Some(formatting)) => {
                    let format = format_index(&e)?.and_then(|i| differential.get(i));
                    formatting.format = joined(formatting.format, format.copied().unwrap_or_default());
                }
                ("sqref", Some(formatting)) if !is_empty => {
                    formatting.cells.push(' ');
                    formatting.cells.push_str(&content(&mut reader, "sqref")?);
                }
                (_, Some(formatting)) => {
                    formatting.format = joined(formatting.format, formats::part_of_differential(&e));
                }
                _ => {}
            },
            Event::End(e) if e.local_name().as_ref() == "conditionalFormatting" => {
                let Some(Formatting { cells, format }) = open.pop().filter(|f| f.format.has_effect()) else { continue };
                for written in cells.split_ascii_whitespace() {
                    if out.len() >= MOST {
                        let what = "一张工作表里会改变数字样子的条件格式的区域数".into();
                        return Err(ImportError::TooLarge { what, limit: format!("{MOST} 个") });
                    }
                    out.push((span(written)?, format));
                }
            }
            Event::Eof => return Ok(out),
            _ => {}
        }
    }
}

/// Adds the effects of conditional formats to those of the cells, which must be sorted.
pub(super) fn apply(ranges: &[(Span, CellFormat)], cells: &[Cell], frame: &mut Frame) {
    if ranges.is_empty() {
        return;
    }
    let mut new = Vec::new();
    for cell in cells {
        let around = ranges.iter().filter(|(span, _)| contains(span, cell.at));
        let format = around.fold(CellFormat::default(), |all, (_, format)| joined(all, *format));
        if format.marked {
            frame.marked.push(cell.at);
        }
        let Some(effect) = format.shown() else { continue };
        match frame.format_effects.binary_search_by_key(&cell.at, |(at, _)| *at) {
            Ok(i) => frame.format_effects[i].1 = stronger(frame.format_effects[i].1, effect),
            Err(_) => new.push((cell.at, effect)),
        }
    }
    frame.format_effects.extend(new);
    frame.format_effects.sort_unstable_by_key(|(at, _)| *at);
}

fn contains(span: &Span, at: Address) -> bool {
    (span.first.row..=span.last.row).contains(&at.row) && (span.first.column..=span.last.column).contains(&at.column)
}

/// What two formats do together: whichever applies, the reader may see its effect.
fn joined(a: CellFormat, b: CellFormat) -> CellFormat {
    let effect = match (a.effect, b.effect) {
        (Some(a), Some(b)) => Some(stronger(a, b)),
        (a, b) => a.or(b),
    };
    CellFormat { effect, date: None, marked: a.marked || b.marked }
}

/// Returns the effect that changes more; two units are as good as another number.
fn stronger(a: FormatEffect, b: FormatEffect) -> FormatEffect {
    let rank = |effect| match effect {
        FormatEffect::Replaced => 4,
        FormatEffect::Scaled => 3,
        FormatEffect::Marked => 2,
        FormatEffect::Unit(_) => 1,
        FormatEffect::Padded => 0,
    };
    match (a, b) {
        (FormatEffect::Unit(one), FormatEffect::Unit(other)) if one != other => FormatEffect::Scaled,
        _ if rank(b) > rank(a) => b,
        _ => a,
    }
}

/// Returns the index of the format of a rule; `None` if it has none.
fn format_index(rule: &BytesStart<'_>) -> Result<Option<usize>, ImportError> {
    let Some(written) = attribute(rule, "dxfId") else { return Ok(None) };
    let index = xml_unescaped(&written).trim().parse();
    index.map(Some).map_err(|_| ImportError::Damaged("条件格式的写法不合规范".to_owned()))
}

/// Reads a range such as `B2:D5`, `D4`, `B:D` or `2:5`.
fn span(written: &str) -> Result<Span, ImportError> {
    let written = written.replace('$', "");
    range(&written).or_else(|e| {
        let sides = written.split_once(':').ok_or(e)?;
        let both = |is: fn(&u8) -> bool| [sides.0, sides.1].iter().all(|s| s.bytes().all(|b| is(&b)));
        let whole = match sides {
            (first, last) if both(u8::is_ascii_digit) => range(&format!("A{first}:A{last}"))
                .map(|s| Span { last: Address { column: LAST.column, ..s.last }, ..s }),
            (first, last) if both(u8::is_ascii_alphabetic) => {
                range(&format!("{first}1:{last}1")).map(|s| Span { last: Address { row: LAST.row, ..s.last }, ..s })
            }
            _ => return Err(ImportError::damaged("条件格式的范围不合规范")),
        };
        whole.map_err(|_| ImportError::damaged("条件格式的范围不合规范"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form::Unit;
    use crate::import::Content;

    const STYLES: &[u8] = br##"<styleSheet><cellXfs><xf/></cellXfs><dxfs count="5"><dxf><font><color rgb="FF7F4A00"/></font><fill/></dxf>
        <dxf><numFmt numFmtId="201" formatCode="&quot;9&quot;"/></dxf><dxf><numFmt numFmtId="202" formatCode="0,"/></dxf>
        <dxf><font><strike/></font></dxf><dxf><font><vertAlign val="superscript"/></font></dxf>
        <dxf><font><strike val="0"/></font><numFmt numFmtId="203" formatCode="#,##0"/></dxf><dxf><numFmt numFmtId="10"/></dxf></dxfs></styleSheet>"##;

    fn found(sheet: &str) -> Result<Vec<(String, CellFormat)>, ImportError> {
        let all = ranges(sheet, &formats::differential(STYLES))?;
        Ok(all.into_iter().map(|(s, f)| (format!("{}:{}", s.first, s.last), f)).collect())
    }

    fn ruled(cells: &str, format: &str) -> String {
        format!(
            r#"<worksheet><sheetData/><conditionalFormatting sqref="{cells}"><cfRule type="expression" dxfId="{format}" priority="9"><formula>TRUE</formula></cfRule></conditionalFormatting></worksheet>"#
        )
    }

    #[test]
    fn formats_of_rules_that_change_what_is_seen_are_found() {
        for (format, effect, marked) in [
            ("1", Some(FormatEffect::Replaced), false),
            ("&#50;", Some(FormatEffect::Scaled), false),
            ("3", None, true),
            ("4", None, true),
            ("6", Some(FormatEffect::Scaled), false),
        ] {
            let expected = CellFormat { effect, date: None, marked };
            assert_eq!(found(&ruled("D4", format)).unwrap(), [("D4:D4".to_owned(), expected)], "{format}");
        }
        for format in ["0", "5", "7"] {
            assert_eq!(found(&ruled("D4", format)).unwrap(), [], "{format}");
        }
        assert!(found(&ruled("D4", "x")).is_err());
        let later = r#"<worksheet><extLst><ext><x14:conditionalFormattings><x14:conditionalFormatting><x14:cfRule type="expression"><xm:f>TRUE</xm:f><x14:dxf><font><strike/></font><numFmt numFmtId="201" formatCode="0%"/></x14:dxf></x14:cfRule><xm:sqref>B2:B3 D4</xm:sqref></x14:conditionalFormatting></x14:conditionalFormattings></ext></extLst></worksheet>"#;
        let both = CellFormat { effect: Some(FormatEffect::Scaled), date: None, marked: true };
        assert_eq!(found(later).unwrap(), [("B2:B3".to_owned(), both), ("D4:D4".to_owned(), both)]);
    }

    #[test]
    fn ranges_of_rules_are_read_or_refused() {
        for (written, expected) in [("D5:B2", "B2:D5"), ("B:$D", "B1:D1048576"), ("2:5", "A2:XFD5"), ("$D$4", "D4:D4")]
        {
            assert_eq!(found(&ruled(written, "1")).unwrap()[0].0, expected, "{written}");
        }
        for odd in ["D", "D0", "A1:B", "甲"] {
            assert!(matches!(found(&ruled(odd, "1")), Err(ImportError::Damaged(_))), "{odd}");
            assert_eq!(found(&ruled(odd, "0")).unwrap(), [], "{odd}");
        }
        let many = "A1 ".repeat(MOST + 1);
        let why = found(&ruled(&many, "1")).unwrap_err().to_string();
        assert!(why.contains("条件格式的区域数超过上限"), "{why}");
        assert_eq!(found(&ruled(&many, "0")).unwrap(), []);
    }

    #[test]
    fn the_effect_that_changes_more_counts() {
        let at = |row| Address { row, column: 0 };
        let cells: Vec<_> =
            (0..4).map(|row| Cell { at: at(row), content: Content::Bool(true), formula: false }).collect();
        let (wan, yuan) = (FormatEffect::Unit(Unit::TenThousandYuan), FormatEffect::Unit(Unit::Yuan));
        let mut frame = Frame::default();
        frame.format_effects.extend([(at(0), wan), (at(1), wan), (at(2), FormatEffect::Replaced)]);
        let format = |effect, marked| CellFormat { effect, date: None, marked };
        let span = |first, last| Span { first: at(first), last: at(last) };
        let ranges = [
            (span(0, 0), format(Some(yuan), false)),
            (span(1, 3), format(Some(FormatEffect::Padded), false)),
            (span(2, 2), format(Some(FormatEffect::Scaled), false)),
            (span(3, 9), format(None, true)),
        ];
        apply(&ranges, &cells, &mut frame);
        let effects = [FormatEffect::Scaled, wan, FormatEffect::Replaced, FormatEffect::Marked];
        let expected: Vec<_> = (0..4).map(at).zip(effects).collect();
        assert_eq!((frame.format_effects, frame.marked), (expected, vec![at(3)]));
    }
}
