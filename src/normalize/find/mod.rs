//! Finds the official tables of one form in a workbook by their labels, wherever they are located.
//!
//! For each block of each table, the column heads determine the value columns and the row labels the value rows. Rows whose
//! numbers cannot be assigned to columns with certainty, surplus rows and missing rows are findings; nothing is guessed.

mod columns;
mod row_cells;
mod rows;

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use super::cache::Cache;
use super::form_labels::BlockLabels;
use super::remarks::{Remarks, is_prose};
use super::value::looks_like_value;
use super::view::View;
use crate::form::{Block, Form, Table};
use crate::import::Content;
use crate::model::{Address, Finding, Severity, Source};
use columns::ColumnHeads;

/// The location of the values of one block.
#[derive(Debug, Clone)]
pub struct Located {
    pub sheet: usize,
    /// Cells by row leaf and column leaf; `None` if the row is missing.
    pub rows: Vec<Option<Vec<Address>>>,
    /// Labels of the rows, if they have any.
    pub row_labels: Vec<Option<Address>>,
    /// Cells that name the unit of a row, if there are any.
    pub units: Vec<Option<Address>>,
    /// The column of units, if it has a head.
    pub unit_column: Option<u32>,
    /// The block's title, if it has one.
    pub title: Option<Address>,
    /// Cells of the column heads, by column leaf.
    pub heads: Vec<Address>,
    /// The same as text; all pieces of a head that is split over several cells.
    pub head_words: Vec<String>,
    /// Columns between the heads that the form does not have.
    pub surplus: Vec<u32>,
    /// First and last row of the block, its title and heads included.
    pub top: u32,
    pub bottom: u32,
    /// First and last column.
    pub left: u32,
    pub right: u32,
    pub findings: Vec<Finding>,
}

impl Located {
    /// Whether the ranges of two places overlap.
    pub fn meets(&self, other: &Located) -> bool {
        let apart = self.bottom < other.top || other.bottom < self.top;
        self.sheet == other.sheet && !apart && self.left <= other.right && other.left <= self.right
    }

    /// Whether its values can be used as they are: it has no findings except notes.
    pub fn is_clean(&self) -> bool {
        self.findings.iter().all(|f| f.severity == Severity::Note)
    }
}

/// All blocks of a form: for each table and block, every place that matches it.
pub struct Search {
    pub found: Vec<Vec<Vec<Located>>>,
    /// The search was given up: the workbook contains too many heads without a table.
    pub exhausted: bool,
}

impl Search {
    /// Number of blocks found in at least one place.
    pub fn blocks_found(&self) -> usize {
        self.found.iter().flatten().filter(|l| !l.is_empty()).count()
    }

    /// Number of findings of all places.
    pub fn problems(&self) -> usize {
        self.found.iter().flatten().flatten().map(|l| l.findings.len()).sum()
    }

    /// Whether every block of a table is found in exactly one place and is clean.
    pub fn is_clean(&self, table: usize) -> bool {
        self.found[table].iter().all(|places| matches!(places.as_slice(), [one] if one.is_clean()))
    }

    /// Number of values in clean tables.
    pub fn clean_values(&self, form: &Form) -> usize {
        (0..form.tables.len()).filter(|t| self.is_clean(*t)).map(|t| form.tables[t].slot_count()).sum()
    }
}

/// A block that is searched for.
struct BlockSearch<'a> {
    block: &'a Block,
    table_name: &'a str,
    labels: &'a BlockLabels,
    /// Steps left for the whole search.
    budget: &'a Cell<usize>,
}

/// Searches every sheet.
pub fn search(form: &Form, views: &[View<'_>], cache: &Cache) -> Search {
    let budget = budget(views);
    let labels = cache.form(form);
    let place = |table: &Table, block: &Block, labels: &BlockLabels| {
        let block_search = BlockSearch { block, table_name: &table.name, labels, budget: &budget };
        views.iter().enumerate().flat_map(|(i, view)| block_search.places(i, view)).collect()
    };
    let tables = form.tables.iter().zip(&labels.blocks);
    let found =
        tables.map(|(t, all)| t.blocks.iter().zip(all).map(|(b, labels)| place(t, b, labels)).collect()).collect();
    Search { found, exhausted: budget.get() == 0 }
}

/// Searches again for the blocks that were not found, now accepting heads that are split over several rows, have a note in
/// brackets, or, one per block, have an unknown wording. Places that overlap one already found are dropped.
pub fn search_again(form: &Form, views: &[View<'_>], cache: &Cache, search: &mut Search) {
    let budget = budget(views);
    let labels = cache.form(form);
    for (t, table) in form.tables.iter().enumerate() {
        for (b, block) in table.blocks.iter().enumerate() {
            if !search.found[t][b].is_empty() {
                continue;
            }
            let block_search =
                BlockSearch { block, table_name: &table.name, labels: &labels.blocks[t][b], budget: &budget };
            let mut places: Vec<Located> = Vec::new();
            for (i, view) in views.iter().enumerate() {
                for located in block_search.places_otherwise(i, view) {
                    let free = |l: &Located| !l.meets(&located);
                    if search.found.iter().flatten().flatten().chain(&places).all(free) {
                        places.push(located);
                    }
                }
            }
            search.found[t][b] = places;
        }
    }
    search.exhausted |= budget.get() == 0;
}

/// Most steps of a search. A real workbook takes a few steps per cell; one full of heads would take time quadratic in its cells.
fn budget(views: &[View<'_>]) -> Cell<usize> {
    Cell::new(200_000 + 20 * views.iter().map(|v| v.sheet.cells.len()).sum::<usize>())
}

impl BlockSearch<'_> {
    fn places(&self, sheet: usize, view: &View<'_>) -> Vec<Located> {
        let anchors = view.labels().filter(|(_, f)| self.labels.columns.is_leaf(0, &f.body)).map(|(at, _)| at);
        let mut places: Vec<Located> = Vec::new();
        for anchor in anchors {
            // A repeated header is inside the place found by its first occurrence.
            let inside =
                |l: &Located| (l.top..=l.bottom).contains(&anchor.row) && (l.left..=l.right).contains(&anchor.column);
            if !self.step(1 + places.len()) {
                break;
            }
            if !places.iter().any(inside) {
                places.extend(self.place(sheet, view, anchor));
            }
        }
        places
    }

    /// Takes `cost` steps of the search; false if none are left.
    fn step(&self, cost: usize) -> bool {
        self.budget.set(self.budget.get().saturating_sub(cost));
        self.budget.get() > 0
    }

    /// The block whose first column head is at `anchor`, if it is one.
    fn place(&self, sheet: usize, view: &View<'_>, anchor: Address) -> Option<Located> {
        self.placed(sheet, view, self.heads(view, anchor)?)
    }

    /// The block under these heads, if it is one.
    fn placed(
        &self,
        sheet: usize,
        view: &View<'_>,
        ColumnHeads { cells: heads, words, top, findings }: ColumnHeads,
    ) -> Option<Located> {
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
            top: top.min(first_head),
            bottom: bottom_head,
            left: heads[0].column,
            right: heads.last().map(|h| view.span_end(*h).column)?,
            heads,
            head_words: words,
            surplus: Vec::new(),
            findings,
        };
        // The head rows above the leaves, the corner and the block's title belong to it.
        for (at, f) in view.labels_in_rows(first_head.saturating_sub(depth + 1), first_head) {
            let own =
                self.labels.columns.is_group(&f.body) || self.labels.corner.as_ref().is_some_and(|c| *c == f.body);
            let title = self.labels.title.as_ref() == Some(f.short());
            if title {
                located.title = Some(at);
            }
            if own || title {
                located.top = located.top.min(at.row);
                located.left = located.left.min(at.column);
            }
        }
        let units =
            view.labels_in_rows(first_head, bottom_head).find(|(_, f)| self.labels.unit_heads.contains(&f.body));
        located.unit_column = units.map(|(at, _)| at.column);
        let misplaced = self.misplaced_group(view, &located).or_else(|| self.surplus_head(view, &located));
        located.findings.extend(misplaced);
        for (column, surplus) in self.surplus_columns(view, &located) {
            located.surplus.push(column);
            located.findings.push(surplus);
        }
        if self.block.rows.leaves.is_empty() {
            self.unlabelled_row(view, &mut located);
        } else if !self.labelled_rows(view, &mut located) {
            return None;
        }
        let remarks = self.words_inside(view, &located);
        located.findings.extend(remarks.inside_tables(self.table_name));
        Some(located)
    }

    /// Prose inside the block: text that is neither a label nor a value, and longer than a label with unknown wording.
    fn words_inside(&self, view: &View<'_>, located: &Located) -> Remarks {
        let mut own: BTreeSet<Address> = located.rows.iter().flatten().flatten().copied().collect();
        own.extend(
            located.heads.iter().chain(located.row_labels.iter().flatten()).chain(located.units.iter().flatten()),
        );
        let known = |text: &str| {
            view.cache.fold(text).is_some_and(|f| {
                self.labels.columns.is_any(&f.body)
                    || self.labels.rows.is_any(&f.body)
                    || self.labels.corner.as_ref() == Some(&f.body)
                    || self.labels.title.as_ref() == Some(f.short())
            })
        };
        let mut remarks = Remarks::default();
        for row in located.top..=located.bottom {
            for cell in view.row(row).iter().filter(|c| (located.left..=located.right).contains(&c.at.column)) {
                let Content::Text(text) = &cell.content else { continue };
                if is_prose(text) && !own.contains(&cell.at) && !known(text) {
                    remarks.add(view, cell);
                }
            }
        }
        remarks
    }
}

/// Whether a cell contains a value, or something in the place of one, rather than prose.
pub(super) fn is_value(content: &Content) -> bool {
    match content {
        Content::Text(text) => looks_like_value(text),
        Content::Bool(_) | Content::Date(..) | Content::Other(_) => true,
        Content::Number(_) | Content::HugeNumber(_) | Content::Error(_) | Content::Uncomputed => true,
    }
}

/// The first cells of places, sorted and without duplicates, for messages.
pub fn sources(places: &[Located], views: &[View<'_>]) -> Vec<Source> {
    let mut by_place: BTreeMap<(usize, u32, u32), Source> = BTreeMap::new();
    for l in places {
        let at = Address { row: l.top, column: l.left };
        by_place.insert((l.sheet, l.top, l.left), Source::cell(&views[l.sheet].sheet.name, at));
    }
    by_place.into_values().collect()
}
