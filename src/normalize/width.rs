//! Full-width forms of ASCII characters.

/// The ASCII character of a full-width one, `１` → `1`; `None` for all other characters, the ideographic space included.
pub fn half_width(c: char) -> Option<char> {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0),
        _ => None,
    }
}
