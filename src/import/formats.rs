//! Number formats with which a cell shows another number than it contains, or shows it with a unit of money.
//!
//! Takes the styles part, returns for each cell style the effect of its format. A format that cannot be read has none, because
//! the cell contains the number itself.

use std::borrow::Cow;
use std::collections::BTreeMap;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::ImportError;
use super::attributes::attribute;
use super::attributes::xml_unescaped;
use super::markup;
use super::workbook::FormatEffect;
use crate::form::Unit;

/// Effect of a number format on the number of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct CellFormat {
    /// How the shown number differs from the stored one.
    pub effect: Option<FormatEffect>,
    /// Whether the number is shown as a date or a time.
    pub date: Option<DateKind>,
    /// Whether the cell is struck out, raised or lowered as a whole.
    pub marked: bool,
}

impl CellFormat {
    /// Whether a number is seen otherwise than it is stored.
    pub fn has_effect(&self) -> bool {
        self.shown().is_some()
    }

    /// Returns how a number is seen: another number counts more than a mark, and a mark more than a unit.
    pub fn shown(&self) -> Option<FormatEffect> {
        let marked = self.marked.then_some(FormatEffect::Marked);
        self.effect.filter(|a| matches!(a, FormatEffect::Scaled | FormatEffect::Replaced)).or(marked).or(self.effect)
    }
}

/// Kind of date or time that a number is shown as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DateKind {
    /// A date, or the time of a day.
    Date,
    /// Elapsed hours, minutes or seconds.
    Duration,
}

/// Returns the styles part, reduced to the elements that count (see [`markup::counting`]).
pub(super) fn counting(styles: &str) -> Result<Cow<'_, str>, ImportError> {
    let wanted = &[
        "styleSheet",
        "numFmts",
        "numFmt",
        "fonts",
        "font",
        "strike",
        "vertAlign",
        "cellXfs",
        "xf",
        "dxfs",
        "dxf",
        "AlternateContent",
    ];
    markup::counting(styles, wanted, |_, _| true)
}

/// Returns the number format of each cell style, by style index.
pub(super) fn formats(styles: &[u8]) -> Vec<CellFormat> {
    let mut reader = Reader::from_reader(styles);
    let mut codes: BTreeMap<String, CellFormat> = BTreeMap::new();
    let mut out = Vec::new();
    // For each font, whether it marks its text.
    let mut fonts: Vec<bool> = Vec::new();
    let (mut in_fonts, mut in_cells) = (false, false);
    loop {
        match reader.read_event() {
            Ok(Event::Start(e) | Event::Empty(e)) => match e.local_name().as_ref() {
                "numFmt" => {
                    let code = attribute(&e, "formatCode").unwrap_or_default();
                    if let Some(id) = id(&e) {
                        let built_in = built_in(&id);
                        let effect = effect(&code).or(built_in.effect);
                        let date = date_kind(&xml_unescaped(&code));
                        codes.insert(id, CellFormat { effect, date, marked: false });
                    }
                }
                "fonts" => in_fonts = true,
                "font" if in_fonts => fonts.push(false),
                name if in_fonts && marks(name, attribute(&e, "val").as_deref()) => {
                    if let Some(last) = fonts.last_mut() {
                        *last = true;
                    }
                }
                "cellXfs" => in_cells = true,
                "xf" if in_cells => {
                    let format = |id: String| codes.get(&id).copied().unwrap_or_else(|| built_in(&id));
                    let font = attribute(&e, "fontId").and_then(|f| f.parse::<usize>().ok());
                    let marked = font.and_then(|f| fonts.get(f)).copied().unwrap_or_default();
                    out.push(CellFormat { marked, ..id(&e).map_or(CellFormat::default(), format) });
                }
                _ => {}
            },
            Ok(Event::End(e)) if e.local_name().as_ref() == "fonts" => in_fonts = false,
            Ok(Event::End(e)) if e.local_name().as_ref() == "cellXfs" => return out,
            Ok(Event::Eof) | Err(_) => return out,
            Ok(_) => {}
        }
    }
}

/// Returns the formats that rules of conditional formats refer to, by their index.
pub(super) fn differential(styles: &[u8]) -> Vec<CellFormat> {
    let mut reader = Reader::from_reader(styles);
    let (mut out, mut is_inside): (Vec<CellFormat>, bool) = (Vec::new(), false);
    loop {
        match reader.read_event() {
            Ok(Event::Start(e) | Event::Empty(e)) => match e.name().as_ref() {
                "dxfs" => is_inside = true,
                "dxf" if is_inside => out.push(CellFormat::default()),
                _ => {
                    if let Some(last) = out.last_mut() {
                        let part = part_of_differential(&e);
                        *last = CellFormat {
                            effect: part.effect.or(last.effect),
                            date: None,
                            marked: part.marked || last.marked,
                        };
                    }
                }
            },
            Ok(Event::End(e)) if e.name().as_ref() == "dxfs" => return out,
            Ok(Event::Eof) | Err(_) => return out,
            Ok(_) => {}
        }
    }
}

/// Returns what an element of the format of a rule adds to it: its number format, or a mark of its font.
pub(super) fn part_of_differential(e: &BytesStart<'_>) -> CellFormat {
    let name = e.local_name();
    let effect = (name.as_ref() == "numFmt").then(|| {
        let code = attribute(e, "formatCode").unwrap_or_default();
        effect(&code).or_else(|| id(e).and_then(|id| built_in(&id).effect))
    });
    let marked = marks(name.as_ref(), attribute(e, "val").as_deref());
    CellFormat { effect: effect.flatten(), date: None, marked }
}

/// Returns the format of a built-in id, which a workbook need not define.
fn built_in(id: &str) -> CellFormat {
    let number = if id.is_empty() { Some(0) } else { id.parse::<u16>().ok() };
    // Percent formats, ids that are not numbers, and ids whose format is not a plain number, or not in every language.
    let scales = !matches!(number, Some(0..=8 | 11..=13 | 37..=44 | 48 | 49 | 164..));
    let effect = scales.then_some(FormatEffect::Scaled);
    CellFormat { effect, date: number.and_then(built_in_date), marked: false }
}

/// Whether a built-in format shows a date or a time; some do so only in East Asian versions of office programs.
pub(super) fn built_in_date(id: u16) -> Option<DateKind> {
    match id {
        14..=22 | 27..=36 | 45 | 47 | 50..=58 => Some(DateKind::Date),
        46 => Some(DateKind::Duration),
        _ => None,
    }
}

/// Whether a format code shows a number as a date or a time.
pub(super) fn date_kind(code: &str) -> Option<DateKind> {
    let mut chars = code.chars();
    let (mut quoted, mut bracket) = (false, None::<String>);
    while let Some(c) = chars.next() {
        match (c, &mut bracket) {
            ('"', None) => quoted = !quoted,
            _ if quoted => {}
            ('\\' | '_' | '*' | '!', None) => _ = chars.next(),
            ('[', None) => bracket = Some(String::new()),
            (']', Some(inner)) => {
                // Elapsed hours, minutes or seconds; other brackets contain colours, conditions and languages.
                if !inner.is_empty()
                    && ["h", "m", "s"].iter().any(|u| inner.to_lowercase().trim_matches(|c| u.contains(c)).is_empty())
                {
                    return Some(DateKind::Duration);
                }
                bracket = None;
            }
            (c, Some(inner)) => inner.push(c),
            // Only the first section is examined, which is for positive numbers.
            (';', None) => return None,
            ('d' | 'D' | 'm' | 'M' | 'h' | 'H' | 'y' | 'Y' | 's' | 'S', None) => return Some(DateKind::Date),
            _ => {}
        }
    }
    None
}

/// Whether an element of a font strikes out, raises or lowers its text.
pub(super) fn marks(element: &str, value: Option<&str>) -> bool {
    match element {
        "strike" => !matches!(value, Some("0" | "false")),
        "vertAlign" => value != Some("baseline"),
        _ => false,
    }
}

/// Returns the id of a number format in one spelling: references resolved, without leading zeros or plus signs.
fn id(e: &BytesStart<'_>) -> Option<String> {
    let id = xml_unescaped(&attribute(e, "numFmtId")?);
    Some(id.trim().trim_start_matches(['+', '0']).to_owned())
}

/// One section of a format code: for positive numbers, negative numbers, zero or text, or for numbers that meet a condition.
#[derive(Default)]
struct Section {
    /// Characters that are neither literal text nor in brackets, such as digit places.
    bare: String,
    /// Literal text, including currencies and the character that fills the rest of the cell.
    printed: String,
    /// The condition: comparison and number.
    condition: Option<(String, f64)>,
}

impl Section {
    fn admits_zero(&self) -> Option<bool> {
        let (comparison, number) = self.condition.as_ref()?;
        Some(match comparison.as_str() {
            "<" => 0.0 < *number,
            "<=" => 0.0 <= *number,
            ">" => 0.0 > *number,
            ">=" => 0.0 >= *number,
            "<>" => *number != 0.0,
            _ => *number == 0.0,
        })
    }
}

fn sections(code: &str) -> Vec<Section> {
    let mut all = vec![Section::default()];
    let mut chars = code.chars();
    let mut quoted = false;
    while let Some(c) = chars.next() {
        let last = all.len() - 1;
        let section = &mut all[last];
        match c {
            '"' => quoted = !quoted,
            _ if quoted => section.printed.push(c),
            '\\' | '!' => section.printed.extend(chars.next()),
            '_' => _ = chars.next(),
            '*' => section.printed.extend(chars.next()),
            '[' => {
                let inside: String = chars.by_ref().take_while(|c| *c != ']').collect();
                // Brackets contain a currency, followed by a dash and its language, or else a condition or a colour.
                if let Some(currency) = inside.strip_prefix('$') {
                    section.printed.push_str(currency.split('-').next().unwrap_or_default());
                }
                let comparison = inside.len() - inside.trim_start_matches(['<', '>', '=']).len();
                if comparison > 0 {
                    let (comparison, number) = inside.split_at(comparison);
                    section.condition = Some((comparison.to_owned(), number.trim().parse().unwrap_or_default()));
                }
            }
            ';' => all.push(Section::default()),
            _ => section.bare.push(c),
        }
    }
    all
}

/// Returns the effect of a format code on a number: a comma after the last digit place divides by a thousand, a percent sign
/// multiplies, and literal text next to the digits may change the number that is read. Date formats must be handled by the caller
/// first.
pub(super) fn effect(code: &str) -> Option<FormatEffect> {
    let code = xml_unescaped(code);
    if code.is_empty() {
        return None;
    }
    let mut sections = sections(&code);
    // The fourth section is for texts.
    sections.truncate(3);
    // The digits of a fraction such as `# ?/16` are not shown for a 0.
    if of_zero(&sections).is_some_and(|s| has_figure(&s.printed) || has_figure(&s.bare) && !s.bare.contains('/')) {
        return Some(FormatEffect::Replaced);
    }
    let conditional = sections.iter().any(|s| s.condition.is_some());
    let scaled = sections.iter().enumerate().any(|(i, s)| {
        let general = s.bare.contains("General") || s.bare.contains("通用格式");
        let places = |c: char| matches!(c, '0' | '#' | '?' | '@');
        let counts = i == 0 || conditional;
        let thousands = s.bare.rfind(places).is_some_and(|at| s.bare[at + 1..].starts_with(','));
        let printed = Unit::ALL.iter().fold(s.printed.clone(), |text, unit| text.replace(unit.word(), ""));
        let signs = |text: &str, signs: &[char]| text.contains(signs);
        thousands
            || s.bare.contains('%')
            || s.bare.contains(SCALES)
            || has_figure(&s.bare)
            || scales(&printed)
            || has_digits(&printed)
            || counts && !general && (!s.bare.contains(places) || signs(&s.bare, &['-', '/']))
            || counts && signs(&printed, &['-', '−', '.', ',', '．', '，', '·'])
    });
    if scaled {
        return Some(FormatEffect::Scaled);
    }
    let unit = Unit::ALL.into_iter().find(|u| code.contains(u.word())).map(FormatEffect::Unit);
    // More integer places than a number needs, as in 007.
    let padded = sections[0].bare.split('.').next().is_some_and(|whole| whole.matches('0').count() > 1);
    unit.or(padded.then_some(FormatEffect::Padded))
}

/// Returns the section that applies to 0; `None` if there is none.
fn of_zero(sections: &[Section]) -> Option<&Section> {
    sections.iter().enumerate().find_map(|(i, section)| {
        // Without a condition: the first of three sections is for positive numbers only, the second of three for negative ones;
        // other sections may apply to 0.
        let admits = section.admits_zero().unwrap_or(match (i, sections.len()) {
            (0, many) => many < 3,
            (1, many) => many == 2,
            _ => true,
        });
        admits.then_some(section)
    })
}

/// Whether literal text contains digits or numerals.
pub(super) fn has_digits(printed: &str) -> bool {
    printed.chars().any(|c| c.is_numeric() || NUMERALS.contains(c))
}

/// Whether a text contains a digit or numeral other than zero, which would be shown even if the number is 0.
pub(super) fn has_figure(words: &str) -> bool {
    words.chars().any(|c| (c.is_numeric() || NUMERALS.contains(c)) && !['0', '０', '零', '〇'].contains(&c))
}

/// Chinese digits.
const NUMERALS: &str = "一二三四五六七八九零〇两";

/// Words and signs that multiply or divide the number before them.
const SCALES: [char; 9] = ['十', '百', '千', '万', '亿', '‰', '‱', '％', '萬'];

/// Whether literal text multiplies or divides the number next to it.
pub(super) fn scales(printed: &str) -> bool {
    let words = ["hundred", "thousand", "million"];
    printed.contains(SCALES)
        || printed.contains(['%', 'k', 'K', 'M'])
        || words.iter().any(|w| printed.to_ascii_lowercase().contains(w))
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
            ("0\"件\"", None),
            ("General", None),
            ("_ * #,##0_ ;_ * -#,##0_ ;_ * \"-\"_ ;_ @_ ", None),
            ("[Red]#,##0;[Blue]-#,##0", None),
            ("[$-804]#,##0", None),
            ("G/通用格式\"件\"", None),
            ("0.00E+00", None),
            ("0.00;;0", None),
            ("[Red][>100]0;0", None),
            ("[>100]0;[=0]\"—\";0", Some(FormatEffect::Scaled)),
            ("0;-0;;@", None),
            ("0;0;\"无\"", None),
            ("0;0;\"12\"", Some(FormatEffect::Replaced)),
            ("0;0;12", Some(FormatEffect::Replaced)),
            ("0;0;\"一\"", Some(FormatEffect::Replaced)),
            ("[=0]\"12\";0", Some(FormatEffect::Replaced)),
            ("[>5]\"12\";0", Some(FormatEffect::Scaled)),
            ("[<>0]0;\"12\"", Some(FormatEffect::Replaced)),
            ("[>0]0;[<0]0;*5", Some(FormatEffect::Replaced)),
            ("0;\"12\";0", Some(FormatEffect::Scaled)),
            ("0;0;0%", Some(FormatEffect::Scaled)),
            ("0;0;\"00\"", Some(FormatEffect::Scaled)),
            ("*50", Some(FormatEffect::Replaced)),
            ("*00", Some(FormatEffect::Scaled)),
            ("0*.", Some(FormatEffect::Scaled)),
            ("* 0", None),
            ("_50", None),
            ("10", Some(FormatEffect::Replaced)),
            ("# ?/16", Some(FormatEffect::Scaled)),
            ("0五", Some(FormatEffect::Replaced)),
            ("000", Some(FormatEffect::Padded)),
            ("yyyy\"年\"m\"月\"", Some(FormatEffect::Scaled)),
            ("aaaa", Some(FormatEffect::Scaled)),
            ("0\\.0000", Some(FormatEffect::Scaled)),
            ("0\".\"0000", Some(FormatEffect::Scaled)),
            ("0!.0000", Some(FormatEffect::Scaled)),
            ("[>=10000]0\\.0000;0", Some(FormatEffect::Scaled)),
            ("0[$%]", Some(FormatEffect::Scaled)),
            ("0[$万]", Some(FormatEffect::Scaled)),
            ("[$1]0", Some(FormatEffect::Replaced)),
            ("0[$万元]", Some(FormatEffect::Unit(Unit::TenThousandYuan))),
            ("[$¥-804]#,##0.00", None),
            ("[>100]0;\"12\"", Some(FormatEffect::Replaced)),
            ("0,)", Some(FormatEffect::Scaled)),
            ("0‱", Some(FormatEffect::Scaled)),
            ("\"一\"0", Some(FormatEffect::Replaced)),
            ("0\"thousand\"", Some(FormatEffect::Scaled)),
            ("0-", Some(FormatEffect::Scaled)),
            ("000-00000000", Some(FormatEffect::Scaled)),
            ("# ?/?", Some(FormatEffect::Scaled)),
            ("0\"万\"", Some(FormatEffect::Scaled)),
            ("0\\万", Some(FormatEffect::Scaled)),
            ("0\"千件\"", Some(FormatEffect::Scaled)),
            ("[>100]0\"k\";0", Some(FormatEffect::Scaled)),
            ("0\"%\"", Some(FormatEffect::Scaled)),
            ("\"12\"0", Some(FormatEffect::Replaced)),
            ("0\"000\"", Some(FormatEffect::Scaled)),
            ("-0", Some(FormatEffect::Scaled)),
            ("\"-\"", Some(FormatEffect::Scaled)),
            (";;;", Some(FormatEffect::Scaled)),
            ("0.0%", Some(FormatEffect::Scaled)),
            ("#,##0,", Some(FormatEffect::Scaled)),
            ("0!.0,&quot;万元&quot;", Some(FormatEffect::Scaled)),
            ("#,##0&quot;元&quot;", Some(FormatEffect::Unit(Unit::Yuan))),
            ("0.00\"万元\"", Some(FormatEffect::Unit(Unit::TenThousandYuan))),
        ] {
            assert_eq!(effect(code), expected, "{code}");
        }
        let styles = br#"<styleSheet><numFmts><numFmt numFmtId="&#49;76" formatCode="0,"/></numFmts>
            <cellStyleXfs><xf numFmtId="9"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="176"><a/></xf><xf numFmtId="10"/></cellXfs></styleSheet>"#;
        let effects: Vec<_> = formats(styles).into_iter().map(|f| f.effect).collect();
        assert_eq!(effects, [None, Some(FormatEffect::Scaled), Some(FormatEffect::Scaled)]);
        let styles = br##"<styleSheet><numFmts><numFmt numFmtId="176" formatCode="yyyy/m"/><numFmt numFmtId="177" formatCode="#,##0"/></numFmts>
            <cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="176"/><xf numFmtId="177"/><xf numFmtId="57"/><xf/></cellXfs></styleSheet>"##;
        let dates: Vec<_> = formats(styles).into_iter().map(|f| f.date.is_some()).collect();
        assert_eq!(dates, [false, true, true, false, true, false]);
        let styles = br#"<styleSheet><fonts><font/><font><strike/></font><font><strike val="0"/></font><font><vertAlign val="superscript"/></font></fonts>
            <cellXfs><xf fontId="0"/><xf fontId="1"/><xf fontId="2"/><xf fontId="3"/><xf fontId="9"/></cellXfs><dxfs><dxf><font><strike/></font></dxf></dxfs></styleSheet>"#;
        let marked: Vec<_> = formats(styles).into_iter().map(|f| f.marked).collect();
        assert_eq!(marked, [false, true, false, true, false]);
    }

    #[test]
    fn dates_are_distinguished_from_numbers_by_their_format() {
        for code in ["yyyy-m-d", "yyyy\"年\"m\"月\"d\"日\";@", "[$-804]yyyy/m/d", "h:mm AM/PM", "[DBNum1]m\"月\""] {
            assert_eq!(date_kind(code), Some(DateKind::Date), "{code}");
        }
        assert_eq!(date_kind("[hh]:mm"), Some(DateKind::Duration));
        for code in ["General", "0\"days\"", "#,##0", "[Red]0", "0;\"d\"", "0;d", "\\d0", "0.00E+00", "@"] {
            assert_eq!(date_kind(code), None, "{code}");
        }
    }
}
