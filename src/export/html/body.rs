//! Title, facts, and sections with their headings, paragraphs and tables, in the order of the document.
//!
//! Takes a document and the kind of output. A heading opens a section that ends before the next heading of its level or above; its rank
//! (`h2` to `h6`) is its depth, so that no rank is skipped, regardless of the levels that an agency uses.

use super::look::{HtmlKind, StyledPart};
use super::markup::Markup;
use super::table;
use crate::model::{Block, Document};

/// Elements of headings by depth, below the title.
const RANKS: [&str; 5] = ["h2", "h3", "h4", "h5", "h6"];

pub(super) fn write(m: &mut Markup<'_>, doc: &Document, kind: HtmlKind, ids: &str) {
    title(m, &doc.title, kind);
    for fact in &doc.facts {
        line(m, "p", kind.attribute(StyledPart::Fact), fact);
    }
    // Levels of the open sections, from the outside in.
    let mut open: Vec<u8> = Vec::new();
    let mut tables = 0;
    for block in &doc.blocks {
        match block {
            Block::Heading { level, text } => {
                while open.last().is_some_and(|l| l >= level) {
                    open.pop();
                    m.close_line();
                }
                m.open("section", &[]);
                m.line();
                let rank = RANKS[open.len().min(RANKS.len() - 1)];
                open.push(*level);
                line(m, rank, kind.attribute(StyledPart::Heading(*level)), text);
            }
            Block::Paragraph { text } => line(m, "p", kind.attribute(StyledPart::Paragraph), text),
            Block::Table(t) => {
                tables += 1;
                table::write(m, t, kind, &format!("{ids}t{tables}"));
            }
        }
    }
    open.iter().for_each(|_| m.close_line());
}

/// The title. Nested spans make it break after the agency first, then between its other parts, and inside a part only if
/// necessary.
fn title(m: &mut Markup<'_>, parts: &[String], kind: HtmlKind) {
    let part = [kind.attribute(StyledPart::Piece)];
    m.open("h1", &[kind.attribute(StyledPart::Title)]);
    match parts {
        [first, rest @ ..] if !rest.is_empty() => {
            m.open("span", &part);
            m.plain(first);
            m.close();
            m.open("span", &part);
            for p in rest {
                m.open("span", &part);
                m.plain(p);
                m.close();
            }
            m.close();
        }
        _ => m.plain(&parts.concat()),
    }
    m.close_line();
}

fn line(m: &mut Markup<'_>, name: &'static str, attribute: (&str, &str), text: &str) {
    m.open(name, &[attribute]);
    m.text(text);
    m.close_line();
}
