//! Bytes → what deflate makes of them: for streams of a PDF and parts of a package.

use std::cell::RefCell;

use libdeflater::{CompressionError, CompressionLvl, Compressor};

use super::ExportError;

/// How much is done for fewer bytes.
#[derive(Debug, Clone, Copy)]
pub(super) enum Effort {
    /// For outlines, which are all but random: more effort makes them 1 % smaller at best.
    Least,
    /// For XML.
    Text,
}

impl Effort {
    /// Of the 12 levels of the library.
    const fn level(self) -> i32 {
        match self {
            Effort::Least => 1,
            Effort::Text => 2,
        }
    }
}

thread_local! {
    /// By effort. Their tables are large: to make them anew takes longer than most streams do.
    static COMPRESSORS: [RefCell<Compressor>; 2] = [Effort::Least, Effort::Text].map(|effort| {
        RefCell::new(Compressor::new(CompressionLvl::new(effort.level()).unwrap_or_default()))
    });
}

/// Deflates a stream, as zlib wraps it.
///
/// # Errors
/// Never, while the bound that the library states for its own output holds.
pub(super) fn zlib(bytes: &[u8], effort: Effort, format: &'static str) -> Result<Vec<u8>, ExportError> {
    deflated(effort, format, |c, out| {
        out.resize(c.zlib_compress_bound(bytes.len()), 0);
        c.zlib_compress(bytes, out)
    })
}

/// Deflates a stream, with nothing round it.
///
/// # Errors
/// As [`zlib`].
pub(super) fn raw(bytes: &[u8], effort: Effort, format: &'static str) -> Result<Vec<u8>, ExportError> {
    deflated(effort, format, |c, out| {
        out.resize(c.deflate_compress_bound(bytes.len()), 0);
        c.deflate_compress(bytes, out)
    })
}

fn deflated(
    effort: Effort,
    format: &'static str,
    with: impl FnOnce(&mut Compressor, &mut Vec<u8>) -> Result<usize, CompressionError>,
) -> Result<Vec<u8>, ExportError> {
    COMPRESSORS.with(|all| {
        let mut out = Vec::new();
        let size = with(&mut all[effort as usize].borrow_mut(), &mut out);
        let size = size.map_err(|e| ExportError::Writer { format, reason: format!("压缩失败：{e}") })?;
        out.truncate(size);
        Ok(out)
    })
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn what_is_deflated_inflates_again() {
        // The last one cannot be made smaller.
        let noise = |n: u32| (0..n).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        for bytes in [Vec::new(), vec![7], b"0 0 m 1 0 l S ".repeat(10_000), noise(300_000)] {
            for effort in [Effort::Least, Effort::Text] {
                let (mut back, deflated) = (Vec::new(), zlib(&bytes, effort, "PDF").unwrap());
                flate2::read::ZlibDecoder::new(&deflated[..]).read_to_end(&mut back).unwrap();
                assert_eq!(back, bytes);
                let (mut back, deflated) = (Vec::new(), raw(&bytes, effort, "DOCX").unwrap());
                flate2::read::DeflateDecoder::new(&deflated[..]).read_to_end(&mut back).unwrap();
                assert_eq!(back, bytes);
            }
        }
    }
}
