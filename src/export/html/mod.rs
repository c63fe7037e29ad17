//! Document → HTML: a complete page, and a fragment to paste into the editor of a portal.
//!
//! Takes a [`Document`] and, for a page, a [`Site`]; gives UTF-8. Both contain title, sections, paragraphs and tables in which
//! every data cell refers to its header cells. A page has one style element, a fragment only `style` attributes, since portals
//! strip the rest. The output never contains a script, an address that a browser would load, or data of clock, path or author,
//! and no text becomes markup.
//!
//! Elements are closed and attributes quoted as XML requires; void elements are written without a slash (`<br>`), since HTML
//! checkers report it. Invisible characters are omitted, as in the PDF; a line break inside a text becomes `br`.

mod body;
mod breaks;
mod columns;
mod head;
mod heads;
mod look;
mod markup;
mod table;

pub(super) use breaks::Breaks;
pub(crate) use breaks::pieces;

use super::Cache;
use crate::digest::sha256_of;
use crate::model::Document;
use crate::site::Site;
use look::HtmlKind;
use markup::Markup;

/// Writes the document as a complete page. The same document and site give the same bytes.
pub fn page(doc: &Document, site: &Site, cache: &Cache) -> Vec<u8> {
    let mut m = Markup::new(&cache.breaks);
    m.doctype();
    m.open("html", &[("lang", doc.language)]);
    head::write(&mut m, doc, site);
    m.open("body", &[]);
    m.open("main", &[]);
    body::write(&mut m, doc, HtmlKind::Page, "");
    m.finish()
}

/// Writes the document as one element without a page around it. Its ids contain a digest of title and agency, so that reports
/// on the same page do not share ids.
pub fn fragment(doc: &Document, cache: &Cache) -> Vec<u8> {
    let digest = sha256_of([doc.title_text().as_bytes(), doc.agency.as_bytes()]);
    let mut m = Markup::new(&cache.breaks);
    let (name, style) = HtmlKind::Fragment.attribute(look::StyledPart::Root);
    m.open("div", &[("lang", doc.language), (name, style)]);
    m.line();
    body::write(&mut m, doc, HtmlKind::Fragment, &format!("nb{}", &digest[..10]));
    m.finish()
}
