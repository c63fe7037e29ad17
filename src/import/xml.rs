//! The bytes of an XML part → its text, and a check that it is well-formed.
//!
//! Takes UTF-8 and UTF-16, which every XML reader must support, and refuses other encodings unless the part is pure ASCII: other
//! programs would read a part differently if its bytes do not match its declaration. The check covers what quick-xml does not
//! detect, because a lenient reader would find values where Excel reports a damaged file. It does not depend on namespaces and
//! changes nothing.

use memchr::memmem;
use quick_xml::Reader;
use quick_xml::escape::unescape;
use quick_xml::events::{BytesStart, Event};

use super::ImportError;

/// Returns the text of a part, without its byte order mark; `part` is its name in messages.
pub(super) fn text(bytes: Vec<u8>, part: &str) -> Result<String, ImportError> {
    let fault = |what: &str| ImportError::Damaged(format!("{part}{what}"));
    let unknown = || fault("不是 UTF-8 或 UTF-16 编码");
    let (text, wide) = match bytes.as_slice() {
        [0xFF, 0xFE, 0, 0, ..] | [0, 0, 0xFE, 0xFF, ..] => return Err(unknown()),
        [0xFF, 0xFE, rest @ ..] => (utf16(rest, u16::from_le_bytes).ok_or_else(unknown)?, Some("LE")),
        [0xFE, 0xFF, rest @ ..] => (utf16(rest, u16::from_be_bytes).ok_or_else(unknown)?, Some("BE")),
        // UTF-16 without a byte order mark, recognised by the beginning of the declaration.
        [b'<', 0, b'?', 0, ..] => (utf16(&bytes, u16::from_le_bytes).ok_or_else(unknown)?, Some("LE")),
        [0, b'<', 0, b'?', ..] => (utf16(&bytes, u16::from_be_bytes).ok_or_else(unknown)?, Some("BE")),
        _ => {
            let text = String::from_utf8(bytes).map_err(|_| unknown())?;
            (text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text), None)
        }
    };
    let declared = encoding(&text).map(str::to_ascii_uppercase);
    let agrees = match (declared.as_deref(), wide) {
        (None | Some("UTF-16"), Some(_)) => true,
        (Some(name), Some(order)) => name.strip_prefix("UTF-16").is_some_and(|o| o == order),
        (None | Some("UTF-8" | "UTF8"), None) => true,
        // These encodings contain ASCII, so that a text in ASCII is the same in them.
        (Some(name), None) => is_over_ascii(name) && text.is_ascii(),
    };
    if !agrees {
        return Err(fault("写明的编码与实际的编码不符，或者不是 UTF-8 和 UTF-16"));
    }
    if !text.bytes().fold(true, |all, b| all & (b >= b' ' || matches!(b, b'\t' | b'\n' | b'\r')))
        || ["\u{fffe}", "\u{ffff}"].iter().any(|c| memmem::find(text.as_bytes(), c.as_bytes()).is_some())
    {
        return Err(fault("含有 XML 不允许的字符"));
    }
    Ok(text)
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Option<String> {
    let pairs = bytes.chunks_exact(2);
    if !pairs.remainder().is_empty() {
        return None;
    }
    char::decode_utf16(pairs.map(|p| unit([p[0], p[1]]))).collect::<Result<_, _>>().ok()
}

/// Returns the encoding that a part declares.
fn encoding(text: &str) -> Option<&str> {
    let declaration = text.strip_prefix("<?xml")?;
    let declaration = &declaration[..memmem::find(declaration.as_bytes(), b"?>")?];
    let (_, after) = declaration.split_once("encoding")?;
    let value = after.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    value[1..].split(quote).next()
}

fn is_over_ascii(encoding: &str) -> bool {
    let families = ["US-ASCII", "ASCII", "ISO-8859-", "WINDOWS-125", "GB2312", "GBK", "GB18030", "BIG5"];
    families.iter().any(|f| encoding.starts_with(f))
}

/// Refuses a part that is not well-formed.
pub(super) fn check(xml: &str) -> Result<(), ImportError> {
    check_with(xml, |_, _| true)
}

/// As [`check`]; also refuses a part with an attribute for which `admits` returns `false`.
pub(super) fn check_with(xml: &str, mut admits: impl FnMut(&str, &str) -> bool) -> Result<(), ImportError> {
    let mut reader = Reader::from_str(xml);
    reader.config_mut().check_comments = true;
    let (mut depth, mut has_root) = (0u32, false);
    loop {
        let start = reader.buffer_position();
        match reader.read_event().map_err(|_| ill_formed())? {
            Event::Decl(_) if start == 0 => {}
            Event::Start(e) => {
                element(&e, &mut admits)?;
                if depth == 0 && std::mem::replace(&mut has_root, true) {
                    return Err(ill_formed());
                }
                depth += 1;
            }
            Event::Empty(e) => {
                element(&e, &mut admits)?;
                if depth == 0 && std::mem::replace(&mut has_root, true) {
                    return Err(ill_formed());
                }
            }
            Event::End(_) => depth -= 1,
            Event::Text(t) if depth == 0 => {
                if !t.chars().all(is_space) {
                    return Err(ill_formed());
                }
            }
            // `]]>` in a text is not allowed, but no reader interprets it differently.
            Event::Text(_) => {}
            Event::CData(_) if depth > 0 => {}
            Event::GeneralRef(r) if depth > 0 => {
                if !is_reference(&format!("&{};", &*r)) {
                    return Err(ill_formed());
                }
            }
            Event::Comment(_) => {}
            Event::PI(pi) if !pi.target().eq_ignore_ascii_case("xml") => {}
            Event::Eof if depth == 0 && has_root => return Ok(()),
            _ => return Err(ill_formed()),
        }
    }
}

fn element(e: &BytesStart<'_>, admits: &mut impl FnMut(&str, &str) -> bool) -> Result<(), ImportError> {
    let mut attribute = |key: &str, value: &str| is_name(key) && is_value(value) && admits(key, value);
    let well_formed = is_name(e.name().as_ref())
        && e.attributes().all(|a| a.is_ok_and(|a| attribute(a.key.as_ref(), &a.value)))
        && is_parted(e.attributes_raw());
    if well_formed { Ok(()) } else { Err(ill_formed()) }
}

fn is_name(name: &str) -> bool {
    let part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | ':' | '-' | '.') || !c.is_ascii();
    !name.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '.'))
        && !name.is_empty()
        && name.chars().all(part)
}

fn is_value(value: &str) -> bool {
    !value.contains('<') && is_reference(value)
}

/// Whether every reference in a text denotes a character that XML allows.
pub(super) fn is_reference(text: &str) -> bool {
    if !text.contains('&') {
        return true;
    }
    let allowed = |c: char| c >= ' ' && !matches!(c, '\u{fffe}' | '\u{ffff}') || matches!(c, '\t' | '\n' | '\r');
    unescape(text).is_ok_and(|t| t.chars().all(allowed))
}

/// Whether white space separates the attributes.
fn is_parted(attributes: &str) -> bool {
    let mut quote = None;
    let mut after_value = false;
    for c in attributes.chars() {
        if after_value && !is_space(c) {
            return false;
        }
        after_value = false;
        match quote {
            Some(q) if q == c => (quote, after_value) = (None, true),
            None if matches!(c, '"' | '\'') => quote = Some(c),
            _ => {}
        }
    }
    true
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n')
}

pub(super) fn ill_formed() -> ImportError {
    ImportError::Damaged("内容不合 XML 的规范".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wide(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(unit).collect()
    }

    #[test]
    fn both_encodings_of_xml_are_read() {
        let xml = |encoding: &str| format!("<?xml version=\"1.0\" encoding='{encoding}'?><a>甲𠀀</a>");
        for (bytes, reads) in [
            (xml("UTF-8").into_bytes(), xml("UTF-8")),
            (format!("\u{feff}{}", xml("utf-8")).into_bytes(), xml("utf-8")),
            ("<a>甲</a>".into(), "<a>甲</a>".to_owned()),
            (wide(&format!("\u{feff}{}", xml("UTF-16")), u16::to_le_bytes), xml("UTF-16")),
            (wide(&format!("\u{feff}{}", xml("utf-16")), u16::to_be_bytes), xml("utf-16")),
            (wide("\u{feff}<a>甲</a>", u16::to_be_bytes), "<a>甲</a>".to_owned()),
            (wide(&xml("UTF-16LE"), u16::to_le_bytes), xml("UTF-16LE")),
            (wide(&xml("UTF-16BE"), u16::to_be_bytes), xml("UTF-16BE")),
            (
                "<?xml version=\"1.0\" encoding=\"GBK\"?><a>1</a>".into(),
                "<?xml version=\"1.0\" encoding=\"GBK\"?><a>1</a>".to_owned(),
            ),
        ] {
            assert_eq!(text(bytes, "").unwrap(), reads);
        }
    }

    #[test]
    fn an_encoding_that_is_not_the_declared_one_is_refused() {
        let xml = |encoding: &str| format!("<?xml version=\"1.0\" encoding=\"{encoding}\"?><a>甲</a>");
        for bytes in [
            xml("GBK").into_bytes(),
            xml("ISO-8859-1").into_bytes(),
            xml("UTF-16").into_bytes(),
            "<?xml version=\"1.0\" encoding=\"UTF-7\"?><a/>".into(),
            wide(&format!("\u{feff}{}", xml("UTF-8")), u16::to_le_bytes),
            wide(&format!("\u{feff}{}", xml("UTF-16BE")), u16::to_le_bytes),
            b"<?xml version=\"1.0\" encoding=\"GBK\"?><a>\xBC\xD7</a>".to_vec(),
            b"\xFF\xFE<\0a\0/".to_vec(),
            b"\xFF\xFE\0\xD8".to_vec(),
            b"\xFF\xFE\0\0<\0\0\0".to_vec(),
        ] {
            let error = text(bytes, "样式").unwrap_err().to_string();
            assert!(error.contains("样式") && error.contains("编码"), "{error}");
        }
        for c in ["\0", "\u{1}", "\u{fffe}", "\u{ffff}"] {
            assert!(text(format!("<a>{c}</a>").into_bytes(), "").unwrap_err().to_string().contains("字符"));
        }
    }

    #[test]
    fn what_is_not_well_formed_is_refused() {
        for xml in [
            "",
            " ",
            "<a>",
            "<a><b></a>",
            "<a/><b/>",
            "<a></a><a></a>",
            "<a/>x",
            "x<a/>",
            "<a/>&amp;",
            "<a/><![CDATA[]]>",
            " <?xml version=\"1.0\"?><a/>",
            "<a><?xml version=\"1.0\"?></a>",
            "<!DOCTYPE a [<!ENTITY b \"1\">]><a>&b;</a>",
            "<a>&b;</a>",
            "<a>&#0;</a>",
            "<a>&#xFFFF;</a>",
            "<a>a & b</a>",
            "<a b=\"1\" b=\"2\"/>",
            "<a b=\"<\"/>",
            "<a b=\"&c;\"/>",
            "<a b=\"&\"/>",
            "<a b=1/>",
            "<a b/>",
            "<a b=\"1\"c=\"2\"/>",
            "<1a/>",
            "<a><!-- -- --></a>",
            "<a",
        ] {
            assert!(check(xml).is_err(), "{xml}");
        }
        for xml in [
            "<a/>",
            "<?xml version=\"1.0\"?>\n<!-- a --><?b c?><a b='1' c=\"a &gt; b &#65;\">&lt;<![CDATA[<]]><甲/>x</a>\n<!-- d -->\n",
            "<x:a xmlns:x=\"y\" >\n</x:a >",
            "<a>]]></a>",
        ] {
            assert!(check(xml).is_ok(), "{xml}");
        }
    }
}
