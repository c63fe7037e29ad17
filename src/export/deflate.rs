//! Compresses bytes with deflate: streams of a PDF and parts of a package.

use std::cell::RefCell;

use libdeflater::{CompressionError, CompressionLvl, Compressor};

use super::ExportError;

/// Compression effort.
#[derive(Debug, Clone, Copy)]
pub(super) enum Effort {
    /// For streams of a PDF, mostly glyph outlines, which hardly compress: more effort saves 1 % at best.
    Least,
    /// For XML.
    Text,
}

impl Effort {
    /// Compression level of the library, which has 12.
    const fn level(self) -> i32 {
        match self {
            Effort::Least => 1,
            Effort::Text => 2,
        }
    }
}

/// Compressors, one per effort, each made on first use: their tables are large, and allocating them takes longer than
/// compressing most streams.
#[derive(Default)]
pub(super) struct Deflater([RefCell<Option<Compressor>>; 2]);

impl Deflater {
    /// Compresses bytes to a zlib stream.
    ///
    /// # Errors
    /// Only if the output exceeds the bound that the library itself gives for it.
    pub fn zlib(&self, bytes: &[u8], effort: Effort, format: &'static str) -> Result<Vec<u8>, ExportError> {
        self.deflated(effort, format, |c, out| {
            out.resize(c.zlib_compress_bound(bytes.len()), 0);
            c.zlib_compress(bytes, out)
        })
    }

    /// Compresses bytes to a raw deflate stream, without a wrapper.
    ///
    /// # Errors
    /// As [`Deflater::zlib`].
    pub fn raw(&self, bytes: &[u8], effort: Effort, format: &'static str) -> Result<Vec<u8>, ExportError> {
        self.deflated(effort, format, |c, out| {
            out.resize(c.deflate_compress_bound(bytes.len()), 0);
            c.deflate_compress(bytes, out)
        })
    }

    fn deflated(
        &self,
        effort: Effort,
        format: &'static str,
        with: impl FnOnce(&mut Compressor, &mut Vec<u8>) -> Result<usize, CompressionError>,
    ) -> Result<Vec<u8>, ExportError> {
        let mut compressor = self.0[effort as usize].borrow_mut();
        let new = || Compressor::new(CompressionLvl::new(effort.level()).unwrap_or_default());
        let mut out = Vec::new();
        let size = with(compressor.get_or_insert_with(new), &mut out);
        let size = size.map_err(|e| ExportError::Writer { format, reason: format!("压缩失败：{e}") })?;
        out.truncate(size);
        Ok(out)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn what_is_deflated_inflates_again() {
        let deflater = Deflater::default();
        // The last one is incompressible.
        let noise = |n: u32| (0..n).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        for bytes in [Vec::new(), vec![7], b"0 0 m 1 0 l S ".repeat(10_000), noise(300_000)] {
            for effort in [Effort::Least, Effort::Text] {
                let (mut back, deflated) = (Vec::new(), deflater.zlib(&bytes, effort, "PDF").unwrap());
                flate2::read::ZlibDecoder::new(&deflated[..]).read_to_end(&mut back).unwrap();
                assert_eq!(back, bytes);
                let (mut back, deflated) = (Vec::new(), deflater.raw(&bytes, effort, "DOCX").unwrap());
                flate2::read::DeflateDecoder::new(&deflated[..]).read_to_end(&mut back).unwrap();
                assert_eq!(back, bytes);
            }
        }
    }
}
