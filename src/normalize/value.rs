//! One cell of an official table → a value, with a remark on every deviation in notation.

use unicode_normalization::UnicodeNormalization;

use super::numerals;
use crate::form::{Unit, ValueKind, labels};
use crate::import::Content;
use crate::model::{Amount, Decimal, Value, inexact};

/// What was read in addition to the plain number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Remark {
    /// A number stored as text, in any width, with separators, sign or spaces.
    Spelling,
    /// A unit in the cell or its head.
    Unit,
}

/// Why a cell has no value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unreadable {
    /// Not a number at all.
    NotANumber,
    /// A time, or a number that the format of its cell shows as a date or a time.
    Dated,
    /// A number with another unit than the form's.
    OtherUnit,
    /// A number that the column does not admit: the reason.
    Forbidden(&'static str),
    /// A formula without a result.
    Uncomputed,
    /// An error value.
    Error,
}

/// Reads a cell for a slot of this kind. `unit` is the form's unit of money, `head` the one that the workbook names for the cell,
/// `counter` the counting word of the form, if it has one.
pub fn read(
    content: Option<&Content>,
    kind: ValueKind,
    unit: Option<Unit>,
    head: Option<Unit>,
    counter: Option<&str>,
) -> Result<(Value, Option<Remark>), Unreadable> {
    let written = match content {
        None => return Ok((Value::Blank, None)),
        Some(Content::Number(n)) => Written { number: *n, unit: None, remark: None },
        Some(Content::Text(text)) => match in_text(text, kind, counter)? {
            InText::Number(written) => written,
            InText::Absent(value) => return Ok((value, None)),
        },
        Some(Content::Uncomputed) => return Err(Unreadable::Uncomputed),
        Some(Content::Error(_)) => return Err(Unreadable::Error),
        Some(Content::Other(_)) => return Err(Unreadable::Dated),
        Some(Content::HugeNumber(_) | Content::Bool(_) | Content::Date(..)) => return Err(Unreadable::NotANumber),
    };
    of_kind(written.exact()?, kind, unit, head)
}

/// A number as it was written in a cell.
struct Written {
    number: Decimal,
    /// The unit of money written with it.
    unit: Option<Unit>,
    remark: Option<Remark>,
}

/// The content of a text cell.
enum InText {
    Number(Written),
    /// [`Value::Blank`] or [`Value::NotApplicable`].
    Absent(Value),
}

/// Reads a number that is stored as text, or a word that means that there is none.
fn in_text(text: &str, kind: ValueKind, counter: Option<&str>) -> Result<InText, Unreadable> {
    // ① and ² fold to digits but are notes, not figures.
    let disguised = |c: char| !c.is_ascii_digit() && !('０'..='９').contains(&c) && c.is_numeric() && !numeral(c);
    if text.chars().any(disguised) {
        return Err(Unreadable::NotANumber);
    }
    let folded: String = text.nfkc().filter(|c| !matches!(c, '\u{200b}' | '\u{feff}')).collect();
    let plain: String = folded.split_whitespace().collect();
    if plain.is_empty() {
        return Ok(InText::Absent(Value::Blank));
    }
    // Spaces around a number are harmless; a space between digits, or beside a separator between them, may separate two numbers:
    // `3, 120` can be a list. The full-width forms are folded.
    let of_number = |c: char| c.is_ascii_digit() || matches!(c, ',' | '.');
    let broken = |(a, b): (&str, &str)| a.ends_with(of_number) && b.starts_with(of_number);
    if folded.split_whitespace().zip(folded.split_whitespace().skip(1)).any(broken) {
        return Err(Unreadable::NotANumber);
    }
    if labels().units.not_applicable.iter().any(|w| w.nfkc().eq(plain.chars())) {
        return Ok(InText::Absent(Value::NotApplicable));
    }
    let (digits, word) = split_unit(&plain, kind, counter)?;
    let remark = if word.is_some() { Remark::Unit } else { Remark::Spelling };
    Ok(InText::Number(Written { number: parse(digits)?, unit: word.flatten(), remark: Some(remark) }))
}

impl Written {
    /// The same with −0 as 0, because −0 would be printed with its sign; an error if a spreadsheet does not keep the number exactly.
    fn exact(mut self) -> Result<Written, Unreadable> {
        if let Some(why) = inexact(self.number) {
            return Err(Unreadable::Forbidden(why));
        }
        if self.number.is_zero() {
            self.number = self.number.abs();
        }
        Ok(self)
    }
}

/// A number as a value of this kind.
fn of_kind(
    written: Written,
    kind: ValueKind,
    unit: Option<Unit>,
    head: Option<Unit>,
) -> Result<(Value, Option<Remark>), Unreadable> {
    let number = written.number;
    let is_negative = number.is_sign_negative() && !number.is_zero();
    match kind {
        ValueKind::Count if !number.is_integer() => Err(Unreadable::Forbidden("不是整数，件数只能填整数")),
        ValueKind::Count if is_negative => Err(Unreadable::Forbidden("是负数，件数不能小于 0")),
        ValueKind::Count => {
            let n = u64::try_from(number).map_err(|_| Unreadable::NotANumber)?;
            Ok((Value::Count(n), written.remark))
        }
        ValueKind::Signed if !number.is_integer() => Err(Unreadable::Forbidden("不是整数，增减数只能填整数")),
        ValueKind::Signed => {
            let n = i64::try_from(number).map_err(|_| Unreadable::NotANumber)?;
            Ok((Value::Signed(n), written.remark))
        }
        ValueKind::Amount if is_negative => Err(Unreadable::Forbidden("是负数，金额不能小于 0")),
        ValueKind::Amount => amount(written, head, unit),
    }
}

/// An amount in the form's unit, converted exactly; if the form has none, in the unit it was written in.
fn amount(written: Written, in_head: Option<Unit>, unit: Option<Unit>) -> Result<(Value, Option<Remark>), Unreadable> {
    let Written { number, unit: in_cell, remark } = written;
    let named = in_cell.or(in_head);
    let (Some(from), Some(to)) = (named, unit) else {
        let remark = if named.is_some() { Some(Remark::Unit) } else { remark };
        // A zero needs no unit.
        let own = if unit.is_none() && !number.is_zero() { named } else { None };
        return Ok((Value::Amount(Amount { number, unit: own }), remark));
    };
    if from == to {
        let remark = if in_cell.is_some() { Some(Remark::Unit) } else { remark };
        return Ok((Value::Amount(Amount { number, unit: None }), remark));
    }
    let yuan = number.checked_mul(Decimal::from(from.in_yuan())).ok_or(Unreadable::NotANumber)?;
    // Exact: the divisor is a power of ten, and scales stay far below the type's 28.
    let number = yuan.checked_div(Decimal::from(to.in_yuan())).ok_or(Unreadable::NotANumber)?.normalize();
    // Otherwise the published workbook would be refused when it is read.
    if inexact(number).is_some() {
        return Err(Unreadable::Forbidden("换算成表样规定的单位以后位数太多，表格程序不能准确保存"));
    }
    Ok((Value::Amount(Amount { number, unit: None }), Some(Remark::Unit)))
}

/// Splits off a trailing unit. The outer option is set if there is one, the inner one if it is a unit of money.
fn split_unit<'t>(
    text: &'t str,
    kind: ValueKind,
    counter: Option<&str>,
) -> Result<(&'t str, Option<Option<Unit>>), Unreadable> {
    let end = text.rfind(|c: char| c.is_ascii_digit()).map_or(0, |i| i + 1);
    let (digits, word) = text.split_at(end);
    if digits.is_empty() {
        return Err(Unreadable::NotANumber);
    }
    if word.is_empty() {
        return Ok((digits, None));
    }
    if kind == ValueKind::Amount {
        let unit = Unit::ALL.into_iter().find(|u| u.word() == word);
        return unit.map(|u| (digits, Some(Some(u)))).ok_or(Unreadable::NotANumber);
    }
    match counter {
        Some(counter) if counter == word => Ok((digits, Some(None))),
        Some(_) if is_unit(word) => Err(Unreadable::OtherUnit),
        None if is_counter(word) => Ok((digits, Some(None))),
        _ => Err(Unreadable::NotANumber),
    }
}

fn is_counter(word: &str) -> bool {
    labels().units.counters.iter().any(|c| c == word)
}

/// Whether a word is a unit of money.
pub fn is_money(word: &str) -> bool {
    Unit::ALL.iter().any(|u| u.word() == word)
}

fn is_unit(word: &str) -> bool {
    is_counter(word) || is_money(word)
}

/// A number: optional sign, digits with thousands separators in their places or none, optional decimals.
fn parse(text: &str) -> Result<Decimal, Unreadable> {
    let (negative, body) = match text.strip_prefix(['-', '−']) {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (whole, fraction) = body.split_once('.').map_or((body, None), |(whole, fraction)| (whole, Some(fraction)));
    let groups: Vec<&str> = whole.split(',').collect();
    let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    let grouped = groups.len() == 1
        || (groups[0].len() <= 3
            && !groups[0].starts_with('0')
            && groups[1..].iter().all(|g| g.len() == 3)
            && groups.iter().all(|g| digits(g)));
    if !grouped || !groups.iter().all(|g| digits(g)) || fraction.is_some_and(|f| !digits(f)) {
        return Err(Unreadable::NotANumber);
    }
    let mut plain = groups.concat();
    // Trailing zeros are kept: an amount is printed as it is written.
    fraction.into_iter().for_each(|f| plain.extend([".", f]));
    let number: Decimal = Decimal::from_str_exact(&plain).map_err(|_| Unreadable::Forbidden("位数太多"))?;
    Ok(if negative { -number } else { number })
}

/// Whether a character occurs in Chinese numerals in cells of figures. ○ alone is a mark, and no figure of a report reaches 亿.
fn numeral(c: char) -> bool {
    (numerals::digit(c).is_some() || numerals::power(c).is_some()) && !matches!(c, '○' | '亿')
}

/// Whether a text is written in place of a number: digits with at most a unit after them, a numeral, or a word for not
/// applicable. A numbered line is not.
pub fn looks_like_value(text: &str) -> bool {
    let plain: String = text.nfkc().filter(|c| !c.is_whitespace()).collect();
    if plain.is_empty() || plain.chars().count() > 24 {
        return false;
    }
    if plain.chars().all(numeral) || labels().units.not_applicable.iter().any(|w| w.nfkc().eq(plain.chars())) {
        return true;
    }
    let digits = plain.trim_end_matches(|c: char| c.is_alphabetic());
    let unit = plain[digits.len()..].chars().count();
    let sign = |c: char| c.is_ascii_digit() || ",.+-−%/~".contains(c);
    unit <= 3 && digits.chars().all(sign) && digits.ends_with(|c: char| c.is_ascii_digit() || c == '%')
}

/// The unit in a cell of units, without spaces, brackets and 单位：; `None` if there is none.
pub fn unit_alone(text: &str) -> Option<String> {
    let plain: String = text.nfkc().filter(|c| !c.is_whitespace()).collect();
    let plain = plain.trim_start_matches('(').trim_end_matches(')');
    let word = plain.trim_start_matches("单位").trim_start_matches([':', '为']);
    let nothing = word.is_empty() || labels().units.not_applicable.iter().any(|w| w.nfkc().eq(word.chars()));
    (!nothing).then(|| word.to_owned())
}

/// The unit that a label names in brackets, e.g. 申请数（件）.
pub fn unit_in_brackets(label: &str) -> Option<String> {
    let plain: String = label.nfkc().filter(|c| !c.is_whitespace()).collect();
    let inside = plain.split('(').skip(1).filter_map(|rest| rest.split_once(')')).map(|(inside, _)| inside);
    inside.filter_map(unit_alone).find(|word| is_unit(word))
}

/// The last character of a unit: a label that names the unit contains it, even if there are spaces in the unit.
fn last(word: &str) -> char {
    word.chars().next_back().unwrap_or_default()
}

/// Whether both are units of money, so that a number in one can be converted to the other.
pub fn is_convertible(word: &str, other: &str) -> bool {
    is_money(word) && is_money(other)
}

/// The unit of money a column head names, e.g. 本年收费金额（单位：元）.
pub fn unit_in_head(label: &str) -> Option<Unit> {
    // Fast path: most labels contain no unit, and no characters that the compatibility form turns into one.
    let simple = |c: char| matches!(c, ' '..='~' | '\u{4e00}'..='\u{9fff}' | '、' | '，' | '（' | '）' | '“' | '”');
    if label.chars().all(simple) && !Unit::ALL.iter().any(|u| label.contains(last(u.word()))) {
        return None;
    }
    let plain: String = label.nfkc().filter(|c| !c.is_whitespace()).collect();
    Unit::ALL.into_iter().find(|u| plain.contains(u.word()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(text: &str) -> Result<(Value, Option<Remark>), Unreadable> {
        read(Some(&Content::Text(text.into())), ValueKind::Count, None, None, None)
    }

    fn money(text: &str, unit: Option<Unit>, head: Option<Unit>) -> String {
        read(Some(&Content::Text(text.into())), ValueKind::Amount, unit, head, None).unwrap().0.to_string()
    }

    #[test]
    fn labels_without_a_unit_are_told_apart_at_once() {
        for label in [
            "本年收费金额（单位：万元）",
            "采购总金额（元）",
            "金 额\u{a0}元",
            "采购总金额",
            "（一）予以公开",
            "單位：圓",
            "㍐",
        ] {
            let plain: String = label.nfkc().filter(|c| !c.is_whitespace()).collect();
            let long = Unit::ALL.into_iter().find(|u| plain.contains(u.word()));
            assert_eq!(unit_in_head(label), long, "{label}");
        }
    }

    #[test]
    fn counts_are_understood_however_they_are_written() {
        for (text, n) in [
            ("12", 12),
            (" 12 ", 12),
            ("１２", 12),
            ("1,234", 1234),
            ("1，234", 1234),
            ("12件", 12),
            ("+5", 5),
            ("007", 7),
            ("3.0", 3),
        ] {
            assert_eq!(count(text).unwrap().0, Value::Count(n), "{text}");
        }
        // Stored as text: a sum in the workbook skips it.
        assert_eq!(count("12").unwrap().1, Some(Remark::Spelling));
        assert_eq!(read(Some(&Content::Number(12.into())), ValueKind::Count, None, None, None).unwrap().1, None);
        assert_eq!(count("１２").unwrap().1, Some(Remark::Spelling));
        assert_eq!(count("12件").unwrap().1, Some(Remark::Unit));
    }

    #[test]
    fn what_does_not_apply_is_not_blank() {
        for text in ["/", "／", "—", "——", "_", "无", "-", "－"] {
            assert_eq!(count(text).unwrap().0, Value::NotApplicable, "{text}");
        }
        for text in ["", " ", "\u{3000}", "\u{200b}"] {
            assert_eq!(count(text).unwrap().0, Value::Blank, "{text:?}");
        }
    }

    #[test]
    fn numbers_are_told_from_numbered_lines() {
        for text in ["3", "-2", "１２件", "1,234", "三", "十二", "/", "无", "12.5万元", "1.5", "3-5"] {
            assert!(looks_like_value(text), "{text}");
        }
        for text in ["1.加强领导", "1.其他", "2、工作", "2024年1月20日", "有关情况。", "", "第3项", "说明"]
        {
            assert!(!looks_like_value(text), "{text}");
        }
    }

    #[test]
    fn what_is_not_certain_is_refused() {
        for text in [
            "三",
            "12.3.4",
            "1,23",
            "12,3456",
            "约12",
            "12+3",
            "12/3",
            "1e5",
            "12个月",
            "0x10",
            "1 2",
            "1 2件3",
            "3, 120",
            "3,\n120",
            "3 ,120",
            "3，\u{3000}120",
            "３，\u{a0}１２０",
            "3﹐ 120",
            "3. 0",
            "3 .0",
            "4①",
            "4\u{fffc}1",
            "4²",
            "①",
            "0,123",
            "十二",
            ",",
            ".",
            "+",
        ] {
            assert_eq!(count(text), Err(Unreadable::NotANumber), "{text}");
        }
        for text in ["-2", "1.5", "－2", "1000000000000000"] {
            assert!(matches!(count(text), Err(Unreadable::Forbidden(_))), "{text}");
        }
        assert_eq!(read(Some(&Content::Uncomputed), ValueKind::Count, None, None, None), Err(Unreadable::Uncomputed));
        assert_eq!(
            read(Some(&Content::Error("#REF!".into())), ValueKind::Count, None, None, None),
            Err(Unreadable::Error)
        );
        assert_eq!(
            read(Some(&Content::Date(2024, 1, 5)), ValueKind::Count, None, None, None),
            Err(Unreadable::NotANumber)
        );
        let other = Content::Other("-5".into());
        assert_eq!(read(Some(&other), ValueKind::Count, None, None, None), Err(Unreadable::Dated));
    }

    #[test]
    fn money_is_converted_exactly_or_keeps_its_unit() {
        let wan = Some(Unit::TenThousandYuan);
        assert_eq!(money("251000元", wan, None), "25.1");
        assert_eq!(money("0.01元", wan, None), "0.000001");
        assert_eq!(money("160.5964万元", wan, None), "160.5964");
        assert_eq!(money("8040", wan, Some(Unit::Yuan)), "0.804");
        assert_eq!(money("251000元", None, None), "251000元");
        assert_eq!(money("73802895.90元", None, None), "73802895.90元");
        assert_eq!(money("1,250.00", wan, None), "1250.00");
        assert_eq!(money("2510000.00元", wan, None), "251");
        assert_eq!(money("160.5964万元", None, None), "160.5964万元");
        assert_eq!(money("8040", None, None), "8040");
        assert_eq!(money("8040", None, wan), "8040万元");
        assert_eq!(money("0元", None, None), "0");
    }

    #[test]
    fn an_amount_with_too_many_digits_once_converted_is_refused() {
        let read =
            |text: &str, unit, head| read(Some(&Content::Text(text.into())), ValueKind::Amount, unit, head, None);
        let (yuan, wan) = (Some(Unit::Yuan), Some(Unit::TenThousandYuan));
        assert!(read("99999999999万元", yuan, None).is_ok() && read("0.0001元", wan, None).is_ok());
        for (text, unit) in [("100000000000万元", yuan), ("0.00001元", wan)] {
            assert!(matches!(read(text, unit, None), Err(Unreadable::Forbidden(_))), "{text}");
        }
    }

    #[test]
    fn only_signed_columns_are_signed() {
        let signed = |t: &str| read(Some(&Content::Text(t.into())), ValueKind::Signed, None, None, None).map(|v| v.0);
        assert_eq!(signed("+1036"), Ok(Value::Signed(1036)));
        assert_eq!(signed("-3"), Ok(Value::Signed(-3)));
        assert!(signed("0.5").is_err());
    }
}
