//! A reader of HTML based on `quick-xml` alone: it finds what a person or a screen reader would find in the file.

use std::collections::{BTreeMap, BTreeSet};

use nianbao::form::{Table, labels};
use nianbao::model::{Report, is_invisible};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

/// Elements that have no end tag in HTML.
const VOID: [&str; 4] = ["meta", "br", "wbr", "col"];

#[derive(Debug, Default)]
pub struct Element {
    pub name: String,
    pub attributes: BTreeMap<String, String>,
    pub children: Vec<Node>,
}

#[derive(Debug)]
pub enum Node {
    Element(Element),
    Text(String),
}

impl Element {
    fn of(e: &BytesStart<'_>) -> Element {
        let mut attributes = BTreeMap::new();
        for a in e.attributes() {
            let a = a.unwrap();
            let value = quick_xml::escape::unescape(&a.value).unwrap().into_owned();
            assert!(attributes.insert(a.key.as_ref().to_owned(), value).is_none());
        }
        Element { name: e.name().as_ref().to_owned(), attributes, children: Vec::new() }
    }

    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.get(name).map(String::as_str)
    }

    fn number(&self, name: &str) -> usize {
        self.attribute(name).map_or(1, |n| n.parse().unwrap())
    }

    pub fn elements(&self) -> impl Iterator<Item = &Element> {
        self.children.iter().filter_map(|c| match c {
            Node::Element(e) => Some(e),
            Node::Text(_) => None,
        })
    }

    /// Returns this element and all elements below it, in reading order.
    pub fn all(&self) -> Vec<&Element> {
        let mut out = vec![self];
        for e in self.elements() {
            out.extend(e.all());
        }
        out
    }

    pub fn named<'e>(&'e self, name: &str) -> Vec<&'e Element> {
        self.all().into_iter().filter(|e| e.name == name).collect()
    }

    /// Returns its text; visible line breaks become line breaks.
    pub fn words(&self) -> String {
        let words = self.children.iter().map(|c| match c {
            Node::Element(e) if e.name == "br" => "\n".to_owned(),
            Node::Element(e) => e.words(),
            Node::Text(t) => t.clone(),
        });
        words.collect()
    }
}

/// Parses a file, which must be well-formed except for its void elements.
pub fn parse(bytes: &[u8]) -> Element {
    let text = std::str::from_utf8(bytes).unwrap();
    let mut reader = Reader::from_str(text);
    let config = reader.config_mut();
    (config.check_end_names, config.allow_unmatched_ends) = (false, true);
    let mut open = vec![Element::default()];
    let push = |open: &mut Vec<Element>, node: Node| {
        let children = &mut open.last_mut().unwrap().children;
        match (children.last_mut(), node) {
            (Some(Node::Text(text)), Node::Text(more)) => text.push_str(&more),
            (_, node) => children.push(node),
        }
    };
    loop {
        match reader.read_event().unwrap() {
            Event::Start(e) if VOID.contains(&e.name().as_ref()) => push(&mut open, Node::Element(Element::of(&e))),
            Event::Start(e) => open.push(Element::of(&e)),
            Event::End(e) => {
                let done = open.pop().unwrap();
                assert_eq!(done.name, e.name().as_ref());
                push(&mut open, Node::Element(done));
            }
            Event::Text(t) => push(&mut open, Node::Text(t.into_inner().into_owned())),
            Event::GeneralRef(r) => {
                let name = r.into_inner();
                let known = [("lt", "<"), ("gt", ">"), ("amp", "&"), ("quot", "\""), ("apos", "'")];
                let text = known.iter().find(|(n, _)| *n == &*name).unwrap().1;
                push(&mut open, Node::Text(text.to_owned()));
            }
            Event::DocType(d) => assert_eq!(d.into_inner().trim(), "html"),
            Event::Eof => break,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(open.len(), 1);
    let root = open.pop().unwrap();
    assert!(
        root.children
            .iter()
            .all(|c| matches!(c, Node::Element(_)) || matches!(c, Node::Text(t) if t.trim().is_empty()))
    );
    let mut elements: Vec<Element> =
        root.children.into_iter().filter_map(|c| if let Node::Element(e) = c { Some(e) } else { None }).collect();
    assert_eq!(elements.len(), 1, "one root");
    elements.remove(0)
}

/// A cell in its HTML position: rows and columns from 0.
struct Placed<'e> {
    cell: &'e Element,
    row: usize,
    column: usize,
}

/// Returns the cells of a table in their HTML positions; they must tile it.
fn placed(table: &Element) -> Vec<Placed<'_>> {
    let mut taken: BTreeSet<(usize, usize)> = BTreeSet::new();
    let mut out = Vec::new();
    for (row, tr) in table.named("tr").into_iter().enumerate() {
        let mut column = 0;
        for cell in tr.elements() {
            assert!(cell.name == "td" || cell.name == "th");
            while taken.contains(&(row, column)) {
                column += 1;
            }
            for r in row..row + cell.number("rowspan") {
                for c in column..column + cell.number("colspan") {
                    assert!(taken.insert((r, c)), "overlap at {r} {c}");
                }
            }
            out.push(Placed { cell, row, column });
        }
    }
    let (rows, columns) = (table.named("tr").len(), table.named("col").len());
    assert_eq!(taken.len(), rows * columns);
    assert_eq!(taken.last(), Some(&(rows - 1, columns - 1)));
    out
}

/// Returns the figures of a table with the texts of their heads, from the outside in.
fn figures(table: &Element, form: &Table) -> Vec<(Vec<String>, String)> {
    let cells = placed(table);
    let heads: BTreeMap<&str, &Placed<'_>> =
        cells.iter().filter(|p| p.cell.name == "th").map(|p| (p.cell.attribute("id").unwrap(), p)).collect();
    let mut out = Vec::new();
    for p in cells.iter().filter(|p| p.cell.name == "td") {
        let own: Vec<&Placed<'_>> = p.cell.attribute("headers").unwrap().split(' ').map(|id| heads[id]).collect();
        // Each head is in the row of the figure or above it; only the labels above it in an outline are neither.
        let outline = form.blocks.iter().any(|b| b.rows.outline);
        for h in &own {
            let beside = h.row <= p.row && p.row < h.row + h.cell.number("rowspan");
            let above = h.column <= p.column && p.column < h.column + h.cell.number("colspan") && h.row < p.row;
            assert!(beside || above || outline, "{}", h.cell.words());
            assert!(h.cell.attribute("scope").is_some());
        }
        out.push((own.iter().map(|h| h.cell.words()).collect(), p.cell.words()));
    }
    scopes_are_true(table, &cells);
    out
}

/// Checks that the scope of each head of a group is exactly that group.
fn scopes_are_true(table: &Element, cells: &[Placed<'_>]) {
    let mut rows = Vec::new();
    let mut first = 0;
    for group in table.elements().filter(|e| e.name == "thead" || e.name == "tbody") {
        let count = group.named("tr").len();
        assert!(count > 0);
        rows.push(first..first + count);
        first += count;
    }
    let mut columns = Vec::new();
    let mut first = 0;
    for group in table.named("colgroup") {
        let count = group.named("col").len();
        columns.push(first..first + count);
        first += count;
    }
    for p in cells.iter().filter(|p| p.cell.name == "th") {
        let (across, down) = (p.cell.number("colspan"), p.cell.number("rowspan"));
        match p.cell.attribute("scope").unwrap() {
            "row" | "col" => {}
            // A title across the whole width, or a label beside all rows of the group.
            "rowgroup" if down == 1 => assert!(rows.iter().any(|g| g.start == p.row) && across == first),
            "rowgroup" => assert!(rows.contains(&(p.row..p.row + down))),
            "colgroup" => assert!(columns.contains(&(p.column..p.column + across))),
            other => panic!("{other}"),
        }
    }
}

/// Fails unless a page or a fragment contains the same as the report, in the same order, and nothing else.
pub fn says(root: &Element, report: &Report) {
    let form = &report.form;
    // Line breaks at the end of a text are omitted.
    let seen = |text: &str| -> String {
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        text.trim_end_matches('\n').chars().filter(|c| !is_invisible(*c) && *c != '\u{1fffe}').collect()
    };
    let mut expected: Vec<(&str, String)> = Vec::new();
    expected.push(("title", report.cover.title.clone()));
    let words = &labels().cover;
    let fact = |label: &str, value: &Option<String>| value.as_ref().map(|v| ("text", format!("{label}：{v}")));
    expected.extend(fact(&words.index.label, &report.cover.index));
    expected.extend(fact(&words.published.label, &report.cover.published));
    let kind = |level: u8| if level == 0 { "text" } else { "heading" };
    expected.extend(report.preface.iter().map(|p| (kind(p.level), p.text.clone())));
    for (section, content) in form.sections.iter().zip(&report.sections) {
        if !form.free_headings {
            expected.push(("heading", section.heading.clone()));
        }
        expected.extend(content.before.iter().map(|p| (kind(p.level), p.text.clone())));
        expected.extend(section.table.map(|t| ("table", form.tables[t].caption.clone())));
        expected.extend(content.after.iter().map(|p| (kind(p.level), p.text.clone())));
    }
    expected.extend(fact(&words.contact.label, &report.cover.contact));
    let expected: Vec<(&str, String)> = expected.into_iter().map(|(kind, text)| (kind, seen(&text))).collect();
    let body = root.named("body").first().copied().unwrap_or(root);
    let found: Vec<(&str, String)> = body
        .all()
        .into_iter()
        .filter_map(|e| match e.name.as_str() {
            "h1" => Some(("title", e.words())),
            "h2" | "h3" | "h4" | "h5" | "h6" => Some(("heading", e.words())),
            "p" => Some(("text", e.words())),
            "table" => Some(("table", e.named("caption")[0].words().trim().to_owned())),
            _ => None,
        })
        .collect();
    assert_eq!(found, expected);
    let tables = body.named("table");
    assert_eq!(tables.len(), form.tables.len());
    for ((table, form), values) in tables.iter().zip(&form.tables).zip(&report.tables) {
        let figures = figures(table, form);
        let mut left: BTreeMap<&[String], &str> = figures.iter().map(|(h, t)| (h.as_slice(), t.as_str())).collect();
        assert_eq!(left.len(), figures.len(), "two figures have the same heads");
        for (slot, value) in values.iter().enumerate() {
            let block = &form.blocks[form.at(slot).block];
            let unit = block.unit_column.as_ref().map(|_| block.unit_word(form.at(slot).row).unwrap());
            let heads = form.row_path(slot).into_iter().chain(unit).chain(form.column_path(slot));
            let heads: Vec<String> = heads.map(str::to_owned).collect();
            let text = left.remove(heads.as_slice()).unwrap_or_else(|| panic!("no figure under {heads:?}"));
            assert_eq!(text, value.to_string(), "{heads:?}");
        }
        // The remaining cells have no value: lines of an outline that are only labels.
        assert!(left.values().all(|t| form.blocks.iter().any(|b| b.empty_line == *t)), "{left:?}");
    }
    ranks_follow_each_other(body);
    nothing_foreign(root);
}

fn ranks_follow_each_other(body: &Element) {
    let mut before = 0;
    for e in body.all() {
        if let Some(rank) = e.name.strip_prefix('h').and_then(|r| r.parse::<u8>().ok()) {
            assert!(rank <= before + 1, "h{rank} after h{before}");
            before = rank;
        }
        if e.name == "section" {
            assert!(e.elements().next().unwrap().name.starts_with('h'), "a section begins with its heading");
        }
    }
}

/// Checks that there are no elements and attributes but those a report needs, that ids are unique, and that nothing is loaded
/// or run.
fn nothing_foreign(root: &Element) {
    let elements = "html head meta title style body main h1 h2 h3 h4 h5 h6 section p br wbr span div table caption colgroup col thead \
                    tbody tr th td";
    let attributes = "lang charset name content class style id scope headers rowspan colspan role aria-label tabindex";
    let mut ids = BTreeSet::new();
    for e in root.all() {
        assert!(elements.split_whitespace().any(|n| n == e.name), "<{}>", e.name);
        for (name, value) in &e.attributes {
            assert!(attributes.split_whitespace().any(|n| n == name), "{name}");
            assert!(!value.is_empty(), "{name} of {}", e.name);
            assert!(name != "style" || !value.contains("url"), "{value}");
        }
        assert!(e.attribute("id").is_none_or(|id| ids.insert(id.to_owned())), "an id stands twice");
    }
    let fragment = root.name == "div";
    assert_eq!(root.attribute("lang"), Some("zh-CN"));
    assert_eq!(root.named("style").len(), usize::from(!fragment));
    assert!(!fragment || root.all().iter().all(|e| e.attribute("class").is_none()));
    let css = root.named("style").first().map(|s| s.words()).unwrap_or_default();
    assert!(!css.contains("url(") && !css.contains("@import") && !css.contains("expression"));
}
