//! T503: years in the text that are neither the report's nor explained by their context.
//!
//! Takes the paragraphs and the publication date of a report, returns warnings. A year is judged by its context: as the time of
//! the agency's work, in the name of the report that is presented, as the period of its figures. Anywhere else another year is
//! history, a plan, a law or a document, and is not reported.

use super::agency_name::same;
use super::plain::{Plain, any};
use super::{Passage, cover};
use crate::form::{labels, words};
use crate::model::{Code, Fact, Finding, Origins, Place, Report, finding, full_date};
use crate::normalize::numerals;

/// Longest text before a year, in characters, that can only be the agency's name for itself or a list number: 一是我局
const BEFORE: usize = 8;
/// Characters of a quotation.
const QUOTED: usize = 24;
/// Longest name of an agency before its action, in characters.
const LONGEST: usize = 20;

/// What a wrong year is used for.
#[derive(Clone, Copy)]
enum WrongUse {
    /// The time of the agency's work.
    Deed,
    /// The name of the report that is presented.
    Name,
    /// The period of the report's figures.
    Period,
}

pub(super) fn check(report: &Report, passage: &Passage<'_>) -> Vec<Finding> {
    // A report that was not read completely may have no year; then other years cannot be judged.
    if report.cover.year == 0 {
        return Vec::new();
    }
    let plain = &passage.plain;
    let mut seen: Vec<u16> = Vec::new();
    let mut findings = Vec::new();
    // Brackets and quotation marks contain names; `depth` is the number of open ones.
    let mut depth = 0i32;
    for (at, c) in plain.chars.iter().enumerate() {
        match c {
            '《' | '〔' | '[' | '【' | '“' => depth += 1,
            '》' | '〕' | ']' | '】' | '”' => depth = (depth - 1).max(0),
            _ => {}
        }
        let Some((year, end)) = named(plain, at) else { continue };
        // In the name of the report that is presented, a year counts in brackets too.
        if year == report.cover.year || seen.contains(&year) {
            continue;
        }
        let Some(wrong_use) = Mention::new(report, plain, at, end, year).wrong_use(depth > 0) else { continue };
        seen.push(year);
        let sentence = plain.sentence(at);
        let from = sentence.max(at.saturating_sub(BEFORE * 2));
        let quote = plain.quote(from, plain.sentence_end(at).min(at + QUOTED));
        let what = match wrong_use {
            WrongUse::Deed => "把本单位的工作写在",
            WrongUse::Name => "把报告写成",
            WrongUse::Period => "把统计期限写成",
        };
        let message =
            format!("{}写“{quote}”，{what} {year} 年，而本报告是 {} 年的", passage.place(), report.cover.year);
        findings.push(
            finding(Code::T503, message)
                .at(passage.source.clone())
                .expected(report.cover.year)
                .found(year)
                .hint("请核对年份，从上一年照抄的请一并改正；确实是说那一年的不用改"),
        );
    }
    findings
}

/// The publication date on the cover: it must exist in the calendar, and be later than the year of the report.
pub(super) fn published(report: &Report, origins: &Origins) -> Option<Finding> {
    let place = Place::Fact(Fact::Published);
    let text = report.cover.fact(Fact::Published)?;
    let plain = Plain::new(text);
    let all = 0..plain.chars.len();
    let last = all.clone().filter_map(|at| plain.year(at).or_else(|| in_words(&plain, at))).max();
    let (own, source) = (report.cover.year, origins.source(place).cloned());
    let last = last.filter(|_| own > 0);
    let at =
        source.as_ref().map_or_else(|| format!("{}的{}", cover(), labels().cover.published.label), |s| format!("{s} "));
    let (message, hint) = if full_date(text).is_none() && all.into_iter().any(|at| dated(&plain, at)) {
        (format!("{at}写“{text}”，没有这一天"), "请核对日期")
    } else if last.is_some_and(|year| year <= own) {
        (format!("{at}写“{text}”，而 {own} 年的报告在 {own} 年以后公布"), "请核对日期和年度，从上一年照抄的请一并改正")
    } else {
        return None;
    };
    Some(finding(Code::T503, message).at(source).found(text).hint(hint))
}

/// Whether a year, a month and a day are written at a position; the date need not exist.
fn dated(plain: &Plain<'_>, at: usize) -> bool {
    let mut i = at + 4;
    let mut next = |marks: &[char]| {
        let mark = plain.chars.get(i).is_some_and(|c| marks.contains(c));
        let digits = plain.chars.iter().skip(i + 1).take_while(|c| c.is_ascii_digit()).count();
        i += 1 + digits;
        mark && (1..=2).contains(&digits)
    };
    plain.year(at).is_some() && next(&['年', '-', '/', '.']) && next(&['月', '-', '/', '.'])
}

/// A year with 年 or 年度 at a position, in figures or as 二〇二三, and the position after it.
fn named(plain: &Plain<'_>, at: usize) -> Option<(u16, usize)> {
    let end = at + 4;
    if plain.chars.get(end) != Some(&'年') {
        return None;
    }
    let year = plain.year(at).or_else(|| in_words(plain, at))?;
    Some((year, end + if plain.has(end, "年度") { 2 } else { 1 }))
}

fn in_words(plain: &Plain<'_>, at: usize) -> Option<u16> {
    let mut year = 0;
    for c in plain.chars.get(at..at + 4)? {
        year = year * 10 + u16::from(numerals::digit(*c)?);
    }
    (1900..2100).contains(&year).then_some(year)
}

/// A year in a text that is not the report's, with the sentence around it.
struct Mention<'a> {
    report: &'a Report,
    plain: &'a Plain<'a>,
    year: u16,
    /// Position after the year, and the end of its sentence.
    end: usize,
    stop: usize,
    /// The sentence up to the year, from behind the year on, and the whole of it.
    before: String,
    after: String,
    sentence: String,
    /// The report's year with 年.
    own_year: String,
}

impl<'a> Mention<'a> {
    /// The mention of a year that is written from `at` to `end`.
    fn new(report: &'a Report, plain: &'a Plain<'a>, at: usize, end: usize, year: u16) -> Mention<'a> {
        let stop = plain.sentence_end(at);
        let before = plain.before(plain.sentence(at), at);
        let after = plain.after(end, stop);
        let sentence = format!("{before}{}{after}", plain.after(at, end));
        Mention {
            report,
            plain,
            year,
            end,
            stop,
            before,
            after,
            sentence,
            own_year: format!("{}年", report.cover.year),
        }
    }

    /// What the year is used for, if only the report's year can be meant. `inside`: the year is in brackets or quotation marks, so
    /// that it can only be wrong in the name of the report.
    fn wrong_use(&self, inside: bool) -> Option<WrongUse> {
        if self.names_report() {
            return Some(WrongUse::Name);
        }
        if inside {
            return None;
        }
        if let Some(is_period) = self.is_period() {
            return is_period.then_some(WrongUse::Period);
        }
        (self.is_said_to_be_current() || self.dates_deed()).then_some(WrongUse::Deed)
    }

    /// The position after the word of a list that follows the year, with the text behind it.
    fn behind(&self, words: &[String]) -> Option<String> {
        let word = words.iter().find(|w| self.plain.has(self.end, w))?;
        Some(self.plain.after(self.end + word.chars().count(), self.stop))
    }

    /// Whether the year is in the name of the report that is being presented.
    fn names_report(&self) -> bool {
        let words = &words().years;
        let Some(subject) = self.plain.longest(self.end, &words.subjects) else { return false };
        let rest = self.plain.after(self.end + subject.chars().count(), self.stop);
        let near: String = rest.chars().take(10).collect();
        any(&near, &words.kinds) && presents(&self.before, &self.after) && !self.sentence.contains(&self.own_year)
    }

    /// Whether a sentence that also mentions the report's year, or is directly followed by it, describes a development.
    fn is_story(&self) -> bool {
        let now = &words().years.now;
        let mentions_now = |text: &str| text.contains(&self.own_year) || any(text, now);
        mentions_now(&self.sentence) || mentions_now(&self.plain.after(self.stop, self.stop + 12))
    }

    /// Whether the year belongs to the first or last day of the period of the report's figures; `None` if it is not followed by such
    /// a day.
    fn is_period(&self) -> Option<bool> {
        let (words, own) = (&words().years, self.report.cover.year);
        let until = || words.until.iter().any(|w| self.before.ends_with(w.as_str()));
        let counted_until = |behind: &str| self.year + 1 == own && !self.is_story() && self.counts(behind);
        if let Some(behind) = self.behind(&words.days) {
            let near: String = behind.chars().take(BEFORE).collect();
            // 2023年1月1日至12月31日 may be a past period; with words for statistics it is the period of the report. Laws are in
            // force from such a day on.
            let periodic = any(&self.sentence, &words.strict)
                || any(&self.sentence, &words.period) && !self.sentence.contains(&self.own_year);
            return Some(self.year < own && periodic && !any(&near, &words.past) || until() && counted_until(&behind));
        }
        // 截至2023年12月底，我局共公开信息120条: figures up to the end of the previous year, stated as those of the report.
        let behind = self.behind(&words.ends).filter(|_| until())?;
        Some(counted_until(&behind))
    }

    /// Whether the text after a closing date states what the agency disclosed by that day, without explaining the year.
    fn counts(&self, behind: &str) -> bool {
        let words = &words().years;
        let Some(rest) = behind.strip_prefix('，') else { return false };
        let clause = rest.split(['，', '：']).next().unwrap_or_default();
        self.before.chars().count() <= BEFORE
            && (itself(self.report, rest) || any(clause, &words.done))
            && any(rest, &words.yearly)
            && !any(clause, &words.past)
    }

    /// 今年是2023年，
    fn is_said_to_be_current(&self) -> bool {
        let today = &words().years.today;
        self.year < self.report.cover.year
            && self.after.starts_with('，')
            && today.iter().any(|w| self.before.ends_with(w.as_str()))
    }

    /// Whether the year is the time of the agency's work.
    fn dates_deed(&self) -> bool {
        let (words, own) = (&words().years, self.report.cover.year);
        let (before, after) = (self.before.as_str(), self.after.as_str());
        // A sentence that compares (同比) is about the year it begins with. The year compared with is preceded by 与, 较 or 比 and
        // so does not date the statement.
        let compares = self.year + 1 == own && any(after, &words.compares);
        let rest = after.strip_prefix('，').unwrap_or(after);
        let by_self = itself(self.report, rest);
        // 按照《办法》规定，2023年我局: an opening clause that names the basis of an action does not change its year.
        let opened = by_self && words.opens.iter().any(|w| before.starts_with(w.as_str())) && before.ends_with('，');
        if !subject(self.report, before) && !opened || self.is_story() {
            return false;
        }
        let deed = words.deeds.iter().any(|w| rest.starts_with(w.as_str()));
        let agency = self.report.cover.agency.as_str();
        let named_self =
            words.own.iter().any(|w| before.ends_with(w.as_str())) || !agency.is_empty() && before.ends_with(agency);
        if !(by_self || deed || compares || named_self && after.starts_with('，')) {
            return false;
        }
        if self.year > own {
            // A sentence about a later year is usually a plan; it is reported only if it says that the work is done.
            return any(rest, &words.done) && !any(after, &words.plans);
        }
        // Only the clause directly after the year can explain it, not the rest of a long sentence.
        let clause = rest.split(['，', '：']).next().unwrap_or_default();
        let clause = words.compares.iter().fold(clause.to_owned(), |clause, w| clause.replace(w.as_str(), ""));
        // A year before the previous one is reported only if the text looks like a report of a year's work.
        !any(&clause, &words.past) && (self.year + 1 == own || any(after, &words.yearly))
    }
}

/// Whether a text begins with the agency: with its word for itself, its name, or an abbreviation before an action.
fn itself(report: &Report, text: &str) -> bool {
    let (words, agency) = (&words().years, report.cover.agency.as_str());
    let named = || {
        let clause = text.split(['，', '：']).next().unwrap_or_default();
        let ends = clause.char_indices().map(|(i, _)| i).skip(2).take(LONGEST);
        let does = |i: &usize| words.does.iter().any(|w| clause[*i..].starts_with(w.as_str()));
        ends.filter(does).any(|i| same(&clause[..i], agency))
    };
    words.own.iter().any(|w| text.starts_with(w.as_str()))
        || !agency.is_empty() && (text.starts_with(agency) || named())
}

/// Whether a sentence presents this report.
fn presents(before: &str, after: &str) -> bool {
    let words = &words().years;
    any(before, &words.presents) || any(after, &words.presents)
}

/// Whether a year dates what follows it: only a list number or the agency itself may precede it in its sentence.
fn subject(report: &Report, before: &str) -> bool {
    let list = |c: char| words().years.list.contains(c);
    let rest = before.trim_start_matches(list);
    let agency = report.cover.agency.as_str();
    // 我局在2023年收到
    let rest = rest.strip_suffix(|c| words().years.at.contains(c)).unwrap_or(rest);
    rest.is_empty() || rest == agency || words().years.own.iter().any(|w| w == rest)
}

/// Whether a paragraph is nothing but the title of a report.
pub(super) fn is_title(text: &str) -> bool {
    let joined: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    labels().report.split_title(&joined).is_some()
}
