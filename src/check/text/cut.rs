//! T507: a sentence that is split into paragraphs by line breaks that were pasted with the text.
//!
//! Takes the paragraphs of a report, returns one finding per run of splits. A missing final mark alone is not enough: the border
//! must show the split (a comma before it, a bracket closed after it, a word in two parts), or several lines must be of the same
//! width.

use super::Passage;
use super::plain::Plain;
use crate::form::{CutWords, words};
use crate::model::{Code, Finding, Place, Report, Source, finding};
use crate::normalize::numerals::is_ordinal;

/// Characters quoted on either side of a border.
const QUOTED: usize = 12;
/// Widths, in Chinese characters, of lines that may have been broken at the margin of a page, and the largest difference between
/// lines of one page.
const LINES: std::ops::RangeInclusive<f32> = 18.0..=50.0;
const DIFFERENCE: f32 = 2.0;
/// Shortest line before the leftover end of a sentence, and longest such leftover, in characters.
const LINE: usize = 10;
const LEFT_OVER: usize = 4;
/// Longest label before a colon, in characters: 联系电话：
const LABEL: usize = 8;

/// What the border between two paragraphs shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Border {
    /// No split, or the start of a new paragraph.
    Whole,
    /// The first paragraph has no final mark and the second may continue it.
    Open,
    /// One sentence continues across it.
    Cut,
}

pub(super) fn check(report: &Report, passages: &[Passage<'_>]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut from = 0;
    while from < passages.len() {
        let follows = |i: &usize| passages.get(*i).is_some_and(|p| follows(report, passages[*i - 1].place, p.place));
        let to = (from + 1..).take_while(follows).last().unwrap_or(from);
        runs(&passages[from..=to], &mut findings);
        from = to + 1;
    }
    findings
}

/// Whether a paragraph directly follows another, with no heading or table between them.
fn follows(report: &Report, before: Place, place: Place) -> bool {
    match (before, place) {
        (Place::Preface { paragraph: a }, Place::Preface { paragraph: b }) => a + 1 == b,
        (Place::Paragraph { section, paragraph: a }, Place::Paragraph { section: other, paragraph: b }) => {
            let above = report.sections.get(section).map_or(0, |s| s.before.len());
            section == other && a + 1 == b && (b < above || a >= above)
        }
        _ => false,
    }
}

/// Adds the findings of consecutive paragraphs.
fn runs(lines: &[Passage<'_>], findings: &mut Vec<Finding>) {
    let cut = cuts(lines);
    let mut at = 0;
    while let Some(first) = (at..cut.len()).find(|i| cut[*i]) {
        // Splits with at most one unsplit border between them are one run: they were probably pasted together.
        let mut last = first;
        while let Some(next) = (last + 1..cut.len().min(last + 3)).find(|i| cut[*i]) {
            last = next;
        }
        findings.push(of_run(lines, &cut, first, last));
        at = last + 1;
    }
}

/// The finding for the run of borders from `first` to `last`.
fn of_run(lines: &[Passage<'_>], cut: &[bool], first: usize, last: usize) -> Finding {
    let (above, below) = (&lines[first].plain, &lines[first + 1].plain);
    let end = above.chars.len();
    let (head, tail) = (above.quote(end.saturating_sub(QUOTED), end), below.quote(0, QUOTED));
    let count = (first..=last).filter(|i| cut[*i]).count();
    let what = match (count, last - first + 2) {
        (1, _) => "的一段断在句子中间".to_owned(),
        (_, parts) if count + 1 == parts => format!("起的一句话断成了 {parts} 段"),
        (_, parts) => format!("起的 {parts} 段里有 {count} 处断在句子中间"),
    };
    let which = if count > 1 { "第一处" } else { "" };
    let message = format!("{}{what}，{which}断在“{head}”和“{tail}”之间", lines[first].place());
    let source = lines[first].source.clone();
    // Consecutive paragraphs of one cell count as one place.
    let mut related: Vec<Source> = lines[first + 1..=last + 1].iter().filter_map(|l| l.source.clone()).collect();
    related.dedup();
    related.retain(|s| Some(s) != source.as_ref());
    let hint = "请把断开的几段接成一段，多半是从别处复制来的换行";
    finding(Code::T507, message).at(source).found(format!("{head}|{tail}")).related(related).hint(hint)
}

/// For each border, whether a sentence continues across it.
fn cuts(lines: &[Passage<'_>]) -> Vec<bool> {
    let borders: Vec<Border> = lines.windows(2).map(|w| border(&w[0].plain, &w[1].plain)).collect();
    let widths: Vec<f32> = lines.iter().map(|l| width(&l.plain)).collect();
    let mut cut: Vec<bool> = borders.iter().map(|b| *b == Border::Cut).collect();
    // Lines of one page: at least two open borders in a row between lines of about the same width, the last line not wider.
    let mut from = 0;
    while from < borders.len() {
        let open = borders[from..].iter().take_while(|b| **b != Border::Whole).count();
        let to = from + open;
        let same = |i: usize| LINES.contains(&widths[i]) && (widths[i] - widths[from]).abs() <= DIFFERENCE;
        let fits = widths.get(to).is_some_and(|w| *w <= widths[from] + DIFFERENCE);
        if open >= 2 && (from..to).all(same) && fits {
            cut[from..to].fill(true);
        }
        from = to + 1;
    }
    // If a short line is split at one border, an open border at its other end is a split too.
    for i in 1..cut.len() {
        cut[i] |= cut[i - 1] && borders[i] == Border::Open && short(&lines[i].plain);
    }
    for i in (1..cut.len()).rev() {
        cut[i - 1] |= cut[i] && borders[i - 1] == Border::Open && short(&lines[i - 1].plain);
    }
    cut
}

/// Whether a paragraph is short enough to be a line of a page; a longer one merely lacks its final mark.
fn short(plain: &Plain<'_>) -> bool {
    width(plain) <= *LINES.end()
}

/// Width of a text in Chinese characters; ASCII characters count half.
fn width(plain: &Plain<'_>) -> f32 {
    plain.chars.iter().map(|c| if c.is_ascii() { 0.5 } else { 1.0 }).sum()
}

fn border(above: &Plain<'_>, below: &Plain<'_>) -> Border {
    let b = &words().cut;
    let (Some(last), Some(first)) = (above.chars.last(), below.chars.first()) else { return Border::Whole };
    let ended = match last {
        '”' | '’' | '）' => above.chars.iter().rev().nth(1).is_some_and(|c| b.whole.contains(*c)),
        c => b.whole.contains(*c),
    };
    if ended || labelled(above) && !b.open_ends.contains(*last) {
        return Border::Whole;
    }
    if b.no_starts.contains(*first) {
        return Border::Cut;
    }
    if begins_item(below) || labelled(below) {
        return Border::Whole;
    }
    if b.open_ends.contains(*last) || closes_bracket(above, below) || parts_of_one(b, above, below) {
        return Border::Cut;
    }
    let text: String = below.chars.iter().take(LABEL).collect();
    let opens = b.opens.iter().any(|w| text.starts_with(w.as_str())) || below.year(0).is_some();
    if opens || above.chars.len() < LABEL || begins_item(above) { Border::Whole } else { Border::Open }
}

/// Whether the text on both sides of a border belongs to one word or phrase.
fn parts_of_one(b: &CutWords, above: &Plain<'_>, below: &Plain<'_>) -> bool {
    let end = above.chars.len();
    let ends_in = |all: &[String]| all.iter().any(|w| tail_is(above, w));
    let begins = |all: &[String]| below.longest(0, all).is_some();
    let number = above.chars[end - 1].is_ascii_digit() && begins(&b.units) && !begins(&b.no_units);
    let word = b.words.iter().any(|w| {
        let letters: Vec<char> = w.chars().collect();
        (1..letters.len()).any(|i| {
            let (head, tail): (String, String) = (letters[..i].iter().collect(), letters[i..].iter().collect());
            tail_is(above, &head) && below.has(0, &tail)
        })
    });
    let wants = ends_in(&b.wants) && !ends_in(&b.ends) || ends_in(&b.takes) && below.has(0, "《");
    let goes_on = begins(&b.goes_on) && !begins(&b.begins);
    let rest = below.chars.len().saturating_sub(1);
    let left_over = below.chars.last() == Some(&'。')
        && (1..=LEFT_OVER).contains(&rest)
        && end >= LINE
        && !b.short.iter().any(|w| below.has(0, w));
    number || word || wants || goes_on || left_over
}

fn tail_is(plain: &Plain<'_>, word: &str) -> bool {
    let mut letters = plain.chars.iter().rev();
    word.chars().rev().all(|c| letters.next() == Some(&c))
}

/// Whether a bracket or quotation opened in the last sentence is closed in the next paragraph.
fn closes_bracket(above: &Plain<'_>, below: &Plain<'_>) -> bool {
    const PAIRS: [(char, char); 4] = [('《', '》'), ('（', '）'), ('“', '”'), ('〔', '〕')];
    let start = above.sentence(above.chars.len().saturating_sub(1));
    PAIRS.into_iter().any(|(open, close)| {
        let count = |c: char| above.chars[start..].iter().filter(|l| **l == c).count();
        let next = below.chars.iter().find(|c| [open, close].contains(c));
        count(open) > count(close) && next == Some(&close)
    })
}

/// Whether a paragraph begins with a label and a colon: an address, a telephone number, a date.
fn labelled(plain: &Plain<'_>) -> bool {
    plain.chars.iter().take(LABEL).position(|c| *c == '：').is_some_and(|at| at >= 2)
}

/// Whether a paragraph begins like a list item or a heading: 一是, 1., （一）, 第一, ·.
fn begins_item(plain: &Plain<'_>) -> bool {
    let numeral = |c: &&char| is_ordinal(**c) || c.is_ascii_digit();
    let skip = usize::from(matches!(plain.chars.first(), Some('（' | '第')));
    let length = plain.chars.iter().skip(skip).take_while(numeral).count();
    let behind = plain.chars.get(skip + length);
    let numbered = length > 0
        && matches!(
            (plain.chars.first(), behind),
            (Some('（'), Some('）')) | (Some('第'), _) | (_, Some('、' | '.' | '．' | '）' | '是'))
        );
    let bullet = plain.chars.first().is_some_and(|c| {
        matches!(c, '·' | '•' | '●' | '■' | '◆' | '▲' | '★' | '※' | '*' | '-' | '—' | '\u{2460}'..='\u{2473}')
    });
    numbered || bullet
}

#[cfg(test)]
mod tests;
