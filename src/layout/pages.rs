//! What layout gives: pages of positioned glyph runs and hairlines, a tag tree, an outline, metadata.
//!
//! Lengths are points, y grows downwards from the top edge of the paper. No file format is known here.

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
    /// The faces that the runs name.
    pub faces: Faces,
}

/// What a reader program shows about the document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metadata {
    pub title: String,
    /// The agency.
    pub author: String,
    /// Language tag.
    pub language: &'static str,
    /// Year, month, day that the document itself names: publication, else the end of the year in its title.
    pub date: Option<(u16, u8, u8)>,
}

/// One page. Items stand in reading order; text and glyphs of all runs are kept together.
#[derive(Debug, Clone, Default)]
pub struct Page {
    pub items: Vec<Item>,
    pub text: String,
    pub glyphs: Vec<Glyph>,
}

/// Something drawn, and what it belongs to.
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
    /// Into [`Page::text`], bytes.
    pub text: Range<usize>,
    /// Into [`Page::glyphs`].
    pub glyphs: Range<usize>,
}

/// One glyph.
#[derive(Debug, Clone, PartialEq)]
pub struct Glyph {
    pub id: u16,
    /// Distance to the next glyph's origin in em; spacing and justification are in it.
    pub advance: f32,
    /// Rise above the baseline in em.
    pub rise: f32,
    /// The characters it stands for: bytes of the run's text. Glyphs of one cluster share a range.
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

/// What a header cell heads.
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
    /// Page index from 0 and top of the heading.
    pub page: usize,
    pub y: f32,
}
