//! T501 and T502: figures that the text tells, or denies, against the tables.

use super::Passage;
use super::agency::same;
use super::numeral::{self, Said};
use super::phrase::Reader;
use super::plain::{Plain, any, last};
use crate::check::known;
use crate::form::{Told, Way, words};
use crate::model::{Code, Decimal, Finding, Origins, Place, Report, Source, finding};

/// A clause of time before the one at hand is no longer than this: 上半年，
const ADVERB: usize = 12;

/// Farthest that the number of a phrase stands behind its beginning: words of a phrase and what may stand between them.
const REACH: usize = 80;

/// Letters behind what is told in which a word may say that it is something else.
const BEHIND: usize = 16;

/// Most letters between an “and” and the figure that is told with another.
const JOINED: usize = 4;

/// One figure that the text tells: from where to where, and the number, none where it is denied.
struct Claim<'f> {
    told: &'f Told,
    from: usize,
    to: usize,
    said: Option<Said>,
}

pub(super) fn check(report: &Report, origins: &Origins, passage: &Passage<'_>) -> Vec<Finding> {
    let telling = &report.form.telling;
    let plain = &passage.plain;
    // One finding a figure and paragraph, however often a text repeats it.
    let mut found: Vec<Option<Finding>> = telling.told.iter().map(|_| None).collect();
    let mut order: Vec<usize> = Vec::new();
    // Most sentences hold no number, and most phrases need one soon behind their beginning.
    let mut numbers = numeral::beginnings(plain, telling.counted()).peekable();
    for (at, c) in plain.chars.iter().enumerate() {
        while numbers.next_if(|n| *n < at).is_some() {}
        let counts = numbers.peek().is_some_and(|n| *n <= at + REACH);
        for opening in telling.beginning(*c).filter(|o| counts || o.denies) {
            let ends: Vec<usize> = plain.ends(at, &opening.words, report.cover.year).collect();
            let phrases = opening.phrases.iter().filter(|_| !ends.is_empty());
            for (index, way, phrase) in phrases.filter(|(_, way, _)| counts || *way == Way::None) {
                let told = &telling.told[*index];
                if found[*index].is_some() {
                    continue;
                }
                let none = *way == Way::None;
                let beside = if none { told.beside.as_slice() } else { &[] };
                let reader = Reader { plain, year: report.cover.year, units: &told.units, beside };
                let phrase = &told.phrases(*way)[*phrase];
                let Some((to, said)) = reader.behind(phrase, ends.iter().copied()) else { continue };
                let claim = Claim { told, from: at, to, said };
                if none && !reader.closes(to) || !speaks(report, passage, &claim, *way) {
                    continue;
                }
                if let Some(f) = judged(report, origins, passage, &claim) {
                    found[*index] = Some(f);
                    order.push(*index);
                }
            }
        }
    }
    order.into_iter().filter_map(|i| found[i].take()).collect()
}

/// Whether the words at a place speak of the whole year's and the whole agency's figure.
fn speaks(report: &Report, passage: &Passage<'_>, claim: &Claim<'_>, way: Way) -> bool {
    let (plain, scope) = (&passage.plain, &words().scope);
    let (told, at) = (claim.told, claim.from);
    let before = at.checked_sub(1).map(|i| plain.chars[i]);
    // 未收到 is not 收到, 有无 no 无.
    let refusing = if way == Way::None { &scope.doubt } else { &scope.denial };
    if before.is_some_and(|c| refusing.contains(c)) {
        return false;
    }
    let (clause, sentence) = (plain.clause(at), plain.sentence(at));
    // What is spoken of is no channel: 网站 is one in 政府网站收到申请, none in 政府信息公开.
    let mut own = plain.before(clause, at);
    let agency = &report.cover.agency;
    if way != Way::None && joint(&own) || another(&own, agency) {
        return false;
    }
    // One who tells a list of figures is named before the first: 县水利局同意1件、拒绝2件.
    if told.within
        && own
            .char_indices()
            .any(|(i, c)| words().agencies.bureaus_end.has(c) && another(&own[..i + c.len_utf8()], agency))
    {
        return false;
    }
    if way != Way::None && any(&plain.after(at, claim.to + BEHIND), &told.nor) {
        return false;
    }
    for matter in &words().agencies.matters {
        own = own.replace(matter.as_str(), "");
    }
    if any(&own, &told.not) {
        return false;
    }
    if told.within {
        own = own.replacen(scope.within.as_str(), "", 1);
    }
    // A government tells of all below it.
    let level = agency.strip_suffix(scope.government.as_str()).and_then(|place| place.chars().last());
    if level.is_some_and(|level| own.contains(&format!("{}{level}", scope.all))) {
        scope.everybody.iter().for_each(|w| own = own.replace(w.as_str(), ""));
    }
    let whole = last(&own, &scope.whole);
    if last(&own, &scope.parts) > whole || last(&own, &scope.times) > whole {
        return false;
    }
    let adverb = clause.checked_sub(1).map(|end| plain.before(plain.clause(end).max(sentence), end));
    let adverb = adverb.filter(|a| a.chars().count() <= ADVERB && !any(a, &scope.counts)).unwrap_or_default();
    if last(&adverb, &scope.times) > last(&adverb, &scope.whole)
        || !told.within && adverb.starts_with(scope.within.as_str())
    {
        return false;
    }
    if told.within && (any(&own, &scope.applicants) || of_some(plain, sentence, clause)) {
        return false;
    }
    // The last year that is named before governs what is told.
    let earlier = sentence.max(at.saturating_sub(80))..at;
    if earlier
        .rev()
        .find_map(|i| plain.year(i).filter(|_| plain.has(i + 4, "年")))
        .is_some_and(|y| y != report.cover.year)
    {
        return false;
    }
    if way != Way::Short {
        return true;
    }
    // 共236件，其中政府信息公开类11件: the part is the figure, not the whole.
    let behind = plain.after(claim.to, claim.to + BEHIND);
    let part = behind.trim_start_matches(['，', '（']).strip_prefix(scope.within.as_str());
    if !told.within && part.is_some_and(|part| any(part, &told.about)) {
        return false;
    }
    let said = plain.before(sentence, at);
    let nearby = plain.before(0, at);
    (any(&nearby, &told.about) || any(&passage.headings, &told.about) || any(&plain.after(at, at + 30), &told.about))
        && !any(&said, &scope.elsewhere)
}

/// 同意和部分同意的116件: whether a figure before an “and” has no number of its own, and so the number is that of both.
fn joint(own: &str) -> bool {
    let scope = &words().scope;
    let Some((before, between)) = own.rsplit_once(|c| scope.and.contains(c)) else { return false };
    between.chars().count() <= JOINED && scope.figures.iter().any(|w| before.ends_with(w.as_str()))
}

/// Whether another body is the subject right before what is told: 县司法局收到.
fn another(own: &str, agency: &str) -> bool {
    let words = words();
    let mut subject = own;
    while let Some(less) = words.scope.adverbs.iter().find_map(|w| subject.strip_suffix(w.as_str())) {
        subject = less;
    }
    words.agencies.bureaus.iter().any(|b| subject.ends_with(b.as_str()))
        && !words.years.own.iter().any(|w| subject.ends_with(w.as_str()))
        && !agency.is_empty()
        // Its own name, whatever stands before it; what is shorter fits too many.
        && !subject.char_indices().rev().skip(2).any(|(i, _)| same(&subject[i..], agency))
}

/// Whether a clause without a number before the one at hand speaks of some applicants alone: 企业的申请中，
fn of_some(plain: &Plain<'_>, sentence: usize, clause: usize) -> bool {
    let scope = &words().scope;
    let mut end = clause;
    while end > sentence.max(clause.saturating_sub(REACH)) {
        let start = plain.clause(end - 1).max(sentence);
        let text = plain.before(start, end);
        if any(&text, &scope.applicants) && !any(&text, &scope.counts) {
            return true;
        }
        end = start;
    }
    false
}

/// The finding of a claim that the tables deny.
fn judged(report: &Report, origins: &Origins, passage: &Passage<'_>, claim: &Claim<'_>) -> Option<Finding> {
    let told = claim.told;
    let sum = |slots: &[(usize, usize)]| -> Option<Decimal> { slots.iter().map(|(t, s)| known(report, *t, *s)).sum() };
    let scale = Decimal::from(told.scale);
    // Number and place in the unit of the table.
    let said = claim.said.map(|s| Said { number: s.number / scale, place: s.place / scale, ..s });
    let number = said.map_or(Decimal::ZERO, |s| s.number);
    // Counts are told to the last one, money as far as one likes.
    let finest = if told.scale == 1 { Decimal::ONE } else { Decimal::ZERO };
    // A claim about an unknown value is neither confirmed nor denied.
    let denies = |slots: &Vec<(usize, usize)>| match (said, sum(slots)) {
        (_, None) => false,
        (Some(s), Some(sum)) => s.denies(sum, finest),
        (None, Some(sum)) => !sum.is_zero(),
    };
    let reader = Reader { plain: &passage.plain, year: report.cover.year, units: &told.units, beside: &[] };
    let including = told.including.as_ref().filter(|(phrases, _)| {
        // Right behind the number or up to two letters on: behind a bracket, a comma.
        (0..3).any(|skip| phrases.iter().any(|phrase| reader.read(phrase, claim.to + skip).is_some()))
    });
    let slots = match including {
        Some((_, sum)) => std::slice::from_ref(sum),
        // That there was none is said of all of it.
        None if number.is_zero() => &told.sums[..1],
        None => told.sums.as_slice(),
    };
    if !slots.iter().all(denies) {
        return None;
    }
    let slots = &slots[0];
    let figure = sum(slots)?;
    let code = if number.is_zero() || figure.is_zero() { Code::T502 } else { Code::T501 };
    let quote = passage.plain.quote(claim.from, claim.to);
    let related: Vec<Source> = slots.iter().filter_map(|s| source(origins, *s)).collect();
    let message = format!("{}写“{quote}”，而{} {figure}", passage.place(), named(report, origins, slots));
    let finding = if code == Code::T501 { finding(Code::T501, message) } else { finding(Code::T502, message) };
    let hint = format!("请核对{}的数量，把正文或表格改成一致", told.what);
    Some(finding.at(passage.source.clone()).expected(figure).found(quote).related(related).hint(hint))
}

fn source(origins: &Origins, (table, slot): (usize, usize)) -> Option<Source> {
    origins.source(Place::Value { table, slot }).cloned()
}

/// The values of a sum in words: table, cell and label of one, of several where they stand.
fn named(report: &Report, origins: &Origins, slots: &[(usize, usize)]) -> String {
    let form = &report.form;
    let cell = |s: &(usize, usize)| source(origins, *s).and_then(|s| s.cell).map(|c| c.to_string());
    let label = |(t, s): &(usize, usize)| {
        let table = &form.tables[*t];
        let (row, column) = (table.row_path(*s), table.column_path(*s));
        // The row says what it is; where there is one row alone, the column with what it stands under.
        let block = &table.blocks[table.at(*s).block];
        match (block.rows.leaves.is_empty(), row.last()) {
            (false, Some(row)) if block.column_count() > 1 => format!("{row}·{}", column.last().unwrap_or(&"")),
            (false, Some(row)) => (*row).to_owned(),
            _ => column.join("·"),
        }
    };
    let Some(first) = slots.first() else { return String::new() };
    let name = &form.tables[first.0].name;
    if let [one] = slots {
        return format!("{name} {}“{}”是", cell(one).unwrap_or_default(), label(one));
    }
    let cells: Vec<String> = slots.iter().filter_map(cell).collect();
    match (cells.first(), cells.last(), slots.len()) {
        (Some(_), Some(_), 2 | 3) => format!("{name} {} 之和是", cells.join("、")),
        (Some(a), Some(b), _) => format!("{name} {a} 至 {b} 之和是"),
        _ => format!("{name} {}之和是", slots.iter().take(3).map(|s| format!("“{}”", label(s))).collect::<String>()),
    }
}
