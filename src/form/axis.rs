//! One axis of a table: labels as a tree, its leaves carry values.

use super::{Kind, Unit};

/// A label and what stands below it (rows: to its right; in an outline: in the lines after it).
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Path of keys from the root, joined by dots, e.g. `handled.refused.secret`.
    pub path: String,
    pub label: String,
    /// Other published wordings.
    pub variants: Vec<String>,
    pub children: Vec<Node>,
    /// Index of the first leaf below (or at) this node.
    pub first_leaf: usize,
    /// Number of leaves below (or at) this node.
    pub leaf_count: usize,
    /// The leaf that is this node itself, where it owns values.
    pub own: Option<usize>,
    /// First line along the axis that the label stands on, and how many it covers.
    pub line: usize,
    pub line_count: usize,
    /// Distance from the root, from 0.
    pub level: usize,
}

/// A label that owns values.
#[derive(Debug, Clone, PartialEq)]
pub struct Leaf {
    /// Path of keys, as [`Node::path`].
    pub path: String,
    /// Labels from the outside in; the last is its own.
    pub labels: Vec<String>,
    /// Other published wordings of its own label.
    pub variants: Vec<String>,
    pub kind: Option<Kind>,
    pub unit: Option<Unit>,
    /// The unit as the form prints it beside the row, money or not, e.g. 条.
    pub unit_word: Option<String>,
    /// Its line along the axis.
    pub line: usize,
    /// Leaves above it in the tree, from the outside in: only an outline has any.
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
pub struct Axis {
    pub nodes: Vec<Node>,
    pub leaves: Vec<Leaf>,
    /// Lines that labels take across the axis: label columns for rows, header rows for columns.
    pub depth: usize,
    /// Lines along the axis: one a leaf, in an outline one a label.
    pub lines: usize,
    /// Whether all labels stand in one column, each on a line of its own and indented by its level. A label with others
    /// below it may then own values, or own none and head an empty line.
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

    /// Where the label of a node stands across the axis, and how many lines it covers there.
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
