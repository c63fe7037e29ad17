//! Breaks the text of a cell into few lines of even width, at places that read well.

use crate::layout::class::Class;
use crate::layout::line::{self, Measure, SetLine};
use crate::layout::text::{Atom, Break, Text};

/// Texts of more atoms than this are filled line by line; even widths matter in labels only.
const MOST_ATOMS: usize = 120;

/// How a cell is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::layout) enum CellStyle {
    /// A left-aligned label: filled lines, its number hanging.
    Left,
    /// A centred label: lines of even width.
    Centered,
    /// A column header: lines of even width and whole words, which mostly have two characters.
    Header,
    /// A number.
    Figure,
}

/// A header of at most this many atoms may take one more line to break between words.
const SHORT_HEADER: usize = 10;

/// Number of atoms of the number that a label begins with: `1.`, `（一）`, `一、`.
pub(super) fn number(text: &Text) -> usize {
    let head: Vec<char> = text.text.chars().take(6).collect();
    let count = |f: fn(&char) -> bool, skip: usize| head.iter().skip(skip).take_while(|c| f(c)).count();
    let digits = count(|c| c.is_ascii_digit(), 0);
    let numerals = |skip| count(|c| "一二三四五六七八九十".contains(*c), skip);
    let length = match head.first() {
        Some(c) if c.is_ascii_digit() && matches!(head.get(digits), Some('.' | '．' | '、')) => digits + 1,
        Some('（') if numerals(1) > 0 && head.get(numerals(1) + 1) == Some(&'）') => numerals(1) + 2,
        Some(_) if numerals(0) > 0 && head.get(numerals(0)) == Some(&'、') => numerals(0) + 1,
        _ => 0,
    };
    let bytes: usize = head.iter().take(length).map(|c| c.len_utf8()).sum();
    text.atoms.iter().take_while(|a| (a.end as usize) <= bytes).count()
}

/// Breaks a cell's text into the fewest lines that fit `width` em (a short header perhaps one more), of even width unless
/// `kind` is `Left`, with `hang` em before all but the first. Prefers to break after the number and after marks, and avoids
/// lines of one character.
pub(super) fn lines(text: &Text, number: usize, width: f32, hang: f32, kind: CellStyle) -> Vec<SetLine> {
    let greedy = Measure { width, first: 0.0, hang, track: 0.0, justify: false };
    let filled = line::break_lines(text, &greedy);
    if filled.len() < 2 || text.atoms.len() > MOST_ATOMS || text.atoms.iter().any(|a| a.before == Break::Must) {
        return filled;
    }
    let division = Division::new(&text.atoms, number, width, hang, kind);
    let mut found = division.best(filled.len());
    if division.is_short_header() {
        let more = division.best(filled.len() + 1);
        found = match (found, more) {
            (Some(a), Some(b)) => Some(if b.0 + 1.0 < a.0 { b } else { a }),
            (a, b) => a.or(b),
        };
    }
    let Some((_, breaks)) = found else { return filled };
    let mut from = 0;
    let mut out = Vec::with_capacity(breaks.len());
    for to in breaks {
        let mut line = line::exact_line(text, from, to, from > 0, 0.0);
        line.indent = if from > 0 { hang } else { 0.0 };
        out.push(line);
        from = to;
    }
    out
}

/// The division of a label into a number of lines, by dynamic programming over its breaks. Lengths in em.
struct Division<'t> {
    atoms: &'t [Atom],
    /// Number of atoms of the number it begins with.
    number: usize,
    width: f32,
    hang: f32,
    kind: CellStyle,
    /// Positions at which a line may end, with both ends of the text.
    stops: Vec<usize>,
    /// Width of the text up to each position.
    sums: Vec<f32>,
}

impl<'t> Division<'t> {
    fn new(atoms: &'t [Atom], number: usize, width: f32, hang: f32, kind: CellStyle) -> Division<'t> {
        let n = atoms.len();
        let stops = (0..=n).filter(|i| *i == 0 || *i == n || atoms[*i].before != Break::Never).collect();
        let mut sums = vec![0.0f32; n + 1];
        for (i, a) in atoms.iter().enumerate() {
            sums[i + 1] = sums[i] + a.width + a.space;
        }
        Division { atoms, number, width, hang, kind, stops, sums }
    }

    fn is_short_header(&self) -> bool {
        self.kind == CellStyle::Header && self.atoms.len() <= SHORT_HEADER
    }

    fn is_centered(&self) -> bool {
        self.kind != CellStyle::Left
    }

    /// Width of a line, with the marks at its edges trimmed.
    fn line_width(&self, from: usize, to: usize) -> f32 {
        let (first, last) = (&self.atoms[from], &self.atoms[to - 1]);
        let trimmed = if from > 0 && first.class == Class::Open { first.left } else { 0.0 };
        let edge = if matches!(last.class, Class::Close | Class::Stop) { last.right } else { 0.0 };
        self.sums[to] - self.sums[from] - last.space - edge - trimmed
    }

    /// Space that the line from `from` on may fill.
    fn room(&self, from: usize) -> f32 {
        if from > 0 { self.width - self.hang } else { self.width }
    }

    /// The cost of lines that cost `before`, followed by one more line, which is `width` em wide and better the closer it is to
    /// `target`.
    fn cost(&self, before: f32, from: usize, to: usize, width: f32, target: f32) -> f32 {
        let is_last = to == self.atoms.len();
        let mut cost = before;
        if self.is_centered() || !is_last {
            cost += (width - target) * (width - target) * 0.5;
        }
        if to - from == 1 {
            cost += 4.0;
        }
        if self.is_short_header() && (to - from) % 2 == 1 {
            cost += 1.0;
        }
        if !is_last {
            cost += match self.atoms[to - 1].class {
                _ if to == self.number => -4.0,
                Class::Close | Class::Stop => -1.5,
                _ if self.atoms[to].class == Class::Open => -1.0,
                _ => 0.0,
            };
        }
        cost
    }

    /// The cheapest division into `count` lines: its cost and the ends of the lines. `None` if a word would have to be cut,
    /// which filling does better.
    fn best(&self, count: usize) -> Option<(f32, Vec<usize>)> {
        let stops = &self.stops;
        let target = if self.is_centered() { self.sums[self.atoms.len()] / count as f32 } else { self.width };
        // `costs[k][e]`: least cost of `k` lines that end at stop `e`, and the stop before the last line.
        let mut costs: Vec<Vec<(f32, usize)>> = vec![vec![(f32::INFINITY, 0); stops.len()]; count + 1];
        costs[0][0] = (0.0, 0);
        for k in 1..=count {
            for e in 1..stops.len() {
                for s in (0..e).rev() {
                    let (from, to) = (stops[s], stops[e]);
                    let width = self.line_width(from, to);
                    if width > self.room(from) + 1e-3 {
                        break;
                    }
                    let before = costs[k - 1][s].0;
                    if !before.is_finite() {
                        continue;
                    }
                    let cost = self.cost(before, from, to, width, target);
                    if cost < costs[k][e].0 {
                        costs[k][e] = (cost, s);
                    }
                }
            }
        }
        let mut at = stops.len() - 1;
        let cost = costs[count][at].0;
        if !cost.is_finite() {
            return None;
        }
        let mut ends = Vec::with_capacity(count);
        for k in (1..=count).rev() {
            ends.push(stops[at]);
            at = costs[k][at].1;
        }
        ends.reverse();
        Some((cost, ends))
    }
}
