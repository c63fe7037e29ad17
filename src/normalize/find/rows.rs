//! The rows of a block: each of the form's rows with the row of the sheet that has its label.
//!
//! Part of [`super`]: takes the heads of a block, matches the rows below them in order. Rows that cannot be assigned with certainty
//! are named in a finding.

use std::ops::ControlFlow;

use super::super::fold::Folded;
use super::super::value;
use super::super::view::View;
use super::{BlockSearch, Located};
use crate::form::ValueKind;
use crate::model::{Address, Code, Finding, MOST_ALIKE, Source, finding};

/// Fewest rows with the same fault that are joined into one finding: one cause is likelier than as many slips.
const SAME_FAULT: usize = 4;

/// Empty rows after which a block has ended.
const BLANK_ROWS: usize = 20;

impl BlockSearch<'_> {
    /// Matches the rows below the heads with the form's, in order, by their labels. Returns whether any row belongs to the block.
    pub(super) fn labelled_rows(&self, view: &View<'_>, located: &mut Located) -> bool {
        let first_row = located.bottom + 1;
        let mut rows = RowMatcher {
            search: self,
            view,
            located,
            next: 0,
            matched: 0,
            odd: Vec::new(),
            surplus: 0,
            findings: Vec::new(),
        };
        let mut blank_rows = 0;
        for row in first_row..=view.last_row() {
            let cells = view.row(row);
            if !self.step(1 + cells.len()) {
                return false;
            }
            blank_rows = if cells.is_empty() { blank_rows + 1 } else { 0 };
            if blank_rows == BLANK_ROWS || !cells.is_empty() && rows.row(row).is_break() {
                break;
            }
        }
        if rows.matched == 0 {
            return false;
        }
        rows.finish();
        true
    }

    /// Joins the findings of rows that all fail from the same column on: a single cause affects as many rows as the table has.
    fn join_unassigned(&self, findings: &mut Vec<Finding>) {
        let unassigned = |f: &Finding| f.code == Code::N205;
        let cells: Vec<Source> = findings.iter().filter(|f| unassigned(f)).filter_map(|f| f.source.clone()).collect();
        let column = |s: &Source| s.cell.map(|at| at.column);
        let Some((first, column)) = cells.first().and_then(|first| Some((first, column(first)?))) else { return };
        if cells.len() < SAME_FAULT || cells.iter().any(|s| s.cell.is_none_or(|at| at.column != column)) {
            return;
        }
        let letters = Address { row: 0, column }.to_string();
        let letters = letters.trim_end_matches('1');
        let message = format!("{}有 {} 行的数字对不上表头的各列，都从 {letters} 列起", self.table_name, cells.len());
        let fix = "请核对表头和这一列：多出的列请删去，缺少的列名请补上，没有发生的填 0";
        let joined = finding(Code::N205, message).at(first.clone()).related(cells.iter().skip(1).cloned()).hint(fix);
        let place = findings.iter().position(unassigned).unwrap_or(0);
        findings.retain(|f| !unassigned(f));
        findings.insert(place, joined);
    }

    /// The note on a row that was accepted with unknown wording.
    fn read_as(&self, view: &View<'_>, at: Address, leaf: usize) -> Finding {
        let (written, official) = (view.text(at).unwrap_or_default().trim(), self.block.rows.leaves[leaf].label());
        let message = format!("{}的行名“{written}”（{at}）认作“{official}”", self.table_name);
        finding(Code::N112, message).at(Source::cell(&view.sheet.name, at))
    }

    fn missing(&self, view: &View<'_>, leaves: std::ops::Range<usize>) -> Finding {
        let labels: Vec<_> = leaves.map(|l| format!("“{}”", self.block.rows.leaves[l].label())).collect();
        let message = format!("{}缺少{}，共 {} 行", self.table_name, labels.join("、"), labels.len());
        let fix = "请照标准模板补上这些行，没有发生的填 0";
        finding(Code::N203, message).at(Source::sheet(&view.sheet.name)).hint(fix)
    }

    pub(super) fn surplus(&self, view: &View<'_>, at: Address) -> Finding {
        let label: String = view.text(at).unwrap_or_default().chars().take(30).collect();
        let named = if label.is_empty() { String::new() } else { format!("“{label}”") };
        let message = format!("{}第 {} 行{named}（{at}）不在表样之中，或者重复、次序不对", self.table_name, at.row + 1);
        finding(Code::N202, message).at(Source::cell(&view.sheet.name, at)).hint("请删去这一行，或并入表样规定的行")
    }

    /// The findings on a line that has no value in the form: a mark is ignored, a 0 is reported, anything else may belong to
    /// another row.
    fn line_without_value(&self, view: &View<'_>, located: &Located, row: u32, label: Address) -> Vec<Finding> {
        let text = view.text(label).unwrap_or_default().trim();
        let remark = |at: Address| {
            let source = Source::cell(&view.sheet.name, at);
            let place = format!("{}“{text}”一行不填数", self.table_name);
            match value::read(view.content(at.row, at.column), ValueKind::Amount, None, None, None) {
                Ok((value, _)) if value.is_absent() => None,
                Ok((value, _)) if value.number().is_zero() => {
                    Some(finding(Code::N111, format!("{place}，{at} 的 0 没有采用")).at(source))
                }
                _ => {
                    let fix = "如果数字错了行，请移到它所属的一行；否则请删去";
                    Some(finding(Code::N202, format!("{place}，{at} 却填了内容")).at(source).hint(fix))
                }
            }
        };
        self.value_cells(view, located, row).filter_map(remark).collect()
    }
}

/// Matches the rows of a sheet with the rows of a block, from top to bottom.
struct RowMatcher<'a> {
    search: &'a BlockSearch<'a>,
    view: &'a View<'a>,
    located: &'a mut Located,
    /// The form's row that is expected next.
    next: usize,
    /// Number of rows found by their labels.
    matched: usize,
    /// Rows with unknown wording, assigned to the row expected there: accepted only if all other rows are found.
    odd: Vec<(usize, Address)>,
    /// Number of rows that the form does not have at their place; of these, `MOST_ALIKE` are reported one by one.
    surplus: usize,
    findings: Vec<Finding>,
}

impl<'a> RowMatcher<'a> {
    /// Matches a row that is not empty. Breaks at the first row that does not belong to the block.
    fn row(&mut self, row: u32) -> ControlFlow<()> {
        let own_labels = self.search.labels;
        let (first_column, right) = (self.located.heads[0].column, self.located.right);
        let labels: Vec<_> = self.view.labels_in_rows(row, row).filter(|(at, _)| at.column < right).collect();
        if self.begins_another_block(&labels) {
            return ControlFlow::Break(());
        }
        let own = labels.iter().rev().find(|(at, f)| at.column < first_column && own_labels.rows.is_any(&f.body));
        let leaf = own.and_then(|(_, f)| self.leaf(f));
        let has_values = self.search.value_cells(self.view, self.located, row).next().is_some();
        let is_complete = self.next == own_labels.rows.leaves.len();
        match (leaf, own) {
            (Some(leaf), Some((at, _))) if leaf >= self.next => self.known_row(row, leaf, *at, &labels),
            (Some(_), Some((at, _))) if has_values => self.surplus_row(*at),
            // A line that has no value in the form. Once `MOST_ALIKE` findings are reached, it is treated as an unknown row
            // below.
            (None, Some((at, _)))
                if has_values && self.search.block.rows.outline && self.findings.len() < MOST_ALIKE =>
            {
                self.located.bottom = row;
                self.findings.extend(self.search.line_without_value(self.view, self.located, row, *at));
            }
            // A group's label, a repeated header, a note: no numbers, nothing to place.
            _ if !has_values => {
                // After the last row, heads belong to another table.
                if is_complete && (!self.repeats_labels(&labels) || self.has_head(row)) {
                    return ControlFlow::Break(());
                }
            }
            _ if is_complete && row > self.located.bottom + 1 => return ControlFlow::Break(()),
            _ => self.unknown_row(row, &labels),
        }
        ControlFlow::Continue(())
    }

    /// Whether a row has a label of another block or section.
    fn begins_another_block(&self, labels: &[(Address, &Folded)]) -> bool {
        let (own_labels, first_column) = (self.search.labels, self.located.heads[0].column);
        let sibling = |f: &Folded| own_labels.siblings.contains(&f.body) && !own_labels.rows.is_any(&f.body);
        labels.iter().any(|(at, f)| at.column < first_column && sibling(f))
            || labels.iter().any(|(_, f)| own_labels.stops.contains(&f.body) || own_labels.stops.contains(f.short()))
    }

    /// The form's row with this label: the next one if there is one, otherwise one that was already passed.
    fn leaf(&self, label: &Folded) -> Option<usize> {
        let rows = &self.search.labels.rows;
        let met = |l: usize| self.located.row_labels[l].is_some();
        rows.after(self.next, &label.body, met)
            .or_else(|| (0..rows.leaves.len()).find(|l| rows.is_leaf(*l, &label.body)))
    }

    /// Whether a row repeats labels of the block and has no others.
    fn repeats_labels(&self, labels: &[(Address, &Folded)]) -> bool {
        let own_labels = self.search.labels;
        let own = |f: &Folded| {
            own_labels.columns.is_any(&f.body)
                || own_labels.rows.is_any(&f.body)
                || own_labels.unit_heads.contains(&f.body)
                || own_labels.corner.as_ref() == Some(&f.body)
        };
        !labels.is_empty() && labels.iter().all(|(_, f)| own(f))
    }

    /// Whether a row has a column label in one of the block's columns.
    fn has_head(&self, row: u32) -> bool {
        let in_column = |at: Address| self.located.heads.iter().any(|h| h.column == at.column);
        self.view.labels_in_rows(row, row).any(|(at, f)| in_column(at) && self.search.labels.columns.is_any(&f.body))
    }

    fn known_row(&mut self, row: u32, leaf: usize, label: Address, labels: &[(Address, &Folded)]) {
        if leaf > self.next {
            self.findings.push(self.search.missing(self.view, self.next..leaf));
        }
        self.assign(row, leaf, label);
        let own = labels.iter().filter(|(_, f)| self.search.labels.rows.is_any(&f.body));
        self.located.left = own.map(|(at, _)| at.column).fold(self.located.left, u32::min);
        self.located.bottom = row;
        self.matched += 1;
        self.next = leaf + 1;
    }

    /// A row with values whose label is not the form's. It still belongs to the block, so that its cells are not taken for prose.
    fn unknown_row(&mut self, row: u32, labels: &[(Address, &Folded)]) {
        let (own_labels, first_column) = (self.search.labels, self.located.heads[0].column);
        let label = labels.iter().rev().find(|(at, _)| at.column < first_column);
        let at = label.map_or(self.view.row(row)[0].at, |(at, _)| *at);
        self.located.bottom = row;
        let like =
            |f: &Folded| own_labels.rows.is_leaf_bare(self.next, f) || own_labels.rows.is_like(self.next, &f.body);
        if self.next < own_labels.rows.leaves.len() && label.is_some_and(|(_, f)| like(f)) {
            self.assign(row, self.next, at);
            self.odd.push((self.next, at));
            self.next += 1;
        } else {
            self.surplus_row(at);
        }
    }

    fn surplus_row(&mut self, at: Address) {
        self.surplus += 1;
        if self.surplus <= MOST_ALIKE {
            self.findings.push(self.search.surplus(self.view, at));
        }
    }

    /// Records label, unit and values of a row.
    fn assign(&mut self, row: u32, leaf: usize, label: Address) {
        self.located.row_labels[leaf] = Some(label);
        self.located.units[leaf] = self.search.unit_cell(self.view, self.located, row, label);
        self.located.rows[leaf] = self.search.row_cells(self.view, self.located, row, label, &mut self.findings);
    }

    /// Decides about rows with unknown wording, and completes the findings.
    fn finish(mut self) {
        let count = self.search.labels.rows.leaves.len();
        let refused = |f: &Finding| matches!(f.code, Code::N202 | Code::N203);
        let certain = self.next == count && !self.findings.iter().any(refused);
        for (leaf, at) in std::mem::take(&mut self.odd) {
            if certain {
                self.findings.push(self.search.read_as(self.view, at, leaf));
            } else {
                self.located.rows[leaf] = None;
                self.findings.push(self.search.surplus(self.view, at));
            }
        }
        let name = self.search.table_name;
        if self.surplus > MOST_ALIKE {
            let message = format!("{name}另有 {} 行不在表样之中，或者重复、次序不对", self.surplus - MOST_ALIKE);
            let at = Source::sheet(&self.view.sheet.name);
            self.findings.push(finding(Code::N202, message).at(at).hint("请删去这些行"));
        }
        self.refuse_shifted_rows(count);
        if self.next < count {
            self.findings.push(self.search.missing(self.view, self.next..count));
        }
        self.search.join_unassigned(&mut self.findings);
        self.located.findings.append(&mut self.findings);
    }

    /// Replaces the notes on shifted rows by one error if there are many: a lost merge shifts a few rows, an inserted column all of
    /// them.
    fn refuse_shifted_rows(&mut self, count: usize) {
        let is_note = |f: &Finding| f.code == Code::N106;
        let shifted = self.findings.iter().filter(|f| is_note(f)).count();
        if shifted * 3 <= count || shifted <= 1 {
            return;
        }
        let first = self.findings.iter().find(|f| is_note(f)).and_then(|f| f.source.clone());
        self.findings.retain(|f| !is_note(f));
        let name = self.search.table_name;
        let message = format!("{name}有 {shifted} 行的数字与表头错开，可能多了一列，不能确定各属哪一列");
        let hint = "请照标准模板删去多出的列，把数字与表头对齐";
        self.findings.push(finding(Code::N205, message).at(first).hint(hint));
    }
}
