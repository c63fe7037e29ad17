//! A finding: one thing that is wrong or worth knowing, as a value.

mod wire;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Address, Source};
use crate::rules::{Code, Severity};

/// What a finding is derived from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Stage {
    /// How the workbook was written: the finding cannot be derived again from the report alone.
    Reading,
    /// The content of the report: the finding can be derived again from the report alone.
    #[default]
    Report,
}

/// Most places that a finding keeps besides its own: more than a table of the form has values, and few enough to bound the cost
/// of a workbook with a million faulty cells.
pub const MOST_PLACES: usize = 250;

/// Places of one finding while they are collected: the first ones, and the number of all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Places {
    kept: Vec<Source>,
    count: usize,
}

impl Places {
    /// Adds a place; beyond the limit it is only counted.
    pub fn push(&mut self, place: Source) {
        self.count += 1;
        // One more than the limit, because the first becomes the finding's own place.
        if self.kept.len() <= MOST_PLACES {
            self.kept.push(place);
        }
    }

    /// The first place; `None` if there is none.
    pub fn first(&self) -> Option<&Source> {
        self.kept.first()
    }

    /// Number of all places, including those not kept.
    pub fn count(&self) -> usize {
        self.count
    }
}

impl FromIterator<Source> for Places {
    fn from_iter<I: IntoIterator<Item = Source>>(all: I) -> Places {
        let mut places = Places::default();
        all.into_iter().for_each(|place| places.push(place));
        places
    }
}

/// One finding. Built with [`finding`] or [`Finding::new`] and the methods that set its parts.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// Its code in the catalogue of rules.
    pub code: Code,
    /// Usually that of its rule.
    pub severity: Severity,
    /// Whether the report alone determines it.
    pub stage: Stage,
    /// Its own place; `None` if it is about no particular place of the input.
    pub source: Option<Source>,
    /// One Chinese sentence that names the places that matter.
    pub message: String,
    /// The value that the place should have; `None` if the finding compares nothing.
    pub expected: Option<String>,
    /// The value that it has instead.
    pub found: Option<String>,
    /// Further places, at most [`MOST_PLACES`] of them.
    pub related: Vec<Source>,
    /// Number of places beyond those.
    pub more: usize,
    /// What to do about it, in Chinese; `None` if the message suffices.
    pub hint: Option<String>,
    /// The waiver, if the report was published despite the finding.
    pub waived: Option<Waived>,
}

/// A waiver of a finding: who decided it, when and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Waived {
    /// Name of the person who decided it.
    pub who: String,
    /// The day on which it was decided, as `2025-01-20`.
    pub date: String,
    /// Why the report may be published despite the finding.
    pub reason: String,
}

/// A finding of a code, with the severity of its rule.
pub fn finding(code: Code, message: impl Into<String>) -> Finding {
    Finding::new(code, code.rule().severity, message)
}

/// Whether any finding forbids writing the report.
pub fn refuses(findings: &[Finding]) -> bool {
    findings.iter().any(|f| f.code.rule().refuses)
}

/// Remark on a warning that blocks publication.
pub const BLOCKS: &str = "改正或豁免以前不能公布";

impl Finding {
    /// A finding with another severity than that of its rule.
    pub fn new(code: Code, severity: Severity, message: impl Into<String>) -> Finding {
        Finding {
            code,
            severity,
            stage: Stage::Report,
            source: None,
            message: message.into(),
            expected: None,
            found: None,
            related: Vec::new(),
            more: 0,
            hint: None,
            waived: None,
        }
    }

    /// Sets its own place.
    pub fn at(mut self, source: impl Into<Option<Source>>) -> Finding {
        self.source = source.into();
        self
    }

    /// Sets the value that was expected.
    pub fn expected(mut self, text: impl ToString) -> Finding {
        self.expected = Some(text.to_string());
        self
    }

    /// Sets the value that was found.
    pub fn found(mut self, text: impl ToString) -> Finding {
        self.found = Some(text.to_string());
        self
    }

    /// Adds further places; those beyond [`MOST_PLACES`] are only counted.
    pub fn related(mut self, sources: impl IntoIterator<Item = Source>) -> Finding {
        let mut sources = sources.into_iter();
        let room = MOST_PLACES.saturating_sub(self.related.len());
        self.related.extend(sources.by_ref().take(room));
        self.more += sources.count();
        self
    }

    /// Sets the first of these places as the finding's own and adds the others as related places.
    pub fn at_all(mut self, places: Places) -> Finding {
        let Places { kept, count } = places;
        self.more += count - kept.len();
        let mut kept = kept.into_iter();
        self.source = kept.next();
        self.related(kept)
    }

    /// Sets the stage to [`Stage::Reading`].
    pub fn in_reading(mut self) -> Finding {
        self.stage = Stage::Reading;
        self
    }

    /// Whether it prevents publication unless it is waived.
    pub fn blocks(&self) -> bool {
        self.code.blocks(self.severity)
    }

    /// Whether it prevents publication and can be waived.
    pub fn is_waivable(&self) -> bool {
        self.blocks() && self.code.rule().waivable
    }

    /// Whether it prevents publication although it is not an error.
    pub fn blocks_as_warning(&self) -> bool {
        self.severity < Severity::Error && self.blocks()
    }

    /// Its code, with the remark `BLOCKS` if it is a warning that blocks publication and is not waived.
    pub fn coded(&self) -> String {
        let blocks = self.blocks_as_warning() && self.waived.is_none();
        if blocks { format!("{}，{BLOCKS}", self.code) } else { self.code.to_string() }
    }

    /// The name of the sheet it is on, if any.
    pub fn sheet(&self) -> Option<&str> {
        self.source.as_ref().and_then(Source::sheet_name)
    }

    /// The cell it is about, if any.
    pub fn cell(&self) -> Option<Address> {
        self.source.as_ref()?.cell
    }

    /// Its own place, if any, and the related ones.
    pub fn places(&self) -> impl Iterator<Item = &Source> {
        self.source.iter().chain(&self.related)
    }

    /// A remark with the number of places that are not listed; empty if all are.
    pub fn unshown(&self) -> String {
        if self.more > 0 { format!("（另有 {} 处没有一一标出）", self.more) } else { String::new() }
    }

    /// Whether it only counts findings of its code that were not listed: it has no place, and the message is the same for every
    /// code.
    pub fn is_remainder(&self) -> bool {
        self.more > 0 && self.source.is_none()
    }

    /// Sets what to do about it.
    pub fn hint(mut self, text: impl Into<String>) -> Finding {
        self.hint = Some(text.into());
        self
    }
}

/// Most findings of one code that are listed; the others are counted. What findings block depends on their code and severity, and
/// the finding for the rest has the greatest severity, so that counting changes no decision.
pub const MOST_ALIKE: usize = 250;

/// Findings while they are collected: the first of each code, and the number of the others.
#[derive(Debug, Clone, Default)]
pub struct Findings {
    all: Vec<Finding>,
    codes: BTreeMap<Code, Alike>,
}

/// The findings of one code.
#[derive(Debug, Clone)]
struct Alike {
    /// Number of findings kept.
    kept: usize,
    /// Number and greatest severity of those only counted.
    counted: usize,
    severity: Severity,
    /// Stage of the first finding.
    stage: Stage,
}

impl Findings {
    /// Adds a finding; beyond [`MOST_ALIKE`] of its code it is only counted.
    pub fn push(&mut self, finding: Finding) {
        let none = Alike { kept: 0, counted: 0, severity: Severity::Note, stage: finding.stage };
        let alike = self.codes.entry(finding.code).or_insert(none);
        if alike.kept < MOST_ALIKE {
            alike.kept += 1;
            self.all.push(finding);
        } else {
            alike.counted += 1;
            alike.severity = finding.severity.max(alike.severity);
        }
    }

    /// The findings in order; if some of a code were not listed, a finding with their number follows the last of that code.
    pub fn into_vec(self) -> Vec<Finding> {
        let mut all = self.all;
        for (code, Alike { counted, severity, stage, .. }) in self.codes.into_iter().filter(|(_, a)| a.counted > 0) {
            let rest =
                Finding { stage, more: counted, ..Finding::new(code, severity, "这样的问题没有全部列出") };
            let last = all.iter().rposition(|f| f.code == code).map_or(all.len(), |i| i + 1);
            all.insert(last, rest.hint("请先改正已经列出的，再检查一次"));
        }
        all
    }
}

impl Extend<Finding> for Findings {
    fn extend<I: IntoIterator<Item = Finding>>(&mut self, findings: I) {
        findings.into_iter().for_each(|f| self.push(f));
    }
}

impl FromIterator<Finding> for Findings {
    fn from_iter<I: IntoIterator<Item = Finding>>(findings: I) -> Findings {
        let mut all = Findings::default();
        all.extend(findings);
        all
    }
}

impl IntoIterator for Findings {
    type Item = Finding;
    type IntoIter = std::vec::IntoIter<Finding>;

    fn into_iter(self) -> Self::IntoIter {
        self.into_vec().into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(row: u32) -> Source {
        Source::cell(&"表".into(), Address { row, column: 0 })
    }

    #[test]
    fn a_finding_keeps_the_first_places_and_counts_the_others() {
        let f = Finding::new(Code::N111, Severity::Warning, "").at_all((0..1000).map(cell).collect());
        assert_eq!((f.source.as_ref(), f.related.len(), f.more), (Some(&cell(0)), MOST_PLACES, 999 - MOST_PLACES));
        let f = f.related((0..5).map(cell));
        assert_eq!((f.related.len(), f.more), (MOST_PLACES, 1004 - MOST_PLACES));
        let few = Finding::new(Code::N111, Severity::Warning, "").at_all((0..3).map(cell).collect());
        assert_eq!((few.related.len(), few.more), (2, 0));
        assert_eq!(Finding::new(Code::N111, Severity::Warning, "").at_all(Places::default()).source, None);
    }

    #[test]
    fn findings_of_a_code_are_listed_up_to_a_number_and_none_of_them_is_forgotten() {
        let one = |code, severity| Finding::new(code, severity, "").in_reading();
        let all: Findings = (0..MOST_ALIKE)
            .map(|_| one(Code::N202, Severity::Note))
            .chain([one(Code::N111, Severity::Note), one(Code::N202, Severity::Error), one(Code::N202, Severity::Note)])
            .collect();
        let all = all.into_vec();
        let rest = &all[MOST_ALIKE];
        assert_eq!((all.len(), rest.code, rest.severity), (MOST_ALIKE + 2, Code::N202, Severity::Error));
        assert!(rest.more == 2 && rest.source.is_none() && rest.stage == Stage::Reading, "{rest:?}");
    }
}
