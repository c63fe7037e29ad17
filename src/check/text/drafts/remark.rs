//! Whether a text is nothing but a remark to a colleague (数字待核, 待财务科补充, 请核对) or a version name (初稿).
//!
//! Takes one clause, bracket or paragraph. The structure of a remark is defined here, its words in `src/form/text.toml`.

use super::super::plain::any;
use crate::form::words;

/// Where the text is located: the less it is separated from other text, the more a remark must contain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Separation {
    /// A whole paragraph, or a bracket.
    Alone,
    /// A whole sentence of a paragraph.
    AsSentence,
    /// One clause among others.
    InSentence,
}

/// Longest name of the person or office that is to act, in characters.
const WHO: usize = 8;
/// Longest name of the object of the action, in characters.
const OBJECT: usize = 6;

pub(super) fn is_remark(text: &str, separation: Separation) -> bool {
    let d = &words().drafts;
    let text = text.trim_end_matches(|c: char| !c.is_alphanumeric());
    // 数据缺 is in `alone` but also begins with a subject: the whole text is tried first.
    if separation != Separation::InSentence && d.alone.iter().any(|w| w == text) {
        return true;
    }
    let rest = without(text, &d.subjects, &d.still);
    let named = d.subjects.iter().any(|w| text[..text.len() - rest.len()].contains(w.as_str()));
    if named && d.alone.iter().any(|w| w == rest || w == without(text, &d.subjects, &[])) {
        return true;
    }
    let alone = separation == Separation::Alone;
    if let Some(rest) = rest.strip_prefix(d.waits.as_str()) {
        let deeds: &[&[String]] = match (alone, named) {
            (true, true) => &[&d.todo, &d.todo_apart, &d.todo_named],
            (true, false) => &[&d.todo, &d.todo_apart],
            (false, _) => &[&d.todo],
        };
        return (named || separation != Separation::InSentence) && (does(rest, deeds) || someone_does(rest, false));
    }
    let all: [&[String]; 3] = [&d.todo, &d.todo_apart, &d.todo_named];
    if let Some(rest) = rest.strip_prefix(d.asks.as_str()) {
        return alone && (does(rest, &all) || someone_does(rest, true));
    }
    let wanted = || d.wants.iter().filter_map(|w| rest.strip_prefix(w.as_str()));
    alone && named && wanted().any(|rest| does(rest, &all))
}

/// The rest of a text after all leading words of two lists are removed.
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

/// Whether a text is nothing but an action that is still to be done, with an optional ending from `tails`.
fn does(text: &str, deeds: &[&[String]]) -> bool {
    let tail = |rest: &str| rest.is_empty() || words().drafts.tails.iter().any(|w| w == rest);
    deeds.iter().copied().flatten().any(|w| text.strip_prefix(w.as_str()).is_some_and(tail))
}

/// Whether a text names who is to act: 财务科核实. With `object`, a short object may follow: 办公室补充培训数据.
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

/// Whether a text is a version name with optional numbers and marks: 初稿, 第二稿, 送审稿2, 征求意见稿（2024年1月）.
pub(super) fn is_version(text: &str) -> bool {
    let marks = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '年' | '月' | '日' | '版' | '（' | '）');
    let d = &words().drafts;
    d.versions.iter().any(|v| text.strip_prefix(v.as_str()).is_some_and(|rest| rest.chars().all(marks)))
}

/// Whether a text is a version name followed by a remark or an instruction: 初稿，请领导审定.
pub(super) fn begins_with_version(text: &str) -> bool {
    let d = &words().drafts;
    let behind = |v: &String| text.strip_prefix(v.as_str());
    let rests = d.versions.iter().filter_map(behind).filter_map(|rest| rest.strip_prefix(['，', '：', '、']));
    rests.into_iter().any(|rest| is_remark(rest, Separation::Alone) || any(rest, &d.instructs))
}

/// Whether a line is the title of a report followed by a version name.
pub(super) fn version_behind(text: &str) -> bool {
    let d = &words().drafts;
    let stem = text.trim_end_matches(|c: char| c.is_ascii_digit());
    let titles = d.versions.iter().filter_map(|v| stem.strip_suffix(v.as_str()));
    titles.into_iter().any(|title| d.titles.iter().any(|w| title.ends_with(w.as_str())))
}
