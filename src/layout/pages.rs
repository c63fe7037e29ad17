//! Result of layout: pages of positioned glyph runs and hairlines, a tag tree, an outline, metadata.
//!
//! Lengths are in points; y grows downwards from the top edge of the paper. Independent of any file format.

use std::ops::Range;

use super::faces::{FaceId, Faces};

/// A laid out document.
#[derive(Debug, Clone)]
pub struct Pages {
    /// Paper size in points.
    pub width: f32,
    pub height: f32,
    pub pages: Vec<Page>,
    /// Tag tree; node 0 is the document. Children come after their parents.
    pub tags: Vec<Tag>,
    pub outline: Vec<OutlineEntry>,
    pub metadata: Metadata,
    /// The faces that runs refer to.
    pub faces: Faces,
}

/// Metadata of the document, as viewer programs show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metadata {
    pub title: String,
    /// The agency.
    pub author: String,
    /// Language tag.
    pub language: &'static str,
    /// Year, month, day stated in the document: its publication date, otherwise 31 December of the year in its title.
    pub date: Option<(u16, u8, u8)>,
}

/// One page. Items are in reading order; `text` and `glyphs` are shared by all runs.
#[derive(Debug, Clone, Default)]
pub struct Page {
    pub items: Vec<Item>,
    pub text: String,
    pub glyphs: Vec<Glyph>,
}

/// A drawn mark and its logical owner.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    pub owner: Owner,
    pub mark: Mark,
}

/// The logical owner of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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

/// What is drawn.
#[derive(Debug, Clone, PartialEq)]
pub enum Mark {
    Run(Run),
    Rule(Rule),
}

/// Glyphs of one face and size on one baseline.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    pub face: FaceId,
    /// Size in points.
    pub size: f32,
    pub x: f32,
    /// Baseline.
    pub y: f32,
    /// Byte range in [`Page::text`].
    pub text: Range<usize>,
    /// Range in [`Page::glyphs`].
    pub glyphs: Range<usize>,
}

/// One glyph.
#[derive(Debug, Clone, PartialEq)]
pub struct Glyph {
    pub id: u16,
    /// Distance to the origin of the next glyph in em, including spacing and justification.
    pub advance: f32,
    /// Rise above the baseline in em.
    pub rise: f32,
    /// The characters it represents: byte range in the text of the run. Glyphs of one cluster share a range.
    pub text: Range<usize>,
}

/// A straight line from one point to another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rule {
    pub from: (f32, f32),
    pub to: (f32, f32),
    pub width: f32,
}

/// Index into [`Pages::tags`].
pub type TagId = usize;

/// A node of the tag tree.
#[derive(Debug, Clone, PartialEq)]
pub struct Tag {
    pub kind: TagKind,
    pub parent: TagId,
}

/// What a node is.
#[derive(Debug, Clone, PartialEq)]
pub enum TagKind {
    Document,
    Title,
    /// Level from 1, without gaps; its text, for readers that list headings.
    Heading {
        level: u16,
        text: String,
    },
    Paragraph,
    Table {
        caption: String,
    },
    Row,
    HeaderCell {
        scope: Scope,
        row_span: u32,
        column_span: u32,
    },
    DataCell {
        row_span: u32,
        column_span: u32,
    },
}

/// Whether a header cell labels its row or its column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    Row,
    Column,
}

/// A heading in the outline.
#[derive(Debug, Clone, PartialEq)]
pub struct OutlineEntry {
    /// From 1, without gaps.
    pub level: u16,
    pub text: String,
    /// Page index from 0; `y` is the top of the heading there, points.
    pub page: usize,
    pub y: f32,
}
