//! P603: placeholders that were never filled in, and remarks to a colleague.
//!
//! Takes all texts of a report, returns one finding per placeholder: a waiver covers one finding, so a finding must never concern
//! a second one. Reports only what certainly does not belong in a final
//! text: a masked figure or name, an empty bracket, an instruction, a remark that is a whole clause or bracket, a version after a
//! title. The same words inside an ordinary sentence are not reported.

mod remark;

use std::collections::BTreeMap;

use super::plain::{Plain, any};
use super::{Passage, spoken};
use crate::check::texts;
use crate::form::words;
use crate::model::{Code, Finding, Origins, Place, Report, finding};
use remark::{Separation, is_remark, is_version, version_behind};

/// Characters quoted before a placeholder, and after it.
const BEFORE: usize = 8;
const BEHIND: usize = 3;
/// Longest bracket content that is examined.
const BRACKET: usize = 40;
/// Longest clause or paragraph that may be a remark as a whole, and longest line that may be a title.
const REMARK: usize = 24;
const TITLE: usize = 60;
/// Most characters of a run of masks that are examined.
const RUN: usize = 64;
/// Fewest masks that replace a whole number; also the most digits examined before a mask.
const NUMBER: usize = 5;
/// Longest word in Latin letters that is examined.
const LATIN: usize = 32;

/// Brackets, and whether an instruction or a field name inside them is certainly a placeholder.
const BRACKETS: [(char, char, bool); 10] = [
    ('【', '】', true),
    ('〔', '〕', true),
    ('[', ']', true),
    ('{', '}', true),
    ('<', '>', true),
    ('＜', '＞', true),
    ('〈', '〉', true),
    ('「', '」', true),
    ('（', '）', false),
    ('《', '》', false),
];

/// Start and end of a placeholder, in characters.
type Span = (usize, usize);

pub(super) fn check(report: &Report, origins: &Origins, passages: &[Passage<'_>]) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    let mut cover = false;
    // Both lists are in reading order; `texts` also contains headings and the cover.
    let mut passages = passages.iter().peekable();
    for (place, text) in texts(report) {
        // The title contains the agency, so both count as one place.
        if place == Place::Title && cover {
            continue;
        }
        let fresh;
        let plain = match passages.next_if(|p| p.place == place) {
            Some(passage) => &passage.plain,
            None => {
                fresh = Plain::new(text);
                &fresh
            }
        };
        let found = placeholders(plain, matches!(place, Place::Title | Place::Fact(_)));
        if found.is_empty() {
            continue;
        }
        cover |= place == Place::Title;
        let source = origins.source(place).cloned();
        let at = spoken(&report.form, place, source.as_ref());
        for quote in found.into_iter().map(|span| quoted(plain, span)) {
            let message = format!("{at}有没有填完的字样“{quote}”");
            let hint = "公布前请填好、改好或者删去；确实要照原样公布的，写进豁免文件";
            findings.push(finding(Code::P603, message).at(source.clone()).found(quote).hint(hint));
        }
    }
    number_equal(&mut findings);
    findings
}

/// Numbers findings with equal messages. Otherwise one waiver would cover them all.
fn number_equal(findings: &mut [Finding]) {
    let mut count: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for item in &*findings {
        count.entry(item.message.clone()).or_default().0 += 1;
    }
    for item in findings {
        if let Some((all, nth)) = count.get_mut(&item.message).filter(|(all, _)| *all > 1) {
            *nth += 1;
            item.message.push_str(&format!("（同样的有 {all} 处，这是第 {nth} 处）"));
        }
    }
}

fn quoted<'t>(plain: &Plain<'t>, (from, to): Span) -> &'t str {
    let start = plain.clause(from).max(from.saturating_sub(BEFORE));
    let end = (to..plain.chars.len().min(to + BEHIND)).find(|i| plain.ends_at(*i));
    plain.quote(start, end.unwrap_or(to + BEHIND))
}

/// All placeholders of a text in order. `cover`: the text is a title, a name, a date or the like and not a sentence.
fn placeholders(plain: &Plain<'_>, cover: bool) -> Vec<Span> {
    let count = plain.chars.len();
    let mut found: Vec<Span> = Vec::new();
    if let Some(span) = whole(plain, cover) {
        return vec![span];
    }
    let d = &words().drafts;
    let mut at = 0;
    while at < count {
        let c = plain.chars[at];
        let end = if d.begins.has(c) {
            mask(plain, at, cover).or_else(|| instruction(plain, at)).or_else(|| date(plain, at))
        } else {
            bracket(plain, at, cover)
        };
        let end = end.or_else(|| if d.remarks.has(c) { clause(plain, at) } else { None });
        if let Some(end) = end {
            found.push((at, end));
        }
        at = end.unwrap_or(at).max(at + 1);
    }
    found
}

/// The whole text, if it is nothing but a remark, an instruction or a version name.
fn whole(plain: &Plain<'_>, cover: bool) -> Option<Span> {
    let (d, count) = (&words().drafts, plain.chars.len());
    if count == 0 || count > TITLE {
        return None;
    }
    let text: String = plain.chars.iter().collect();
    let text = text.trim_end_matches(|c: char| !c.is_alphanumeric() && c != '）');
    let short = count <= REMARK;
    let instructs = d.instruct.iter().any(|w| text.starts_with(w.as_str()))
        && any(text, &d.instructs)
        && any(text, &d.fields)
        && !any(text, &d.applies)
        && !text.contains('。');
    let version = || version_behind(text) || cover && d.versions.iter().any(|v| text.ends_with(v.as_str()));
    let line = plain.chars.iter().all(|c| !matches!(c, '。' | '；' | '！' | '？' | '，'));
    (short
        && (is_remark(text, Separation::Alone) || instructs || is_version(text) || remark::begins_with_version(text))
        || line && version())
    .then_some((0, count))
}

/// The end of a run of masks that begins at `at`, if it replaces a figure or a name.
fn mask(plain: &Plain<'_>, at: usize, cover: bool) -> Option<usize> {
    let d = &words().drafts;
    let c = plain.chars[at];
    let set = [&d.masks, &d.blanks, &d.weak].into_iter().find(|set| set.contains(c))?;
    let (blank, weak) = (set == &d.blanks, set == &d.weak);
    if at > 0 && set.contains(plain.chars[at - 1]) {
        return None;
    }
    let masked = |i: usize| plain.chars.get(i).is_some_and(|c| set.contains(*c));
    // XX.X% is one figure.
    let goes_on = |i: &usize| masked(*i) || plain.chars.get(*i) == Some(&'.') && masked(*i + 1);
    let last = plain.chars.len().min(at + RUN);
    let end = (at..last).find(|i| !goes_on(i)).unwrap_or(last);
    let length = end - at;
    let digits = plain.chars[..at].iter().rev().take(NUMBER).take_while(|c| c.is_ascii_digit()).count();
    let before = at.checked_sub(digits + 1).map(|i| plain.chars[i]);
    let after = plain.chars.get(end).copied();
    // Part of an address or a file name, or of a number whose middle digits are hidden.
    let latin = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '@' | '/' | '_' | '=' | '&' | '+');
    if before.is_some_and(latin) || after.is_some_and(|c| latin(c) || c == '-') {
        return None;
    }
    let numeral = |c: Option<char>| c.is_some_and(|c| d.numerals.contains(c));
    if weak && (numeral(before) || numeral(after)) {
        return None;
    }
    let unit = has_unit(plain, end);
    let year = digits + length == 4 && digits < 4 && after == Some('年');
    let figure = digits == 0 && unit && (length >= 2 || !weak && !numeral(before));
    let line = blank && length >= if unit { 2 } else { 3 };
    let name = !weak && length >= 2 && digits == 0 && plain.longest(end, &d.organs).is_some() && leads(plain, at);
    let closed = plain.ends_at(end) || matches!(after, Some('、' | '”'));
    let number = length >= NUMBER && digits == 0 && closed && matches!(before, Some('-' | '—' | '：'));
    let labelled = length >= 2 && digits == 0 && closed && before == Some('：') && field_before(plain, at - 1);
    let surname = before.is_some_and(|c| words().mailbox.surnames.contains(c));
    let alone = length >= 2 && digits == 0 && (cover && !surname || at == 0 && end == plain.chars.len());
    // 总数为××。
    let sum = !weak && length >= 2 && digits == 0 && closed && before.is_some_and(|c| d.before_figures.contains(c));
    (year || figure || line || name || number || labelled || sum || !weak && alone).then_some(end)
}

/// Whether a counting unit begins at `at`.
fn has_unit(plain: &Plain<'_>, at: usize) -> bool {
    let d = &words().drafts;
    plain.longest(at, &d.units).is_some() && plain.longest(at, &d.no_units).is_none()
}

/// Whether the text before a masked name makes it the agency's own or its superior's; 原告诉××局 names a party instead.
fn leads(plain: &Plain<'_>, at: usize) -> bool {
    let before = plain.before(plain.sentence(at), at);
    before.is_empty() || words().drafts.leads.iter().any(|w| before.ends_with(w.as_str()))
}

/// Whether a field name is located before a colon.
fn field_before(plain: &Plain<'_>, colon: usize) -> bool {
    let label = plain.before(plain.clause(colon.saturating_sub(1)), colon);
    words().drafts.fields.iter().any(|w| label.ends_with(w.as_str()))
}

/// The end of a bracket that contains only a placeholder, an instruction, a remark or a version name.
fn bracket(plain: &Plain<'_>, at: usize, cover: bool) -> Option<usize> {
    let (open, close, square) = BRACKETS.into_iter().find(|(open, ..)| *open == plain.chars[at])?;
    let rest = plain.chars[at + 1..].iter().take(BRACKET);
    let length = rest.take_while(|c| **c != close && **c != open).count();
    let end = at + 1 + length;
    let before = at.checked_sub(1).map(|i| plain.chars[i]);
    if plain.chars.get(end) != Some(&close) || before.is_some_and(|c| c.is_ascii_alphanumeric() && open.is_ascii()) {
        return None;
    }
    let d = &words().drafts;
    let content = plain.after(at + 1, end);
    let only = |set: &str| content.chars().all(|c| set.contains(c));
    let empty = only("？…·-—") || only(&d.blanks) || square && only(&d.masks);
    let counted = only(&d.masks) && has_unit(plain, end + 1);
    if empty || counted {
        return Some(end + 1);
    }
    if open == '《' {
        return None;
    }
    let instructs = d.instruct.iter().any(|w| content.starts_with(w.as_str()))
        && (square || any(&content, &d.instructs) && !any(&content, &d.applies));
    let field = square && d.fields.contains(&content);
    let version = || {
        let line = plain.chars.len() <= TITLE && !plain.chars.iter().any(|c| matches!(c, '。' | '；' | '，'));
        let edge = at == 0 || end + 1 == plain.chars.len();
        is_version(&content) && (square || cover || at == 0 || line && edge && before != Some('》'))
    };
    (instructs || field || is_remark(&content, Separation::Alone) || version()).then_some(end + 1)
}

/// The end of an instruction that begins at `at` and is one in any position of a sentence.
fn instruction(plain: &Plain<'_>, at: usize) -> Option<usize> {
    let d = &words().drafts;
    if let Some(word) = plain.longest(at, &d.certain) {
        return Some(at + word.chars().count());
    }
    if let Some(word) = plain.longest(at, &d.fill_in) {
        let end = at + word.chars().count();
        let behind = plain.after(end, plain.sentence_end(at));
        let blank = has_unit(plain, end) || plain.longest(end, &d.fields).is_some();
        return (blank && !any(&behind, &d.applies)).then_some(end);
    }
    let latin = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '.' | '@' | '/' | '_' | '-');
    if !plain.chars[at].is_ascii_alphabetic() || at > 0 && latin(&plain.chars[at - 1]) {
        return None;
    }
    let word: String = plain.chars[at..].iter().take(LATIN + 1).take_while(|c| latin(c)).collect();
    d.latin.contains(&word.to_ascii_lowercase()).then_some(at + word.len())
}

/// The end of a date without month or day: 2025年月日, 1月日. `at` is the position of its first 年 or 月.
fn date(plain: &Plain<'_>, at: usize) -> Option<usize> {
    let word = plain.longest(at, &words().drafts.dates)?;
    let end = at + word.chars().count();
    let digit = at > 0 && plain.chars[at - 1].is_ascii_digit();
    let whole = at == 0 && end == plain.chars.len();
    // In 5月日均 the word continues.
    let hole = plain.ends_at(end) || word.chars().count() == 3;
    (digit && hole || whole).then_some(end)
}

/// The end of a clause that begins at `at` and is nothing but a remark: ，数字待核。
fn clause(plain: &Plain<'_>, at: usize) -> Option<usize> {
    if plain.clause(at) != at {
        return None;
    }
    let end = (at..plain.chars.len().min(at + REMARK + 1)).find(|i| plain.ends_at(*i));
    let end = end.or((plain.chars.len() <= at + REMARK).then_some(plain.chars.len()))?;
    let labelled = at > 0 && plain.chars[at - 1] == '：';
    let closes = plain.sentence_end(at) == end;
    let separation =
        if closes && (labelled || plain.sentence(at) == at) { Separation::AsSentence } else { Separation::InSentence };
    (end > at && is_remark(&plain.after(at, end), separation)).then_some(end)
}

#[cfg(test)]
mod tests;
