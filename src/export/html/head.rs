//! The head of a page: its title, the tags of site, column and article, the style.
//!
//! Takes document and site. Tags without content are omitted.

use std::borrow::Cow;

use super::markup::Markup;
use crate::model::{Document, full_date};
use crate::site::Site;

const CSS: &str = include_str!("page.css");

/// The tags in the order of the notice: site, column, article.
const TAGS: [&str; 11] = [
    "SiteName",
    "SiteDomain",
    "SiteIDCode",
    "ColumnName",
    "ColumnType",
    "ArticleTitle",
    "PubDate",
    "ContentSource",
    "Keywords",
    "Description",
    "Url",
];

pub(super) fn write(m: &mut Markup<'_>, doc: &Document, site: &Site) {
    m.line();
    m.open("head", &[]);
    m.line();
    m.void("meta", &[("charset", "utf-8")]);
    m.line();
    m.void("meta", &[("name", "viewport"), ("content", "width=device-width, initial-scale=1")]);
    m.line();
    m.open("title", &[]);
    m.plain(&doc.title_text());
    m.close_line();
    for name in TAGS {
        if let Some(content) = content(name, doc, site).filter(|c| !c.is_empty()) {
            m.void("meta", &[("name", name), ("content", &content)]);
            m.line();
        }
    }
    m.open("style", &[]);
    m.line();
    m.style(CSS);
    m.close_line();
    m.close_line();
}

/// The content of a tag, from the report itself or else from the site file.
fn content<'a>(name: &str, doc: &'a Document, site: &'a Site) -> Option<Cow<'a, str>> {
    match name {
        "ArticleTitle" => Some(doc.title_text().into()),
        // The notice requires digits; anything but a full date is omitted.
        "PubDate" => {
            let (year, month, day) = full_date(doc.published.as_deref()?)?;
            Some(format!("{year:04}-{month:02}-{day:02}").into())
        }
        "ContentSource" => Some(doc.agency.as_str().into()),
        _ => site.tag(name, doc),
    }
}
