//! Test support: reads a tagged PDF, as structure elements with the text of their marked content. Independent of the writer:
//! only lopdf, the content operators and the ToUnicode maps.

use std::collections::BTreeMap;

use lopdf::content::Content;
use lopdf::{Dictionary, Document, Object, ObjectId};

/// A structure element.
#[derive(Debug, Clone, Default)]
pub struct Element {
    pub role: String,
    /// Its own marked content, joined.
    pub text: String,
    /// Pages (from 0) that its content is on.
    pub pages: Vec<usize>,
    pub attributes: String,
    pub children: Vec<Element>,
}

/// The content of a PDF.
pub struct Read {
    pub document: Document,
    pub root: Element,
    /// Text outside the structure, page by page.
    pub artifacts: Vec<String>,
}

pub type Map = BTreeMap<u16, String>;

pub fn read(bytes: &[u8]) -> Read {
    let document = Document::load_mem(bytes).unwrap();
    let mut marked: BTreeMap<(ObjectId, i64), String> = BTreeMap::new();
    let mut artifacts = Vec::new();
    let pages: Vec<ObjectId> = document.get_pages().into_values().collect();
    for page in &pages {
        artifacts.push(read_page(&document, *page, &mut marked));
    }
    let catalog = document.catalog().unwrap();
    let tree = resolve(&document, catalog.get(b"StructTreeRoot").unwrap()).as_dict().unwrap();
    let mut root = Element::default();
    children(&document, tree.get(b"K").unwrap(), None, &pages, &marked, &mut root);
    Read { document, root, artifacts }
}

impl Element {
    /// This element and all below it, in order.
    pub fn walk(&self) -> Vec<&Element> {
        let mut out = vec![self];
        self.children.iter().for_each(|c| out.extend(c.walk()));
        out
    }

    pub fn with_role(&self, role: &str) -> Vec<&Element> {
        self.walk().into_iter().filter(|e| e.role == role).collect()
    }
}

pub fn resolve<'d>(document: &'d Document, object: &'d Object) -> &'d Object {
    document.dereference(object).unwrap().1
}

fn children(
    document: &Document,
    kids: &Object,
    page: Option<ObjectId>,
    pages: &[ObjectId],
    marked: &BTreeMap<(ObjectId, i64), String>,
    parent: &mut Element,
) {
    let content = |page: ObjectId, id: i64, parent: &mut Element| {
        parent.text.push_str(marked.get(&(page, id)).unwrap_or_else(|| panic!("no content {id}")));
        parent.pages.push(pages.iter().position(|p| *p == page).unwrap());
    };
    match resolve(document, kids) {
        Object::Array(all) => all.iter().for_each(|k| children(document, k, page, pages, marked, parent)),
        Object::Integer(id) => content(page.unwrap(), *id, parent),
        Object::Dictionary(d) => {
            let page = d.get(b"Pg").and_then(Object::as_reference).ok().or(page);
            if let Ok(id) = d.get(b"MCID").and_then(Object::as_i64) {
                return content(page.unwrap(), id, parent);
            }
            let role = String::from_utf8_lossy(d.get(b"S").unwrap().as_name().unwrap()).into_owned();
            let attributes = d.get(b"A").map(|a| format!("{:?}", resolve(document, a))).unwrap_or_default();
            let mut element = Element { role, attributes, ..Element::default() };
            if let Ok(k) = d.get(b"K") {
                children(document, k, page, pages, marked, &mut element);
            }
            parent.children.push(element);
        }
        other => panic!("{other:?}"),
    }
}

fn read_page(document: &Document, page: ObjectId, marked: &mut BTreeMap<(ObjectId, i64), String>) -> String {
    let resources = document.get_page_resources(page).unwrap();
    let resources: Vec<&Dictionary> =
        resources.0.into_iter().chain(resources.1.iter().map(|id| document.get_dictionary(*id).unwrap())).collect();
    let entry = |kind: &[u8], name: &[u8]| -> Option<&Dictionary> {
        resources.iter().find_map(|r| {
            let kinds = resolve(document, r.get(kind).ok()?).as_dict().ok()?;
            resolve(document, kinds.get(name).ok()?).as_dict().ok()
        })
    };
    let content = Content::decode(&document.get_page_content(page)).unwrap();
    let mut maps: BTreeMap<Vec<u8>, Map> = BTreeMap::new();
    let mut map = Map::new();
    // Open marked content: its id, and whether the text inside is replaced.
    let mut open: Vec<(Option<i64>, bool)> = Vec::new();
    let mut artifact = String::new();
    for operation in &content.operations {
        let operands = &operation.operands;
        let mut put = |open: &[(Option<i64>, bool)], text: &str| match open.iter().rev().find_map(|o| o.0) {
            Some(id) => marked.entry((page, id)).or_default().push_str(text),
            None => artifact.push_str(text),
        };
        match operation.operator.as_str() {
            "BMC" => open.push((None, false)),
            "BDC" => {
                let properties = match &operands[1] {
                    Object::Name(name) => entry(b"Properties", name).unwrap(),
                    inline => inline.as_dict().unwrap(),
                };
                let id = properties.get(b"MCID").and_then(Object::as_i64).ok();
                open.push((id, false));
                if let Ok(actual) = properties.get(b"ActualText") {
                    put(&open, &lopdf::decode_text_string(actual).unwrap());
                    open.last_mut().unwrap().1 = true;
                }
            }
            "EMC" => _ = open.pop().unwrap(),
            "Tf" => {
                let name = operands[0].as_name().unwrap().to_vec();
                let read = || unicode_map(document, entry(b"Font", &name).unwrap());
                map = maps.entry(name.clone()).or_insert_with(read).clone();
            }
            "Tj" | "TJ" if open.iter().any(|o| o.1) => {}
            "Tj" => put(&open, &decode(&map, &operands[0])),
            "TJ" => {
                for part in operands[0].as_array().unwrap().iter().filter(|o| matches!(o, Object::String(..))) {
                    put(&open, &decode(&map, part));
                }
            }
            "'" | "\"" => panic!("not written by krilla"),
            _ => {}
        }
    }
    assert!(open.is_empty());
    artifact
}

fn decode(map: &Map, string: &Object) -> String {
    let codes = string.as_str().unwrap().chunks(2).map(|c| u16::from_be_bytes([c[0], c[1]]));
    codes.map(|c| map.get(&c).unwrap_or_else(|| panic!("code {c} has no character")).as_str()).collect()
}

/// The ToUnicode map of a font: bfchar and bfrange.
pub fn unicode_map(document: &Document, font: &Dictionary) -> Map {
    let stream = resolve(document, font.get(b"ToUnicode").unwrap()).as_stream().unwrap();
    let text = String::from_utf8(stream.get_plain_content().unwrap()).unwrap();
    let hex = |t: &str| -> Vec<u16> {
        let t = t.trim_matches(['<', '>']);
        (0..t.len()).step_by(4).map(|i| u16::from_str_radix(&t[i..i + 4], 16).unwrap()).collect()
    };
    let mut map = Map::new();
    let mut mode = "";
    for line in text.lines().map(str::trim) {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            [_, begin @ ("beginbfchar" | "beginbfrange")] => mode = begin,
            ["endbfchar" | "endbfrange"] => mode = "",
            [code, to] if mode == "beginbfchar" => {
                map.insert(hex(code)[0], String::from_utf16(&hex(to)).unwrap());
            }
            [from, to, first] if mode == "beginbfrange" => {
                let mut first = hex(first);
                for code in hex(from)[0]..=hex(to)[0] {
                    map.insert(code, String::from_utf16(&first).unwrap());
                    *first.last_mut().unwrap() += 1;
                }
            }
            _ => assert!(mode.is_empty(), "{line}"),
        }
    }
    map
}
