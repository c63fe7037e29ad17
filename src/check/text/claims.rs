//! T501 and T502: figures that the text states or denies, compared with the tables.
//!
//! Takes one paragraph, returns at most one warning per figure. The phrases that state a figure are data of the form. Statements
//! about part of the year, another body or some of the applicants are skipped, and so are unknown values.

use super::Passage;
use super::agency_name::same;
use super::numeral::{self, StatedNumber};
use super::phrase::PhraseReader;
use super::plain::{Plain, any, last};
use crate::check::known;
use crate::form::{Claim, ClaimKind, words};
use crate::model::{Code, Decimal, Finding, Origins, Place, Report, Source, finding};

/// Longest clause, in characters, that may limit the next one to a part of the year: 上半年，
const ADVERB: usize = 12;

/// Largest distance from the beginning of a phrase to its number, in characters, filler words included.
const REACH: usize = 80;

/// Characters after a statement that are searched for words which make it a statement about something else.
const BEHIND: usize = 16;

/// Most characters between an “and” and the figure that shares its number with another one.
const JOINED: usize = 4;

/// A statement of the text about one figure.
struct Statement<'f> {
    claim: &'f Claim,
    kind: ClaimKind,
    /// Start and end of its phrase.
    from: usize,
    to: usize,
    /// `None` if the figure is denied.
    stated: Option<StatedNumber>,
}

pub(super) fn check(report: &Report, origins: &Origins, passage: &Passage<'_>) -> Vec<Finding> {
    let claims = &report.form.claims;
    let plain = &passage.plain;
    // One finding per figure and paragraph, even if the text repeats it.
    let mut found: Vec<Option<Finding>> = claims.all.iter().map(|_| None).collect();
    let mut order: Vec<usize> = Vec::new();
    // Most phrases need a number shortly after their beginning, and most sentences contain none.
    let mut numbers = numeral::beginnings(plain, claims.counted()).peekable();
    for (at, c) in plain.chars.iter().enumerate() {
        while numbers.next_if(|n| *n < at).is_some() {}
        let counts = numbers.peek().is_some_and(|n| *n <= at + REACH);
        for opening in claims.beginning(*c).filter(|o| counts || o.denies) {
            let ends: Vec<usize> = plain.ends(at, &opening.words, report.cover.year).collect();
            let phrases = opening.phrases.iter().filter(|_| !ends.is_empty());
            for (index, kind, phrase) in phrases.filter(|(_, kind, _)| counts || *kind == ClaimKind::None) {
                let claim = &claims.all[*index];
                if found[*index].is_some() {
                    continue;
                }
                let none = *kind == ClaimKind::None;
                let beside = if none { claim.beside.as_slice() } else { &[] };
                let reader = PhraseReader { plain, year: report.cover.year, units: &claim.units, beside };
                let phrase = &claim.phrases(*kind)[*phrase];
                let Some((to, stated)) = reader.behind(phrase, ends.iter().copied()) else { continue };
                let statement = Statement { claim, kind: *kind, from: at, to, stated };
                let context = StatementContext { report, passage, statement: &statement };
                if none && !reader.closes(to) || !context.is_whole() {
                    continue;
                }
                if let Some(f) = judged(report, origins, passage, &statement) {
                    found[*index] = Some(f);
                    order.push(*index);
                }
            }
        }
    }
    order.into_iter().filter_map(|i| found[i].take()).collect()
}

/// What a statement is about, according to the text around it.
struct StatementContext<'a> {
    report: &'a Report,
    passage: &'a Passage<'a>,
    statement: &'a Statement<'a>,
}

impl StatementContext<'_> {
    /// Whether a statement is about the figure of the whole year and the whole agency.
    fn is_whole(&self) -> bool {
        // The clause up to the statement.
        let own = self.passage.plain.before(self.clause(), self.statement.from);
        !self.is_negated()
            && !self.is_of_another_body(&own)
            && !self.is_of_something_else_behind()
            && !self.is_limited_by_clause(own)
            && !self.is_limited_by_earlier_clause()
            && !self.is_of_another_year()
            && (self.statement.kind != ClaimKind::Short || self.short_phrase_fits())
    }

    /// Where the clause of the statement begins.
    fn clause(&self) -> usize {
        self.passage.plain.clause(self.statement.from)
    }

    /// Where the sentence of the statement begins.
    fn sentence(&self) -> usize {
        self.passage.plain.sentence(self.statement.from)
    }

    /// 未收到 is not 收到, and 有无 is not 无.
    fn is_negated(&self) -> bool {
        let scope = &words().scope;
        let refusing = if self.statement.kind == ClaimKind::None { &scope.doubt } else { &scope.denial };
        let before = self.statement.from.checked_sub(1).map(|i| self.passage.plain.chars[i]);
        before.is_some_and(|c| refusing.contains(c))
    }

    /// Whether the clause names another body, or the number is that of two figures together.
    fn is_of_another_body(&self, own: &str) -> bool {
        let agency = &self.report.cover.agency;
        let ends_bureau = |c: char| words().agencies.bureaus_end.has(c);
        self.statement.kind != ClaimKind::None && joint(own)
            || another(own, agency)
            // In a list of figures the subject is named before the first: 县水利局同意1件、拒绝2件.
            || self.statement.claim.within
                && own.char_indices().any(|(i, c)| ends_bureau(c) && another(&own[..i + c.len_utf8()], agency))
    }

    /// Whether words behind the statement make it one about something else.
    fn is_of_something_else_behind(&self) -> bool {
        let Statement { claim, kind, from, to, .. } = self.statement;
        *kind != ClaimKind::None && any(&self.passage.plain.after(*from, to + BEHIND), &claim.nor)
    }

    /// Whether the clause before the statement limits it to a channel, a part of the agency or of the year, or some of the
    /// applicants.
    fn is_limited_by_clause(&self, mut own: String) -> bool {
        let (claim, scope) = (self.statement.claim, &words().scope);
        // The statement must not be about a channel: 网站 is one in 政府网站收到申请, but not in 政府信息公开, which is removed
        // first.
        for matter in &words().agencies.matters {
            own = own.replace(matter.as_str(), "");
        }
        if any(&own, &claim.not) {
            return true;
        }
        if claim.within {
            own = own.replacen(scope.within.as_str(), "", 1);
        }
        // The report of a government covers all bodies below it.
        let place = self.report.cover.agency.strip_suffix(scope.government.as_str());
        let level = place.and_then(|place| place.chars().last());
        if level.is_some_and(|level| own.contains(&format!("{}{level}", scope.all))) {
            scope.everybody.iter().for_each(|w| own = own.replace(w.as_str(), ""));
        }
        let whole = last(&own, &scope.whole);
        last(&own, &scope.parts) > whole
            || last(&own, &scope.times) > whole
            || claim.within && any(&own, &scope.applicants)
    }

    /// Whether an earlier clause of the sentence limits the statement to a part of the year, of the figures or of the applicants.
    fn is_limited_by_earlier_clause(&self) -> bool {
        let (plain, scope) = (&self.passage.plain, &words().scope);
        let (clause, sentence, within) = (self.clause(), self.sentence(), self.statement.claim.within);
        let adverb = clause.checked_sub(1).map(|end| plain.before(plain.clause(end).max(sentence), end));
        let adverb = adverb.filter(|a| a.chars().count() <= ADVERB && !any(a, &scope.counts)).unwrap_or_default();
        last(&adverb, &scope.times) > last(&adverb, &scope.whole)
            || !within && adverb.starts_with(scope.within.as_str())
            || within && of_some(plain, sentence, clause)
    }

    /// The nearest year before a statement is the year it is about.
    fn is_of_another_year(&self) -> bool {
        let (plain, at) = (&self.passage.plain, self.statement.from);
        let mut earlier = (self.sentence().max(at.saturating_sub(80))..at).rev();
        let nearest = earlier.find_map(|i| plain.year(i).filter(|_| plain.has(i + 4, "年")));
        nearest.is_some_and(|year| year != self.report.cover.year)
    }

    /// Whether the text around a phrase that does not name its figure is about that figure.
    fn short_phrase_fits(&self) -> bool {
        let (plain, scope) = (&self.passage.plain, &words().scope);
        let (claim, at) = (self.statement.claim, self.statement.from);
        // 共236件，其中政府信息公开类11件: the second number is the figure, not the first.
        let behind = plain.after(self.statement.to, self.statement.to + BEHIND);
        let part = behind.trim_start_matches(['，', '（']).strip_prefix(scope.within.as_str());
        if !claim.within && part.is_some_and(|part| any(part, &claim.about)) {
            return false;
        }
        let is_about = any(&plain.before(0, at), &claim.about)
            || any(&self.passage.headings, &claim.about)
            || any(&plain.after(at, at + 30), &claim.about);
        is_about && !any(&plain.before(self.sentence(), at), &scope.elsewhere)
    }
}

/// 同意和部分同意的116件: whether a figure before an “and” has no number of its own, so that the number is that of both.
fn joint(own: &str) -> bool {
    let scope = &words().scope;
    let Some((before, between)) = own.rsplit_once(|c| scope.and.contains(c)) else { return false };
    between.chars().count() <= JOINED && scope.figures.iter().any(|w| before.ends_with(w.as_str()))
}

/// Whether another body is the subject directly before a statement: 县司法局收到.
fn another(own: &str, agency: &str) -> bool {
    let words = words();
    let mut subject = own;
    while let Some(less) = words.scope.adverbs.iter().find_map(|w| subject.strip_suffix(w.as_str())) {
        subject = less;
    }
    words.agencies.bureaus.iter().any(|b| subject.ends_with(b.as_str()))
        && !words.years.own.iter().any(|w| subject.ends_with(w.as_str()))
        && !agency.is_empty()
        // Its own name, after any text. Endings of fewer than three characters match too many names.
        && !subject.char_indices().rev().skip(2).any(|(i, _)| same(&subject[i..], agency))
}

/// Whether an earlier clause of the sentence, without a number, limits the statement to some applicants: 企业的申请中，
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

/// The finding for a statement that contradicts the tables.
fn judged(report: &Report, origins: &Origins, passage: &Passage<'_>, statement: &Statement<'_>) -> Option<Finding> {
    let claim = statement.claim;
    let sum = |slots: &[(usize, usize)]| -> Option<Decimal> { slots.iter().map(|(t, s)| known(report, *t, *s)).sum() };
    let scale = Decimal::from(claim.scale);
    // Number and precision in the unit of the table.
    let stated = statement.stated.map(|s| StatedNumber { number: s.number / scale, place: s.place / scale, ..s });
    let number = stated.map_or(Decimal::ZERO, |s| s.number);
    // Counts are exact to one; amounts of money may have any number of decimals.
    let finest = if claim.scale == 1 { Decimal::ONE } else { Decimal::ZERO };
    // A statement about an unknown value is neither confirmed nor denied.
    let denies = |slots: &Vec<(usize, usize)>| match (stated, sum(slots)) {
        (_, None) => false,
        (Some(s), Some(sum)) => s.denies(sum, finest),
        (None, Some(sum)) => !sum.is_zero(),
    };
    let reader = PhraseReader { plain: &passage.plain, year: report.cover.year, units: &claim.units, beside: &[] };
    let including = claim.including.as_ref().filter(|(phrases, _)| {
        // Directly after the number or up to two characters later: after a bracket, a comma.
        (0..3).any(|skip| phrases.iter().any(|phrase| reader.read(phrase, statement.to + skip).is_some()))
    });
    let slots = match including {
        Some((_, sum)) => std::slice::from_ref(sum),
        // A statement of zero is compared with the first sum only.
        None if number.is_zero() => &claim.sums[..1],
        None => claim.sums.as_slice(),
    };
    if !slots.iter().all(denies) {
        return None;
    }
    let slots = &slots[0];
    let figure = sum(slots)?;
    let code = if number.is_zero() || figure.is_zero() { Code::T502 } else { Code::T501 };
    let quote = passage.plain.quote(statement.from, statement.to);
    let related: Vec<Source> = slots.iter().filter_map(|s| source(origins, *s)).collect();
    let message = format!("{}写“{quote}”，而{} {figure}", passage.place(), named(report, origins, slots));
    let hint = format!("请核对{}的数量，把正文或表格改成一致", claim.what);
    Some(finding(code, message).at(passage.source.clone()).expected(figure).found(quote).related(related).hint(hint))
}

fn source(origins: &Origins, (table, slot): (usize, usize)) -> Option<Source> {
    origins.source(Place::Value { table, slot }).cloned()
}

/// The values of a sum for a message: table, cell and label of a single value; table and cells of several.
fn named(report: &Report, origins: &Origins, slots: &[(usize, usize)]) -> String {
    let form = &report.form;
    let cell = |s: &(usize, usize)| source(origins, *s).and_then(|s| s.cell).map(|c| c.to_string());
    let label = |(t, s): &(usize, usize)| {
        let table = &form.tables[*t];
        let (row, column) = (table.row_path(*s), table.column_path(*s));
        // The row label names the value; if there is only one row, the column label with the labels above it.
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
