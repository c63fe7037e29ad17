//! What a report's text tells of its tables, and what the form asks the text to say.

use std::collections::BTreeMap;

use super::phrase::{AnyOf, Letter, Part, Phrase, Word};
use super::words::Letters;

/// A value of a form: table and slot.
pub type Slot = (usize, usize);

/// A figure that texts tell: the phrases it is told in and the values of the form that it must agree with.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    /// What it is, for messages, e.g. 收到的政府信息公开申请.
    pub what: String,
    /// Sums of values; what is told agrees with one of them at least. The first is the one that is named.
    pub sums: Vec<Vec<Slot>>,
    /// What the figure is instead where one of these follows it: （含上年结转…）.
    pub including: Option<(Vec<Phrase>, Vec<Slot>)>,
    /// Phrases with a number that say by themselves what they count.
    pub full: Vec<Phrase>,
    /// Phrases with a number that say it only where the text speaks of `about`.
    pub short: Vec<Phrase>,
    /// Phrases that say there was none.
    pub none: Vec<Phrase>,
    /// Units that the number is told in.
    pub units: Vec<Word>,
    /// How many yuan one unit of the table is, since texts tell money in yuan or 万 of them; 1 for counts.
    pub scale: i64,
    /// One of these stands before a short phrase, in its paragraph or a heading above it.
    pub about: Vec<String>,
    /// None of these stands before a phrase in its clause.
    pub not: Vec<String>,
    /// None of these stands in what is told or right behind it.
    pub nor: Vec<String>,
    /// Figures that are denied in one breath with this one.
    pub beside: Vec<Word>,
    /// Whether it is a part of another figure, and told as one: 其中.
    pub within: bool,
}

/// How a phrase tells a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    Full,
    Short,
    None,
}

/// Something that a section must speak of.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    pub section: usize,
    /// What it must speak of, for the message.
    pub what: String,
    /// Any of these words speaks of it.
    pub words: Vec<String>,
    /// What to do where none is there.
    pub hint: String,
    /// The first year of which it is asked.
    pub from_year: u16,
}

/// Words that phrases begin with, and those phrases: the words are looked for once for all of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Opening {
    pub words: AnyOf,
    /// Which figure, how told, and which of its phrases.
    pub phrases: Vec<(usize, Way, usize)>,
    /// Whether one of them says that there was none, and so needs no number.
    pub denies: bool,
}

/// Everything that the texts of a form tell, found by the letter that a phrase begins with.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Telling {
    pub told: Vec<Told>,
    openings: Vec<Opening>,
    /// Which of them may begin with a letter.
    starts: BTreeMap<char, Vec<usize>>,
    letters: Letters,
    /// What units begin with.
    counted: Letters,
}

impl Told {
    /// The phrases that tell it in one way.
    pub fn phrases(&self, way: Way) -> &[Phrase] {
        match way {
            Way::Full => &self.full,
            Way::Short => &self.short,
            Way::None => &self.none,
        }
    }
}

impl Telling {
    pub(super) fn new(told: Vec<Told>) -> Telling {
        let mut openings: Vec<Opening> = Vec::new();
        for (i, t) in told.iter().enumerate() {
            for way in [Way::Full, Way::Short, Way::None] {
                for (p, phrase) in t.phrases(way).iter().enumerate() {
                    let known = openings.iter().position(|o| o.words == phrase.first);
                    let at = known.unwrap_or(openings.len());
                    if known.is_none() {
                        openings.push(Opening { words: phrase.first.clone(), phrases: Vec::new(), denies: false });
                    }
                    openings[at].phrases.push((i, way, p));
                    openings[at].denies |= way == Way::None;
                }
            }
        }
        let mut starts: BTreeMap<char, Vec<usize>> = BTreeMap::new();
        for (i, opening) in openings.iter().enumerate() {
            opening.words.beginnings().into_iter().for_each(|c| starts.entry(c).or_default().push(i));
        }
        let letters = starts.keys().copied().collect();
        let units = told.iter().flat_map(|t| &t.units).filter_map(|u| u.first());
        let counted = units.filter_map(|l| if let Letter::Is(c) = l { Some(*c) } else { None }).collect();
        Telling { told, openings, starts, letters, counted }
    }

    /// The letters that units of figures begin with.
    pub fn counted(&self) -> &Letters {
        &self.counted
    }

    /// The openings that may begin with a letter.
    pub fn beginning(&self, c: char) -> impl Iterator<Item = &Opening> {
        let some = Some(c).filter(|c| self.letters.has(*c)).and_then(|c| self.starts.get(&c));
        some.into_iter().flatten().map(|i| &self.openings[*i])
    }
}

/// Whether a phrase tells a number.
pub(super) fn has_number(phrase: &Phrase) -> bool {
    phrase.rest.contains(&Part::Number)
}
