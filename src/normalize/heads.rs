//! The folded labels of a block's rows and columns, and the search for tables that match only in part.

use std::collections::BTreeMap;

use super::cache::Cache;
use super::fold::{Body, Folded};
use super::view::View;
use crate::form::{Axis, Block, Node, labels};
use crate::model::Address;

/// Folded labels of an axis, by leaf and by node, made once per block.
pub struct Labels {
    /// Accepted bodies of each leaf.
    pub leaves: Vec<Vec<Body>>,
    /// The same without text in brackets.
    bare: Vec<Vec<Body>>,
    /// Accepted bodies of every node that is not a leaf, with the first and the last leaf below it.
    pub groups: Vec<(Vec<Body>, usize, usize)>,
    /// For each leaf, the leaves above it in the tree.
    above: Vec<Vec<usize>>,
}

impl Labels {
    pub fn new(axis: &Axis, cache: &Cache) -> Labels {
        let bodies = |label: &str, variants: &[String]| -> Vec<Body> {
            std::iter::once(label).chain(variants.iter().map(String::as_str)).map(|l| cache.body(l)).collect()
        };
        let leaves = axis.leaves.iter().map(|l| bodies(l.label(), &l.variants)).collect();
        let bare = axis.leaves.iter().map(|l| {
            let all = std::iter::once(l.label()).chain(l.variants.iter().map(String::as_str));
            all.filter_map(|l| cache.fold(l)).map(|f| f.bare().clone()).collect()
        });
        let bare = bare.collect();
        let groups = axis.walk().into_iter().filter(|n| n.own.is_none());
        let group = |n: &Node| (bodies(&n.label, &n.variants), n.first_leaf, n.first_leaf + n.leaf_count - 1);
        let above = axis.leaves.iter().map(|l| l.above.clone()).collect();
        Labels { leaves, bare, groups: groups.map(group).collect(), above }
    }

    /// Returns the first leaf at or after `next` with this label whose ancestors were all found, because parts of different rows
    /// have equal labels. If ancestors are missing, the label must belong to a single leaf.
    pub fn after(&self, next: usize, body: &Body, met: impl Fn(usize) -> bool) -> Option<usize> {
        let called = || (0..self.leaves.len()).filter(|l| self.is_leaf(*l, body));
        let follows = called().find(|l| *l >= next && self.above[*l].iter().all(|a| met(*a)));
        follows.or_else(|| called().next().filter(|l| *l >= next && called().count() == 1))
    }

    pub fn is_leaf(&self, leaf: usize, body: &Body) -> bool {
        self.leaves[leaf].iter().any(|l| l == body)
    }

    /// Whether a label means a leaf if notes in brackets are ignored on both sides. A note that changes the meaning of the label
    /// is not ignored: “总计（不含某类）”.
    pub fn is_leaf_bare(&self, leaf: usize, label: &Folded) -> bool {
        let note = || less(&label.body, label.bare());
        let harmless = || note().is_none_or(|n| !n.chars().any(turns) && !self.names_another(leaf, &n));
        self.is_leaf(leaf, &label.body) || self.bare[leaf].iter().any(|l| l == label.bare()) && harmless()
    }

    /// Whether a note names another leaf: “其他（某类）”.
    fn names_another(&self, leaf: usize, note: &str) -> bool {
        let others = self.leaves.iter().filter(|l| **l != self.leaves[leaf]).flatten();
        others.into_iter().any(|l| note.contains(&**l))
    }

    /// Whether a label is similar to that of a leaf and less similar to that of any other.
    pub fn is_like(&self, leaf: usize, body: &Body) -> bool {
        let same_sense =
            |b: &&Body| [less(b, body), less(body, b)].iter().flatten().any(|rest| !rest.chars().any(turns));
        let like = |l: usize| self.leaves[l].iter().filter(same_sense).map(|b| likeness(b, body)).max().unwrap_or(0);
        let own = like(leaf);
        let others = (0..self.leaves.len()).filter(|l| self.leaves[*l] != self.leaves[leaf]);
        own >= ALIKE && others.into_iter().all(|l| like(l) < own)
    }

    pub fn is_group(&self, body: &Body) -> bool {
        self.groups.iter().any(|(bodies, ..)| bodies.iter().any(|b| b == body))
    }

    pub fn is_any(&self, body: &Body) -> bool {
        self.is_group(body) || (0..self.leaves.len()).any(|l| self.is_leaf(l, body))
    }
}

/// Least similarity of labels that count as alike, in per cent.
const ALIKE: usize = 60;

/// Whether a character changes the meaning of a label.
fn turns(c: char) -> bool {
    labels().units.turns.contains(c)
}

/// The characters of `text` without those of its subsequence `part`; `None` if `part` is not a subsequence.
fn less(text: &str, part: &str) -> Option<String> {
    let mut part = part.chars().peekable();
    let rest = text.chars().filter(|c| part.next_if_eq(c).is_none()).collect();
    part.peek().is_none().then_some(rest)
}

/// Similarity of two labels in per cent, by their longest common subsequence.
fn likeness(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut common = vec![0usize; b.len() + 1];
    for x in &a {
        let mut diagonal = 0;
        for (j, y) in b.iter().enumerate() {
            let above = common[j + 1];
            common[j + 1] = if x == y { diagonal + 1 } else { above.max(common[j]) };
            diagonal = above;
        }
    }
    200 * common[b.len()] / (a.len() + b.len()).max(1)
}

/// For a block whose heads were not found, but more than half of whose rows were: sheet and cell of the first row.
pub fn rows_alone(block: &Block, views: &[View<'_>], cache: &Cache) -> Option<(usize, Address)> {
    let labels = Labels::new(&block.rows, cache);
    views.iter().enumerate().find_map(|(sheet, view)| {
        let mut met = vec![false; block.rows.leaves.len()];
        let mut first = None;
        // Only the first labels of a sheet are examined; a table has far fewer.
        for (at, f) in view.labels().take(2000) {
            for leaf in (0..met.len()).filter(|l| labels.is_leaf(*l, &f.body)) {
                met[leaf] = true;
                first.get_or_insert(at);
            }
        }
        let count = met.iter().filter(|m| **m).count();
        first.filter(|_| count * 2 > met.len() && count >= 5).map(|at| (sheet, at))
    })
}

/// A block that was almost found: sheet and cell where most of its column heads are located, and the labels that are missing
/// there.
pub fn near_miss(block: &Block, views: &[View<'_>], cache: &Cache) -> Option<((usize, Address), Vec<String>)> {
    let labels = Labels::new(&block.columns, cache);
    let count = block.column_count();
    let depth = block.columns.depth as u32;
    let mut best: Option<(usize, (usize, Address), Vec<String>)> = None;
    for (sheet, view) in views.iter().enumerate() {
        // Heads by row; from each row, as many rows as the heads have levels are examined.
        let mut rows: BTreeMap<u32, Vec<(Address, usize)>> = BTreeMap::new();
        for (at, f) in view.labels() {
            if let Some(leaf) = (0..count).find(|l| labels.is_leaf(*l, &f.body)) {
                rows.entry(at.row).or_default().push((at, leaf));
            }
        }
        for (row, first) in &rows {
            let mut seen = vec![false; count];
            for (_, leaf) in rows.range(*row..*row + depth).flat_map(|(_, cells)| cells.iter().take(100)) {
                // Each of several leaves with the same label needs a cell of its own.
                let alike = |l: &usize| labels.leaves[*l] == labels.leaves[*leaf] && !seen[*l];
                if let Some(l) = (0..count).find(alike) {
                    seen[l] = true;
                }
            }
            let found = seen.iter().filter(|s| **s).count();
            if found * 2 > count && found < count && best.as_ref().is_none_or(|(n, ..)| found > *n) {
                let mut missing: Vec<String> = Vec::new();
                for label in (0..count).filter(|l| !seen[*l]).map(|l| block.columns.leaves[l].label()) {
                    if !missing.iter().any(|m| m == label) {
                        missing.push(label.to_owned());
                    }
                }
                best = Some((found, (sheet, first[0].0), missing));
            }
        }
    }
    best.map(|(_, at, missing)| (at, missing))
}
