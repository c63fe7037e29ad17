//! Document → HTML: a complete page, and a fragment to be put into an editor of a portal.
//!
//! Takes a [`Document`], for a page a [`Site`] as well; gives UTF-8. Both are one tree of title, sections, paragraphs and
//! tables whose every figure names its heads. A page has one style element, a fragment only `style` attributes, since
//! portals strip the rest. No script, no address that a browser would load, no trace of clock, path or author; nothing that
//! a text holds becomes markup.
//!
//! Elements are closed and attributes quoted as XML wants them; void elements stand as HTML has them (`<br>`), since a
//! checker blames the slash. Characters that are never seen are left out, as on the pages of a PDF; a line break inside a
//! text becomes `br`.

mod body;
mod breaks;
mod columns;
mod head;
mod heads;
mod look;
mod markup;
mod table;

pub use breaks::pieces;

use crate::digest::sha256_of;
use crate::model::Document;
use crate::site::Site;
use look::Look;
use markup::Markup;

/// Writes the document as a page of its own. The same document and site give the same bytes.
pub fn page(doc: &Document, site: &Site) -> Vec<u8> {
    let mut m = Markup::new();
    m.doctype();
    m.open("html", &[("lang", doc.language)]);
    head::write(&mut m, doc, site);
    m.open("body", &[]);
    m.open("main", &[]);
    body::write(&mut m, doc, Look::Page, "");
    m.finish()
}

/// Writes the document as an element without page around it. Its ids hold a digest of title and agency: reports that
/// stand on one page do not share them.
pub fn fragment(doc: &Document) -> Vec<u8> {
    let digest = sha256_of([doc.title_text().as_bytes(), doc.agency.as_bytes()]);
    let mut m = Markup::new();
    let (name, style) = Look::Fragment.of(look::Part::Root);
    m.open("div", &[("lang", doc.language), (name, style)]);
    m.line();
    body::write(&mut m, doc, Look::Fragment, &format!("nb{}", &digest[..10]));
    m.finish()
}
