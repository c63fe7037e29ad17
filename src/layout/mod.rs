//! Document → pages of positioned glyph runs, hairlines and a tag tree, after GB/T 9704 and GB/T 15834.
//!
//! Takes a document, a style and faces; gives [`Pages`]. Every character is assigned a face before lines are broken, so a
//! missing glyph is an error here and never reaches a file. It knows fonts and typography but no file format; the PDF writer
//! draws its pages.
//!
//! The drawn form of a text is [`printed_text`]: control characters, zero-width characters and line ends omitted, tabs as
//! spaces.

mod class;
mod columns;
mod content;
mod date;
mod embedded;
mod faces;
mod flow;
mod line;
mod page_number;
mod pages;
mod table;
mod text;
mod title;

pub(crate) use columns::raised_to_least;
#[cfg(feature = "faces")]
pub use embedded::built_in_faces;
pub use faces::{FaceBytes, FaceError, FaceFile, FaceId, Faces, MOST_FACE_BYTES};
pub use pages::{Glyph, Item, Mark, Metadata, OutlineEntry, Owner, Page, Pages, Rule, Run, Scope, Tag, TagId, TagKind};
pub use text::printed_text;
pub(crate) use title::title_lines;

use crate::model::Document;
use crate::style::Style;

const POINTS_PER_MM: f32 = 72.0 / 25.4;

/// Cache of one worker that is reused for every document: labels that are set and broken into lines.
#[derive(Default)]
pub struct Cache(table::LabelCache);

/// Lays a document out on A4 pages. Fails on a character that no face can draw and on a table row taller than a page.
pub fn layout(document: &Document, style: &Style, faces: &Faces, cache: &Cache) -> Result<Pages, LayoutError> {
    let mut setter = text::Setter::new(faces);
    let content = content::content(document, style, &mut setter, &cache.0)?;
    let mut flow = flow::Flow::new(style, &content);
    flow.run()?;
    let (mut pages, outline) = (flow.pages, flow.outline);
    page_number::draw(&mut pages, style, &mut setter)?;
    let title = printed_text(&document.title_text());
    let author = printed_text(&document.agency);
    Ok(Pages {
        width: 210.0 * POINTS_PER_MM,
        height: 297.0 * POINTS_PER_MM,
        pages,
        tags: content.tags,
        outline,
        metadata: Metadata { title, author, language: document.language, date: date::named(document) },
        faces: faces.clone(),
    })
}

/// Why a document cannot be laid out. The message is shown to users.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LayoutError {
    /// Neither a face of the style nor a fallback face has a glyph for a character. The texts of a report are checked for such
    /// characters before ([`Faces::can_draw`]), the labels of a form file are not.
    #[error("没有字体能画出“{character}”（U+{:04X}），见“{text}”", *character as u32)]
    Undrawable {
        /// The character without a glyph.
        character: char,
        /// The first 20 characters of the text that contains it.
        text: String,
    },
    /// A row of a table is taller than a page even by itself.
    #[error("表格“{caption}”有一行比一页还高")]
    RowTooTall {
        /// Full name of the table.
        caption: String,
    },
}

#[cfg(test)]
pub(crate) mod tests;
