//! A table: caption, groups of columns and rows, header cells with their scope, data cells with references to their headers.
//!
//! Takes a table, the kind of output and a prefix of its ids. It never decides a span or a width: these come from the document and
//! [`Columns`].

use std::fmt::Write as _;

use super::columns::Columns;
use super::heads::Heads;
use super::look::{HtmlKind, StyledPart};
use super::markup::Markup;
use crate::model::{Align, Cell, CellRole, Table};

/// Length of the longest number of a label: （十二）.
const MOST_NUMBER: usize = 4;

pub(super) fn write(m: &mut Markup<'_>, table: &Table, kind: HtmlKind, name: &str) {
    let (heads, columns) = (Heads::new(table), Columns::new(table, m.breaks));
    // A box that scrolls must be reachable by keyboard.
    let (label, focus) = (format!("{}（可左右滚动）", table.caption), columns.is_wide());
    let access = [("role", "group"), ("aria-label", label.as_str()), ("tabindex", "0")];
    let mut attributes = vec![kind.attribute(StyledPart::Box)];
    attributes.extend(access.into_iter().filter(|_| focus));
    m.open("div", &attributes);
    m.line();
    let class = if kind == HtmlKind::Page && columns.is_wide() { "wide" } else { "" };
    m.open("table", &[("class", class), ("style", &frame(&columns, kind))]);
    m.line();
    m.open("caption", &[kind.attribute(StyledPart::Caption)]);
    m.text(&table.caption);
    m.close_line();
    groups(m, &heads, &columns, kind);
    let context = CellContext { heads: &heads, columns: &columns, kind, name };
    let mut number = 0;
    let mut rows = |m: &mut Markup<'_>, range: std::ops::Range<usize>, group: &'static str| {
        if range.is_empty() {
            return;
        }
        m.open(group, &[]);
        m.line();
        for r in range {
            m.open("tr", &[]);
            m.line();
            for c in &table.rows[r].cells {
                cell(m, c, (r, number), &context);
                number += 1;
            }
            m.close_line();
        }
        m.close_line();
    };
    rows(m, 0..heads.head, "thead");
    for body in &heads.bodies {
        rows(m, body.clone(), "tbody");
    }
    m.close_line();
    m.close_line();
}

/// Style of the table element. On a page its widths are variables, since paper and phone have rules of their own for them.
fn frame(columns: &Columns, kind: HtmlKind) -> String {
    let total = columns.total();
    if kind == HtmlKind::Fragment {
        let least = if columns.is_wide() { format!(";min-width:{total:.1}em") } else { String::new() };
        return format!(
            "width:100%{least};table-layout:fixed;border-collapse:collapse;font-size:.875em;line-height:1.4"
        );
    }
    if !columns.is_wide() {
        return String::new();
    }
    let mut style = format!("--least:{total:.1}em");
    let mut edge = 0.0;
    for (i, width) in columns.least.iter().take(columns.fixed).enumerate() {
        // Writing to a string cannot fail.
        let _ = write!(style, ";--edge{i}:{edge:.1}em");
        edge += width;
    }
    style
}

fn groups(m: &mut Markup<'_>, heads: &Heads, columns: &Columns, kind: HtmlKind) {
    let total = columns.total();
    for group in &heads.groups {
        m.open("colgroup", &[]);
        for (least, share) in columns.least[group.clone()].iter().zip(&columns.share[group.clone()]) {
            let width = match (kind, columns.is_wide()) {
                (HtmlKind::Page, true) => format!("--share:{share:.2}%;--least:{least:.1}em"),
                (HtmlKind::Page, false) => format!("--share:{share:.2}%"),
                // A fragment has one set of widths for both desktop and phone.
                (HtmlKind::Fragment, true) => format!("width:{:.2}%", least / total * 100.0),
                (HtmlKind::Fragment, false) => format!("width:{share:.2}%"),
            };
            m.void("col", &[("style", &width)]);
        }
        m.close_line();
    }
}

/// Context shared by all cells of a table.
struct CellContext<'a> {
    heads: &'a Heads,
    columns: &'a Columns,
    kind: HtmlKind,
    name: &'a str,
}

fn cell(m: &mut Markup<'_>, cell: &Cell, (row, number): (usize, usize), context: &CellContext<'_>) {
    let CellContext { heads, columns, kind, name } = *context;
    let id = |n: usize| format!("{name}h{n}");
    let is_head = cell.role != CellRole::Data;
    let part = match cell.role {
        CellRole::ColumnHeader => StyledPart::ColumnHead,
        CellRole::BlockHeader => StyledPart::BlockHead,
        CellRole::RowHeader => StyledPart::Label { left: cell.align == Align::Left },
        CellRole::Data => StyledPart::Figure,
    };
    let (attribute, value) = kind.attribute(part);
    let mut value = value.to_owned();
    let stays = is_head && cell.column + cell.column_span <= columns.fixed;
    if kind == HtmlKind::Page && stays {
        let space = if value.is_empty() { "" } else { " " };
        let _ = write!(value, "{space}stay{}", cell.column);
    }
    let set_in = format!("{:.1}em", f32::from(cell.indent) + 0.4);
    let indent = match kind {
        _ if cell.indent == 0 => String::new(),
        HtmlKind::Page => format!("padding-left:{set_in}"),
        HtmlKind::Fragment => {
            let _ = write!(value, ";padding-left:{set_in}");
            String::new()
        }
    };
    let span = |n: usize| if n > 1 { n.to_string() } else { String::new() };
    let own: Vec<String> = heads.of[number].iter().map(|n| id(*n)).collect();
    m.open(
        if is_head { "th" } else { "td" },
        &[
            ("id", if is_head { id(number) } else { String::new() }.as_str()),
            ("scope", heads.scope(cell, row)),
            ("headers", &own.join(" ")),
            ("rowspan", &span(cell.row_span)),
            ("colspan", &span(cell.column_span)),
            (attribute, &value),
            ("style", &indent),
        ],
    );
    match number_end(cell) {
        Some(end) => {
            let (number, rest) = cell.text.split_at(end);
            for part in [number, rest] {
                m.open("span", &[kind.attribute(StyledPart::Piece)]);
                m.label(part);
                m.close();
            }
        }
        None if is_head => m.label(&cell.text),
        None => m.text(&cell.text),
    }
    m.close_line();
}

/// Byte offset of the end of the number, （三） or 三、, that the label of a group of rows begins with.
fn number_end(cell: &Cell) -> Option<usize> {
    if cell.role != CellRole::RowHeader || cell.row_span < 2 {
        return None;
    }
    let (at, mark) = cell.text.char_indices().take(MOST_NUMBER).find(|(_, c)| matches!(c, '）' | '、'))?;
    Some(at + mark.len_utf8()).filter(|end| *end < cell.text.len())
}
