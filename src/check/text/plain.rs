//! A paragraph as it is read for what it says: half-width, without spaces, with its clauses and sentences known.
//!
//! Takes a text, gives letters with their places in it. Every look-up is of bounded length, however long the text is.

use crate::form::{AnyOf, Letter, Word};

/// Farthest that a look back or ahead goes.
const REACH: usize = 120;

/// A text by its letters.
pub struct Plain<'t> {
    text: &'t str,
    pub chars: Vec<char>,
    /// Byte at which each letter stands in the text, and the end of the text.
    at: Vec<usize>,
    /// Letter at which the clause, and the sentence, of each letter begins.
    clauses: Vec<usize>,
    sentences: Vec<usize>,
}

/// Full-width letters and digits as plain ones, half-width marks as Chinese ones.
fn unified(c: char) -> char {
    match c {
        '\u{ff10}'..='\u{ff19}' | '\u{ff21}'..='\u{ff3a}' | '\u{ff41}'..='\u{ff5a}' => {
            char::from_u32(c as u32 - 0xfee0).unwrap_or(c)
        }
        '(' => '（',
        ')' => '）',
        ';' => '；',
        ':' => '：',
        '?' => '？',
        '!' => '！',
        _ => c,
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

    /// What the text has from one letter up to another.
    pub fn quote(&self, from: usize, to: usize) -> &'t str {
        let (from, to) = (from.min(self.chars.len()), to.min(self.chars.len()));
        let start = self.at[from];
        let end = match to.checked_sub(1).filter(|last| *last >= from) {
            // Up to the end of the last letter, not to the next one: there may be room between.
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

    /// Where the sentence of a letter ends, or where the look ahead does.
    pub fn sentence_end(&self, at: usize) -> usize {
        let last = self.chars.len().min(at + REACH);
        (at..last).find(|i| ends_sentence(self.chars[*i])).unwrap_or(last)
    }

    /// Whether a clause ends at this place.
    pub fn ends_at(&self, at: usize) -> bool {
        self.chars.get(at).is_none_or(|c| ends_clause(*c))
    }

    /// The letters before a place from a beginning on, as far as a look back goes.
    pub fn before(&self, from: usize, to: usize) -> String {
        let from = from.max(to.saturating_sub(REACH)).min(to);
        self.chars[from..to].iter().collect()
    }

    /// The letters from one place to another, as far as a look ahead goes.
    pub fn after(&self, from: usize, to: usize) -> String {
        let from = from.min(self.chars.len());
        self.chars[from..to.clamp(from, self.chars.len()).min(from + REACH)].iter().collect()
    }

    /// Whether a word stands at a place.
    pub fn has(&self, at: usize, word: &str) -> bool {
        let rest = &self.chars[at.min(self.chars.len())..];
        let mut letters = rest.iter();
        word.chars().all(|c| letters.next() == Some(&c))
    }

    /// The longest of several words that stands at a place.
    pub fn longest<'w>(&self, at: usize, words: &'w [String]) -> Option<&'w str> {
        let first = self.chars.get(at).copied()?;
        let begins = |w: &&str| w.starts_with(first);
        words.iter().map(String::as_str).filter(begins).filter(|w| self.has(at, w)).max_by_key(|w| w.len())
    }

    /// Where a word of a phrase that stands at a place ends.
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

    /// Where those of several words that stand at a place end.
    pub fn ends<'w>(&'w self, at: usize, any: &'w AnyOf, year: u16) -> impl Iterator<Item = usize> + use<'w, 't> {
        any.beginning(self.chars.get(at)).iter().filter_map(move |w| self.word(at, w, year))
    }

    /// The four digits of a year that begin at a place and are no part of a longer number.
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

/// How far into a text the last of several words begins.
pub fn last(text: &str, words: &[String]) -> Option<usize> {
    // Most are not there at all, which is found out sooner than where they stand last.
    words.iter().filter(|w| text.contains(w.as_str())).filter_map(|w| text.rfind(w.as_str())).max()
}

/// Whether a text holds one of several words.
pub fn any(text: &str, words: &[String]) -> bool {
    words.iter().any(|w| text.contains(w.as_str()))
}
