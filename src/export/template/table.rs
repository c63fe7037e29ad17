//! The sheet of a section with a table: heading, text before the table, the official table, text after it.

use super::{entry, totals::totals};
use crate::export::ExportError;
use crate::export::sheet::cells::{At, sum};
use crate::export::sheet::content::{CellContent, shown};
use crate::export::sheet::grid::{self, PlacedTable};
use crate::export::sheet::look::Look;
use crate::export::sheet::{Sheet, fault};
use crate::form::{self, Form, Unit, ValueKind, labels};
use crate::model::{Section, Value};

/// Number of empty rows for text after the table, and the least height of a row with text in points.
const SPARE: usize = 2;
const PARAGRAPH: f64 = 40.0;
/// Height in points of the row that labels them.
const LABEL: f64 = 21.0;
/// Least number of rows below the header for which it is frozen; shorter tables fit a screen.
const FROZEN_FROM: usize = 12;

/// The sheet of the section that contains table `index` of the form.
pub fn sheet(
    form: &Form,
    section: &form::Section,
    index: usize,
    values: Option<&[Value]>,
    content: Option<&Section>,
) -> Result<Sheet, ExportError> {
    let table = &form.tables[index];
    let mut sheet = Sheet::new(&section.sheet, &grid::widths(table, values))?;
    let columns = sheet.columns();
    let input = Look::body().input();
    // With free headings, the agency's own are among the paragraphs.
    let own = form.free_headings && content.is_some();
    let mut row = if own { 0 } else { sheet.paragraph(0, columns, &section.heading, &Look::heading(), 30.0)? };
    for p in content.iter().flat_map(|c| &c.before) {
        let look = if p.level == 1 { &Look::heading().input() } else { &input };
        row = sheet.paragraph(row, columns, &p.text, look, 0.0)?;
    }
    let (top, heads) = (row, table.grid_header_rows());
    let grid = PlacedTable::new(table, top);
    fill(&mut sheet, form, index, values, &grid)?;
    row = grid.end() + 1;
    sheet.span(row, 1, 0, columns, &labels().text.notes, &Look::head())?;
    sheet.height(row, LABEL)?;
    row += 1;
    let after = content.iter().flat_map(|c| &c.after).map(|p| p.text.as_str());
    let room = sheet.room(0, columns, &input);
    for text in after.chain(std::iter::repeat_n("", SPARE)) {
        row = sheet.paragraph(row, columns, text, &input, if text.is_empty() { room } else { PARAGRAPH })?;
    }
    if heads > 0 {
        let last = top + heads as u32 - 1;
        sheet.inner.set_repeat_rows(top, last).map_err(fault)?;
        // Paragraphs above the table would be frozen too and fill the screen.
        if top == 1 && table.grid_rows() >= heads + FROZEN_FROM {
            sheet.inner.set_freeze_panes(last + 1, table.label_columns as u16).map_err(fault)?;
        }
    }
    sheet.inner.set_print_area(0, 0, row - 1, columns - 1).map_err(fault)?;
    sheet.keep_on_one_page(top, grid.end(), row)?;
    Ok(sheet)
}

/// Input cells for values of one kind and unit.
struct Inputs {
    kind: (ValueKind, Option<Unit>),
    cells: Vec<At>,
}

/// Writes the table with its inputs, formulas, rules and colours.
fn fill(
    sheet: &mut Sheet,
    form: &Form,
    index: usize,
    values: Option<&[Value]>,
    grid: &PlacedTable<'_>,
) -> Result<(), ExportError> {
    let table = &form.tables[index];
    let totals = totals(form, index, values);
    let places = grid.places();
    let mut inputs: Vec<Inputs> = Vec::new();
    for (slot, at) in places.iter().enumerate().filter(|(slot, _)| !totals.contains_key(slot)) {
        let kind = table.kind(slot);
        match inputs.iter_mut().find(|i| i.kind == kind) {
            Some(same) => same.cells.push(*at),
            None => inputs.push(Inputs { kind, cells: vec![*at] }),
        }
    }
    let look = |slot: usize| {
        // No number format: a fixed number of decimals would hide what was typed or pasted.
        let look = Look::value();
        // A total that is not the sum of its parts is the agency's own figure, which may have to be corrected: not locked.
        if totals.contains_key(&slot) { look } else { look.input() }
    };
    let given = |slot: usize| values.filter(|_| !totals.contains_key(&slot)).map(|v| shown(&v[slot]));
    grid.draw(sheet, |slot| (look(slot), given(slot).unwrap_or(CellContent::Empty)))?;
    for (slot, total) in &totals {
        let (row, column) = places[*slot];
        let terms: Vec<(At, bool)> = total.terms.iter().map(|t| (places[t.0], t.1)).collect();
        sheet.formula(row, column, &sum(&terms, false), &total.result.normalize().to_string(), &look(*slot))?;
    }
    for Inputs { kind: (kind, unit), cells } in inputs {
        entry::restrict(sheet, kind, unit, &cells)?;
    }
    entry::watch(sheet, form, index, &places)
}
