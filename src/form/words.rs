//! The words of `text.toml`, which the checks of the text search for; shared by all editions.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::phrase::{self, Letter, Word};

/// Everything in `text.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TextWords {
    /// Groups of words that phrases refer to by name.
    pub groups: BTreeMap<String, Vec<String>>,
    pub between: Between,
    pub scope: Scope,
    pub about: About,
    pub years: Years,
    pub agencies: Agencies,
    pub private: Private,
    pub mailbox: Mailbox,
    pub drafts: Drafts,
    pub cut: CutWords,
}

/// Words that may occur between and after the words of a phrase.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Between {
    fill: Vec<String>,
    join: Vec<String>,
    tails: Vec<String>,
    /// Words that may directly follow a counted thing whose number precedes it.
    pub then: Vec<String>,
    /// Words that may occur between any two words.
    #[serde(skip)]
    pub fills: ByLetter,
    /// Words that join figures which are denied together.
    #[serde(skip)]
    pub joins: ByLetter,
    /// Words that may follow a denial.
    #[serde(skip)]
    pub ends: ByLetter,
}

/// A set of characters of the basic multilingual plane, for tests at every character of a text.
#[derive(Debug, Clone, PartialEq)]
pub struct Letters(Box<[u64; 1024]>);

impl Default for Letters {
    fn default() -> Letters {
        Letters(Box::new([0; 1024]))
    }
}

impl Letters {
    pub fn has(&self, c: char) -> bool {
        // Characters of other planes count as members; the exact test that follows decides.
        self.0.get(c as usize / 64).is_none_or(|bits| bits & (1 << (c as u32 % 64)) != 0)
    }
}

impl Extend<char> for Letters {
    fn extend<I: IntoIterator<Item = char>>(&mut self, all: I) {
        for c in all {
            if let Some(bits) = self.0.get_mut(c as usize / 64) {
                *bits |= 1 << (c as u32 % 64);
            }
        }
    }
}

impl FromIterator<char> for Letters {
    fn from_iter<I: IntoIterator<Item = char>>(all: I) -> Letters {
        let mut letters = Letters::default();
        letters.extend(all);
        letters
    }
}

/// Words by their first character, for searches at every character of a text.
#[derive(Debug, Default)]
pub struct ByLetter(BTreeMap<char, Vec<Word>>, Letters);

impl ByLetter {
    fn new(texts: &[String]) -> ByLetter {
        let mut all: BTreeMap<char, Vec<Word>> = BTreeMap::new();
        for word in phrase::words(texts.iter().map(String::as_str)) {
            if let Some(Letter::Is(c)) = word.first() {
                all.entry(*c).or_default().push(word);
            }
        }
        let letters = all.keys().copied().collect();
        ByLetter(all, letters)
    }

    /// The words that begin with a character, the longest first.
    pub fn beginning(&self, c: Option<&char>) -> &[Word] {
        c.filter(|c| self.1.has(**c)).and_then(|c| self.0.get(c)).map_or(&[], Vec::as_slice)
    }
}

/// Words that limit a clause to a part of the year or of the agency, or extend it to the whole.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scope {
    pub parts: Vec<String>,
    pub times: Vec<String>,
    pub whole: Vec<String>,
    pub within: String,
    pub doubt: String,
    pub denial: String,
    pub counts: Vec<String>,
    pub applicants: Vec<String>,
    pub government: String,
    pub all: String,
    pub everybody: Vec<String>,
    pub and: String,
    pub figures: Vec<String>,
    pub adverbs: Vec<String>,
    pub elsewhere: Vec<String>,
}

/// Words before and after an inexact number.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct About {
    pub vague: String,
    pub around: Vec<String>,
    pub above: Vec<String>,
    pub below: Vec<String>,
    /// First characters of these words.
    #[serde(skip)]
    pub begins: Letters,
}

/// Words by which the years in a text are judged.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Years {
    pub own: Vec<String>,
    pub deeds: Vec<String>,
    pub yearly: Vec<String>,
    pub past: Vec<String>,
    pub done: Vec<String>,
    pub compares: Vec<String>,
    pub list: String,
    pub plans: Vec<String>,
    pub presents: Vec<String>,
    pub subjects: Vec<String>,
    pub kinds: Vec<String>,
    pub period: Vec<String>,
    pub strict: Vec<String>,
    pub days: Vec<String>,
    pub until: Vec<String>,
    pub ends: Vec<String>,
    pub now: Vec<String>,
    pub today: Vec<String>,
    pub opens: Vec<String>,
    pub does: Vec<String>,
    pub at: String,
}

/// Words by which the names of agencies and their actions are recognised in a text.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Agencies {
    pub organs: Vec<String>,
    pub no_places: Vec<String>,
    pub bureaus: Vec<String>,
    pub broad: Vec<String>,
    pub leads: Vec<String>,
    pub lead_letters: Vec<String>,
    pub made_by: Vec<String>,
    pub makes: Vec<String>,
    pub ask: Vec<String>,
    pub asked: Vec<String>,
    pub report: Vec<String>,
    pub called: Vec<String>,
    pub acts: Vec<String>,
    pub matters: Vec<String>,
    pub with: Vec<String>,
    /// First letters of `made_by` and `ask`.
    #[serde(skip)]
    pub begins: Letters,
    /// First letters of `acts`.
    #[serde(skip)]
    pub acts_begin: Letters,
    /// Last letters of `bureaus`.
    #[serde(skip)]
    pub bureaus_end: Letters,
}

/// Words and prefixes that distinguish personal data from other numbers.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Private {
    pub mail: Vec<String>,
    pub regions: Vec<String>,
    pub cards: Vec<String>,
    pub cards_named: Vec<String>,
    pub card_words: Vec<String>,
    pub codes: Vec<String>,
    pub counted: Vec<String>,
    pub powers: Vec<String>,
    pub titles: Vec<String>,
    pub calls: Vec<String>,
    pub identity: Vec<String>,
    pub no_identity: Vec<String>,
}

/// Words that distinguish an office's e-mail address from a person's.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mailbox {
    pub contact: Vec<String>,
    pub labels: Vec<String>,
    pub given: Vec<String>,
    pub numbered: Vec<String>,
    pub roles: Vec<String>,
    pub called: Vec<String>,
    pub names: Vec<String>,
    pub filler: Vec<String>,
    pub surnames: String,
    pub no_names: Vec<String>,
    pub organs: String,
    pub spelt: Vec<String>,
    pub bodies: Vec<String>,
    pub matters: Vec<String>,
    pub initials: Vec<String>,
    pub finals: Vec<String>,
}

/// Words of placeholders and of remarks to a colleague.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Drafts {
    pub masks: String,
    pub before_figures: String,
    pub blanks: String,
    pub weak: String,
    pub numerals: String,
    pub units: Vec<String>,
    pub no_units: Vec<String>,
    pub organs: Vec<String>,
    pub leads: Vec<String>,
    pub fields: Vec<String>,
    pub instruct: Vec<String>,
    pub instructs: Vec<String>,
    pub applies: Vec<String>,
    pub certain: Vec<String>,
    pub latin: Vec<String>,
    pub fill_in: Vec<String>,
    pub dates: Vec<String>,
    pub versions: Vec<String>,
    pub titles: Vec<String>,
    pub subjects: Vec<String>,
    pub still: Vec<String>,
    pub waits: String,
    pub wants: Vec<String>,
    pub asks: String,
    pub todo: Vec<String>,
    pub todo_named: Vec<String>,
    pub todo_apart: Vec<String>,
    pub tails: Vec<String>,
    pub who: Vec<String>,
    pub alone: Vec<String>,
    /// Characters that a placeholder may begin with.
    #[serde(skip)]
    pub begins: Letters,
    /// Characters that a remark may begin with.
    #[serde(skip)]
    pub remarks: Letters,
}

/// Words and marks by which a sentence split into paragraphs is recognised.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CutWords {
    pub whole: String,
    pub open_ends: String,
    pub no_starts: String,
    pub units: Vec<String>,
    pub no_units: Vec<String>,
    pub words: Vec<String>,
    pub wants: Vec<String>,
    pub ends: Vec<String>,
    pub takes: Vec<String>,
    pub goes_on: Vec<String>,
    pub begins: Vec<String>,
    pub short: Vec<String>,
    pub opens: Vec<String>,
}

static WORDS: LazyLock<TextWords> = LazyLock::new(|| {
    // Compiled in and parsed by a test: it cannot fail on a user's machine.
    let mut words: TextWords = toml::from_str(include_str!("text.toml")).expect("built-in words");
    let b = &mut words.between;
    (b.fills, b.joins, b.ends) = (ByLetter::new(&b.fill), ByLetter::new(&b.join), ByLetter::new(&b.tails));
    let first = |words: &[&Vec<String>]| words.iter().copied().flatten().filter_map(|w| w.chars().next()).collect();
    let a = &mut words.about;
    a.begins = first(&[&a.around, &a.above, &a.below]);
    let d = &mut words.drafts;
    d.begins = first(&[&d.certain, &d.fill_in, &d.dates]);
    d.remarks = first(&[&d.subjects, &d.still, &d.alone]);
    let singles = |texts: [&String; 3]| texts.map(|t| t.chars().collect::<Vec<_>>()).concat();
    d.begins.extend(singles([&d.masks, &d.blanks, &d.weak]).into_iter().chain('A'..='Z').chain('a'..='z'));
    d.remarks.extend(d.waits.chars());
    let a = &mut words.agencies;
    a.acts_begin = first(&[&a.acts]);
    a.bureaus_end = a.bureaus.iter().filter_map(|w| w.chars().next_back()).collect();
    a.begins = first(&[&a.made_by, &a.ask]);
    words
});

/// The words of `text.toml`.
pub fn words() -> &'static TextWords {
    &WORDS
}
