//! The column heads of a block: the location of each of its columns.
//!
//! Part of [`super`]: takes the labels around a known head, returns a cell for each column of the form, strictly left to right.
//! Heads with other wording are accepted only if all other heads are found and a single candidate remains.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::super::fold::Folded;
use super::super::view::View;
use super::{BlockSearch, Located, is_value};
use crate::model::{Address, Code, Finding, Source, finding};

/// The heads of a block.
pub(super) struct ColumnHeads {
    /// By column leaf.
    pub cells: Vec<Address>,
    /// The same as text; all pieces of a head that is split over several cells.
    pub words: Vec<String>,
    /// First row of the labels they were read from.
    pub top: u32,
    /// Notes on heads whose wording differs from the form.
    pub findings: Vec<Finding>,
}

/// Most rows above a head that may contain pieces of its label.
const PIECES: u32 = 2;

/// A possible head: one cell, or pieces above each other in one column.
struct HeadCandidate {
    /// The lowest cell.
    at: Address,
    /// Row of the topmost cell.
    top: u32,
    text: String,
    label: Arc<Folded>,
}

impl BlockSearch<'_> {
    /// Finds each leaf head, strictly left to right, in the rows around the anchor.
    pub(super) fn heads(&self, view: &View<'_>, anchor: Address) -> Option<ColumnHeads> {
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
        let mut cells = vec![anchor];
        for leaf in 1..self.block.column_count() {
            let last = cells.last()?.column;
            let next = near.iter().find(|(at, f)| at.column > last && self.labels.columns.is_leaf(leaf, &f.body))?;
            cells.push(next.0);
        }
        let words = cells.iter().map(|at| view.text(*at).unwrap_or_default().to_owned()).collect();
        Some(ColumnHeads { cells, words, top: anchor.row, findings: Vec::new() })
    }

    /// Finds places whose heads have another wording than the form's.
    pub(super) fn places_otherwise(&self, sheet: usize, view: &View<'_>) -> Vec<Located> {
        let columns = &self.labels.columns;
        let mut places: Vec<Located> = Vec::new();
        let mut row = None;
        for (at, _) in view.labels() {
            // Each row of heads is examined once.
            if row == Some(at.row) || places.iter().any(|l| (l.top..=l.bottom).contains(&at.row)) {
                continue;
            }
            row = Some(at.row);
            if !self.step(1 + places.len()) {
                break;
            }
            let candidates = self.head_candidates(view, at.row);
            let is_head = |r: &HeadCandidate| {
                r.at.row == at.row && (0..self.block.column_count()).any(|l| columns.is_leaf_bare(l, &r.label))
            };
            if candidates.iter().any(is_head) {
                places.extend(self.heads_otherwise(view, &candidates).and_then(|h| self.placed(sheet, view, h)));
            }
        }
        places
    }

    /// All candidates of the labels in as many rows as the heads have levels, up to `row`, and of labels above them that span down
    /// to `row`. Sorted by column, the lowest cell first.
    fn head_candidates(&self, view: &View<'_>, row: u32) -> Vec<HeadCandidate> {
        let depth = self.block.columns.depth as u32;
        let first = row.saturating_sub(depth - 1);
        let near = view.labels_in_rows(first.saturating_sub(PIECES), row);
        let cells: Vec<_> = near.filter(|(at, _)| at.row >= first || view.span_end(*at).row >= row).collect();
        let mut candidates = Vec::new();
        for (at, _) in cells.iter().filter(|_| self.step(1)) {
            let Some(mut text) = view.text(*at).map(str::to_owned) else { continue };
            let mut add = |text: &str, top| {
                candidates.extend(view.cache.fold(text).map(|label| HeadCandidate {
                    at: *at,
                    top,
                    text: text.to_owned(),
                    label,
                }));
            };
            add(&text, at.row);
            for above in (at.row.saturating_sub(PIECES)..at.row).rev() {
                let over = |(a, _): &(Address, &Folded)| (a.column..=view.span_end(*a).column).contains(&at.column);
                // The row above is scanned for each cell, so it counts as steps.
                if !self.step(view.row(above).len()) {
                    break;
                }
                let Some((piece, _)) = view.labels_in_rows(above, above).find(over) else { break };
                text = format!("{}{text}", view.text(piece).unwrap_or_default());
                add(&text, above);
            }
        }
        candidates.sort_by_key(|r| (r.at.column, u32::MAX - r.at.row, u32::MAX - r.top));
        candidates
    }

    /// Assigns candidates to the columns. One head may have an unknown wording if its position and its similarity leave a single
    /// candidate.
    fn heads_otherwise(&self, view: &View<'_>, candidates: &[HeadCandidate]) -> Option<ColumnHeads> {
        let (columns, count) = (&self.labels.columns, self.block.column_count());
        let mut found: Vec<Option<&HeadCandidate>> = Vec::with_capacity(count);
        let mut last = None;
        for leaf in 0..count {
            let behind = |r: &&HeadCandidate| last.is_none_or(|l| r.at.column > l);
            let next = candidates.iter().filter(behind).find(|r| columns.is_leaf_bare(leaf, &r.label));
            last = next.map(|r| r.at.column).or(last);
            found.push(next);
        }
        let missing: Vec<usize> = (0..count).filter(|l| found[*l].is_none()).collect();
        let mut findings = Vec::new();
        match missing.as_slice() {
            [] => {}
            [leaf] if count > 1 => {
                let odd = self.odd_head(view, candidates, &found, *leaf)?;
                let (written, official) = (view.text(odd.at)?.trim(), self.block.columns.leaves[*leaf].label());
                let message = format!("{}的列名“{written}”（{}）认作“{official}”", self.table_name, odd.at);
                findings.push(finding(Code::N112, message).at(Source::cell(&view.sheet.name, odd.at)));
                found[*leaf] = Some(odd);
            }
            _ => return None,
        }
        let found: Option<Vec<&HeadCandidate>> = found.into_iter().collect();
        let found = found?;
        let top = found.iter().map(|r| r.top).min()?;
        let (cells, words) = found.iter().map(|r| (r.at, r.text.clone())).unzip();
        Some(ColumnHeads { cells, words, top, findings })
    }

    /// The label between the neighbours of a missing head that is similar to it and no known label of the block; `None` unless
    /// there is exactly one.
    fn odd_head<'r>(
        &self,
        view: &View<'_>,
        candidates: &'r [HeadCandidate],
        found: &[Option<&HeadCandidate>],
        leaf: usize,
    ) -> Option<&'r HeadCandidate> {
        let columns = &self.labels.columns;
        let right = found[leaf + 1..].iter().flatten().next().map_or(u32::MAX, |r| r.at.column);
        let left = found[..leaf].iter().flatten().last().map(|r| view.span_end(r.at).column);
        let row = found.iter().flatten().map(|r| r.at.row).max()?;
        let here = |r: &&HeadCandidate| left.is_none_or(|l| r.at.column > l) && r.at.column < right && r.at.row <= row;
        let known = |r: &&HeadCandidate| {
            let body = &r.label.body;
            columns.is_any(body)
                || self.labels.corner.as_ref() == Some(body)
                || self.labels.unit_heads.contains(body)
                || self.labels.rows.is_any(body)
        };
        let like =
            candidates.iter().filter(here).filter(|r| !known(r)).filter(|r| columns.is_like(leaf, &r.label.body));
        let mut cells = BTreeSet::new();
        let all: Vec<&HeadCandidate> = like.inspect(|r| _ = cells.insert(r.at)).collect();
        all.first().copied().filter(|_| cells.len() == 1)
    }

    /// Columns between the block's heads that have an unknown head and values below it.
    pub(super) fn surplus_columns(&self, view: &View<'_>, located: &Located) -> Vec<(u32, Finding)> {
        let heads = &located.heads;
        let (Some(first), Some(last)) = (heads.first(), heads.last()) else { return Vec::new() };
        let (Some(top), Some(bottom)) = (heads.iter().map(|h| h.row).min(), heads.iter().map(|h| h.row).max()) else {
            return Vec::new();
        };
        let own = |column: u32| heads.iter().any(|h| (h.column..=view.span_end(*h).column).contains(&column));
        let known = |f: &Folded| self.labels.columns.is_any(&f.body) || self.labels.unit_heads.contains(&f.body);
        let between = |at: Address| at.column > first.column && at.column < last.column && !own(at.column);
        let labels = view.labels_in_rows(top, bottom).filter(|(at, f)| between(*at) && !known(f));
        labels
            .filter(|(at, _)| {
                let below = bottom + 1..=bottom + self.block.line_count() as u32;
                below.into_iter().any(|row| view.content(row, at.column).is_some_and(is_value))
            })
            .map(|(at, _)| {
                let text = view.text(at).unwrap_or_default().split_whitespace().collect::<String>();
                let message = format!("{}多出一列“{text}”（{at}），表样没有这一列", self.table_name);
                let fix = "请把这一列的数字并入表样规定的列，再删去这一列";
                (at.column, finding(Code::N202, message).at(Source::cell(&view.sheet.name, at)).hint(fix))
            })
            .collect()
    }

    /// A column one or two columns right of the block whose head repeats one of the block's: it is uncertain which is meant.
    pub(super) fn surplus_head(&self, view: &View<'_>, located: &Located) -> Option<Finding> {
        let (top, bottom) = (located.heads.iter().map(|h| h.row).min()?, located.heads.iter().map(|h| h.row).max()?);
        let leaf = |f: &Folded| {
            let bare = |l: usize| self.labels.columns.leaves[l].iter().any(|b| b == f.bare());
            (0..self.block.column_count()).any(|l| self.labels.columns.is_leaf(l, &f.body) || bare(l))
        };
        let beside = |at: Address| at.column > located.right && at.column <= located.right + 2;
        let (at, _) = view.labels_in_rows(top, bottom).find(|(at, f)| beside(*at) && leaf(f))?;
        let text = view.text(at).unwrap_or_default().trim();
        let message = format!("{}的列名“{text}”（{at}）多出一列，不能确定用哪一列", self.table_name);
        Some(finding(Code::N202, message).at(Source::cell(&view.sheet.name, at)).hint("请照标准模板删去多出的列"))
    }

    /// Leaf labels may repeat between groups. So each group's label must be located above its own leaves, and a group whose
    /// leaves have the same labels as another's must have a label.
    pub(super) fn misplaced_group(&self, view: &View<'_>, located: &Located) -> Option<Finding> {
        let heads = &located.heads;
        let last_row = heads.iter().map(|h| h.row).max()?;
        let own = |at: &Address| (located.left..=located.right).contains(&at.column);
        let labels: Vec<_> = view.labels_in_rows(located.top, last_row).filter(|(at, _)| own(at)).collect();
        let wrong = |at: Address, text: String| {
            let message = format!("{}的列名“{text}”（{at}）不在它的各列之上", self.table_name);
            finding(Code::N203, message).at(Source::cell(&view.sheet.name, at)).hint("请照标准模板改正表头")
        };
        for (bodies, first, last) in &self.labels.columns.groups {
            let (from, to) = (heads[*first].column, view.span_end(heads[*last]).column);
            let here: Vec<_> = labels.iter().filter(|(_, f)| bodies.contains(&f.body)).collect();
            let outside = here.iter().find(|(at, _)| at.column < from || view.span_end(*at).column > to);
            if let Some((at, _)) = outside {
                return Some(wrong(*at, view.text(*at).unwrap_or_default().trim().to_owned()));
            }
            let twins = (*first..=*last).any(|leaf| {
                let named = &self.labels.columns.leaves[leaf];
                let outside = (0..heads.len()).filter(|l| l < first || l > last);
                outside.into_iter().any(|l| self.labels.columns.leaves[l] == *named)
            });
            let lowest =
                self.labels.columns.groups.iter().all(|(_, f, l)| (f, l) == (first, last) || f < first || l > last);
            if here.is_empty() && twins && lowest {
                let label = self.block.columns.walk().into_iter().find(|n| bodies.contains(&view.cache.body(&n.label)));
                let label = label.map_or(String::new(), |n| n.label.clone());
                let message = format!("{}缺少列名“{label}”，分不清各列属于哪一组", self.table_name);
                let f = finding(Code::N203, message).at(Source::cell(&view.sheet.name, heads[*first]));
                return Some(f.hint("请照标准模板补上表头"));
            }
        }
        None
    }
}
