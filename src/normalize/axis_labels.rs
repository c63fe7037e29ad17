//! The folded labels of a block's rows and columns.

use super::fold::{Folded, LabelBody};
use super::texts::Texts;
use crate::form::{Axis, Node, labels};

/// Folded labels of an axis, by leaf and by node, made once per block.
pub struct AxisLabels {
    /// Accepted bodies of each leaf.
    pub leaves: Vec<Vec<LabelBody>>,
    /// The same without text in brackets.
    bare: Vec<Vec<LabelBody>>,
    /// Accepted bodies of every node that is not a leaf, with the first and the last leaf below it.
    pub groups: Vec<(Vec<LabelBody>, usize, usize)>,
    /// For each leaf, the leaves above it in the tree.
    above: Vec<Vec<usize>>,
}

impl AxisLabels {
    pub fn new(axis: &Axis, texts: &Texts) -> AxisLabels {
        let bodies = |label: &str, variants: &[String]| -> Vec<LabelBody> {
            std::iter::once(label).chain(variants.iter().map(String::as_str)).map(|l| texts.body(l)).collect()
        };
        let leaves = axis.leaves.iter().map(|l| bodies(l.label(), &l.variants)).collect();
        let bare = axis.leaves.iter().map(|l| {
            let all = std::iter::once(l.label()).chain(l.variants.iter().map(String::as_str));
            all.filter_map(|l| texts.fold(l)).map(|f| f.bare().clone()).collect()
        });
        let bare = bare.collect();
        let groups = axis.walk().into_iter().filter(|n| n.own.is_none());
        let group = |n: &Node| (bodies(&n.label, &n.variants), n.first_leaf, n.first_leaf + n.leaf_count - 1);
        let above = axis.leaves.iter().map(|l| l.above.clone()).collect();
        AxisLabels { leaves, bare, groups: groups.map(group).collect(), above }
    }

    /// Returns the first leaf at or after `next` with this label whose ancestors were all found, because parts of different rows
    /// have equal labels. If ancestors are missing, the label must belong to a single leaf.
    pub fn after(&self, next: usize, body: &LabelBody, met: impl Fn(usize) -> bool) -> Option<usize> {
        let called = || (0..self.leaves.len()).filter(|l| self.is_leaf(*l, body));
        let follows = called().find(|l| *l >= next && self.above[*l].iter().all(|a| met(*a)));
        follows.or_else(|| called().next().filter(|l| *l >= next && called().count() == 1))
    }

    pub fn is_leaf(&self, leaf: usize, body: &LabelBody) -> bool {
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
    pub fn is_like(&self, leaf: usize, body: &LabelBody) -> bool {
        let same_sense =
            |b: &&LabelBody| [less(b, body), less(body, b)].iter().flatten().any(|rest| !rest.chars().any(turns));
        let like = |l: usize| self.leaves[l].iter().filter(same_sense).map(|b| likeness(b, body)).max().unwrap_or(0);
        let own = like(leaf);
        let others = (0..self.leaves.len()).filter(|l| self.leaves[*l] != self.leaves[leaf]);
        own >= ALIKE && others.into_iter().all(|l| like(l) < own)
    }

    pub fn is_group(&self, body: &LabelBody) -> bool {
        self.groups.iter().any(|(bodies, ..)| bodies.iter().any(|b| b == body))
    }

    pub fn is_any(&self, body: &LabelBody) -> bool {
        self.is_group(body) || (0..self.leaves.len()).any(|l| self.is_leaf(l, body))
    }
}

/// Least similarity of labels that count as similar, in per cent.
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
