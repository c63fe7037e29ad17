//! Column widths of a table: least widths, and shares of a screen that has room for it.
//!
//! Takes a table, gives widths in em of its type size, estimated without a font: a Chinese character is one em, everything else
//! less. No column is ever narrower than its figures or than the unbreakable pieces of its labels.

use unicode_width::UnicodeWidthChar;

use super::breaks::Breaks;
use super::heads;
use crate::layout::raised_to_least;
use crate::model::{CellRole, Table};

/// Greatest width of a table that fits on a phone, em.
const PHONE: f32 = 24.0;
/// Width of a table on a wide screen and on paper, em.
const WIDE: f32 = 49.0;
/// Blank space beside a text, with the rule, em.
const SIDE: f32 = 0.9;
/// A label of a single row is not broken into lines shorter than this, em.
const LABEL: f32 = 7.0;
/// Least width of a column without that space, em.
const HEAD: f32 = 2.0;
/// A column header up to this wide stays on one line, em.
const SHORT_HEAD: f32 = 3.05;
/// Columns of labels wider than this together scroll with the rest on a phone, em.
const MOST_LABELS: f32 = 16.0;

/// Widths of a table's columns.
pub(super) struct Columns {
    /// Least widths in em.
    pub least: Vec<f32>,
    /// Shares of the whole, if there is room for more, in percent.
    pub share: Vec<f32>,
    /// Number of columns of labels that stay in view while the rest scrolls.
    pub fixed: usize,
}

impl Columns {
    pub fn new(table: &Table, breaks: &Breaks) -> Columns {
        let least = least(table, breaks);
        let total: f32 = least.iter().sum();
        let share = share(&table.widths, &least, if total > PHONE { WIDE } else { PHONE });
        let labels: f32 = least.iter().take(table.label_columns).sum();
        let fixed = if total > PHONE && labels <= MOST_LABELS { table.label_columns } else { 0 };
        Columns { least, share, fixed }
    }

    /// Least width of the table, in em.
    pub fn total(&self) -> f32 {
        self.least.iter().sum()
    }

    /// Whether its least width is wider than a phone.
    pub fn is_wide(&self) -> bool {
        self.total() > PHONE
    }
}

fn least(table: &Table, breaks: &Breaks) -> Vec<f32> {
    let mut least = vec![HEAD + SIDE; heads::width(table)];
    for c in table.rows.iter().flat_map(|r| &r.cells).filter(|c| c.column_span == 1) {
        let natural = em(&c.text);
        let needs = match c.role {
            CellRole::Data => natural,
            CellRole::ColumnHeader if natural <= SHORT_HEAD => natural,
            CellRole::RowHeader if c.row_span == 1 => unbroken(&c.text, breaks).max(natural.min(LABEL)),
            CellRole::ColumnHeader | CellRole::RowHeader => unbroken(&c.text, breaks),
            CellRole::BlockHeader => 0.0,
        };
        least[c.column] = least[c.column].max(needs + f32::from(c.indent) + SIDE);
    }
    least
}

/// Shares in percent in the form's proportions, but no column below its least width; columns above theirs give up width in
/// proportion.
fn share(weights: &[f32], least: &[f32], width: f32) -> Vec<f32> {
    let total: f32 = weights.iter().sum();
    let wanted: f32 = least.iter().sum();
    if weights.len() != least.len() || total <= 0.0 || wanted >= width {
        return least.iter().map(|l| l / wanted * 100.0).collect();
    }
    let base: Vec<f32> = weights.iter().map(|w| w / total * width).collect();
    raised_to_least(&base, least).into_iter().map(|w| w / width * 100.0).collect()
}

/// Width of the widest piece of a text that cannot break, em.
fn unbroken(text: &str, breaks: &Breaks) -> f32 {
    text.lines().flat_map(|line| breaks.pieces(line)).map(|piece| em(piece.trim_end())).fold(0.0, f32::max)
}

/// Width of the widest line of a text, em.
fn em(text: &str) -> f32 {
    let line = |l: &str| l.chars().map(width).sum::<f32>();
    text.lines().map(line).fold(0.0, f32::max)
}

fn width(c: char) -> f32 {
    match c.width_cjk() {
        Some(2) => 1.0,
        // Width of digits in the widest screen fonts.
        Some(1) => 0.65,
        _ => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_have_room_and_the_rest_follows_the_form() {
        let least = [8.0, 2.0, 10.0];
        let share = share(&[50.0, 25.0, 25.0], &least, 24.0);
        assert!((share.iter().sum::<f32>() - 100.0).abs() < 0.01, "{share:?}");
        assert!(share.iter().zip(&least).all(|(s, l)| s * 0.24 > l - 0.01), "{share:?}");
    }

    #[test]
    fn what_cannot_be_broken_is_measured() {
        assert_eq!(unbroken("（三）不予公开", &Breaks::default()), 3.0);
        assert_eq!(unbroken("", &Breaks::default()), 0.0);
        assert!(em("12345") < em("一二三四") && em("一\n二三") == 2.0);
    }
}
