//! Parts → a package: the zip that a DOCX or an XLSX is.
//!
//! Takes parts in the order in which they shall stand; gives a zip of deflated entries with one date for all, the first that
//! a zip can have, and nothing of this machine. What documents share is deflated once a thread.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::Write;
use std::rc::Rc;

use libdeflater::crc32;
use rawzip::time::UtcDateTime;
use rawzip::{CompressionMethod, DataDescriptorOutput, ZipArchiveWriter};

use super::ExportError;
use super::deflate::{Effort, raw};

/// One entry of a package.
#[derive(Debug)]
pub struct Part<'a> {
    pub name: String,
    pub bytes: Cow<'a, [u8]>,
    pub kind: PartKind,
}

/// How an entry is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartKind {
    /// Deflated.
    Own,
    /// Deflated, and kept for other documents, which are likely to have the same.
    Shared,
    /// As it is: it is compressed already.
    Stored,
}

/// A part as it is packed.
struct Packed {
    bytes: Vec<u8>,
    crc: u32,
}

/// 1 January 1980, as seconds of Unix.
const EPOCH: i64 = 315_532_800;

/// A plain file that its owner may write and all may read.
const PLAIN: u32 = 0o100_644;

/// Most parts a thread keeps packed: a dozen each of two formats and some styles and editions.
const MOST_SHARED: usize = 128;

thread_local! {
    static SHARED: RefCell<BTreeMap<Vec<u8>, Rc<Packed>>> = const { RefCell::new(BTreeMap::new()) };
}

/// Packs parts; `format` names the kind of file in an error.
pub fn pack(parts: &[Part<'_>], format: &'static str) -> Result<Vec<u8>, ExportError> {
    let fault = |e: rawzip::Error| ExportError::Writer { format, reason: format!("打包失败：{e}") };
    let size = parts.iter().map(|p| p.bytes.len()).sum::<usize>();
    let date = UtcDateTime::from_unix(EPOCH);
    let mut zip = ZipArchiveWriter::builder().with_capacity(parts.len()).build(Vec::with_capacity(size / 4 + 4096));
    for part in parts {
        let deflated = match part.kind {
            PartKind::Own => Some(Rc::new(packed(&part.bytes, format)?)),
            PartKind::Shared => Some(shared(&part.bytes, format)?),
            PartKind::Stored => None,
        };
        let stored = || (&*part.bytes, crc32(&part.bytes));
        let (bytes, crc) = deflated.as_ref().map_or_else(stored, |packed| (packed.bytes.as_slice(), packed.crc));
        let method = match part.kind {
            PartKind::Own | PartKind::Shared => CompressionMethod::DEFLATE,
            PartKind::Stored => CompressionMethod::STORE,
        };
        let mut file = zip.new_file(part.name.as_str()).compression_method(method).last_modified(date);
        if !part.name.is_ascii() {
            // An entry that does not say that it comes from Unix is taken for one of DOS, and the unzip of Linux doubts
            // its Chinese name, marked as UTF-8 or not. The parts of a DOCX or an XLSX have no such names.
            file = file.unix_permissions(PLAIN);
        }
        let (mut entry, _) = file.start().map_err(fault)?;
        entry.write_all(bytes).map_err(|e| fault(e.into()))?;
        entry.finish(DataDescriptorOutput::new(crc, part.bytes.len() as u64)).map_err(fault)?;
    }
    zip.finish().map_err(fault)
}

fn packed(bytes: &[u8], format: &'static str) -> Result<Packed, ExportError> {
    Ok(Packed { bytes: raw(bytes, Effort::Text, format)?, crc: crc32(bytes) })
}

/// A part, as packed the last time it was asked for.
fn shared(bytes: &[u8], format: &'static str) -> Result<Rc<Packed>, ExportError> {
    if let Some(known) = SHARED.with_borrow(|all| all.get(bytes).cloned()) {
        return Ok(known);
    }
    let made = Rc::new(packed(bytes, format)?);
    SHARED.with_borrow_mut(|all| {
        if all.len() >= MOST_SHARED {
            all.clear();
        }
        all.insert(bytes.to_vec(), made.clone());
    });
    Ok(made)
}
