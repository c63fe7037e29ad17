//! Members of a JSON object by their names; every error contains the path of the member.

use std::fmt;
use std::rc::Rc;
use std::sync::Arc;

use crate::import::Json;

/// Why a tree is not a report: the place and what is wrong, as one sentence without its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonError(pub String);

/// The end of an error about two different texts, neither of which can be chosen.
pub const UNSURE: &str = "，不能确定是哪一个";

/// The place of an element, such as `tables[1].values[17]`; empty for the root. Written as text only for an error.
#[derive(Debug, Clone, Default)]
pub struct Path(Option<Rc<Segment>>);

#[derive(Debug)]
struct Segment {
    above: Path,
    name: &'static str,
    index: Option<usize>,
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(segment) = &self.0 else { return Ok(()) };
        if segment.above.0.is_some() {
            write!(f, "{}.", segment.above)?;
        }
        f.write_str(segment.name)?;
        segment.index.map_or(Ok(()), |index| write!(f, "[{index}]"))
    }
}

/// An object with its path.
#[derive(Debug, Clone)]
pub struct Object<'j> {
    path: Path,
    members: &'j [(Arc<str>, Json)],
}

impl<'j> Object<'j> {
    /// Reads an object that has no members but these; the root has no path.
    pub fn of(json: &'j Json, path: Path, known: &[&str]) -> Result<Object<'j>, JsonError> {
        let Json::Object(members) = json else { return Err(JsonError(format!("{path} 应当是对象（{{…}}）"))) };
        let object = Object { path, members };
        match members.iter().find(|(name, _)| !known.contains(&&**name)) {
            Some((name, _)) => Err(object.member_error(&printable_start(name), "不是这里的项目名，请删去或改正")),
            None => Ok(object),
        }
    }

    /// An object with any members; `None` if it is not an object.
    pub fn whatever(json: &'j Json) -> Option<Object<'j>> {
        let Json::Object(members) = json else { return None };
        Some(Object { path: Path::default(), members })
    }

    /// The path of a member.
    pub fn at(&self, name: &'static str) -> Path {
        Path(Some(Rc::new(Segment { above: self.path.clone(), name, index: None })))
    }

    /// The path of one of a member's items.
    pub fn item(&self, name: &'static str, index: usize) -> Path {
        Path(Some(Rc::new(Segment { above: self.path.clone(), name, index: Some(index) })))
    }

    /// An error about a member.
    pub fn member_error(&self, name: &str, what: &str) -> JsonError {
        let dot = if self.path.0.is_some() { "." } else { "" };
        JsonError(format!("{}{dot}{name} {what}", self.path))
    }

    /// An error about the whole object.
    pub fn error(&self, what: &str) -> JsonError {
        JsonError(format!("{} {what}", self.path))
    }

    pub fn get(&self, name: &str) -> Option<&'j Json> {
        self.members.iter().find(|(n, _)| **n == *name).map(|(_, value)| value)
    }

    pub fn need(&self, name: &str) -> Result<&'j Json, JsonError> {
        self.get(name).ok_or_else(|| self.member_error(name, "缺少，请补上"))
    }

    pub fn text(&self, name: &str) -> Result<&'j str, JsonError> {
        match self.need(name)? {
            Json::Text(text) => Ok(text),
            _ => Err(self.member_error(name, "应当是文字，要加引号")),
        }
    }

    /// A text that may be absent or null.
    pub fn optional(&self, name: &str) -> Result<Option<&'j str>, JsonError> {
        match self.get(name) {
            None | Some(Json::Null) => Ok(None),
            Some(_) => self.text(name).map(Some),
        }
    }

    pub fn whole(&self, name: &str) -> Result<i128, JsonError> {
        match self.need(name)? {
            Json::Whole(n) => Ok(*n),
            _ => Err(self.member_error(name, "应当是整数，不加引号")),
        }
    }

    pub fn list(&self, name: &str) -> Result<&'j [Json], JsonError> {
        match self.need(name)? {
            Json::List(all) => Ok(all),
            _ => Err(self.member_error(name, "应当是列表（[…]）")),
        }
    }

    /// A list that may be absent.
    pub fn any(&self, name: &str) -> Result<&'j [Json], JsonError> {
        if self.get(name).is_none() { Ok(&[]) } else { self.list(name) }
    }

    /// Compares a text, if present, with the form's; returns an error if they differ.
    pub fn agrees(&self, name: &str, official: &str) -> Result<Option<JsonError>, JsonError> {
        match self.get(name) {
            None => Ok(None),
            Some(_) if self.text(name)? == official => Ok(None),
            Some(_) => Ok(Some(self.member_error(name, &format!("与表样的“{official}”不同{UNSURE}")))),
        }
    }

    /// Compares a list of labels, if present, with the form's; returns an error if they differ.
    pub fn agree(&self, name: &str, official: &[&str]) -> Result<Option<JsonError>, JsonError> {
        let same = |all: &[Json]| {
            all.len() == official.len() && all.iter().zip(official).all(|(j, o)| matches!(j, Json::Text(t) if t == o))
        };
        match self.get(name) {
            None => Ok(None),
            Some(_) if same(self.list(name)?) => Ok(None),
            Some(_) => {
                let official = official.join("、");
                Ok(Some(self.member_error(name, &format!("与表样的“{official}”不同{UNSURE}"))))
            }
        }
    }
}

/// The first characters of an arbitrary text, for messages; control characters are replaced.
pub fn printable_start(text: &str) -> String {
    text.chars().take(24).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}
