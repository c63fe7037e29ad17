//! SHA-256 digests, written as 64 lower-case hexadecimal digits.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

/// Digest of some bytes.
pub fn sha256(bytes: &[u8]) -> String {
    written(Sha256::digest(bytes).as_slice())
}

/// Digest of several parts, each preceded by its length, so that different lists of parts never hash the same bytes.
pub fn sha256_of<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    written(hash.finalize().as_slice())
}

fn written(digest: &[u8]) -> String {
    digest.iter().fold(String::with_capacity(64), |mut out, b| {
        // Writing to a string cannot fail.
        let _ = write!(out, "{b:02x}");
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_of_different_parts_differ_and_are_written_in_full() {
        assert_eq!(sha256(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_ne!(sha256_of([&b"ab"[..], b"c"]), sha256_of([&b"a"[..], b"bc"]));
    }
}
