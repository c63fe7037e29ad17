//! Labels without differences of notation: width, spaces, line breaks, marks, brackets, numbering, an inserted year or unit.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Deref;

use unicode_normalization::UnicodeNormalization;

use super::numerals::is_ordinal;
use crate::form::{Unit, labels};
use crate::import::MARKED;
use crate::model::half_width;

/// A label reduced to what distinguishes it from others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folded {
    /// The number it begins with, if any: 一, 3, ….
    pub number: Option<String>,
    /// Whether that number is in brackets: （一） is not 一、.
    pub bracketed: bool,
    /// The rest: ideographs, letters and digits only.
    pub body: LabelBody,
    /// The body without 第, which offices often omit in titles; `None` if it contains none.
    short: Option<LabelBody>,
    /// The body without text in brackets; `None` if there are no brackets or nothing outside them.
    bare: Option<LabelBody>,
}

impl Folded {
    fn new(number: Option<String>, bracketed: bool, body: String, bare: Option<String>) -> Folded {
        let short = body.contains('第').then(|| LabelBody::new(body.replace('第', "")));
        Folded { number, bracketed, body: LabelBody::new(body), short, bare: bare.map(LabelBody::new) }
    }

    /// The body without text in brackets.
    pub fn bare(&self) -> &LabelBody {
        self.bare.as_ref().unwrap_or(&self.body)
    }

    /// The body without 第.
    pub fn short(&self) -> &LabelBody {
        self.short.as_ref().unwrap_or(&self.body)
    }
}

/// The text by which labels are compared, thousands of times per workbook. The hash makes the comparison of unequal ones fast.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LabelBody {
    hash: u64,
    text: String,
}

impl LabelBody {
    fn new(text: String) -> LabelBody {
        let mut hasher = DefaultHasher::new();
        text.hash(&mut hasher);
        LabelBody { hash: hasher.finish(), text }
    }
}

impl Deref for LabelBody {
    type Target = str;

    fn deref(&self) -> &str {
        &self.text
    }
}

/// Longest text that can be a label, in characters.
const LONGEST: usize = 120;

/// Folds a text; `None` when it is too long or empty to be a label.
pub fn fold(text: &str) -> Option<Folded> {
    if text.len() > LONGEST * 4 {
        return None;
    }
    let seen = |c: &char| !c.is_whitespace() && !c.is_control() && *c != MARKED;
    let plain: Vec<char> = match text.chars().map(compatible).collect::<Option<String>>() {
        Some(text) => text.chars().filter(seen).collect(),
        None => text.nfkc().map(super::text::unified).filter(seen).collect(),
    };
    if plain.len() > LONGEST {
        return None;
    }
    // 其中：1.… is the row 1.…; its position determines what it is a part of.
    let plain = without_lead(plain);
    let (number, bracketed, used) = numbering(&plain);
    let rest = without_asides(&plain[used..]);
    let bare = without_brackets(&rest);
    let body: String = rest.into_iter().filter(|c| c.is_alphanumeric()).collect();
    // A label that is only a numeral has the numeral as its body.
    if body.is_empty() {
        let body: String = plain.into_iter().filter(|c| c.is_alphanumeric()).collect();
        return (!body.is_empty()).then(|| Folded::new(None, false, body, None));
    }
    Some(Folded::new(number, bracketed, body, bare))
}

/// The letters and digits outside brackets; `None` if there are no brackets or nothing outside them.
fn without_brackets(text: &[char]) -> Option<String> {
    if !text.contains(&'(') {
        return None;
    }
    let mut depth = 0u32;
    let mut out = String::new();
    for c in text {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            c if depth == 0 && c.is_alphanumeric() => out.push(*c),
            _ => {}
        }
    }
    (!out.is_empty()).then_some(out)
}

/// The compatibility form of the characters that occur in most labels and do not interact with their neighbours; `None` for all
/// others.
fn compatible(c: char) -> Option<char> {
    match c {
        '\0'..='\x7f' | '\u{4e00}'..='\u{9fff}' | '、' | '。' | '《' | '》' | '“' | '”' => Some(c),
        _ => half_width(c),
    }
}

fn without_lead(mut text: Vec<char>) -> Vec<char> {
    let length = |w: &String| w.chars().count();
    let leads = |w: &&String| length(w) < text.len() && w.chars().eq(text.iter().copied().take(length(w)));
    if let Some(used) = labels().units.leads.iter().find(leads).map(length) {
        text.drain(..used + usize::from(matches!(text.get(used), Some(':' | ','))));
    }
    text
}

/// A number at the start with its mark: `一、` `（一）` `1.` `1、`. Returns the number, whether it is in brackets, and the number
/// of characters used.
fn numbering(text: &[char]) -> (Option<String>, bool, usize) {
    let open = matches!(text.first(), Some('(' | '〔' | '['));
    let start = usize::from(open);
    let kind = |c: char| {
        if is_ordinal(c) {
            1
        } else if c.is_ascii_digit() {
            2
        } else {
            0
        }
    };
    let first = text.get(start).copied().map_or(0, kind);
    if first == 0 {
        return (None, false, 0);
    }
    let length = text[start..].iter().take_while(|c| kind(**c) == first).count();
    let mark = text.get(start + length).copied();
    let closes = matches!(mark, Some(')' | '〕' | ']'));
    let points = matches!(mark, Some('、' | '.' | ',' | ':' | '．' | '。'));
    // 1.5 is a number, not a numbered label.
    let decimal = mark == Some('.') && text.get(start + length + 1).is_some_and(char::is_ascii_digit);
    if length > 2 || decimal || !(closes || (points && !open)) {
        return (None, false, 0);
    }
    (Some(text[start..start + length].iter().collect()), open, start + length + 1)
}

/// Drops a year or a unit in brackets inside a label: 件数（2023）, 金额（万元）.
fn without_asides(text: &[char]) -> Vec<char> {
    let mut out = Vec::with_capacity(text.len());
    let mut i = 0;
    while i < text.len() {
        if text[i] == '(' {
            let inner: String = text[i + 1..].iter().take_while(|c| **c != ')').collect();
            if is_year(&inner) || is_unit(&inner) {
                i += inner.chars().count() + 2;
                continue;
            }
        }
        out.push(text[i]);
        i += 1;
    }
    out
}

fn is_year(text: &str) -> bool {
    let digits = text.trim_end_matches('度').trim_end_matches('年');
    digits.len() == 4 && digits.bytes().all(|b| b.is_ascii_digit())
}

fn is_unit(text: &str) -> bool {
    let word = text.trim_start_matches("单位").trim_start_matches([':', '为']);
    Unit::ALL.iter().any(|u| u.word() == word) || labels().units.counters.iter().any(|c| c == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(label: &str) -> LabelBody {
        fold(label).map(|f| f.body).unwrap_or_default()
    }

    #[test]
    fn the_short_way_to_the_compatibility_form_is_the_long_one() {
        for c in ('\0'..='\u{ffff}').filter(|c| compatible(*c).is_some()) {
            let pair = [c, '中', c, 'e', c];
            assert!(pair.iter().copied().nfkc().eq(pair.iter().filter_map(|c| compatible(*c))), "{c:?}");
        }
    }

    #[test]
    fn accidents_of_writing_fold_away() {
        for (a, b) in [
            ("（一）予以公开", "(一) 予以\n公开"),
            ("1.属于国家秘密", "１．属于 国家秘密"),
            ("1.属于国家秘密", "1、属于国家秘密"),
            ("3.危及“三安全一稳定”", "3. 危及\"三安全一稳定\""),
            ("3.危及“三安全一稳定”", "3.危及「三安全一稳定」"),
            ("商业企业", "商\n业\n企\n业"),
            ("本年制发件数", "本年（2023）制发件数"),
            ("本年制发件数", "本年（2023年）制发件数"),
            ("本年增/减", "本年增／减"),
            ("采购总金额", "采购总金额（单位：万元）"),
            ("本年收费金额（单位：万元）", "本年收费金额(元)"),
            ("工作", "⼯作"),
            ("一、总体情况", "1、总体情况"),
            ("其中：涉及个人隐私", "涉及个人隐私"),
            ("其中：涉及个人隐私", "其中:3.涉及个人隐私"),
        ] {
            assert_eq!(body(a), body(b), "{a} {b}");
        }
    }

    #[test]
    fn notes_in_brackets_can_be_left_out() {
        let bare = |t: &str| fold(t).unwrap().bare().to_string();
        assert_eq!(bare("采购总金额（万元，保留四位小数）"), "采购总金额");
        assert_eq!(bare("（二）部分公开（区分处理的，只计这一情形）"), "部分公开");
        assert_eq!(bare("（全部说明）"), "全部说明");
        assert_eq!(bare("总计"), "总计");
    }

    #[test]
    fn numbers_are_told_from_words() {
        let number = |t: &str| fold(t).unwrap().number;
        assert_eq!(number("一、总体情况").as_deref(), Some("一"));
        assert_eq!(number("（七）总计").as_deref(), Some("七"));
        assert_eq!(number("12.其他").as_deref(), Some("12"));
        assert_eq!(number("1.5"), None);
        assert_eq!(number("三类信息"), None);
        assert_eq!(number("第二十条第（一）项"), None);
        assert!(fold("（一）主动公开").unwrap().bracketed);
        assert!(!fold("一、主动公开").unwrap().bracketed);
        assert_eq!(fold("  "), None);
        assert_eq!(&*fold("三").unwrap().body, "三");
    }
}
