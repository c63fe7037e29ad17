//! Damages a workbook in one of many ways, as a broken program, a bad copy or an attacker might.
//!
//! Takes the bytes of a valid workbook and a random generator; returns changed bytes and the name of the change. Parts of a
//! package are changed before they are packed, so that sizes and checksums are right and the readers reach the damage itself.

use std::io::{Cursor, Read, Write};

use anyhow::{Context as _, Result};
use fastrand::Rng;
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

/// Values for attributes and numbers that programs never or rarely write.
const ODD: [&str; 24] = [
    "",
    "0",
    "1",
    "-1",
    "2",
    "9",
    "99",
    "65536",
    "1048577",
    "4294967295",
    "4294967296",
    "18446744073709551616",
    "1e9",
    "x",
    "A1",
    "A1:XFD1048576",
    "B2:A1",
    "s",
    "str",
    "inlineStr",
    "b",
    "e",
    "d",
    "&#x31;",
];

/// Fragments inserted where they do not belong.
const PIECES: [&str; 16] = [
    "<!-- 1 -->",
    "<![CDATA[1]]>",
    "&amp;",
    "&#49;",
    "&x;",
    "<?x 1?>",
    "<c r=\"D9\"><v>7</v></c>",
    "<row r=\"3\"/>",
    "<x:c xmlns:x=\"urn:x\"><x:v>7</x:v></x:c>",
    "<v>7</v>",
    "<f>1+1</f>",
    "<is><t>7</t></is>",
    "_x0031_",
    "\u{feff}",
    "<mergeCell ref=\"A1:J30\"/>",
    "<si><t>多</t></si>",
];

/// Returns a damaged copy and the name of the kind of damage.
pub fn spoiled(bytes: &[u8], ending: &str, rng: &mut Rng) -> Result<(Vec<u8>, &'static str)> {
    if rng.u32(..12) == 0 {
        return Ok(damaged(bytes, rng));
    }
    match ending {
        "xls" | "et" => Ok(records(bytes, rng)),
        _ => package(bytes, rng),
    }
}

/// A bad copy: truncated, or with a few wrong bytes.
fn damaged(bytes: &[u8], rng: &mut Rng) -> (Vec<u8>, &'static str) {
    if rng.bool() {
        return (bytes[..rng.usize(..bytes.len())].to_vec(), "cut");
    }
    let mut out = bytes.to_vec();
    for _ in 0..rng.usize(1..9) {
        let at = rng.usize(..out.len());
        out[at] = changed(out[at], rng);
    }
    (out, "bytes")
}

/// Returns a different byte.
fn changed(byte: u8, rng: &mut Rng) -> u8 {
    byte ^ rng.u8(1..)
}

/// Damages records of a stream in a compound file: fields overwritten, copied, or set to values at their limits.
fn records(bytes: &[u8], rng: &mut Rng) -> (Vec<u8>, &'static str) {
    /// Size of the header before the first sector.
    const HEADER: usize = 512;
    let mut out = bytes.to_vec();
    let room = HEADER..out.len() - 64;
    let at = rng.usize(room.clone());
    match rng.u32(..4) {
        0 => {
            out[at] = changed(out[at], rng);
            (out, "record-byte")
        }
        1 => {
            let wide = [0u16, 1, 0x7fff, 0x8000, 0xffff][rng.usize(..5)];
            let wide = if wide.to_le_bytes() == out[at..at + 2] { !wide } else { wide };
            out[at..at + 2].copy_from_slice(&wide.to_le_bytes());
            (out, "record-limit")
        }
        2 => {
            let (from, length) = (rng.usize(room), rng.usize(4..64));
            let copied = out[from..from + length].to_vec();
            if copied == out[at..at + length] {
                out[at] = changed(out[at], rng);
            } else {
                out[at..at + length].copy_from_slice(&copied);
            }
            (out, "record-copy")
        }
        _ => {
            let length = rng.usize(1..9);
            let was = out[at..at + length].to_vec();
            out[at..at + length].fill(0);
            if was == out[at..at + length] {
                out[at] = 1;
            }
            (out, "record-blank")
        }
    }
}

type Part = (String, Vec<u8>);

fn package(bytes: &[u8], rng: &mut Rng) -> Result<(Vec<u8>, &'static str)> {
    let mut zip = ZipArchive::new(Cursor::new(bytes))?;
    let mut parts: Vec<Part> = Vec::new();
    for i in 0..zip.len() {
        let mut file = zip.by_index(i)?;
        let mut data = Vec::new();
        file.read_to_end(&mut data)?;
        parts.push((file.name()?.into_owned(), data));
    }
    let kind = match rng.u32(..12) {
        0 => whole_parts(&mut parts, rng),
        _ => {
            // Parts with cells and strings are chosen more often than others.
            let telling = |name: &str| {
                ["worksheets/", "haredStrings", "styles", "content.xml", "workbook"].iter().any(|w| name.contains(w))
                    && !name.ends_with(".rels")
            };
            let wanted: Vec<usize> = (0..parts.len()).filter(|i| telling(&parts[*i].0)).collect();
            let at = if rng.u32(..8) == 0 { rng.usize(..parts.len()) } else { wanted[rng.usize(..wanted.len())] };
            let data = &mut parts[at].1;
            if data.is_empty() {
                data.push(b'<');
                "grown"
            } else if data.starts_with(b"<") || data.starts_with("\u{feff}<".as_bytes()) {
                let text = String::from_utf8(std::mem::take(data)).context("XML")?;
                let (text, kind) = markup(&text, rng);
                *data = text;
                kind
            } else {
                let at = rng.usize(..data.len());
                data[at] = changed(data[at], rng);
                "part-byte"
            }
        }
    };
    let mut out = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, data) in &parts {
        out.start_file(name.as_str(), SimpleFileOptions::default())?;
        out.write_all(data)?;
    }
    Ok((out.finish()?.into_inner(), kind))
}

/// Damages the structure: parts removed, exchanged, truncated or renamed.
fn whole_parts(parts: &mut Vec<Part>, rng: &mut Rng) -> &'static str {
    let at = rng.usize(..parts.len());
    match rng.u32(..4) {
        0 => {
            parts.remove(at);
            "part-lost"
        }
        1 => {
            let other = (at + rng.usize(1..parts.len())) % parts.len();
            let data = std::mem::take(&mut parts[at].1);
            parts[at].1 = std::mem::replace(&mut parts[other].1, data);
            "part-exchanged"
        }
        2 => {
            let data = &mut parts[at].1;
            data.truncate(rng.usize(..=data.len()));
            "part-cut"
        }
        _ => {
            parts[at].0 = format!("{}x", parts[at].0);
            "part-renamed"
        }
    }
}

/// Damages XML text in one place.
fn markup(text: &str, rng: &mut Rng) -> (Vec<u8>, &'static str) {
    let tags: Vec<(usize, usize)> =
        text.match_indices('<').filter_map(|(from, _)| Some((from, from + text[from..].find('>')? + 1))).collect();
    let attributes: Vec<(usize, usize)> =
        text.match_indices("=\"").filter_map(|(at, _)| Some((at + 2, at + 2 + text[at + 2..].find('"')?))).collect();
    let put = |from: usize, to: usize, new: &str| [&text[..from], new, &text[to..]].concat();
    let any = |all: &[(usize, usize)], rng: &mut Rng| all[rng.usize(..all.len())];
    let (new, kind) = match rng.u32(..12) {
        0 | 1 if !attributes.is_empty() => {
            let (from, to) = any(&attributes, rng);
            (put(from, to, ODD[rng.usize(..ODD.len())]), "attribute")
        }
        2 if attributes.len() > 1 => {
            let ((a, b), (c, d)) = (any(&attributes, rng), any(&attributes, rng));
            (put(a, b, &text[c..d]), "reference")
        }
        3 => {
            let (from, to) = any(&tags, rng);
            (put(from, to, ""), "tag-lost")
        }
        4 => {
            let (from, to) = any(&tags, rng);
            (put(to, to, &text[from..to]), "tag-doubled")
        }
        5 | 6 => {
            let (_, to) = any(&tags, rng);
            (put(to, to, PIECES[rng.usize(..PIECES.len())]), "piece")
        }
        7 | 8 => digit(text, rng),
        // Duplicates or moves a whole element.
        9 | 10 => element(text, &tags, rng),
        _ => return recoded(text, rng),
    };
    if new == text {
        return (put(0, 0, " ").into_bytes(), "blank-before");
    }
    (new.into_bytes(), kind)
}

/// Changes the first digit of a number after a tag.
fn digit(text: &str, rng: &mut Rng) -> (String, &'static str) {
    let digits: Vec<usize> = text
        .match_indices('>')
        .map(|(at, _)| at + 1)
        .filter(|at| text.as_bytes().get(*at).is_some_and(u8::is_ascii_digit))
        .collect();
    if digits.is_empty() {
        return (format!("{text}1"), "text-behind");
    }
    let at = digits[rng.usize(..digits.len())];
    let new = ["7", "+1", "-1", "1.", "1e3", " 1", "１", "0x1", "1,0", "nan"][rng.usize(..10)];
    ([&text[..at], new, &text[at + 1..]].concat(), "figure")
}

/// Duplicates a whole cell, row or string, or moves it elsewhere.
fn element(text: &str, tags: &[(usize, usize)], rng: &mut Rng) -> (String, &'static str) {
    const NAMES: [&str; 7] = ["c", "row", "si", "xf", "col", "table:table-cell", "table:table-row"];
    let name = |(from, to): (usize, usize)| {
        text[from + 1..to].split([' ', '>', '/']).next().filter(|n| NAMES.contains(n)).unwrap_or_default()
    };
    let begin: Vec<&(usize, usize)> = tags.iter().filter(|t| !name(**t).is_empty()).collect();
    if begin.is_empty() {
        return (format!("{text}<x/>"), "root-doubled");
    }
    let (from, to) = *begin[rng.usize(..begin.len())];
    let end = if text[..to].ends_with("/>") {
        to
    } else {
        let close = format!("</{}>", name((from, to)));
        text[to..].find(&close).map_or(to, |at| to + at + close.len())
    };
    if rng.bool() {
        return ([&text[..end], &text[from..end], &text[end..]].concat(), "element-doubled");
    }
    let (other, _) = *begin[rng.usize(..begin.len())];
    let moved = &text[from..end];
    let rest = [&text[..from], &text[end..]].concat();
    let at = if other >= end { other - moved.len() } else { other.min(from) };
    ([&rest[..at], moved, &rest[at..]].concat(), "element-moved")
}

/// Changes the encoding, or the declaration of it.
fn recoded(text: &str, rng: &mut Rng) -> (Vec<u8>, &'static str) {
    match rng.u32(..4) {
        0 => {
            let units = std::iter::once(0xfeff).chain(text.encode_utf16());
            (units.flat_map(u16::to_le_bytes).collect(), "utf-16")
        }
        1 => ([b"\xef\xbb\xbf", text.as_bytes()].concat(), "byte-order-mark"),
        2 => (text.replacen("UTF-8", "GB2312", 1).into_bytes().into_iter().chain(*b"\n").collect(), "declaration"),
        _ => {
            let mut bytes = text.as_bytes().to_vec();
            let at = rng.usize(..bytes.len());
            bytes[at] = 0xff;
            (bytes, "no-utf-8")
        }
    }
}
