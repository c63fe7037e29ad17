//! The official form as data: one TOML file per edition, plus `workbook.toml` for the labels that all editions share and
//! `text.toml` for the words that the checks of the text search for.
//!
//! Takes the embedded files (or one given by the user), gives [`Form`] values: sections with their headings, tables as
//! trees of rows and columns, value kinds, units and relations. Spans, slots and the printed grid follow from the trees.
//! It is the only place that knows an official label, a row number or a year; it never reads a workbook and never prints.

mod axis;
mod claims;
mod data;
mod grid;
mod layout;
mod phrase;
mod relation;
mod series;
mod words;
mod workbook;

pub use axis::{Axis, Leaf, Node};
pub(crate) use claims::{Claim, ClaimKind, Claims, RequiredStatement};
pub use data::FormError;
pub use grid::{GridCell, GridContent};
pub(crate) use phrase::{AnyOf, Letter, Phrase, PhrasePart, Word};
pub use relation::{Op, Relation, RelationUse, Term};
pub use series::Series;
pub(crate) use words::{CutWords, Letters, words};
pub use workbook::{CoverField, CoverLabels, DataLabels, SumLabels, WorkbookLabels, labels};

use std::sync::{Arc, LazyLock};
use std::thread::Builder;

/// What a value of the form counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ValueKind {
    /// A whole number, zero or more.
    Count,
    /// A whole number that may be negative (本年增/减).
    Signed,
    /// Money, decimals allowed.
    Amount,
}

/// A unit of money.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Deserialize, serde::Serialize)]
pub enum Unit {
    #[serde(rename = "元")]
    /// 元.
    Yuan,
    #[serde(rename = "万元")]
    /// 万元: 10,000 yuan.
    TenThousandYuan,
}

impl Unit {
    /// All units, the longest word first, so that a search for a suffix finds 万元 before 元.
    pub const ALL: [Unit; 2] = [Unit::TenThousandYuan, Unit::Yuan];

    /// The word as printed.
    pub const fn word(self) -> &'static str {
        match self {
            Unit::Yuan => "元",
            Unit::TenThousandYuan => "万元",
        }
    }

    /// How many yuan one of this unit is.
    pub const fn in_yuan(self) -> i64 {
        match self {
            Unit::Yuan => 1,
            Unit::TenThousandYuan => 10_000,
        }
    }
}

/// One edition of the form.
#[derive(Debug, PartialEq)]
pub struct Form {
    /// Edition id, e.g. `2021`.
    pub id: String,
    /// The notice that issued it, e.g. 国办公开办函〔2021〕30号.
    pub notice: String,
    /// SHA-256 of the form file, in hexadecimal.
    pub digest: String,
    /// See [`Form::structure`].
    structure: String,
    /// See [`Form::wording`].
    wording: String,
    /// Digests of this same layout in JSON files of earlier versions.
    former_digests: Vec<String>,
    /// First report year it was made for.
    pub first_year: u16,
    /// Last report year it was made for; `None` while in force.
    pub last_year: Option<u16>,
    /// Whether the agency chooses the headings of the text. They are then kept as written, as paragraphs with a level, and no
    /// section's heading is required or printed. The sections only determine on which sheet of the standard workbook text and
    /// tables are located; the heading of a section with a table is the title of the table.
    pub free_headings: bool,
    /// Instructions in the standard workbook that apply only to this edition.
    pub guide: Vec<String>,
    /// The sections, in order.
    pub sections: Vec<Section>,
    /// The official tables, in order.
    pub tables: Vec<Table>,
    /// The relations (勾稽关系), in the order in which blank totals are filled.
    pub relations: Vec<Relation>,
    /// The relations between the reports of consecutive years.
    pub series: Vec<Series>,
    /// The figures that the text may state.
    pub(crate) claims: Claims,
    /// The statements that the text must contain.
    pub(crate) required: Vec<RequiredStatement>,
}

/// One section of the report.
#[derive(Debug, PartialEq)]
#[non_exhaustive]
pub struct Section {
    /// Key in the form file and in JSON, unique among the sections, e.g. `overview`.
    pub key: String,
    /// The official heading with its number, as printed.
    pub heading: String,
    /// Published variants of the heading that are accepted on import.
    pub variants: Vec<String>,
    /// Its sheet in the standard workbook.
    pub sheet: String,
    /// Index of its table in [`Form::tables`].
    pub table: Option<usize>,
    /// The subheadings the standard workbook offers.
    pub subheadings: Vec<String>,
}

/// One official table: stacked blocks that share a width.
#[derive(Debug, PartialEq)]
#[non_exhaustive]
pub struct Table {
    /// Key in the form file and in JSON, unique among the tables, e.g. `three`.
    pub key: String,
    /// Short name for messages, e.g. 表三.
    pub name: String,
    /// Accessible name, for the tag tree and the long-form data.
    pub caption: String,
    /// Relative widths of the grid columns (label columns first).
    pub widths: Vec<f32>,
    /// The blocks from top to bottom.
    pub blocks: Vec<Block>,
    /// Label columns of the widest block.
    pub label_columns: usize,
}

/// A rectangle of values with its own column heads and row labels.
#[derive(Debug, PartialEq)]
#[non_exhaustive]
pub struct Block {
    /// Key in the form file and in JSON, unique within the table, e.g. `item1`.
    pub key: String,
    /// A line over the whole width, e.g. 第二十条第（一）项.
    pub title: Option<String>,
    /// The label over the row labels.
    pub corner: Option<String>,
    /// The value columns with their heads.
    pub columns: Axis,
    /// Empty for a block with one unlabelled row (table four).
    pub rows: Axis,
    /// The column between row labels and values that prints the unit of each row.
    pub unit_column: Option<UnitColumn>,
    /// What the form prints in place of unit and values on a line without values.
    pub empty_line: String,
    /// Slot of the first value within the table.
    pub first_slot: usize,
}

/// The column that prints the unit of each row.
#[derive(Debug, Clone, PartialEq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct UnitColumn {
    /// The head of the column.
    pub label: String,
    /// Other published wordings.
    #[serde(default)]
    pub variants: Vec<String>,
}

/// The position of a value in a table: block, row leaf, column leaf (all from 0).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SlotAt {
    /// Index in [`Table::blocks`].
    pub block: usize,
    /// Index of the leaf in [`Block::rows`]; 0 for a block without row labels.
    pub row: usize,
    /// Index of the leaf in [`Block::columns`].
    pub column: usize,
}

impl Block {
    /// Number of value rows (an unlabelled block has one).
    pub fn row_count(&self) -> usize {
        self.rows.leaves.len().max(1)
    }

    /// Number of grid rows below the heads: value rows and the lines of labels without values.
    pub fn line_count(&self) -> usize {
        self.rows.lines.max(1)
    }

    /// Grid columns before the values: row labels and units.
    pub fn label_columns(&self) -> usize {
        self.rows.depth + usize::from(self.unit_column.is_some())
    }

    /// The value row on a line below the heads.
    pub fn row_on(&self, line: usize) -> Option<usize> {
        if self.rows.leaves.is_empty() {
            return (line == 0).then_some(0);
        }
        self.rows.leaves.iter().position(|l| l.line == line)
    }

    /// The unit that the form prints beside a row.
    pub fn unit_word(&self, row: usize) -> Option<&str> {
        self.rows.leaves.get(row).and_then(|l| l.unit_word.as_deref())
    }

    /// Number of value columns.
    pub fn column_count(&self) -> usize {
        self.columns.leaves.len()
    }

    /// The slot of a value within its table.
    pub fn slot(&self, row: usize, column: usize) -> usize {
        self.first_slot + row * self.column_count() + column
    }

    /// Kind and unit of a value: the column's, unless the row states its own.
    pub fn kind(&self, row: usize, column: usize) -> (ValueKind, Option<Unit>) {
        let col = &self.columns.leaves[column];
        let row = self.rows.leaves.get(row);
        let kind = row.and_then(|r| r.kind).or(col.kind).unwrap_or(ValueKind::Count);
        (kind, row.and_then(|r| r.unit).or(col.unit))
    }
}

impl Table {
    /// Number of values.
    pub fn slot_count(&self) -> usize {
        self.blocks.iter().map(|b| b.row_count() * b.column_count()).sum()
    }

    /// All slots in order: block by block, row by row, column by column.
    pub fn slots(&self) -> impl Iterator<Item = SlotAt> + '_ {
        self.blocks.iter().enumerate().flat_map(|(block, b)| {
            (0..b.row_count())
                .flat_map(move |row| (0..b.column_count()).map(move |column| SlotAt { block, row, column }))
        })
    }

    /// The slot number of a position.
    pub fn slot(&self, at: SlotAt) -> usize {
        self.blocks[at.block].slot(at.row, at.column)
    }

    /// The position of a slot number.
    pub fn at(&self, slot: usize) -> SlotAt {
        let block = self.blocks.iter().rposition(|b| b.first_slot <= slot).unwrap_or(0);
        let b = &self.blocks[block];
        let within = slot - b.first_slot;
        SlotAt { block, row: within / b.column_count(), column: within % b.column_count() }
    }

    /// Kind and unit of a slot.
    pub fn kind(&self, slot: usize) -> (ValueKind, Option<Unit>) {
        let at = self.at(slot);
        self.blocks[at.block].kind(at.row, at.column)
    }

    /// The word for the unit of a slot: the one printed beside the row, otherwise its unit of money.
    pub fn unit_word(&self, slot: usize) -> Option<&str> {
        let at = self.at(slot);
        self.blocks[at.block].unit_word(at.row).or(self.kind(slot).1.map(Unit::word))
    }

    /// The keys that name a value within its table: block, row and column, as paths. A row without labels has no key.
    pub fn keys(&self, slot: usize) -> [&str; 3] {
        let at = self.at(slot);
        let block = &self.blocks[at.block];
        let row = block.rows.leaves.get(at.row).map_or("", |leaf| leaf.path.as_str());
        [&block.key, row, &block.columns.leaves[at.column].path]
    }

    /// Width in grid columns.
    pub fn grid_width(&self) -> usize {
        self.blocks.iter().map(|b| b.label_columns() + b.column_count()).max().unwrap_or(0)
    }

    /// The row's labels from the outside in, e.g. 三、本年度办理结果 / （三）不予公开 / 1.属于国家秘密 (a block title first).
    pub fn row_path(&self, slot: usize) -> Vec<&str> {
        let at = self.at(slot);
        let b = &self.blocks[at.block];
        let own = b.rows.leaves.get(at.row).map(|l| l.labels.iter().map(String::as_str));
        b.title.as_deref().into_iter().chain(own.into_iter().flatten()).collect()
    }

    /// The column's labels from the outside in, e.g. 申请人情况 / 法人或其他组织 / 商业企业.
    pub fn column_path(&self, slot: usize) -> Vec<&str> {
        let at = self.at(slot);
        self.blocks[at.block].columns.leaves[at.column].labels.iter().map(String::as_str).collect()
    }

    /// The innermost labels of a value's row and column for messages, joined by `·`; one of them alone if the other is missing.
    pub(crate) fn slot_label(&self, slot: usize) -> String {
        let paths = [self.row_path(slot), self.column_path(slot)];
        let labels = paths.map(|path| path.last().copied().unwrap_or_default());
        labels.into_iter().filter(|label| !label.is_empty()).collect::<Vec<_>>().join("·")
    }
}

impl Form {
    /// SHA-256 of the form's layout: keys, trees, kinds and units. Two forms with the same structure have the same values under
    /// the same keys, even if names and checks differ.
    pub fn structure(&self) -> &str {
        &self.structure
    }

    /// SHA-256 of the words that a report as JSON repeats from the form: notice, headings, names and labels.
    pub fn wording(&self) -> &str {
        &self.wording
    }

    /// Whether a digest is that of this form's layout, as written by this version or an earlier one.
    pub fn has_structure(&self, digest: &str) -> bool {
        self.structure == digest || self.former_digests.iter().any(|former| former == digest)
    }

    /// Reads a form file. Errors say in Chinese what is wrong with the file.
    pub fn parse(text: &str) -> Result<Form, FormError> {
        data::parse(text)
    }

    /// Whether the edition was made for reports of `year`.
    pub fn covers(&self, year: u16) -> bool {
        year >= self.first_year && self.last_year.is_none_or(|last| year <= last)
    }

    /// The section that contains a table.
    pub fn section_of(&self, table: usize) -> usize {
        self.sections.iter().position(|s| s.table == Some(table)).unwrap_or(0)
    }

    /// Number of values of the whole form.
    pub fn slot_count(&self) -> usize {
        self.tables.iter().map(Table::slot_count).sum()
    }
}

const TEXTS: [&str; 3] = [include_str!("2021.toml"), include_str!("2019.toml"), include_str!("2014.toml")];

static BUILT_IN: LazyLock<Vec<Arc<Form>>> = LazyLock::new(|| {
    // The files are compiled in and parsed by a test: they cannot fail on a user's machine.
    let parse = |text| Arc::new(Form::parse(text).expect("built-in form"));
    // Every command needs all of them, so they are parsed in parallel.
    std::thread::scope(|scope| {
        let begun = TEXTS.map(|text| (text, Builder::new().spawn_scoped(scope, move || parse(text)).ok()));
        // If a thread cannot be started, the form is parsed on this one.
        begun.map(|(text, thread)| thread.and_then(|t| t.join().ok()).unwrap_or_else(|| parse(text))).to_vec()
    })
});

/// The built-in editions, the one in force first.
pub fn built_in() -> &'static [Arc<Form>] {
    &BUILT_IN
}

/// A built-in edition by its id.
pub fn edition(id: &str) -> Option<Arc<Form>> {
    BUILT_IN.iter().find(|f| f.id == id).cloned()
}

#[cfg(test)]
mod tests;
