//! A PDF read back: its structure elements with the text that their marked content decodes to.
//!
//! Takes a tagged PDF, returns its pieces. Uses only hayro-syntax, the content operators and the ToUnicode maps, and no data of
//! the writer. Text and objects that it does not know are errors and are never skipped; damaged content is not repaired.

mod codes;
mod page;
mod stream;

use std::borrow::Cow;
use std::collections::HashMap;

use hayro_syntax::Pdf;
use hayro_syntax::object::dict::Dict;
use hayro_syntax::object::{Name, Object, ObjectIdentifier};

use self::page::{Contents, Fonts};
use super::pieces::{ContentPiece, is_blank, without_blank};

/// Text of marked content by page and id.
type Marked = HashMap<ObjectIdentifier, Contents>;

/// The pieces of a PDF; `Err` contains the Chinese name of what could not be read.
pub(crate) fn read(bytes: &[u8]) -> Result<Vec<ContentPiece<'static>>, &'static str> {
    let pdf = Pdf::new(bytes.to_vec()).map_err(|_| "文件结构")?;
    let mut marked = Marked::new();
    let mut fonts = Fonts::new();
    for page in pdf.pages().iter() {
        let id = page.raw().obj_id().ok_or("页面编号")?;
        page::read(page, &mut fonts, marked.entry(id).or_default())?;
    }
    let catalog: Dict<'_> = pdf.xref().get(pdf.xref().root_id()).ok_or("目录")?;
    let tree: Dict<'_> = catalog.get("StructTreeRoot").ok_or("结构树")?;
    let mut tree_walk = TreeWalk { marked, pieces: Vec::new() };
    tree_walk.kids(&tree, None, 0)?;
    // Text outside the structure would be visible, but not compared.
    if tree_walk.marked.values().flatten().flatten().any(|text| !is_blank(text)) {
        return Err("结构之外的文字");
    }
    Ok(without_blank(tree_walk.pieces))
}

/// Walks through the structure tree in reading order, and takes each text out of `marked`.
struct TreeWalk {
    marked: Marked,
    pieces: Vec<ContentPiece<'static>>,
}

/// Greatest depth of a structure tree; ours are far less deep.
const DEEPEST: usize = 32;

impl TreeWalk {
    fn kids(&mut self, of: &Dict<'_>, page: Option<ObjectIdentifier>, depth: usize) -> Result<(), &'static str> {
        each(of, page, &mut |element, page| self.element(element, page, depth))
    }

    fn element(&mut self, kid: Kid<'_>, page: Option<ObjectIdentifier>, depth: usize) -> Result<(), &'static str> {
        let Kid::Element(element) = kid else { return Err("没有结构的内容") };
        if depth > DEEPEST {
            return Err("结构的层数");
        }
        let role = role(&element)?;
        match role.as_str() {
            "Table" => {
                let mut rows = Vec::new();
                self.rows(&element, page, depth, &mut rows)?;
                self.pieces.push(ContentPiece::Table(rows));
                Ok(())
            }
            "Document" | "Part" | "Sect" | "Div" => self.kids(&element, page, depth + 1),
            _ => {
                let mut text = String::new();
                self.text(&element, page, depth, &mut text)?;
                self.pieces.push(ContentPiece::Words(text.into()));
                Ok(())
            }
        }
    }

    fn rows(
        &mut self,
        of: &Dict<'_>,
        page: Option<ObjectIdentifier>,
        depth: usize,
        rows: &mut Vec<Vec<Cow<'static, str>>>,
    ) -> Result<(), &'static str> {
        if depth > DEEPEST {
            return Err("结构的层数");
        }
        each(of, page, &mut |kid, page| {
            let Kid::Element(element) = kid else { return Err("表里没有结构的内容") };
            let role = role(&element)?;
            match role.as_str() {
                "TR" => {
                    let mut row = Vec::new();
                    each(&element, page, &mut |cell, page| {
                        let Kid::Element(cell) = cell else { return Err("行里没有结构的内容") };
                        let mut text = String::new();
                        self.text(&cell, page, depth, &mut text)?;
                        row.push(text.into());
                        Ok(())
                    })?;
                    rows.push(row);
                    Ok(())
                }
                "THead" | "TBody" | "TFoot" => self.rows(&element, page, depth + 1, rows),
                _ => Err("表里的结构"),
            }
        })
    }

    /// Appends all text of an element and of those below it.
    fn text(
        &mut self,
        of: &Dict<'_>,
        page: Option<ObjectIdentifier>,
        depth: usize,
        text: &mut String,
    ) -> Result<(), &'static str> {
        if depth > DEEPEST {
            return Err("结构的层数");
        }
        each(of, page, &mut |kid, page| match kid {
            Kid::Element(element) => self.text(&element, page, depth + 1, text),
            Kid::Content(id) => {
                let contents = self.marked.get_mut(&page.ok_or("内容所在的页")?);
                let content = usize::try_from(id).ok().and_then(|id| contents?.get_mut(id)?.take());
                text.push_str(&content.ok_or("结构指向的内容")?);
                Ok(())
            }
        })
    }
}

/// A child of a structure element.
enum Kid<'a> {
    Element(Dict<'a>),
    /// Marked content of a page.
    Content(i64),
}

fn role<'a>(element: &Dict<'a>) -> Result<Name<'a>, &'static str> {
    element.get("S").ok_or("结构的种类")
}

/// Called for each child, with its page.
type Visit<'v> = &'v mut dyn FnMut(Kid<'_>, Option<ObjectIdentifier>) -> Result<(), &'static str>;

/// Visits the children of a structure element.
fn each(of: &Dict<'_>, page: Option<ObjectIdentifier>, visit: Visit<'_>) -> Result<(), &'static str> {
    let page = of.get_ref("Pg").map(ObjectIdentifier::from).or(page);
    let mut one = |kid: Object<'_>| match kid {
        Object::Number(id) => visit(Kid::Content(id.as_i64()), page),
        Object::Dict(kid) => match kid.get::<i32>("MCID") {
            Some(id) => visit(Kid::Content(i64::from(id)), kid.get_ref("Pg").map(ObjectIdentifier::from).or(page)),
            None => visit(Kid::Element(kid), page),
        },
        _ => Err("结构的写法"),
    };
    match of.get::<Object<'_>>("K") {
        None => Ok(()),
        Some(Object::Array(all)) => all.iter::<Object<'_>>().try_for_each(one),
        Some(kid) => one(kid),
    }
}
