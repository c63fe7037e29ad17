//! A table at one type size: column widths, lines of every cell, row heights.

use std::sync::Arc;

use super::{Prepared, PreparedCell, cell};
use crate::layout::columns::raised_to_least;
use crate::layout::line::SetLine;
use crate::model::CellRole;

/// Distance between baselines within a cell, em.
const LEADING: f32 = 1.25;
/// Blank space between a rule and text beside it, em.
const SIDE: f32 = 0.35;
/// The same for figures, which may use more of a narrow column.
const FIGURE_SIDE: f32 = 0.1;
/// The figures of a table shrink together down to this share of the type size; one that must be smaller shrinks alone.
const FIGURES_LEAST: f32 = 0.72;
/// Least type size of a shrunken figure, points.
const LEAST_SIZE: f32 = 4.5;
/// Blank space above and below the text of a cell, em: comfortable, and least.
const PAD: f32 = 0.45;
const LEAST_PAD: f32 = 0.14;
/// Blank space that is sufficient, em: beyond it, smaller type for the sake of more space would not read better.
const ENOUGH_PAD: f32 = 0.3;

/// A table at one size. Lengths in points.
pub(in crate::layout) struct Sized {
    pub size: f32,
    /// Blank space above and below the text of a cell, em.
    pub pad: f32,
    /// Left edges of the columns, relative to that of the table, and the right edge of the last.
    pub edges: Vec<f32>,
    pub heights: Vec<f32>,
    /// In the order of [`Prepared::cells`].
    pub cells: Vec<CellLines>,
}

/// A cell's lines at their size.
#[derive(Clone)]
pub(in crate::layout) struct CellLines {
    pub size: f32,
    pub lines: Arc<[SetLine]>,
    /// Blank space before the text of a left-aligned cell, points.
    pub side: f32,
}

impl CellLines {
    /// Height of the text without the space around it, points.
    pub fn height(&self) -> f32 {
        // An empty cell is as high as one with a line.
        self.size * (1.0 + LEADING * self.lines.len().saturating_sub(1) as f32)
    }

    /// Distance between baselines, points.
    pub fn leading(&self) -> f32 {
        self.size * LEADING
    }
}

impl Sized {
    /// Type sizes from `most` down to `least` in steps of half a point.
    pub fn sizes(most: f32, least: f32) -> impl Iterator<Item = f32> {
        let steps = ((most - least) / 0.5).floor().max(0.0) as usize;
        let odd = (most - 0.5 * steps as f32 > least + 0.01).then_some(least);
        (0..=steps).map(move |k| most - 0.5 * k as f32).chain(odd)
    }

    /// Readability: type size in points, then vertical space, weighted.
    pub fn score(&self) -> f32 {
        self.size + self.pad.min(ENOUGH_PAD) * 9.0 + self.pad
    }

    /// Whether its vertical space is sufficient, so that smaller type would not read better.
    pub fn is_airy(&self) -> bool {
        self.pad >= ENOUGH_PAD
    }

    /// The table with the most vertical space that fits `room` points; `None` if it does not fit at this size.
    pub fn within(&self, prepared: &Prepared<'_>, room: f32) -> Option<Sized> {
        let with = |pad| Sized {
            size: self.size,
            pad,
            edges: self.edges.clone(),
            heights: row_heights(prepared, &self.cells, 2.0 * pad * self.size),
            cells: self.cells.clone(),
        };
        let tight = with(LEAST_PAD);
        let spare = room - tight.height();
        if spare < 0.0 {
            return None;
        }
        // Every row grows by the same amount. If labels over several rows then make the table too high, the least space is
        // used.
        let pad = LEAST_PAD + spare / (2.0 * self.size * prepared.rows.max(1) as f32);
        Some(with(pad.min(PAD))).filter(|t| t.height() <= room + 0.01).or(Some(tight))
    }

    /// Measures a table `width` points wide, with comfortable space.
    pub fn new(prepared: &Prepared<'_>, size: f32, width: f32) -> Sized {
        let mut edges = vec![0.0];
        for w in column_widths(prepared, size, width) {
            edges.push(edges.last().copied().unwrap_or(0.0) + w);
        }
        let room = |c: &PreparedCell| edges[c.column + c.column_span] - edges[c.column];
        let own_scale = |c: &PreparedCell| {
            let needs = c.label.width * size;
            ((room(c) - 2.0 * FIGURE_SIDE * size) / needs.max(0.01)).min(1.0)
        };
        let data = || prepared.cells.iter().filter(|c| c.role == CellRole::Data);
        let scale = data().map(own_scale).fold(1.0, f32::min).max(FIGURES_LEAST);
        let cells: Vec<CellLines> = prepared
            .cells
            .iter()
            .map(|c| {
                if c.role == CellRole::Data {
                    let own = (size * scale.min(own_scale(c))).max(LEAST_SIZE);
                    let em = (room(c) - 2.0 * FIGURE_SIDE * size) / own + 0.01;
                    let lines = c.label.lines(0, em, 0.0, cell::CellStyle::Figure);
                    return CellLines { size: own, lines, side: FIGURE_SIDE * size };
                }
                let em = (room(c) / size - 2.0 * SIDE - c.indent).max(1.0);
                let left = c.is_left();
                let number: f32 = c.label.text.atoms[..c.label.number].iter().map(|a| a.width + a.space).sum();
                // A number hangs only if more than four em remain beside it.
                let hang = if left && em - number > 4.0 { number } else { 0.0 };
                let number = if hang > 0.0 { 0 } else { c.label.number };
                let kind = if left {
                    cell::CellStyle::Left
                } else if c.role == CellRole::ColumnHeader {
                    cell::CellStyle::Header
                } else {
                    cell::CellStyle::Centered
                };
                let side = (SIDE + c.indent) * size;
                CellLines { size, lines: c.label.lines(number, em, hang, kind), side }
            })
            .collect();
        let heights = row_heights(prepared, &cells, 2.0 * PAD * size);
        Sized { size, pad: PAD, edges, heights, cells }
    }

    pub fn height(&self) -> f32 {
        self.heights.iter().sum()
    }
}

/// Column widths in points in the form's proportions, but no column narrower than its figures and short labels need, as far as
/// `width` allows.
fn column_widths(prepared: &Prepared<'_>, size: f32, width: f32) -> Vec<f32> {
    let weights = &prepared.table.widths;
    let total: f32 = weights.iter().sum();
    let base: Vec<f32> = weights.iter().map(|w| w / total * width).collect();
    // At least two characters per column. Long labels may wrap, so their columns can become narrower, down to a few characters.
    let mut least = vec![size * (2.0 + 2.0 * SIDE); base.len()];
    for c in prepared.cells.iter().filter(|c| c.column_span == 1) {
        let natural = c.label.width;
        let needs = match c.role {
            CellRole::Data => natural + 2.0 * SIDE,
            CellRole::ColumnHeader if natural <= 3.05 => natural + 2.0 * SIDE,
            CellRole::ColumnHeader => 2.0 + 2.0 * SIDE,
            CellRole::RowHeader => {
                let number: f32 = c.label.text.atoms[..c.label.number].iter().map(|a| a.width).sum();
                let rest = natural - number;
                (if rest <= 4.05 {
                    rest
                } else if c.is_left() {
                    6.0
                } else {
                    3.0
                }) + 2.0 * SIDE
                    + c.indent
            }
            CellRole::BlockHeader => 0.0,
        };
        // At most 40 % of the table: a very long figure shrinks or wraps instead of taking the width of other columns.
        least[c.column] = least[c.column].max((needs * size + 0.05).min(width * 0.4));
    }
    let wanted: f32 = least.iter().sum();
    if wanted >= width {
        return least.iter().map(|l| l / wanted * width).collect();
    }
    raised_to_least(&base, &least)
}

/// Row heights in points; `white`: points above and below the text of a cell together.
fn row_heights(prepared: &Prepared<'_>, cells: &[CellLines], white: f32) -> Vec<f32> {
    let mut heights = vec![white; prepared.rows];
    for (c, lines) in prepared.cells.iter().zip(cells).filter(|(c, _)| c.row_span == 1) {
        heights[c.row] = heights[c.row].max(lines.height() + white);
    }
    for (c, lines) in prepared.cells.iter().zip(cells).filter(|(c, _)| c.row_span > 1) {
        let rows = &mut heights[c.row..c.row + c.row_span];
        let missing = lines.height() + white - rows.iter().sum::<f32>();
        if missing > 0.0 {
            let each = missing / rows.len() as f32;
            rows.iter_mut().for_each(|h| *h += each);
        }
    }
    heights
}
