//! Searches a text for numbers and e-mail addresses of persons.
//!
//! Takes a text, gives each datum with its kind and its range of characters. Never looks at more than one text.

use std::ops::Range;

use super::context::{NEAR, calls, is_identity_named, is_separate, label};
use super::digits::{called_identity, identity, luhn};
use super::{Datum, PersonalData, mailbox};
use crate::form::words;
use crate::model::half_width;

/// Fewest digits of a number.
const SHORTEST: usize = 11;
/// Most groups of digits in one number: 6222 0212 3456 7890 123.
const GROUPS: usize = 5;

/// Private data in a text, each also masked for quoting, and e-mail addresses of the office. `contact`: the text only states how the
/// agency is reached.
pub(super) fn numbers_and_addresses(text: &str, contact: bool) -> Vec<Datum> {
    located(text, contact).into_iter().map(|(datum, _)| datum).collect()
}

/// The same in the order of the text, each with its range of characters.
pub(super) fn located(text: &str, contact: bool) -> Vec<(Datum, Range<usize>)> {
    let mut found = Vec::new();
    if !may_contain(text) {
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
            if !(SHORTEST..=19).contains(&lengths.iter().sum::<usize>()) {
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

/// Whether a text has an address or the digits of a number, which most texts do not. Its bytes exclude most of these already: full-width
/// characters begin with one byte that few others begin with.
fn may_contain(text: &str) -> bool {
    const FULL_WIDTH: u8 = 0xEF;
    let mut digits = 0;
    for byte in text.bytes() {
        match byte {
            b'@' => return true,
            b'0'..=b'9' | FULL_WIDTH => digits += 1,
            _ => {}
        }
    }
    digits >= SHORTEST && text.chars().filter(|c| half(*c).is_ascii_digit()).count() >= SHORTEST || text.contains('＠')
}

fn half(c: char) -> char {
    if c == '\u{3000}' { ' ' } else { half_width(c).unwrap_or(c) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<PersonalData> {
        numbers_and_addresses(text, false).into_iter().map(|d| d.kind).collect()
    }

    #[test]
    fn data_of_persons_and_numbers_of_things() {
        use PersonalData::{Card, Identity, Mail, Mobile};
        let cases: &[(&str, &[PersonalData])] = &[
            ("联系人张某，电话13800138000。", &[Mobile]),
            ("电话１３８００１３８０００", &[Mobile]),
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
