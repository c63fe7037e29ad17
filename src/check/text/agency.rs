//! T504: the name of another agency where the report must name its own.
//!
//! Takes the title, the contact and the paragraphs of a report, returns warnings. A name is examined only where a report refers
//! to itself: its title, the sentence that presents it, its author, the office to contact, an abbreviation for itself, and the
//! subject of the year's work. Other bodies that are named anywhere else are not reported.

use super::agency_name::{rests, same};
use super::plain::{Plain, any};
use super::{Passage, cover, year};
use crate::form::{labels, words};
use crate::model::{Code, Fact, Finding, Origins, Place, Report, finding};

/// Longest name that is recognised, in characters.
const LONGEST: usize = 30;

/// Compares the agency of the title with that of the cover.
pub(super) fn title(report: &Report, origins: &Origins) -> Vec<Finding> {
    let c = &report.cover;
    let Some(name) = titled(&c.title) else { return Vec::new() };
    if c.agency.is_empty() || same(&name, &c.agency) {
        return Vec::new();
    }
    let source = origins.source(Place::Title).cloned();
    let at = source.as_ref().map_or(String::new(), |s| format!("{s} 的"));
    let message = format!("{at}标题写的单位是“{name}”，而{}写的是“{}”", cover(), c.agency);
    let hint = "请把标题和封面的单位名称改成一致";
    vec![finding(Code::T504, message).at(source).expected(&c.agency).found(name).hint(hint)]
}

/// Compares the agency at the start of the contact on the cover with that of the report.
pub(super) fn contact(own: &Own<'_>, report: &Report, origins: &Origins) -> Option<Finding> {
    let text = report.cover.fact(Fact::Contact)?;
    let letters: Vec<char> = text.chars().take_while(|c| c.is_alphabetic()).take(LONGEST).collect();
    let ends = |name: &String| words().agencies.bureaus.iter().any(|b| name.ends_with(b.as_str()));
    let mut names = (1..=letters.len()).rev().map(|end| letters[..end].iter().collect::<String>());
    let name = names.find(ends).filter(|name| other(name, own.name) && !rests(name).is_empty())?;
    let source = origins.source(Place::Fact(Fact::Contact)).cloned();
    let at = source.as_ref().map_or_else(|| format!("{}的联系方式", cover()), |s| format!("{s} "));
    let message = format!("{at}写的是“{name}”，而本报告的单位是“{}”", own.name);
    let hint = "请核对单位名称，照搬别处的请一并改正";
    Some(finding(Code::T504, message).at(source).expected(own.name).found(name).hint(hint))
}

/// The agency that a title names before its year, or after it if there is nothing before.
fn titled(title: &str) -> Option<String> {
    let joined: String = title.chars().filter(|c| !c.is_whitespace()).collect();
    let (stem, _, kind) = labels().report.split_title(&joined)?;
    let plain = Plain::new(stem);
    let Some(at) = (0..plain.chars.len()).find(|i| plain.year(*i).is_some()) else {
        // The year may follow the subject instead; then `kind` begins with it.
        return (kind.starts_with(char::is_numeric) && organ(stem)).then(|| stem.to_owned());
    };
    let (before, after) = (plain.before(0, at), plain.after(at + 4, plain.chars.len()));
    let after = after.trim_start_matches(['年', '度']);
    let name = if before.is_empty() { after.to_owned() } else { before };
    let name = name.trim_matches(|c: char| !c.is_alphanumeric()).to_owned();
    organ(&name).then_some(name)
}

/// The agency of a report.
pub(super) struct Own<'r> {
    name: &'r str,
    /// Whether it is a government, or a body with subordinate bodies.
    broad: bool,
}

impl<'r> Own<'r> {
    /// `None` if the cover names no agency.
    pub fn of(report: &'r Report) -> Option<Own<'r>> {
        let name = Some(report.cover.agency.as_str()).filter(|n| !n.is_empty())?;
        Some(Own { name, broad: broad(name) })
    }
}

/// Whether a name is that of a body that any report may mention.
fn broad(name: &str) -> bool {
    words().agencies.broad.iter().any(|b| name.ends_with(b.as_str()))
}

pub(super) fn check(own: &Own<'_>, passage: &Passage<'_>) -> Option<Finding> {
    let agency = own.name;
    let plain = &passage.plain;
    let whole =
        if plain.chars.len() <= 2 * LONGEST && year::is_title(passage.text) { titled(passage.text) } else { None };
    let name = whole.filter(|name| other(name, agency)).or_else(|| {
        // The patterns below begin with one of a few characters, so most positions are skipped cheaply.
        let begins = |at: usize| {
            let c = plain.chars[at];
            plain.sentence(at) == at
                || plain.chars.get(at + 4) == Some(&'年')
                || c == '（'
                || words().agencies.begins.has(c)
        };
        (0..plain.chars.len()).filter(|at| begins(*at)).find_map(|at| {
            let found = presented(plain, at)
                .or_else(|| made(plain, at))
                .or_else(|| asked(plain, at))
                .or_else(|| called(plain, at))
                .or_else(|| if own.broad { None } else { acting(plain, at) });
            found.filter(|name| other(name, agency))
        })
    })?;
    let message = format!("{}写的是“{name}”，而本报告的单位是“{agency}”", passage.place());
    let hint = "请核对单位名称，照搬别处文字的请一并改正";
    Some(finding(Code::T504, message).at(passage.source.clone()).expected(agency).found(&name).hint(hint))
}

/// Whether a name is that of another agency. Bodies that any report may mention do not count, except a government of the same
/// level.
fn other(name: &str, agency: &str) -> bool {
    organ(name) && !same(name, agency) && (!broad(name) || beside(name, agency))
}

/// Whether two governments are of the same level, so that neither is superior to the other.
fn beside(a: &str, b: &str) -> bool {
    let level = |name: &str| name.strip_suffix(words().scope.government.as_str())?.chars().last();
    level(a).is_some() && level(a) == level(b)
}

fn organ(name: &str) -> bool {
    let length = name.chars().count();
    (3..=LONGEST).contains(&length)
        && name.chars().all(|c| c.is_alphabetic() && !c.is_ascii())
        && words().agencies.organs.iter().any(|o| name.ends_with(o.as_str()))
}

/// 现公布某某局2023年政府信息公开工作年度报告: the name before a year at this place, in a sentence that presents a report.
fn presented(plain: &Plain<'_>, at: usize) -> Option<String> {
    if plain.chars.get(at + 4) != Some(&'年') {
        return None;
    }
    plain.year(at)?;
    let years = &words().years;
    let end = at + if plain.has(at + 4, "年度") { 6 } else { 5 };
    plain.longest(end, &years.subjects)?;
    let after = plain.after(end, plain.sentence_end(at));
    let near: String = after.chars().take(16).collect();
    let before = plain.before(plain.sentence(at), at);
    if !any(&near, &years.kinds) || !(any(&before, &years.presents) || any(&after, &years.presents)) {
        return None;
    }
    let from = plain.clause(at).max(at.saturating_sub(LONGEST + 10));
    Some(stripped(&plain.before(from, at)))
}

/// The author of a report: 本报告由某某局编制.
fn made(plain: &Plain<'_>, at: usize) -> Option<String> {
    let agencies = &words().agencies;
    let from = at + plain.longest(at, &agencies.made_by)?.chars().count();
    let rest = plain.after(from, from + LONGEST);
    let end = agencies.makes.iter().filter_map(|w| rest.find(w.as_str())).min()?;
    Some(rest[..end].to_owned())
}

/// The office to contact: 如对本报告有疑问，请与某某局联系.
fn asked(plain: &Plain<'_>, at: usize) -> Option<String> {
    let agencies = &words().agencies;
    let from = at + plain.longest(at, &agencies.ask)?.chars().count();
    if !any(&plain.before(plain.sentence(at), at), &agencies.report) {
        return None;
    }
    let rest = plain.after(from, from + LONGEST);
    let end = agencies.asked.iter().filter_map(|w| rest.find(w.as_str())).min()?;
    Some(rest[..end].to_owned()).filter(|name| agencies.bureaus.iter().any(|b| name.ends_with(b.as_str())))
}

/// The name before its abbreviation: 某某局（以下简称“我局”）.
fn called(plain: &Plain<'_>, at: usize) -> Option<String> {
    if plain.chars[at] != '（' {
        return None;
    }
    let word = plain.longest(at + 1, &words().agencies.called)?.chars().count();
    let name = plain.after(at + 1 + word, at + 1 + word + LONGEST);
    let name = name.trim_start_matches(['“', '"', '：', '为', '「']);
    words().years.own.iter().find(|w| name.starts_with(w.as_str()))?;
    let from = plain.clause(at).max(at.saturating_sub(LONGEST));
    Some(stripped(&plain.before(from, at)))
}

/// 2023年，某某县某某局认真贯彻…政府信息公开…: a bureau with its place name as the subject of a sentence about the work that the
/// report is about. Not used for broad agencies, whose reports mention many bureaus.
fn acting(plain: &Plain<'_>, at: usize) -> Option<String> {
    let agencies = &words().agencies;
    if plain.sentence(at) != at || at == plain.chars.len() {
        return None;
    }
    let mut from = at;
    if plain.year(at).is_some() && plain.has(at + 4, "年") {
        from = at + if plain.has(at + 4, "年度") { 6 } else { 5 };
        from += usize::from(plain.has(from, "，"));
    }
    // Cheap test first: most sentences do not begin with a bureau.
    let near = plain.chars.iter().skip(from).take(LONGEST + 6);
    if !near.copied().any(|c| agencies.bureaus_end.has(c)) {
        return None;
    }
    let stop = plain.sentence_end(from);
    let acts = |i: &usize| agencies.acts_begin.has(plain.chars[*i]) && plain.longest(*i, &agencies.acts).is_some();
    let end = (from..stop.min(from + LONGEST + 6)).find(acts)?;
    let name = plain.after(from, end);
    if !agencies.bureaus.iter().any(|b| name.ends_with(b.as_str())) || rests(&name).is_empty() {
        return None;
    }
    let rest = plain.after(from, stop);
    (any(&rest, &agencies.matters) && !any(&rest, &agencies.with)).then_some(name)
}

/// A name without the words that introduce it.
fn stripped(text: &str) -> String {
    let agencies = &words().agencies;
    let mut name = text;
    if let Some((at, lead)) = agencies.leads.iter().filter_map(|l| Some((name.rfind(l.as_str())?, l))).max() {
        name = &name[at + lead.len()..];
    }
    for letter in &agencies.lead_letters {
        name = name.strip_prefix(letter.as_str()).unwrap_or(name);
    }
    name.trim_matches(|c: char| !c.is_alphanumeric()).to_owned()
}
