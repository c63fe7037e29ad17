//! P601: personal data: resident identity numbers, mobile numbers, bank card numbers, private e-mail addresses.
//!
//! An identity or card number is reported only if its check digit is valid (GB 11643, Luhn), and any number only if no word marks
//! it as a count or a code. A number that is called an identity number may be mistyped, see [`called_identity`]. [`mailbox`]
//! decides whose an e-mail address is. Findings quote a number without its middle, so that they do not disclose it.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::{mailbox, spoken};
use crate::check::texts;
use crate::form::words;
use crate::model::half_width;
use crate::model::{Code, Fact, Finding, Origins, Place, Report, Source, days_of_month, finding};

/// Characters before a number that may contain the word for its kind.
const NEAR: usize = 12;
/// Most characters of one clause, and most numbers of a list, that are searched backwards for that word.
const CLAUSE: usize = 40;
const LISTED: usize = 40;
/// Fewest digits of a telephone number.
const TELEPHONE: usize = 7;
/// Most groups of digits in one number: 6222 0212 3456 7890 123.
const GROUPS: usize = 5;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum PersonalData {
    Identity,
    Mobile,
    Card,
    Mail,
    /// An e-mail address of the office, which is not private.
    Office,
}

impl PersonalData {
    const PRIVATE: [PersonalData; 4] =
        [PersonalData::Identity, PersonalData::Mobile, PersonalData::Card, PersonalData::Mail];

    fn name(self) -> &'static str {
        match self {
            PersonalData::Identity => "公民身份号码",
            PersonalData::Mobile => "手机号码",
            PersonalData::Card => "银行卡号",
            PersonalData::Mail | PersonalData::Office => "个人邮箱",
        }
    }
}

/// A number or an address in a text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Datum {
    kind: PersonalData,
    /// The whole number or address, which no message contains.
    whole: String,
    /// The same, masked for quoting.
    quoted: String,
}

/// One finding for each number or address in each place: a waiver covers one finding, so a finding must never concern a second
/// one that the author of the waiver did not see. The same number that occurs again in a place discloses nothing more.
pub(super) fn check(report: &Report, origins: &Origins) -> Vec<Finding> {
    struct Found {
        at: String,
        source: Option<Source>,
        datum: Datum,
        times: usize,
    }
    let mut found: Vec<Found> = Vec::new();
    let mut known: BTreeMap<(String, Datum), usize> = BTreeMap::new();
    // For each place, kind and quotation: the number of different data, and of those already reported.
    let mut alike: BTreeMap<(String, PersonalData, String), (usize, usize)> = BTreeMap::new();
    for (place, text) in texts(report) {
        let mut all = numbers_and_addresses(text, place == Place::Fact(Fact::Contact));
        all.retain(|d| PersonalData::PRIVATE.contains(&d.kind));
        all.sort_by_key(|d| d.kind);
        for datum in all {
            let source = origins.source(place).cloned();
            let at = spoken(&report.form, place, source.as_ref());
            let i = *known.entry((at.clone(), datum.clone())).or_insert(found.len());
            match found.get_mut(i) {
                // The title contains the agency.
                Some(same) => same.times += usize::from(place != Place::Title),
                None => {
                    alike.entry((at.clone(), datum.kind, datum.quoted.clone())).or_default().0 += 1;
                    found.push(Found { at, source, datum, times: 1 });
                }
            }
        }
    }
    let finding = |Found { at, source, datum: Datum { kind, quoted, .. }, times }| {
        let mut message = format!("{at}有{}“{quoted}”", kind.name());
        if times > 1 {
            message.push_str(&format!("，写了 {times} 次"));
        }
        // Otherwise the messages would be equal, and one waiver would cover all.
        if let Some((all, nth)) = alike.get_mut(&(at, kind, quoted.clone())).filter(|(all, _)| *all > 1) {
            *nth += 1;
            message.push_str(&format!("（只有遮去的部分不同的有 {all} 个，这是第 {nth} 个）"));
        }
        let hint = "公布前请删去或改用办公电话、单位邮箱，个人信息不能公开";
        finding(Code::P601, message).at(source).found(quoted).hint(hint)
    };
    found.into_iter().map(finding).collect()
}

/// Personal data that no text of a report contains but that its sources or the findings of its reading contain: in the name of a
/// sheet, or in text that was not adopted. Open data contains these too, so they are findings as those in the texts are; in the
/// findings that quote them they are masked.
pub(in crate::check) fn beside(report: &Report, origins: &Origins, findings: &mut [Finding]) -> Vec<Finding> {
    // An address that a text states as the office's remains the office's wherever part of that text is quoted.
    let stated = texts(report)
        .flat_map(|(place, text)| numbers_and_addresses(text, place == Place::Fact(Fact::Contact)).into_iter());
    // Compared whole: another number with the same beginning and end was neither seen nor waived.
    let known: BTreeSet<(PersonalData, String)> =
        stated.map(|d| (if d.kind == PersonalData::Office { PersonalData::Mail } else { d.kind }, d.whole)).collect();
    let mut found: Vec<(Datum, Option<Source>)> = Vec::new();
    let mut note = |text: &str, source: Option<&Source>| {
        for datum in numbers_and_addresses(text, false).into_iter().filter(|d| d.kind != PersonalData::Office) {
            if !known.contains(&(datum.kind, datum.whole.clone())) && found.iter().all(|(d, _)| *d != datum) {
                found.push((datum, source.cloned()));
            }
        }
    };
    for (source, written) in origins.of_words() {
        note(&source.sheet, Some(source));
        note(written, Some(source));
    }
    origins.of_values().for_each(|source| note(&source.sheet, Some(source)));
    for finding in findings {
        finding.source.iter().chain(&finding.related).for_each(|source| note(&source.sheet, Some(source)));
        let source = finding.source.clone();
        let others = [&mut finding.found, &mut finding.expected, &mut finding.hint];
        for text in std::iter::once(&mut finding.message).chain(others.into_iter().flatten()) {
            note(text, source.as_ref());
            *text = with_masks(text);
        }
    }
    let finding = |(Datum { kind, quoted, .. }, source): (Datum, Option<Source>)| {
        let at = source.as_ref().map_or(String::new(), |s| with_masks(&format!("{s} ")));
        let message = format!("{at}有{}“{quoted}”，不在报告的文字里，但 JSON 的出处或提示会带出它", kind.name());
        let hint = "请从工作表名、文本框或不公布的格子里删去，个人信息不能公开";
        finding(Code::P601, message).at(source).found(quoted).hint(hint)
    };
    found.into_iter().map(finding).collect()
}

/// A text with private data masked.
fn with_masks(text: &str) -> String {
    let mut masked: Vec<char> = text.chars().collect();
    let private = located(text, false).into_iter().filter(|(d, _)| d.kind != PersonalData::Office);
    for (datum, range) in private.collect::<Vec<_>>().into_iter().rev() {
        masked.splice(range, datum.quoted.chars());
    }
    masked.into_iter().collect()
}

/// Private data in a text, each also masked for quoting, and e-mail addresses of the office. `contact`: the text only states how the
/// agency is reached.
fn numbers_and_addresses(text: &str, contact: bool) -> Vec<Datum> {
    located(text, contact).into_iter().map(|(datum, _)| datum).collect()
}

/// The same in the order of the text, each with its range of characters.
fn located(text: &str, contact: bool) -> Vec<(Datum, Range<usize>)> {
    let mut found = Vec::new();
    // Most texts have neither a long number nor an address.
    let digits = text.chars().filter(|c| half(*c).is_ascii_digit()).count();
    let at = text.contains(['@', '＠']);
    if digits < 11 && !at {
        return found;
    }
    let chars: Vec<char> = text.chars().map(half).collect();
    let mut i = 0;
    while i < chars.len() {
        if chars[i].is_ascii_digit() {
            let groups = groups(&chars, i);
            let end = groups.last().map_or(i + 1, |(_, end)| *end);
            numbers(&chars, &groups, &mut found);
            i = end.max(i + 1);
            continue;
        }
        if chars[i] == '@' {
            found.extend(mail(&chars, i, contact));
        }
        i += 1;
    }
    found
}

fn half(c: char) -> char {
    if c == '\u{3000}' { ' ' } else { half_width(c).unwrap_or(c) }
}

/// The runs of digits from a position on that are separated only by spaces, hyphens, dots or dashes: start and end of each.
fn groups(chars: &[char], at: usize) -> Vec<(usize, usize)> {
    let mut out = Vec::new();
    let mut i = at;
    loop {
        let start = i;
        while chars.get(i).is_some_and(char::is_ascii_digit) {
            i += 1;
        }
        // The check digit of an identity number.
        if i - start >= 3 && matches!(chars.get(i), Some('X' | 'x')) {
            i += 1;
        }
        out.push((start, i));
        let mark = |i: usize| matches!(chars.get(i), Some(' ' | '-' | '.' | '·' | '—' | '–'));
        i += if chars.get(i) == Some(&' ') && chars.get(i + 1) == Some(&' ') { 2 } else { 1 };
        if !(mark(i - 1) && chars.get(i).is_some_and(char::is_ascii_digit)) {
            return out;
        }
    }
}

fn numbers(chars: &[char], groups: &[(usize, usize)], found: &mut Vec<(Datum, Range<usize>)>) {
    let mut next = 0;
    while next < groups.len() {
        let most = GROUPS.min(groups.len() - next);
        // Whole groups only: part of a longer number is not a number.
        let hit = (1..=most).find_map(|count| {
            let run = &groups[next..next + count];
            let lengths: Vec<usize> = run.iter().map(|(a, b)| b - a).collect();
            if !(11..=19).contains(&lengths.iter().sum::<usize>()) {
                return None;
            }
            let number: String = run.iter().flat_map(|(a, b)| &chars[*a..*b]).collect();
            let kind = kind(&number, &lengths, chars, run[0].0)?;
            if !is_separate(chars, run[0].0, run[count - 1].1, kind) {
                return None;
            }
            let datum = Datum { kind, quoted: masked(&number), whole: number.to_ascii_uppercase() };
            Some((count, datum, run[0].0..run[count - 1].1))
        });
        match hit {
            Some((count, datum, range)) => {
                found.push((datum, range));
                next += count;
            }
            None => next += 1,
        }
    }
}

/// Whether a number is neither part of a longer one, nor a count, nor a code.
fn is_separate(chars: &[char], from: usize, to: usize, kind: PersonalData) -> bool {
    let before = from.checked_sub(1).map(|i| chars[i]);
    let after = chars.get(to).copied();
    // A comma continues a number only if three digits follow. Full-width characters are already half-width here.
    let digits = chars[to..].iter().skip(1).take_while(|c| c.is_ascii_digit()).count();
    let decimal = matches!(after, Some('.' | ',' | '/'))
        && chars.get(to + 1).is_some_and(|c| c.is_ascii_alphanumeric())
        && (after != Some(',') || digits == 3)
        && !(after == Some('/') && telephone(chars[to + 1..].iter()));
    let beside = match before {
        Some('/') => true,
        Some('-') => calls(&label(chars, from)),
        _ => false,
    };
    // A number may directly follow a word for a telephone, or another number.
    let prefixed = called(chars, from) || beside && telephone(chars[..from - 1].iter().rev());
    let (private, near) = (&words().private, label(chars, from));
    let label_has = |all: &[String]| all.iter().any(|w| near.contains(w.as_str()));
    // Nothing else looks like an identity number, so a unit after one is ignored; after 手机 the word 号 is not a unit.
    let counted = kind != PersonalData::Identity && !calls(&near) && counted(&chars[to..]);
    let code = label_has(&private.codes) && !(kind == PersonalData::Identity && label_has(&private.identity));
    (prefixed
        || !before.is_some_and(joined) && !before.is_some_and(|c| c == '-' && from >= 2 && joined(chars[from - 2])))
        && !decimal
        && !after.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_' || c == '@')
        && !counted
        && !code
}

/// Whether a character next to digits makes them part of something longer: an address, a name, a number with a point.
fn joined(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '/' | '=' | '&' | '@')
}

/// Whether only a telephone number is next to a slash: 0379-63950000/13800138000, not example.cn/a/13800138000.
fn telephone<'c>(beside: impl Iterator<Item = &'c char>) -> bool {
    let mut beside = beside.peekable();
    let mut digits = 0;
    while let Some(c) = beside.next_if(|c| c.is_ascii_digit() || **c == '-') {
        digits += usize::from(c.is_ascii_digit());
    }
    (TELEPHONE..=TELEPHONE + 5).contains(&digits) && !beside.peek().is_some_and(|c| joined(**c))
}

/// Whether a Latin word for a telephone directly precedes a number: Tel13800138000.
fn called(chars: &[char], from: usize) -> bool {
    let letters = chars[..from].iter().rev().take(NEAR).take_while(|c| c.is_ascii_alphabetic()).count();
    let word: String = chars[from - letters..from].iter().map(char::to_ascii_lowercase).collect();
    let alone = from.checked_sub(letters + 1).is_none_or(|i| !joined(chars[i]));
    letters > 0 && alone && words().private.calls.contains(&word)
}

/// Whether a unit follows a number, so that it is a count. A surname before a title is not a unit.
fn counted(rest: &[char]) -> bool {
    let private = &words().private;
    let rest: String = rest.iter().take(6).filter(|c| !c.is_whitespace()).collect();
    // 13800138000余次, 13900000000（元）.
    let rest = rest.trim_start_matches(['余', '多', '(']);
    let begins = |text: &str, all: &[String]| all.iter().any(|w| text.starts_with(w.as_str()));
    let unit = |text: &str| {
        let behind = private.counted.iter().filter_map(|w| text.strip_prefix(w.as_str()));
        behind.into_iter().any(|behind| !begins(behind, &private.titles))
    };
    // 万 makes a count at the end of a clause or before a unit (万元), but not before other words, where it may be a surname.
    let power = private.powers.iter().find_map(|w| rest.strip_prefix(w.as_str()));
    unit(rest) || power.is_some_and(|behind| !behind.starts_with(char::is_alphabetic) || unit(behind))
}

/// Whether the text before a number labels it as a telephone number.
fn calls(label: &str) -> bool {
    words().private.calls.iter().any(|word| label.contains(word.as_str()))
}

/// The label of a number, which is the text directly before it: in the same clause, after any other number there, because
/// 邮政编码：471000，手机 labels two. In a list of numbers the label is before the first.
fn label(chars: &[char], from: usize) -> String {
    let ends = |c: char| matches!(c, '，' | '。' | '；' | '！' | '？' | '、' | ',' | ';' | '!' | '?' | '/' | '\n');
    let named = |part: &[char]| part.iter().filter(|c| c.is_alphabetic()).count() >= 2;
    let mut end = from;
    for _ in 0..LISTED {
        let farthest = end.saturating_sub(CLAUSE);
        let start = (farthest..end).rev().find(|i| ends(chars[*i])).map_or(farthest, |i| i + 1);
        let clause = &chars[start..end];
        let behind = clause.iter().rposition(char::is_ascii_digit).map_or(clause, |i| &clause[i + 1..]);
        if let Some(part) = [behind, clause].into_iter().find(|part| named(part)) {
            let words: Vec<char> = part.iter().copied().filter(|c| !c.is_ascii_digit()).collect();
            return words[words.len().saturating_sub(NEAR)..].iter().collect();
        }
        match start.checked_sub(1) {
            Some(i) if matches!(chars[i], '、' | '/') => end = i,
            _ => break,
        }
    }
    String::new()
}

/// The kind of a number, by its digits and by the text before it.
fn kind(number: &str, lengths: &[usize], chars: &[char], from: usize) -> Option<PersonalData> {
    let whole = lengths.len() == 1;
    if number.len() == 18
        && (whole || matches!(lengths, [6, 8, 4] | [6, 4, 4, 4] | [4, 4, 4, 4, 2] | [3, 3, 8, 4]))
        && identity(number)
    {
        return Some(PersonalData::Identity);
    }
    if whole && called_identity(number) && is_identity_named(&label(chars, from)) {
        return Some(PersonalData::Identity);
    }
    if number.bytes().any(|b| !b.is_ascii_digit()) {
        return None;
    }
    // With a country code, or with the 0 of a long-distance call.
    let calls = || calls(&label(chars, from));
    let plus = from > 0 && chars[from - 1] == '+';
    let abroad = number.strip_prefix("00").unwrap_or(number).strip_prefix("86");
    let local = abroad.filter(|rest| rest.len() == 11 && (plus || !whole || calls())).unwrap_or(number);
    let local = local.strip_prefix('0').filter(|rest| rest.len() == 11 && whole && calls()).unwrap_or(local);
    let grouped = matches!(
        lengths,
        [11] | [12] | [13] | [15] | [2 | 4, 11] | [2 | 4, 3, 4, 4] | [3, 4, 4] | [4, 3, 4] | [3, 8] | [5, 6]
    );
    if grouped && mailbox::is_mobile(local) {
        return Some(PersonalData::Mobile);
    }
    let private = &words().private;
    let near: String = chars[from.saturating_sub(NEAR)..from].iter().collect();
    let begins = |all: &[String]| all.iter().any(|p| number.starts_with(p.as_str()));
    let issued = begins(&private.cards)
        || begins(&private.cards_named) && private.card_words.iter().any(|w| near.contains(w.as_str()));
    let grouped = whole || lengths.iter().rev().skip(1).all(|l| *l == 4);
    ((16..=19).contains(&number.len()) && grouped && issued && luhn(number)).then_some(PersonalData::Card)
}

/// Whether eighteen characters are a resident identity number (GB 11643): region, date of birth, check digit.
fn identity(number: &str) -> bool {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    const CHECKS: [u8; 11] = *b"10X98765432";
    let bytes = number.as_bytes();
    if bytes.len() != 18 || bytes[..17].iter().any(|b| !b.is_ascii_digit()) {
        return false;
    }
    let part = |from: usize, to: usize| bytes[from..to].iter().fold(0u32, |n, b| n * 10 + u32::from(b - b'0'));
    let (year, month, day) = (part(6, 10), part(10, 12), part(12, 14));
    let sum: u32 = bytes[..17].iter().zip(WEIGHTS).map(|(b, w)| u32::from(b - b'0') * w).sum();
    let region = words().private.regions.iter().any(|r| number.starts_with(r.as_str()));
    region
        && (1900..2100).contains(&year)
        && (1..=12).contains(&month)
        && (1..=days_of_month(year, month)).contains(&day)
        && CHECKS[(sum % 11) as usize] == bytes[17].to_ascii_uppercase()
}

/// Whether the text before a number calls it an identity number.
fn is_identity_named(label: &str) -> bool {
    let private = &words().private;
    let label = private.no_identity.iter().fold(label.to_owned(), |label, w| label.replace(w.as_str(), ""));
    private.identity.iter().any(|w| label.contains(w.as_str()))
}

/// Whether a number that is called an identity number may be one: with a wrong check digit, one digit too many or too few, or
/// with the fifteen digits that were issued before 1999.
fn called_identity(number: &str) -> bool {
    let region = words().private.regions.iter().any(|r| number.starts_with(r.as_str()));
    let digit = |b: u8| b.is_ascii_digit();
    let born = |at: usize| {
        let century = number.get(at..at + 2);
        century == Some("19") || century == Some("20")
    };
    let old = || {
        let part = |from: usize| number.get(from..from + 2).and_then(|p| p.parse::<u32>().ok());
        part(8).is_some_and(|month| (1..=12).contains(&month)) && part(10).is_some_and(|day| (1..=31).contains(&day))
    };
    let digits = number.len().checked_sub(1).is_some_and(|last| number.bytes().take(last).all(digit));
    region
        && digits
        && match number.len() {
            15 => old(),
            18 => true,
            17 | 19 => born(6),
            _ => false,
        }
}

/// The Luhn check of card numbers.
fn luhn(number: &str) -> bool {
    let doubled = |n: u32| if n > 4 { 2 * n - 9 } else { 2 * n };
    let figures = number.bytes().rev().map(|b| u32::from(b.wrapping_sub(b'0')));
    let sum: u32 = figures.enumerate().map(|(i, n)| if i % 2 == 1 { doubled(n) } else { n }).sum();
    !number.is_empty() && sum.is_multiple_of(10) && number.bytes().any(|b| b != b'0')
}

/// A number with its middle masked.
fn masked(number: &str) -> String {
    // Digits and X only: bytes are letters.
    let (head, tail) = (3.min(number.len()), number.len().saturating_sub(4));
    format!("{}{}{}", &number[..head], "*".repeat(tail.saturating_sub(head)), &number[tail.max(head)..])
}

/// The address around an @ if its host is a public mail provider. A mobile number as user name is reported on any host.
fn mail(chars: &[char], at: usize, contact: bool) -> Option<(Datum, Range<usize>)> {
    const LONGEST: usize = 64;
    let local = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '+');
    let host = |c: &&char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
    // A space before the @ is ignored.
    let end = if at > 1 && chars[at - 1] == ' ' && local(&chars[at - 2]) { at - 1 } else { at };
    let length = chars[..end].iter().rev().take(LONGEST).take_while(|c| local(c)).count();
    let name: String = chars[end - length..end].iter().collect();
    let behind = chars[at + 1..].iter().take(LONGEST).take_while(host).count();
    let host: String = chars[at + 1..at + 1 + behind].iter().collect();
    let host = host.trim_end_matches(['.', '-']).to_ascii_lowercase();
    if mailbox::is_mobile(&name) && host.contains('.') {
        return Some((Datum { kind: PersonalData::Mobile, quoted: masked(&name), whole: name }, end - length..end));
    }
    let is = |h: &String| host == *h || host.strip_suffix(h.as_str()).is_some_and(|sub| sub.ends_with('.'));
    if name.trim_matches('.').is_empty() || !words().private.mail.iter().any(is) {
        return None;
    }
    let private = mailbox::is_private(&name, &host, chars, end - length, at + 1 + behind, contact);
    let shown: String = name.chars().take(2).collect();
    let kind = if private { PersonalData::Mail } else { PersonalData::Office };
    let range = end - length..at + 1 + host.chars().count();
    Some((Datum { kind, quoted: format!("{shown}***@{host}"), whole: format!("{name}@{host}") }, range))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<PersonalData> {
        numbers_and_addresses(text, false).into_iter().map(|d| d.kind).collect()
    }

    #[test]
    fn what_quotes_a_text_is_masked_where_the_data_are() {
        let text = "核对人：王某 138 1234 5678，信箱 zhangsan@qq.com，编号1381234";
        assert_eq!(with_masks(text), "核对人：王某 138****5678，信箱 zh***@qq.com，编号1381234");
    }

    #[test]
    fn identity_numbers_by_their_check() {
        for good in ["11010519491231002X", "440524188001010014", "11010519491231002x"] {
            assert_eq!(identity(good), !good.contains("1880"), "{good}");
        }
        for bad in
            ["110105194912310021", "11010519491331002X", "99010519491231002X", "1101051949123100", "11010520230229002X"]
        {
            assert!(!identity(bad), "{bad}");
        }
    }

    /// Numbers that card networks publish for tests.
    const CARDS: [&str; 6] = [
        "4111111111111111",
        "5555555555554444",
        "6011111111111117",
        "3530111333300000",
        "378282246310005",
        "6200000000000005",
    ];

    #[test]
    fn cards_have_a_check_digit_that_one_slip_breaks() {
        for card in CARDS {
            assert!(luhn(card), "{card}");
            for at in 0..card.len() {
                for digit in '0'..='9' {
                    let other = [&card[..at], &digit.to_string(), &card[at + 1..]].concat();
                    assert_eq!(luhn(&other), other == card, "{other}");
                }
                // Exchanged neighbours are found, except 0 and 9.
                if let [a, b] = card.as_bytes()[at..].first_chunk::<2>().copied().unwrap_or_default()
                    && a != b
                    && !matches!([a.min(b), a.max(b)], [b'0', b'9'])
                {
                    let exchanged = [&card[..at], &card[at + 1..at + 2], &card[at..=at], &card[at + 2..]].concat();
                    assert!(!luhn(&exchanged), "{exchanged}");
                }
            }
        }
        assert!(!luhn("") && !luhn("0000000000000000"));
    }

    #[test]
    fn data_of_persons_and_numbers_of_things() {
        use PersonalData::{Card, Identity, Mail, Mobile};
        let cases: &[(&str, &[PersonalData])] = &[
            ("联系人张某，电话13800138000。", &[Mobile]),
            ("电话138 0013 8000，或+8613800138000", &[Mobile, Mobile]),
            ("身份证11010519491231002X。", &[Identity]),
            ("身份证号110105194912310021的申请人", &[Identity]),
            ("公民身份号码：110105194912310020", &[Identity]),
            ("身份证号码为11010519491231002", &[Identity]),
            ("身份证110105491231002", &[Identity]),
            ("身份证号990105194912310021", &[]),
            ("办理身份证110105件", &[]),
            ("校验值110105194912310021", &[]),
            ("邮箱13800138000@163.com", &[Mobile]),
            ("邮箱：13800138000@lc.gov.cn", &[Mobile]),
            ("邮箱：1688service@example.com", &[]),
            ("邮箱：1800-123-45@example.com、13.800.1380@example.com", &[]),
            ("电子邮箱：ljszwgk@163.com", &[PersonalData::Office]),
            ("卡号4111111111111111", &[Card]),
            ("请发邮件至zhangsan@qq.com。", &[Mail]),
            ("lisi＠vip.163.com", &[Mail]),
            ("办公电话0379-63950000，邮箱kjj@lc.gov.cn", &[]),
            ("统一社会信用代码11410302005295781X", &[]),
            ("编号13800138000", &[]),
            ("点击量13800138000次", &[]),
            ("https://example.cn/13800138000", &[]),
            ("流水4111111111111111", &[]),
            ("关注微信@qq.com", &[]),
            ("12306、12345热线", &[]),
            ("2138001380001", &[]),
        ];
        for (text, expected) in cases {
            assert_eq!(kinds(text), *expected, "{text}");
        }
        assert_eq!(numbers_and_addresses("13800138000", false)[0].quoted, "138****8000");
    }
}
