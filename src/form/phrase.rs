//! Phrases that state a figure of the form in a text, as data.
//!
//! Takes lines such as `收到|新收 <request> #` (words separated by spaces, `|` for alternatives, `<name>` for a group of words,
//! `?` for an optional word, `#` for a number with its unit), gives phrases. Never searches a text.

use std::collections::BTreeMap;

/// A character of a word, or a year relative to the report's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Letter {
    /// This character.
    Is(char),
    /// The four digits of a year: the year reported on plus this offset.
    Year(i16),
}

/// A word of a phrase.
pub type Word = Vec<Letter>;

/// One part of a phrase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PhrasePart {
    /// One of several words.
    Words { any: AnyOf, optional: bool },
    /// A number with a unit.
    Number,
}

/// Alternative words, the longest first. A bit set of their first characters excludes most positions of a text with one test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnyOf {
    words: Vec<Word>,
    /// A bit for each first character; several characters share one.
    first: u128,
}

impl AnyOf {
    fn new(words: Vec<Word>) -> AnyOf {
        let any = AnyOf { words, first: 0 };
        let first = any.beginnings().into_iter().fold(0, |bits, c| bits | bit(c));
        AnyOf { first, ..any }
    }

    /// The first characters of the words; a year may begin with any digit.
    pub fn beginnings(&self) -> Vec<char> {
        let first = self.words.iter().filter_map(|w| w.first()).flat_map(|l| match l {
            Letter::Is(c) => vec![*c],
            Letter::Year(_) => ('0'..='9').collect(),
        });
        let mut all: Vec<char> = first.collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// The words, if one of them may begin with this character; otherwise none.
    pub fn beginning(&self, c: Option<&char>) -> &[Word] {
        if c.is_some_and(|c| self.first & bit(*c) != 0) { &self.words } else { &[] }
    }
}

fn bit(c: char) -> u128 {
    1 << (c as u32 % 128)
}

/// A phrase: the words that it begins with, then its other parts in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phrase {
    /// The words that it begins with.
    pub first: AnyOf,
    /// The parts after them, in order.
    pub rest: Vec<PhrasePart>,
}

/// The years that a word may contain, relative to the report's.
const YEARS: [(&str, i16); 3] = [("{last}", -1), ("{this}", 0), ("{next}", 1)];

/// Parses a word.
pub fn word(text: &str) -> Word {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        match YEARS.iter().find(|(name, _)| rest.starts_with(name)) {
            Some((name, offset)) => {
                out.push(Letter::Year(*offset));
                rest = &rest[name.len()..];
            }
            None => {
                out.push(Letter::Is(c));
                rest = &rest[c.len_utf8()..];
            }
        }
    }
    out
}

/// Parses words and sorts them, the longest first, so that the first match is the longest.
pub fn words<'t>(texts: impl IntoIterator<Item = &'t str>) -> Vec<Word> {
    let mut all: Vec<Word> = texts.into_iter().filter(|t| !t.is_empty()).map(word).collect();
    all.sort_by_key(|w| std::cmp::Reverse(w.len()));
    all.dedup();
    all
}

impl Phrase {
    /// Parses a phrase. The error is a sentence in Chinese.
    pub fn parse(text: &str, groups: &BTreeMap<String, Vec<String>>) -> Result<Phrase, String> {
        let mut parts = Vec::new();
        for part in text.split_whitespace() {
            if part == "#" {
                parts.push(PhrasePart::Number);
                continue;
            }
            let (part, optional) = part.strip_suffix('?').map_or((part, false), |p| (p, true));
            let mut texts: Vec<&str> = Vec::new();
            for either in part.split('|') {
                match either.strip_prefix('<').and_then(|e| e.strip_suffix('>')) {
                    Some(name) => {
                        let group = groups.get(name).ok_or_else(|| format!("“{text}”里没有叫 {name} 的一组词"))?;
                        texts.extend(group.iter().map(String::as_str));
                    }
                    None => texts.push(either),
                }
            }
            let any = words(texts);
            if any.is_empty() {
                return Err(format!("“{text}”里有空的词"));
            }
            parts.push(PhrasePart::Words { any: AnyOf::new(any), optional });
        }
        let mut parts = parts.into_iter();
        match parts.next() {
            Some(PhrasePart::Words { any, optional: false }) => Ok(Phrase { first: any, rest: parts.collect() }),
            _ => Err(format!("“{text}”要以一个词开头")),
        }
    }
}
