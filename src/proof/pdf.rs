//! A PDF read back: its structure elements with the text that their marked content decodes to.
//!
//! Takes a tagged PDF, gives its pieces. Reads by hayro-syntax, the content operators and the ToUnicode maps alone; nothing of
//! the writer is asked. What it does not understand is an error, not left out.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use hayro_syntax::Pdf;
use hayro_syntax::content::ops::TypedInstruction;
use hayro_syntax::object::dict::Dict;
use hayro_syntax::object::{Array, Name, Object, ObjectIdentifier, Stream, String as PdfString};
use hayro_syntax::page::Page;

use super::pieces::{Piece, squeezed, without_blank, words};

/// Text of marked content by page and id.
type Marked = HashMap<(ObjectIdentifier, i64), String>;

/// Texts of a font's codes.
type Codes = HashMap<u16, String>;

/// What a reader finds in a PDF; `Err` names what could not be read.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<Piece>, &'static str> {
    let pdf = Pdf::new(bytes.to_vec()).map_err(|_| "文件结构")?;
    let mut marked = Marked::new();
    let mut fonts: HashMap<ObjectIdentifier, Codes> = HashMap::new();
    for page in pdf.pages().iter() {
        let id = page.raw().obj_id().ok_or("页面编号")?;
        read_page(page, id, &mut fonts, &mut marked)?;
    }
    let catalog: Dict<'_> = pdf.xref().get(pdf.xref().root_id()).ok_or("目录")?;
    let tree: Dict<'_> = catalog.get("StructTreeRoot").ok_or("结构树")?;
    let mut walk = Walk { marked, pieces: Vec::new() };
    walk.kids(&tree, None, 0)?;
    // Text that no element has would be seen and not compared.
    if walk.marked.values().any(|text| !squeezed(text).is_empty()) {
        return Err("结构之外的文字");
    }
    Ok(without_blank(walk.pieces))
}

/// Goes through the structure tree in reading order; takes the texts out as it meets them.
struct Walk {
    marked: Marked,
    pieces: Vec<Piece>,
}

/// Deeper than any structure tree of ours.
const DEEPEST: usize = 32;

impl Walk {
    fn kids(&mut self, of: &Dict<'_>, page: Option<ObjectIdentifier>, depth: usize) -> Result<(), &'static str> {
        each(of, page, &mut |element, page| self.element(element, page, depth))
    }

    fn element(&mut self, kid: Kid<'_>, page: Option<ObjectIdentifier>, depth: usize) -> Result<(), &'static str> {
        let Kid::Element(element) = kid else { return Err("没有结构的内容") };
        if depth > DEEPEST {
            return Err("结构的层数");
        }
        match role(&element)?.as_str() {
            "Table" => {
                let mut rows = Vec::new();
                self.rows(&element, page, depth, &mut rows)?;
                self.pieces.push(Piece::Table(rows));
                Ok(())
            }
            "Document" | "Part" | "Sect" | "Div" => self.kids(&element, page, depth + 1),
            _ => {
                let text = self.text(&element, page, depth)?;
                self.pieces.push(words(&text));
                Ok(())
            }
        }
    }

    fn rows(
        &mut self,
        of: &Dict<'_>,
        page: Option<ObjectIdentifier>,
        depth: usize,
        rows: &mut Vec<Vec<String>>,
    ) -> Result<(), &'static str> {
        if depth > DEEPEST {
            return Err("结构的层数");
        }
        each(of, page, &mut |kid, page| {
            let Kid::Element(element) = kid else { return Err("表里没有结构的内容") };
            match role(&element)?.as_str() {
                "TR" => {
                    let mut row = Vec::new();
                    each(&element, page, &mut |cell, page| {
                        let Kid::Element(cell) = cell else { return Err("行里没有结构的内容") };
                        row.push(squeezed(&self.text(&cell, page, depth)?));
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

    /// All text of an element and of those below it.
    fn text(&mut self, of: &Dict<'_>, page: Option<ObjectIdentifier>, depth: usize) -> Result<String, &'static str> {
        if depth > DEEPEST {
            return Err("结构的层数");
        }
        let mut text = String::new();
        each(of, page, &mut |kid, page| {
            match kid {
                Kid::Element(element) => text.push_str(&self.text(&element, page, depth + 1)?),
                Kid::Content(id) => {
                    let page = page.ok_or("内容所在的页")?;
                    text.push_str(&self.marked.remove(&(page, id)).ok_or("结构指向的内容")?);
                }
            }
            Ok(())
        })?;
        Ok(text)
    }
}

/// What stands below an element.
enum Kid<'a> {
    Element(Dict<'a>),
    /// Marked content of a page.
    Content(i64),
}

fn role(element: &Dict<'_>) -> Result<String, &'static str> {
    Ok(element.get::<Name<'_>>("S").ok_or("结构的种类")?.as_str().to_owned())
}

/// What is done with each, and the page that it is on.
type Visit<'v> = &'v mut dyn FnMut(Kid<'_>, Option<ObjectIdentifier>) -> Result<(), &'static str>;

/// Visits what stands below an element.
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

fn read_page(
    page: &Page<'_>,
    id: ObjectIdentifier,
    fonts: &mut HashMap<ObjectIdentifier, Codes>,
    marked: &mut Marked,
) -> Result<(), &'static str> {
    // Open marked content: its id, and whether the text inside is replaced.
    let mut open: Vec<(Option<i64>, bool)> = Vec::new();
    let mut font: Option<ObjectIdentifier> = None;
    let mut operations = page.typed_operations();
    while let Some(operation) = operations.next() {
        let shown = match operation {
            TypedInstruction::BeginMarkedContent(_) => {
                open.push((None, false));
                continue;
            }
            TypedInstruction::BeginMarkedContentWithProperties(begin) => {
                let Object::Dict(properties) = begin.1 else { return Err("内容的属性") };
                let own = properties.get::<i32>("MCID").map(i64::from);
                let actual = properties.get::<PdfString<'_>>("ActualText");
                open.push((own, actual.is_some()));
                if let (Some(actual), Some(at)) = (actual, current(&open)) {
                    marked.entry((id, at)).or_default().push_str(&utf16(actual.as_bytes()).ok_or("替代的文字")?);
                }
                continue;
            }
            TypedInstruction::EndMarkedContent(_) => {
                open.pop().ok_or("内容的结尾")?;
                continue;
            }
            TypedInstruction::TextFont(set) => {
                let dict = page.resources().get_font(set.0).ok_or("字体")?;
                let known = dict.obj_id().ok_or("字体编号")?;
                if let Entry::Vacant(new) = fonts.entry(known) {
                    new.insert(codes(&dict)?);
                }
                font = Some(known);
                continue;
            }
            TypedInstruction::ShowText(show) => Shown::One(show.0),
            TypedInstruction::ShowTexts(show) => Shown::Several(show.0),
            TypedInstruction::NextLineAndShowText(_) | TypedInstruction::ShowTextWithParameters(_) => {
                return Err("文字的写法");
            }
            TypedInstruction::XObject(_) => return Err("页面上的图形对象"),
            _ => continue,
        };
        // What is no content of an element is the paper's: page numbers, labels printed again.
        let Some(at) = current(&open) else { continue };
        if open.iter().any(|(_, replaced)| *replaced) {
            continue;
        }
        let codes = font.and_then(|f| fonts.get(&f)).ok_or("没有字体的文字")?;
        let text = marked.entry((id, at)).or_default();
        let mut put = |string: &[u8]| {
            string.chunks(2).try_for_each(|code| {
                let code = u16::from_be_bytes(code.try_into().map_err(|_| "文字的编码")?);
                text.push_str(codes.get(&code).ok_or("没有对应字符的字形")?);
                Ok::<(), &'static str>(())
            })
        };
        match shown {
            Shown::One(string) => put(string.as_bytes())?,
            Shown::Several(parts) => {
                for part in parts.iter::<Object<'_>>() {
                    if let Object::String(string) = part {
                        put(string.as_bytes())?;
                    }
                }
            }
        }
    }
    if open.is_empty() { Ok(()) } else { Err("内容的结尾") }
}

enum Shown<'o, 'a> {
    One(&'o PdfString<'a>),
    Several(&'o Array<'a>),
}

/// The marked content that text belongs to.
fn current(open: &[(Option<i64>, bool)]) -> Option<i64> {
    open.iter().rev().find_map(|(id, _)| *id)
}

/// Text as PDF writes it beyond Latin: UTF-16 with its mark.
fn utf16(bytes: &[u8]) -> Option<String> {
    let Some(units) = bytes.strip_prefix(&[0xFE, 0xFF]) else {
        return bytes.is_ascii().then(|| String::from_utf8_lossy(bytes).into_owned());
    };
    let units: Vec<u16> = units.chunks_exact(2).map(|u| u16::from_be_bytes([u[0], u[1]])).collect();
    String::from_utf16(&units).ok()
}

/// The ToUnicode map of a font: bfchar and bfrange.
fn codes(font: &Dict<'_>) -> Result<Codes, &'static str> {
    let map: Stream<'_> = font.get("ToUnicode").ok_or("字体的字符表")?;
    let text = map.decoded().map_err(|_| "字体的字符表")?;
    parse_codes(std::str::from_utf8(&text).map_err(|_| "字体的字符表")?).ok_or("字体的字符表")
}

fn parse_codes(text: &str) -> Option<Codes> {
    let hex = |t: &str| -> Option<Vec<u16>> {
        let t = t.strip_prefix('<')?.strip_suffix('>')?;
        (0..t.len()).step_by(4).map(|i| u16::from_str_radix(t.get(i..i + 4)?, 16).ok()).collect()
    };
    let mut codes = Codes::new();
    let mut mode = "";
    for line in text.lines().map(str::trim) {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            [_, begin @ ("beginbfchar" | "beginbfrange")] => mode = begin,
            ["endbfchar" | "endbfrange"] => mode = "",
            [code, to] if mode == "beginbfchar" => {
                codes.insert(*hex(code)?.first()?, String::from_utf16(&hex(to)?).ok()?);
            }
            [from, to, first] if mode == "beginbfrange" => {
                let mut first = hex(first)?;
                for code in *hex(from)?.first()?..=*hex(to)?.first()? {
                    codes.insert(code, String::from_utf16(&first).ok()?);
                    let last = first.last_mut()?;
                    *last = last.checked_add(1)?;
                }
            }
            _ if mode.is_empty() => {}
            _ => return None,
        }
    }
    Some(codes)
}
