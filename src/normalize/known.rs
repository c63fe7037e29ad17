//! What the search for a block asks of its form: labels of the form, folded once a thread and not once a workbook.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use super::fold::{Body, body, short};
use super::heads::Labels;
use crate::form::{Block, Form, Table};

/// Bodies that matter to one block.
pub struct Known {
    pub columns: Labels,
    pub rows: Labels,
    pub corner: Option<Body>,
    /// Bodies that head the column of units.
    pub unit_heads: Vec<Body>,
    pub title: Option<Body>,
    /// Bodies at which another block or section begins.
    pub stops: Rc<[Body]>,
    /// Row labels of the table's other blocks.
    pub siblings: Vec<Body>,
}

/// The blocks of a form by table.
type OfForm = Rc<[Vec<Known>]>;

/// Most forms that a thread remembers: the editions and some of the user's own.
const MOST_FORMS: usize = 16;

thread_local! {
    /// By the digest of the form.
    static FORMS: RefCell<BTreeMap<String, OfForm>> = const { RefCell::new(BTreeMap::new()) };
}

impl Known {
    /// What is known of each block of each table of a form.
    pub fn of(form: &Form) -> OfForm {
        FORMS.with_borrow_mut(|forms| {
            if let Some(known) = forms.get(&form.digest) {
                return known.clone();
            }
            let all = made(form);
            if forms.len() >= MOST_FORMS {
                forms.clear();
            }
            forms.insert(form.digest.clone(), all.clone());
            all
        })
    }

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
    form.tables.iter().map(|t| t.blocks.iter().map(|b| Known::new(t, b, &stops)).collect()).collect()
}
