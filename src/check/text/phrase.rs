//! Tests whether a phrase of the form occurs at a position of a text.
//!
//! Takes a paragraph, a phrase and a position, returns the position after the phrase and the number in it. Filler words may occur
//! between two of its words; the number of steps is bounded, so that no text makes it slow.

use super::numeral::{self, StatedNumber};
use super::plain::Plain;
use crate::form::{Phrase, PhrasePart, Word, words};

/// Most filler words between two words of a phrase.
const BETWEEN: usize = 8;
/// Most steps for one phrase at one place.
const STEPS: usize = 120;

/// Reads phrases of one figure in one paragraph.
pub struct PhraseReader<'a> {
    pub plain: &'a Plain<'a>,
    pub year: u16,
    pub units: &'a [Word],
    /// Filler words allowed in addition to the general ones.
    pub beside: &'a [Word],
}

impl PhraseReader<'_> {
    /// Reads a phrase that begins at `at`. Returns the position after it, and its number.
    pub fn read(&self, phrase: &Phrase, at: usize) -> Option<(usize, Option<StatedNumber>)> {
        self.behind(phrase, self.plain.ends(at, &phrase.first, self.year))
    }

    /// Like [`PhraseReader::read`], given the positions after the first words of the phrase.
    pub fn behind(
        &self,
        phrase: &Phrase,
        mut ends: impl Iterator<Item = usize>,
    ) -> Option<(usize, Option<StatedNumber>)> {
        let mut steps = STEPS;
        ends.find_map(|end| self.parts(&phrase.rest, end, &mut steps))
    }

    fn parts(&self, parts: &[PhrasePart], at: usize, steps: &mut usize) -> Option<(usize, Option<StatedNumber>)> {
        let Some((part, rest)) = parts.split_first() else { return Some((at, None)) };
        let mut at = at;
        for _ in 0..=BETWEEN {
            *steps = steps.checked_sub(1)?;
            match part {
                PhrasePart::Number => {
                    if let Some((stated, end)) = numeral::stated_number(self.plain, at, self.units) {
                        if rest.is_empty() {
                            return Some((end, Some(stated)));
                        }
                        // If words of the phrase follow the number, nothing that changes their meaning may come after:
                        // 收到4件申请, not 收到4件申请人的来信.
                        let (end, _) = self.parts(rest, end, steps).filter(|(end, _)| self.goes_on(*end))?;
                        return Some((end, Some(stated)));
                    }
                }
                PhrasePart::Words { any, .. } => {
                    for end in self.plain.ends(at, any, self.year) {
                        if let Some(found) = self.parts(rest, end, steps) {
                            return Some(found);
                        }
                    }
                    if matches!(part, PhrasePart::Words { optional: true, .. })
                        && let Some(found) = self.parts(rest, at, steps)
                    {
                        return Some(found);
                    }
                }
            }
            at = self.filled(at)?;
        }
        None
    }

    /// The position after the longest filler word at `at`.
    fn filled(&self, at: usize) -> Option<usize> {
        let (between, c) = (&words().between, self.plain.chars.get(at));
        let joins = between.joins.beginning(c).iter().filter(|_| !self.beside.is_empty());
        between
            .fills
            .beginning(c)
            .iter()
            .chain(joins)
            .chain(self.beside)
            .filter_map(|w| self.plain.word(at, w, self.year))
            .max()
    }

    /// Whether a clause ends at a position, or continues with words that do not change what was counted.
    fn goes_on(&self, at: usize) -> bool {
        self.plain.ends_at(at) || self.plain.longest(at, &words().between.then).is_some()
    }

    /// Whether only words that may follow a denial occur from `at` to the end of the clause.
    pub fn closes(&self, at: usize) -> bool {
        let mut at = at;
        let between = &words().between;
        for _ in 0..2 * BETWEEN {
            if self.plain.ends_at(at) {
                return true;
            }
            let c = self.plain.chars.get(at);
            let all = between.ends.beginning(c).iter().chain(between.joins.beginning(c)).chain(self.beside);
            match all.filter_map(|w| self.plain.word(at, w, self.year)).max() {
                Some(end) => at = end,
                None => return false,
            }
        }
        false
    }
}
