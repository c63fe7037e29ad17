//! A streaming reader of XML: one step after the other, without keeping anything.
//!
//! Takes well-formed XML, or HTML that is well-formed except for elements without an end tag; gives its elements and texts in
//! order. Only for reading our own outputs back, never for files from outside.

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::escape::unescape;
use quick_xml::events::{BytesStart, Event};

/// The next part of a document.
pub(super) enum XmlStep<'x> {
    Open(Tag<'x>),
    Close,
    /// A run of text, or a part of one.
    Text(Cow<'x, str>),
}

/// A start tag. An element without content is closed by the step that follows.
pub(super) struct Tag<'x>(BytesStart<'x>);

/// The document is not well formed, or ended too early.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Malformed;

impl From<Malformed> for &'static str {
    fn from(_: Malformed) -> &'static str {
        "文件的结构"
    }
}

/// A document, read step by step.
pub(super) struct XmlSteps<'x> {
    reader: Reader<&'x [u8]>,
    void: &'static [&'static str],
    /// Names of the open elements, concatenated, and the position of each.
    names: String,
    open: Vec<usize>,
    /// Whether the element that was just opened has no content.
    empty: bool,
}

/// Elements of HTML that have no end tag.
const VOID: [&str; 7] = ["meta", "br", "wbr", "col", "hr", "img", "link"];

impl<'x> XmlSteps<'x> {
    pub fn xml(text: &'x str) -> XmlSteps<'x> {
        XmlSteps::new(text, &[])
    }

    pub fn html(text: &'x str) -> XmlSteps<'x> {
        XmlSteps::new(text, &VOID)
    }

    fn new(text: &'x str, void: &'static [&'static str]) -> XmlSteps<'x> {
        let mut reader = Reader::from_str(text);
        reader.config_mut().enable_all_checks(true);
        // End tags are checked below, because the reader does not report missing ones.
        reader.config_mut().check_end_names = false;
        reader.config_mut().allow_unmatched_ends = true;
        XmlSteps { reader, void, names: String::new(), open: Vec::new(), empty: false }
    }

    /// The next step; `None` at the end. Elements that are not closed are an error.
    pub fn next(&mut self) -> Result<Option<XmlStep<'x>>, Malformed> {
        if std::mem::take(&mut self.empty) {
            return Ok(Some(XmlStep::Close));
        }
        loop {
            return Ok(Some(match self.reader.read_event().map_err(|_| Malformed)? {
                Event::Start(e) => {
                    self.empty = self.void.contains(&e.name().as_ref());
                    if !self.empty {
                        self.open.push(self.names.len());
                        self.names.push_str(e.name().as_ref());
                    }
                    XmlStep::Open(Tag(e))
                }
                Event::Empty(e) => {
                    self.empty = true;
                    XmlStep::Open(Tag(e))
                }
                Event::End(e) => {
                    let start = self.open.pop().ok_or(Malformed)?;
                    if self.names[start..] != *e.name().as_ref() {
                        return Err(Malformed);
                    }
                    self.names.truncate(start);
                    XmlStep::Close
                }
                Event::Text(t) => XmlStep::Text(t.into_inner()),
                Event::GeneralRef(r) => {
                    let name = format!("&{};", &*r);
                    XmlStep::Text(Cow::Owned(unescape(&name).map_err(|_| Malformed)?.into_owned()))
                }
                Event::CData(_) => return Err(Malformed),
                Event::Eof if self.open.is_empty() => return Ok(None),
                Event::Eof => return Err(Malformed),
                _ => continue,
            }));
        }
    }

    /// The next step inside the open element: a child, a text or its end.
    pub fn inside(&mut self) -> Result<XmlStep<'x>, Malformed> {
        self.next()?.ok_or(Malformed)
    }

    /// Visits the children of the element that was just opened, up to its end. A visit must read up to the end of its child.
    /// Texts between children are skipped.
    pub fn children(
        &mut self,
        mut visit: impl FnMut(&mut Self, &Tag<'x>) -> Result<(), &'static str>,
    ) -> Result<(), &'static str> {
        loop {
            match self.inside()? {
                XmlStep::Open(tag) => visit(self, &tag)?,
                XmlStep::Close => return Ok(()),
                XmlStep::Text(_) => {}
            }
        }
    }

    /// Skips the rest of an element that was opened.
    pub fn skip(&mut self) -> Result<(), &'static str> {
        Ok(self.gather(&mut |_| {})?)
    }

    /// Appends all text inside the element that was just opened, up to its end.
    pub fn words(&mut self, words: &mut String) -> Result<(), &'static str> {
        Ok(self.gather(&mut |text| words.push_str(text))?)
    }

    fn gather(&mut self, take: &mut dyn FnMut(&str)) -> Result<(), Malformed> {
        let mut depth = 1;
        while depth > 0 {
            match self.inside()? {
                XmlStep::Open(_) => depth += 1,
                XmlStep::Close => depth -= 1,
                XmlStep::Text(text) => take(&text),
            }
        }
        Ok(())
    }
}

impl Tag<'_> {
    pub fn is(&self, name: &str) -> bool {
        self.0.name().as_ref() == name
    }

    /// Whether it is one of several.
    pub fn is_any(&self, names: &[&str]) -> bool {
        names.contains(&self.0.name().as_ref())
    }

    /// The value of an attribute; `None` if it is absent or cannot be read.
    pub fn attribute(&self, name: &str) -> Option<String> {
        let found = self.0.attributes().flatten().find(|a| a.key.as_ref() == name)?;
        Some(unescape(&found.value).ok()?.into_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(mut steps: XmlSteps<'_>) -> Result<String, Malformed> {
        let mut out = String::new();
        while let Some(step) = steps.next()? {
            match step {
                XmlStep::Open(tag) => out.push_str(&format!("<{}", tag.attribute("a").unwrap_or_default())),
                XmlStep::Close => out.push('>'),
                XmlStep::Text(text) => out.push_str(&text),
            }
        }
        Ok(out)
    }

    #[test]
    fn elements_and_texts_come_in_their_order() {
        let xml = "<?xml version=\"1.0\"?><p a='1'>x &lt; y<b/>&#x4e00;<i a=\"&amp;\">z</i></p>";
        assert_eq!(written(XmlSteps::xml(xml)).as_deref(), Ok("<1x < y<>一<&z>>"));
        assert_eq!(written(XmlSteps::html("<p>a<br>b</p><p><br></p>")).as_deref(), Ok("<a<>b><<>>"));
    }

    #[test]
    fn what_is_not_well_formed_is_not_read() {
        for xml in ["<a>", "</a>", "<a></b>", "<a><b></a></b>", "<a>&x;</a>", "<a><![CDATA[1]]></a>", "<a"] {
            assert_eq!(written(XmlSteps::xml(xml)), Err(Malformed), "{xml}");
        }
    }
}
