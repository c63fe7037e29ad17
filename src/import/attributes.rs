//! Attributes of XML elements, as written, and the references in them.

use std::borrow::Cow;

use quick_xml::events::{BytesRef, BytesStart};

use super::ImportError;
use super::error::odd_cell;

/// Returns an attribute without a prefix, as written; the first one if it occurs twice.
pub(super) fn attribute<'e>(e: &'e BytesStart<'_>, name: &str) -> Option<Cow<'e, str>> {
    e.attributes().with_checks(false).flatten().find(|a| a.key.as_ref() == name).map(|a| a.value)
}

/// Returns several attributes in one pass: most elements of a sheet are cells, and three attributes of each are needed. One that
/// occurs twice is damage, because programs differ in which one they use.
pub(super) fn attributes<'e, const N: usize>(
    e: &'e BytesStart<'_>,
    names: [&str; N],
) -> Result<[Option<Cow<'e, str>>; N], ImportError> {
    let mut values = [const { None }; N];
    for a in e.attributes().with_checks(false).flatten() {
        if let Some(i) = names.iter().position(|n| a.key.as_ref() == *n)
            && values[i].replace(a.value).is_some()
        {
            return Err(odd_cell());
        }
    }
    Ok(values)
}

/// As [`attribute`], but owned, so that it can outlive its element.
pub(super) fn own_attribute(e: &BytesStart<'_>, name: &str) -> Option<String> {
    attribute(e, name).map(Cow::into_owned)
}

/// Returns the attribute with a local name, regardless of its prefix; `None` if there are several.
pub(super) fn local_attribute(e: &BytesStart<'_>, name: &str) -> Option<String> {
    let mut called = e.attributes().flatten().filter(|a| a.key.local_name().as_ref() == name);
    called.next().filter(|_| called.next().is_none()).map(|a| a.value.into_owned())
}

/// Resolves the references in the value of an attribute; a value that cannot be resolved is returned as written.
pub(super) fn xml_unescaped(text: &str) -> String {
    quick_xml::escape::unescape(text).map_or_else(|_| text.to_owned(), |t| t.into_owned())
}

/// Resolves a reference in a text; one that cannot be resolved is returned as written.
pub(super) fn resolved(reference: &BytesRef<'_>) -> String {
    xml_unescaped(&format!("&{};", &**reference))
}
