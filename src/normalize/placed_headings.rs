//! Section headings with unknown wording, recognised by their number and their place between the others.
//!
//! Takes the lines of a workbook in reading order, returns the lines that are section headings although they match no wording of
//! the form. Only sections whose heading is missing are searched for; if several lines qualify, none is chosen.

use std::collections::BTreeMap;

use super::texts::Texts;
use super::wordings::Wordings;
use crate::form::Form;
use crate::model::Address;

/// Longest heading, in characters without its number.
const LONGEST: usize = 25;

/// A line of the workbook: sheet, cell and its number among the lines of the cell.
pub(super) type LineAt = (usize, Address, usize);

/// What a part of a workbook shows about the section that it belongs to.
enum Landmark {
    /// A heading, or a sheet name, that identifies a section.
    Section(usize),
    /// The table of a section.
    Table(usize),
    /// A line that may be the heading of a section.
    Candidate(usize, LineAt),
    /// Any other text.
    Words,
}

/// The landmarks of a workbook in reading order.
#[derive(Default)]
pub(super) struct Landmarks(Vec<Landmark>);

impl Landmarks {
    pub fn section(&mut self, section: usize) {
        self.0.push(Landmark::Section(section));
    }

    pub fn table(&mut self, section: usize) {
        if !matches!(self.0.last(), Some(Landmark::Table(s)) if *s == section) {
            self.0.push(Landmark::Table(section));
        }
    }

    /// Adds a line of text.
    pub fn line(&mut self, form: &Form, wordings: &Wordings, at: LineAt, line: &str, texts: &Texts) {
        let folded = texts.fold(line);
        let landmark = match &folded {
            Some(f) if wordings.section(f).is_some() => wordings.section(f).map(Landmark::Section),
            Some(f) if f.number.is_some() && !f.bracketed && is_short(line, &f.body) => {
                let numbered = |s: &crate::form::Section| texts.fold(&s.heading).is_some_and(|h| h.number == f.number);
                form.sections.iter().position(numbered).map(|s| Landmark::Candidate(s, at))
            }
            _ => None,
        };
        self.0.push(landmark.unwrap_or(Landmark::Words));
    }

    /// The lines that are section headings.
    pub fn headings(self, form: &Form) -> BTreeMap<LineAt, usize> {
        let landmarks = self.0;
        let mut found = BTreeMap::new();
        // By section, the position of a heading found in this way.
        let mut placed: BTreeMap<usize, usize> = BTreeMap::new();
        for section in 0..form.sections.len() {
            let named = |m: &Landmark| matches!(m, Landmark::Section(s) if *s == section);
            if landmarks.iter().any(named) {
                continue;
            }
            let earlier = |m: &Landmark| matches!(m, Landmark::Section(s) | Landmark::Table(s) if *s < section);
            let later = |m: &Landmark| {
                matches!(m, Landmark::Section(s) if *s > section) || matches!(m, Landmark::Table(s) if *s >= section)
            };
            let from = landmarks.iter().rposition(earlier).max(placed.values().max().copied()).map_or(0, |i| i + 1);
            let to = landmarks.iter().position(later).unwrap_or(landmarks.len());
            let here = landmarks.iter().enumerate().take(to).skip(from);
            let mut candidates = here.filter_map(|(i, m)| match m {
                Landmark::Candidate(s, at) if *s == section => Some((i, *at)),
                _ => None,
            });
            let (Some((place, at)), None) = (candidates.next(), candidates.next()) else { continue };
            let table = form.sections[section].table.is_some()
                && matches!(landmarks.get(to), Some(Landmark::Table(s)) if *s == section);
            let text = landmarks[place + 1..to.max(place + 1)].iter().any(|m| matches!(m, Landmark::Words));
            if table || text {
                found.insert(at, section);
                placed.insert(section, place);
            }
        }
        found
    }
}

/// Whether a line can be a heading: short, and not a sentence.
fn is_short(line: &str, body: &str) -> bool {
    body.chars().count() <= LONGEST && !line.contains(['。', '；', '：', ':', '，', ',', '？', '！'])
}
