//! The values of the official tables: each slot from its cell, by the rules of its kind.
//!
//! Takes the places of the blocks, returns the values with their origins and findings. A cell that cannot be read and a slot
//! without a cell give [`Value::Unknown`]. Numbers are never changed, except that money is converted to the form's unit.

use std::collections::BTreeSet;

use super::cache::Cache;
use super::edition::Recognised;
use super::find::Located;
use super::value::{self, Remark, Unreadable};
use super::view::View;
use super::{excerpt, written};
use crate::form::{Block, SlotAt, Table, Unit, ValueKind};
use crate::import::{Content, FormatEffect};
use crate::model::{Address, Code, Finding, Origins, Place, Report, Source, Value, finding};

/// Reads every value of the form from its cell.
pub(super) fn read(
    report: &mut Report,
    recognised: &Recognised,
    views: &[View<'_>],
    cache: &Cache,
    origins: &mut Origins,
) -> Vec<Finding> {
    let form = &recognised.form;
    let known = cache.form(form);
    let mut findings = Vec::new();
    for (t, places) in recognised.places.iter().enumerate() {
        let table = &form.tables[t];
        let mut reader = TableReader {
            table,
            index: t,
            totals: &known.totals[t],
            values: &mut report.tables[t],
            origins,
            findings: &mut findings,
            hidden: Vec::new(),
        };
        for (index, (block, place)) in table.blocks.iter().zip(places).enumerate() {
            match place {
                Some(place) => reader.block(&FoundBlock { index, block, view: &views[place.sheet], place }),
                None => reader.unknown(index, block, 0..block.row_count()),
            }
        }
        let hidden = reader.hidden;
        findings.extend(hidden_values(&table.name, hidden));
    }
    findings
}

/// The note on values in hidden rows and columns, which count like all others.
fn hidden_values(table: &str, hidden: Vec<Source>) -> Option<Finding> {
    let message = format!("{table}有 {} 个格子在隐藏的行或列里，已照常读取", hidden.len());
    let mut cells = hidden.into_iter();
    let note = finding(Code::N107, message).at(cells.next()?).related(cells);
    Some(note.hint("请取消隐藏，核对这些数字"))
}

/// Reads one table.
struct TableReader<'a> {
    table: &'a Table,
    index: usize,
    /// Slots that are totals of other slots.
    totals: &'a BTreeSet<usize>,
    values: &'a mut Vec<Value>,
    origins: &'a mut Origins,
    findings: &'a mut Vec<Finding>,
    /// Values in hidden rows and columns.
    hidden: Vec<Source>,
}

/// A block of the table, with the sheet and the place where it was found.
struct FoundBlock<'a> {
    index: usize,
    block: &'a Block,
    view: &'a View<'a>,
    place: &'a Located,
}

impl<'a> FoundBlock<'a> {
    fn row_label(&self, row: usize) -> Option<&'a str> {
        self.place.row_labels[row].and_then(|at| self.view.text(at))
    }

    /// The word in the cell that names the unit of a row, as written there.
    fn word_beside(&self, row: usize) -> Option<String> {
        self.place.units[row].and_then(|at| self.view.text(at)).and_then(value::unit_alone)
    }
}

/// The cell in which the value of a slot was found.
struct ValueCell<'a> {
    slot: usize,
    view: &'a View<'a>,
    at: Address,
    units: NamedUnits,
    /// The counting word or unit that the form prints beside the row.
    counter: Option<&'a str>,
}

/// The units of money that the workbook names for a cell outside the cell itself.
#[derive(Clone, Copy)]
struct NamedUnits {
    head: Option<Unit>,
    beside: Option<Unit>,
    label: Option<Unit>,
    title: Option<Unit>,
}

impl NamedUnits {
    /// The nearest first.
    fn all(self) -> impl Iterator<Item = Unit> {
        [self.head, self.beside, self.label, self.title].into_iter().flatten()
    }

    fn nearest(self) -> Option<Unit> {
        self.all().next()
    }

    fn differ(self) -> bool {
        self.all().any(|unit| Some(unit) != self.nearest())
    }
}

impl TableReader<'_> {
    fn block(&mut self, found: &FoundBlock<'_>) {
        let FoundBlock { index, block, view, place } = *found;
        let heads: Vec<_> = place.head_words.iter().map(|words| value::unit_in_head(words)).collect();
        let title = place.title.and_then(|t| view.text(t)).and_then(value::unit_in_head);
        for (row, cells) in place.rows.iter().enumerate() {
            let Some(cells) = cells else {
                self.unknown(index, block, row..row + 1);
                continue;
            };
            let word = found.word_beside(row);
            let wrong_unit = self.wrong_unit(found, row, word.as_deref(), cells[0]);
            let beside = word.as_deref().filter(|_| wrong_unit.is_none()).and_then(value::unit_in_head);
            let label = found.row_label(row).and_then(value::unit_in_head);
            let is_wrong = wrong_unit.is_some();
            self.findings.extend(wrong_unit);
            for (column, at) in cells.iter().enumerate() {
                let slot = self.table.slot(SlotAt { block: index, row, column });
                let units = NamedUnits { head: heads[column], beside, label, title };
                let value = self.value(&ValueCell { slot, view, at: *at, units, counter: block.unit_word(row) });
                // It is uncertain whether a total includes a column that the form does not have.
                let doubtful = is_wrong || !place.surplus.is_empty() && self.totals.contains(&slot);
                self.values[slot] = if doubtful { Value::Unknown } else { value };
            }
        }
        debug_assert_eq!(place.rows.len(), block.row_count());
    }

    /// Sets the values of rows without certain cells to unknown.
    fn unknown(&mut self, index: usize, block: &Block, rows: std::ops::Range<usize>) {
        for row in rows {
            for column in 0..block.column_count() {
                self.values[self.table.slot(SlotAt { block: index, row, column })] = Value::Unknown;
            }
        }
    }

    /// If the form prints a unit beside a row: the error that the workbook names another one that cannot be converted to it,
    /// `beside` the row or in brackets in its label.
    fn wrong_unit(
        &self,
        found: &FoundBlock<'_>,
        row: usize,
        beside: Option<&str>,
        first_cell: Address,
    ) -> Option<Finding> {
        let official = found.block.unit_word(row)?;
        let in_label = found.row_label(row).and_then(value::unit_in_brackets);
        let is_other = |w: &&str| *w != official && !value::is_convertible(w, official);
        let other = beside.into_iter().chain(in_label.as_deref()).find(is_other)?;
        let at = found.place.units[row].or(found.place.row_labels[row]).unwrap_or(first_cell);
        let name = &self.table.name;
        let message = format!("{name} {at} 的单位是“{}”，表样规定的是“{official}”", excerpt(other));
        let fix = "请核对这个数字是按哪个单位填的，改成表样规定的单位";
        Some(finding(Code::N201, message).at(Source::cell(&found.view.sheet.name, at)).found(other).hint(fix))
    }

    /// The value in a cell; [`Value::Unknown`] and a finding if it cannot be read.
    fn value(&mut self, cell: &ValueCell<'_>) -> Value {
        let &ValueCell { slot, view, at, units, counter } = cell;
        let (kind, unit) = self.table.kind(slot);
        let content = view.content(at.row, at.column);
        let source = Source::cell(&view.sheet.name, at);
        let written = content.map(written).unwrap_or_default();
        let place = Place::Value { table: self.index, slot };
        self.origins.note(place, source.clone(), written.as_str());
        self.origins.note_entry(place, view.entry(at));
        if view.sheet.hides(at) {
            self.hidden.push(source.clone());
        }
        let ambiguous = if kind == ValueKind::Amount && units.differ() {
            let message = format!("{} {at} 的单位在表里写得不一致，不能确定是哪一个", self.table.name);
            Some(finding(Code::N201, message).hint("请把单位改成一致"))
        } else {
            self.shown_otherwise(cell, content, &written)
        };
        if let Some(ambiguous) = ambiguous {
            self.findings.push(ambiguous.at(source));
            return Value::Unknown;
        }
        let place = format!("{} {at} ", self.table.name);
        match value::read(content, kind, unit, units.nearest(), counter) {
            Ok((value, remark)) => {
                // A value that is kept as written is not reported.
                let kept = |r: &Remark| *r == Remark::Unit && value.to_string() == written.trim();
                let remark = remark.filter(|r| !kept(r)).map(|r| note(r, &place, &written, &value, unit.is_some()));
                self.findings.extend(remark.map(|r| r.at(source)));
                value
            }
            // A total without a computed result is calculated from the relations of the form.
            Err(Unreadable::Uncomputed) if self.totals.contains(&slot) => Value::Blank,
            Err(why) => {
                let refused = unreadable(&why, &place, &written, self.table.unit_word(slot));
                self.findings.push(refused.at(source).found(written));
                Value::Unknown
            }
        }
    }

    /// The finding that a number is displayed differently from what is stored. A format with the form's own unit is no error.
    fn shown_otherwise(&self, cell: &ValueCell<'_>, content: Option<&Content>, written: &str) -> Option<Finding> {
        let (at, unit) = (cell.at, self.table.kind(cell.slot).1);
        let same = |s: FormatEffect| s == FormatEffect::Padded || unit.is_some_and(|u| s == FormatEffect::Unit(u));
        // Unit and scale do not change a 0, but a format may show another number in its place.
        let counts = |s: FormatEffect| match content {
            Some(Content::Number(n)) => s == FormatEffect::Replaced || !n.is_zero(),
            _ => false,
        };
        let shown = cell.view.sheet.format_effect(at).filter(|s| counts(*s) && !same(*s))?;
        let name = &self.table.name;
        let (message, hint) = if shown == FormatEffect::Marked {
            let message = format!("{name} {at} 的 {written} 是划掉的，或者是上标、下标");
            (message, "作废的数字请删去重填，有效的请去掉删除线、上标和下标，条件格式里的也要去掉")
        } else {
            let what = "的数字格式带单位、缩放或别的数字，看到的与保存的";
            let message = format!("{name} {at} {what} {written} 不是一回事");
            (message, "请把单元格格式改为常规，删去会改变数字样子的条件格式，重新核对这个数字")
        };
        Some(finding(Code::N201, message).found(written).hint(hint))
    }
}

fn note(remark: Remark, place: &str, written: &str, value: &Value, has_unit: bool) -> Finding {
    let written = excerpt(written);
    match remark {
        Remark::Unit if has_unit => finding(Code::N103, format!("{place}的“{written}”按表样的单位记为 {value}")),
        Remark::Unit => finding(Code::N103, format!("{place}的“{written}”记为 {value}")),
        Remark::Spelling => finding(Code::N104, format!("{place}的文本“{written}”读作数字 {value}")),
    }
}

fn unreadable(why: &Unreadable, place: &str, written: &str, unit: Option<&str>) -> Finding {
    let written = excerpt(written);
    match why {
        Unreadable::NotANumber => {
            finding(Code::N201, format!("{place}的“{written}”不是数字")).hint("请改为阿拉伯数字，没有发生的填 0")
        }
        Unreadable::Dated => finding(Code::N201, format!("{place}的“{written}”带日期或时间格式，不能确定是不是数字"))
            .hint("请把单元格格式改为常规，重新核对这个数字"),
        Unreadable::OtherUnit => {
            let unit = unit.unwrap_or_default();
            finding(Code::N201, format!("{place}的“{written}”与表样规定的单位“{unit}”不合"))
                .hint("请核对这个数字，去掉单位")
        }
        Unreadable::Forbidden(reason) => {
            finding(Code::K305, format!("{place}的 {written} {reason}")).hint("请核对后改正")
        }
        Unreadable::Uncomputed => finding(Code::N208, format!("{place}是没有计算结果的公式"))
            .hint("请用 Excel 或 WPS 打开、保存一次，或直接填写数字"),
        Unreadable::Error => {
            finding(Code::N209, format!("{place}是错误值 {written}")).hint("请改正公式，或直接填写数字")
        }
    }
}
