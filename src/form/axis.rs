//! One axis of a table: labels as a tree whose leaves have values.

use super::{Unit, ValueKind};

/// A label with its children (for rows to its right, in an outline on the lines after it).
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Node {
    /// Path of keys from the root, joined by dots, e.g. `handled.refused.secret`.
    pub path: String,
    /// The label as printed, with its number.
    pub label: String,
    /// Other published wordings.
    pub variants: Vec<String>,
    /// The labels below it, in printed order; empty for an innermost label.
    pub children: Vec<Node>,
    /// Index of the first leaf below (or at) this node.
    pub first_leaf: usize,
    /// Number of leaves below (or at) this node.
    pub leaf_count: usize,
    /// The leaf of this node itself, if it has values.
    pub own: Option<usize>,
    /// First line of the label along the axis, from 0.
    pub line: usize,
    /// Number of lines along the axis that the label covers; 1 in an outline.
    pub line_count: usize,
    /// Distance from the root, from 0.
    pub level: usize,
}

/// A label with values.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Leaf {
    /// Path of keys, as [`Node::path`].
    pub path: String,
    /// Labels from the outside in; the last is its own.
    pub labels: Vec<String>,
    /// Other published wordings of its own label.
    pub variants: Vec<String>,
    /// What its values count; if `None`, the leaf of the other axis decides. See [`Block::kind`](super::Block::kind).
    pub kind: Option<ValueKind>,
    /// The unit of money of its values; if `None`, the leaf of the other axis decides, and a form may also leave the unit to the
    /// agency.
    pub unit: Option<Unit>,
    /// The unit as printed beside the row, e.g. 条; also units other than money.
    pub unit_word: Option<String>,
    /// Its line along the axis, from 0.
    pub line: usize,
    /// Ancestors that are leaves themselves, from the outside in; only in an outline.
    pub above: Vec<usize>,
}

impl Leaf {
    /// Its own label.
    pub fn label(&self) -> &str {
        self.labels.last().map_or("", String::as_str)
    }
}

/// The rows or the columns of a block.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct Axis {
    /// The outermost labels, in printed order.
    pub nodes: Vec<Node>,
    /// All labels with values, in printed order.
    pub leaves: Vec<Leaf>,
    /// Lines that labels take across the axis: label columns for rows, header rows for columns.
    pub depth: usize,
    /// Lines along the axis: one per leaf, in an outline one per label.
    pub lines: usize,
    /// Whether all labels are in one column, each on a line of its own and indented by its level. A label with children may then
    /// have values itself, or be the head of a line without values.
    pub outline: bool,
}

impl Axis {
    /// All nodes, parents before children, in reading order.
    pub fn walk(&self) -> Vec<&Node> {
        fn add<'a>(nodes: &'a [Node], out: &mut Vec<&'a Node>) {
            for node in nodes {
                out.push(node);
                add(&node.children, out);
            }
        }
        let mut out = Vec::new();
        add(&self.nodes, &mut out);
        out
    }

    /// Position of a node's label across the axis, and number of lines that it covers there.
    pub fn across(&self, node: &Node) -> (usize, usize) {
        match (self.outline, node.children.is_empty()) {
            (true, _) => (0, 1),
            (false, true) => (node.level, self.depth - node.level),
            (false, false) => (node.level, 1),
        }
    }

    /// The leaf with this path.
    pub fn leaf(&self, path: &str) -> Option<usize> {
        self.leaves.iter().position(|l| l.path == path)
    }
}
