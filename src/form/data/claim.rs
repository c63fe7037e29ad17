//! Claims and required statements of a form file, with their keys resolved to slots and sections.

use super::raw::{RawClaim, RawRequired};
use super::{FormError, with_key, wrong};
use crate::form::claims::{Slot, has_number};
use crate::form::phrase::{self, Phrase};
use crate::form::{Claim, RequiredStatement, Section, SlotAt, Table, Unit, words};

/// A figure that texts state. The first fault of its phrases or paths is an error.
pub(super) fn claim(raw: &RawClaim, tables: &[Table]) -> Result<Claim, FormError> {
    let (table_index, table) = with_key(tables, &raw.table)?;
    let fault = |text: String| wrong(format!("told “{}”：{text}", raw.what));
    let block = match &raw.block {
        Some(key) => table.blocks.iter().position(|b| &b.key == key).ok_or_else(|| fault(format!("没有分块 {key}")))?,
        None => 0,
    };
    let sum = |paths: &Vec<String>| {
        let mut slots: Vec<Slot> = Vec::new();
        for path in paths {
            let found = slots_of(table, block, path, raw.column.as_deref()).map_err(fault)?;
            slots.extend(found.into_iter().map(|s| (table_index, s)));
        }
        if slots.is_empty() { Err(fault("没有指明数值".to_owned())) } else { Ok(slots) }
    };
    let sums = raw.sums.iter().map(sum).collect::<Result<Vec<_>, _>>()?;
    let first = sums.first().and_then(|s| s.first()).ok_or_else(|| fault("没有写 sums".to_owned()))?;
    let groups = &words().groups;
    let phrases = |texts: &[String], number: bool| {
        let parse = |t: &String| match Phrase::parse(t, groups) {
            Ok(p) if has_number(&p) == number => Ok(p),
            Ok(_) => Err(fault(format!("“{t}”里的 # 多了或少了"))),
            Err(e) => Err(fault(e)),
        };
        texts.iter().map(parse).collect::<Result<Vec<_>, _>>()
    };
    let (full, short, none) = (phrases(&raw.full, true)?, phrases(&raw.short, true)?, phrases(&raw.none, false)?);
    if !short.is_empty() && raw.about.is_empty() {
        return Err(fault("有 short 就要写 about".to_owned()));
    }
    let including = match &raw.including {
        Some(i) => {
            let phrases = i.phrases.iter().map(|p| Phrase::parse(p, groups).map_err(fault));
            Some((phrases.collect::<Result<_, _>>()?, sum(&i.sum)?))
        }
        None => None,
    };
    // Texts state money in yuan or ten thousand yuan, regardless of the unit of the table.
    let scale = table.kind(first.1).1.map_or(1, Unit::in_yuan);
    let parsed = |texts: &[String]| phrase::words(texts.iter().map(String::as_str));
    Ok(Claim {
        what: raw.what.clone(),
        sums,
        including,
        full,
        short,
        none,
        units: parsed(&raw.units),
        scale,
        about: raw.about.clone(),
        not: raw.not.clone(),
        nor: raw.nor.clone(),
        beside: parsed(&raw.beside),
        within: raw.within,
    })
}

/// The slots of a row, or of every row of a group, in a column. If the block has one row without a label, the slots of columns.
fn slots_of(table: &Table, block: usize, path: &str, column: Option<&str>) -> Result<Vec<usize>, String> {
    let b = &table.blocks[block];
    let by_column = b.rows.leaves.is_empty();
    let axis = if by_column { &b.columns } else { &b.rows };
    let node = axis.walk().into_iter().find(|n| n.path == path).ok_or_else(|| format!("没有 {path}"))?;
    let leaves = match node.own {
        Some(leaf) => leaf..leaf + 1,
        None => node.first_leaf..node.first_leaf + node.leaf_count,
    };
    let column = match (by_column, column) {
        (true, _) => 0,
        (false, Some(c)) => b.columns.leaf(c).ok_or_else(|| format!("没有列 {c}"))?,
        (false, None) if b.column_count() == 1 => 0,
        (false, None) => return Err("没有写 column".to_owned()),
    };
    let at = move |leaf| if by_column { (0, leaf) } else { (leaf, column) };
    Ok(leaves.map(at).map(|(row, column)| table.slot(SlotAt { block, row, column })).collect())
}

/// A statement that a section must contain.
pub(super) fn required(raw: RawRequired, sections: &[Section]) -> Result<RequiredStatement, FormError> {
    let section = sections.iter().position(|s| s.key == raw.section);
    let section = section.ok_or_else(|| wrong(format!("没有键为 {} 的部分", raw.section)))?;
    Ok(RequiredStatement { section, what: raw.what, words: raw.words, hint: raw.hint, from_year: raw.from_year })
}
