//! Result of layout: pages of positioned glyph runs and hairlines, a tag tree, an outline, metadata.
//!
//! Lengths are in points; y grows downwards from the top edge of the paper. Independent of any file format.

use std::ops::Range;

use super::faces::{FaceId, Faces};

/// A laid out document.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Pages {
    /// Width of the paper in points; all pages are A4.
    pub width: f32,
    /// Height of the paper in points.
    pub height: f32,
    /// The pages in order; at least one, which is blank if the document is empty.
    pub pages: Vec<Page>,
    /// Tag tree (the logical structure of a tagged PDF), flattened; node 0 is the document. Children come after their parents.
    pub tags: Vec<Tag>,
    /// The headings in reading order; empty for a document without headings.
    pub outline: Vec<OutlineEntry>,
    /// Title, author, language and date.
    pub metadata: Metadata,
    /// The faces that runs refer to.
    pub faces: Faces,
}

/// Metadata of the document, as viewer programs show it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Metadata {
    /// The title on one line; may be empty.
    pub title: String,
    /// The agency; may be empty.
    pub author: String,
    /// Language tag (BCP 47), e.g. `zh-CN`.
    pub language: &'static str,
    /// Year, month, day stated in the document: its publication date, otherwise 31 December of the year in its title.
    pub date: Option<(u16, u8, u8)>,
}

/// One page: what is drawn on it, and the text and glyphs that its runs refer to by range.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Page {
    /// Runs and rules in reading order.
    pub items: Vec<Item>,
    /// Text of all runs, one after the other.
    pub text: String,
    /// Glyphs of all runs, one after the other.
    pub glyphs: Vec<Glyph>,
}

/// A run or rule on a page, with the part of the document it belongs to.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// The part of the document it belongs to.
    pub owner: Owner,
    /// What is drawn.
    pub mark: Mark,
}

/// The part of the document that an item belongs to: a node of the tag tree, or none (in PDF an artifact).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Owner {
    /// A node of the tag tree.
    Tag(TagId),
    /// The page number.
    PageNumber,
    /// Table rules.
    Rules,
    /// A header row or label printed again after a page break.
    Repeated,
}

/// What an item draws.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Mark {
    /// A glyph run.
    Run(Run),
    /// A rule of a table.
    Rule(Rule),
}

/// A glyph run: glyphs of one face and size on one baseline.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// Index in [`Pages::faces`].
    pub face: FaceId,
    /// Type size in points.
    pub size: f32,
    /// Origin of the first glyph, points from the left edge of the paper.
    pub x: f32,
    /// Baseline, points from the top edge of the paper.
    pub y: f32,
    /// Byte range in [`Page::text`].
    pub text: Range<usize>,
    /// Range in [`Page::glyphs`].
    pub glyphs: Range<usize>,
}

/// One glyph of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Glyph {
    /// Glyph index in the face of the run.
    pub id: u16,
    /// Distance to the origin of the next glyph in em, including spacing and justification.
    pub advance: f32,
    /// Rise above the baseline in em.
    pub rise: f32,
    /// The characters it represents: byte range in the text of the run. Glyphs of one cluster share a range.
    pub text: Range<usize>,
}

/// A rule: a straight line, horizontal or vertical, around the cells of a table.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rule {
    /// Start: x and y in points from the top left corner of the paper.
    pub from: (f32, f32),
    /// End: x and y in points.
    pub to: (f32, f32),
    /// Width of the stroke in points, half of it on either side.
    pub width: f32,
}

/// Index into [`Pages::tags`].
pub type TagId = usize;

/// The node of the document, which is above all others.
pub(super) const DOCUMENT: TagId = 0;

/// A node of the tag tree.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Tag {
    /// Which structure element the node is.
    pub kind: TagKind,
    /// The node above it; that of the document, node 0, is the document itself.
    pub parent: TagId,
}

/// A structure element of the document, with what a reader who cannot see the page needs of it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum TagKind {
    /// The whole document: node 0 and no other.
    Document,
    /// The title of the report.
    Title,
    /// A heading.
    Heading {
        /// From 1; at most one more than that of the heading before it (PDF/UA).
        level: u16,
        /// Its text, for readers that list headings.
        text: String,
    },
    /// A paragraph, or a line under the title.
    Paragraph,
    /// A table; its children are rows.
    Table {
        /// Its full official name, which is not drawn; may be empty.
        caption: String,
    },
    /// A row of a table; its children are the cells that begin in it, from left to right.
    Row,
    /// A label: of a block, a row or a column.
    HeaderCell {
        /// The direction in which the cells it labels are located.
        scope: Scope,
        /// Number of rows that it covers, at least 1.
        row_span: u32,
        /// Number of columns that it covers, at least 1.
        column_span: u32,
    },
    /// A value.
    DataCell {
        /// Number of rows that it covers, at least 1.
        row_span: u32,
        /// Number of columns that it covers, at least 1.
        column_span: u32,
    },
}

/// Which cells a header cell labels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Those beside it in its rows.
    Row,
    /// Those below it in its columns.
    Column,
}

/// A heading in the outline (the bookmarks of a PDF).
#[derive(Debug, Clone, PartialEq)]
pub struct OutlineEntry {
    /// From 1, without gaps.
    pub level: u16,
    /// The text of the heading on one line.
    pub text: String,
    /// Index in [`Pages::pages`] of the page on which it begins.
    pub page: usize,
    /// Top of the heading on that page, points.
    pub y: f32,
}
