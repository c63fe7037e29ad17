//! Names of attachments that mail programs cut in the middle of a character → the same names in one piece.
//!
//! Takes the fields of a part as text, gives them with the pieces joined, for a decoder that decodes each piece alone. What it does
//! not recognise it leaves as it is.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// Some programs leave out the padding.
pub(super) const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The fields with cut names in one piece.
pub(super) fn joined(fields: &str) -> String {
    words(&parameters(fields.to_owned()))
}

/// Joins continued parameters in percent encoding (RFC 2231, 4.1), whose charset only the first piece names.
fn parameters(mut fields: String) -> String {
    for name in ["filename", "name"] {
        let first = format!("{name}*0*=");
        let mut joined = false;
        for number in 1.. {
            let Some((begin, end)) = separator(&fields, &first, &format!("{name}*{number}*=")) else { break };
            fields.replace_range(begin..end, "");
            joined = true;
        }
        if let Some(at) = fields.to_ascii_lowercase().find(&first).filter(|_| joined) {
            fields.replace_range(at..at + first.len(), &format!("{name}*="));
        }
    }
    fields
}

/// Where the first parameter ends and its next piece begins; `None` if that piece does not follow.
fn separator(fields: &str, first: &str, next: &str) -> Option<(usize, usize)> {
    let lower = fields.to_ascii_lowercase();
    let at = lower.find(next)?;
    let before = lower[..at].trim_end().strip_suffix(';')?;
    let parameter = before.rsplit(';').next()?.trim_start();
    parameter.starts_with(first).then_some((before.len(), at + next.len()))
}

/// An encoded word in base64 (RFC 2047).
struct Word<'f> {
    charset: &'f str,
    bytes: Vec<u8>,
}

/// Joins encoded words in base64 that follow each other.
fn words(fields: &str) -> String {
    let (mut out, mut rest) = (String::with_capacity(fields.len()), fields);
    while let Some(at) = rest.find("=?") {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let Some((mut word, mut after)) = word(rest) else {
            out.push_str("=?");
            rest = &rest[2..];
            continue;
        };
        while let Some((next, behind)) = self::word(after.trim_start()).filter(|(next, _)| next.charset == word.charset)
        {
            word.bytes.extend(next.bytes);
            after = behind;
        }
        out.push_str(&format!("=?{}?B?{}?=", word.charset, BASE64.encode(&word.bytes)));
        rest = after;
    }
    out + rest
}

/// The encoded word with which a text begins, and what follows it.
fn word(text: &str) -> Option<(Word<'_>, &str)> {
    let (charset, rest) = text.strip_prefix("=?")?.split_once('?')?;
    let (letters, after) = rest.strip_prefix("B?").or_else(|| rest.strip_prefix("b?"))?.split_once("?=")?;
    Some((Word { charset, bytes: BASE64.decode(letters).ok()? }, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_joined_whatever_was_cut() {
        let word = |bytes: &[u8]| format!("=?gb2312?B?{}?=", BASE64.encode(bytes));
        // 局 in GBK is BE D6.
        let cut = format!("name=\"{}\r\n {}\"; a=b", word(b"\xBE"), word(b"\xD6.xlsx"));
        assert_eq!(joined(&cut), format!("name=\"{}\"; a=b", word(b"\xBE\xD6.xlsx")));
        let cut = "attachment; FILENAME*0*=GBK''%BE;\r\n filename*1*=%D6;\r\n filename*2*=%BE; filename*3=\".xlsx\"";
        assert_eq!(joined(cut), "attachment; filename*=GBK''%BE%D6%BE; filename*3=\".xlsx\"");
        for whole in [
            "name=\"a=?.xlsx\"",
            "name==?gbk?Q?=BE?= =?gbk?Q?=D6?=",
            "filename*1*=%D6; filename*0*=GBK''%BE",
            "filename*0*=GBK''%BE",
            "=?",
        ] {
            assert_eq!(joined(whole), whole);
        }
        let other = format!("{} =?utf-8?B?YQ==?=", word(b"a"));
        assert_eq!(joined(&other), other);
    }
}
