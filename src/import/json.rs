//! A report as JSON: recognised by its format member, and parsed into a tree of limited size.
//!
//! Takes bytes, gives a [`Json`]: objects with unique members, lists, texts and numbers. The nesting is limited to little more
//! than that of a report, so that no tree can exhaust the stack. It never interprets the members.

use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

use serde::de::{self, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::{ImportError, Limits};
use crate::form::{DataLabels, labels};

/// A value of JSON, reduced to what a report can contain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Json {
    /// `null`.
    Null,
    /// `true` or `false`, which no report has.
    Bool,
    /// A whole number.
    Whole(i128),
    /// A number with decimals or an exponent, which no report has.
    Number,
    /// A string with its escapes resolved; at most `Limits::text_bytes` long.
    Text(String),
    /// An array.
    List(Vec<Json>),
    /// Members in the order of the file; each name occurs once. Equal names of several objects share one allocation.
    Object(Vec<(Arc<str>, Json)>),
}

/// Deepest nesting that is read; a report has fewer levels.
const DEEPEST: usize = 16;

const BOM: &[u8] = b"\xEF\xBB\xBF";

/// Whether bytes begin like a JSON object.
pub(super) fn is_object(bytes: &[u8]) -> bool {
    let mut plain = plain(bytes).iter().filter(|b| !b.is_ascii_whitespace());
    plain.next() == Some(&b'{') && matches!(plain.next(), None | Some(b'"' | b'}'))
}

fn plain(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(BOM).unwrap_or(bytes)
}

/// Reads an object that is a report according to its format member.
pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<Json, ImportError> {
    let bytes = plain(bytes);
    // Nothing after the format member is checked here: a report that was damaged by hand must be reported, not ignored.
    if !has_format_member(bytes) {
        return Err(ImportError::NotAWorkbook("这是 JSON 文件".into()));
    }
    let reading = Reading { limits, nodes: Cell::new(0), fault: RefCell::default(), names: RefCell::default() };
    let root = Node { reading: &reading, depth: 0 };
    // If the bytes are UTF-8 as a whole, the parser need not check each text. If not, it reports where the UTF-8 ends.
    let tree = match simdutf8::basic::from_utf8(bytes) {
        Ok(text) => whole(root, serde_json::Deserializer::from_str(text)),
        Err(_) => whole(root, serde_json::Deserializer::from_slice(bytes)),
    };
    tree.map_err(|e| match reading.fault.take() {
        Some(Fault::Import(fault)) => fault,
        Some(Fault::Here(what)) => ImportError::Report(format!("第 {} 行{what}", e.line())),
        None if e.is_eof() => ImportError::Report(format!("在第 {} 行断了，没有写完", e.line())),
        None => ImportError::Report(format!("第 {} 行第 {} 列不合 JSON 的写法", e.line(), e.column())),
    })
}

/// Parses one tree; fails if anything follows it.
fn whole<'de, R: serde_json::de::Read<'de>>(
    root: Node<'_>,
    mut from: serde_json::Deserializer<R>,
) -> Result<Json, serde_json::Error> {
    let tree = root.deserialize(&mut from)?;
    from.end().map(|()| tree)
}

/// Whether the outermost object has the format member of a report, at any position.
fn has_format_member(bytes: &[u8]) -> bool {
    struct FormatMember<'a>(&'a Cell<bool>);
    impl<'de> Visitor<'de> for FormatMember<'_> {
        type Value = ();

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
            while let Some(key) = map.next_key::<String>()? {
                if key == DataLabels::FORMAT {
                    // Anything but a text ends the search.
                    self.0.set(map.next_value::<String>()? == labels().data.json);
                    if self.0.get() {
                        return Ok(());
                    }
                } else {
                    // Skipped without recursion, regardless of its depth.
                    map.next_value::<IgnoredAny>()?;
                }
            }
            Ok(())
        }
    }
    let found = Cell::new(false);
    // An error after the member does not change the result.
    let _ = serde_json::Deserializer::from_slice(bytes).deserialize_map(FormatMember(&found));
    found.get()
}

/// State of reading one tree: its size so far, and what is wrong with it.
struct Reading<'a> {
    limits: &'a Limits,
    nodes: Cell<usize>,
    fault: RefCell<Option<Fault>>,
    /// Names of the members read so far.
    names: RefCell<HashSet<Arc<str>>>,
}

enum Fault {
    Import(ImportError),
    /// A fault on the line where reading stopped.
    Here(String),
}

impl Reading<'_> {
    fn fail<E: de::Error>(&self, fault: Fault) -> E {
        *self.fault.borrow_mut() = Some(fault);
        E::custom("")
    }

    fn check_length<E: de::Error>(&self, text: &str) -> Result<(), E> {
        if text.len() > self.limits.text_bytes {
            return Err(self.fail(Fault::Import(self.limits.text_error())));
        }
        Ok(())
    }
}

/// The name of a member.
struct Name<'a>(&'a Reading<'a>);

impl<'de> DeserializeSeed<'de> for Name<'_> {
    type Value = Arc<str>;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Arc<str>, D::Error> {
        from.deserialize_str(self)
    }
}

impl Visitor<'_> for Name<'_> {
    type Value = Arc<str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E: de::Error>(self, name: &str) -> Result<Arc<str>, E> {
        self.0.check_length(name)?;
        let mut names = self.0.names.borrow_mut();
        if let Some(known) = names.get(name) {
            return Ok(known.clone());
        }
        let new: Arc<str> = name.into();
        names.insert(new.clone());
        Ok(new)
    }
}

/// A value at some depth.
#[derive(Clone, Copy)]
struct Node<'a> {
    reading: &'a Reading<'a>,
    depth: usize,
}

impl Node<'_> {
    fn below(self) -> Self {
        Node { depth: self.depth + 1, ..self }
    }
}

impl<'de> DeserializeSeed<'de> for Node<'_> {
    type Value = Json;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Json, D::Error> {
        let nodes = &self.reading.nodes;
        nodes.set(nodes.get() + 1);
        if nodes.get() > self.reading.limits.cells {
            let limit = format!("{} 个", self.reading.limits.cells);
            return Err(self
                .reading
                .fail(Fault::Import(ImportError::TooLarge { what: "JSON 里的值".into(), limit })));
        }
        if self.depth > DEEPEST {
            return Err(self.reading.fail(Fault::Here(format!("嵌套超过 {DEEPEST} 层"))));
        }
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_> {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Json, E> {
        Ok(Json::Bool)
    }

    fn visit_u64<E>(self, n: u64) -> Result<Json, E> {
        Ok(Json::Whole(n.into()))
    }

    fn visit_i64<E>(self, n: i64) -> Result<Json, E> {
        Ok(Json::Whole(n.into()))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Json, E> {
        Ok(Json::Number)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Json, E> {
        self.reading.check_length(text)?;
        Ok(Json::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Json, A::Error> {
        let mut all = Vec::new();
        while let Some(one) = list.next_element_seed(self.below())? {
            all.push(one);
        }
        Ok(Json::List(all))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Json, A::Error> {
        let mut all = Vec::with_capacity(MEMBERS);
        while let Some(name) = map.next_key_seed(Name(self.reading))? {
            all.push((name, map.next_value_seed(self.below())?));
        }
        if let Some(name) = twice(&all) {
            let name: String = name.chars().take(24).collect();
            return Err(self.reading.fail(Fault::Here(format!("以前的“{name}”写了两次"))));
        }
        Ok(Json::Object(all))
    }
}

/// Most objects of a report have at most this many members.
const MEMBERS: usize = 8;

/// Returns the first name that an earlier member also has. Equal names share one allocation, so pointers are compared.
fn twice(members: &[(Arc<str>, Json)]) -> Option<&str> {
    let mut names = members.iter().map(|(name, _)| name);
    let name = if members.len() <= MEMBERS {
        let before = |(at, name): &(usize, &Arc<str>)| members[..*at].iter().any(|(n, _)| Arc::ptr_eq(n, name));
        names.enumerate().find(before).map(|(_, name)| name)
    } else {
        let mut seen = HashSet::with_capacity(members.len());
        names.find(|name| !seen.insert(Arc::as_ptr(name)))
    };
    name.map(|name| &**name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(text: &str) -> String {
        let text = text.replacen('{', &format!("{{\"format\":\"{}\",", labels().data.json), 1);
        read(text.as_bytes(), &Limits::default()).unwrap_err().to_string()
    }

    #[test]
    fn a_report_is_known_by_its_format_member_wherever_it_is() {
        let word = &labels().data.json;
        for text in [format!("{{\"format\":\"{word}\"}}"), format!("\u{feff} {{\"a\":[[1.5]],\"format\":\"{word}\"}}")]
        {
            assert!(is_object(text.as_bytes()));
            assert!(read(text.as_bytes(), &Limits::default()).is_ok(), "{text}");
        }
        for text in
            ["{}", "{\"format\":1}", "{\"format\":\"x\"}\n{\"format\":\"x\"}", "{\"a\":{\"format\":\"x\"}}", "{\"a\""]
        {
            let error = read(text.as_bytes(), &Limits::default()).unwrap_err();
            assert!(error.is_no_workbook() && error.to_string().contains("JSON"), "{text}: {error}");
        }
        assert!(!is_object(b"{x}") && !is_object(b"[1]") && !is_object(b""));
    }

    #[test]
    fn damage_is_reported_with_its_line() {
        for (text, expected) in [
            ("{\n\"a\":1,\n\"a\":2}", "第 3 行以前的“a”写了两次"),
            ("{\n\"a\":", "在第 2 行断了"),
            ("{\n\"a\":1}}", "第 2 行第 7 列不合"),
            ("{\"a\":1e999}", "不合 JSON"),
            ("{\"a\":NaN}", "不合 JSON"),
        ] {
            assert!(message(text).contains(expected), "{}", message(text));
        }
        assert!(message(&format!("{{\"a\":{}", "[".repeat(1 << 20))).contains("嵌套超过 16 层"));
        assert!(message(&format!("{{\"a\":{}", "{\"a\":".repeat(1 << 20))).contains("嵌套超过 16 层"));
        // Deep nesting before the format member: the search for it does not recurse.
        let deep = format!("{{\"a\":{}{},\"format\":\"x\"}}", "[".repeat(1 << 20), "]".repeat(1 << 20));
        assert!(read(deep.as_bytes(), &Limits::default()).unwrap_err().is_no_workbook());
        assert!(message(&format!("{{\"a\":[{}0]}}", "0,".repeat(1 << 20))).contains("JSON 里的值超过上限"));
        assert!(message(&format!("{{\"a\":\"{}\"}}", "a".repeat(2 << 20))).contains("超过上限 1 MB"));
    }
}
