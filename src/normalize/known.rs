//! Per-thread cache of a form's folded labels, headings and totals.
//!
//! Takes a form, returns its entry, which is computed once per thread and not once per workbook.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::fold::{Body, body, short};
use super::heads::Labels;
use super::wordings::Wordings;
use crate::form::{Block, Form, Table};

/// Bodies that matter to one block.
pub struct Known {
    pub columns: Labels,
    pub rows: Labels,
    pub corner: Option<Body>,
    /// Bodies of the head of the unit column.
    pub unit_heads: Vec<Body>,
    pub title: Option<Body>,
    /// Bodies at which another block or section begins.
    pub stops: Rc<[Body]>,
    /// Row labels of the table's other blocks.
    pub siblings: Vec<Body>,
}

/// The folded labels, headings and totals of one form.
pub struct OfForm {
    /// By table.
    pub blocks: Vec<Vec<Known>>,
    pub wordings: Wordings,
    /// By table, the slots that are totals of others.
    pub totals: Vec<BTreeSet<usize>>,
}

/// Most forms in the cache of a thread: the editions and some of the user's own.
const MOST_FORMS: usize = 16;

thread_local! {
    /// By the digest of the form.
    static FORMS: RefCell<BTreeMap<String, Rc<OfForm>>> = const { RefCell::new(BTreeMap::new()) };
}

impl OfForm {
    /// Returns the entry of a form, and computes it if it is not cached.
    pub fn of(form: &Form) -> Rc<OfForm> {
        FORMS.with_borrow_mut(|forms| {
            if let Some(known) = forms.get(&form.digest) {
                return known.clone();
            }
            let all = Rc::new(made(form));
            if forms.len() >= MOST_FORMS {
                forms.clear();
            }
            forms.insert(form.digest.clone(), all.clone());
            all
        })
    }
}

impl Known {
    fn new(table: &Table, block: &Block, stops: &Rc<[Body]>) -> Known {
        let heads = block.unit_column.iter().flat_map(|u| std::iter::once(&u.label).chain(&u.variants));
        let others = table.blocks.iter().filter(|b| b.key != block.key).flat_map(|b| &b.rows.leaves);
        Known {
            columns: Labels::new(&block.columns),
            rows: Labels::new(&block.rows),
            corner: block.corner.as_deref().map(body),
            unit_heads: heads.map(|h| body(h)).collect(),
            title: block.title.as_deref().map(short),
            stops: stops.clone(),
            siblings: others.map(|l| body(l.label())).collect(),
        }
    }
}

fn made(form: &Form) -> OfForm {
    let titles = form.tables.iter().flat_map(|t| &t.blocks).filter_map(|b| b.title.as_deref()).map(short);
    let headings = form.sections.iter().flat_map(|s| std::iter::once(&s.heading).chain(&s.variants)).map(|h| body(h));
    let stops: Rc<[Body]> = titles.chain(headings).collect();
    let blocks = form.tables.iter().map(|t| t.blocks.iter().map(|b| Known::new(t, b, &stops)).collect());
    let totals = (0..form.tables.len()).map(|t| totals(form, t));
    OfForm { blocks: blocks.collect(), wordings: Wordings::new(form), totals: totals.collect() }
}

fn totals(form: &Form, table: usize) -> BTreeSet<usize> {
    let relations = form.relations.iter().filter(|r| r.table == table && r.defines_total());
    relations.flat_map(|r| r.uses(&form.tables[table])).map(|u| u.left[0].0).collect()
}
