//! Report → Document: order, headings and tables as the form prints them.
//!
//! Takes a report, gives the [`Document`] to publish. It never changes a word or a number, and knows no file format.

mod title;

use crate::form::{GridCell, GridContent, Table as FormTable, labels};
use crate::model::{Align, Block, Cell, CellRole, Document, Paragraph, Report, Row, Table, Value};

pub use title::made_title;
use title::title_parts;

/// A row label of at least this many characters left-aligns all labels of its column; shorter ones are centred.
const LONG_LABEL: usize = 9;

/// Composes the published document.
pub fn compose(report: &Report) -> Document {
    let cover = &report.cover;
    let words = &labels().cover;
    let fact = |label: &str, value: &Option<String>| value.as_ref().map(|v| format!("{label}：{v}"));
    let facts: Vec<String> = [fact(&words.index.label, &cover.index), fact(&words.published.label, &cover.published)]
        .into_iter()
        .flatten()
        .collect();
    let mut blocks: Vec<Block> = report.preface.iter().map(paragraph).collect();
    for (section, content) in report.form.sections.iter().zip(&report.sections) {
        // With free headings, the agency's own are among its paragraphs.
        if !report.form.free_headings {
            blocks.push(Block::Heading { level: 1, text: section.heading.clone() });
        }
        blocks.extend(content.before.iter().map(paragraph));
        if let Some(t) = section.table {
            blocks.push(Block::Table(table(&report.form.tables[t], &report.tables[t])));
        }
        blocks.extend(content.after.iter().map(paragraph));
    }
    blocks.extend(fact(&words.contact.label, &cover.contact).map(|text| Block::Paragraph { text }));
    Document {
        language: "zh-CN",
        title: title_parts(cover),
        agency: cover.agency.clone(),
        year: cover.year,
        published: cover.published.clone(),
        facts,
        blocks,
    }
}

fn paragraph(p: &Paragraph) -> Block {
    let text = p.text.clone();
    if p.level == 0 { Block::Paragraph { text } } else { Block::Heading { level: p.level, text } }
}

/// An official table with its values, one per slot of the form.
pub(crate) fn table(form: &FormTable, values: &[Value]) -> Table {
    let mut rows = vec![Row::default(); form.grid_rows()];
    let grid = form.grid();
    // Labels of one column are aligned alike: one long label left-aligns all of them.
    let outline = |g: &GridCell<'_>| form.blocks[g.block].rows.outline;
    let leaf = |g: &GridCell<'_>| matches!(g.content, GridContent::RowHead(n) if n.children.is_empty() || outline(g));
    let length = |g: &GridCell<'_>| g.content.label().map_or(0, |l| l.chars().count());
    let left: Vec<usize> = grid.iter().filter(|g| leaf(g) && length(g) >= LONG_LABEL).map(|g| g.column).collect();
    for g in &grid {
        let (role, text) = match g.content {
            GridContent::Title(t) => (CellRole::BlockHeader, t.to_owned()),
            GridContent::Corner(t) => (CellRole::ColumnHeader, t.to_owned()),
            GridContent::ColumnHead(n) => (CellRole::ColumnHeader, n.label.clone()),
            GridContent::RowHead(n) => (CellRole::RowHeader, n.label.clone()),
            GridContent::UnitHead(t) => (CellRole::ColumnHeader, t.to_owned()),
            // A header: together with the row's label it states what the number counts.
            GridContent::Unit(t) => (CellRole::RowHeader, t.to_owned()),
            GridContent::NoValue(t) => (CellRole::Data, t.to_owned()),
            GridContent::Value(slot) => (CellRole::Data, values[slot].to_string()),
        };
        let long = leaf(g) && left.contains(&g.column);
        let align = if long { Align::Left } else { Align::Center };
        let indent = match g.content {
            GridContent::RowHead(n) if outline(g) => u8::try_from(n.level).unwrap_or(u8::MAX),
            _ => 0,
        };
        let (row_span, column_span) = (g.row_span, g.column_span);
        rows[g.row].cells.push(Cell { column: g.column, row_span, column_span, text, role, align, indent });
    }
    Table {
        caption: form.caption.clone(),
        widths: form.widths.clone(),
        header_rows: form.grid_header_rows(),
        label_columns: form.label_columns,
        rows,
    }
}

#[cfg(test)]
mod tests;
