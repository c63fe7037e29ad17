//! T504: another agency's name where the report names its own.
//!
//! Names are taken where a report speaks of itself: its title, the sentence that presents it, who made it, whom to ask, and
//! the doings of the year. Bodies above and beside are rightly named everywhere else and are let be.

use super::plain::{Plain, any};
use super::{Passage, cover, year};
use crate::form::{labels, words};
use crate::model::{Code, Fact, Finding, Origins, Place, Report, finding};

/// Longest name that is looked for.
const LONGEST: usize = 30;

/// The title against the cover.
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

/// The agency whom to ask, which the cover's contact begins with.
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

/// The agency that a title names before its year.
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
    /// A whole government, or a body with others below it.
    broad: bool,
}

impl<'r> Own<'r> {
    /// `None` where the cover names none.
    pub fn of(report: &'r Report) -> Option<Own<'r>> {
        let name = Some(report.cover.agency.as_str()).filter(|n| !n.is_empty())?;
        Some(Own { name, broad: broad(name) })
    }
}

/// Whether a name is one that any report may name.
fn broad(name: &str) -> bool {
    words().agencies.broad.iter().any(|b| name.ends_with(b.as_str()))
}

pub(super) fn check(own: &Own<'_>, passage: &Passage<'_>) -> Option<Finding> {
    let agency = own.name;
    let plain = &passage.plain;
    let whole =
        if plain.chars.len() <= 2 * LONGEST && year::is_title(passage.text) { titled(passage.text) } else { None };
    let name = whole.filter(|name| other(name, agency)).or_else(|| {
        // Names that are presented, made or asked begin with a few letters; most letters are none of them.
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

/// Whether a name is that of an agency that is neither this one nor one that any report may name.
fn other(name: &str, agency: &str) -> bool {
    organ(name) && !same(name, agency) && (!broad(name) || beside(name, agency))
}

/// Whether two governments are of one level, so that neither is above the other.
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

/// 本报告由某某局编制.
fn made(plain: &Plain<'_>, at: usize) -> Option<String> {
    let agencies = &words().agencies;
    let from = at + plain.longest(at, &agencies.made_by)?.chars().count();
    let rest = plain.after(from, from + LONGEST);
    let end = agencies.makes.iter().filter_map(|w| rest.find(w.as_str())).min()?;
    Some(rest[..end].to_owned())
}

/// 如对本报告有疑问，请与某某局联系.
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

/// 某某局（以下简称“我局”）.
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

/// 2023年，某某县某某局认真贯彻…政府信息公开…: a bureau with its place that does at the head of a sentence what this report
/// is about. Not asked of broad agencies, whose reports tell of many.
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
    // Most sentences begin with no bureau.
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

/// A name less what leads up to it.
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

/// Whether two names may be one agency's: one is the other shortened, with or without the place before it. Two places are
/// never one.
pub(super) fn same(a: &str, b: &str) -> bool {
    let (a, b) = (bare(a), bare(b));
    let shortened = |a: &str, b: &str| within(a, b) || within(b, a);
    let placeless =
        |long: &str, short: &str| rests(short).is_empty() && rests(long).into_iter().any(|rest| shortened(rest, short));
    shortened(&a, &b) || placeless(&a, &b) || placeless(&b, &a)
}

/// A name without what stands in brackets.
fn bare(name: &str) -> String {
    let mut depth = 0;
    let mut out = String::new();
    for c in name.chars() {
        match c {
            '（' | '(' => depth += 1,
            '）' | ')' => depth -= 1,
            _ if depth <= 0 && c.is_alphanumeric() => out.push(c),
            _ => {}
        }
    }
    out
}

/// Whether the letters of one name stand in the other in their order.
fn within(short: &str, long: &str) -> bool {
    let mut letters = long.chars();
    short.chars().all(|c| letters.any(|l| l == c))
}

/// What is left of a name behind each place it begins with.
fn rests(name: &str) -> Vec<&str> {
    let divisions = &labels().names.divisions;
    let ends = name.char_indices().map(|(i, _)| i).skip(2);
    let place = |head: &str| {
        let ends = |all: &[String]| all.iter().any(|w| head.len() > w.len() && head.ends_with(w.as_str()));
        ends(divisions) && !words().agencies.no_places.iter().any(|w| head.ends_with(w.as_str()))
    };
    let placed = ends.filter(|i| place(&name[..*i]));
    placed.map(|i| &name[i..]).filter(|rest| rest.chars().count() >= 2).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_agency_is_written_in_many_ways() {
        for (a, b) in [
            ("老城区科学技术局", "老城区科技局"),
            ("洛阳市老城区科学技术局", "老城区科技局"),
            ("云泽市住房和城乡建设局", "云泽市住建局"),
            ("住房和城乡建设局", "云泽市住建局"),
            ("青岚县人民政府办公室", "青岚县政府办"),
            ("云泽市发展和改革委员会", "云泽市发改委"),
            ("云泽市科学技术局（知识产权局）", "云泽市科技局"),
        ] {
            assert!(same(a, b) && same(b, a), "{a} {b}");
        }
        for (a, b) in [
            ("青岚县教育局", "临溪县教育局"),
            ("青岚县教育局", "青岚县文化和旅游局"),
            ("老城区科学技术局", "西工区科学技术局"),
        ] {
            assert!(!same(a, b) && !same(b, a), "{a} {b}");
        }
    }
}
