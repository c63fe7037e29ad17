//! The marked content of a page: the text of each piece, by its id.
//!
//! Takes a page and the fonts of the pages before it, gives texts. Operators that show text in a way that our writer does not use
//! are errors and are never skipped.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use hayro_syntax::content::TypedIter;
use hayro_syntax::content::ops::{BeginMarkedContentWithProperties, TypedInstruction};
use hayro_syntax::object::dict::Dict;
use hayro_syntax::object::{Name, Object, ObjectIdentifier, String as PdfString};
use hayro_syntax::page::Page;

use super::codes::{Codes, codes};
use super::stream::decoded;

/// Text of the marked content of a page, by id.
pub(super) type Contents = Vec<Option<String>>;

/// The codes of the fonts of a file.
pub(super) type Fonts = HashMap<ObjectIdentifier, Codes>;

/// Most pieces of marked content of a page; our pages have far fewer.
const MOST_CONTENTS: usize = 1 << 16;

/// Initial capacity in bytes: enough for most pieces of marked content.
const SHORT: usize = 48;

/// Appends the texts of a page to its contents.
pub(super) fn read(page: &Page<'_>, fonts: &mut Fonts, contents: &mut Contents) -> Result<(), &'static str> {
    let stream = decoded(&page.raw().get("Contents").ok_or("页面的内容")?)?;
    let mut reader = Reader { page, fonts, contents, open: Vec::new(), font: None, named: Vec::new() };
    let mut operations = TypedIter::new(&stream);
    while let Some(operation) = operations.next() {
        reader.operation(operation)?;
    }
    if reader.open.is_empty() { Ok(()) } else { Err("内容的结尾") }
}

/// Marked content that was begun and not ended yet.
struct Open {
    /// `None` if it is not part of a structure element.
    id: Option<usize>,
    /// Whether the text inside is replaced by another one.
    replaced: bool,
}

/// The state between the operators of a page.
struct Reader<'r, 'p> {
    page: &'r Page<'p>,
    fonts: &'r mut Fonts,
    contents: &'r mut Contents,
    open: Vec<Open>,
    font: Option<ObjectIdentifier>,
    /// The fonts by their names on this page, because looking one up takes longer than reading a line set in it.
    named: Vec<(Vec<u8>, ObjectIdentifier)>,
}

impl Reader<'_, '_> {
    fn operation(&mut self, operation: TypedInstruction<'_, '_>) -> Result<(), &'static str> {
        match operation {
            TypedInstruction::BeginMarkedContent(_) => self.open.push(Open { id: None, replaced: false }),
            TypedInstruction::BeginMarkedContentWithProperties(begin) => self.begin(&begin)?,
            TypedInstruction::EndMarkedContent(_) => _ = self.open.pop().ok_or("内容的结尾")?,
            TypedInstruction::TextFont(set) => self.set_font(set.0)?,
            TypedInstruction::ShowText(show) => self.show([show.0])?,
            TypedInstruction::ShowTexts(show) => {
                let parts = show.0.iter::<Object<'_>>().filter_map(|part| match part {
                    Object::String(string) => Some(string),
                    _ => None,
                });
                self.show(parts)?;
            }
            TypedInstruction::NextLineAndShowText(_) | TypedInstruction::ShowTextWithParameters(_) => {
                return Err("文字的写法");
            }
            TypedInstruction::XObject(_) => return Err("页面上的图形对象"),
            _ => {}
        }
        Ok(())
    }

    fn begin(&mut self, begin: &BeginMarkedContentWithProperties<'_, '_>) -> Result<(), &'static str> {
        let Object::Dict(properties) = begin.1 else { return Err("内容的属性") };
        let id = properties.get::<i32>("MCID");
        let id = id.map(|id| usize::try_from(id).ok().filter(|id| *id < MOST_CONTENTS).ok_or("内容的编号"));
        let id = id.transpose()?;
        let replacement = properties.get::<PdfString<'_>>("ActualText");
        self.open.push(Open { id, replaced: replacement.is_some() });
        if let (Some(replacement), Some(at)) = (replacement, self.current()) {
            content(self.contents, at).push_str(&utf16(replacement.as_bytes()).ok_or("替代的文字")?);
        }
        Ok(())
    }

    fn set_font(&mut self, name: &Name<'_>) -> Result<(), &'static str> {
        self.font = self.named.iter().find(|(known, _)| **known == **name).map(|(_, font)| *font);
        if self.font.is_none() {
            let dict = self.page.resources().get_font(name).ok_or("字体")?;
            let font = dict.obj_id().ok_or("字体编号")?;
            self.read_font(font, &dict)?;
            self.named.push((name.to_vec(), font));
            self.font = Some(font);
        }
        Ok(())
    }

    /// Reads the codes of a font that no page before used.
    fn read_font(&mut self, font: ObjectIdentifier, dict: &Dict<'_>) -> Result<(), &'static str> {
        if let Entry::Vacant(new) = self.fonts.entry(font) {
            new.insert(codes(dict)?);
        }
        Ok(())
    }

    /// Appends strings of two-byte codes to the content that they belong to.
    fn show<'s, S: std::borrow::Borrow<PdfString<'s>>>(
        &mut self,
        strings: impl IntoIterator<Item = S>,
    ) -> Result<(), &'static str> {
        // Content outside marked content with an id is not part of an element: page numbers, repeated labels.
        let Some(at) = self.current().filter(|_| !self.open.iter().any(|open| open.replaced)) else { return Ok(()) };
        let codes = self.font.and_then(|f| self.fonts.get(&f)).ok_or("没有字体的文字")?;
        let text = content(self.contents, at);
        for string in strings {
            for code in string.borrow().as_bytes().chunks(2) {
                let code = u16::from_be_bytes(code.try_into().map_err(|_| "文字的编码")?);
                text.push_str(codes.get(code).ok_or("没有对应字符的字形")?);
            }
        }
        Ok(())
    }

    /// The innermost open marked content that has an id.
    fn current(&self) -> Option<usize> {
        self.open.iter().rev().find_map(|open| open.id)
    }
}

/// The text of a piece of marked content, which may come in several parts.
fn content(contents: &mut Contents, id: usize) -> &mut String {
    if contents.len() <= id {
        contents.resize(id + 1, None);
    }
    contents[id].get_or_insert_with(|| String::with_capacity(SHORT))
}

/// A text string of PDF: UTF-16 with its mark, or ASCII.
fn utf16(bytes: &[u8]) -> Option<String> {
    let Some(units) = bytes.strip_prefix(&[0xFE, 0xFF]) else {
        return bytes.is_ascii().then(|| String::from_utf8_lossy(bytes).into_owned());
    };
    let units: Vec<u16> = units.chunks_exact(2).map(|u| u16::from_be_bytes([u[0], u[1]])).collect();
    String::from_utf16(&units).ok()
}
