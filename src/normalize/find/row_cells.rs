//! The cells of a row of a block: one per column of the form.
//!
//! Part of [`super`]: takes a row and the heads of its block, returns the cells of its values. A row whose numbers do not fit the
//! heads is named in a finding.

use super::super::value::looks_like_value;
use super::super::view::View;
use super::{BlockSearch, Located, is_value};
use crate::import::{Cell, Content};
use crate::model::{Address, Code, Finding, Source, finding};

impl BlockSearch<'_> {
    /// Cells of a row that contain a value, inside the block's columns.
    pub(super) fn value_cells<'v>(
        &self,
        view: &'v View<'_>,
        located: &Located,
        row: u32,
    ) -> impl Iterator<Item = Address> + use<'v> {
        let (first, last) = (located.heads[0].column, located.right);
        view.row(row)
            .iter()
            .filter(move |c| (first..=last).contains(&c.at.column) && is_value(&c.content))
            .map(|c| c.at)
    }

    /// The cells of a matched row, one per column leaf; `None` and a finding if they are not certain.
    pub(super) fn row_cells(
        &self,
        view: &View<'_>,
        located: &Located,
        row: u32,
        label: Address,
        findings: &mut Vec<Finding>,
    ) -> Option<Vec<Address>> {
        let heads = &located.heads;
        let filled = self.filled_cells(view, located, row, label);
        let (cells, used) = cells_below(heads, view, row, &filled);
        if let Some(wide) = cells.iter().find(|a| self.covers_several(view, located, **a)) {
            let message = format!("{}的 {wide} 合并了几个格子，不能确定数字属于哪一个", self.table_name);
            let fix = "请取消合并，每格各填各的，没有发生的填 0";
            findings.push(finding(Code::N205, message).at(Source::cell(&view.sheet.name, *wide)).hint(fix));
            return None;
        }
        // A number to the right of a full row is a check column of the agency's own.
        let beside = filled.iter().filter(|a| a.column > located.right).count();
        let full = used == heads.len() && filled.len() == used + beside;
        if cells.len() == heads.len() && (used == filled.len() || full) {
            return Some(cells);
        }
        let in_a_row = filled.windows(2).all(|w| w[1].column == w[0].column + 1);
        let inside = filled.last().is_some_and(|a| a.column <= located.right);
        let numbers = filled.iter().all(|a| view.content(a.row, a.column).is_some_and(is_value));
        if filled.len() == heads.len() && in_a_row && inside && numbers {
            let (name, row, count) = (self.table_name, row + 1, heads.len());
            let message = format!("{name}第 {row} 行的数字整体错位，已按先后顺序对应到 {count} 列，请核对");
            findings.push(finding(Code::N106, message).at(Source::cell(&view.sheet.name, filled[0])));
            return Some(filled);
        }
        findings.push(self.unassigned(view, heads, row, &filled));
        None
    }

    /// The cells of a row that are filled in, from its label to the right, except the unit and columns that the form does not have.
    fn filled_cells(&self, view: &View<'_>, located: &Located, row: u32, label: Address) -> Vec<Address> {
        let unit = self.unit_cell(view, located, row, label);
        view.row(row)
            .iter()
            .filter(|c| c.at.column > label.column && !located.surplus.contains(&c.at.column))
            .filter(|c| Some(c.at) != unit)
            // Inside the table every text counts as a value; beside it only what looks like one.
            .filter(|c| c.at.column <= located.right || is_value(&c.content))
            .filter(|c| !matches!(&c.content, Content::Text(t) if t.trim().is_empty()))
            .map(|c| c.at)
            .collect()
    }

    /// The error that the filled cells of a row do not fit the heads.
    fn unassigned(&self, view: &View<'_>, heads: &[Address], row: u32, filled: &[Address]) -> Finding {
        let source = |a: &Address| Source::cell(&view.sheet.name, *a);
        let outside = filled.iter().find(|a| !heads.iter().any(|h| h.column == a.column)).or(filled.first());
        let message = format!(
            "{}第 {} 行有 {} 个数字，{} 对不上表头的 {} 列",
            self.table_name,
            row + 1,
            filled.len(),
            outside.map_or_else(|| "有的".to_owned(), Address::to_string),
            heads.len()
        );
        let fix = "请把这一行的数字与表头的各列对齐，没有发生的填 0";
        finding(Code::N205, message).at(outside.map(source)).related(filled.iter().map(source)).hint(fix)
    }

    /// The cell of a row that names its unit: below the head of the unit column, or else between label and values.
    pub(super) fn unit_cell(&self, view: &View<'_>, located: &Located, row: u32, label: Address) -> Option<Address> {
        self.block.unit_column.as_ref()?;
        let between = label.column + 1..located.heads[0].column;
        let unit = |c: &&Cell| match (&c.content, located.unit_column) {
            (Content::Text(_), Some(column)) => c.at.column == column && column != label.column,
            (Content::Text(text), None) => between.contains(&c.at.column) && !looks_like_value(text),
            _ => false,
        };
        view.row(row).iter().find(unit).map(|c| c.at)
    }

    /// The single row of a block without row labels: the one below the heads. Below empty rows, only a full row is accepted.
    pub(super) fn unlabelled_row(&self, view: &View<'_>, located: &mut Located) {
        let below = located.bottom + 1;
        let values = |row: u32| self.value_cells(view, located, row).count();
        let next = (below..below + 20).find(|row| !view.row(*row).is_empty()).unwrap_or(below);
        let row = if values(below) == 0 && values(next) == located.heads.len() { next } else { below };
        let cells: Vec<Address> = located.heads.iter().map(|h| Address { row, column: h.column }).collect();
        let (first, last) = (located.heads[0].column, located.right);
        let inside = self.value_cells(view, located, row).count();
        let beside = view.row(row).iter().filter(|c| is_value(&c.content)).map(|c| c.at);
        // A number directly beside a row that is not full may have been shifted.
        let beside = beside.filter(|a| a.column + 1 == first || a.column > last).filter(|_| inside < cells.len());
        let outside: Vec<Address> =
            self.value_cells(view, located, row).filter(|a| !cells.contains(a)).chain(beside).collect();
        let wide = cells.iter().find(|a| self.covers_several(view, located, **a)).copied();
        for a in outside.into_iter().chain(wide) {
            let message = format!("{}第 {} 行的 {a} 不能确定属于哪一列", self.table_name, row + 1);
            let fix = "请把这一行的数字与表头的各列对齐，没有发生的填 0";
            located.findings.push(finding(Code::N205, message).at(Source::cell(&view.sheet.name, a)).hint(fix));
        }
        located.bottom = row;
        let blank = self.value_cells(view, located, row).next().is_none();
        let further = if blank { next } else { row + 1 };
        let further = Some(further).filter(|r| *r > row).and_then(|r| self.value_cells(view, located, r).next());
        if let Some(extra) = further {
            let extra = self.surplus(view, extra);
            located.findings.push(extra);
        }
        located.rows[0] = Some(cells);
    }

    /// Whether a value other than 0 is in a merged range over several rows or columns of the block.
    fn covers_several(&self, view: &View<'_>, located: &Located, at: Address) -> bool {
        let end = view.span_end(at);
        let columns = located.heads.iter().filter(|h| (at.column..=end.column).contains(&h.column)).count();
        let counts = match view.content(at.row, at.column) {
            Some(Content::Number(n)) => !n.is_zero(),
            Some(Content::Text(t)) => looks_like_value(t) && t.chars().any(|c| c.is_numeric() && c != '0'),
            Some(_) => true,
            None => false,
        };
        counts && (end.row > at.row || columns > 1)
    }
}

/// The cell below each head, and how many of them are filled in; fewer cells than heads if a head has several below it.
fn cells_below(heads: &[Address], view: &View<'_>, row: u32, filled: &[Address]) -> (Vec<Address>, usize) {
    let mut cells = Vec::with_capacity(heads.len());
    let mut used = 0;
    for (i, head) in heads.iter().enumerate() {
        let end = view.span_end(*head).column;
        let end = heads.get(i + 1).map_or(end, |next| end.min(next.column - 1));
        let mut inside = filled.iter().filter(|a| (head.column..=end).contains(&a.column));
        let first = inside.next();
        if inside.next().is_some() {
            break;
        }
        used += usize::from(first.is_some());
        cells.push(first.copied().unwrap_or(Address { row, column: head.column }));
    }
    (cells, used)
}
