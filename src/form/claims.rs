//! Figures of the tables that the text of a report may state, and statements that the form requires.
//!
//! Takes the entries of a form file, gives them indexed by the first characters of their phrases. Reads no text itself.

use std::collections::BTreeMap;

use super::phrase::{AnyOf, Letter, Phrase, PhrasePart, Word};
use super::words::Letters;

/// A value of a form: table and slot.
pub type Slot = (usize, usize);

/// A figure that texts state: its phrases, and the values of the form that it must agree with.
#[derive(Debug, Clone, PartialEq)]
pub struct Claim {
    /// What it is, for messages, e.g. 收到的政府信息公开申请.
    pub what: String,
    /// Sums of values; a stated number must agree with at least one of them. The first is used for statements of zero and in
    /// messages.
    pub sums: Vec<Vec<Slot>>,
    /// Phrases that may follow the figure, and the sum that it must then agree with: （含上年结转…）.
    pub including: Option<(Vec<Phrase>, Vec<Slot>)>,
    /// Phrases with a number that are unambiguous by themselves.
    pub full: Vec<Phrase>,
    /// Phrases with a number that count only near one of the words in `about`.
    pub short: Vec<Phrase>,
    /// Phrases that state that there was none.
    pub none: Vec<Phrase>,
    /// Units, one of which must follow the number.
    pub units: Vec<Word>,
    /// Number of yuan in one unit of the table, because texts state money in yuan or ten thousand yuan; 1 for counts.
    pub scale: i64,
    /// For short phrases: one of these words must be near the phrase or in a heading above it.
    pub about: Vec<String>,
    /// The phrase does not count if one of these words precedes it in its clause.
    pub not: Vec<String>,
    /// The phrase does not count if it contains one of these words, or if one follows closely.
    pub nor: Vec<String>,
    /// Words for other figures that may be denied together with this one.
    pub beside: Vec<Word>,
    /// Whether it is part of another figure, so that 其中 may precede it.
    pub within: bool,
}

/// How a phrase states a figure: see the lists of phrases of [`Claim`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ClaimKind {
    /// Unambiguous by itself: [`Claim::full`].
    Full,
    /// Counts only near certain words: [`Claim::short`].
    Short,
    /// States that there was none: [`Claim::none`].
    None,
}

/// A statement that a section must contain.
#[derive(Debug, Clone, PartialEq)]
pub struct RequiredStatement {
    /// Index of the section in [`Form::sections`](super::Form::sections).
    pub section: usize,
    /// What must be stated, for the message.
    pub what: String,
    /// The section contains the statement if it contains any of these words.
    pub words: Vec<String>,
    /// The hint of the finding.
    pub hint: String,
    /// The first year for which it is required.
    pub from_year: u16,
}

/// The first words of phrases, with those phrases: the words are searched once for all of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Opening {
    /// The words that the phrases begin with.
    pub words: AnyOf,
    /// Index of the claim, its kind, and index of the phrase.
    pub phrases: Vec<(usize, ClaimKind, usize)>,
    /// Whether one of the phrases states that there was none, and so needs no number.
    pub denies: bool,
}

/// All figures that the texts of a form may state, indexed by the first character of their phrases.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Claims {
    /// The claims in the order of the form file.
    pub all: Vec<Claim>,
    openings: Vec<Opening>,
    /// The openings that may begin with a character.
    starts: BTreeMap<char, Vec<usize>>,
    letters: Letters,
    /// First characters of units.
    counted: Letters,
}

impl Claim {
    /// The phrases of one kind.
    pub fn phrases(&self, kind: ClaimKind) -> &[Phrase] {
        match kind {
            ClaimKind::Full => &self.full,
            ClaimKind::Short => &self.short,
            ClaimKind::None => &self.none,
        }
    }
}

impl Claims {
    pub(super) fn new(all: Vec<Claim>) -> Claims {
        let mut openings: Vec<Opening> = Vec::new();
        for (i, t) in all.iter().enumerate() {
            for kind in [ClaimKind::Full, ClaimKind::Short, ClaimKind::None] {
                for (p, phrase) in t.phrases(kind).iter().enumerate() {
                    let known = openings.iter().position(|o| o.words == phrase.first);
                    let at = known.unwrap_or(openings.len());
                    if known.is_none() {
                        openings.push(Opening { words: phrase.first.clone(), phrases: Vec::new(), denies: false });
                    }
                    openings[at].phrases.push((i, kind, p));
                    openings[at].denies |= kind == ClaimKind::None;
                }
            }
        }
        let mut starts: BTreeMap<char, Vec<usize>> = BTreeMap::new();
        for (i, opening) in openings.iter().enumerate() {
            opening.words.beginnings().into_iter().for_each(|c| starts.entry(c).or_default().push(i));
        }
        let letters = starts.keys().copied().collect();
        let units = all.iter().flat_map(|t| &t.units).filter_map(|u| u.first());
        let counted = units.filter_map(|l| if let Letter::Is(c) = l { Some(*c) } else { None }).collect();
        Claims { all, openings, starts, letters, counted }
    }

    /// The first characters of the units of figures.
    pub fn counted(&self) -> &Letters {
        &self.counted
    }

    /// The openings that may begin with a character.
    pub fn beginning(&self, c: char) -> impl Iterator<Item = &Opening> {
        let some = Some(c).filter(|c| self.letters.has(*c)).and_then(|c| self.starts.get(&c));
        some.into_iter().flatten().map(|i| &self.openings[*i])
    }
}

/// Whether a phrase contains a number.
pub(super) fn has_number(phrase: &Phrase) -> bool {
    phrase.rest.contains(&PhrasePart::Number)
}
