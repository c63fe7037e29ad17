//! The catalogue of rules: what each finding code means, as data (`form/rules.toml`, because it uses the words of the form).
//!
//! Takes a code, gives its rule: severity, what it blocks, whether it can be waived, formula, basis, example. It never checks
//! anything itself and knows no findings.

mod code;

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub use code::Code;

/// The severity of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Something was inferred or filled in.
    Note,
    /// Probably wrong; the report is not refused.
    Warning,
    /// Wrong.
    Error,
}

/// One rule.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Rule {
    /// The code of its findings.
    pub code: Code,
    /// What is wrong, in a few Chinese words.
    pub title: String,
    /// The severity of its findings, unless a finding states its own.
    pub severity: Severity,
    /// Whether a report with such a finding is refused: nothing is written for it.
    #[serde(default)]
    pub refuses: bool,
    /// Whether it prevents publication although it is only a warning.
    #[serde(default)]
    pub blocks: bool,
    /// Whether such a finding can be waived, so that the report is published despite it. Findings about content that was not
    /// understood, and about publishing itself, cannot be waived.
    #[serde(default = "yes")]
    pub waivable: bool,
    /// Whether the finding reports that an output could not be written although the input was understood.
    #[serde(default)]
    pub writing: bool,
    /// Whether the finding is about several inputs of a run, and not about one input alone.
    #[serde(default)]
    pub across: bool,
    /// Whether the finding may be about how a workbook was written, which a report that is read from JSON can only repeat.
    #[serde(default)]
    pub reading: bool,
    /// When it is reported and what follows, in Chinese sentences.
    pub meaning: String,
    /// The relation in the form's own words.
    pub formula: Option<String>,
    /// Clause, notice or convention that it is based on.
    pub basis: String,
    /// The message of a finding, as an example.
    pub example: String,
}

#[derive(Deserialize)]
struct Catalogue {
    rule: Vec<Rule>,
}

static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| {
    // Compiled in and parsed by a test: it cannot fail on a user's machine.
    toml::from_str::<Catalogue>(include_str!("../form/rules.toml")).expect("built-in catalogue").rule
});

const fn yes() -> bool {
    true
}

/// All rules, in the order of the catalogue.
pub fn all() -> &'static [Rule] {
    &RULES
}

/// The error for a text that is not a code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("没有代码为 {0} 的规则")]
pub struct UnknownCode(pub String);

impl Code {
    /// All codes, in the order of the catalogue.
    pub const ALL: &'static [Code] = &code::ALL;

    /// A letter and three digits, as users read and write it.
    pub const fn name(self) -> &'static str {
        code::NAMES[self as usize]
    }

    /// The entry of the catalogue.
    pub fn rule(self) -> &'static Rule {
        &RULES[self as usize]
    }

    /// The code with this name, in either case.
    pub fn in_either_case(name: &str) -> Option<Code> {
        Code::ALL.iter().copied().find(|code| code.name().eq_ignore_ascii_case(name))
    }

    /// Whether a finding of it prevents publication unless it is waived: every error, and warnings marked so in the catalogue.
    pub fn blocks(self, severity: Severity) -> bool {
        severity == Severity::Error || self.rule().blocks
    }
}

impl FromStr for Code {
    type Err = UnknownCode;

    fn from_str(name: &str) -> Result<Code, UnknownCode> {
        let code = Code::ALL.iter().copied().find(|code| code.name() == name);
        code.ok_or_else(|| UnknownCode(name.to_owned()))
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Ordered by name.
impl Ord for Code {
    fn cmp(&self, other: &Code) -> Ordering {
        self.name().cmp(other.name())
    }
}

impl PartialOrd for Code {
    fn partial_cmp(&self, other: &Code) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Code {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Code, D::Error> {
        let name = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        name.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form;

    #[test]
    fn the_type_is_made_from_the_catalogue_as_it_is() {
        let catalogue: toml::Table = toml::from_str(include_str!("../form/rules.toml")).unwrap();
        let names: Vec<_> = catalogue["rule"].as_array().unwrap().iter().map(|r| r["code"].as_str().unwrap()).collect();
        let codes: Vec<_> = Code::ALL.iter().map(|c| c.name()).collect();
        assert_eq!(names, codes, "stale, run `cargo xtask rules`");
        for (code, rule) in Code::ALL.iter().zip(all()) {
            assert_eq!((*code, format!("{code:?}")), (rule.code, code.name().to_owned()));
            assert_eq!(code.name().parse(), Ok(*code));
        }
    }

    #[test]
    fn rules_say_everything_and_agree_with_themselves() {
        for r in all() {
            for text in [&r.title, &r.meaning, &r.basis, &r.example] {
                assert!(!text.is_empty(), "{}", r.code);
            }
            // A rule that refuses has severity error, and cannot be waived.
            assert!(!r.refuses || r.severity == Severity::Error && !r.waivable, "{}", r.code);
            // Errors always block, so only warnings are marked.
            assert!(!r.blocks || r.severity == Severity::Warning, "{}", r.code);
        }
    }

    #[test]
    fn errors_and_what_must_not_be_public_block_a_publication() {
        for (code, severity, blocked) in [
            (Code::K301, Severity::Error, true),
            (Code::P601, Severity::Warning, true),
            (Code::P603, Severity::Warning, true),
            (Code::T503, Severity::Warning, false),
            (Code::N101, Severity::Note, false),
        ] {
            assert_eq!(code.blocks(severity), blocked, "{code}");
        }
    }

    #[test]
    fn every_relation_of_every_form_has_its_rule_with_a_formula() {
        for form in form::built_in() {
            let series = form.series.iter().map(|s| s.code);
            for code in form.relations.iter().map(|r| r.code).chain(series) {
                assert!(code.rule().formula.is_some(), "{code}");
            }
        }
    }
}
