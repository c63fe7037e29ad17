//! The comparison of an agency's years: Y401–Y405 over all reports of a run.
//!
//! Takes the [`Facts`] of reports with their files and the user's [`Aliases`], returns findings that contain both files and both
//! cells. Independent of the order of the reports. Reads no workbook and contains no label of a form.

mod aliases;
mod facts;
mod names;

use std::collections::{BTreeMap, BTreeSet};

use crate::form::labels;
use crate::model::{Code, Decimal, Finding, Severity, Source, finding};

pub use aliases::{AliasError, Aliases};
pub use facts::{FactFigure, Facts, LineFacts, RelationFacts, TermFacts, TermSide};
pub use names::{Similar, similar};

/// A report of a run.
#[derive(Debug, Clone, Copy)]
pub struct Member<'a> {
    /// Name of its file in findings.
    pub file: &'a str,
    /// The figures to compare.
    pub facts: &'a Facts,
}

/// Compares the years of every agency. Each finding has the index in `members` of its report: that of the later year, or each of
/// several reports of one year. Sorted by agency, year and place, whatever the order of `members`; findings on similar names come
/// last.
pub fn check(members: &[Member<'_>], aliases: &Aliases) -> Vec<(usize, Finding)> {
    let mut agencies: BTreeMap<&str, BTreeMap<u16, Vec<usize>>> = BTreeMap::new();
    for (i, m) in members.iter().enumerate() {
        let agency = aliases.canonical(&m.facts.agency);
        // Reports without agency or year are reported while reading.
        if !agency.is_empty() && m.facts.year > 0 {
            agencies.entry(agency).or_default().entry(m.facts.year).or_default().push(i);
        }
    }
    // Years for which the run has a report of any agency. If an agency lacks one, its doubled year may be a mistake for it.
    let all_years: BTreeSet<u16> = agencies.values().flat_map(|years| years.keys().copied()).collect();
    let mut findings = Vec::new();
    for (agency, years) in &mut agencies {
        years.values_mut().for_each(|all| all.sort_by_key(|i| (members[*i].file, *i)));
        let mut last: Option<(u16, &[usize])> = None;
        for (year, all) in &*years {
            if let [first, second, ..] = all[..] {
                let pair = |i: usize| [members[first].file, members[if i == first { second } else { i }].file];
                let lacks = lacking(*year, years, &all_years);
                let doubled = Doubled { agency, year: *year, lacks: &lacks };
                findings.extend(all.iter().map(|i| (*i, doubled.finding(members[*i].file, pair(*i)))));
            }
            match (last, all.as_slice()) {
                (Some((before, [old])), [new]) if before + 1 == *year => {
                    let pair = Pair { agency, old: &members[*old], new: &members[*new] };
                    findings.extend(pair.compare().into_iter().map(|f| (*new, f)));
                }
                (Some((before, old)), new) if before + 1 < *year => {
                    let doubled = [(before, old), (*year, new)].into_iter().find(|(_, all)| all.len() > 1);
                    let pair = [(before, members[old[0]].file), (*year, members[new[0]].file)];
                    findings.push((new[0], gap(agency, pair, doubled.map(|(year, _)| year))));
                }
                _ => {}
            }
            last = Some((*year, all.as_slice()));
        }
    }
    let newest = |agency: &str| agencies.get(agency)?.values().next_back()?.first().copied();
    for near in similar(agencies.keys().copied(), aliases) {
        let Some(at) = newest(near.name) else { continue };
        let others = near.others.iter().filter_map(|o| Some((*o, members[newest(o)?].file)));
        findings.push((at, alike(near.name, members[at].file, &others.collect::<Vec<_>>())));
    }
    findings
}

/// Notes on the aliases that no report uses.
pub fn unmet<'a>(agencies: impl IntoIterator<Item = &'a str>, aliases: &'a Aliases) -> Vec<Finding> {
    let note = |name| finding(Code::Y405, format!("别名文件里的“{name}”没有在报告里出现"));
    aliases.unmet(agencies).into_iter().map(note).collect()
}

/// The years directly before and after a doubled year for which an agency lacks a report that is expected: because other agencies
/// have one, or because it has reports of earlier and later years.
fn lacking(year: u16, own: &BTreeMap<u16, Vec<usize>>, all: &BTreeSet<u16>) -> Vec<u16> {
    let range = own.keys().next().zip(own.keys().next_back());
    let due = |y: &u16| all.contains(y) || range.is_some_and(|(first, last)| (first..last).contains(&y));
    [year.saturating_sub(1), year.saturating_add(1)].into_iter().filter(|y| !own.contains_key(y) && due(y)).collect()
}

/// A year for which an agency has several reports.
struct Doubled<'a> {
    agency: &'a str,
    year: u16,
    /// Years next to it for which a report is expected and missing.
    lacks: &'a [u16],
}

impl Doubled<'_> {
    /// The finding for one of its reports: that there is another. Both are named, in their order.
    fn finding(&self, own: &str, [first, second]: [&str; 2]) -> Finding {
        let Doubled { agency, year, lacks } = self;
        let mut message = format!("{agency}有两份 {year} 年的报告：{first} 与 {second}");
        let lacks = lacks.iter().map(u16::to_string).collect::<Vec<_>>().join("、");
        if !lacks.is_empty() {
            message.push_str(&format!("，而没有 {lacks} 年的"));
        }
        for file in [first, second] {
            if let Some(other) = year_in_name(file).filter(|y| y != year) {
                message.push_str(&format!("，文件名 {} 里写的是 {other} 年", name(file)));
            }
        }
        message.push_str("；这一年没有与前后年比较");
        let hint = if lacks.is_empty() {
            "请先核对两份的年度：有一份填错了的，改正封面和正文；确实是同一年的，只保留一份".to_owned()
        } else {
            format!("可能有一份的年度填错了，应是 {lacks} 年：请核对两份的封面和正文；确实是同一年的，只保留一份")
        };
        finding(Code::Y403, message)
            .at(Source::file(own))
            .related([Source::file(if own == first { second } else { first })])
            .hint(hint)
    }
}

/// The file name of a path.
fn name(file: &str) -> &str {
    file.rsplit(['/', '\\']).next().unwrap_or(file)
}

/// The year in a file's name: its only group of exactly four digits, if that is a possible year.
fn year_in_name(file: &str) -> Option<u16> {
    let runs = name(file).split(|c: char| !c.is_ascii_digit());
    let mut years = runs.filter(|run| run.len() == 4).filter_map(|run| run.parse().ok());
    let [first, last] = labels().report.years;
    let year: u16 = years.next()?;
    (years.next().is_none() && (first..=last).contains(&year)).then_some(year)
}

fn gap(agency: &str, [(before, old), (after, new)]: [(u16, &str); 2], doubled: Option<u16>) -> Finding {
    let years = match (before + 1, after - 1) {
        (a, b) if a == b => a.to_string(),
        (a, b) => format!("{a} 至 {b}"),
    };
    let message = format!("{agency}缺 {years} 年的报告，只有 {before} 年（{old}）和 {after} 年（{new}）的");
    let f = finding(Code::Y403, message).at(Source::file(new)).related([Source::file(old)]);
    let hint = match doubled {
        // Probably no report is missing.
        Some(year) => format!("{year} 年有两份，可能有一份就是 {years} 年的、年度填错了，请先核对"),
        None => "请补上；没有读懂的文件请先改正，改过名的单位请写进别名文件".to_owned(),
    };
    Finding { severity: Severity::Warning, ..f.hint(hint) }
}

/// Most names listed before “等”.
const LISTED: usize = 3;

/// The finding on a name that is similar to others. A name without its place may be similar to very many.
pub fn alike(name: &str, file: &str, others: &[(&str, &str)]) -> Finding {
    let list: Vec<_> = others.iter().take(LISTED).map(|(name, file)| format!("{name}（{file}）")).collect();
    let more = if others.len() > LISTED { format!("等 {} 个单位", others.len()) } else { String::new() };
    let message = format!("{name}（{file}）与 {}{more}名称相近，按不同的单位处理", list.join("、"));
    finding(Code::Y404, message)
        .at(Source::file(file))
        .related(others.iter().take(LISTED).map(|(_, file)| Source::file(file)))
        .hint("是同一个单位的，请写进别名文件；不是的，在别名文件里各写一行 \"名称\" = []")
}

/// Two reports of one agency, a year apart.
struct Pair<'a> {
    agency: &'a str,
    old: &'a Member<'a>,
    new: &'a Member<'a>,
}

impl Pair<'_> {
    fn compare(&self) -> Vec<Finding> {
        let mut out = Vec::new();
        let same_edition = self.old.facts.edition == self.new.facts.edition;
        for link in &self.new.facts.links {
            let others = self.old.facts.links.iter().filter(|o| o.code == link.code && o.key == link.key);
            for old in others.filter(|o| same_edition || !(link.within_edition || o.within_edition)) {
                for line in &link.lines {
                    let before = old.lines.iter().find(|l| l.key == line.key);
                    out.extend(before.and_then(|b| self.broken((link, line), (old, b))));
                }
            }
        }
        out
    }

    /// The finding if this year does not continue last year.
    fn broken(&self, new: (&RelationFacts, &LineFacts), old: (&RelationFacts, &LineFacts)) -> Option<Finding> {
        let left = side(new, TermSide::Left);
        let before = side(old, TermSide::Before);
        let right = side(new, TermSide::Right);
        let (found, expected) = (sum(&left)?, sum(&before)?.checked_add(sum(&right)?)?);
        if found == expected {
            return None;
        }
        let code = new.0.code;
        let (this, last) = (self.new.facts.year, self.old.facts.year);
        let at = |t: &TermFigure<'_>| new.0.place(self.new.file, t.1);
        let was = |t: &TermFigure<'_>| old.0.place(self.old.file, t.1);
        let line = &new.1.label;
        let line = if line.is_empty() { String::new() } else { format!("“{line}”") };
        let after = if right.is_empty() {
            String::new()
        } else {
            format!("{}，即 {expected}", joined(&right, &format!("{this} 年的"), &at))
        };
        let message = format!(
            "{} {this} 年{}{line}的{}，应等于 {}{after}",
            self.agency,
            new.0.table,
            spelled(&left, "", "为 ", &at),
            spelled(&before, &format!("{last} 年的"), "", &was),
        );
        let first = left.first().map(at);
        let related = left.iter().skip(1).map(at).chain(before.iter().map(was)).chain(right.iter().map(at));
        let finding = finding(code, message)
            .related(related.collect::<Vec<_>>())
            .at(first)
            .expected(expected)
            .found(found)
            .hint("请核对两年的报告；尚未公布的，改正后再公布");
        Some(finding)
    }
}

/// A term with its figure in one line.
type TermFigure<'a> = (&'a TermFacts, &'a FactFigure);

fn side<'a>((link, line): (&'a RelationFacts, &'a LineFacts), side: TermSide) -> Vec<TermFigure<'a>> {
    link.terms.iter().zip(&line.figures).filter(|(t, _)| t.side == side).collect()
}

/// `None` if the sum does not fit.
fn sum(parts: &[TermFigure<'_>]) -> Option<Decimal> {
    parts
        .iter()
        .try_fold(Decimal::ZERO, |n, (t, f)| if t.negative { n.checked_sub(f.number) } else { n.checked_add(f.number) })
}

/// The terms of a side with their places: “…”为 3（甲.xlsx“三”D6）.
fn spelled(parts: &[TermFigure<'_>], whose: &str, is: &str, place: &dyn Fn(&TermFigure<'_>) -> Source) -> String {
    let first = parts.first().map(|p| format!("{whose}“{}”{is}{}（{}）", p.0.label, p.1.number, place(p)));
    first.unwrap_or_default() + &joined(parts.get(1..).unwrap_or_default(), whose, place)
}

/// Terms that follow others, each after its sign.
fn joined(parts: &[TermFigure<'_>], whose: &str, place: &dyn Fn(&TermFigure<'_>) -> Source) -> String {
    let space = if whose.is_empty() { "" } else { " " };
    parts.iter().map(|p| format!("{}{space}{whose}“{}”{}（{}）", sign(p), p.0.label, p.1.number, place(p))).collect()
}

fn sign(part: &TermFigure<'_>) -> &'static str {
    if part.0.negative { "减" } else { "加" }
}

#[cfg(test)]
mod tests;
