//! Document → DOCX.
//!
//! Takes a [`Document`] and a [`Style`], gives the bytes of a Word file: named styles, merged cells, repeated header rows, page
//! numbers. `docx-rs` builds the parts; a finishing pass sorts their children into schema order and adds what `docx-rs` cannot
//! write. It never reads a clock and needs no installed font.
//!
//! Characters that XML 1.0 cannot contain are omitted; a line break inside a text becomes `w:br`, a tab `w:tab`.

mod finish;
mod fit;
mod grid;
mod measure;
mod package;
mod page;
mod schema;
mod styles;
mod table;
mod text;
mod title;

use docx_rs::{AlignmentType, DocumentChild, Docx, LineSpacing, LineSpacingType, Paragraph};

use super::{Cache, ExportError};
use crate::model::{Block, Document};
use crate::style::Style;
use finish::Notes;
use text::twips;

pub(super) use table::TableCache;

/// A paragraph of at most this many lines directly before a table stays with it.
const LEAD_LINES: usize = 3;

/// Space between a table and the line above it, in points.
const ABOVE_TABLE: f32 = 5.0;

/// Writes the document as a DOCX. The same document and style give the same bytes.
///
/// # Errors
/// Fails when the cells of a table do not tile it, or when `docx-rs` gives a part that is not XML.
pub fn write(doc: &Document, style: &Style, cache: &Cache) -> Result<Vec<u8>, ExportError> {
    let mut notes = Notes::new(doc.language);
    let mut sizes = Vec::new();
    // Not `Docx::add_paragraph`: it moves the whole document for every paragraph.
    let mut body = Body(Vec::new());
    head(&mut body, doc, style);
    let lead = leads(&doc.blocks, style);
    let mut after_table = false;
    for (index, block) in doc.blocks.iter().enumerate() {
        let (id, words) = match block {
            Block::Table(t) => {
                if after_table {
                    body.add(spacer());
                }
                if let Some(table) = table::write(t, style, lead[index].before, &cache.tables)? {
                    body.add(Paragraph::new().style(finish::TABLE_PLACE));
                    notes.table(table.xml);
                    sizes.push(table.size);
                    after_table = true;
                }
                continue;
            }
            Block::Heading { level, text } => (styles::heading(*level), text),
            Block::Paragraph { text } => (styles::BODY, text),
        };
        let mut p = Paragraph::new().style(id).add_run(text::run(words));
        if lead[index].stays {
            p = p.keep_next(true);
        }
        let above_table = matches!(doc.blocks.get(index + 1), Some(Block::Table(_)));
        if above_table || after_table {
            let mut spacing = LineSpacing::new();
            if after_table {
                spacing = spacing.before(twips(style.line.pitch / 2.0) as u32);
            }
            if above_table {
                spacing = spacing.after(twips(ABOVE_TABLE) as u32);
            }
            p = p.line_spacing(spacing);
        }
        after_table = false;
        body.add(p);
    }
    if after_table {
        body.add(spacer());
    }
    let mut docx = Docx::new();
    docx.document.children = body.0;
    docx = page::set(docx, style);
    docx = docx.styles(styles::make(style, &sizes, &mut notes));
    package::pack(docx.build(), doc, style, &notes, &cache.packer)
}

/// The paragraphs of the body; a table is represented by a placeholder paragraph.
struct Body(Vec<DocumentChild>);

impl Body {
    fn add(&mut self, paragraph: Paragraph) {
        self.0.push(DocumentChild::Paragraph(Box::new(paragraph)));
    }
}

/// Title and the lines under it.
fn head(body: &mut Body, doc: &Document, style: &Style) {
    body.add(Paragraph::new().style(styles::TITLE).add_run(title::run(&doc.title, style)));
    for (index, fact) in doc.facts.iter().enumerate() {
        let mut p = Paragraph::new().style(styles::FACTS).add_run(text::run(fact));
        if index + 1 == doc.facts.len() {
            p = p.line_spacing(LineSpacing::new().after(twips(style.line.pitch / 2.0) as u32));
        }
        body.add(p);
    }
}

/// An empty line of one point after a table: without it Word joins adjacent tables, and a body must not end in a table.
fn spacer() -> Paragraph {
    let thin = LineSpacing::new().before(0).after(0).line(20).line_rule(LineSpacingType::Exact);
    Paragraph::new().style(styles::TABLE).align(AlignmentType::Left).line_spacing(thin)
}

/// How a block is connected with a table.
#[derive(Clone, Copy, Default)]
struct Lead {
    /// For a table: height in points of the heading and short paragraph that stay with it.
    before: f32,
    /// Whether it is a short paragraph directly before a table, which stays with it.
    stays: bool,
}

fn leads(blocks: &[Block], style: &Style) -> Vec<Lead> {
    let mut leads = vec![Lead::default(); blocks.len()];
    let width = text::points(style.page.text_width);
    for index in 0..blocks.len() {
        if !matches!(blocks[index], Block::Table(_)) {
            continue;
        }
        let mut lines = 0;
        for at in (0..index).rev() {
            match &blocks[at] {
                Block::Table(_) => break,
                Block::Heading { text, .. } => lines += measure::lines(text, width / style.size.heading - 2.0),
                Block::Paragraph { text } => {
                    let own = measure::lines(text, width / style.size.body - 2.0);
                    if at + 1 != index || own > LEAD_LINES {
                        break;
                    }
                    lines += own;
                    leads[at].stays = true;
                }
            }
        }
        leads[index].before = lines as f32 * style.line.pitch + ABOVE_TABLE;
    }
    leads
}

#[cfg(test)]
mod tests;
