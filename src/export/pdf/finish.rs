//! The finishing pass: replaces stand-ins by real font programs and deflates streams.
//!
//! Takes krilla's file and its font programs, gives the file to publish. Objects move, but only font programs and uncompressed
//! streams are rewritten, and the content of a stream never changes. A file with an unexpected structure is an error.

use std::io::Read;
use std::sync::Arc;

use flate2::read::ZlibDecoder;
use memchr::memmem;

use super::fault;
use super::programs::{self, Program};
use crate::export::Cache;
use crate::export::ExportError;
use crate::export::deflate::Effort;

/// Finishes a file. Fails if its structure is not as expected or a stand-in is missing.
pub(super) fn finish(file: &[u8], programs: &[Arc<Program>], cache: &Cache) -> Result<Vec<u8>, ExportError> {
    let strange = || fault("文件的结构和预期的不同".to_owned());
    let table = XrefTable::read(file).ok_or_else(strange)?;
    let embedded: Vec<usize> = table.objects.iter().filter_map(|o| program(&file[o.from..o.to])).collect();
    let deflater = &cache.packer.deflater;
    let mut left = programs::stand_ins(programs);
    let mut out = Vec::with_capacity(2 * file.len());
    out.extend_from_slice(&file[..table.objects.first().ok_or_else(strange)?.from]);
    let mut offsets = vec![0; table.size];
    for object in &table.objects {
        offsets[object.number] = out.len();
        let bytes = &file[object.from..object.to];
        let Some(stream) = Stream::read(bytes) else {
            out.extend_from_slice(bytes);
            continue;
        };
        if embedded.contains(&object.number) {
            let mut font = Vec::new();
            ZlibDecoder::new(stream.data).read_to_end(&mut font).map_err(|_| strange())?;
            if let Some(subset) = programs::real(&font, programs, &cache.subsets, deflater)? {
                left = left.checked_sub(1).ok_or_else(strange)?;
                stream.write(&mut out, &format!("/Filter/FlateDecode/Length1 {}", subset.size), &subset.deflated);
                continue;
            }
        }
        // PDF/A: metadata stays readable without a decoder.
        if memmem::find(stream.entries, b"/Filter").is_some() || stream.entries.starts_with(b"/Type/Metadata") {
            out.extend_from_slice(bytes);
        } else {
            stream.write(&mut out, "/Filter/FlateDecode", &deflater.zlib(stream.data, Effort::Least, "PDF")?);
        }
    }
    // A stand-in that was not replaced has no outlines: its text would be invisible.
    if left > 0 {
        return Err(strange());
    }
    let start = out.len();
    out.extend_from_slice(format!("xref\n0 {}\n0000000000 65535 f\r\n", table.size).as_bytes());
    for offset in &offsets[1..] {
        out.extend_from_slice(format!("{offset:010} 00000 n\r\n").as_bytes());
    }
    out.extend_from_slice(table.trailer);
    out.extend_from_slice(format!("startxref\n{start}\n%%EOF").as_bytes());
    Ok(out)
}

/// Number and byte range of an object.
struct ObjectRange {
    number: usize,
    from: usize,
    to: usize,
}

/// The cross-reference table of a file with one section and plain entries, as krilla writes it.
struct XrefTable<'f> {
    /// One more than the greatest object number.
    size: usize,
    /// In file order.
    objects: Vec<ObjectRange>,
    /// From `trailer` to `startxref`.
    trailer: &'f [u8],
}

impl<'f> XrefTable<'f> {
    fn read(file: &'f [u8]) -> Option<XrefTable<'f>> {
        let start = memmem::rfind(file, b"startxref\n")?;
        let (from, _) = number(&file[start + 10..])?;
        let entries = file.get(from..start)?.strip_prefix(b"xref\n0 ")?;
        let (size, digits) = number(entries)?;
        let entries = entries.get(digits..)?.strip_prefix(b"\n")?;
        let (entries, trailer) = entries.split_at_checked(size.checked_mul(20)?)?;
        if !trailer.starts_with(b"trailer\n") {
            return None;
        }
        let mut objects = Vec::with_capacity(size);
        for (number_of, entry) in entries.chunks(20).enumerate().skip(1) {
            let (offset, _) = number(entry).filter(|_| entry.ends_with(b" 00000 n\r\n"))?;
            objects.push(ObjectRange { number: number_of, from: offset, to: from });
        }
        objects.sort_unstable_by_key(|o| o.from);
        for i in 1..objects.len() {
            objects[i - 1].to = objects[i].from;
        }
        objects.iter().all(|o| o.from < o.to).then_some(XrefTable { size, objects, trailer })
    }
}

/// The number that some bytes begin with, and how many digits it has.
fn number(bytes: &[u8]) -> Option<(usize, usize)> {
    let digits = bytes.iter().take_while(|b| b.is_ascii_digit()).count();
    Some((std::str::from_utf8(&bytes[..digits]).ok()?.parse().ok()?, digits))
}

/// The object number of the font program that a font descriptor points to; `None` for any other object.
fn program(object: &[u8]) -> Option<usize> {
    let body = &object[memmem::find(object, b" obj\n")? + 5..];
    let entries = body.strip_prefix(b"<</Type/FontDescriptor")?;
    let key = b"/FontFile2 ";
    Some(number(&entries[memmem::find(entries, key)? + key.len()..])?.0)
}

/// A stream object, as krilla writes it: its first entry is its length, as a plain number.
struct Stream<'f> {
    /// Up to the length.
    head: &'f [u8],
    /// The entries after the length.
    entries: &'f [u8],
    data: &'f [u8],
    /// What follows the data.
    tail: &'f [u8],
}

impl<'f> Stream<'f> {
    /// `None` for an object that is not a stream.
    fn read(object: &'f [u8]) -> Option<Stream<'f>> {
        let key = b" obj\n<</Length ";
        let (head, rest) = object.split_at_checked(memmem::find(object, key)? + key.len())?;
        let (length, digits) = number(rest)?;
        let (entries, rest) = rest[digits..].split_at_checked(memmem::find(&rest[digits..], b">>\nstream\n")?)?;
        let (data, tail) = rest[10..].split_at_checked(length)?;
        tail.starts_with(b"\nendstream\n").then_some(Stream { head, entries, data, tail })
    }

    /// Writes it with other data and more entries.
    fn write(&self, out: &mut Vec<u8>, more: &str, data: &[u8]) {
        let length = data.len().to_string();
        // A stand-in is deflated already, so its filter is not written twice.
        let entries = self.entries.strip_prefix(b"/Filter/FlateDecode").unwrap_or(self.entries);
        for part in [self.head, length.as_bytes(), more.as_bytes(), entries, b">>\nstream\n", data, self.tail] {
            out.extend_from_slice(part);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::programs::Use;
    use super::*;
    use crate::layout::Faces;

    const FILE: &str = "%PDF-1.7\n1 0 obj\n<</Type/Catalog>>\nendobj\n2 0 obj\n<</Length 5>>\nstream\n0 0 m\nendstream\nendobj\n\
        xref\n0 3\n0000000000 65535 f\r\n0000000009 00000 n\r\n0000000042 00000 n\r\ntrailer\n<</Size 3>>\nstartxref\n94\n%%EOF";

    #[test]
    fn streams_are_deflated_and_a_strange_file_is_refused() {
        let cache = Cache::default();
        let finished = finish(FILE.as_bytes(), &[], &cache).unwrap();
        assert!(memmem::find(&finished, b"/Filter/FlateDecode>>\nstream\n").is_some());
        for (part, other) in [
            ("xref\n0 3", "xref\n1 3"),
            ("startxref\n94", "startxref\n93"),
            ("00000 n\r\ntrailer", "00001 n\r\ntrailer"),
            ("0000000042", "9999999999"),
            ("trailer", "trailed"),
            ("0 3", "0 99999999999999999999"),
        ] {
            assert!(
                FILE.contains(part) && finish(FILE.replace(part, other).as_bytes(), &[], &cache).is_err(),
                "{other}"
            );
        }
        // A face was used, but its stand-in is missing.
        let face = cache.programs.open(&Faces::built_in().bytes(0).unwrap(), Use::Text).unwrap();
        assert!(finish(FILE.as_bytes(), &[face], &cache).is_err());
    }
}
