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
    pub(crate) groups: BTreeMap<String, Vec<String>>,
    pub(crate) between: Between,
    pub(crate) scope: Scope,
    pub(crate) about: About,
    pub(crate) years: Years,
    pub(crate) agencies: Agencies,
    pub(crate) private: Private,
    pub(crate) mailbox: Mailbox,
    pub(crate) drafts: Drafts,
    pub(crate) cut: CutWords,
}

/// Words that may occur between and after the words of a phrase.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Between {
    fill: Vec<String>,
    join: Vec<String>,
    tails: Vec<String>,
    /// Words that may directly follow a counted thing whose number precedes it.
    pub(crate) then: Vec<String>,
    /// Words that may occur between any two words.
    #[serde(skip)]
    pub(crate) fills: ByLetter,
    /// Words that join figures which are denied together.
    #[serde(skip)]
    pub(crate) joins: ByLetter,
    /// Words that may follow a denial.
    #[serde(skip)]
    pub(crate) ends: ByLetter,
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
    /// Whether the set contains a character; characters of other planes count as members.
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
    pub(crate) parts: Vec<String>,
    pub(crate) times: Vec<String>,
    pub(crate) whole: Vec<String>,
    pub(crate) within: String,
    pub(crate) doubt: String,
    pub(crate) denial: String,
    pub(crate) counts: Vec<String>,
    pub(crate) applicants: Vec<String>,
    pub(crate) government: String,
    pub(crate) all: String,
    pub(crate) everybody: Vec<String>,
    pub(crate) and: String,
    pub(crate) figures: Vec<String>,
    pub(crate) adverbs: Vec<String>,
    pub(crate) elsewhere: Vec<String>,
}

/// Words before and after an inexact number.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct About {
    pub(crate) vague: String,
    pub(crate) around: Vec<String>,
    pub(crate) above: Vec<String>,
    pub(crate) below: Vec<String>,
    /// First characters of these words.
    #[serde(skip)]
    pub(crate) begins: Letters,
}

/// Words by which the years in a text are judged.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Years {
    pub(crate) own: Vec<String>,
    pub(crate) deeds: Vec<String>,
    pub(crate) yearly: Vec<String>,
    pub(crate) past: Vec<String>,
    pub(crate) done: Vec<String>,
    pub(crate) compares: Vec<String>,
    pub(crate) list: String,
    pub(crate) plans: Vec<String>,
    pub(crate) presents: Vec<String>,
    pub(crate) subjects: Vec<String>,
    pub(crate) kinds: Vec<String>,
    pub(crate) period: Vec<String>,
    pub(crate) strict: Vec<String>,
    pub(crate) days: Vec<String>,
    pub(crate) until: Vec<String>,
    pub(crate) ends: Vec<String>,
    pub(crate) now: Vec<String>,
    pub(crate) today: Vec<String>,
    pub(crate) opens: Vec<String>,
    pub(crate) does: Vec<String>,
    pub(crate) at: String,
}

/// Words by which the names of agencies and their actions are recognised in a text.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Agencies {
    pub(crate) organs: Vec<String>,
    pub(crate) no_places: Vec<String>,
    pub(crate) bureaus: Vec<String>,
    pub(crate) broad: Vec<String>,
    pub(crate) leads: Vec<String>,
    pub(crate) lead_letters: Vec<String>,
    pub(crate) made_by: Vec<String>,
    pub(crate) makes: Vec<String>,
    pub(crate) ask: Vec<String>,
    pub(crate) asked: Vec<String>,
    pub(crate) report: Vec<String>,
    pub(crate) called: Vec<String>,
    pub(crate) acts: Vec<String>,
    pub(crate) matters: Vec<String>,
    pub(crate) with: Vec<String>,
    /// First letters of `made_by` and `ask`.
    #[serde(skip)]
    pub(crate) begins: Letters,
    /// First letters of `acts`.
    #[serde(skip)]
    pub(crate) acts_begin: Letters,
    /// Last letters of `bureaus`.
    #[serde(skip)]
    pub(crate) bureaus_end: Letters,
}

/// Words and prefixes that distinguish personal data from other numbers.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Private {
    pub(crate) mail: Vec<String>,
    pub(crate) regions: Vec<String>,
    pub(crate) cards: Vec<String>,
    pub(crate) cards_named: Vec<String>,
    pub(crate) card_words: Vec<String>,
    pub(crate) codes: Vec<String>,
    pub(crate) counted: Vec<String>,
    pub(crate) powers: Vec<String>,
    pub(crate) titles: Vec<String>,
    pub(crate) calls: Vec<String>,
    pub(crate) identity: Vec<String>,
    pub(crate) no_identity: Vec<String>,
}

/// Words that distinguish an office's e-mail address from a person's.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mailbox {
    pub(crate) contact: Vec<String>,
    pub(crate) labels: Vec<String>,
    pub(crate) given: Vec<String>,
    pub(crate) numbered: Vec<String>,
    pub(crate) roles: Vec<String>,
    pub(crate) called: Vec<String>,
    pub(crate) names: Vec<String>,
    pub(crate) filler: Vec<String>,
    pub(crate) surnames: String,
    pub(crate) no_names: Vec<String>,
    pub(crate) organs: String,
    pub(crate) spelt: Vec<String>,
    pub(crate) bodies: Vec<String>,
    pub(crate) matters: Vec<String>,
    pub(crate) initials: Vec<String>,
    pub(crate) finals: Vec<String>,
}

/// Words of placeholders and of remarks to a colleague.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Drafts {
    pub(crate) masks: String,
    pub(crate) before_figures: String,
    pub(crate) blanks: String,
    pub(crate) weak: String,
    pub(crate) numerals: String,
    pub(crate) units: Vec<String>,
    pub(crate) no_units: Vec<String>,
    pub(crate) organs: Vec<String>,
    pub(crate) leads: Vec<String>,
    pub(crate) fields: Vec<String>,
    pub(crate) instruct: Vec<String>,
    pub(crate) instructs: Vec<String>,
    pub(crate) applies: Vec<String>,
    pub(crate) certain: Vec<String>,
    pub(crate) latin: Vec<String>,
    pub(crate) fill_in: Vec<String>,
    pub(crate) dates: Vec<String>,
    pub(crate) versions: Vec<String>,
    pub(crate) titles: Vec<String>,
    pub(crate) subjects: Vec<String>,
    pub(crate) still: Vec<String>,
    pub(crate) waits: String,
    pub(crate) wants: Vec<String>,
    pub(crate) asks: String,
    pub(crate) todo: Vec<String>,
    pub(crate) todo_named: Vec<String>,
    pub(crate) todo_apart: Vec<String>,
    pub(crate) tails: Vec<String>,
    pub(crate) who: Vec<String>,
    pub(crate) alone: Vec<String>,
    /// Characters that a placeholder may begin with.
    #[serde(skip)]
    pub(crate) begins: Letters,
    /// Characters that a remark may begin with.
    #[serde(skip)]
    pub(crate) remarks: Letters,
}

/// Words and marks by which a sentence split into paragraphs is recognised.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CutWords {
    pub(crate) whole: String,
    pub(crate) open_ends: String,
    pub(crate) no_starts: String,
    pub(crate) units: Vec<String>,
    pub(crate) no_units: Vec<String>,
    pub(crate) words: Vec<String>,
    pub(crate) wants: Vec<String>,
    pub(crate) ends: Vec<String>,
    pub(crate) takes: Vec<String>,
    pub(crate) goes_on: Vec<String>,
    pub(crate) begins: Vec<String>,
    pub(crate) short: Vec<String>,
    pub(crate) opens: Vec<String>,
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
