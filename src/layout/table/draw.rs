//! Draws rows of a table on a page: texts in reading order, then the rules.

use std::ops::Range;

use super::{Prepared, Sized};
use crate::layout::pages::{Item, Mark, Owner, Page, Rule};

/// Height of the em box of full-em characters above the baseline, em.
pub(in crate::layout) const ASCENT: f32 = 0.88;

/// Rows of a table that are placed on one page.
#[derive(Debug, Clone)]
pub(in crate::layout) struct Fragment {
    pub rows: Range<usize>,
    /// Whether the header rows are repeated above them.
    pub repeats: bool,
}

impl Fragment {
    /// Indices of the table's rows that are drawn, from top to bottom.
    fn lines(&self, prepared: &Prepared<'_>) -> Vec<usize> {
        let header = if self.repeats { prepared.header_rows() } else { 0 };
        (0..header).chain(self.rows.clone()).collect()
    }

    /// The rows from `from` on that fit `room` points; `None` if none does. Prefers to cut where every label that is split
    /// still fits on both sides.
    pub fn cut(prepared: &Prepared<'_>, sized: &Sized, from: usize, room: f32) -> Option<Fragment> {
        let header = prepared.header_rows();
        let repeats = from >= header && from > 0 && header > 0;
        let mut height: f32 = if repeats { sized.heights[..header].iter().sum() } else { 0.0 };
        let mut end = from;
        while end < prepared.rows && height + sized.heights[end] <= room + 0.01 {
            height += sized.heights[end];
            end += 1;
        }
        // A header must be followed by at least one row.
        let least = from.max(header) + 1;
        if end < least {
            return None;
        }
        let fits = |cut: usize| {
            prepared.cells.iter().zip(&sized.cells).all(|(c, lines)| {
                let (top, bottom) = (c.row.max(from), c.row + c.row_span);
                if c.row >= cut || bottom <= cut || bottom <= from {
                    return true;
                }
                let above: f32 = sized.heights[top..cut].iter().sum();
                let below: f32 = sized.heights[cut..bottom].iter().sum();
                lines.height() <= above.min(below)
            })
        };
        let nice = if end == prepared.rows { Some(end) } else { (least..=end).rev().find(|cut| fits(*cut)) };
        // A cut in the first half would leave the page half empty: a shrunken label is better.
        let rows = from..nice.filter(|cut| *cut > from + (end - from) / 2).unwrap_or(end);
        Some(Fragment { rows, repeats })
    }

    /// Draws the rows with their top left corner at `x`, `y` and returns their height; all in points.
    pub fn draw(&self, prepared: &Prepared<'_>, sized: &Sized, page: &mut Page, x: f32, y: f32, rule: f32) -> f32 {
        let rows = self.lines(prepared);
        let mut tops = vec![y];
        for r in &rows {
            tops.push(tops.last().copied().unwrap_or(y) + sized.heights[*r]);
        }
        // Index of the cell that covers each position, by line of this fragment.
        let mut covers: Vec<Option<usize>> = vec![None; rows.len() * prepared.columns];
        let header = rows.len() - self.rows.len();
        let mut starts: Vec<Vec<(usize, usize)>> = vec![Vec::new(); rows.len()];
        for (id, c) in prepared.cells.iter().enumerate() {
            let mut shown: Option<(usize, usize)> = None;
            for (line, r) in rows.iter().enumerate() {
                if (c.row..c.row + c.row_span).contains(r) {
                    let first = shown.map_or(line, |s| s.0);
                    shown = Some((first, line + 1));
                    for column in c.column..c.column + c.column_span {
                        covers[line * prepared.columns + column] = Some(id);
                    }
                }
            }
            if let Some((first, last)) = shown {
                starts[first].push((id, last));
            }
        }
        for (first, cells) in starts.iter_mut().enumerate() {
            cells.sort_by_key(|(id, _)| prepared.cells[*id].column);
            for (id, last) in cells.iter() {
                let c = &prepared.cells[*id];
                let again = first < header || c.row < self.rows.start;
                let owner = if again { Owner::Repeated } else { Owner::Tag(c.tag) };
                let frame = (x + sized.edges[c.column], x + sized.edges[c.column + c.column_span]);
                draw_cell(prepared, sized, *id, page, owner, frame, (tops[first], tops[*last]));
            }
        }
        draw_rules(prepared, sized, page, &covers, x, &tops, rule);
        tops.last().copied().unwrap_or(y) - y
    }
}

fn draw_cell(
    prepared: &Prepared<'_>,
    sized: &Sized,
    id: usize,
    page: &mut Page,
    owner: Owner,
    (left, right): (f32, f32),
    (top, bottom): (f32, f32),
) {
    let (cell, lines) = (&prepared.cells[id], &sized.cells[id]);
    let height = lines.height();
    // Only a label split over pages can be higher than its part of the cell; it is scaled down.
    let scale = if height > bottom - top { (bottom - top) / height } else { 1.0 };
    let size = lines.size * scale;
    let mut baseline = top + (bottom - top - height * scale) / 2.0 + ASCENT * size;
    for line in lines.lines.iter() {
        let x = if cell.is_left() { left + lines.side } else { (left + right - line.width * size) / 2.0 };
        line.draw(&cell.label.text, page, owner, x, baseline, size);
        baseline += lines.leading() * scale;
    }
}

/// Draws hairlines between different cells, adjacent pieces joined into one line.
fn draw_rules(
    prepared: &Prepared<'_>,
    sized: &Sized,
    page: &mut Page,
    covers: &[Option<usize>],
    x: f32,
    tops: &[f32],
    rule: f32,
) {
    let (lines, columns) = (tops.len() - 1, prepared.columns);
    let at = |line: usize, column: usize| covers[line * columns + column];
    let half = rule / 2.0;
    let mut put = |from: (f32, f32), to: (f32, f32)| {
        page.items.push(Item { owner: Owner::Rules, mark: Mark::Rule(Rule { from, to, width: rule }) });
    };
    for (line, top) in tops.iter().enumerate() {
        let shown = |c: usize| line == 0 || line == lines || at(line - 1, c) != at(line, c);
        for (from, to) in stretches(columns, shown) {
            put((x + sized.edges[from] - half, *top), (x + sized.edges[to] + half, *top));
        }
    }
    for column in 0..=columns {
        let shown = |l: usize| column == 0 || column == columns || at(l, column - 1) != at(l, column);
        for (from, to) in stretches(lines, shown) {
            put((x + sized.edges[column], tops[from]), (x + sized.edges[column], tops[to]));
        }
    }
}

/// Ranges of consecutive indices below `count` for which `shown` is true, as first and one past the last.
fn stretches(count: usize, shown: impl Fn(usize) -> bool) -> Vec<(usize, usize)> {
    let mut out: Vec<(usize, usize)> = Vec::new();
    for i in (0..count).filter(|i| shown(*i)) {
        match out.last_mut() {
            Some(last) if last.1 == i => last.1 = i + 1,
            _ => out.push((i, i + 1)),
        }
    }
    out
}
