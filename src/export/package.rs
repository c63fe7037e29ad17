//! Parts → a zip package: a DOCX, an XLSX, a set of files to publish.
//!
//! Takes parts in the order they have in the zip; gives a zip in which all entries have the earliest date that a zip can hold,
//! and nothing depends on the machine. Parts that documents share are deflated once per thread.

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
    /// Deflated and cached, since other documents probably contain the same part.
    Shared,
    /// Stored, since it is compressed already.
    Stored,
}

/// A deflated part with the checksum of its content.
struct Packed {
    bytes: Vec<u8>,
    crc: u32,
}

/// 1 January 1980 as Unix time.
const EPOCH: i64 = 315_532_800;

/// Unix mode of a regular file that its owner may write and everyone may read.
const PLAIN: u32 = 0o100_644;

/// Most parts cached per thread: a dozen for each of two formats, times a few styles and editions.
const MOST_SHARED: usize = 128;

thread_local! {
    static SHARED: RefCell<BTreeMap<Vec<u8>, Rc<Packed>>> = const { RefCell::new(BTreeMap::new()) };
}

/// Packs parts into a zip; `format` is the file format named in an error.
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
            // Without Unix as its origin an entry counts as written by DOS, and `unzip` on Linux mistrusts its Chinese name,
            // even one marked as UTF-8. Part names of a DOCX or an XLSX are ASCII.
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

/// A deflated part, from the cache if it has been deflated before.
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
