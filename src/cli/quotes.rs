//! A trap of Windows: in `"D:\"` the backslash makes the quotation mark a part of the word, which then goes on to the next one.

use std::ffi::OsString;

/// The sentence for a word that contains a quotation mark, which no name on Windows does; `None` without one.
pub fn swallowed(words: &[OsString]) -> Option<String> {
    let word = words.iter().skip(1).map(|word| word.to_string_lossy()).find(|word| word.contains('"'))?;
    Some(format!("{word} 里有引号：以 \\ 结尾的路径，前后不要加引号，要加的话末尾写两个 \\，如 \"D:\\\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quotation_mark_after_a_backslash_is_explained() {
        let of = |words: &[&str]| swallowed(&words.iter().map(OsString::from).collect::<Vec<_>>());
        let sentence = of(&["nianbao", "check", "D:\\\" --strict"]).unwrap();
        assert!(sentence.starts_with("D:\\\" --strict 里有引号") && sentence.ends_with("如 \"D:\\\\\""), "{sentence}");
        assert_eq!(of(&["nianbao", "check", "D:\\"]), None);
    }
}
