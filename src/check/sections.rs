//! T505: every section of the form is there and says something. (A missing table is found while reading.)

use crate::model::{Finding, Origins, Place, Report};
use crate::rules::finding;

pub(super) fn check(report: &Report, origins: &Origins) -> Vec<Finding> {
    let sections = report.form.sections.iter().zip(&report.sections).enumerate();
    sections
        // A section that holds a table has said what it must.
        .filter(|(_, (form, content))| form.table.is_none() && !content.paragraphs().any(|p| p.level == 0))
        .map(|(i, (form, _))| {
            let message = format!("“{}”没有内容", form.heading);
            finding("T505", message)
                .at(origins.source(Place::Section { section: i }).cloned())
                .hint(format!("请在工作表“{}”里填写，确实没有的写明“无”", form.sheet))
        })
        .collect()
}
