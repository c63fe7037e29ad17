//! What the characters around a number say about it: whether it is complete, a count, a code, or labelled as a telephone or
//! identity number.
//!
//! Takes the half-width characters of a text and the position of a number in them. Never looks at the digits themselves.

use super::PersonalData;
use crate::form::words;

/// Characters before a number that may contain the word for its kind.
pub(super) const NEAR: usize = 12;
/// Most characters of one clause, and most numbers of a list, that are searched backwards for that word.
const CLAUSE: usize = 40;
const LISTED: usize = 40;
/// Fewest digits of a telephone number.
const TELEPHONE: usize = 7;

/// Whether a number is neither part of a longer one, nor a count, nor a code.
pub(super) fn is_separate(chars: &[char], from: usize, to: usize, kind: PersonalData) -> bool {
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
pub(super) fn calls(label: &str) -> bool {
    words().private.calls.iter().any(|word| label.contains(word.as_str()))
}

/// The label of a number, which is the text directly before it: in the same clause, after any other number there, because
/// 邮政编码：471000，手机 labels two. In a list of numbers the label is before the first.
pub(super) fn label(chars: &[char], from: usize) -> String {
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

/// Whether the text before a number calls it an identity number.
pub(super) fn is_identity_named(label: &str) -> bool {
    let private = &words().private;
    let label = private.no_identity.iter().fold(label.to_owned(), |label, w| label.replace(w.as_str(), ""));
    private.identity.iter().any(|w| label.contains(w.as_str()))
}
