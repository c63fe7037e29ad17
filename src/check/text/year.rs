//! T503: years in the text that are neither the report's nor explained by what is said of them.
//!
//! A year is judged by where it stands: as the time of the agency's doings, in the name of the report that is presented,
//! as the period of its figures. Everywhere else another year is history, a plan, a law or a document, and is let be.

use super::Passage;
use super::plain::{Plain, any};
use crate::form::{labels, words};
use crate::model::{Finding, Report};
use crate::rules::finding;

/// Letters before a year that can be no more than the agency naming itself, or a number: 一是我局
const BEFORE: usize = 8;
/// Letters of a quotation.
const QUOTED: usize = 24;

/// Why a year cannot stand.
#[derive(Clone, Copy)]
enum Fault {
    Deed,
    Name,
    Period,
}

pub(super) fn check(report: &Report, passage: &Passage<'_>) -> Vec<Finding> {
    let plain = &passage.plain;
    let mut seen: Vec<u16> = Vec::new();
    let mut findings = Vec::new();
    // In brackets and quotes stand names; how deep counts how many are open.
    let mut depth = 0i32;
    for (at, c) in plain.chars.iter().enumerate() {
        match c {
            '《' | '〔' | '[' | '【' | '“' => depth += 1,
            '》' | '〕' | ']' | '】' | '”' => depth = (depth - 1).max(0),
            _ => {}
        }
        let Some((year, end)) = named(plain, at) else { continue };
        // In the name of the report that is presented a year counts in brackets too.
        if year == report.cover.year || seen.contains(&year) {
            continue;
        }
        let Some(fault) = fault(report, plain, at, end, year, depth > 0) else { continue };
        seen.push(year);
        let sentence = plain.sentence(at);
        let from = sentence.max(at.saturating_sub(BEFORE * 2));
        let quote = plain.quote(from, plain.sentence_end(at).min(at + QUOTED));
        let what = match fault {
            Fault::Deed => "把本单位的工作写在",
            Fault::Name => "把报告写成",
            Fault::Period => "把统计期限写成",
        };
        let message =
            format!("{}写“{quote}”，{what} {year} 年，而本报告是 {} 年的", passage.place(), report.cover.year);
        findings.push(
            finding("T503", message)
                .at(passage.source.clone())
                .expected(report.cover.year)
                .found(year)
                .hint("请核对年份，从上一年照抄的请一并改正；确实是说那一年的不用改"),
        );
    }
    findings
}

/// A year with 年 or 年度 that begins at a place, and where it ends; in figures or 二〇二三.
fn named(plain: &Plain<'_>, at: usize) -> Option<(u16, usize)> {
    let end = at + 4;
    if plain.chars.get(end) != Some(&'年') {
        return None;
    }
    let year = plain.year(at).or_else(|| in_words(plain, at))?;
    Some((year, end + if plain.has(end, "年度") { 2 } else { 1 }))
}

fn in_words(plain: &Plain<'_>, at: usize) -> Option<u16> {
    const DIGITS: [&str; 10] = ["〇零○", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
    let mut year = 0;
    for c in plain.chars.get(at..at + 4)? {
        year = year * 10 + DIGITS.iter().position(|d| d.contains(*c))? as u16;
    }
    (1900..2100).contains(&year).then_some(year)
}

fn fault(report: &Report, plain: &Plain<'_>, at: usize, end: usize, year: u16, inside: bool) -> Option<Fault> {
    let words = &words().years;
    let own = report.cover.year;
    let (start, stop) = (plain.sentence(at), plain.sentence_end(at));
    let before = plain.before(start, at);
    let after = plain.after(end, stop);
    let sentence = format!("{before}{}{after}", plain.after(at, end));
    let own_year = format!("{own}年");
    // The name of the report that is being presented.
    if let Some(subject) = plain.longest(end, &words.subjects) {
        let rest = plain.after(end + subject.chars().count(), stop);
        let near: String = rest.chars().take(10).collect();
        if any(&near, &words.kinds) && presents(&before, &after) && !sentence.contains(&own_year) {
            return Some(Fault::Name);
        }
    }
    if inside {
        return None;
    }
    if words.days.iter().any(|d| plain.has(end, d)) {
        // 2023年1月1日至12月31日 is last year's period; with words that speak of figures it is the report's.
        return (year < own && any(&sentence, &words.period) && !sentence.contains(&own_year)).then_some(Fault::Period);
    }
    if !subject(report, &before) || any(&sentence, &words.compares) {
        return None;
    }
    // A sentence that goes on to the report's year tells a story.
    if after.contains(&own_year) || plain.after(stop, stop + 12).contains(&own_year) {
        return None;
    }
    let rest = after.strip_prefix('，').unwrap_or(&after);
    let by_self = words.own.iter().any(|w| rest.starts_with(w.as_str()))
        || !report.cover.agency.is_empty() && rest.starts_with(report.cover.agency.as_str());
    let deed = words.deeds.iter().any(|w| rest.starts_with(w.as_str()));
    let named_self = words.own.iter().any(|w| before.ends_with(w.as_str()))
        || !report.cover.agency.is_empty() && before.ends_with(report.cover.agency.as_str());
    if !(by_self || deed || named_self && after.starts_with('，')) {
        return None;
    }
    if year > own {
        // Next year is planned, and sometimes told when the report is written; it is no year that is over.
        let over = any(rest, &words.done) && !any(&after, &words.plans);
        return over.then_some(Fault::Deed);
    }
    // Only what is said right behind the year explains it, not what a long sentence comes to.
    let said = rest.split(['，', '：']).next().unwrap_or_default();
    if any(said, &words.past) {
        return None;
    }
    // The further back, the more it must look like a report of a year's work.
    (year + 1 == own || any(&after, &words.yearly)).then_some(Fault::Deed)
}

/// Whether a sentence presents this report.
fn presents(before: &str, after: &str) -> bool {
    let words = &words().years;
    any(before, &words.presents) || any(after, &words.presents)
}

/// Whether what stands before a year in its sentence leaves it the time of what follows: nothing, a number of a list, or
/// the agency itself.
fn subject(report: &Report, before: &str) -> bool {
    let list = |c: char| words().years.list.contains(c);
    let rest = before.trim_start_matches(list);
    let agency = report.cover.agency.as_str();
    rest.is_empty() || rest == agency || words().years.own.iter().any(|w| w == rest)
}

/// Whether a paragraph is nothing but the title of a report.
pub(super) fn is_title(text: &str) -> bool {
    let joined: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    labels().report.split_title(&joined).is_some()
}
