//! The rows of a block: each of the form's rows with the cells of its values.
//!
//! Part of [`super`]: takes the heads of a block, returns the cells by row and column. Cells that cannot be assigned with
//! certainty are named in a finding.

use super::super::fold::Folded;
use super::super::value::{self, looks_like_value};
use super::super::view::View;
use super::{Located, Target, is_value};
use crate::form::ValueKind;
use crate::import::{Cell, Content};
use crate::model::{Address, Code, Finding, MOST_ALIKE, Source, finding};

/// Fewest rows with the same fault that are joined into one finding: one cause is likelier than as many slips.
const SAME_FAULT: usize = 4;

impl Target<'_> {
    /// Matches the rows below the heads with the form's, in order, by their labels. Returns whether any row belongs to the block.
    pub(super) fn labelled_rows(&self, view: &View<'_>, located: &mut Located) -> bool {
        let first_column = located.heads[0].column;
        let count = self.known.rows.leaves.len();
        let mut next = 0;
        let mut matched = 0;
        let mut row = located.bottom + 1;
        let mut blank_rows = 0;
        let mut findings = Vec::new();
        // Rows with unknown wording, assigned to the row expected there: accepted only if all other rows are found.
        let mut odd: Vec<(usize, Address)> = Vec::new();
        let mut surplus = 0;
        while row <= view.last_row() && blank_rows < 20 {
            let cells = view.row(row);
            if !self.step(1 + cells.len()) {
                return false;
            }
            if cells.is_empty() {
                blank_rows += 1;
                row += 1;
                continue;
            }
            blank_rows = 0;
            let labels: Vec<_> = view.labels_in_rows(row, row).filter(|(at, _)| at.column < located.right).collect();
            let sibling = |f: &Folded| self.known.siblings.contains(&f.body) && !self.known.rows.is_any(&f.body);
            if labels.iter().any(|(at, f)| at.column < first_column && sibling(f)) {
                break;
            }
            if labels.iter().any(|(_, f)| self.known.stops.contains(&f.body) || self.known.stops.contains(f.short())) {
                break;
            }
            let own = labels.iter().rev().find(|(at, f)| at.column < first_column && self.known.rows.is_any(&f.body));
            let leaf = own.and_then(|(_, f)| {
                let is = |l: &usize| self.known.rows.is_leaf(*l, &f.body);
                let met = |l: usize| located.row_labels[l].is_some();
                self.known.rows.after(next, &f.body, met).or_else(|| (0..count).find(is))
            });
            let has_values = self.value_cells(view, located, row).next().is_some();
            match (leaf, own) {
                (Some(leaf), Some((at, _))) if leaf >= next => {
                    if leaf > next {
                        findings.push(self.missing(view, next..leaf));
                    }
                    located.row_labels[leaf] = Some(*at);
                    located.units[leaf] = self.unit_cell(view, located, row, *at);
                    located.rows[leaf] = self.row_cells(view, located, row, *at, &mut findings);
                    let groups =
                        labels.iter().filter(|(_, f)| self.known.rows.is_any(&f.body)).map(|(at, _)| at.column);
                    located.left = groups.fold(located.left, u32::min);
                    located.bottom = row;
                    matched += 1;
                    next = leaf + 1;
                }
                (Some(_), Some((at, _))) if has_values => {
                    surplus += 1;
                    if surplus <= MOST_ALIKE {
                        findings.push(self.surplus(view, *at));
                    }
                }
                // A line that has no value in the form. Once `MOST_ALIKE` findings are reached, it is treated as an unknown row
                // below.
                (None, Some((at, _))) if has_values && self.block.rows.outline && findings.len() < MOST_ALIKE => {
                    located.bottom = row;
                    findings.extend(self.line_without_value(view, located, row, *at));
                }
                // A group's label, a repeated header, a note: no numbers, nothing to place.
                _ if !has_values => {
                    let header = !labels.is_empty()
                        && labels.iter().all(|(_, f)| {
                            self.known.columns.is_any(&f.body)
                                || self.known.rows.is_any(&f.body)
                                || self.known.unit_heads.contains(&f.body)
                                || self.known.corner.as_ref() == Some(&f.body)
                        });
                    // After the last row, heads belong to another table.
                    let headed = |(at, f): (Address, &Folded)| {
                        located.heads.iter().any(|h| h.column == at.column) && self.known.columns.is_any(&f.body)
                    };
                    if next == count && (!header || view.labels_in_rows(row, row).any(headed)) {
                        break;
                    }
                }
                _ if next == count && row > located.bottom + 1 => break,
                _ => {
                    let label = labels.iter().rev().find(|(at, _)| at.column < first_column);
                    let at = label.map_or(cells[0].at, |(at, _)| *at);
                    // An unknown row still belongs to the block, so that its cells are not taken for prose.
                    located.bottom = row;
                    let like =
                        |f: &Folded| self.known.rows.is_leaf_bare(next, f) || self.known.rows.is_like(next, &f.body);
                    if next < count && label.is_some_and(|(_, f)| like(f)) {
                        located.row_labels[next] = Some(at);
                        located.units[next] = self.unit_cell(view, located, row, at);
                        located.rows[next] = self.row_cells(view, located, row, at, &mut findings);
                        odd.push((next, at));
                        next += 1;
                    } else {
                        surplus += 1;
                        if surplus <= MOST_ALIKE {
                            findings.push(self.surplus(view, at));
                        }
                    }
                }
            }
            row += 1;
        }
        if matched == 0 {
            return false;
        }
        let certain = next == count && !findings.iter().any(|f| matches!(f.code, Code::N202 | Code::N203));
        for (leaf, at) in odd {
            if certain {
                findings.push(self.read_as(view, at, leaf));
            } else {
                located.rows[leaf] = None;
                findings.push(self.surplus(view, at));
            }
        }
        if surplus > MOST_ALIKE {
            let message =
                format!("{}另有 {} 行不在表样之中，或者重复、次序不对", self.table_name, surplus - MOST_ALIKE);
            findings.push(finding(Code::N202, message).at(Source::sheet(&view.sheet.name)).hint("请删去这些行"));
        }
        // A lost merge shifts a few rows; an inserted column shifts all of them.
        let shifted = findings.iter().filter(|f| f.code == Code::N106).count();
        if shifted * 3 > count && shifted > 1 {
            let first = findings.iter().position(|f| f.code == Code::N106).map(|i| findings.remove(i));
            findings.retain(|f| f.code != Code::N106);
            let message =
                format!("{}有 {shifted} 行的数字与表头错开，可能多了一列，不能确定各属哪一列", self.table_name);
            let at = first.and_then(|f| f.source);
            findings.push(finding(Code::N205, message).at(at).hint("请照标准模板删去多出的列，把数字与表头对齐"));
        }
        if next < count {
            findings.push(self.missing(view, next..count));
        }
        self.join_unassigned(&mut findings);
        located.findings.append(&mut findings);
        true
    }

    /// Cells of a row that contain a value, inside the block's columns.
    fn value_cells<'v>(
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

    /// The cells of a matched row, one per column leaf.
    fn row_cells(
        &self,
        view: &View<'_>,
        located: &Located,
        row: u32,
        label: Address,
        findings: &mut Vec<Finding>,
    ) -> Option<Vec<Address>> {
        let heads = &located.heads;
        let unit = self.unit_cell(view, located, row, label);
        let filled: Vec<Address> = view
            .row(row)
            .iter()
            .filter(|c| c.at.column > label.column && !located.surplus.contains(&c.at.column))
            .filter(|c| Some(c.at) != unit)
            // Inside the table every text counts as a value; beside it only what looks like one.
            .filter(|c| c.at.column <= located.right || is_value(&c.content))
            .filter(|c| !matches!(&c.content, Content::Text(t) if t.trim().is_empty()))
            .map(|c| c.at)
            .collect();
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
        // A number to the right of a full row is a check column of the agency's own.
        let beside = filled.iter().filter(|a| a.column > located.right).count();
        let full = used == heads.len() && filled.len() == used + beside;
        let source = |a: &Address| Source::cell(&view.sheet.name, *a);
        if let Some(wide) = cells.iter().find(|a| self.covers_several(view, located, **a)) {
            let message = format!("{}的 {wide} 合并了几个格子，不能确定数字属于哪一个", self.table_name);
            let fix = "请取消合并，每格各填各的，没有发生的填 0";
            findings.push(finding(Code::N205, message).at(source(wide)).hint(fix));
            return None;
        }
        if cells.len() == heads.len() && (used == filled.len() || full) {
            return Some(cells);
        }
        let in_a_row = filled.windows(2).all(|w| w[1].column == w[0].column + 1);
        let inside = filled.last().is_some_and(|a| a.column <= located.right);
        let numbers = filled.iter().all(|a| view.content(a.row, a.column).is_some_and(is_value));
        if filled.len() == heads.len() && in_a_row && inside && numbers {
            let message = format!(
                "{}第 {} 行的数字整体错位，已按先后顺序对应到 {} 列，请核对",
                self.table_name,
                row + 1,
                heads.len()
            );
            findings.push(finding(Code::N106, message).at(source(&filled[0])));
            return Some(filled);
        }
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
        findings
            .push(finding(Code::N205, message).at(outside.map(source)).related(filled.iter().map(source)).hint(fix));
        None
    }

    /// The cell of a row that names its unit: below the head of the unit column, or else between label and values.
    fn unit_cell(&self, view: &View<'_>, located: &Located, row: u32, label: Address) -> Option<Address> {
        self.block.unit_column.as_ref()?;
        let between = label.column + 1..located.heads[0].column;
        let unit = |c: &&Cell| match (&c.content, located.unit_column) {
            (Content::Text(_), Some(column)) => c.at.column == column && column != label.column,
            (Content::Text(text), None) => between.contains(&c.at.column) && !looks_like_value(text),
            _ => false,
        };
        view.row(row).iter().find(unit).map(|c| c.at)
    }

    /// The findings on a line that has no value in the form: a mark is ignored, a 0 is reported, anything else may belong to
    /// another row.
    fn line_without_value(&self, view: &View<'_>, located: &Located, row: u32, label: Address) -> Vec<Finding> {
        let text = view.text(label).unwrap_or_default().trim();
        let told = |at: Address| {
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
        self.value_cells(view, located, row).filter_map(told).collect()
    }

    /// The single row of a block without row labels: the one below the heads. Below empty rows, only a full row is accepted.
    pub(super) fn unlabelled_row(&self, view: &View<'_>, located: &mut Located) -> bool {
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
        true
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

    fn surplus(&self, view: &View<'_>, at: Address) -> Finding {
        let short: String = view.text(at).unwrap_or_default().chars().take(30).collect();
        let named = if short.is_empty() { String::new() } else { format!("“{short}”") };
        let message = format!("{}第 {} 行{named}（{at}）不在表样之中，或者重复、次序不对", self.table_name, at.row + 1);
        finding(Code::N202, message).at(Source::cell(&view.sheet.name, at)).hint("请删去这一行，或并入表样规定的行")
    }
}
