//! Which edition of the form a workbook uses, told from its labels, and where each block stands.

use std::sync::Arc;

use super::find::{Located, Search, search, sources};
use super::heads::{near_miss, rows_alone};
use super::view::View;
use crate::form::{Block, Form, Table};
use crate::model::{Finding, Source};
use crate::rules::{self, finding};

/// The form a workbook follows, and its blocks: `places[table][block]`.
pub struct Recognised {
    pub form: Arc<Form>,
    pub places: Vec<Vec<Located>>,
    /// What was noticed on the way; none of it refuses.
    pub findings: Vec<Finding>,
}

/// Chooses the form whose labels fit best and demands that each of its blocks stands exactly once. What is not found may stand
/// in a hidden sheet.
pub fn recognise(
    forms: &[Arc<Form>],
    views: &[View<'_>],
    hidden: impl Iterator<Item = Source> + Clone,
) -> Result<Recognised, Vec<Finding>> {
    let mut searches: Vec<(&Arc<Form>, Search)> = forms.iter().map(|f| (f, search(f, views))).collect();
    let fit = |s: &Search| (s.blocks_found(), std::cmp::Reverse(s.problems()));
    // A stable sort: of two that fit alike the one listed first (the user's own, then the one in force) stays first.
    searches.sort_by_key(|(_, s)| std::cmp::Reverse(fit(s)));
    let Some((form, best)) = searches.first() else { return Err(vec![nothing(hidden)]) };
    if best.exhausted {
        let message = "工作簿里表头的标签多得不正常，不能确定官方表格在哪里";
        return Err(vec![finding("N206", message).hint("请用 nianbao template 生成标准模板，把数字填进去")]);
    }
    if best.blocks_found() == 0 {
        let tables = || forms.iter().flat_map(|f| &f.tables).flat_map(|t| t.blocks.iter().map(move |b| (t, b)));
        let known = tables().find_map(|(t, b)| rows_alone(b, views).map(|source| (t, b, source)));
        return Err(vec![known.map_or_else(|| nothing(hidden), |(t, b, source)| headless(t, b, source))]);
    }
    let (mut findings, mut places) = (Vec::new(), Vec::new());
    let mut whole = true;
    for (table, blocks) in form.tables.iter().zip(&best.found) {
        if blocks.iter().all(Vec::is_empty) {
            whole = false;
            if let Some((source, labels)) = table.blocks.iter().find_map(|b| near_miss(b, views)) {
                let labels: Vec<_> = labels.iter().map(|l| format!("“{l}”")).collect();
                let message = format!("{}在{source}附近，但认不出列名{}", table.name, labels.join("、"));
                findings.push(finding("N203", message).at(source).hint("请照标准模板改正表头"));
            } else {
                let message = format!("没有找到{}（{}）", table.name, table.caption);
                let hint = "请照标准模板补上这张表，没有发生的填 0";
                findings.push(finding("T505", message).related(hidden.clone()).hint(hint));
            }
            continue;
        }
        let (mut found, mut doubled) = (Vec::new(), false);
        for (block, at) in table.blocks.iter().zip(blocks) {
            match at.as_slice() {
                [] => {
                    let name = block.title.as_deref().unwrap_or(&table.caption);
                    let message = format!("{}缺少“{name}”一段", table.name);
                    findings.push(finding("N203", message).hint("请照标准模板补上，没有发生的填 0"));
                }
                [one] => {
                    findings.extend(one.findings.iter().cloned());
                    found.push(one.clone());
                }
                // A table that stands twice says so once, not once a block.
                several if !doubled => {
                    doubled = true;
                    findings.push(twice(&table.name, &sources(several, views)));
                }
                _ => {}
            }
        }
        places.push(found);
    }
    // A clean table of another edition, where this one has nothing: which of them is to be published?
    let apart = |l: &&Located| !places.iter().flatten().any(|own| own.meets(l));
    let others = if whole && !rules::refuses(&findings) { &searches[1..] } else { &[] };
    for (other, search) in others {
        for (table, blocks) in other.tables.iter().zip(&search.found) {
            let clean = blocks.iter().flatten().filter(|l| l.findings.is_empty());
            if let Some(l) = clean.filter(apart).min_by_key(|l| (l.sheet, l.top)) {
                let source = sources(std::slice::from_ref(l), views).remove(0);
                let message = format!("{source}还有 {} 版表样的{}，不能确定用哪一版的表", other.id, table.name);
                let fix = "一个工作簿只放一个单位一个年度的报告，请删去另一版的表";
                findings.push(finding("N204", message).at(source).hint(fix));
            }
        }
    }
    if !whole || rules::refuses(&findings) {
        return Err(findings);
    }
    Ok(Recognised { form: (*form).clone(), places, findings })
}

fn headless(table: &Table, block: &Block, source: Source) -> Finding {
    let heads: Vec<_> = block.columns.leaves.iter().map(|l| format!("“{}”", l.label())).collect();
    let message = format!("{}在{source}附近，但认不出列名{}", table.name, heads.join("、"));
    finding("N203", message).at(source).hint("请照标准模板改正表头")
}

fn twice(table: &str, places: &[Source]) -> Finding {
    let list: Vec<_> = places.iter().map(Source::to_string).collect();
    let message = format!("{table}有 {} 张：{}，不能确定用哪一张", places.len(), list.join("和"));
    let fix = "一个工作簿只放一个单位一个年度的报告，请分成几个文件";
    finding("N204", message).at(places.first().cloned()).related(places.iter().skip(1).cloned()).hint(fix)
}

fn nothing(hidden: impl Iterator<Item = Source>) -> Finding {
    let hidden: Vec<_> = hidden.collect();
    let hint = if hidden.is_empty() {
        "请用 nianbao template 生成标准模板后填写，或者保留官方表格的行列标签"
    } else {
        "工作簿里有隐藏的工作表，如果表格在里面，请取消隐藏"
    };
    finding("N206", "没有找到官方表格").related(hidden).hint(hint)
}
