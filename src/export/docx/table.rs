//! A table of the document → WordprocessingML.
//!
//! Takes a table and the height used above it on its page, gives finished XML and the type size. It never decides a span: the
//! grid does. Tables of a run differ only in their figures, so their XML is built once per worker with placeholders for the
//! figures.

use std::cell::RefCell;

use docx_rs::{
    AlignmentType, BuildXML, HeightRule, Paragraph, Table as Built, TableAlignmentType, TableCell, TableCellMargins,
    TableLayoutType, TableRow, VAlignType, VMergeType, WidthType,
};

use super::finish;
use super::fit::{self, Fit};
use super::grid::{self, Grid, GridSlot};
use super::text::{self, twips};
use super::{measure, styles};
use crate::export::ExportError;
use crate::model::{Align, CellRole, Table};
use crate::style::Style;

/// A finished table.
pub(super) struct Finished {
    pub xml: String,
    /// Type size in points.
    pub size: f32,
}

/// Placeholder of a figure: a private-use character. A table whose own text contains it is built without the cache.
const FIGURE: &str = "\u{E000}";

/// Most tables cached: those of all editions, in the few column widths that their figures need, and recent ones with
/// blanks.
const MOST_KEPT: usize = 32;

/// Cache key: all that the XML of a table depends on, except its figures.
#[derive(PartialEq)]
struct TableKey {
    table: Table,
    fit: Fit,
    style: String,
    rule: f32,
}

/// The XML between the figures, by cache key; least recently used first.
#[derive(Default)]
pub(in crate::export) struct TableCache(RefCell<Vec<(TableKey, Vec<Box<str>>)>>);

/// Writes a table; `None` for one without rows or columns, which Word refuses. `before`: height in points used above it on its
/// page. Fails if its cells do not tile it.
pub(super) fn write(
    table: &Table,
    style: &Style,
    before: f32,
    cache: &TableCache,
) -> Result<Option<Finished>, ExportError> {
    let grid = grid::resolve(table)?;
    if grid.columns == 0 || grid.rows.is_empty() {
        return Ok(None);
    }
    let fit = fit::fit(&grid, &table.widths, style, before);
    let size = fit.size;
    let key_of = |table, fit| TableKey { table, fit, style: styles::table(size, style), rule: style.line.rule };
    let mut blank = table.clone();
    if table.rows.iter().flat_map(|r| &r.cells).map(|c| &c.text).chain([&table.caption]).any(|t| t.contains(FIGURE)) {
        return Ok(Some(Finished { xml: build(&key_of(blank, fit), style)?, size }));
    }
    let mut figures = Vec::new();
    for cell in blank.rows.iter_mut().flat_map(|r| &mut r.cells) {
        if cell.role == CellRole::Data && is_plain(&cell.text) {
            figures.push(std::mem::replace(&mut cell.text, FIGURE.to_owned()));
        }
    }
    let key = key_of(blank, fit);
    let filled = |(_, pieces): &(TableKey, Vec<Box<str>>)| fill(pieces, &figures);
    let mut kept = cache.0.borrow_mut();
    let known = kept.iter().position(|(k, _)| *k == key).and_then(|at| {
        // Moved to the end, so that it is removed last.
        kept[at..].rotate_left(1);
        kept.last().map(filled)
    });
    let xml = match known {
        Some(xml) => xml,
        None => {
            let xml = build(&key, style)?;
            let pieces: Vec<Box<str>> = xml.split(FIGURE).map(Box::from).collect();
            if pieces.len() != figures.len() + 1 {
                let reason = format!("表格“{}”的数字和它们的位置对不上", table.caption);
                return Err(ExportError::Writer { format: "DOCX", reason });
            }
            let xml = fill(&pieces, &figures);
            if kept.len() >= MOST_KEPT {
                kept.remove(0);
            }
            kept.push((key, pieces));
            xml
        }
    };
    Ok(Some(Finished { xml, size }))
}

/// Whether a text is written to XML unchanged, in a run equal to that of any other such text.
fn is_plain(text: &str) -> bool {
    let plain = |c: char| match c {
        '<' | '>' | '&' | '"' | '\'' => false,
        ' '..='~' => true,
        c => text::is_legal(c) && c >= '\u{2E80}',
    };
    !text.is_empty() && text.chars().all(plain)
}

fn fill(pieces: &[Box<str>], figures: &[String]) -> String {
    let size = pieces.iter().map(|p| p.len()).sum::<usize>() + figures.iter().map(String::len).sum::<usize>();
    let mut xml = String::with_capacity(size);
    for (i, piece) in pieces.iter().enumerate() {
        xml.push_str(piece);
        xml.push_str(figures.get(i).map_or("", String::as_str));
    }
    xml
}

fn build(key: &TableKey, style: &Style) -> Result<String, ExportError> {
    let TableKey { table, fit, style: id, .. } = key;
    let grid: Grid<'_> = grid::resolve(table)?;
    let last = grid.rows.len() - 1;
    let mut rows = Vec::with_capacity(grid.rows.len());
    for (index, slots) in grid.rows.iter().enumerate() {
        // Word keeps a row on the page of the next one if its paragraphs are marked so.
        let keep = index < last && (fit.whole || index < table.header_rows);
        let cells = slots.iter().map(|s| cell(s, fit, id, keep)).collect();
        let mut row = TableRow::new(cells);
        if !fit.splits[index] {
            row = row.cant_split();
        }
        if fit.row > 0 {
            row = row.row_height(fit.row as f32).height_rule(HeightRule::AtLeast);
        }
        rows.push(row);
    }
    let width = fit.columns.iter().sum();
    let built = Built::new(rows)
        .style(styles::GRID)
        .layout(TableLayoutType::Fixed)
        .width(width, WidthType::Dxa)
        .align(TableAlignmentType::Center)
        .margins(TableCellMargins::new().margin(fit::ABOVE, fit.side, fit::ABOVE, fit.side))
        .set_borders(styles::borders(style))
        .set_grid(fit.columns.clone());
    finish::table(&built.build(), table.header_rows.min(grid.rows.len()), &table.caption)
}

fn cell(slot: &GridSlot<'_>, fit: &Fit, id: &str, keep: bool) -> TableCell {
    let cell = slot.cell;
    let width: usize = fit.columns[cell.column..cell.column + cell.column_span].iter().sum();
    let mut p = Paragraph::new().style(id);
    if keep {
        p = p.keep_next(true);
    }
    if slot.begins {
        if cell.align == Align::Left {
            p = p.align(AlignmentType::Left);
            if cell.indent > 0 {
                p = p.indent(Some(twips(fit::indent(cell) * fit.size)), None, None, None);
            }
        } else if cell.role != CellRole::Data {
            let room = (width as f32 / 20.0 - fit.side as f32 / 10.0) / fit.size;
            let inset = twips(measure::inset(&cell.text, room) * fit.size);
            if inset > 0 {
                p = p.indent(Some(inset), None, Some(inset), None);
            }
        }
        p = p.add_run(text::run(&cell.text));
    }
    let mut built = TableCell::new().width(width, WidthType::Dxa).vertical_align(VAlignType::Center).add_paragraph(p);
    if cell.column_span > 1 {
        built = built.grid_span(cell.column_span);
    }
    if cell.row_span > 1 {
        built = built.vertical_merge(if slot.begins { VMergeType::Restart } else { VMergeType::Continue });
    }
    built
}
