//! Numbers as they are written in a text: 3,857, 两千零五, 1.2万, 约300, 12345余.
//!
//! Takes the characters of a text and a position, returns the number that begins there and how exact it is. Unclear cases (a
//! range, a code, more digits than any count has) are not numbers.

use std::sync::LazyLock;

use super::plain::Plain;
use crate::form::{Letters, Word, words};
use crate::model::Decimal;
use crate::normalize::numerals::{self, power};

/// Longest numeral that is read, in characters; no count of a report is as long.
const LONGEST: usize = 24;

/// How exact a number is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sense {
    Exactly,
    Around,
    Above,
    Below,
}

/// A number stated in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StatedNumber {
    pub number: Decimal,
    /// The value of one unit of its last digit: 1000 for 1.2万.
    pub place: Decimal,
    pub sense: Sense,
}

impl StatedNumber {
    /// Whether a figure of a table contradicts the stated number. A number is exact if its `place` is not larger than `finest`,
    /// otherwise it may be rounded.
    pub fn denies(&self, figure: Decimal, finest: Decimal) -> bool {
        let (stated, off) = (self.number, (self.number - figure).abs());
        let one = Decimal::ONE;
        // A rounded number covers all figures that round to it, up or down.
        let rounded = if self.place > finest { self.place } else { Decimal::ZERO };
        let share = |percent: i64| stated * Decimal::new(percent, 2);
        match self.sense {
            _ if stated.is_zero() != figure.is_zero() => true,
            Sense::Exactly if rounded.is_zero() => off != Decimal::ZERO,
            Sense::Exactly => off >= rounded,
            Sense::Around => off > share(20).max(rounded).max(one),
            Sense::Above => figure + rounded < share(95) || figure > share(200).max(stated + rounded + rounded),
            Sense::Below => figure > share(105) + rounded || figure < share(50),
        }
    }
}

/// The value of an Arabic or Chinese digit.
fn digit(c: char) -> Option<i64> {
    match c {
        '0'..='9' => Some(i64::from(c as u32 - '0' as u32)),
        '两' => Some(2),
        _ => numerals::digit(c).map(i64::from),
    }
}

/// The numeral at a position: its number, the value of one unit of its last digit, and the position after it.
pub fn numeral(chars: &[char], at: usize) -> Option<(Decimal, Decimal, usize)> {
    let rest = chars.get(at..)?;
    match rest.first()? {
        '0'..='9' => arabic(rest, at),
        c if digit(*c).is_some() || power(*c).is_some() => chinese(rest, at),
        _ => None,
    }
}

fn arabic(rest: &[char], at: usize) -> Option<(Decimal, Decimal, usize)> {
    let is_digit = |i: usize| rest.get(i).is_some_and(char::is_ascii_digit);
    let (mut number, mut decimals, mut point, mut i) = (0i64, 0u32, false, 0);
    while i <= LONGEST {
        match rest.get(i) {
            Some(c) if c.is_ascii_digit() => {
                number = number.checked_mul(10)?.checked_add(digit(*c)?)?;
                decimals += u32::from(point);
            }
            Some(',') if !point && (1..=3).all(|k| is_digit(i + k)) && !is_digit(i + 4) => {}
            Some('.') if !point && is_digit(i + 1) => point = true,
            _ => break,
        }
        i += 1;
    }
    if i > LONGEST || decimals > 6 || number > 1_000_000_000_000_000 {
        return None;
    }
    let (mut value, mut place) = (Decimal::new(number, decimals), Decimal::new(1, decimals));
    // 3千, 1.2万, 2亿; a numeral that continues with a digit after such a power (1万2千) is not read.
    let mut scaled = 0;
    while let Some(by) = rest.get(i).and_then(|c| power(*c)).filter(|_| scaled < 2) {
        (value, place) = (value.checked_mul(by.into())?, place.checked_mul(by.into())?);
        (i, scaled) = (i + 1, scaled + 1);
    }
    if scaled > 0 && rest.get(i).is_some_and(|c| digit(*c).is_some()) {
        return None;
    }
    Some((value, place, at + i))
}

fn chinese(rest: &[char], at: usize) -> Option<(Decimal, Decimal, usize)> {
    let length = rest.iter().take(LONGEST + 1).take_while(|c| numeral_letter(**c)).count();
    let letters = rest.get(..length).filter(|l| l.len() <= LONGEST)?;
    if letters.len() > 1 && letters.iter().all(|c| power(*c).is_none()) {
        // 二〇二四: digit by digit. 三五件 and 两三件 are ranges.
        if letters.len() == 2 && digit(letters[0]) != Some(0) && digit(letters[1]) != Some(0) {
            return None;
        }
        let number = letters.iter().try_fold(0i64, |n, c| n.checked_mul(10)?.checked_add(digit(*c)?))?;
        return Some((number.into(), Decimal::ONE, at + length));
    }
    // `part` is the number below the next 万 or 亿, which multiplies it; `one` is the digit before the next smaller power.
    let (mut total, mut part, mut one, mut last, mut zero) = (0i64, 0i64, None, 1i64, false);
    for c in letters {
        match (digit(*c), power(*c)) {
            (Some(0), _) if one.is_none() => zero = true,
            (Some(d), _) if one.is_none() => one = Some(d),
            (_, Some(by)) if by < 10_000 => {
                part = part.checked_add(one.take().unwrap_or(1).checked_mul(by)?)?;
                (last, zero) = (by, false);
            }
            (_, Some(by)) => {
                let before = part.checked_add(one.take().unwrap_or(0))?;
                let before = if before == 0 && total == 0 { 1 } else { before };
                total = match by {
                    10_000 => total.checked_add(before.checked_mul(by)?)?,
                    _ => total.checked_add(before)?.checked_mul(by)?,
                };
                (part, last, zero) = (0, by, false);
            }
            _ => return None,
        }
    }
    if let Some(d) = one {
        // 两千五 is short for 两千五百; 两千零五 is not.
        let short = !zero && last >= 100;
        part = part.checked_add(if short { d.checked_mul(last / 10)? } else { d })?;
        last = if short { last / 10 } else { 1 };
    }
    let number = total.checked_add(part)?;
    // 两千件 may be rounded; 三百件 is taken as exact.
    let place = if last >= 1000 { last } else { 1 };
    Some((number.into(), place.into(), at + length))
}

/// All letters that are a digit or a power of ten.
const LETTERS: &str = "0123456789零〇○一二两三四五六七八九十百千万亿";

static NUMERALS: LazyLock<Letters> = LazyLock::new(|| LETTERS.chars().collect());

/// Whether a character may occur in a Chinese numeral.
fn numeral_letter(c: char) -> bool {
    !c.is_ascii() && (digit(c).is_some() || power(c).is_some())
}

/// Positions at which a number with a unit may begin, in order. `counted` contains the first characters of units.
pub fn beginnings<'p>(plain: &'p Plain<'_>, counted: &'p Letters) -> impl Iterator<Item = usize> + use<'p> {
    let numerals = &*NUMERALS;
    let letters = plain.chars.iter().enumerate().filter(|(_, c)| numerals.has(**c));
    letters.map(|(at, _)| at).filter(|at| begins(plain, *at, counted))
}

/// Whether a number with a unit may begin here: digits, or a Chinese numeral followed by another numeral, a unit or a word for
/// inexactness. 进一步 and 一是 are not numbers.
fn begins(plain: &Plain<'_>, at: usize, counted: &Letters) -> bool {
    let c = plain.chars[at];
    if c.is_ascii_digit() {
        // Only the first digit of a number, and no dates.
        let digit = |i: usize| plain.chars.get(i).is_some_and(char::is_ascii_digit);
        let end = (at..at + LONGEST).find(|i| !digit(*i)).unwrap_or(at);
        let goes_on = at > 0 && digit(at - 1);
        return !goes_on && !matches!(plain.chars.get(end), Some('年' | '月' | '日'));
    }
    let numeral = |c: char| digit(c).is_some() || power(c).is_some();
    let followed = |c: char| numeral(c) || c.is_ascii_digit() || counted.has(c) || words().about.begins.has(c);
    numeral(c) && plain.chars.get(at + 1).is_some_and(|next| followed(*next))
}

/// The number with a unit at a position, and the position after it.
pub fn stated_number(plain: &Plain<'_>, at: usize, units: &[Word]) -> Option<(StatedNumber, usize)> {
    let about = &words().about;
    let mut sense = Sense::Exactly;
    let senses = [(&about.around, Sense::Around), (&about.above, Sense::Above), (&about.below, Sense::Below)];
    let meant = |at: usize| {
        let found = senses.iter().filter_map(|(words, sense)| Some((plain.longest(at, words)?, *sense)));
        found.max_by_key(|(word, _)| word.len()).map(|(word, sense)| (word.chars().count(), sense))
    };
    let mut at = at;
    if let Some((length, meant)) = meant(at) {
        (sense, at) = (meant, at + length);
    }
    let (mut number, mut place, mut end) = numeral(&plain.chars, at)?;
    let before = at.checked_sub(1).and_then(|i| plain.chars.get(i));
    if before.is_some_and(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '~' | '～' | '—' | '第' | '.')) {
        return None;
    }
    if let Some((length, meant)) = meant(end) {
        (sense, end) = (meant, end + length);
        if let Some(by) = plain.chars.get(end).and_then(|c| power(*c)) {
            (number, place) = (number.checked_mul(by.into())?, place.checked_mul(by.into())?);
            end += 1;
        }
    }
    end = units.iter().find_map(|u| plain.word(end, u, 0))?;
    if let Some((length, meant)) = meant(end).filter(|(length, _)| *length > 1) {
        (sense, end) = (meant, end + length);
    }
    // 数十件, 几百件, 上百件 and 百十件 contain no number; 近百件 and 百余件 contain an approximate one.
    let vague = before.is_some_and(|c| words().about.vague.contains(*c));
    let bare = power(plain.chars[at]).is_some_and(|by| by >= 100) && sense == Sense::Exactly;
    if power(plain.chars[at]).is_some() && vague || bare {
        return None;
    }
    Some((StatedNumber { number, place, sense }, end))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form::Letter;

    fn read(text: &str) -> Option<(String, usize)> {
        let chars: Vec<char> = text.chars().collect();
        numeral(&chars, 0).map(|(n, _, end)| (n.normalize().to_string(), end))
    }

    #[test]
    fn letters_of_numerals_are_all_known() {
        let is = |c: &char| digit(*c).is_some() || power(*c).is_some();
        assert_eq!((char::MIN..=char::MAX).filter(is).count(), LETTERS.chars().filter(is).count());
        assert_eq!(LETTERS.chars().count(), LETTERS.chars().filter(is).count());
    }

    #[test]
    fn numerals_in_figures_and_in_words() {
        for (text, number) in [
            ("三百二十一件", "321"),
            ("两千零五", "2005"),
            ("两千五", "2500"),
            ("十件", "10"),
            ("十五", "15"),
            ("二十", "20"),
            ("一百零三", "103"),
            ("一万二千", "12000"),
            ("三十二万", "320000"),
            ("一亿零五万", "100050000"),
            ("二〇二四", "2024"),
            ("零", "0"),
            ("1.2万", "12000"),
            ("12345余", "12345"),
            ("218,975件", "218975"),
            ("3千", "3000"),
            ("0.352万", "3520"),
            ("12,", "12"),
        ] {
            assert_eq!(read(text).map(|r| r.0).as_deref(), Some(number), "{text}");
        }
        for text in
            ["", "件", "99999999999999999999999999999", "1万2千", "一二十", "三五件", "两三件", "二三十件", "三四百件"]
        {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn a_number_denies_what_is_plainly_another() {
        let unit = vec![vec![Letter::Is('件')]];
        let denies = |text: &str, figure: i64| {
            stated_number(&Plain::new(text), 0, &unit).unwrap().0.denies(figure.into(), Decimal::ONE)
        };
        for (text, figure) in [
            ("12件", 12),
            ("约300件", 321),
            ("12345余件", 12399),
            ("1.2万件", 12406),
            ("21.9万件", 218_975),
            ("近百件", 97),
        ] {
            assert!(!denies(text, figure), "{text} {figure}");
        }
        for (text, figure) in
            [("12件", 13), ("约300件", 30), ("1000余件", 80), ("1.2万件", 2406), ("0件", 3), ("3件", 0)]
        {
            assert!(denies(text, figure), "{text} {figure}");
        }
    }

    #[test]
    fn ranges_codes_and_other_units_are_no_numbers() {
        let unit = vec![vec![Letter::Is('件')]];
        for text in ["3-5件", "3至5件", "若干件", "12345号", "3人次", "第3件", "百件", "百十件", "十几件", "几十件"]
        {
            assert_eq!(stated_number(&Plain::new(text), 0, &unit), None, "{text}");
        }
        // After a word that may occur between the words of a phrase: 申请数十件.
        for text in ["数十件", "数百余件", "几十件", "上百件", "过百件"] {
            assert_eq!(stated_number(&Plain::new(text), 1, &unit), None, "{text}");
        }
        assert!(stated_number(&Plain::new("数12件"), 1, &unit).is_some());
    }
}
