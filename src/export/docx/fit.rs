//! Fits a table on one page: type size, widths of columns, least height of rows.
//!
//! The rule: from `size.table` down to `size.table_least` in steps of half a point, the first size at which no figure breaks in
//! its column and all rows fit on the page below the heading of the table. Columns keep the form's proportions, unless a figure
//! is wider than its column; then the column takes the missing width from those with room. Rows are as high as the page allows.
//! A table that fits at no size is set at the largest at which no figure breaks, and takes several pages.
//!
//! Word breaks the lines; this module only estimates, with one em per Chinese character and half an em per digit, as in the
//! fonts of a report, and a reserve.

use super::grid::Grid;
use super::measure::{lines, pieces};
use super::text::{points, twips};
use crate::model::Cell;
use crate::style::Style;

/// Distances of text from the left and right border to try, in points, largest first.
const SIDES: [f32; 2] = [3.0, 1.5];
/// Least heights of a row to try, as multiples of the type size, largest first.
const ROWS: [f32; 6] = [2.2, 2.0, 1.8, 1.6, 1.5, 1.4];
/// Distance from baseline to baseline in a cell, as a multiple of the type size.
const PITCH: f32 = 1.25;
/// Distance of text from the upper and lower border, in twips.
pub(super) const ABOVE: usize = 20;
/// Space that the estimate leaves free on a page, in points.
const RESERVE: f32 = 8.0;
/// Width that a border and Word's rounding take from a column, in points.
const BORDER: f32 = 0.6;

/// How a table is set.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Fit {
    /// Type size in points.
    pub size: f32,
    /// Widths of the columns in twips; together the width of the text.
    pub columns: Vec<usize>,
    /// Distance of text from the left and right border, in twips.
    pub side: usize,
    /// Least height of a row in twips.
    pub row: usize,
    /// Whether it fits on one page.
    pub whole: bool,
    /// Per row, whether it may split over pages: one that takes more than half a page must, or Word cuts it off or leaves a
    /// page empty.
    pub splits: Vec<bool>,
}

/// Indent of a cell's text, as a multiple of the type size.
pub(super) fn indent(cell: &Cell) -> f32 {
    1.5 * f32::from(cell.indent)
}

/// Baseline distance of table text of a size, in points.
pub(super) fn pitch(size: f32) -> f32 {
    (size * PITCH * 2.0).round() / 2.0
}

/// Fits a table with relative column `widths`. `before`: height in points of the content above it that must be on the same page.
pub(super) fn fit(grid: &Grid<'_>, widths: &[f32], style: &Style, before: f32) -> Fit {
    let page = points(style.page.text_height) - before - RESERVE;
    let steps = ((style.size.table - style.size.table_least) * 2.0).floor().max(0.0) as usize;
    let sizes = (0..=steps).map(|s| style.size.table - s as f32 / 2.0);
    let longest = longest(grid);
    let mut unbroken = None;
    for (size, side) in sizes.flat_map(|size| SIDES.map(|side| (size, side))) {
        let Some(columns) = columns(&longest, widths, size, side, points(style.page.text_width)) else { continue };
        let heights = heights(grid, &columns, size, side);
        let least = ROWS.iter().map(|r| r * size).find(|r| heights.iter().map(|h| h.max(*r)).sum::<f32>() <= page);
        let set = |row: f32, whole| Fit {
            size,
            columns: to_twips(&columns),
            side: twips(side) as usize,
            row: twips(row) as usize,
            whole,
            splits: splits(&heights, page),
        };
        if let Some(row) = least {
            return set(row, true);
        }
        if heights.iter().sum::<f32>() <= page {
            return set(0.0, true);
        }
        unbroken.get_or_insert_with(|| set(ROWS[3] * size, false));
    }
    unbroken.unwrap_or_else(|| {
        // Even the least size breaks a figure: use the form's widths, and Word breaks it.
        let (size, side) = (style.size.table_least, SIDES[SIDES.len() - 1]);
        let columns = shares(widths, points(style.page.text_width));
        let heights = heights(grid, &columns, size, side);
        let whole = heights.iter().sum::<f32>() <= page;
        let splits = splits(&heights, page);
        Fit { size, columns: to_twips(&columns), side: twips(side) as usize, row: 0, whole, splits }
    })
}

fn splits(heights: &[f32], page: f32) -> Vec<bool> {
    heights.iter().map(|h| *h > page / 2.0).collect()
}

/// The form's proportions over the width of the text, in points; equal widths unless all are finite and positive.
fn shares(widths: &[f32], total: f32) -> Vec<f32> {
    let fair = widths.iter().all(|w| w.is_finite() && *w > 0.0);
    let sum: f32 = widths.iter().sum();
    if fair && sum.is_finite() {
        widths.iter().map(|w| w / sum * total).collect()
    } else {
        vec![total / widths.len() as f32; widths.len()]
    }
}

/// The widths of the columns in points, none narrower than its longest unbreakable piece; `None` if there is no room.
fn columns(longest: &[f32], widths: &[f32], size: f32, side: f32, total: f32) -> Option<Vec<f32>> {
    let mut columns = shares(widths, total);
    let least: Vec<f32> = longest.iter().map(|em| em * size + 2.0 * side + BORDER).collect();
    let lacking: f32 = columns.iter().zip(&least).map(|(c, l)| (l - c).max(0.0)).sum();
    if lacking > 0.0 {
        let room: f32 = columns.iter().zip(&least).map(|(c, l)| (c - l).max(0.0)).sum();
        if room <= lacking {
            return None;
        }
        for (c, l) in columns.iter_mut().zip(&least) {
            *c = if *c < *l { *l } else { *c - (*c - *l) * lacking / room };
        }
    }
    Some(columns)
}

/// Per column, the longest unbreakable piece in em, of the cells in that column only.
fn longest(grid: &Grid<'_>) -> Vec<f32> {
    let mut longest = vec![0.0f32; grid.columns];
    for slot in grid.rows.iter().flatten().filter(|s| s.begins && s.cell.column_span == 1) {
        let widest = pieces(&slot.cell.text).map(|p| p.em).fold(0.0, f32::max);
        // Limited, so that an endless word in a cell of prose does not take the width of the other columns.
        longest[slot.cell.column] = longest[slot.cell.column].max(widest.min(12.0));
    }
    longest
}

/// Converts points to twips, rounded so that the sum is kept.
fn to_twips(columns: &[f32]) -> Vec<usize> {
    let (mut at, mut edge) = (0.0, 0);
    let mut out = Vec::with_capacity(columns.len());
    for c in columns {
        at += c;
        let next = twips(at);
        out.push((next - edge).max(1) as usize);
        edge = next;
    }
    out
}

/// Heights of the rows in points: the tallest cell of a single row; if a cell over several rows needs more, the difference is
/// added to the last of them.
fn heights(grid: &Grid<'_>, columns: &[f32], size: f32, side: f32) -> Vec<f32> {
    let mut heights = vec![0.0f32; grid.rows.len()];
    let mut tall = Vec::new();
    for (row, slot) in grid.rows.iter().enumerate().flat_map(|(r, slots)| slots.iter().map(move |s| (r, s))) {
        if !slot.begins {
            continue;
        }
        let cell = slot.cell;
        let width: f32 = columns[cell.column..cell.column + cell.column_span].iter().sum();
        let height = lines(&cell.text, (width - 2.0 * side - BORDER) / size - indent(cell)) as f32 * pitch(size)
            + ABOVE as f32 / 10.0
            + BORDER;
        if cell.row_span == 1 {
            heights[row] = heights[row].max(height);
        } else {
            tall.push((row, cell.row_span, height));
        }
    }
    tall.sort_by_key(|(_, span, _)| *span);
    for (row, span, height) in tall {
        let lacking = height - heights[row..row + span].iter().sum::<f32>();
        if lacking > 0.0 {
            heights[row + span - 1] += lacking;
        }
    }
    heights
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compose;
    use crate::export::docx::grid;
    use crate::form;
    use crate::model::Value;

    fn fitted(edition: &str, table: usize, value: u64) -> Fit {
        let f = form::edition(edition).unwrap();
        let values = vec![Value::Count(value); f.tables[table].slot_count()];
        let t = compose::table(&f.tables[table], &values);
        fit(&grid::resolve(&t).unwrap(), &t.widths, &Style::default(), 29.0)
    }

    #[test]
    fn every_official_table_fits_on_one_page() {
        for edition in ["2021", "2019"] {
            for table in 0..3 {
                for value in [0, 1_234_567] {
                    let fit = fitted(edition, table, value);
                    assert!(fit.whole, "{edition} {table} {value}: {fit:?}");
                    assert!((7.5..=10.5).contains(&fit.size));
                    let width = twips(points(156.0));
                    assert_eq!(fit.columns.iter().sum::<usize>(), width as usize);
                }
            }
        }
    }

    #[test]
    fn long_figures_take_room_from_the_labels() {
        let (short, long) = (fitted("2021", 1, 0), fitted("2021", 1, 1_234_567));
        assert!(long.columns[9] > short.columns[9]);
        assert!(long.columns[2] < short.columns[2]);
        let room = long.columns[9] as f32 / 20.0 - 2.0 * long.side as f32 / 20.0;
        assert!(room >= 3.5 * long.size, "{long:?}");
    }

    #[test]
    fn a_table_too_tall_for_a_page_is_not_shrunk_for_nothing() {
        let f = form::edition("2021").unwrap();
        let mut t = compose::table(&f.tables[1], &vec![Value::Count(0); f.tables[1].slot_count()]);
        for row in &mut t.rows {
            for cell in &mut row.cells {
                cell.text = cell.text.repeat(30);
            }
        }
        let fit = fit(&grid::resolve(&t).unwrap(), &t.widths, &Style::default(), 29.0);
        assert!(!fit.whole);
    }
}
