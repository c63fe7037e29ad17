//! Detects from the labels which edition of the form a workbook uses and where each block is located.
//!
//! Takes the sheets and the forms, returns the form that fits best and the place of every block that is certain. Uncertain blocks
//! are findings; the rest is still read, so that one fault does not hide the others.

use std::sync::Arc;

use super::cache::Cache;
use super::find::{Located, Search, search, search_again, sources};
use super::fold::Folded;
use super::near::{near_miss, rows_alone};
use super::view::View;
use crate::form::{Block, Form, Table};
use crate::model::{Address, Code, Finding, Source, finding, refuses};

/// The form a workbook follows, and its blocks.
pub struct Recognised {
    pub form: Arc<Form>,
    /// By table and block; `None` if the block is missing, found in several places, or of another edition.
    pub places: Vec<Vec<Option<Located>>>,
    /// All cells that belong to tables, including those that cannot be read.
    pub areas: Vec<Area>,
    /// Whether the edition is certain: false if a table of another edition was found, or only the rows of a table.
    pub certain: bool,
    pub findings: Vec<Finding>,
}

/// Most areas that are kept apart from prose: many times the number of blocks of a form.
const MOST_AREAS: usize = 100;

/// Cells of a sheet that belong to a table, whether or not its values can be read.
#[derive(Debug, Clone)]
pub struct Area {
    /// `None` for an additional table of another edition.
    pub table: Option<usize>,
    pub sheet: usize,
    pub top: u32,
    pub bottom: u32,
    left: u32,
    right: u32,
    unit_column: Option<u32>,
}

impl Area {
    fn of(table: Option<usize>, l: &Located) -> Area {
        let Located { sheet, top, bottom, left, right, unit_column, .. } = *l;
        Area { table, sheet, top, bottom, left, right, unit_column }
    }

    /// Whether it contains a cell.
    pub fn holds(&self, at: Address) -> bool {
        let across = (self.left..=self.right).contains(&at.column) || self.unit_column == Some(at.column);
        across && self.rows(at.row)
    }

    /// Whether it extends over a row.
    pub fn rows(&self, row: u32) -> bool {
        (self.top..=self.bottom).contains(&row)
    }
}

/// Chooses the form whose labels fit best, and reports each of its blocks that is not found exactly once. A missing one may be in
/// a hidden sheet. `year` returns the year that the report states; it is asked only if several forms fit equally well.
///
/// # Errors
/// If no table of any form is found, or the search is given up.
pub fn recognise(
    forms: &[Arc<Form>],
    views: &[View<'_>],
    cache: &Cache,
    hidden: impl Iterator<Item = Source> + Clone,
    year: impl FnOnce() -> Option<u16>,
) -> Result<Recognised, Box<Finding>> {
    let mut searches: Vec<FormSearch<'_>> = forms.iter().map(|f| (f, search(f, views, cache))).collect();
    sort_by_fit(&mut searches);
    if searches.iter().all(|(_, s)| s.blocks_found() == 0 && !s.exhausted) {
        searches.iter_mut().for_each(|(f, s)| search_again(f, views, cache, s));
        sort_by_fit(&mut searches);
    }
    prefer_year(&mut searches, year);
    let Some(((form, best), others)) = searches.split_first_mut() else { return Err(Box::new(nothing(hidden))) };
    let form: &Arc<Form> = form;
    if !best.exhausted {
        search_again(form, views, cache, best);
    }
    if best.exhausted {
        let message = "工作簿里表头的标签多得不正常，不能确定官方表格在哪里";
        let f = finding(Code::N206, message).hint("请用 nianbao template 生成标准模板，把数字填进去");
        return Err(Box::new(f));
    }
    if best.blocks_found() == 0 {
        return headless(forms, views, cache).ok_or_else(|| Box::new(nothing(hidden)));
    }
    let mut recognised = Recognised {
        form: form.clone(),
        places: Vec::with_capacity(form.tables.len()),
        areas: Vec::new(),
        certain: true,
        findings: Vec::new(),
    };
    let located = best.found.iter().enumerate().flat_map(|(t, blocks)| blocks.iter().flatten().map(move |l| (t, l)));
    // A workbook with more is refused anyway: each block may be found in one place only.
    recognised.areas.extend(located.take(MOST_AREAS).map(|(t, l)| Area::of(Some(t), l)));
    for (t, (table, blocks)) in form.tables.iter().zip(&best.found).enumerate() {
        let found = match of_another_edition(form, best, others, t, views) {
            Some((other, area)) => {
                recognised.findings.push(other);
                recognised.areas.extend(area);
                recognised.certain = false;
                blocks.iter().map(|_| None).collect()
            }
            None => found(table, blocks, views, cache, &hidden, &mut recognised, t),
        };
        recognised.places.push(found);
    }
    if !refuses(&recognised.findings) {
        refuse_further_edition(best, others, views, &mut recognised);
    }
    Ok(recognised)
}

/// A form, and what was found of it.
type FormSearch<'f> = (&'f Arc<Form>, Search);

/// Sorts the form that fits best first. The sort is stable: of two that fit equally well, the one listed first (the user's own,
/// then the one in force) stays first.
fn sort_by_fit(searches: &mut [FormSearch<'_>]) {
    searches.sort_by_key(|search| std::cmp::Reverse(fit(search)));
}

/// How well a form fits; the greater the better.
fn fit((form, search): &FormSearch<'_>) -> (usize, usize, std::cmp::Reverse<usize>) {
    (search.clean_values(form), search.blocks_found(), std::cmp::Reverse(search.problems()))
}

/// Of several forms that fit equally well, as editions do whose tables that are present did not change, puts the first one first
/// that covers the year of the report.
fn prefer_year(searches: &mut [FormSearch<'_>], year: impl FnOnce() -> Option<u16>) {
    let alike = searches.iter().take_while(|s| s.1.blocks_found() > 0 && fit(s) == fit(&searches[0])).count();
    if alike > 1
        && let Some(year) = year()
        && let Some(at) = searches[..alike].iter().position(|(form, _)| form.covers(year))
    {
        searches[..=at].rotate_right(1);
    }
}

/// Reports each clean table of another edition outside the tables of the one that fits best: it is uncertain which of them is to
/// be published.
fn refuse_further_edition(best: &Search, others: &[FormSearch<'_>], views: &[View<'_>], recognised: &mut Recognised) {
    let apart = |l: &&Located| !best.found.iter().flatten().flatten().any(|own| own.meets(l));
    for (other, search) in others {
        for (table, blocks) in other.tables.iter().zip(&search.found) {
            let clean: Vec<&Located> = blocks.iter().flatten().filter(|l| l.is_clean()).filter(apart).collect();
            let Some(first) = clean.iter().min_by_key(|l| (l.sheet, l.top)) else { continue };
            let source = sources(std::slice::from_ref(first), views).remove(0);
            let message = format!("{source}还有 {} 版表样的{}，不能确定用哪一版的表", other.id, table.name);
            let fix = "一个工作簿只放一个单位一个年度的报告，请删去另一版的表";
            recognised.findings.push(finding(Code::N204, message).at(source).hint(fix));
            recognised.areas.extend(clean.into_iter().map(|l| Area::of(None, l)));
        }
    }
    recognised.certain = recognised.findings.iter().all(|f| f.code != Code::N204);
}

/// The places of a table's blocks. Their faults are added to `recognised`.
fn found(
    table: &Table,
    blocks: &[Vec<Located>],
    views: &[View<'_>],
    cache: &Cache,
    hidden: &(impl Iterator<Item = Source> + Clone),
    recognised: &mut Recognised,
    index: usize,
) -> Vec<Option<Located>> {
    let findings = &mut recognised.findings;
    if blocks.iter().all(Vec::is_empty) {
        let near = |(b, block): (usize, &Block)| near_miss(block, views, cache).map(|(at, labels)| (b, at, labels));
        if let Some((b, (sheet, at), labels)) = table.blocks.iter().enumerate().find_map(near) {
            let source = Source::cell(&views[sheet].sheet.name, at);
            let labels: Vec<_> = labels.iter().map(|l| format!("“{l}”")).collect();
            let message = format!("{}在{source}附近，但认不出列名{}", table.name, labels.join("、"));
            findings.push(finding(Code::N203, message).at(source).hint("请照标准模板改正表头"));
            let top = head_top(&recognised.form, (index, b), &views[sheet], at.row);
            recognised.areas.push(around(index, (sheet, top, at), views, &recognised.areas));
        } else {
            let message = format!("没有找到{}（{}）", table.name, table.caption);
            let hint = "请照标准模板补上这张表，没有发生的填 0";
            findings.push(finding(Code::T505, message).related(hidden.clone()).hint(hint));
        }
        return blocks.iter().map(|_| None).collect();
    }
    let mut doubled = false;
    let mut places = Vec::with_capacity(blocks.len());
    for (block, at) in table.blocks.iter().zip(blocks) {
        places.push(match at.as_slice() {
            [] => {
                let name = block.title.as_deref().unwrap_or(&table.caption);
                let message = format!("{}缺少“{name}”一段", table.name);
                findings.push(finding(Code::N203, message).hint("请照标准模板补上，没有发生的填 0"));
                None
            }
            [one] => {
                findings.extend(one.findings.iter().cloned());
                Some(one.clone())
            }
            several => {
                // A table found several times is reported once, not once per block.
                if !std::mem::replace(&mut doubled, true) {
                    findings.push(twice(&table.name, &sources(several, views)));
                }
                None
            }
        });
    }
    places
}

/// If a table is not clean in this form but clean in another edition: a finding, and the cells of the table.
fn of_another_edition(
    form: &Form,
    best: &Search,
    others: &[FormSearch<'_>],
    t: usize,
    views: &[View<'_>],
) -> Option<(Finding, Vec<Area>)> {
    let table = &form.tables[t];
    if best.is_clean(t) || !(0..form.tables.len()).any(|t| best.is_clean(t)) {
        return None;
    }
    others.iter().find_map(|(other, search)| {
        let theirs = other.tables.iter().position(|o| o.key == table.key).filter(|o| search.is_clean(*o))?;
        let blocks = || search.found[theirs].iter().flatten();
        let source = sources(&blocks().take(1).cloned().collect::<Vec<_>>(), views).remove(0);
        let (own, name) = (&form.id, &table.name);
        let message = format!("{name}（{source}）用的是 {} 版表样，别的表用的是 {own} 版，不能确定用哪一版", other.id);
        let fix = format!("请照 {own} 版标准模板换上{name}（nianbao template --edition {own}），把数字填进去");
        Some((finding(Code::N204, message).at(source).hint(fix), blocks().map(|l| Area::of(Some(t), l)).collect()))
    })
}

/// The first row of a block's heads, given a row of them: labels of the block directly above it are heads too.
fn head_top(form: &Form, (table, block): (usize, usize), view: &View<'_>, row: u32) -> u32 {
    let known = &view.cache.form(form).blocks[table][block];
    let reach = form.tables[table].blocks[block].columns.depth as u32 + 1;
    let own = |(_, f): &(Address, &Folded)| {
        known.columns.is_any(&f.body)
            || known.corner.as_ref() == Some(&f.body)
            || known.title.as_ref() == Some(f.short())
    };
    view.labels_in_rows(row.saturating_sub(reach), row).find(own).map_or(row, |(at, _)| at.row)
}

/// The cells of a table whose place is known but whose shape is not: from row `top` to the next table or the last row of figures
/// below `at`, over all columns.
fn around(table: usize, (sheet, top, at): (usize, u32, Address), views: &[View<'_>], areas: &[Area]) -> Area {
    let figures = last_figure(&views[sheet], at.row);
    let next = areas.iter().filter(|a| a.sheet == sheet && a.top > at.row).map(|a| a.top - 1).min();
    let bottom = next.map_or(figures, |next| next.min(figures));
    Area { table: Some(table), sheet, top, bottom, left: 0, right: u32::MAX, unit_column: None }
}

/// The last row of the figures below a row; they end before `BETWEEN` rows without any.
fn last_figure(view: &View<'_>, from: u32) -> u32 {
    const BETWEEN: u32 = 3;
    let mut last = from + 1;
    for cell in view.sheet.cells.iter().filter(|c| c.at.row > from) {
        if cell.at.row > last + BETWEEN {
            break;
        }
        if super::find::is_value(&cell.content) {
            last = cell.at.row;
        }
    }
    last
}

/// A workbook with the rows of a table but without its column heads.
fn headless(forms: &[Arc<Form>], views: &[View<'_>], cache: &Cache) -> Option<Recognised> {
    let blocks = |f: &Form| -> Vec<(usize, usize)> {
        let all = f.tables.iter().enumerate();
        all.flat_map(|(t, table)| (0..table.blocks.len()).map(move |b| (t, b))).collect()
    };
    let mut all = forms.iter().flat_map(|f| blocks(f).into_iter().map(move |(t, b)| (f, t, b)));
    let (form, t, block, place) = all.find_map(|(f, t, b)| {
        let block = &f.tables[t].blocks[b];
        rows_alone(block, views, cache).map(|place| (f, t, block, place))
    })?;
    let (table, source) = (&form.tables[t], Source::cell(&views[place.0].sheet.name, place.1));
    let heads: Vec<_> = block.columns.leaves.iter().map(|l| format!("“{}”", l.label())).collect();
    let message = format!("{}在{source}附近，但认不出列名{}", table.name, heads.join("、"));
    Some(Recognised {
        form: form.clone(),
        places: form.tables.iter().map(|t| t.blocks.iter().map(|_| None).collect()).collect(),
        areas: vec![around(t, (place.0, place.1.row, place.1), views, &[])],
        certain: false,
        findings: vec![finding(Code::N203, message).at(source).hint("请照标准模板改正表头")],
    })
}

/// Most places that a message lists before “等”.
const LISTED: usize = 5;

fn twice(table: &str, places: &[Source]) -> Finding {
    let list: Vec<_> = places.iter().take(LISTED).map(Source::to_string).collect();
    let more = if places.len() > LISTED { "等" } else { "" };
    let message = format!("{table}有 {} 张：{}{more}，不能确定用哪一张", places.len(), list.join("和"));
    let fix = "一个工作簿只放一个单位一个年度的报告，请分成几个文件";
    finding(Code::N204, message).at(places.first().cloned()).related(places.iter().skip(1).cloned()).hint(fix)
}

fn nothing(hidden: impl Iterator<Item = Source>) -> Finding {
    let hidden: Vec<_> = hidden.collect();
    let hint = if hidden.is_empty() {
        "请用 nianbao template 生成标准模板后填写，或者保留官方表格的行列标签；地方自己的表样用 --form 给出表样文件"
    } else {
        "工作簿里有隐藏的工作表，如果表格在里面，请取消隐藏"
    };
    finding(Code::N206, "没有找到官方表格").related(hidden).hint(hint)
}
