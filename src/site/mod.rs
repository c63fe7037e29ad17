//! Meta tags of the website that a page is published on, as government sites must have them (国办发〔2017〕47号).
//!
//! Takes the text of a site file, gives a [`Site`]. Tags that the file does not set are omitted, never invented; those that
//! follow from a report (its title, date and agency) cannot be set here.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::model::{Document, is_invisible};
use crate::toml_error::sentence;

/// Kind of value that a tag takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TagKind {
    /// Text without placeholders, the same on every page.
    Words,
    /// A host name.
    Domain,
    /// The code under which the site is registered.
    Code,
    /// Text with placeholders for facts of the report.
    Pattern,
    /// The same, as one text or a list of texts.
    Patterns,
    /// A web address with such placeholders.
    Address,
}

/// The keys of a site file, which are the names of the tags on a page.
const TAGS: [(&str, TagKind); 8] = [
    ("SiteName", TagKind::Words),
    ("SiteDomain", TagKind::Domain),
    ("SiteIDCode", TagKind::Code),
    ("ColumnName", TagKind::Words),
    ("ColumnType", TagKind::Words),
    ("Keywords", TagKind::Patterns),
    ("Description", TagKind::Pattern),
    ("Url", TagKind::Address),
];

/// Length of a site's code.
const CODE: usize = 10;

/// Placeholders, written `{agency}`, for facts of the report.
const PLACEHOLDERS: [&str; 3] = ["agency", "year", "title"];

/// The tags of a site.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Site {
    tags: BTreeMap<&'static str, String>,
}

/// Why a site file cannot be used.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SiteError {
    /// Not valid TOML. Contains a Chinese clause with the line.
    #[error("网站文件{0}")]
    Syntax(String),
    /// A key that is not the name of a tag that can be set.
    #[error("网站文件没有“{0}”这一项，可以写 {all}", all = TAGS.map(|(name, _)| name).join("、"))]
    Unknown(String),
    /// An empty or malformed value.
    #[error("网站文件的“{key}”{wrong}")]
    Value {
        /// The name of the tag.
        key: &'static str,
        /// The end of the message, in Chinese.
        wrong: String,
    },
}

impl Site {
    /// Parses a site file. Unknown keys and empty or malformed values are refused.
    pub fn parse(text: &str) -> Result<Site, SiteError> {
        let text = text.trim_start_matches('\u{feff}');
        let table: toml::Table = toml::from_str(text).map_err(|e| SiteError::Syntax(sentence(&e, text)))?;
        let mut tags = BTreeMap::new();
        for (key, value) in table {
            let Some((key, kind)) = TAGS.into_iter().find(|(name, _)| *name == key) else {
                return Err(SiteError::Unknown(key));
            };
            tags.insert(key, read(kind, value).map_err(|wrong| SiteError::Value { key, wrong })?);
        }
        Ok(Site { tags })
    }

    /// The content of a tag on the page of a report; `None` if the file does not set it.
    pub fn tag(&self, name: &str, doc: &Document) -> Option<Cow<'_, str>> {
        let text = self.tags.get(name)?;
        let (_, kind) = TAGS.into_iter().find(|(known, _)| *known == name)?;
        Some(match kind {
            TagKind::Words | TagKind::Domain | TagKind::Code => Cow::Borrowed(text),
            TagKind::Pattern | TagKind::Patterns => Cow::Owned(filled(text, doc, |words| words.to_owned())),
            TagKind::Address => Cow::Owned(filled(text, doc, percent_encoded)),
        })
    }
}

/// The text of a value, or the end of a message that says what is wrong with it.
fn read(kind: TagKind, value: toml::Value) -> Result<String, String> {
    let all = match (kind, value) {
        (_, toml::Value::String(text)) => vec![text],
        (TagKind::Patterns, toml::Value::Array(all)) => {
            let texts = all.into_iter().map(|v| v.as_str().map(str::to_owned));
            texts.collect::<Option<Vec<_>>>().ok_or("要写成加引号的文字，如 [\"政府信息公开\", \"年度报告\"]")?
        }
        _ => return Err("要写成加引号的文字".to_owned()),
    };
    let all: Vec<&str> = all.iter().map(|t| t.trim()).collect();
    if all.is_empty() || all.iter().any(|t| t.is_empty()) {
        return Err("是空的，请填上或删去这一行".to_owned());
    }
    let text = all.join(",");
    if text.chars().any(|c| c.is_control() || is_invisible(c)) {
        return Err("里有换行或看不见的字符，请重新输入".to_owned());
    }
    match kind {
        // Braces would be published as they are, since these tags have no placeholders.
        TagKind::Words | TagKind::Domain | TagKind::Code if text.contains(['{', '}']) => {
            return Err(format!("里不能有花括号，只有 {} 可以用", filled_tags()));
        }
        TagKind::Words => {}
        TagKind::Domain if text.contains(['/', ':', '@']) || text.contains(char::is_whitespace) => {
            return Err(format!("不能是“{text}”，只写域名，如 www.example.gov.cn"));
        }
        TagKind::Code if text.len() != CODE || !text.bytes().all(|b| b.is_ascii_alphanumeric()) => {
            return Err(format!("不能是“{text}”，网站标识码是 {CODE} 位数字或字母"));
        }
        TagKind::Address if !is_address(&text) => {
            return Err(format!("不能是“{text}”，要写以 http:// 或 https:// 开头的网址"));
        }
        TagKind::Domain | TagKind::Code => {}
        TagKind::Pattern | TagKind::Patterns | TagKind::Address => check_placeholders(&text)?,
    }
    Ok(text)
}

/// Names of the tags that take placeholders, for a message.
fn filled_tags() -> String {
    let filled = |kind| matches!(kind, TagKind::Pattern | TagKind::Patterns | TagKind::Address);
    TAGS.iter().filter(|(_, kind)| filled(*kind)).map(|(name, _)| *name).collect::<Vec<_>>().join("、")
}

fn is_address(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    rest.is_some_and(|r| !r.is_empty() && !r.starts_with('/'))
        && !text.contains(|c: char| c.is_whitespace() || "\"<>\\^`|".contains(c))
}

/// Fails unless every brace belongs to a known placeholder.
fn check_placeholders(text: &str) -> Result<(), String> {
    let known = || PLACEHOLDERS.map(|p| format!("{{{p}}}")).join("、");
    for (index, piece) in text.split('{').enumerate() {
        let rest = match piece.split_once('}') {
            Some((name, rest)) if index > 0 && PLACEHOLDERS.contains(&name) => rest,
            None if index == 0 => piece,
            _ => return Err(format!("里的花括号只能写 {}", known())),
        };
        if rest.contains('}') {
            return Err(format!("里的花括号只能写 {}", known()));
        }
    }
    Ok(())
}

/// The text with its placeholders replaced by facts of the report. Inserted text is not searched again.
fn filled(text: &str, doc: &Document, encode: impl Fn(&str) -> String) -> String {
    let mut out = String::with_capacity(text.len());
    for (index, piece) in text.split('{').enumerate() {
        let (name, rest) = piece.split_once('}').filter(|_| index > 0).unwrap_or(("", piece));
        match name {
            "agency" => out.push_str(&encode(&doc.agency)),
            "year" => out.push_str(&doc.year.to_string()),
            "title" => out.push_str(&encode(&doc.title_text())),
            _ => {}
        }
        out.push_str(rest);
    }
    out
}

/// Percent-encodes the UTF-8 bytes of all but the unreserved characters of RFC 3986.
pub(crate) fn percent_encoded(text: &str) -> String {
    text.bytes()
        .map(|b| match b {
            b'-' | b'.' | b'_' | b'~' => char::from(b).to_string(),
            _ if b.is_ascii_alphanumeric() => char::from(b).to_string(),
            _ => format!("%{b:02X}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document() -> Document {
        let title = vec!["某局{year}".to_owned(), "报告".to_owned()];
        Document { agency: "某局{title}".into(), year: 2024, title, ..Document::default() }
    }

    #[test]
    fn placeholders_are_filled_once() {
        let site = Site::parse(
            "SiteName = \"某区人民政府\"\nKeywords = [\"{agency}\", \"{year}年\"]\nDescription = \"{title}，全文\"\n\
             Url = \"https://www.example.gov.cn/{agency}/{year}.html\"",
        );
        let (site, doc) = (site.unwrap(), document());
        let tag = |name| site.tag(name, &doc).unwrap().into_owned();
        assert_eq!(tag("SiteName"), "某区人民政府");
        assert_eq!(tag("Keywords"), "某局{title},2024年");
        assert_eq!(tag("Description"), "某局{year}报告，全文");
        assert_eq!(tag("Url"), "https://www.example.gov.cn/%E6%9F%90%E5%B1%80%7Btitle%7D/2024.html");
        assert_eq!(site.tag("SiteIDCode", &doc), None);
        assert_eq!(Site::default().tag("Url", &doc), None);
        assert_eq!(site.tag("ArticleTitle", &doc), None);
    }

    #[test]
    fn faulty_site_files_are_refused_by_their_key() {
        for (text, fragment) in [
            ("SiteNam = \"某\"", "没有“SiteNam”"),
            ("ArticleTitle = \"某\"", "没有“ArticleTitle”"),
            ("SiteName = 3", "“SiteName”要写成"),
            ("SiteName = \" \"", "“SiteName”是空的"),
            ("SiteName = [\"a\"]", "“SiteName”要写成"),
            ("SiteName = \"一\\n二\"", "“SiteName”里有换行"),
            ("SiteName = \"一\\u202E二\"", "“SiteName”里有换行或看不见"),
            ("[SiteName]\na = 1", "“SiteName”要写成"),
            ("SiteDomain = \"https://www.example.gov.cn\"", "“SiteDomain”不能是"),
            ("SiteIDCode = \"123\"", "“SiteIDCode”不能是“123”"),
            ("Keywords = []", "“Keywords”是空的"),
            ("Keywords = [\"a\", 1]", "“Keywords”要写成"),
            ("Description = \"{Year}\"", "“Description”里的花括号"),
            ("Description = \"{year\"", "“Description”里的花括号"),
            ("Description = \"year}\"", "“Description”里的花括号"),
            ("Description = \"{year}}\"", "“Description”里的花括号"),
            ("Url = \"javascript:alert(1)\"", "“Url”不能是"),
            ("Url = \"https://\"", "“Url”不能是"),
            ("SiteName = \"{agency}\"", "“SiteName”里不能有花括号，只有 Keywords、Description、Url 可以用"),
            ("ColumnName = \"公开}\"", "“ColumnName”里不能有花括号"),
            ("SiteDomain = \"{agency}.gov.cn\"", "“SiteDomain”里不能有花括号"),
            ("SiteIDCode = \"{year}0000\"", "“SiteIDCode”里不能有花括号"),
            ("SiteName = 某区", "第 1 行第 12 列写法不对"),
            ("SiteName = \"a\"\nSiteName = \"b\"", "第 2 行"),
        ] {
            let error = Site::parse(text).unwrap_err().to_string();
            assert!(error.contains(fragment) && !error.contains('\n'), "{text}: {error}");
            assert!(!error.contains("expected") && !error.contains("invalid"), "{text}: {error}");
        }
        assert_eq!(Site::parse("\u{feff}").unwrap(), Site::default());
    }
}
