//! Parts → a zip package: a DOCX, an XLSX, a set of files to publish.
//!
//! Takes parts in the order they have in the zip; gives a zip in which all entries have the earliest date that a zip can store,
//! and nothing depends on the machine. Parts that documents share are deflated once per worker.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::Write;
use std::sync::Arc;

use libdeflater::crc32;
use rawzip::time::UtcDateTime;
use rawzip::{CompressionMethod, DataDescriptorOutput, ZipArchiveWriter};

use super::ExportError;
use super::deflate::{Deflater, Effort};

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

/// Most parts cached: a dozen for each of two formats, times a few styles and editions.
const MOST_SHARED: usize = 128;

/// Packs parts, and keeps those that documents share.
#[derive(Default)]
pub struct Packer {
    pub(super) deflater: Deflater,
    shared: RefCell<BTreeMap<Vec<u8>, Arc<Packed>>>,
}

impl Packer {
    /// Packs parts into a zip; `format` is the file format named in an error.
    pub fn pack(&self, parts: &[Part<'_>], format: &'static str) -> Result<Vec<u8>, ExportError> {
        let fault = |e: rawzip::Error| ExportError::Writer { format, reason: format!("打包失败：{e}") };
        let size = parts.iter().map(|p| p.bytes.len()).sum::<usize>();
        let date = UtcDateTime::from_unix(EPOCH);
        let mut zip = ZipArchiveWriter::builder().with_capacity(parts.len()).build(Vec::with_capacity(size / 4 + 4096));
        for part in parts {
            let deflated = match part.kind {
                PartKind::Own => Some(Arc::new(self.packed(&part.bytes, format)?)),
                PartKind::Shared => Some(self.shared(&part.bytes, format)?),
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

    fn packed(&self, bytes: &[u8], format: &'static str) -> Result<Packed, ExportError> {
        Ok(Packed { bytes: self.deflater.raw(bytes, Effort::Text, format)?, crc: crc32(bytes) })
    }

    /// A deflated part, from the cache if it has been deflated before.
    fn shared(&self, bytes: &[u8], format: &'static str) -> Result<Arc<Packed>, ExportError> {
        if let Some(known) = self.shared.borrow().get(bytes) {
            return Ok(known.clone());
        }
        let made = Arc::new(self.packed(bytes, format)?);
        let mut shared = self.shared.borrow_mut();
        if shared.len() >= MOST_SHARED {
            shared.clear();
        }
        shared.insert(bytes.to_vec(), made.clone());
        Ok(made)
    }
}
