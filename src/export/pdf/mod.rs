//! Pages → PDF: PDF/A-2a and PDF/UA-1 at once, PDF 1.7, tagged, compressed.
//!
//! Takes [`Pages`], gives the file's bytes; the same pages give the same bytes. It never moves text, chooses a face or reads a
//! clock: the date that PDF/A requires is that stated in the document, or 1970-01-01.
//!
//! krilla writes the file uncompressed and with stand-ins for the fonts; a finishing pass embeds the real subsets and deflates
//! (`programs`, `finish`).

mod finish;
mod programs;

use std::num::{NonZeroU16, NonZeroU32};
use std::sync::Arc;

use krilla::SerializeSettings;
use krilla::configure::{Accessibility, Archival, ConfigurationBuilder, PdfVersion};
use krilla::destination::XyzDestination;
use krilla::geom::{PathBuilder, Point};
use krilla::metadata::{DateTime, Metadata};
use krilla::outline::{Outline, OutlineNode};
use krilla::page::PageSettings;
use krilla::paint::Stroke;
use krilla::surface::Surface;
use krilla::tagging::{
    Artifact, ArtifactType, ContentTag, Identifier, Node, TableHeaderScope, Tag, TagGroup, TagKind, TagTree,
};
use krilla::text::{GlyphId, KrillaGlyph};

use super::{Cache, ExportError};
use crate::layout::{self, FaceId, Glyph, Item, Mark, Owner, Page, Pages, Rule, Run, Scope};
use programs::{Program, Use};

pub use programs::Programs;
pub(super) use programs::SubsetCache;

/// Longest title, heading or caption, in characters, in tag tree, outline and metadata; PDF/A limits strings to 32767 bytes.
const MOST_NAME: usize = 400;

/// Writes the PDF. Fails if a face cannot be opened or krilla finds that the file would violate PDF/A-2a or PDF/UA-1.
pub fn write(pages: &Pages, cache: &Cache) -> Result<Vec<u8>, ExportError> {
    let configuration = ConfigurationBuilder::new()
        .with_version(PdfVersion::Pdf17)
        .with_archival_validator(Archival::A2_A)
        .with_accessibility_validator(Accessibility::UA1)
        .finish()
        .map_err(|e| fault(format!("{e:?}")))?;
    let settings = SerializeSettings { configuration, compress_content_streams: false, ..SerializeSettings::default() };
    let mut document = krilla::Document::new_with(settings);
    let mut writer = Writer { pages, cache, programs: Vec::new(), content: vec![Vec::new(); pages.tags.len()] };
    for page in &pages.pages {
        let size = PageSettings::from_wh(pages.width, pages.height).ok_or_else(|| fault("纸张尺寸不对".into()))?;
        let mut sheet = document.start_page_with(size);
        let mut surface = sheet.surface();
        writer.draw(page, &mut surface)?;
        surface.finish();
        sheet.finish();
    }
    document.set_tag_tree(tag_tree(pages, writer.content));
    document.set_outline(outline(pages));
    document.set_metadata(metadata(pages));
    let bytes = document.finish().map_err(|e| fault(explain(&e)))?;
    let programs: Vec<Arc<Program>> = writer.programs.into_iter().map(|(.., p)| p).collect();
    finish::finish(&bytes, &programs, cache)
}

fn fault(reason: String) -> ExportError {
    ExportError::Writer { format: "PDF", reason }
}

/// The message of the library; it lists validation errors only in its debug form.
fn explain(error: &krilla::error::KrillaError) -> String {
    match error {
        krilla::error::KrillaError::Validation(errors) => {
            errors.iter().map(|(e, _)| format!("{e:?}")).collect::<Vec<_>>().join("; ")
        }
        other => other.to_string(),
    }
}

struct Writer<'p> {
    pages: &'p Pages,
    cache: &'p Cache,
    /// Font programs used so far, by face and use.
    programs: Vec<(FaceId, Use, Arc<Program>)>,
    /// Marked content of each tag, in reading order.
    content: Vec<Vec<Identifier>>,
}

impl Writer<'_> {
    fn draw(&mut self, page: &Page, surface: &mut Surface<'_>) -> Result<(), ExportError> {
        for group in page.items.chunk_by(|a, b| a.owner == b.owner) {
            let owner = group[0].owner;
            let identifier = surface.start_tagged(content_tag(owner));
            if let Owner::Tag(tag) = owner {
                self.content[tag].push(identifier);
            }
            let of = if owner == Owner::PageNumber { Use::PageNumber } else { Use::Text };
            for Item { mark, .. } in group {
                if let Mark::Run(run) = mark {
                    self.draw_run(page, run, of, surface)?;
                }
            }
            draw_rules(group, surface);
            surface.end_tagged();
        }
        Ok(())
    }

    fn draw_run(&mut self, page: &Page, run: &Run, of: Use, surface: &mut Surface<'_>) -> Result<(), ExportError> {
        if run.glyphs.is_empty() {
            return Ok(());
        }
        let font = self.program(run.face, of)?.font();
        let glyphs: Vec<KrillaGlyph> = page.glyphs[run.glyphs.clone()].iter().map(glyph).collect();
        let text = &page.text[run.text.clone()];
        surface.draw_glyphs(Point::from_xy(run.x, run.y), &glyphs, font, text, run.size, false);
        Ok(())
    }

    fn program(&mut self, face: FaceId, of: Use) -> Result<&Program, ExportError> {
        let at = match self.programs.iter().position(|(f, u, _)| (*f, *u) == (face, of)) {
            Some(at) => at,
            None => {
                let bytes = self.pages.faces.bytes(face).ok_or_else(|| fault(format!("没有第 {face} 号字体")))?;
                let program =
                    self.cache.programs.open(&bytes, of).ok_or_else(|| fault(format!("第 {face} 号字体打不开")))?;
                self.programs.push((face, of, program));
                self.programs.len() - 1
            }
        };
        Ok(&self.programs[at].2)
    }
}

fn glyph(g: &Glyph) -> KrillaGlyph {
    KrillaGlyph::new(GlyphId::new(u32::from(g.id)), g.advance, 0.0, g.rise, 0.0, g.text.clone(), None)
}

/// Draws adjacent rules of the same width as one path.
fn draw_rules(items: &[Item], surface: &mut Surface<'_>) {
    let rules: Vec<&Rule> =
        items.iter().filter_map(|i| if let Mark::Rule(r) = &i.mark { Some(r) } else { None }).collect();
    for same in rules.chunk_by(|a, b| a.width == b.width) {
        let mut path = PathBuilder::new();
        for rule in same {
            path.move_to(rule.from.0, rule.from.1);
            path.line_to(rule.to.0, rule.to.1);
        }
        if let Some(path) = path.finish() {
            surface.set_fill(None);
            surface.set_stroke(Some(Stroke { width: same[0].width, ..Stroke::default() }));
            surface.draw_path(&path);
            surface.set_stroke(None);
        }
    }
}

fn content_tag(owner: Owner) -> ContentTag<'static> {
    let artifact = |kind| ContentTag::Artifact(Artifact::with_kind(kind));
    match owner {
        Owner::Tag(_) => ContentTag::Other,
        Owner::PageNumber => artifact(ArtifactType::PageNumber),
        Owner::Rules => artifact(ArtifactType::Layout),
        Owner::Repeated => artifact(ArtifactType::PaginationOther),
    }
}

fn tag_tree(pages: &Pages, content: Vec<Vec<Identifier>>) -> TagTree {
    // Children come after their parents, so in reverse order each group is complete when it is added to its parent.
    let mut groups: Vec<Option<TagGroup>> = pages.tags.iter().map(|t| tag(&t.kind).map(TagGroup::new)).collect();
    let mut children: Vec<Vec<TagGroup>> = pages.tags.iter().map(|_| Vec::new()).collect();
    for (i, identifiers) in content.into_iter().enumerate().rev() {
        let Some(mut group) = groups[i].take() else { continue };
        identifiers.into_iter().for_each(|id| group.push(Node::Leaf(id)));
        children[i].drain(..).rev().for_each(|c| group.push(Node::Group(c)));
        children[pages.tags[i].parent].push(group);
    }
    let mut tree = TagTree::new().with_lang(Some(pages.metadata.language.to_owned()));
    if let Some(top) = children.first_mut() {
        top.drain(..).rev().for_each(|c| tree.push(Node::Group(c)));
    }
    tree
}

/// The tag of a node; `None` for the document, which is the tree itself.
fn tag(kind: &layout::TagKind) -> Option<TagKind> {
    let span = |n: &u32| NonZeroU32::new(*n).filter(|n| n.get() > 1);
    Some(match kind {
        layout::TagKind::Document => return None,
        layout::TagKind::Title => Tag::Title.into(),
        layout::TagKind::Heading { level, text } => {
            Tag::Hn(NonZeroU16::new(*level).unwrap_or(NonZeroU16::MIN), Some(name(text))).into()
        }
        layout::TagKind::Paragraph => Tag::P.into(),
        layout::TagKind::Table { caption } => Tag::Table.with_summary(Some(name(caption))).into(),
        layout::TagKind::Row => Tag::TR.into(),
        layout::TagKind::HeaderCell { scope, row_span, column_span } => {
            let scope = match scope {
                Scope::Row => TableHeaderScope::Row,
                Scope::Column => TableHeaderScope::Column,
            };
            Tag::TH(scope).with_row_span(span(row_span)).with_col_span(span(column_span)).into()
        }
        layout::TagKind::DataCell { row_span, column_span } => {
            Tag::TD.with_row_span(span(row_span)).with_col_span(span(column_span)).into()
        }
    })
}

fn name(text: &str) -> String {
    text.chars().take(MOST_NAME).collect()
}

fn outline(pages: &Pages) -> Outline {
    let mut outline = Outline::new();
    // Open nodes from the outside in, with their levels.
    let mut open: Vec<(u16, OutlineNode)> = Vec::new();
    let title = [layout::OutlineEntry { level: 1, text: pages.metadata.title.clone(), page: 0, y: 0.0 }];
    // PDF/UA requires an outline even for a document without headings.
    let entries = if pages.outline.is_empty() { &title[..] } else { &pages.outline };
    for entry in entries {
        close(&mut open, &mut outline, entry.level);
        let at = XyzDestination::new(entry.page, Point::from_xy(0.0, entry.y));
        open.push((entry.level, OutlineNode::new(name(&entry.text), at)));
    }
    close(&mut open, &mut outline, 0);
    outline
}

/// Closes the open nodes at `level` and deeper.
fn close(open: &mut Vec<(u16, OutlineNode)>, outline: &mut Outline, level: u16) {
    while let Some((_, node)) = open.pop_if(|(l, _)| *l >= level) {
        match open.last_mut() {
            Some((_, parent)) => parent.push_child(node),
            None => outline.push_child(node),
        }
    }
}

fn metadata(pages: &Pages) -> Metadata {
    let m = &pages.metadata;
    let title = [&m.title, &m.author].into_iter().chain(pages.outline.iter().map(|o| &o.text)).find(|t| !t.is_empty());
    let (year, month, day) = m.date.unwrap_or((1970, 1, 1));
    let mut metadata = Metadata::new()
        .creation_date(DateTime::new(year).month(month).day(day))
        .title(name(title.map_or("—", String::as_str)))
        .language(m.language.to_owned())
        .producer(concat!("nianbao ", env!("CARGO_PKG_VERSION")).to_owned());
    if !m.author.is_empty() {
        metadata = metadata.authors(vec![name(&m.author)]);
    }
    metadata
}

#[cfg(test)]
mod reader;
#[cfg(test)]
mod tests;
