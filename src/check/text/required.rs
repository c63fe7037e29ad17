//! T506: sections without a statement that the form requires of them.
//!
//! Takes a report, returns one warning per missing statement. Sections without any text are skipped (T505 reports them).

use crate::model::{Code, Finding, Origins, Place, Report, finding};

pub(super) fn check(report: &Report, origins: &Origins) -> Vec<Finding> {
    let required = report.form.required.iter().filter(|a| report.cover.year >= a.from_year);
    required
        .filter_map(|a| {
            let section = report.sections.get(a.section)?;
            let has_any = |words: &[String]| {
                section.paragraphs().any(|p| {
                    let text: String = p.text.chars().filter(|c| !c.is_whitespace()).collect();
                    words.iter().any(|w| text.contains(w.as_str()))
                })
            };
            // A section without text is reported by T505.
            if !section.paragraphs().any(|p| p.level == 0) || has_any(&a.words) {
                return None;
            }
            let source = origins.source(Place::Paragraph { section: a.section, paragraph: 0 });
            let source = source.or_else(|| origins.source(Place::Section { section: a.section })).cloned();
            let at = source.as_ref().map_or(String::new(), |s| format!("{s} "));
            let heading = &report.form.sections[a.section].heading;
            let quote: String = section.paragraphs().find(|p| p.level == 0)?.text.chars().take(QUOTED).collect();
            let message = format!("{at}“{heading}”写“{quote}”，没有说到{}", a.what);
            Some(finding(Code::T506, message).at(source).hint(&a.hint))
        })
        .collect()
}

/// Characters of the section's first paragraph that are quoted.
const QUOTED: usize = 20;
