//! Finds the official tables of one form in a workbook, by their labels, wherever they stand.
//!
//! For each block of each table: the column heads give the value columns, the row labels the value rows. A row whose
//! numbers cannot be assigned to columns with certainty, a row too many and a row that is missing are findings; nothing
//! is guessed.

use std::cell::Cell;
use std::collections::BTreeMap;

use super::fold::{Body, Folded, body};
use super::known::{Known, OfForm};
use super::value::looks_like_value;
use super::view::View;
use crate::form::{Block, Form, Kind, Table};
use crate::import::Content;
use crate::model::{Address, Finding, Source};
use crate::rules::finding;

/// Where the values of one block stand.
#[derive(Debug, Clone)]
pub struct Located {
    pub sheet: usize,
    /// Cells by row leaf and column leaf; `None` where the row is missing.
    pub rows: Vec<Option<Vec<Address>>>,
    /// Labels of the rows, where they have any.
    pub row_labels: Vec<Option<Address>>,
    /// Cells that name the unit of a row, where there are any.
    pub units: Vec<Option<Address>>,
    /// The column of units, where it has a head.
    pub unit_column: Option<u32>,
    /// The block's title, where it has one.
    pub title: Option<Address>,
    /// Cells of the column heads, by column leaf.
    pub heads: Vec<Address>,
    /// First and last row of the block, its title and heads included.
    pub top: u32,
    pub bottom: u32,
    /// First and last column.
    pub left: u32,
    pub right: u32,
    pub findings: Vec<Finding>,
}

impl Located {
    /// Whether two places share a cell.
    pub fn meets(&self, other: &Located) -> bool {
        let apart = self.bottom < other.top || other.bottom < self.top;
        self.sheet == other.sheet && !apart && self.left <= other.right && other.left <= self.right
    }

    /// Whether a cell stands in the block, its column of units included.
    pub fn holds(&self, at: Address) -> bool {
        let across = (self.left..=self.right).contains(&at.column) || self.unit_column == Some(at.column);
        across && (self.top..=self.bottom).contains(&at.row)
    }
}

/// All blocks of a form: for each table, for each block, every place that looks like it.
pub struct Search {
    pub found: Vec<Vec<Vec<Located>>>,
    /// The workbook is full of heads that lead nowhere; the search was given up.
    pub exhausted: bool,
}

impl Search {
    /// Number of blocks that were found at all.
    pub fn blocks_found(&self) -> usize {
        self.found.iter().flatten().filter(|l| !l.is_empty()).count()
    }

    /// Number of findings of all places.
    pub fn problems(&self) -> usize {
        self.found.iter().flatten().flatten().map(|l| l.findings.len()).sum()
    }
}

/// One block on its way to be found.
struct Target<'a> {
    block: &'a Block,
    table_name: &'a str,
    known: &'a Known,
    /// Steps left to the whole search.
    budget: &'a Cell<usize>,
}

/// Searches every sheet.
pub fn search(form: &Form, views: &[View<'_>]) -> Search {
    // A real workbook takes a few steps a cell; one made of nothing but heads would take a square of them.
    let budget = Cell::new(200_000 + 20 * views.iter().map(|v| v.sheet.cells.len()).sum::<usize>());
    let known = OfForm::of(form);
    let place = |table: &Table, block: &Block, known: &Known| {
        let target = Target { block, table_name: &table.name, known, budget: &budget };
        views.iter().enumerate().flat_map(|(i, view)| target.places(i, view)).collect()
    };
    let tables = form.tables.iter().zip(&known.blocks);
    let found =
        tables.map(|(t, all)| t.blocks.iter().zip(all).map(|(b, known)| place(t, b, known)).collect()).collect();
    Search { found, exhausted: budget.get() == 0 }
}

impl Target<'_> {
    fn places(&self, sheet: usize, view: &View<'_>) -> Vec<Located> {
        let anchors = view.labels().filter(|(_, f)| self.known.columns.is_leaf(0, &f.body)).map(|(at, _)| at);
        let mut places: Vec<Located> = Vec::new();
        for anchor in anchors {
            // A repeated header lies inside the place that its first appearance opened.
            let inside =
                |l: &Located| (l.top..=l.bottom).contains(&anchor.row) && (l.left..=l.right).contains(&anchor.column);
            if !places.iter().any(inside) {
                places.extend(self.place(sheet, view, anchor));
            }
        }
        places
    }

    /// Takes a step of the search; false when none is left.
    fn step(&self, cost: usize) -> bool {
        self.budget.set(self.budget.get().saturating_sub(cost));
        self.budget.get() > 0
    }

    /// The block whose first column head is at `anchor`, if it is one.
    fn place(&self, sheet: usize, view: &View<'_>, anchor: Address) -> Option<Located> {
        let heads = self.heads(view, anchor)?;
        let depth = self.block.columns.depth as u32;
        let first_head = heads.iter().map(|h| h.row).min()?;
        let bottom_head = heads.iter().map(|h| view.span_end(*h).row).max()?;
        let mut located = Located {
            sheet,
            rows: vec![None; self.block.row_count()],
            row_labels: vec![None; self.block.row_count()],
            units: vec![None; self.block.row_count()],
            unit_column: None,
            title: None,
            top: first_head,
            bottom: bottom_head,
            left: heads[0].column,
            right: heads.last().map(|h| view.span_end(*h).column)?,
            heads,
            findings: Vec::new(),
        };
        // The head rows above the leaves, the corner and the block's title belong to it.
        for (at, f) in view.labels_in_rows(first_head.saturating_sub(depth + 1), first_head) {
            let own = self.known.columns.is_group(&f.body) || self.known.corner.as_ref().is_some_and(|c| *c == f.body);
            let title = self.known.title.as_ref() == Some(f.short());
            if title {
                located.title = Some(at);
            }
            if own || title {
                located.top = located.top.min(at.row);
                located.left = located.left.min(at.column);
            }
        }
        let units = view.labels_in_rows(first_head, bottom_head).find(|(_, f)| self.known.unit_heads.contains(&f.body));
        located.unit_column = units.map(|(at, _)| at.column);
        let misplaced = self.misplaced_group(view, &located).or_else(|| self.surplus_head(view, &located));
        located.findings.extend(misplaced);
        let certain = if self.block.rows.leaves.is_empty() {
            self.unlabelled_row(view, &mut located)
        } else {
            self.labelled_rows(view, &mut located)
        };
        certain.then_some(located)
    }

    /// Each leaf head in its column, strictly left to right, in the rows round the anchor.
    fn heads(&self, view: &View<'_>, anchor: Address) -> Option<Vec<Address>> {
        if !self.step(0) {
            return None;
        }
        let reach = self.block.columns.depth as u32;
        let mut near: Vec<_> = view.labels_in_rows(anchor.row.saturating_sub(reach), anchor.row + reach).collect();
        // By column, and within a column the cell nearest to the anchor's row first.
        if !self.step(near.len()) {
            return None;
        }
        near.sort_by_key(|(at, _)| (at.column, at.row.abs_diff(anchor.row)));
        let mut heads = vec![anchor];
        for leaf in 1..self.block.column_count() {
            let last = heads.last()?.column;
            let next = near.iter().find(|(at, f)| at.column > last && self.known.columns.is_leaf(leaf, &f.body))?;
            heads.push(next.0);
        }
        Some(heads)
    }

    /// Rows below the heads, matched in order by their labels. Tells whether any row was the block's.
    fn labelled_rows(&self, view: &View<'_>, located: &mut Located) -> bool {
        let first_column = located.heads[0].column;
        let count = self.known.rows.leaves.len();
        let mut next = 0;
        let mut matched = 0;
        let mut row = located.bottom + 1;
        let mut blank_rows = 0;
        let mut findings = Vec::new();
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
                    located.left = located.left.min(labels[0].0.column);
                    located.bottom = row;
                    matched += 1;
                    next = leaf + 1;
                }
                (Some(_), Some((at, _))) if has_values => {
                    findings.push(self.surplus(view, *at));
                }
                // A line of the form that has no value.
                (None, Some((at, _))) if has_values && self.block.rows.outline => {
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
                    // Behind the last row, heads are those of another table.
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
                    findings.push(self.surplus(view, at));
                }
            }
            row += 1;
        }
        if matched == 0 {
            return false;
        }
        // A merge that was lost shifts a few rows; a column put in between shifts them all.
        let shifted = findings.iter().filter(|f| f.code == "N106").count();
        if shifted * 3 > count && shifted > 1 {
            let first = findings.iter().position(|f| f.code == "N106").map(|i| findings.remove(i));
            findings.retain(|f| f.code != "N106");
            let message =
                format!("{}有 {shifted} 行的数字与表头错开，可能多了一列，不能确定各属哪一列", self.table_name);
            let at = first.and_then(|f| f.source);
            findings.push(finding("N205", message).at(at).hint("请照标准模板删去多出的列，把数字与表头对齐"));
        }
        if next < count {
            findings.push(self.missing(view, next..count));
        }
        located.findings.append(&mut findings);
        true
    }

    /// Cells of a row that hold a value, inside the block's columns.
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
        let filled: Vec<Address> = view
            .row(row)
            .iter()
            .filter(|c| c.at.column > label.column)
            .filter(|c| Some(c.at) != self.unit_cell(view, located, row, label))
            // Inside the table whatever is written stands for a value; beside it only what looks like one.
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
        // A number beside the table, behind a full row, is somebody's own check column.
        let beside = filled.iter().filter(|a| a.column > located.right).count();
        let full = used == heads.len() && filled.len() == used + beside;
        let source = |a: &Address| Source::cell(&view.sheet.name, *a);
        if let Some(wide) = cells.iter().find(|a| self.covers_several(view, located, **a)) {
            let message = format!("{}的 {wide} 合并了几个格子，不能确定数字属于哪一个", self.table_name);
            let fix = "请取消合并，每格各填各的，没有发生的填 0";
            findings.push(finding("N205", message).at(source(wide)).hint(fix));
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
            findings.push(finding("N106", message).at(source(&filled[0])));
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
        findings.push(finding("N205", message).at(outside.map(source)).related(filled.iter().map(source)).hint(fix));
        None
    }

    /// The cell of a row that names its unit: under the head of the units, or else between label and values.
    fn unit_cell(&self, view: &View<'_>, located: &Located, row: u32, label: Address) -> Option<Address> {
        self.block.unit_column.as_ref()?;
        let between = label.column + 1..located.heads[0].column;
        let unit = |c: &&crate::import::Cell| match (&c.content, located.unit_column) {
            (Content::Text(_), Some(column)) => c.at.column == column && column != label.column,
            (Content::Text(text), None) => between.contains(&c.at.column) && !looks_like_value(text),
            _ => false,
        };
        view.row(row).iter().find(unit).map(|c| c.at)
    }

    /// What stands for a value in a line that has none: a mark is no matter, a 0 is told, a number may have slipped.
    fn line_without_value(&self, view: &View<'_>, located: &Located, row: u32, label: Address) -> Vec<Finding> {
        let text = view.text(label).unwrap_or_default().trim();
        let told = |at: Address| {
            let source = Source::cell(&view.sheet.name, at);
            let place = format!("{}“{text}”一行不填数", self.table_name);
            match super::value::read(view.content(at.row, at.column), Kind::Amount, None, None, None) {
                Ok((value, _)) if value.is_absent() => None,
                Ok((value, _)) if value.number().is_zero() => {
                    Some(finding("N111", format!("{place}，{at} 的 0 没有采用")).at(source))
                }
                _ => {
                    let fix = "如果数字错了行，请移到它所属的一行；否则请删去";
                    Some(finding("N202", format!("{place}，{at} 却填了内容")).at(source).hint(fix))
                }
            }
        };
        self.value_cells(view, located, row).filter_map(told).collect()
    }

    /// The single row of a block without row labels: the one below the heads. Under empty rows only a full row is certain
    /// to be its.
    fn unlabelled_row(&self, view: &View<'_>, located: &mut Located) -> bool {
        let below = located.bottom + 1;
        let values = |row: u32| self.value_cells(view, located, row).count();
        let next = (below..below + 20).find(|row| !view.row(*row).is_empty()).unwrap_or(below);
        let row = if values(below) == 0 && values(next) == located.heads.len() { next } else { below };
        let cells: Vec<Address> = located.heads.iter().map(|h| Address { row, column: h.column }).collect();
        let (first, last) = (located.heads[0].column, located.right);
        let inside = self.value_cells(view, located, row).count();
        let beside = view.row(row).iter().filter(|c| is_value(&c.content)).map(|c| c.at);
        // A number just outside a row that is not full may be one that slipped.
        let beside = beside.filter(|a| a.column + 1 == first || a.column > last).filter(|_| inside < cells.len());
        let outside: Vec<Address> =
            self.value_cells(view, located, row).filter(|a| !cells.contains(a)).chain(beside).collect();
        let wide = cells.iter().find(|a| self.covers_several(view, located, **a)).copied();
        for a in outside.into_iter().chain(wide) {
            let message = format!("{}第 {} 行的 {a} 不能确定属于哪一列", self.table_name, row + 1);
            let fix = "请把这一行的数字与表头的各列对齐，没有发生的填 0";
            located.findings.push(finding("N205", message).at(Source::cell(&view.sheet.name, a)).hint(fix));
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

    /// Whether a value that counts stands in a merged range over more cells than its own.
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

    /// A column beside the block that is called as one of its own: nothing tells which is meant.
    fn surplus_head(&self, view: &View<'_>, located: &Located) -> Option<Finding> {
        let (top, bottom) = (located.heads.iter().map(|h| h.row).min()?, located.heads.iter().map(|h| h.row).max()?);
        let leaf = |body: &Body| (0..self.block.column_count()).any(|l| self.known.columns.is_leaf(l, body));
        let beside = |at: Address| at.column > located.right && at.column <= located.right + 2;
        let (at, _) = view.labels_in_rows(top, bottom).find(|(at, f)| beside(*at) && leaf(&f.body))?;
        let text = view.text(at).unwrap_or_default().trim();
        let message = format!("{}的列名“{text}”（{at}）多出一列，不能确定用哪一列", self.table_name);
        Some(finding("N202", message).at(Source::cell(&view.sheet.name, at)).hint("请照标准模板删去多出的列"))
    }

    /// Leaf labels may repeat from group to group, so each group's label must stand over its own leaves, and a group whose
    /// leaves are called as another's must have its label.
    fn misplaced_group(&self, view: &View<'_>, located: &Located) -> Option<Finding> {
        let heads = &located.heads;
        let last_row = heads.iter().map(|h| h.row).max()?;
        let own = |at: &Address| (located.left..=located.right).contains(&at.column);
        let labels: Vec<_> = view.labels_in_rows(located.top, last_row).filter(|(at, _)| own(at)).collect();
        let wrong = |at: Address, text: String| {
            let message = format!("{}的列名“{text}”（{at}）不在它的各列之上", self.table_name);
            finding("N203", message).at(Source::cell(&view.sheet.name, at)).hint("请照标准模板改正表头")
        };
        for (bodies, first, last) in &self.known.columns.groups {
            let (from, to) = (heads[*first].column, view.span_end(heads[*last]).column);
            let here: Vec<_> = labels.iter().filter(|(_, f)| bodies.contains(&f.body)).collect();
            let outside = here.iter().find(|(at, _)| at.column < from || view.span_end(*at).column > to);
            if let Some((at, _)) = outside {
                return Some(wrong(*at, view.text(*at).unwrap_or_default().trim().to_owned()));
            }
            let twins = (*first..=*last).any(|leaf| {
                let named = &self.known.columns.leaves[leaf];
                let outside = (0..heads.len()).filter(|l| l < first || l > last);
                outside.into_iter().any(|l| self.known.columns.leaves[l] == *named)
            });
            let lowest =
                self.known.columns.groups.iter().all(|(_, f, l)| (f, l) == (first, last) || f < first || l > last);
            if here.is_empty() && twins && lowest {
                let label = self.block.columns.walk().into_iter().find(|n| bodies.contains(&body(&n.label)));
                let label = label.map_or(String::new(), |n| n.label.clone());
                let message = format!("{}缺少列名“{label}”，分不清各列属于哪一组", self.table_name);
                let f = finding("N203", message).at(Source::cell(&view.sheet.name, heads[*first]));
                return Some(f.hint("请照标准模板补上表头"));
            }
        }
        None
    }

    fn missing(&self, view: &View<'_>, leaves: std::ops::Range<usize>) -> Finding {
        let labels: Vec<_> = leaves.map(|l| format!("“{}”", self.block.rows.leaves[l].label())).collect();
        let message = format!("{}缺少{}，共 {} 行", self.table_name, labels.join("、"), labels.len());
        let fix = "请照标准模板补上这些行，没有发生的填 0";
        finding("N203", message).at(Source::sheet(&view.sheet.name)).hint(fix)
    }

    fn surplus(&self, view: &View<'_>, at: Address) -> Finding {
        let short: String = view.text(at).unwrap_or_default().chars().take(30).collect();
        let named = if short.is_empty() { String::new() } else { format!("“{short}”") };
        let message = format!("{}第 {} 行{named}（{at}）不在表样之中，或者重复、次序不对", self.table_name, at.row + 1);
        finding("N202", message).at(Source::cell(&view.sheet.name, at)).hint("请删去这一行，或并入表样规定的行")
    }
}

/// Whether a cell can hold a value: a number or something in a number's place, not prose.
fn is_value(content: &Content) -> bool {
    match content {
        Content::Text(text) => looks_like_value(text),
        Content::Bool(_) | Content::Date(..) | Content::Other(_) => true,
        Content::Number(_) | Content::HugeNumber(_) | Content::Error(_) | Content::Uncomputed => true,
    }
}

/// Places of a block grouped by sheet, for messages.
pub fn sources(places: &[Located], views: &[View<'_>]) -> Vec<Source> {
    let mut by_place: BTreeMap<(usize, u32, u32), Source> = BTreeMap::new();
    for l in places {
        let at = Address { row: l.top, column: l.left };
        by_place.insert((l.sheet, l.top, l.left), Source::cell(&views[l.sheet].sheet.name, at));
    }
    by_place.into_values().collect()
}
