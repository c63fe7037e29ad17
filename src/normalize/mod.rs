//! Workbook → report: tables found by their labels, numbers, sections, title, agency, year and edition.
//!
//! Takes a workbook and the known forms, gives a report with the origin of every part, and findings. Refuses what is not certain,
//! reports the cells, and never changes a number that is present.

mod axis_labels;
mod cache;
mod cover;
mod covered;
mod edition;
mod find;
mod flow;
mod fold;
mod form_labels;
mod heading;
mod json;
mod near;
pub(crate) mod numerals;
mod placed_headings;
mod remarks;
mod section_headings;
mod settle;
mod sheet_kind;
mod text;
mod texts;
mod title;
mod value;
mod values;
mod view;
mod wordings;

use std::sync::Arc;

use crate::form::{Form, labels};
use crate::import::{Cell, Content, MARKED, Sheet, Skipped, Workbook};
use crate::model::{Code, Finding, Origins, Place, Report, Source, finding, truncated};

pub use cache::Cache;
pub(crate) use json::{normalize as normalize_json, normalize_exact as normalize_json_exact};
pub use settle::settle;

/// How to read a workbook.
#[derive(Debug, Clone)]
pub struct Options {
    /// The forms that a workbook is compared with. Of two that fit equally well, the first is taken.
    pub forms: Vec<Arc<Form>>,
    /// Leave marks, spaces and quotes as they are.
    pub keep_text: bool,
}

impl Default for Options {
    fn default() -> Options {
        Options { forms: crate::form::built_in().to_vec(), keep_text: false }
    }
}

/// The content of a workbook, as far as it is certain.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Normalized {
    /// Contains unknown values where cells could not be read; the findings then refuse the report. `None` if no table of any form
    /// was found, or if a JSON is faulty.
    pub report: Option<Report>,
    /// The agency's name; `None` if no cover and no title states it. Also set for a refused report, as are year and edition.
    pub agency: Option<String>,
    /// The year that the report is about, in four digits; `None` if it is not stated or if two different years are.
    pub year: Option<u16>,
    /// The id of the form, such as `2021`; `None` unless all tables are of one edition.
    pub edition: Option<String>,
    /// The cell that each part of the report was read from.
    pub origins: Origins,
    /// Everything that was inferred, omitted or not understood, in the order in which it was found.
    pub findings: Vec<Finding>,
}

/// Reads a workbook as one report.
pub fn normalize(workbook: &Workbook, options: &Options, cache: &Cache) -> Normalized {
    let mut origins = Origins::default();
    let (uncovered, covered) = covered::without(workbook);
    let workbook = uncovered.as_ref().unwrap_or(workbook);
    let views: Vec<_> =
        workbook.sheets.iter().filter(|s| !s.hidden && !is_aid(s)).map(|s| view::View::new(s, cache)).collect();
    let hidden = || workbook.sheets.iter().filter(|s| s.hidden);
    let mut findings: Vec<Finding> = hidden()
        .filter(|s| !s.cells.is_empty() || !s.boxes.is_empty() || s.skipped.is_some())
        .map(|s| {
            let (why, hint) = skipped(s.skipped);
            finding(Code::N107, format!("工作表“{}”{why}，没有读取", s.name)).at(Source::sheet(&s.name)).hint(hint)
        })
        .collect();
    findings.extend(covered);
    for sheet in views.iter().map(|v| v.sheet) {
        findings.extend(sheet.boxes.first().map(|words| {
            let more = if sheet.boxes.len() > 1 { format!("等 {} 处", sheet.boxes.len()) } else { String::new() };
            let message = format!("工作表“{}”上的文本框没有采用：“{}”{more}", sheet.name, excerpt(words));
            finding(Code::N115, message).at(Source::sheet(&sheet.name)).hint("如果属于报告，请把文字写进单元格")
        }));
    }
    findings.extend(workbook.sheets.iter().filter(|s| !s.hidden && is_guide(s)).filter_map(|s| beside_guide(s, cache)));
    if let Some(s) = workbook.sheets.iter().find(|s| is_sources(s)) {
        findings.push(finding(Code::N113, format!("这是汇总工作簿，“{}”没有读取", s.name)).at(Source::sheet(&s.name)));
    }
    let closed = hidden().filter(|s| s.skipped.is_none());
    let known = || flow::agency_and_year(&workbook.name, &views, options, cache);
    let closed = closed.map(|s| Source::sheet(&s.name));
    let recognised = match edition::recognise(&options.forms, &views, cache, closed, || known().1) {
        Ok(recognised) => recognised,
        Err(nothing) => {
            findings.push(*nothing);
            let findings = findings.into_iter().map(Finding::in_reading).collect();
            let (agency, year) = known();
            return Normalized { report: None, agency, year, edition: None, origins, findings };
        }
    };
    let mut report = Report::blank(recognised.form.clone());
    findings.extend(recognised.findings.iter().cloned());
    findings.extend(values::read(&mut report, &recognised, &views, cache, &mut origins));
    let prose = flow::read(&workbook.name, &views, &recognised, options.keep_text, cache, &mut origins);
    // If tables are found twice, two reports in one workbook are already reported; headings that occur twice follow from that.
    let doubled = recognised.findings.iter().any(|f| f.code == Code::N204);
    findings.extend(prose.findings.into_iter().filter(|f| !doubled || f.code != Code::N204));
    (report.cover, report.preface, report.sections) = (prose.cover, prose.preface, prose.sections);
    let mut findings: Vec<Finding> = findings.into_iter().map(Finding::in_reading).collect();
    findings.extend(misdated(&report, &origins).filter(|_| recognised.certain));
    findings.extend(settle(&mut report, &origins).into_iter().map(Finding::in_reading));
    Normalized {
        agency: Some(report.cover.agency.clone()).filter(|a| !a.is_empty()),
        year: Some(report.cover.year).filter(|y| *y > 0),
        edition: recognised.certain.then(|| report.form.id.clone()),
        report: Some(report),
        origins,
        findings,
    }
}

/// Why a sheet is not read, and what to do about it.
fn skipped(why: Option<Skipped>) -> (&'static str, &'static str) {
    let move_it = "如果里面有报告的内容，请移到普通的工作表";
    match why {
        None => ("是隐藏的", "如果它属于报告，请取消隐藏"),
        Some(Skipped::Macro) => ("是宏表", move_it),
        Some(Skipped::Dialog) => ("是对话框表", move_it),
        Some(Skipped::Chart) => ("是图表", move_it),
        Some(Skipped::Missing) => {
            ("在文件里没有内容", "请用 Excel 或 WPS 打开核对：不需要就删去这张表，需要就重新拷贝文件")
        }
    }
}

/// The finding on a report of a year that its edition was not made for.
fn misdated(report: &Report, origins: &Origins) -> Option<Finding> {
    (report.cover.year != 0 && !report.form.covers(report.cover.year)).then(|| {
        let message = format!("{} 年的报告用的是 {} 版表样", report.cover.year, report.form.id);
        let hint = "请核对年度和表格；版本从表格的标签认出，以标签为准";
        finding(Code::N110, message).at(origins.source(Place::Title).cloned()).hint(hint)
    })
}

/// Whether a sheet is not part of the report: the instructions, the long-form data of a published workbook, or an additional
/// sheet of the sum over units.
fn is_aid(sheet: &Sheet) -> bool {
    let words = labels();
    let (data, troubles) = (&words.data, &words.sum.troubles);
    is_guide(sheet)
        || (*sheet.name == *data.sheet && begins(sheet, &data.head))
        || (*sheet.name == *troubles.sheet && begins(sheet, &troubles.head))
        || is_sources(sheet)
}

/// Whether a sheet contains the instructions of the standard workbook, of any version.
fn is_guide(sheet: &Sheet) -> bool {
    let guide = &labels().guide;
    let first = |c: &Cell| matches!(&c.content, Content::Text(t) if is_basis(t));
    *sheet.name == *guide.sheet && sheet.cells.iter().take(2).any(first)
}

/// Whether a text is the line of the instructions that names the notice.
fn is_basis(text: &str) -> bool {
    labels().guide.basis.split('{').next().is_some_and(|start| text.starts_with(start))
}

/// Reports content that was added to the sheet of the instructions, which is not read.
fn beside_guide(sheet: &Sheet, cache: &Cache) -> Option<Finding> {
    // The sheet's own lines are numbered in every version.
    let numbered = |text: &str| heading::is_numbered(text);
    let own = |text: &str| text == &*sheet.name || is_basis(text) || numbered(text);
    let view = view::View::new(sheet, cache);
    let mut remarks = remarks::Remarks::default();
    let others = sheet.cells.iter().filter(|c| match &c.content {
        Content::Text(text) => c.at.column > 0 || !text.trim().is_empty() && !own(text.trim()),
        _ => true,
    });
    others.for_each(|cell| remarks.add(&view, cell));
    remarks.outside_inputs()
}

/// Whether a sheet traces the totals of a sum over units.
fn is_sources(sheet: &Sheet) -> bool {
    let words = &labels().sum.sources;
    sheet.name.starts_with(&words.sheet) && begins(sheet, &words.head)
}

/// Whether the first cells of a sheet are these heads.
fn begins(sheet: &Sheet, head: &[String]) -> bool {
    let first = sheet.cells.get(..head.len()).unwrap_or_default();
    !first.is_empty() && first.iter().zip(head).all(|(c, h)| matches!(&c.content, Content::Text(t) if t == h))
}

/// The content of a cell as text, for messages and origins.
fn written(content: &Content) -> String {
    match content {
        Content::Text(t) | Content::HugeNumber(t) | Content::Other(t) | Content::Error(t) => t.clone(),
        Content::Number(n) => n.to_string(),
        Content::Bool(b) => if *b { "TRUE" } else { "FALSE" }.to_owned(),
        Content::Date(y, m, d) => format!("{y}-{m:02}-{d:02}"),
        Content::Uncomputed => String::new(),
    }
}

/// The beginning of a text for messages: one line of at most 24 characters.
fn excerpt(text: &str) -> String {
    let text = text.replace(MARKED, "");
    let line: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    truncated(&line, 24)
}

#[cfg(test)]
mod tests;
