//! A paragraph prepared for the text rules: uniform width, without spaces, with the start of each clause and sentence.
//!
//! Takes a text, gives its characters with their byte positions. Every look-up examines a bounded number of characters,
//! regardless of the length of the text. Never changes the text itself.

use crate::form::{AnyOf, Letter, Word};
use crate::model::half_width;

/// Most characters that a search examines backwards or ahead.
const REACH: usize = 120;

/// A text and its characters.
pub struct Plain<'t> {
    text: &'t str,
    pub chars: Vec<char>,
    /// Byte position of each character in the text, then the length of the text.
    at: Vec<usize>,
    /// Index at which the clause, and the sentence, of each character begins.
    clauses: Vec<usize>,
    sentences: Vec<usize>,
}

/// Full-width letters and digits as ASCII, half-width punctuation as Chinese punctuation.
fn unified(c: char) -> char {
    match c {
        '(' => '（',
        ')' => '）',
        ';' => '；',
        ':' => '：',
        '?' => '？',
        '!' => '！',
        _ => half_width(c).filter(char::is_ascii_alphanumeric).unwrap_or(c),
    }
}

fn ends_clause(c: char) -> bool {
    ends_sentence(c) || matches!(c, '，' | '：' | '（' | '）')
}

fn ends_sentence(c: char) -> bool {
    matches!(c, '。' | '；' | '！' | '？' | '\n')
}

impl<'t> Plain<'t> {
    pub fn new(text: &'t str) -> Plain<'t> {
        let most = text.chars().count();
        let (mut chars, mut at) = (Vec::with_capacity(most), Vec::with_capacity(most + 1));
        for (i, c) in text.char_indices().filter(|(_, c)| !c.is_whitespace() || *c == '\n') {
            chars.push(unified(c));
            at.push(i);
        }
        at.push(text.len());
        let (mut clauses, mut sentences) = (Vec::with_capacity(most + 1), Vec::with_capacity(most + 1));
        let (mut clause, mut sentence) = (0, 0);
        // A comma between digits groups them; any other ends a clause.
        let digit = |c: Option<&char>| c.is_some_and(char::is_ascii_digit);
        for i in 0..chars.len() {
            if chars[i] == ',' && !(i > 0 && digit(chars.get(i - 1)) && digit(chars.get(i + 1))) {
                chars[i] = '，';
            }
            clauses.push(clause);
            sentences.push(sentence);
            if ends_clause(chars[i]) {
                clause = i + 1;
            }
            if ends_sentence(chars[i]) {
                sentence = i + 1;
            }
        }
        clauses.push(clause);
        sentences.push(sentence);
        Plain { text, chars, at, clauses, sentences }
    }

    /// The original text from one character up to another (exclusive), trimmed.
    pub fn quote(&self, from: usize, to: usize) -> &'t str {
        let (from, to) = (from.min(self.chars.len()), to.min(self.chars.len()));
        let start = self.at[from];
        let end = match to.checked_sub(1).filter(|last| *last >= from) {
            // Up to the end of the last character, not to the next one, because spaces may follow.
            Some(last) => self.at[last] + self.text[self.at[last]..].chars().next().map_or(0, char::len_utf8),
            None => start,
        };
        self.text[start..end].trim()
    }

    /// Where the clause of a letter begins.
    pub fn clause(&self, at: usize) -> usize {
        self.clauses[at.min(self.chars.len())]
    }

    /// Where the sentence of a letter begins.
    pub fn sentence(&self, at: usize) -> usize {
        self.sentences[at.min(self.chars.len())]
    }

    /// Where the sentence of a letter ends; at most `REACH` characters ahead.
    pub fn sentence_end(&self, at: usize) -> usize {
        let last = self.chars.len().min(at + REACH);
        (at..last).find(|i| ends_sentence(self.chars[*i])).unwrap_or(last)
    }

    /// Whether a clause ends at this place.
    pub fn ends_at(&self, at: usize) -> bool {
        self.chars.get(at).is_none_or(|c| ends_clause(*c))
    }

    /// The characters `from..to`, at most the last `REACH` of them.
    pub fn before(&self, from: usize, to: usize) -> String {
        let from = from.max(to.saturating_sub(REACH)).min(to);
        self.chars[from..to].iter().collect()
    }

    /// The characters `from..to`, at most the first `REACH` of them.
    pub fn after(&self, from: usize, to: usize) -> String {
        let from = from.min(self.chars.len());
        self.chars[from..to.clamp(from, self.chars.len()).min(from + REACH)].iter().collect()
    }

    /// Whether a word occurs at a position.
    pub fn has(&self, at: usize, word: &str) -> bool {
        let rest = &self.chars[at.min(self.chars.len())..];
        let mut letters = rest.iter();
        word.chars().all(|c| letters.next() == Some(&c))
    }

    /// The longest of several words that occurs at a position.
    pub fn longest<'w>(&self, at: usize, words: &'w [String]) -> Option<&'w str> {
        let first = self.chars.get(at).copied()?;
        let begins = |w: &&str| w.starts_with(first);
        words.iter().map(String::as_str).filter(begins).filter(|w| self.has(at, w)).max_by_key(|w| w.len())
    }

    /// The position after a word of a phrase; `None` if it does not occur at `at`.
    pub fn word(&self, at: usize, word: &Word, year: u16) -> Option<usize> {
        let mut at = at;
        for letter in word {
            match letter {
                Letter::Is(c) => {
                    if self.chars.get(at) != Some(c) {
                        return None;
                    }
                    at += 1;
                }
                Letter::Year(offset) => {
                    if self.year(at)? != year.checked_add_signed(*offset)? {
                        return None;
                    }
                    at += 4;
                }
            }
        }
        Some(at)
    }

    /// The positions after those of several words that occur at `at`.
    pub fn ends<'w>(&'w self, at: usize, any: &'w AnyOf, year: u16) -> impl Iterator<Item = usize> + use<'w, 't> {
        any.beginning(self.chars.get(at)).iter().filter_map(move |w| self.word(at, w, year))
    }

    /// The year at a position: four digits that are not part of a longer number, from 1900 to 2099.
    pub fn year(&self, at: usize) -> Option<u16> {
        let digit = |i: usize| self.chars.get(i).and_then(|c| c.to_digit(10));
        let inside = at > 0 && (digit(at - 1).is_some() || self.chars[at - 1] == '.');
        if inside || digit(at + 4).is_some() {
            return None;
        }
        let number = (at..at + 4).try_fold(0, |n, i| Some(n * 10 + digit(i)?))?;
        u16::try_from(number).ok().filter(|y| (1900..2100).contains(y))
    }
}

/// Byte position of the last occurrence of any of several words.
pub fn last(text: &str, words: &[String]) -> Option<usize> {
    // Most words do not occur at all, which `contains` finds faster than `rfind`.
    words.iter().filter(|w| text.contains(w.as_str())).filter_map(|w| text.rfind(w.as_str())).max()
}

/// Whether a text contains one of several words.
pub fn any(text: &str, words: &[String]) -> bool {
    words.iter().any(|w| text.contains(w.as_str()))
}
