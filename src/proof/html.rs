//! A web page or a fragment read back: headings, paragraphs and tables in the order of the source.
//!
//! Takes the file, gives its pieces. Text that stands in nothing it knows is an error, not left out.

use super::pieces::{Piece, squeezed, without_blank, words};
use super::xml::{Element, Node, parse_html};

/// What a reader finds in a page; `Err` names what could not be read.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<Piece>, &'static str> {
    let text = std::str::from_utf8(bytes).map_err(|_| "编码")?;
    // A fragment has no root of its own.
    let text = text.trim_start().strip_prefix("<!DOCTYPE html>").unwrap_or(text);
    let root = parse_html(&format!("<root>{text}</root>")).ok_or("网页的结构")?;
    let mut pieces = Vec::new();
    walk(&root, &mut pieces)?;
    Ok(without_blank(pieces))
}

fn walk(element: &Element, pieces: &mut Vec<Piece>) -> Result<(), &'static str> {
    for node in &element.nodes {
        match node {
            Node::Text(text) if squeezed(text).is_empty() => {}
            Node::Text(_) => return Err("段落之外的文字"),
            Node::Element(e) => match e.name.as_str() {
                "head" => {}
                "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "p" => pieces.push(words(&e.words())),
                "table" => {
                    let mut rows = Vec::new();
                    table(e, &mut rows)?;
                    pieces.push(Piece::Table(rows));
                }
                _ => walk(e, pieces)?,
            },
        }
    }
    Ok(())
}

fn table(element: &Element, rows: &mut Vec<Vec<String>>) -> Result<(), &'static str> {
    for e in element.children() {
        match e.name.as_str() {
            // The caption names the table for those who cannot see where it stands.
            "caption" | "colgroup" => {}
            "thead" | "tbody" => table(e, rows)?,
            "tr" => {
                if e.children().any(|c| !matches!(c.name.as_str(), "th" | "td")) {
                    return Err("行里的结构");
                }
                rows.push(e.children().map(|c| squeezed(&c.words())).collect());
            }
            _ => return Err("表里的结构"),
        }
    }
    Ok(())
}
