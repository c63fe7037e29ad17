//! Bytes → what `FlateDecode` makes them of.

use std::cell::RefCell;

use libdeflater::{CompressionLvl, Compressor};

use super::fault;
use crate::export::ExportError;

/// Most of a file are outlines, which are all but random: more effort makes it 1 % smaller at best.
const LEVEL: i32 = 1;

thread_local! {
    /// Its tables are large: to make them anew takes longer than most streams do.
    static COMPRESSOR: RefCell<Compressor> =
        RefCell::new(Compressor::new(CompressionLvl::new(LEVEL).unwrap_or_default()));
}

/// Deflates a stream, as zlib wraps it.
///
/// # Errors
/// Never, while the bound that the library states for its own output holds.
pub(super) fn deflate(bytes: &[u8]) -> Result<Vec<u8>, ExportError> {
    COMPRESSOR.with_borrow_mut(|compressor| {
        let mut out = vec![0; compressor.zlib_compress_bound(bytes.len())];
        let size = compressor.zlib_compress(bytes, &mut out).map_err(|e| fault(e.to_string()))?;
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
            let mut back = Vec::new();
            flate2::read::ZlibDecoder::new(&deflate(&bytes).unwrap()[..]).read_to_end(&mut back).unwrap();
            assert_eq!(back, bytes);
        }
    }
}
