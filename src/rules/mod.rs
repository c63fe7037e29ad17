//! The catalogue of rules: what each finding code means, as data (`form/rules.toml`, since it speaks in the words of the form).
//!
//! Takes a code, gives its rule and findings with the rule's severity. It checks nothing itself.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::model::{Finding, Severity};

/// One rule.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    pub code: String,
    pub title: String,
    pub severity: Severity,
    /// Whether nothing is written for a report that breaks it.
    #[serde(default)]
    pub refuses: bool,
    /// Whether it prevents publication although it is only a warning.
    #[serde(default)]
    pub blocks: bool,
    /// Whether it arises between the inputs of one run, and says nothing of one input alone.
    #[serde(default)]
    pub across: bool,
    /// Whether it may say how a workbook was written, which a report that is read from JSON can only repeat.
    #[serde(default)]
    pub reading: bool,
    pub meaning: String,
    /// The relation in the form's own words.
    pub formula: Option<String>,
    /// Clause, notice or convention it rests on.
    pub basis: String,
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

/// All rules, in the order of the catalogue.
pub fn all() -> &'static [Rule] {
    &RULES
}

/// The rule with this code, in either case.
pub fn rule(code: &str) -> Option<&'static Rule> {
    RULES.iter().find(|r| r.code.eq_ignore_ascii_case(code))
}

/// A code of the catalogue as findings carry it.
pub fn code(text: &str) -> Option<&'static str> {
    rule(text).map(|r| r.code.as_str()).filter(|code| *code == text)
}

/// A finding of a rule, with its severity. A code that is not in the catalogue is a fault of this program and becomes
/// an error, so that it cannot pass unseen.
pub fn finding(code: &'static str, message: impl Into<String>) -> Finding {
    Finding::new(code, rule(code).map_or(Severity::Error, |r| r.severity), message)
}

/// Whether any finding forbids writing the report.
pub fn refuses(findings: &[Finding]) -> bool {
    findings.iter().any(|f| rule(f.code).is_none_or(|r| r.refuses))
}

/// Whether a finding prevents publication unless it is waived: every error, and warnings marked so in the catalogue.
pub fn blocks(code: &str, severity: Severity) -> bool {
    severity == Severity::Error || rule(code).is_some_and(|r| r.blocks)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form;

    #[test]
    fn codes_stand_once_and_say_everything() {
        let mut codes: Vec<_> = all().iter().map(|r| r.code.as_str()).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), all().len());
        for r in all() {
            assert!(r.code.len() == 4 && r.code.is_ascii(), "{}", r.code);
            for text in [&r.title, &r.meaning, &r.basis, &r.example] {
                assert!(!text.is_empty(), "{}", r.code);
            }
            // What refuses is an error.
            assert!(!r.refuses || r.severity == Severity::Error, "{}", r.code);
            // Errors always block, so only warnings are marked.
            assert!(!r.blocks || r.severity == Severity::Warning, "{}", r.code);
        }
    }

    #[test]
    fn errors_and_what_must_not_be_public_block_a_publication() {
        for (code, severity, blocked) in [
            ("K301", Severity::Error, true),
            ("P601", Severity::Warning, true),
            ("P603", Severity::Warning, true),
            ("T503", Severity::Warning, false),
            ("N101", Severity::Note, false),
            ("Z999", Severity::Warning, false),
        ] {
            assert_eq!(blocks(code, severity), blocked, "{code}");
        }
    }

    #[test]
    fn every_relation_of_every_form_has_its_rule_with_a_formula() {
        for form in form::built_in() {
            let series = form.series.iter().map(|s| &s.code);
            for code in form.relations.iter().map(|r| &r.code).chain(series) {
                let rule = rule(code).unwrap();
                assert!(rule.formula.is_some(), "{}", rule.code);
            }
        }
    }

    #[test]
    fn every_code_in_the_sources_is_in_the_catalogue() {
        fn sources(dir: &std::path::Path, found: &mut Vec<String>) {
            for entry in std::fs::read_dir(dir).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    sources(&path, found);
                } else if path.extension().is_some_and(|e| e == "rs") {
                    let text = std::fs::read_to_string(&path).unwrap();
                    for part in text.split("finding(\"").skip(1) {
                        found.push(part.chars().take(4).collect());
                    }
                }
            }
        }
        let mut found = Vec::new();
        sources(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
        assert!(found.len() > 10, "{found:?}");
        for code in found.iter().filter(|c| !c.starts_with(')')) {
            assert!(rule(code).is_some(), "{code}");
        }
    }
}
