//! One axis of a table: labels as a tree, its leaves carry values.

use super::{Kind, Unit};

/// A label and what stands below it (rows: to its right).
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
    /// Number of leaves below (or at) this node: its span along the axis.
    pub leaf_count: usize,
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
    /// Levels of labels: label columns for rows, header rows for columns.
    pub depth: usize,
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

    /// The leaf with this path.
    pub fn leaf(&self, path: &str) -> Option<usize> {
        self.leaves.iter().position(|l| l.path == path)
    }
}
