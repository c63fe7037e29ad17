//! The folded labels, headings and totals of a form.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::axis_labels::AxisLabels;
use super::fold::LabelBody;
use super::texts::Texts;
use super::wordings::Wordings;
use crate::form::{Block, Form, Table};

/// Bodies that matter to one block.
pub struct BlockLabels {
    pub columns: AxisLabels,
    pub rows: AxisLabels,
    pub corner: Option<LabelBody>,
    /// Bodies of the head of the unit column.
    pub unit_heads: Vec<LabelBody>,
    pub title: Option<LabelBody>,
    /// Bodies at which another block or section begins.
    pub stops: Arc<[LabelBody]>,
    /// Row labels of the table's other blocks.
    pub siblings: Vec<LabelBody>,
}

/// The folded labels, headings and totals of one form.
pub struct FormLabels {
    /// By table.
    pub blocks: Vec<Vec<BlockLabels>>,
    pub wordings: Wordings,
    /// By table, the slots that are totals of others.
    pub totals: Vec<BTreeSet<usize>>,
}

impl BlockLabels {
    fn new(table: &Table, block: &Block, stops: &Arc<[LabelBody]>, texts: &Texts) -> BlockLabels {
        let heads = block.unit_column.iter().flat_map(|u| std::iter::once(&u.label).chain(&u.variants));
        let others = table.blocks.iter().filter(|b| b.key != block.key).flat_map(|b| &b.rows.leaves);
        BlockLabels {
            columns: AxisLabels::new(&block.columns, texts),
            rows: AxisLabels::new(&block.rows, texts),
            corner: block.corner.as_deref().map(|c| texts.body(c)),
            unit_heads: heads.map(|h| texts.body(h)).collect(),
            title: block.title.as_deref().map(|t| texts.short(t)),
            stops: stops.clone(),
            siblings: others.map(|l| texts.body(l.label())).collect(),
        }
    }
}

impl FormLabels {
    pub fn new(form: &Form, texts: &Texts) -> FormLabels {
        let titles = form.tables.iter().flat_map(|t| &t.blocks).filter_map(|b| b.title.as_deref());
        let headings = form.sections.iter().flat_map(|s| std::iter::once(&s.heading).chain(&s.variants));
        let stops: Arc<[LabelBody]> = titles.map(|t| texts.short(t)).chain(headings.map(|h| texts.body(h))).collect();
        let blocks =
            form.tables.iter().map(|t| t.blocks.iter().map(|b| BlockLabels::new(t, b, &stops, texts)).collect());
        let totals = (0..form.tables.len()).map(|t| totals(form, t));
        FormLabels { blocks: blocks.collect(), wordings: Wordings::new(form, texts), totals: totals.collect() }
    }
}

fn totals(form: &Form, table: usize) -> BTreeSet<usize> {
    let relations = form.relations.iter().filter(|r| r.table == table && r.defines_total());
    relations.flat_map(|r| r.uses(&form.tables[table])).map(|u| u.left[0].0).collect()
}
