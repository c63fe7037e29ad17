//! Document → strips: lines of text, tables and blank space, each with its height and whether it must stay with the next.

use super::LayoutError;
use super::faces::Role;
use super::line::{self, Measure, SetLine};
use super::pages::{DOCUMENT, Tag, TagId, TagKind};
use super::table::{LabelCache, Prepared};
use super::text::{Setter, Text};
use super::title;
use super::{POINTS_PER_MM, printed_text};
use crate::model::{Block, Document};
use crate::style::Style;

/// A paragraph of at most this many lines directly before a table stays on the page of the table.
const SHORT: usize = 3;
/// A title or heading of more lines than this may be split over pages like text.
const MOST_KEPT: usize = 6;
/// Largest tracking per character, in em, to make a whole number of characters fill a line.
const MOST_TRACK: f32 = 0.03;

/// A text broken into lines.
pub(super) struct SetText {
    pub text: Text,
    pub lines: Vec<SetLine>,
    /// Type size in points.
    pub size: f32,
    pub tag: TagId,
    pub centered: bool,
    /// For a heading: its level (from 1, without gaps) and its text.
    pub heading: Option<(u16, String)>,
}

/// What a strip is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StripKind {
    /// A line of a text: its indices in [`Content::sets`] and [`SetText::lines`].
    Line { set: usize, line: usize },
    /// Index in [`Content::tables`].
    Table(usize),
    /// Blank space.
    White,
}

/// A full-width slice of the flow.
#[derive(Debug, Clone, Copy)]
pub(super) struct Strip {
    pub kind: StripKind,
    /// In points; 0 for a table, whose height is known only once it is placed.
    pub height: f32,
    /// Must be on the same page as the next strip.
    pub keeps: bool,
}

/// Everything to be placed on pages, with the tag tree.
pub(super) struct Content<'d> {
    pub sets: Vec<SetText>,
    pub tables: Vec<Prepared<'d>>,
    pub strips: Vec<Strip>,
    pub tags: Vec<Tag>,
}

/// Breaks a document into strips. Fails on a character that no face can draw.
pub(super) fn content<'d>(
    document: &'d Document,
    style: &Style,
    setter: &mut Setter<'_>,
    labels: &LabelCache,
) -> Result<Content<'d>, LayoutError> {
    let tags = vec![Tag { kind: TagKind::Document, parent: DOCUMENT }];
    let content = Content { sets: Vec::new(), tables: Vec::new(), strips: Vec::new(), tags };
    let mut maker = Maker { style, setter, content, level: 0 };
    maker.title(document)?;
    for (i, block) in document.blocks.iter().enumerate() {
        let next = document.blocks[i + 1..].iter().find(|b| !is_empty(b));
        match block {
            Block::Heading { level, text } => maker.heading(*level, text, next.is_some())?,
            Block::Paragraph { text } => maker.paragraph(text, next)?,
            Block::Table(table) if table.rows.is_empty() || table.widths.is_empty() => {}
            Block::Table(table) => {
                let prepared = Prepared::new(table, maker.setter, labels, &mut maker.content.tags)?;
                let kind = StripKind::Table(maker.content.tables.len());
                maker.content.tables.push(prepared);
                maker.content.strips.push(Strip { kind, height: 0.0, keeps: false });
            }
        }
    }
    Ok(maker.content)
}

fn is_empty(block: &Block) -> bool {
    match block {
        Block::Heading { text, .. } | Block::Paragraph { text } => printed_text(text).trim().is_empty(),
        Block::Table(t) => t.rows.is_empty(),
    }
}

struct Maker<'d, 's, 'f> {
    style: &'s Style,
    setter: &'s mut Setter<'f>,
    content: Content<'d>,
    /// Tagged level of the last heading; 0 before the first.
    level: u16,
}

impl Maker<'_, '_, '_> {
    fn width(&self) -> f32 {
        self.style.page.text_width * POINTS_PER_MM
    }

    fn tag(&mut self, kind: TagKind) -> TagId {
        self.content.tags.push(Tag { kind, parent: DOCUMENT });
        self.content.tags.len() - 1
    }

    /// Title, facts and blank space, together a whole number of body lines high, so that the text stays on the grid of 22
    /// lines.
    fn title(&mut self, document: &Document) -> Result<(), LayoutError> {
        let (size, line) = (&self.style.size, &self.style.line);
        let (size, title_pitch, pitch, facts) = (size.title, line.title_pitch, line.pitch, size.facts);
        let text = self.setter.set(Role::Title, &document.title_text())?;
        let mut ends = Vec::with_capacity(document.title.len());
        for part in &document.title {
            ends.push(ends.last().copied().unwrap_or(0) + printed_text(part).len());
        }
        let mut used = 0.0;
        if !text.atoms.is_empty() {
            let lines = title::lines(&text, &ends, self.width() / size);
            used += self.centered(text, lines, size, TagKind::Title, title_pitch);
        }
        for fact in &document.facts {
            let text = self.setter.set(Role::Heading2, fact)?;
            if text.atoms.is_empty() {
                continue;
            }
            let lines = line::even_lines(&text, self.width() / facts);
            used += self.centered(text, lines, facts, TagKind::Paragraph, pitch.max(facts));
        }
        if used > 0.0 {
            let height = ((used + pitch / 2.0) / pitch).ceil() * pitch - used;
            self.content.strips.push(Strip { kind: StripKind::White, height, keeps: false });
        }
        Ok(())
    }

    fn centered(&mut self, text: Text, lines: Vec<SetLine>, size: f32, kind: TagKind, pitch: f32) -> f32 {
        let keeps = lines.len() <= MOST_KEPT;
        let tag = self.tag(kind);
        let set = self.content.sets.len();
        let count = lines.len();
        let kinds = (0..count).map(|line| StripKind::Line { set, line });
        self.content.strips.extend(kinds.map(|kind| Strip { kind, height: pitch, keeps }));
        self.content.sets.push(SetText { text, lines, size, tag, centered: true, heading: None });
        count as f32 * pitch
    }

    fn heading(&mut self, level: u8, text: &str, followed: bool) -> Result<(), LayoutError> {
        let role = match level {
            0 | 1 => Role::Heading1,
            2 => Role::Heading2,
            _ => Role::Body,
        };
        let size = self.style.size.heading;
        let Some((set, lines)) = self.set(role, text, size)? else { return Ok(()) };
        // PDF/UA requires levels without gaps.
        self.level = u16::from(level.max(1)).min(self.level + 1);
        let printed = printed_text(text);
        let tag = self.tag(TagKind::Heading { level: self.level, text: printed.clone() });
        let heading = Some((self.level, printed));
        let count = lines.len();
        let set = SetText { text: set, lines, size, tag, centered: false, heading };
        self.lines(set, |line| if count > MOST_KEPT { kept(line, count) } else { line + 1 < count || followed });
        Ok(())
    }

    fn paragraph(&mut self, text: &str, next: Option<&Block>) -> Result<(), LayoutError> {
        let size = self.style.size.body;
        let Some((text, lines)) = self.set(Role::Body, text, size)? else { return Ok(()) };
        let tag = self.tag(TagKind::Paragraph);
        let after_heading = self.content.strips.last().is_some_and(|s| s.keeps);
        let count = lines.len();
        let holds_next = match next {
            // A short introduction stays with its table, and so does a heading above it.
            Some(Block::Table(_)) => count <= SHORT,
            // At least two lines must follow a heading on its page.
            Some(Block::Paragraph { .. }) => after_heading && count == 1,
            _ => false,
        };
        let set = SetText { text, lines, size, tag, centered: false, heading: None };
        self.lines(set, |line| kept(line, count) || line + 1 == count && holds_next);
        Ok(())
    }

    /// Breaks a text like body text: first line indented by two characters, justified. `None` if it is blank.
    fn set(&mut self, role: Role, text: &str, size: f32) -> Result<Option<(Text, Vec<SetLine>)>, LayoutError> {
        let text = self.setter.set(role, text)?;
        if text.atoms.iter().all(|a| a.class == super::class::Class::Space) {
            return Ok(None);
        }
        let em = self.width() / size;
        // 156 mm are 27.6 characters of 16 points; slightly negative tracking makes exactly 28 characters fill the line.
        let track = (em / em.round().max(1.0) - 1.0).clamp(-MOST_TRACK, MOST_TRACK);
        let first = (2.0 * (1.0 + track)).min(em / 2.0);
        let lines = line::break_lines(&text, &Measure { width: em, first, hang: 0.0, track, justify: true });
        Ok(Some((text, lines)))
    }

    fn lines(&mut self, set: SetText, keeps: impl Fn(usize) -> bool) {
        let height = self.style.line.pitch.max(set.size);
        let index = self.content.sets.len();
        for line in 0..set.lines.len() {
            let kind = StripKind::Line { set: index, line };
            self.content.strips.push(Strip { kind, height, keeps: keeps(line) });
        }
        self.content.sets.push(set);
    }
}

/// Whether a line must stay with the next: the first two and the last two lines of a paragraph are never separated.
fn kept(line: usize, count: usize) -> bool {
    line + 1 < count && (line == 0 || line + 2 == count)
}
