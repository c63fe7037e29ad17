//! Form files: their format (serde), and the checks that turn them into a [`Form`].
//!
//! Takes the text of a form file, returns a [`Form`] or the first fault. Never reads a file.

use serde::Deserialize;

use super::claims::{self, Slot};
use super::layout;
use super::phrase::{self, Phrase};
use super::relation::{Op, Relation, Term};
use super::{
    Axis, Block, Claim, Claims, Form, Leaf, Node, RequiredStatement, Section, Series, SlotAt, Table, Unit, UnitColumn,
    ValueKind,
};
use crate::digest::sha256;
use crate::rules::{Code, UnknownCode};
use crate::toml_error::sentence;

/// Why a form file cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FormError {
    /// Not valid TOML, or an unknown, missing or mistyped key. Contains a Chinese clause with the line.
    #[error("表样文件{0}")]
    Syntax(String),
    /// Valid TOML that does not describe a form. Contains a Chinese sentence about the first fault.
    #[error("表样文件有误：{0}")]
    Meaning(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawForm {
    id: String,
    notice: String,
    first_year: u16,
    last_year: Option<u16>,
    #[serde(default)]
    former_digests: Vec<String>,
    #[serde(default)]
    free_headings: bool,
    #[serde(default)]
    guide: Vec<String>,
    section: Vec<RawSection>,
    table: Vec<RawTable>,
    #[serde(default)]
    relation: Vec<RawRelation>,
    #[serde(default)]
    series: Vec<RawSeries>,
    #[serde(default)]
    told: Vec<RawClaim>,
    #[serde(default)]
    asked: Vec<RawRequired>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSection {
    key: String,
    heading: String,
    #[serde(default)]
    variants: Vec<String>,
    sheet: String,
    table: Option<String>,
    #[serde(default)]
    subheadings: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTable {
    key: String,
    name: String,
    caption: String,
    widths: Vec<f32>,
    block: Vec<RawBlock>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawBlock {
    key: String,
    title: Option<String>,
    corner: Option<String>,
    #[serde(default)]
    outline: bool,
    unit_column: Option<UnitColumn>,
    empty_line: Option<String>,
    columns: Vec<RawNode>,
    #[serde(default)]
    rows: Vec<RawNode>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawNode {
    key: String,
    label: String,
    #[serde(default)]
    variants: Vec<String>,
    #[serde(default)]
    children: Vec<RawNode>,
    value: Option<ValueKind>,
    unit: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRelation {
    code: String,
    table: String,
    block: Option<String>,
    holds_in_each: Line,
    left: Vec<String>,
    #[serde(default = "equal")]
    op: Op,
    right: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSeries {
    code: String,
    table: String,
    block: Option<String>,
    holds_in_each: Line,
    #[serde(default)]
    within_edition: bool,
    left: Vec<String>,
    before: Vec<String>,
    #[serde(default)]
    right: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawClaim {
    what: String,
    table: String,
    block: Option<String>,
    column: Option<String>,
    sums: Vec<Vec<String>>,
    including: Option<RawIncluding>,
    #[serde(default)]
    full: Vec<String>,
    #[serde(default)]
    short: Vec<String>,
    #[serde(default)]
    none: Vec<String>,
    units: Vec<String>,
    #[serde(default)]
    about: Vec<String>,
    #[serde(default)]
    not: Vec<String>,
    #[serde(default)]
    nor: Vec<String>,
    #[serde(default)]
    beside: Vec<String>,
    #[serde(default)]
    within: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawIncluding {
    phrases: Vec<String>,
    sum: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRequired {
    section: String,
    what: String,
    words: Vec<String>,
    hint: String,
    #[serde(default)]
    from_year: u16,
}

#[derive(Deserialize, PartialEq, Clone, Copy)]
#[serde(rename_all = "lowercase")]
enum Line {
    Row,
    Column,
}

fn equal() -> Op {
    Op::Equal
}

fn wrong(text: impl Into<String>) -> FormError {
    FormError::Meaning(text.into())
}

pub(super) fn parse(text: &str) -> Result<Form, FormError> {
    let raw: RawForm = toml::from_str(text).map_err(|e| FormError::Syntax(sentence(&e, text)))?;
    let tables = raw.table.into_iter().map(table).collect::<Result<Vec<_>, _>>()?;
    let table_index =
        |key: &str| tables.iter().position(|t| t.key == key).ok_or_else(|| wrong(format!("没有键为 {key} 的表")));
    let sections = raw
        .section
        .into_iter()
        .map(|s| {
            Ok(Section {
                table: s.table.as_deref().map(table_index).transpose()?,
                key: s.key,
                heading: s.heading,
                variants: s.variants,
                sheet: s.sheet,
                subheadings: s.subheadings,
            })
        })
        .collect::<Result<Vec<_>, FormError>>()?;
    if sections.is_empty() || tables.is_empty() {
        return Err(wrong("至少要有一个部分和一张表"));
    }
    if raw.free_headings && sections.iter().all(|s| s.table.is_some()) {
        return Err(wrong("标题不固定的表样要有一个没有表的部分，用来放正文"));
    }
    for (i, t) in tables.iter().enumerate() {
        if sections.iter().filter(|s| s.table == Some(i)).count() != 1 {
            return Err(wrong(format!("{} 应当正好属于一个部分", t.name)));
        }
    }
    let relations = raw
        .relation
        .iter()
        .map(|r| table_index(&r.table).and_then(|i| relation(r, i, &tables[i])))
        .collect::<Result<_, _>>()?;
    let series = raw
        .series
        .iter()
        .map(|s| table_index(&s.table).and_then(|i| series(s, i, &tables[i])))
        .collect::<Result<_, _>>()?;
    let claims = raw.told.iter().map(|t| table_index(&t.table).and_then(|i| claim(t, i, &tables[i])));
    let claims = Claims::new(claims.collect::<Result<_, _>>()?);
    let required = |a: RawRequired| {
        let section = sections.iter().position(|s| s.key == a.section);
        let section = section.ok_or_else(|| wrong(format!("没有键为 {} 的部分", a.section)))?;
        Ok(RequiredStatement { section, what: a.what, words: a.words, hint: a.hint, from_year: a.from_year })
    };
    let required = raw.asked.into_iter().map(required).collect::<Result<_, FormError>>()?;
    let digit = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
    if let Some(other) = raw.former_digests.iter().find(|d| d.len() != 64 || !d.bytes().all(digit)) {
        return Err(wrong(format!("former_digests 里的“{other}”不是 64 位的 SHA-256")));
    }
    Ok(Form {
        structure: layout::structure(&sections, &tables),
        wording: layout::wording(&raw.notice, &sections, &tables),
        former_digests: raw.former_digests,
        id: raw.id,
        notice: raw.notice,
        digest: sha256(text.as_bytes()),
        first_year: raw.first_year,
        last_year: raw.last_year,
        free_headings: raw.free_headings,
        guide: raw.guide,
        sections,
        tables,
        relations,
        series,
        claims,
        required,
    })
}

fn claim(raw: &RawClaim, table_index: usize, table: &Table) -> Result<Claim, FormError> {
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
    let groups = &super::words().groups;
    let phrases = |texts: &[String], number: bool| {
        let parse = |t: &String| match Phrase::parse(t, groups) {
            Ok(p) if claims::has_number(&p) == number => Ok(p),
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
    let of = |texts: &[String]| phrase::words(texts.iter().map(String::as_str));
    Ok(Claim {
        what: raw.what.clone(),
        sums,
        including,
        full,
        short,
        none,
        units: of(&raw.units),
        scale,
        about: raw.about.clone(),
        not: raw.not.clone(),
        nor: raw.nor.clone(),
        beside: of(&raw.beside),
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

fn table(raw: RawTable) -> Result<Table, FormError> {
    let mut first_slot = 0;
    let mut blocks = Vec::with_capacity(raw.block.len());
    for b in raw.block {
        let block = Block {
            columns: axis(b.columns, false)?,
            rows: axis(b.rows, b.outline)?,
            unit_column: b.unit_column,
            empty_line: b.empty_line.unwrap_or_default(),
            key: b.key,
            title: b.title,
            corner: b.corner,
            first_slot,
        };
        if block.columns.leaves.is_empty() {
            return Err(wrong(format!("{} 的 {} 没有列", raw.name, block.key)));
        }
        if block.corner.is_some() == block.rows.leaves.is_empty() {
            return Err(wrong(format!("{} 的 {}：有行标题时才写 corner", raw.name, block.key)));
        }
        first_slot += block.row_count() * block.column_count();
        blocks.push(block);
    }
    let label_columns = blocks.iter().map(Block::label_columns).max().unwrap_or(0);
    let table = Table { key: raw.key, name: raw.name, caption: raw.caption, widths: raw.widths, blocks, label_columns };
    if table.widths.len() != table.grid_width() || table.widths.iter().any(|w| !w.is_finite() || *w <= 0.0) {
        return Err(wrong(format!("{} 应有 {} 个正的列宽", table.name, table.grid_width())));
    }
    Ok(table)
}

fn axis(raw: Vec<RawNode>, outline: bool) -> Result<Axis, FormError> {
    let mut axis = Axis { outline, ..Axis::default() };
    axis.nodes = nodes(raw, &Above::default(), &mut axis)?;
    Ok(axis)
}

/// The ancestors of a node: the path of its parent, the labels and the leaves from the outside in.
#[derive(Default)]
struct Above {
    path: String,
    labels: Vec<String>,
    leaves: Vec<usize>,
}

fn nodes(raw: Vec<RawNode>, above: &Above, axis: &mut Axis) -> Result<Vec<Node>, FormError> {
    let mut out: Vec<Node> = Vec::with_capacity(raw.len());
    for n in raw {
        let path = if above.path.is_empty() { n.key.clone() } else { format!("{}.{}", above.path, n.key) };
        if n.key.is_empty() || n.label.is_empty() || out.iter().any(|o| o.path == path) {
            return Err(wrong(format!("{path} 的键或标签为空，或键重复")));
        }
        let (level, first_leaf, line) = (above.labels.len(), axis.leaves.len(), axis.lines);
        let labels = [above.labels.as_slice(), std::slice::from_ref(&n.label)].concat();
        let mut leaves = above.leaves.clone();
        // A group has values if it has a unit; otherwise it is only the head of the lines below it.
        let owns = n.children.is_empty() || n.unit.is_some();
        if owns && !n.children.is_empty() && !axis.outline {
            return Err(wrong(format!("{path} 有下级，不能自己有单位（outline 的行除外）")));
        }
        axis.depth = if axis.outline { 1 } else { axis.depth.max(level + 1) };
        axis.lines += usize::from(owns || axis.outline);
        if owns {
            let unit = unit(&path, n.value, n.unit.as_deref())?;
            let (path, labels, variants) = (path.clone(), labels.clone(), n.variants.clone());
            let above = leaves.clone();
            leaves.push(first_leaf);
            axis.leaves.push(Leaf { path, labels, variants, kind: n.value, unit, unit_word: n.unit, line, above });
        }
        let children = nodes(n.children, &Above { path: path.clone(), labels, leaves }, axis)?;
        let leaf_count = axis.leaves.len() - first_leaf;
        let line_count = if axis.outline { 1 } else { axis.lines - line };
        let own = owns.then_some(first_leaf);
        let (label, variants) = (n.label, n.variants);
        out.push(Node { path, label, variants, children, first_leaf, leaf_count, own, line, line_count, level });
    }
    Ok(out)
}

/// The unit of money that a unit word denotes. An amount must be in a unit of money, and no other value may be.
fn unit(path: &str, kind: Option<ValueKind>, word: Option<&str>) -> Result<Option<Unit>, FormError> {
    let money = word.and_then(|w| Unit::ALL.into_iter().find(|u| u.word() == w));
    let amount = kind == Some(ValueKind::Amount);
    if word.is_some() && money.is_some() != amount {
        return Err(wrong(format!("{path} 的单位与数值种类不合：金额（amount）的单位是元或万元，其他的不是")));
    }
    Ok(money)
}

fn relation(raw: &RawRelation, table_index: usize, table: &Table) -> Result<Relation, FormError> {
    let (block, axis) = along(&raw.code, raw.block.as_deref(), raw.holds_in_each, table)?;
    let holds_in_each_column = raw.holds_in_each == Line::Column;
    let mut left = Vec::new();
    for t in &raw.left {
        terms(t, axis, &[], &mut left).map_err(|e| wrong(format!("{}：{e}", raw.code)))?;
    }
    let mut right = Vec::new();
    for t in &raw.right {
        terms(t, axis, &left, &mut right).map_err(|e| wrong(format!("{}：{e}", raw.code)))?;
    }
    if left.is_empty() || right.is_empty() {
        return Err(wrong(format!("{} 有一边是空的", raw.code)));
    }
    Ok(Relation { code: code(&raw.code)?, table: table_index, block, holds_in_each_column, left, op: raw.op, right })
}

/// The code of a relation. A relation with an unknown code is an error, because it would never be reported.
fn code(name: &str) -> Result<Code, FormError> {
    name.parse().map_err(|e: UnknownCode| wrong(e.to_string()))
}

/// The block of a relation, and the axis of its terms.
fn along<'t>(code: &str, block: Option<&str>, line: Line, table: &'t Table) -> Result<(usize, &'t Axis), FormError> {
    let index = match block {
        Some(key) => table.blocks.iter().position(|b| b.key == key),
        None => Some(0),
    };
    let index = index.ok_or_else(|| wrong(format!("{code} 所指的分块不存在")))?;
    let block = &table.blocks[index];
    Ok((index, if line == Line::Column { &block.rows } else { &block.columns }))
}

fn series(raw: &RawSeries, table_index: usize, table: &Table) -> Result<Series, FormError> {
    let (block, axis) = along(&raw.code, raw.block.as_deref(), raw.holds_in_each, table)?;
    let side = |texts: &[String]| {
        let mut out = Vec::new();
        for t in texts {
            terms(t, axis, &[], &mut out).map_err(|e| wrong(format!("{}：{e}", raw.code)))?;
        }
        Ok::<_, FormError>(out)
    };
    let (left, before, right) = (side(&raw.left)?, side(&raw.before)?, side(&raw.right)?);
    if left.is_empty() || before.is_empty() {
        return Err(wrong(format!("{} 要写 left（本年）和 before（上年）", raw.code)));
    }
    let (code, within_edition) = (code(&raw.code)?, raw.within_edition);
    let holds_in_each_column = raw.holds_in_each == Line::Column;
    let series = Series { code, table: table_index, block, holds_in_each_column, within_edition, left, before, right };
    // Amounts whose unit the agency chooses cannot be compared as numbers.
    let all = || series.left.iter().chain(&series.before).chain(&series.right);
    let slots = (0..series.lines(table)).flat_map(|line| all().map(move |t| (t, line)));
    if slots.map(|(t, line)| table.kind(series.slot(table, t, line))).any(|k| k == (ValueKind::Amount, None)) {
        return Err(wrong(format!("{} 用了没有规定单位的金额", raw.code)));
    }
    Ok(series)
}

/// Adds terms: `path` is one leaf, `-path` is subtracted, `path.*` is every highest leaf below a group, except those on the other
/// side.
fn terms(text: &str, axis: &Axis, other_side: &[Term], out: &mut Vec<Term>) -> Result<(), String> {
    let (negative, path) = text.strip_prefix('-').map_or((false, text), |p| (true, p));
    let before = out.len();
    if let Some(group) = path.strip_suffix(".*") {
        let node = axis.walk().into_iter().find(|n| n.path == group).ok_or(format!("没有 {group}"))?;
        let mut leaves = Vec::new();
        parts(&node.children, &mut leaves);
        leaves.retain(|l| other_side.iter().all(|t| t.leaf != *l));
        out.extend(leaves.into_iter().map(|leaf| Term { leaf, negative }));
    } else {
        out.extend(axis.leaf(path).map(|leaf| Term { leaf, negative }));
    }
    if out.len() == before { Err(format!("没有 {path}")) } else { Ok(()) }
}

/// The highest leaves at or below these nodes.
fn parts(nodes: &[Node], out: &mut Vec<usize>) {
    for n in nodes {
        match n.own {
            Some(leaf) => out.push(leaf),
            None => parts(&n.children, out),
        }
    }
}
