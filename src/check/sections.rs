//! T505: sections of the form without text. (A missing table is reported while reading.)

use crate::model::{Code, Finding, Origins, Place, Report, Section, finding};

pub(super) fn check(report: &Report, origins: &Origins) -> Vec<Finding> {
    let sections = report.form.sections.iter().zip(&report.sections).enumerate();
    // If the form leaves the headings to the agency, text anywhere in the report is enough.
    let has_text_anywhere =
        || report.preface.iter().chain(report.sections.iter().flat_map(Section::paragraphs)).any(|p| p.level == 0);
    let has_no_text = |content: &Section| match report.form.free_headings {
        true => !has_text_anywhere(),
        false => !content.paragraphs().any(|p| p.level == 0),
    };
    sections
        // A section with a table needs no text.
        .filter(|(_, (form, content))| form.table.is_none() && has_no_text(content))
        .map(|(i, (form, _))| {
            let message = format!("“{}”没有内容", form.heading);
            finding(Code::T505, message)
                .at(origins.source(Place::Section { section: i }).cloned())
                .hint(format!("请在工作表“{}”里填写，确实没有的写明“无”", form.sheet))
        })
        .collect()
}
