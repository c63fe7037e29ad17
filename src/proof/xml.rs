//! XML as a plain reader sees it: elements with attributes, children and text, in order.
//!
//! Takes well-formed XML, gives its root. For reading our own outputs back; hostile files never come here.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

/// An element; its children and texts stand in their order.
#[derive(Debug, Default)]
pub(super) struct Element {
    pub name: String,
    pub attributes: Vec<(String, String)>,
    pub nodes: Vec<Node>,
}

#[derive(Debug)]
pub(super) enum Node {
    Element(Element),
    Text(String),
}

/// Elements of HTML that have no end.
const VOID: [&str; 6] = ["meta", "br", "col", "hr", "img", "link"];

/// Reads a document; `None` where it is not well formed.
pub(super) fn parse(xml: &str) -> Option<Element> {
    tree(xml, &[])
}

/// Reads HTML that is well formed but for elements without an end.
pub(super) fn parse_html(html: &str) -> Option<Element> {
    tree(html, &VOID)
}

fn tree(xml: &str, void: &[&str]) -> Option<Element> {
    let mut reader = Reader::from_str(xml);
    reader.config_mut().enable_all_checks(true);
    // Checked below: it would miss the ends that are not there.
    reader.config_mut().check_end_names = false;
    reader.config_mut().allow_unmatched_ends = true;
    let mut open = vec![Element::default()];
    loop {
        match reader.read_event().ok()? {
            Event::Start(e) if void.contains(&e.name().as_ref()) => {
                open.last_mut()?.nodes.push(Node::Element(Element::of(&e)?));
            }
            Event::Start(e) => open.push(Element::of(&e)?),
            Event::Empty(e) => open.last_mut()?.nodes.push(Node::Element(Element::of(&e)?)),
            Event::End(e) => {
                let done = open.pop().filter(|done| done.name == e.name().as_ref())?;
                open.last_mut()?.nodes.push(Node::Element(done));
            }
            Event::Text(t) => open.last_mut()?.text(&t.into_inner()),
            Event::GeneralRef(r) => {
                let name = format!("&{};", &*r);
                open.last_mut()?.text(&quick_xml::escape::unescape(&name).ok()?);
            }
            Event::CData(_) => return None,
            Event::Eof => break,
            _ => {}
        }
    }
    let root = open.pop().filter(|_| open.is_empty())?;
    root.nodes.into_iter().find_map(|n| match n {
        Node::Element(e) => Some(e),
        Node::Text(_) => None,
    })
}

impl Element {
    fn of(e: &BytesStart<'_>) -> Option<Element> {
        let attribute = |a: quick_xml::events::attributes::Attribute<'_>| {
            Some((a.key.as_ref().to_owned(), quick_xml::escape::unescape(&a.value).ok()?.into_owned()))
        };
        let attributes = e.attributes().map(|a| attribute(a.ok()?)).collect::<Option<_>>()?;
        Some(Element { name: e.name().as_ref().to_owned(), attributes, nodes: Vec::new() })
    }

    fn text(&mut self, text: &str) {
        match self.nodes.last_mut() {
            Some(Node::Text(before)) => before.push_str(text),
            _ => self.nodes.push(Node::Text(text.to_owned())),
        }
    }

    pub fn children(&self) -> impl Iterator<Item = &Element> {
        self.nodes.iter().filter_map(|n| match n {
            Node::Element(e) => Some(e),
            Node::Text(_) => None,
        })
    }

    pub fn all<'e>(&'e self, name: &'e str) -> impl Iterator<Item = &'e Element> {
        self.children().filter(move |c| c.name == name)
    }

    pub fn at(&self, path: &[&str]) -> Option<&Element> {
        path.iter().try_fold(self, |e, name| e.children().find(|c| c.name == *name))
    }

    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    /// All text inside, in order.
    pub fn words(&self) -> String {
        let mut words = String::new();
        self.gather(&mut words);
        words
    }

    fn gather(&self, words: &mut String) {
        for node in &self.nodes {
            match node {
                Node::Element(e) => e.gather(words),
                Node::Text(t) => words.push_str(t),
            }
        }
    }
}
