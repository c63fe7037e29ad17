//! Structure inside a section: （一） is a heading of level 2, 1. and （1） of level 3, if they are alone on a line.

use super::numerals::is_ordinal;

/// Longest heading, in characters; a longer numbered line is a paragraph.
const LONGEST: usize = 30;

/// The level of a paragraph: 0 is body text.
pub fn level(text: &str) -> u8 {
    if !is_short(text) {
        return 0;
    }
    let open = text.starts_with(['（', '(']);
    let rest = text.trim_start_matches(['（', '(']);
    let chinese: usize = rest.chars().take_while(|c| is_ordinal(*c)).map(char::len_utf8).sum();
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let used = chinese.max(digits);
    if used == 0 || digits > 2 {
        return 0;
    }
    let after: Vec<char> = rest[used..].chars().take(2).collect();
    let has_words = rest[used..].chars().skip(1).any(char::is_alphabetic);
    let decimal = after.get(1).is_some_and(char::is_ascii_digit);
    match (open, after.first()) {
        _ if !has_words => 0,
        (true, Some('）' | ')')) => {
            if chinese > 0 {
                2
            } else {
                3
            }
        }
        (false, Some('.' | '．' | '、')) if digits > 0 && !decimal => 3,
        _ => 0,
    }
}

/// The level of a paragraph of a report whose headings the agency chooses: 一、 and 第一部分 have level 1.
pub fn free_level(text: &str) -> u8 {
    let own = level(text);
    if own > 0 || !is_short(text) {
        return own;
    }
    let ordinal = text.strip_prefix('第');
    let rest = ordinal.unwrap_or(text);
    let used: usize = rest.chars().take_while(|c| is_ordinal(*c)).map(char::len_utf8).sum();
    let rest = &rest[used..];
    let marked = match ordinal {
        Some(_) => ["部分", "章"].iter().find_map(|w| rest.strip_prefix(w)),
        None => rest.strip_prefix(['、', '．', '.']).filter(|r| r.contains(char::is_alphabetic)),
    };
    u8::from(used > 0 && marked.is_some())
}

/// Whether a text begins with a Chinese numeral followed by 、.
pub fn is_numbered(text: &str) -> bool {
    let rest = text.trim_start_matches(is_ordinal);
    rest.len() < text.len() && rest.starts_with('、')
}

/// Whether a text can be a heading: short, and not a sentence.
fn is_short(text: &str) -> bool {
    let ends = ['。', '；', '，', '、', '？', '！', ';', ',', '.', '?', '!', '”', '…'];
    // Punctuation inside the text means that it is a sentence.
    text.chars().count() <= LONGEST && !text.ends_with(ends) && !text.contains(['。', '；', '！', '？'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn free_headings_have_one_level_more() {
        for (text, expected) in [
            ("一、概述", 1),
            ("十二、附表", 1),
            ("第一部分 概述", 1),
            ("第二章 主动公开", 1),
            ("（一）机制建设", 2),
            ("1.加强领导", 3),
            ("一、概述。本年度工作平稳", 0),
            ("一是加强领导", 0),
            ("第一次会议", 0),
            ("一、", 0),
            ("总体情况", 0),
        ] {
            assert_eq!(free_level(text), expected, "{text}");
        }
        assert_eq!(level("一、概述"), 0);
    }

    #[test]
    fn numbered_lines_are_headings_and_numbered_sentences_are_not() {
        for (text, expected) in [
            ("（一）主动公开：", 2),
            ("（五）监督保障", 2),
            ("(二)依申请公开", 2),
            ("1.加强组织领导", 3),
            ("（1）加强组织领导", 3),
            ("2、加强培训", 3),
            ("（一）主动公开。全年公开信息6条。", 0),
            ("1.加强组织领导，落实责任。", 0),
            ("1.5万元", 0),
            ("（一）", 0),
            ("2024年工作", 0),
            ("我局一是加强领导", 0),
            ("（试行）办法", 0),
            ("", 0),
        ] {
            assert_eq!(level(text), expected, "{text}");
        }
    }
}
