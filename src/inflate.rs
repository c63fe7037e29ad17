//! One zip entry or zlib stream → its bytes, inflated in one call and verified against its checksum.
//!
//! Takes the whole zip or stream in memory, gives its bytes; the first bytes of an entry also alone, then without a proof. The output never takes more memory than allowed, whatever size an
//! entry declares.

use std::io::{Read, Seek};

use flate2::read::DeflateDecoder;
use libdeflater::{DecompressionError, Decompressor, crc32};
use zip::CompressionMethod;
use zip::read::ZipFile;

/// Why an entry cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryError {
    /// It is encrypted.
    Encrypted,
    /// Its compression method is neither stored nor deflate.
    Method,
    /// It is larger than allowed.
    Large,
    /// It is truncated, or does not match the size or checksum in its directory entry.
    Damaged,
}

/// The compressed bytes of an entry, with what the directory states about them.
pub struct Packed<'z> {
    pub bytes: &'z [u8],
    /// Number of the compression method (APPNOTE 4.4.5).
    pub method: u16,
    /// Size after inflating.
    pub size: u64,
    /// CRC-32 after inflating.
    pub checksum: u32,
}

const STORED: u16 = 0;
const DEFLATED: u16 = 8;

impl Packed<'_> {
    /// Whether the compression method is one that is read.
    pub fn is_known(&self) -> bool {
        matches!(self.method, STORED | DEFLATED)
    }

    /// The bytes, at most `most` of them.
    ///
    /// # Errors
    /// See [`EntryError`].
    pub fn unpack(&self, most: u64) -> Result<Vec<u8>, EntryError> {
        let damaged = EntryError::Damaged;
        if self.size > most {
            return Err(EntryError::Large);
        }
        let size = usize::try_from(self.size).map_err(|_| damaged)?;
        let bytes = match self.method {
            STORED if self.bytes.len() == size => self.bytes.to_vec(),
            STORED => return Err(damaged),
            DEFLATED => inflated(self.bytes, size).ok_or(damaged)?,
            _ => return Err(EntryError::Method),
        };
        if crc32(&bytes) == self.checksum { Ok(bytes) } else { Err(damaged) }
    }

    /// The first bytes, at most `most`, not verified; fewer if the stream is damaged.
    pub fn head(&self, most: usize) -> Vec<u8> {
        let mut out = Vec::new();
        if self.method == DEFLATED {
            // What was inflated before an error is in the buffer.
            let _ = DeflateDecoder::new(self.bytes).take(most as u64).read_to_end(&mut out);
        } else {
            out.extend_from_slice(&self.bytes[..self.bytes.len().min(most)]);
        }
        out
    }
}

/// The bytes of an entry (opened raw) of the zip, at most `most` of them.
///
/// # Errors
/// See [`EntryError`].
pub fn entry<R: Read + Seek>(zip: &[u8], file: &ZipFile<'_, R>, most: u64) -> Result<Vec<u8>, EntryError> {
    if file.encrypted() {
        return Err(EntryError::Encrypted);
    }
    if file.size() > most {
        return Err(EntryError::Large);
    }
    let damaged = EntryError::Damaged;
    let place = |n: u64| usize::try_from(n).map_err(|_| damaged);
    let (start, length) = (place(file.data_start().ok_or(damaged)?)?, place(file.compressed_size())?);
    let bytes = zip.get(start..).and_then(|z| z.get(..length)).ok_or(damaged)?;
    let method = match file.compression() {
        CompressionMethod::Stored => STORED,
        CompressionMethod::Deflated => DEFLATED,
        _ => return Err(EntryError::Method),
    };
    Packed { bytes, method, size: file.size(), checksum: file.crc32() }.unpack(most)
}

/// Largest ratio by which a deflate stream can grow.
const GROWTH: usize = 1032;

/// Inflates a raw deflate stream; `None` if it is damaged or does not give exactly `size` bytes.
fn inflated(packed: &[u8], size: usize) -> Option<Vec<u8>> {
    if size / GROWTH > packed.len() {
        return None;
    }
    let mut out = vec![0; size];
    let got = Decompressor::new().deflate_decompress(packed, &mut out).ok()?;
    (got == size).then_some(out)
}

/// Usual growth of zlib streams; one that grows more is inflated again into a larger buffer.
const USUAL_GROWTH: usize = 8;

/// Inflates a zlib stream; `None` if it is damaged or gives more than `most` bytes.
pub fn zlib(packed: &[u8], most: usize) -> Option<Vec<u8>> {
    let mut decompressor = Decompressor::new();
    let mut room = packed.len().saturating_mul(USUAL_GROWTH);
    loop {
        let mut out = vec![0; room.min(most)];
        match decompressor.zlib_decompress(packed, &mut out) {
            Ok(size) => {
                out.truncate(size);
                return Some(out);
            }
            Err(DecompressionError::InsufficientSpace) if room < most => room = room.saturating_mul(USUAL_GROWTH),
            Err(_) => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write};

    use flate2::Compression;
    use flate2::write::ZlibEncoder;
    use zip::write::SimpleFileOptions;
    use zip::{ZipArchive, ZipWriter};

    use super::*;

    const TEXT: &[u8] = "一行字，一行字，一行字，一行字，一行字，一行字".as_bytes();

    fn packed(method: CompressionMethod) -> Vec<u8> {
        let mut out = ZipWriter::new(Cursor::new(Vec::new()));
        out.start_file("a.xml", SimpleFileOptions::default().compression_method(method)).unwrap();
        out.write_all(TEXT).unwrap();
        out.finish().unwrap().into_inner()
    }

    fn read(zip: &[u8], most: u64) -> Result<Vec<u8>, EntryError> {
        entry(zip, &ZipArchive::new(Cursor::new(zip)).unwrap().by_index_raw(0).unwrap(), most)
    }

    /// Overwrites four bytes of the entry's directory record, `at` bytes from its start.
    fn with(mut zip: Vec<u8>, at: usize, bytes: [u8; 4]) -> Vec<u8> {
        let line = zip.windows(4).position(|w| w == b"PK\x01\x02").unwrap();
        zip[line + at..line + at + 4].copy_from_slice(&bytes);
        zip
    }

    const CHECKSUM: usize = 16;
    const PACKED_SIZE: usize = 20;
    const SIZE: usize = 24;

    #[test]
    fn entries_are_read_whole_or_not_at_all() {
        let size = TEXT.len() as u64;
        for method in [CompressionMethod::Stored, CompressionMethod::Deflated] {
            let sound = packed(method);
            assert_eq!(read(&sound, size).unwrap(), TEXT, "{method}");
            assert_eq!(read(&sound, size - 1), Err(EntryError::Large), "{method}");
            for (at, number) in [
                (CHECKSUM, 1),
                (SIZE, TEXT.len() as u32 - 1),
                (SIZE, TEXT.len() as u32 + 1),
                (SIZE, 0),
                (SIZE, u32::MAX - 1),
                (PACKED_SIZE, 3),
                (PACKED_SIZE, 1 << 20),
            ] {
                let lies = with(sound.clone(), at, number.to_le_bytes());
                assert_eq!(read(&lies, u64::MAX), Err(EntryError::Damaged), "{method} {at} {number}");
            }
        }
    }

    #[test]
    fn other_ways_of_packing_have_errors_of_their_own() {
        // Flags and method share four bytes: encrypted; method 12, bzip2.
        let sound = packed(CompressionMethod::Deflated);
        assert_eq!(read(&with(sound.clone(), 8, [1, 0, 8, 0]), u64::MAX), Err(EntryError::Encrypted));
        assert_eq!(read(&with(sound, 8, [0, 0, 12, 0]), u64::MAX), Err(EntryError::Method));
    }

    #[test]
    fn streams_are_inflated_whole_whatever_they_grow_to() {
        let packed = |bytes: &[u8]| {
            let mut zlib = ZlibEncoder::new(Vec::new(), Compression::default());
            zlib.write_all(bytes).unwrap();
            zlib.finish().unwrap()
        };
        for bytes in [vec![], TEXT.to_vec(), vec![7; 1 << 20]] {
            let stream = packed(&bytes);
            assert_eq!(zlib(&stream, bytes.len().max(1)).as_ref(), Some(&bytes));
            assert_eq!(zlib(&stream[..stream.len() - 1], 2 << 20), None);
            if let Some(less) = bytes.len().checked_sub(1) {
                assert_eq!(zlib(&stream, less), None);
            }
        }
        let mut spoiled = packed(TEXT);
        *spoiled.last_mut().unwrap() ^= 1;
        assert_eq!(zlib(&spoiled, 1 << 20), None);
    }
}
