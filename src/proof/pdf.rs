//! A PDF read back: its structure elements with the text that their marked content decodes to.
//!
//! Takes a tagged PDF, returns its pieces. Uses only hayro-syntax, the content operators and the ToUnicode maps, and no data of
//! the writer. Text and objects that it does not know are errors and are never skipped; damaged content is not repaired.

use std::borrow::Cow;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::ops::Range;

use hayro_syntax::Pdf;
use hayro_syntax::content::TypedIter;
use hayro_syntax::content::ops::TypedInstruction;
use hayro_syntax::object::dict::Dict;
use hayro_syntax::object::{Array, Name, Object, ObjectIdentifier, Stream, String as PdfString};
use hayro_syntax::page::Page;

use super::pieces::{Piece, is_blank, without_blank};
use crate::inflate::zlib;

/// Text of marked content by page and id.
type Marked = HashMap<ObjectIdentifier, Vec<Option<String>>>;

/// Most pieces of marked content of a page; our pages have far fewer.
const MOST_CONTENTS: usize = 1 << 16;

/// The texts of a font's codes.
#[derive(Debug, Default, PartialEq)]
struct Codes {
    text: String,
    /// By code, the position of its text; empty for codes without one.
    places: Vec<Range<usize>>,
}

impl Codes {
    fn get(&self, code: u16) -> Option<&str> {
        self.places.get(usize::from(code)).filter(|p| !p.is_empty()).map(|p| &self.text[p.clone()])
    }

    fn insert(&mut self, code: u16, units: &[u16]) -> Option<()> {
        let (start, code) = (self.text.len(), usize::from(code));
        for c in char::decode_utf16(units.iter().copied()) {
            self.text.push(c.ok()?);
        }
        if self.places.len() <= code {
            self.places.resize(code + 1, 0..0);
        }
        self.places[code] = start..self.text.len();
        Some(())
    }
}

/// The pieces of a PDF; `Err` contains the Chinese name of what could not be read.
pub(crate) fn read(bytes: &[u8]) -> Result<Vec<Piece<'static>>, &'static str> {
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
    // Text outside the structure would be visible, but not compared.
    if walk.marked.values().flatten().flatten().any(|text| !is_blank(text)) {
        return Err("结构之外的文字");
    }
    Ok(without_blank(walk.pieces))
}

/// Walks through the structure tree in reading order, and takes each text out of `marked`.
struct Walk {
    marked: Marked,
    pieces: Vec<Piece<'static>>,
}

/// Greatest depth of a structure tree; ours are far less deep.
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
        let role = role(&element)?;
        match role.as_str() {
            "Table" => {
                let mut rows = Vec::new();
                self.rows(&element, page, depth, &mut rows)?;
                self.pieces.push(Piece::Table(rows));
                Ok(())
            }
            "Document" | "Part" | "Sect" | "Div" => self.kids(&element, page, depth + 1),
            _ => {
                let mut text = String::new();
                self.text(&element, page, depth, &mut text)?;
                self.pieces.push(Piece::Words(text.into()));
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

fn read_page(
    page: &Page<'_>,
    id: ObjectIdentifier,
    fonts: &mut HashMap<ObjectIdentifier, Codes>,
    marked: &mut Marked,
) -> Result<(), &'static str> {
    let contents = marked.entry(id).or_default();
    // Open marked content: its id, and whether the text inside is replaced.
    let mut open: Vec<(Option<usize>, bool)> = Vec::new();
    let mut font: Option<ObjectIdentifier> = None;
    // The fonts by their names on this page, because looking one up takes longer than reading a line set in it.
    let mut named: Vec<(Vec<u8>, ObjectIdentifier)> = Vec::new();
    let page_content = decoded(&page.raw().get("Contents").ok_or("页面的内容")?)?;
    let mut operations = TypedIter::new(&page_content);
    while let Some(operation) = operations.next() {
        let shown = match operation {
            TypedInstruction::BeginMarkedContent(_) => {
                open.push((None, false));
                continue;
            }
            TypedInstruction::BeginMarkedContentWithProperties(begin) => {
                let Object::Dict(properties) = begin.1 else { return Err("内容的属性") };
                let own = properties.get::<i32>("MCID");
                let own = own.map(|id| usize::try_from(id).ok().filter(|id| *id < MOST_CONTENTS).ok_or("内容的编号"));
                let own = own.transpose()?;
                let actual = properties.get::<PdfString<'_>>("ActualText");
                open.push((own, actual.is_some()));
                if let (Some(actual), Some(at)) = (actual, current(&open)) {
                    content(contents, at).push_str(&utf16(actual.as_bytes()).ok_or("替代的文字")?);
                }
                continue;
            }
            TypedInstruction::EndMarkedContent(_) => {
                open.pop().ok_or("内容的结尾")?;
                continue;
            }
            TypedInstruction::TextFont(set) => {
                font = named.iter().find(|(name, _)| **name == **set.0).map(|(_, known)| *known);
                if font.is_none() {
                    let name = set.0.to_vec();
                    let dict = page.resources().get_font(set.0).ok_or("字体")?;
                    let known = dict.obj_id().ok_or("字体编号")?;
                    if let Entry::Vacant(new) = fonts.entry(known) {
                        new.insert(codes(&dict)?);
                    }
                    named.push((name, known));
                    font = Some(known);
                }
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
        // Content outside marked content with an id is not part of an element: page numbers, repeated labels.
        let Some(at) = current(&open) else { continue };
        if open.iter().any(|(_, replaced)| *replaced) {
            continue;
        }
        let codes = font.and_then(|f| fonts.get(&f)).ok_or("没有字体的文字")?;
        let text = content(contents, at);
        let mut put = |string: &[u8]| {
            string.chunks(2).try_for_each(|code| {
                let code = u16::from_be_bytes(code.try_into().map_err(|_| "文字的编码")?);
                text.push_str(codes.get(code).ok_or("没有对应字符的字形")?);
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

/// Initial capacity in bytes: enough for most pieces of marked content.
const SHORT: usize = 48;

/// The text of a piece of marked content, which may come in several parts.
fn content(contents: &mut Vec<Option<String>>, id: usize) -> &mut String {
    if contents.len() <= id {
        contents.resize(id + 1, None);
    }
    contents[id].get_or_insert_with(|| String::with_capacity(SHORT))
}

/// The innermost open marked content that has an id.
fn current(open: &[(Option<usize>, bool)]) -> Option<usize> {
    open.iter().rev().find_map(|(id, _)| *id)
}

/// A text string of PDF: UTF-16 with its mark, or ASCII.
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
    let text = decoded(&map)?;
    parse_codes(simdutf8::basic::from_utf8(&text).map_err(|_| "字体的字符表")?).ok_or("字体的字符表")
}

/// Most bytes of a decoded stream; ours are smaller.
const MOST_BYTES: usize = 64 << 20;

/// The decoded bytes of a stream. Not decoded by the library, which would return what it can of a damaged one.
fn decoded(stream: &Stream<'_>) -> Result<Vec<u8>, &'static str> {
    let (dict, flate) = (stream.dict(), |name: Name<'_>| name.as_str() == "FlateDecode");
    if !dict.get("Filter").is_some_and(flate) || dict.contains_key("DecodeParms") {
        return Err("内容的压缩方法");
    }
    zlib(&stream.raw_data(), MOST_BYTES).ok_or("压缩的内容")
}

fn parse_codes(text: &str) -> Option<Codes> {
    let mut codes = Codes::default();
    let (mut mode, mut units) = ("", Vec::new());
    for line in text.lines() {
        let mut words = line.split_ascii_whitespace();
        match [words.next(), words.next(), words.next(), words.next()] {
            [Some(_), Some(begin @ ("beginbfchar" | "beginbfrange")), None, None] => mode = begin,
            [Some("endbfchar" | "endbfrange"), None, ..] => mode = "",
            [Some(code), Some(to), None, None] if mode == "beginbfchar" => {
                hex(to, &mut units)?;
                codes.insert(one_code(code)?, &units)?;
            }
            [Some(from), Some(to), Some(first), None] if mode == "beginbfrange" => {
                hex(first, &mut units)?;
                for code in one_code(from)?..=one_code(to)? {
                    codes.insert(code, &units)?;
                    let last = units.last_mut()?;
                    *last = last.checked_add(1)?;
                }
            }
            _ if mode.is_empty() => {}
            _ => return None,
        }
    }
    Some(codes)
}

/// Reads the UTF-16 units of a text in hexadecimal.
fn hex(text: &str, units: &mut Vec<u16>) -> Option<()> {
    let digits = text.strip_prefix('<')?.strip_suffix('>')?;
    units.clear();
    for at in (0..digits.len()).step_by(4) {
        units.push(u16::from_str_radix(digits.get(at..at + 4)?, 16).ok()?);
    }
    Some(())
}

fn one_code(text: &str) -> Option<u16> {
    let digits = text.strip_prefix('<')?.strip_suffix('>').filter(|d| d.len() == 4)?;
    u16::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_map_of_codes_is_read_line_by_line() {
        let map = "begincmap\n1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n2 beginbfchar\n<0001> <4E00>\n<0003> <D842DFB7>\n\
            endbfchar\n1 beginbfrange\n<0005> <0006> <0041>\nendbfrange\nendcmap";
        let codes = parse_codes(map).unwrap();
        let texts: Vec<_> = (0..8).map(|c| codes.get(c)).collect();
        let expected = [None, Some("一"), None, Some("𠮷"), None, Some("A"), Some("B"), None];
        assert_eq!(texts, expected);
        for spoiled in [
            "1 beginbfchar\n<0001> <D842>",
            "1 beginbfchar\n<01> <4E00>",
            "1 beginbfchar\n<0001>",
            "1 beginbfrange\n<0001> <0002> [<4E00>]",
        ] {
            assert_eq!(parse_codes(spoiled), None, "{spoiled}");
        }
    }
}
