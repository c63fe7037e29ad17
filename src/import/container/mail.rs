//! A mail (RFC 5322, MIME) → its attachments, and the bytes of one.
//!
//! Takes the bytes of the mail, gives the parts that can be files: those with a name, those that are no text, mails within it.
//! Names and types are decoded by mail-parser. The parts are split here, strictly and to a stated depth, because that library
//! repairs what is damaged: a part that does not end, or whose encoding is wrong, is refused.

use base64::Engine as _;
use encoding_rs::GBK;
use mail_parser::decoders::quoted_printable::quoted_printable_decode;
use mail_parser::{MessageParser, MessagePart, MimeHeaders};

use super::names::{file_name, free_name, noise};
use super::words::{BASE64, joined};
use super::{Entry, EntryState};
use crate::import::{ImportError, Limits, is_json, named_as_workbook, sniff};

/// Most parts of a mail.
const MOST_PARTS: usize = 500;
/// Deepest nesting of multiparts.
const DEEPEST: usize = 20;
/// Most bytes of the fields of a part that describe it, and most encoded words in them.
const MOST_FIELDS: usize = 16 << 10;
const MOST_WORDS: usize = 200;
/// Most bytes in which the fields of a mail are looked for.
const MOST_HEAD: usize = 64 << 10;

/// Names of fields of which a mail has several; those of MIME are not among them, because web pages saved in one file have them.
const FIELDS: [&str; 11] = [
    "from",
    "to",
    "cc",
    "date",
    "subject",
    "message-id",
    "received",
    "return-path",
    "delivered-to",
    "reply-to",
    "sender",
];

/// A part of a mail that is not made of parts.
struct Leaf<'m> {
    kind: (String, String),
    name: Option<String>,
    encoding: String,
    /// Its content, still encoded.
    body: &'m [u8],
}

/// Whether bytes begin with the fields of a mail.
pub(super) fn is_mail(bytes: &[u8]) -> bool {
    let bytes = begin(bytes);
    let mut known = 0;
    for line in bytes[..bytes.len().min(MOST_HEAD)].split(|b| *b == b'\n') {
        if matches!(line, [b' ' | b'\t', ..]) {
            continue;
        }
        let Some(name) = line.iter().position(|b| *b == b':').map(|at| &line[..at]) else { break };
        if name.is_empty() || !name.iter().all(u8::is_ascii_graphic) {
            break;
        }
        known += usize::from(FIELDS.iter().any(|field| name.eq_ignore_ascii_case(field.as_bytes())));
    }
    known >= 2
}

/// A mail that was taken apart.
pub(super) struct Mail<'m>(Vec<Leaf<'m>>);

impl<'m> Mail<'m> {
    pub(super) fn open(bytes: &'m [u8]) -> Result<Mail<'m>, ImportError> {
        let mut leaves = Vec::new();
        collect(begin(bytes), 0, &mut leaves)?;
        Ok(Mail(leaves))
    }

    /// Lists the attachments that are workbooks, reports or containers, or are named as workbooks; text, pictures, signatures and
    /// other documents are omitted.
    pub(super) fn entries(&self, limits: &Limits) -> Result<Vec<Entry>, ImportError> {
        let mut entries: Vec<Entry> = Vec::new();
        for (number, leaf) in self.0.iter().enumerate() {
            if leaf.is("application", &["pkcs7-mime", "x-pkcs7-mime"]) {
                return Err(unsound("这封邮件是加密的或者整体签了名，附件取不出来"));
            }
            let content = leaf.content();
            let is_wanted = match &content {
                Ok(content) => is_input(content, leaf.name.is_some(), limits),
                Err(_) => !leaf.is_decoration(),
            };
            let name = leaf.named(number);
            if noise(&name).is_some() || !is_wanted && !named_as_workbook(&name) {
                continue;
            }
            let name = free_name(name, |name| entries.iter().any(|e| e.name == name));
            let (bytes, state) = match content {
                Ok(content) => (content.len() as u64, EntryState::File),
                Err(e) => (0, EntryState::Refused(e)),
            };
            entries.push(Entry { number, name, bytes, state });
        }
        if entries.is_empty() {
            Err(ImportError::NoWorkbook("这封邮件没有附工作簿".into()))
        } else {
            Ok(entries)
        }
    }

    /// The bytes of an attachment, at most `most`.
    pub(super) fn content(&self, number: usize, most: u64, limits: &Limits) -> Result<Vec<u8>, ImportError> {
        let content = self.0.get(number).ok_or_else(|| unsound("邮件刚才被改动了"))?.content()?;
        if content.len() as u64 > most { Err(limits.file_error()) } else { Ok(content) }
    }
}

/// Whether bytes are something to read or to open, or, if they are a file with a name, a table or container that cannot be read: the
/// text of a mail may look like a table.
fn is_input(bytes: &[u8], is_named: bool, limits: &Limits) -> bool {
    let unread = |e: ImportError| e.is_submission() || is_named && !e.is_no_workbook();
    is_json(bytes, limits) || super::kind(bytes).is_some() || sniff::kind(bytes, limits).map_or_else(unread, |_| true)
}

impl Leaf<'_> {
    fn is(&self, kind: &str, subkinds: &[&str]) -> bool {
        self.kind.0 == kind && (subkinds.is_empty() || subkinds.contains(&self.kind.1.as_str()))
    }

    /// Whether it is for the eye or for mail programs, and never a report.
    fn is_decoration(&self) -> bool {
        ["image", "audio", "video"].iter().any(|kind| self.is(kind, &[]))
            || self.is("application", &["pgp-signature", "pkcs7-signature", "x-pkcs7-signature"])
            || self.name.is_none() && self.is("text", &[])
    }

    fn content(&self) -> Result<Vec<u8>, ImportError> {
        match self.encoding.as_str() {
            "base64" => {
                let letters: Vec<u8> = self.body.iter().copied().filter(|b| !b.is_ascii_whitespace()).collect();
                BASE64.decode(letters).map_err(|_| unsound("邮件里这个附件的编码有错，可能没有收完整"))
            }
            "quoted-printable" => {
                quoted_printable_decode(self.body).ok_or_else(|| unsound("邮件里这个附件的编码有错，可能没有收完整"))
            }
            "" | "7bit" | "8bit" | "binary" => Ok(self.body.to_vec()),
            _ => Err(unsound("邮件里这个附件的编码方式不认识")),
        }
    }

    /// Its name, or one after its number.
    fn named(&self, number: usize) -> String {
        let name = self.name.as_deref().map(file_name);
        let ending = if self.is("message", &[]) { ".eml" } else { "" };
        name.unwrap_or_else(|| format!("附件{}{ending}", number + 1))
    }
}

/// Adds the parts of a part that are not made of parts, in order.
fn collect<'m>(part: &'m [u8], depth: usize, leaves: &mut Vec<Leaf<'m>>) -> Result<(), ImportError> {
    if depth > DEEPEST {
        return Err(unsound("邮件的结构套得太深"));
    }
    if leaves.len() >= MOST_PARTS {
        return Err(unsound("这封邮件的附件太多"));
    }
    let (fields, body) = fields_and_body(part)?;
    let parsed = parsed(&fields)?;
    let kind = parsed.content_type();
    if let Some(boundary) = kind.filter(|k| k.ctype() == "multipart").and_then(|k| k.attribute("boundary")) {
        for part in split(body, boundary.as_bytes())? {
            collect(part, depth + 1, leaves)?;
        }
        return Ok(());
    }
    let lower = |text: Option<&str>| text.unwrap_or_default().to_ascii_lowercase();
    let text = ("text".to_owned(), "plain".to_owned());
    leaves.push(Leaf {
        kind: kind.map_or(text, |k| (lower(Some(k.ctype())), lower(k.subtype()))),
        name: name(&parsed),
        encoding: lower(parsed.content_transfer_encoding()).trim().to_owned(),
        body,
    });
    Ok(())
}

/// The name of an attachment. Of two, the one that could be decoded; a name that could not be is none.
fn name(parsed: &MessagePart<'_>) -> Option<String> {
    let names = [
        parsed.content_disposition().and_then(|d| d.attribute("filename")),
        parsed.content_type().and_then(|k| k.attribute("name")),
    ];
    let whole = |name: &&str| !name.trim().is_empty() && !name.contains('\u{fffd}');
    let ending =
        |name: &str| name.rsplit_once('.').map(|(_, e)| format!("附件.{e}")).filter(|n| !n.contains('\u{fffd}'));
    let mut all = names.into_iter().flatten();
    all.clone().find(whole).map(str::to_owned).or_else(|| all.find_map(ending))
}

/// Reads the fields that describe a part.
fn parsed(fields: &[u8]) -> Result<MessagePart<'static>, ImportError> {
    let words = memchr::memmem::find_iter(fields, "=?").count();
    if fields.len() > MOST_FIELDS || words > MOST_WORDS {
        return Err(unsound("邮件里一个附件的说明太长"));
    }
    // Old programs wrote names as they were, in GBK.
    let text = match std::str::from_utf8(fields) {
        Ok(text) => joined(text),
        Err(_) => joined(&GBK.decode_without_bom_handling(fields).0),
    };
    let parser = MessageParser::new().with_mime_headers().default_header_ignore();
    let parsed = parser.parse_headers(text.as_bytes()).and_then(|message| message.parts.into_iter().next());
    Ok(parsed.unwrap_or_default().into_owned())
}

/// The fields of a part that describe its content, and what follows the empty line after all fields.
fn fields_and_body(part: &[u8]) -> Result<(Vec<u8>, &[u8]), ImportError> {
    let (mut fields, mut rest, mut keeps) = (Vec::new(), part, false);
    loop {
        let end = memchr::memchr(b'\n', rest).map_or(rest.len(), |at| at + 1);
        let (line, after) = rest.split_at(end);
        if line.trim_ascii().is_empty() {
            fields.extend_from_slice(b"\r\n");
            return Ok((fields, after));
        }
        if !matches!(line, [b' ' | b'\t', ..]) {
            keeps = line.get(..8).is_some_and(|start| start.eq_ignore_ascii_case(b"content-"));
        }
        if keeps {
            fields.extend_from_slice(line);
            if fields.len() > MOST_FIELDS {
                return Err(unsound("邮件里一个附件的说明太长"));
            }
        }
        rest = after;
    }
}

/// The parts between delimiters (RFC 2046, 5.1.1), each without the line break before the next one. An error if the last delimiter
/// is missing, because then the mail is not whole.
fn split<'m>(body: &'m [u8], boundary: &[u8]) -> Result<Vec<&'m [u8]>, ImportError> {
    let delimiter = [b"--", boundary].concat();
    let (mut parts, mut begun): (Vec<&[u8]>, Option<usize>) = (Vec::new(), None);
    for at in memchr::memmem::find_iter(body, &delimiter) {
        if at > 0 && body[at - 1] != b'\n' {
            continue;
        }
        let after = &body[at + delimiter.len()..];
        let end = memchr::memchr(b'\n', after).map_or(after.len(), |at| at + 1);
        let line = after[..end].trim_ascii();
        let is_last = line.starts_with(b"--");
        // Otherwise a longer boundary that begins alike.
        if !line.is_empty() && !is_last {
            continue;
        }
        if let Some(from) = begun {
            let part = &body[from..at.max(from)];
            let part = part.strip_suffix(b"\n").unwrap_or(part);
            parts.push(part.strip_suffix(b"\r").unwrap_or(part));
        }
        if is_last {
            return Ok(parts);
        }
        begun = Some(at + delimiter.len() + end);
    }
    Err(unsound("邮件不完整，结尾缺了"))
}

/// A mail without what some programs save before it.
fn begin(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes).trim_ascii_start()
}

fn unsound(what: &'static str) -> ImportError {
    ImportError::Mail(what.into())
}
