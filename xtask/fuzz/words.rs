//! Damages a text: JSON, TOML.

use fastrand::Rng;

/// Fragments that change the meaning of the text around them.
const PIECES: [&str; 22] = [
    "\"",
    "'",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "=",
    "\n",
    "\0",
    "\u{feff}",
    "\u{202e}",
    "-1",
    "1e999",
    "18446744073709551616",
    "null",
    "true",
    "\"\"",
    "[[",
    "字",
    "\\ud800",
];

/// Returns a different text, never the same.
pub fn spoiled(bytes: &[u8], rng: &mut Rng) -> Vec<u8> {
    let mut out = bytes.to_vec();
    for _ in 0..rng.usize(1..4) {
        let range = some_range(&out, rng);
        match rng.u32(..6) {
            0 => drop(out.drain(range)),
            1 => {
                let copied = out[range.clone()].to_vec();
                out.splice(range.end..range.end, copied);
            }
            2 => {
                let piece = PIECES[rng.usize(..PIECES.len())];
                out.splice(range.start..range.start, piece.bytes());
            }
            3 => {
                let piece = PIECES[rng.usize(..PIECES.len())];
                out.splice(range, piece.bytes());
            }
            // A piece of the text is copied elsewhere.
            4 => {
                let (copied, to) = (out[range].to_vec(), rng.usize(..=out.len()));
                out.splice(to..to, copied);
            }
            _ if out.is_empty() => out.push(b'"'),
            _ => {
                let at = rng.usize(..out.len());
                out[at] ^= rng.u8(1..);
            }
        }
    }
    if out == bytes {
        out.push(b'"');
    }
    out
}

/// Returns a short range, often a whole word or line.
fn some_range(bytes: &[u8], rng: &mut Rng) -> std::ops::Range<usize> {
    if bytes.is_empty() {
        return 0..0;
    }
    let from = rng.usize(..bytes.len());
    let ends: &[u8] = if rng.bool() { b"\n" } else { b" ,:=\"" };
    let to = bytes[from..].iter().skip(1).position(|b| ends.contains(b)).map_or(bytes.len(), |n| from + n + 1);
    from..to.min(from + 400)
}
