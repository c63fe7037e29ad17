//! Workbook → report: tables found by their labels, numbers, sections, title, agency, year and edition.
//!
//! Takes a workbook and the known forms, gives a report with the origin of every part, and findings. It refuses where it
//! cannot be certain, names the cells, and never changes a number that is present.

mod cover;
mod covered;
mod edition;
mod find;
mod flow;
mod fold;
mod heading;
mod heads;
mod json;
mod known;
mod settle;
mod text;
mod title;
mod value;
mod view;
mod wordings;

use std::sync::Arc;

use crate::form::{Form, Kind, labels};
use crate::import::{Content, MARKED, Sheet, Shown, Workbook};
use crate::model::{Finding, Origins, Place, Report, Source, Value};
use crate::rules::{self, finding};

pub use json::normalize as normalize_json;
pub use settle::settle;

/// How to read a workbook.
#[derive(Debug, Clone)]
pub struct Options {
    pub forms: Vec<Arc<Form>>,
    /// Leave marks, spaces and quotes as they are.
    pub keep_text: bool,
}

impl Default for Options {
    fn default() -> Options {
        Options { forms: crate::form::built_in().to_vec(), keep_text: false }
    }
}

/// What a workbook says, or why it cannot be said.
#[derive(Debug, Clone)]
pub struct Normalized {
    /// `None` when something could not be placed with certainty: the findings say what.
    pub report: Option<Report>,
    pub origins: Origins,
    pub findings: Vec<Finding>,
}

/// Reads a workbook as one report.
pub fn normalize(workbook: &Workbook, options: &Options) -> Normalized {
    let mut origins = Origins::default();
    let (uncovered, covered) = covered::without(workbook);
    let workbook = uncovered.as_ref().unwrap_or(workbook);
    let views: Vec<_> = workbook.sheets.iter().filter(|s| !s.hidden && !is_aid(s)).map(view::View::new).collect();
    let hidden = || workbook.sheets.iter().filter(|s| s.hidden);
    let mut findings: Vec<Finding> = hidden()
        .filter(|s| !s.cells.is_empty())
        .map(|s| {
            let message = format!("工作表“{}”是隐藏的，没有读取", s.name);
            finding("N107", message).at(Source::sheet(&s.name)).hint("如果它属于报告，请取消隐藏")
        })
        .collect();
    findings.extend(covered);
    for sheet in views.iter().map(|v| v.sheet) {
        findings.extend(sheet.boxes.first().map(|words| {
            let more = if sheet.boxes.len() > 1 { format!("等 {} 处", sheet.boxes.len()) } else { String::new() };
            let message = format!("工作表“{}”上的文本框没有采用：“{}”{more}", sheet.name, short(words));
            finding("N115", message).at(Source::sheet(&sheet.name)).hint("如果属于报告，请把文字写进单元格")
        }));
    }
    if let Some(s) = workbook.sheets.iter().find(|s| is_sources(s)) {
        findings.push(finding("N113", format!("这是汇总工作簿，“{}”没有读取", s.name)).at(Source::sheet(&s.name)));
    }
    let recognised = match edition::recognise(&options.forms, &views, hidden().map(|s| Source::sheet(&s.name))) {
        Ok(recognised) => recognised,
        Err(refused) => {
            findings.extend(refused);
            return Normalized { report: None, origins, findings };
        }
    };
    let mut report = Report::blank(recognised.form.clone());
    findings.extend(recognised.findings.iter().cloned());
    findings.extend(values(&mut report, &recognised, &views, &mut origins));
    let words = flow::read(&workbook.name, &views, &recognised, options.keep_text, &mut origins);
    findings.extend(words.findings);
    (report.cover, report.preface, report.sections) = (words.cover, words.preface, words.sections);
    let mut findings: Vec<Finding> = findings.into_iter().map(Finding::in_reading).collect();
    findings.extend(misdated(&report, &origins));
    findings.extend(settle(&mut report, &origins).into_iter().map(Finding::in_reading));
    let report = (!rules::refuses(&findings)).then_some(report);
    Normalized { report, origins, findings }
}

/// A report of a year that its edition was not made for.
fn misdated(report: &Report, origins: &Origins) -> Option<Finding> {
    (report.cover.year != 0 && !report.form.covers(report.cover.year)).then(|| {
        let message = format!("{} 年的报告用的是 {} 版表样", report.cover.year, report.form.id);
        let hint = "请核对年度和表格；版本从表格的标签认出，以标签为准";
        finding("N110", message).at(origins.source(Place::Title).cloned()).hint(hint)
    })
}

/// A sheet that is an aid and not part of the report: the instructions, the long-form data of a published workbook, or
/// what the sum over units has beside its totals.
fn is_aid(sheet: &Sheet) -> bool {
    let words = labels();
    let (data, troubles) = (&words.data, &words.sum.troubles);
    *sheet.name == *words.guide.sheet
        || (*sheet.name == *data.sheet && begins(sheet, &data.head))
        || (*sheet.name == *troubles.sheet && begins(sheet, &troubles.head))
        || is_sources(sheet)
}

/// A sheet that traces the totals of a sum over units.
fn is_sources(sheet: &Sheet) -> bool {
    let words = &labels().sum.sources;
    sheet.name.starts_with(&words.sheet) && begins(sheet, &words.head)
}

/// Whether the first cells of a sheet are these heads.
fn begins(sheet: &Sheet, head: &[String]) -> bool {
    let first = sheet.cells.get(..head.len()).unwrap_or_default();
    !first.is_empty() && first.iter().zip(head).all(|(c, h)| matches!(&c.content, Content::Text(t) if t == h))
}

/// Reads every value of the form from its cell.
fn values(
    report: &mut Report,
    recognised: &edition::Recognised,
    views: &[view::View<'_>],
    origins: &mut Origins,
) -> Vec<Finding> {
    let form = &recognised.form;
    let known = known::OfForm::of(form);
    let mut findings = Vec::new();
    for (t, blocks) in recognised.places.iter().enumerate() {
        let table = &form.tables[t];
        let totals = &known.totals[t];
        let mut hidden = Vec::new();
        for (b, (block, place)) in table.blocks.iter().zip(blocks).enumerate() {
            let view = &views[place.sheet];
            let sheet = &view.sheet.name;
            let heads: Vec<_> = place.heads.iter().map(|h| view.text(*h).and_then(value::unit_in_head)).collect();
            let title = place.title.and_then(|t| view.text(t)).and_then(value::unit_in_head);
            for (row, cells) in place.rows.iter().enumerate() {
                let Some(cells) = cells else { continue };
                let label_text = place.row_labels[row].and_then(|l| view.text(l));
                let label = label_text.and_then(value::unit_in_head);
                let unit_text = place.units[row].and_then(|u| view.text(u));
                let beside = unit_text.and_then(value::unit_alone);
                // What the form prints beside the row, the workbook must mean too.
                if let Some(word) = block.unit_word(row) {
                    let said = [beside.clone(), label_text.and_then(value::unit_in_brackets)];
                    let other = |w: &String| w != word && !value::is_convertible(w, word);
                    if let Some(other) = said.into_iter().flatten().find(other) {
                        let at = place.units[row].or(place.row_labels[row]).unwrap_or(cells[0]);
                        let message = format!("{} {at} 的单位是“{}”，表样规定的是“{word}”", table.name, short(&other));
                        let fix = "请核对这个数字是按哪个单位填的，改成表样规定的单位";
                        findings.push(finding("N201", message).at(Source::cell(sheet, at)).found(other).hint(fix));
                    }
                }
                let beside = beside.as_deref().and_then(value::unit_in_head);
                for (column, at) in cells.iter().enumerate() {
                    let slot = table.slot(crate::form::SlotAt { block: b, row, column });
                    let (kind, unit) = table.kind(slot);
                    let content = view.content(at.row, at.column);
                    let source = Source::cell(sheet, *at);
                    let of_value = Place::Value { table: t, slot };
                    origins.note(of_value, source.clone(), content.map(written).unwrap_or_default());
                    let written = origins.written(of_value).unwrap_or_default();
                    if view.sheet.hides(*at) {
                        hidden.push(source.clone());
                    }
                    let named = || [heads[column], beside, label, title].into_iter().flatten();
                    if kind == Kind::Amount && named().any(|u| Some(u) != named().next()) {
                        let message = format!("{} {at} 的单位在表里写得不一致，不能确定是哪一个", table.name);
                        findings.push(finding("N201", message).at(source.clone()).hint("请把单位改成一致"));
                    }
                    // A unit that the form has itself is no news; any other number or unit is not the one that is held.
                    let same = |s: Shown| s == Shown::Padded || unit.is_some_and(|u| s == Shown::Unit(u));
                    let number = matches!(content, Some(Content::Number(n)) if !n.is_zero());
                    if let Some(shown) = view.sheet.shown(*at).filter(|s| number && !same(*s)) {
                        let (message, hint) = if shown == Shown::Marked {
                            let message = format!("{} {at} 的 {written} 是划掉的，或者是上标、下标", table.name);
                            (message, "作废的数字请删去重填，有效的请去掉删除线、上标和下标")
                        } else {
                            let what = "的数字格式带单位、缩放或别的数字，看到的与保存的";
                            let message = format!("{} {at} {what} {written} 不是一回事", table.name);
                            (message, "请把单元格格式改为常规，重新核对这个数字")
                        };
                        findings.push(finding("N201", message).at(source.clone()).found(written).hint(hint));
                    }
                    let total = totals.contains(&slot);
                    let place = || format!("{} {at} ", table.name);
                    let counter = block.unit_word(row);
                    report.tables[t][slot] = match value::read(content, kind, unit, named().next(), counter) {
                        Ok((value, remark)) => {
                            findings
                                .extend(remark.map(|r| note(r, &place(), written, &value, unit.is_some()).at(source)));
                            value
                        }
                        // What a total's formula would have given, the form says.
                        Err(value::Unreadable::Uncomputed) if total => Value::Blank,
                        Err(why) => {
                            let fault = unreadable(&why, &place(), written, table.unit_word(slot));
                            findings.push(fault.at(source).found(written));
                            Value::Blank
                        }
                    };
                }
            }
            debug_assert_eq!(place.rows.len(), block.row_count());
        }
        if let Some(first) = hidden.first() {
            let message = format!("{}有 {} 个格子在隐藏的行或列里，已照常读取", table.name, hidden.len());
            let f = finding("N107", message).at(first.clone()).related(hidden.iter().skip(1).cloned());
            findings.push(f.hint("请取消隐藏，核对这些数字"));
        }
    }
    findings
}

/// A cell as its writer sees it.
fn written(content: &Content) -> String {
    match content {
        Content::Text(t) | Content::HugeNumber(t) | Content::Other(t) | Content::Error(t) => t.clone(),
        Content::Number(n) => n.to_string(),
        Content::Bool(b) => if *b { "TRUE" } else { "FALSE" }.to_owned(),
        Content::Date(y, m, d) => format!("{y}-{m:02}-{d:02}"),
        Content::Uncomputed => String::new(),
    }
}

fn note(remark: value::Remark, place: &str, written: &str, value: &Value, has_unit: bool) -> Finding {
    let written = short(written);
    match remark {
        value::Remark::Unit if has_unit => finding("N103", format!("{place}的“{written}”按表样的单位记为 {value}")),
        value::Remark::Unit => finding("N103", format!("{place}的“{written}”记为 {value}")),
        value::Remark::Spelling => finding("N104", format!("{place}的文本“{written}”读作数字 {value}")),
    }
}

fn unreadable(why: &value::Unreadable, place: &str, written: &str, unit: Option<&str>) -> Finding {
    let written = short(written);
    match why {
        value::Unreadable::NotANumber => {
            finding("N201", format!("{place}的“{written}”不是数字")).hint("请改为阿拉伯数字，没有发生的填 0")
        }
        value::Unreadable::OtherUnit => {
            let unit = unit.unwrap_or_default();
            finding("N201", format!("{place}的“{written}”与表样规定的单位“{unit}”不合"))
                .hint("请核对这个数字，去掉单位")
        }
        value::Unreadable::Forbidden(reason) => {
            finding("K305", format!("{place}的 {written} {reason}")).hint("请核对后改正")
        }
        value::Unreadable::Uncomputed => finding("N208", format!("{place}是没有计算结果的公式"))
            .hint("请用 Excel 或 WPS 打开、保存一次，或直接填写数字"),
        value::Unreadable::Error => {
            finding("N209", format!("{place}是错误值 {written}")).hint("请改正公式，或直接填写数字")
        }
    }
}

fn short(text: &str) -> String {
    let text = text.replace(MARKED, "");
    let line: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= 24 { line } else { line.chars().take(23).chain(['…']).collect() }
}

#[cfg(test)]
mod tests;
