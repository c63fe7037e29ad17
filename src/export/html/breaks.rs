//! Where a label may break: only between its words.
//!
//! Takes a line of a label, gives its pieces. Unicode allows a line break after every Chinese character; in narrow columns
//! whole words read better, and finding them needs a dictionary.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use icu_segmenter::options::{LineBreakOptions, WordBreakInvariantOptions};
use icu_segmenter::{LineSegmenter, LineSegmenterBorrowed, WordSegmenter, WordSegmenterBorrowed};

use crate::form::labels;

static LINES: LazyLock<LineSegmenterBorrowed<'static>> =
    LazyLock::new(|| LineSegmenter::new_for_non_complex_scripts(LineBreakOptions::default()));
static WORDS: LazyLock<WordSegmenterBorrowed<'static>> =
    LazyLock::new(|| WordSegmenter::new_dictionary(WordBreakInvariantOptions::default()));

/// Most lines cached: the labels of dozens of editions.
const MOST_LINES: usize = 4096;

/// Cache of the ends of pieces, of one worker: a form has few labels, and every report has all of them.
#[derive(Default)]
pub(in crate::export) struct Breaks(RefCell<HashMap<String, Arc<[usize]>>>);

impl Breaks {
    /// As [`pieces`], cached.
    pub fn pieces<'l>(&self, line: &'l str) -> Vec<&'l str> {
        let known = self.0.borrow().get(line).cloned();
        let ends = known.unwrap_or_else(|| {
            let ends: Arc<[usize]> = ends(line).into();
            let mut all = self.0.borrow_mut();
            if all.len() >= MOST_LINES {
                all.clear();
            }
            all.insert(line.to_owned(), ends.clone());
            ends
        });
        cut(line, &ends)
    }
}

/// The pieces of one line of a label, inside which it does not break; joined, they are the line.
pub(crate) fn pieces(line: &str) -> Vec<&str> {
    cut(line, &ends(line))
}

fn cut<'l>(line: &'l str, ends: &[usize]) -> Vec<&'l str> {
    let starts = std::iter::once(0).chain(ends.iter().copied());
    starts.zip(ends).map(|(start, end)| &line[start..*end]).collect()
}

/// Byte offsets at which the pieces of a line end: where both line and word rules allow a break and no word listed as whole is
/// split. Single characters are joined to their neighbours, since a dictionary splits the words that it does not contain.
fn ends(line: &str) -> Vec<usize> {
    let words: Vec<usize> = WORDS.segment_str(line).collect();
    let whole: Vec<(usize, &str)> =
        labels().breaks.whole.iter().flat_map(|word| line.match_indices(word.as_str())).collect();
    let parts = |end: usize| whole.iter().any(|(at, word)| *at < end && end < at + word.len());
    let ends = LINES.segment_str(line).filter(|end| *end > 0 && words.binary_search(end).is_ok() && !parts(*end));
    let mut all = Vec::new();
    let mut from = 0;
    for end in ends {
        all.push(&line[from..end]);
        from = end;
    }
    let mut found = Vec::new();
    let (mut start, mut end) = (0, 0);
    for (i, piece) in all.iter().enumerate() {
        end += piece.len();
        if i + 1 == all.len() || ends_piece(&all, i, start + piece.len() < end) {
            found.push(end);
            start = end;
        }
    }
    found
}

/// Whether a piece ends after the word at `i`; `joined`: whether that word is joined to those before it.
fn ends_piece(words: &[&str], i: usize, joined: bool) -> bool {
    let (left, right) = (words[i], words[i + 1]);
    // Letters on both sides of the boundary; next to a mark or a space a line may always break.
    let count = |letters: &mut dyn Iterator<Item = char>| letters.take_while(|c| c.is_alphanumeric()).count();
    let (before, after) = (count(&mut left.chars().rev()), count(&mut right.chars()));
    if before == 0 || after == 0 {
        return true;
    }
    let is_next = |letter: Option<char>| letter.is_some_and(|c| labels().breaks.leads.contains(c));
    match (before == 1, after == 1) {
        (true, true) => false,
        (true, false) => joined && !is_next(left.chars().next_back()),
        // The single character is joined to single characters after it, or to the word after it.
        (false, true) => {
            let ends = right.chars().nth(1).is_some();
            let next = words.get(i + 2).filter(|_| !ends).map_or(0, |next| count(&mut next.chars()));
            next == 1 || next > 1 && is_next(right.chars().next())
        }
        (false, false) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_taken_apart_between_words() {
        for (label, wanted) in [
            ("三、本年度办理结果", "三、|本年度|办理|结果"),
            ("（三）依申请公开办结数", "（三）|依申请|公开|办结数"),
            ("1.申请人无正当理由", "1.|申请人无|正当理由"),
            ("收取的费用和在线访谈次数", "收取的|费用|和在线访谈|次数"),
            ("其中：主动公开（不包括网站）", "其中：|主动|公开|（不包括|网站）"),
            ("两“三安全一稳定”", "两“三安全|一稳定”"),
            ("two words", "two |words"),
            ("一", "一"),
            ("", ""),
        ] {
            assert_eq!(pieces(label).join("|"), wanted);
        }
    }

    #[test]
    fn no_official_label_leaves_a_character_alone_or_a_line_that_no_column_holds() {
        for table in crate::form::built_in().iter().flat_map(|f| &f.tables) {
            let nodes = table.blocks.iter().flat_map(|b| b.rows.walk().into_iter().chain(b.columns.walk()));
            for label in nodes.map(|n| n.label.as_str()) {
                let all = pieces(label);
                assert_eq!(all.concat(), label);
                for piece in &all {
                    let letters = piece.chars().filter(|c| c.is_alphanumeric()).count();
                    let number =
                        piece.ends_with(['、', '.', '）', '/']) || piece.starts_with('（') || label.contains('/');
                    assert!(letters > 1 || number || all.len() == 1, "{piece} in {label}");
                    assert!(piece.chars().count() <= 8, "{piece} in {label}");
                }
            }
        }
    }
}
