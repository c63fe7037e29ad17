//! Whether some words are nothing but a remark to a colleague: 数字待核, 待财务科补充, 请核对, or the name of a version: 初稿.
//!
//! Takes the words of one clause, bracket or paragraph. It knows how a remark is made up, its words are data.

use super::super::plain::any;
use crate::form::words;

/// Where the words in question stand: the less they stand by themselves, the more must be said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stands {
    /// A whole paragraph, or a bracket.
    Alone,
    /// A whole sentence of a paragraph.
    AsSentence,
    /// One clause among others.
    InSentence,
}

/// Longest name of whoever is to do it.
const WHO: usize = 8;
/// Longest name of what it is done to.
const OBJECT: usize = 6;

pub(super) fn is_remark(text: &str, stands: Stands) -> bool {
    let d = &words().drafts;
    let text = text.trim_end_matches(|c: char| !c.is_alphanumeric());
    // 数据缺 is one word of either list: the longer reading is tried first.
    if stands != Stands::InSentence && d.alone.iter().any(|w| w == text) {
        return true;
    }
    let rest = without(text, &d.subjects, &d.still);
    let named = d.subjects.iter().any(|w| text[..text.len() - rest.len()].contains(w.as_str()));
    if named && d.alone.iter().any(|w| w == rest || w == without(text, &d.subjects, &[])) {
        return true;
    }
    let alone = stands == Stands::Alone;
    if let Some(rest) = rest.strip_prefix(d.waits.as_str()) {
        let deeds: &[&[String]] = match (alone, named) {
            (true, true) => &[&d.todo, &d.todo_apart, &d.todo_named],
            (true, false) => &[&d.todo, &d.todo_apart],
            (false, _) => &[&d.todo],
        };
        return (named || stands != Stands::InSentence) && (does(rest, deeds) || someone_does(rest, false));
    }
    let all: [&[String]; 3] = [&d.todo, &d.todo_apart, &d.todo_named];
    if let Some(rest) = rest.strip_prefix(d.asks.as_str()) {
        return alone && (does(rest, &all) || someone_does(rest, true));
    }
    let wanted = || d.wants.iter().filter_map(|w| rest.strip_prefix(w.as_str()));
    alone && named && wanted().any(|rest| does(rest, &all))
}

/// What is left of a text behind all words of two lists that it begins with.
fn without<'t>(text: &'t str, first: &[String], second: &[String]) -> &'t str {
    let mut rest = text;
    let longest = |rest: &str| {
        let words = first.iter().chain(second).filter(|w| rest.starts_with(w.as_str()));
        words.map(String::len).max()
    };
    while let Some(length) = longest(rest) {
        rest = &rest[length..];
    }
    rest
}

/// Whether a text is nothing but what is still to be done.
fn does(text: &str, deeds: &[&[String]]) -> bool {
    let tail = |rest: &str| rest.is_empty() || words().drafts.tails.iter().any(|w| w == rest);
    deeds.iter().copied().flatten().any(|w| text.strip_prefix(w.as_str()).is_some_and(tail))
}

/// Whether a text says who is to do it: 财务科核实. With `object` it may say to what, in a few letters: 办公室补充培训数据.
fn someone_does(text: &str, object: bool) -> bool {
    let d = &words().drafts;
    let ends = text.char_indices().map(|(i, c)| i + c.len_utf8()).take(WHO);
    let who = |end: &usize| {
        let name = &text[..*end];
        d.who.iter().any(|w| name.ends_with(w.as_str())) && !any(name, &d.applies)
    };
    let deeds: [&[String]; 3] = [&d.todo, &d.todo_apart, &d.todo_named];
    let short = |rest: &str| object && rest.chars().count() <= OBJECT;
    let begins = |rest: &str| deeds.iter().copied().flatten().any(|w| rest.strip_prefix(w.as_str()).is_some_and(short));
    ends.filter(who).any(|end| does(&text[end..], &deeds) || begins(&text[end..]))
}

/// 初稿, 第二稿, 送审稿2, 征求意见稿（2024年1月）.
pub(super) fn is_version(text: &str) -> bool {
    let marks = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '年' | '月' | '日' | '版' | '（' | '）');
    let d = &words().drafts;
    d.versions.iter().any(|v| text.strip_prefix(v.as_str()).is_some_and(|rest| rest.chars().all(marks)))
}

/// 初稿，请领导审定.
pub(super) fn begins_with_version(text: &str) -> bool {
    let d = &words().drafts;
    let behind = |v: &String| text.strip_prefix(v.as_str());
    let said = d.versions.iter().filter_map(behind).filter_map(|rest| rest.strip_prefix(['，', '：', '、']));
    said.into_iter().any(|rest| is_remark(rest, Stands::Alone) || any(rest, &d.instructs))
}

/// Whether a line is the title of a report with a version behind it.
pub(super) fn version_behind(text: &str) -> bool {
    let d = &words().drafts;
    let stem = text.trim_end_matches(|c: char| c.is_ascii_digit());
    let titles = d.versions.iter().filter_map(|v| stem.strip_suffix(v.as_str()));
    titles.into_iter().any(|title| d.titles.iter().any(|w| title.ends_with(w.as_str())))
}
