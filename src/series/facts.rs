//! The facts of one report that other years are compared with: a few figures with their cells.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::form::{Series, Term};
use crate::model::{Address, Code, Decimal, Origins, Place, Report, Source};

/// The facts of one report. Small, and always the same for the same report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Facts {
    /// The agency as the report names it.
    pub agency: String,
    /// Year that the report covers; 0 if it is unknown.
    pub year: u16,
    /// Id of its edition.
    pub edition: String,
    /// One per series relation of its form.
    pub links: Vec<RelationFacts>,
}

/// The figures that one series relation reads in a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RelationFacts {
    /// The rule, e.g. `Y401`.
    pub code: Code,
    /// Keys of table and block; equal keys in another edition mean the same block.
    pub key: String,
    /// Short name of the table, e.g. 表三.
    pub table: String,
    /// Whether the relation holds only between two reports of the same edition.
    pub within_edition: bool,
    /// Sheet of the block.
    pub sheet: Option<Arc<str>>,
    /// The terms of the relation, left side first.
    pub terms: Vec<TermFacts>,
    /// The rows or columns in which the relation holds, in the order of the form.
    pub lines: Vec<LineFacts>,
}

/// A term of the relation, the same in every line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TermFacts {
    /// Official label of its row or column.
    pub label: String,
    /// The side of the equation that it belongs to.
    pub side: TermSide,
    /// Whether it is subtracted.
    pub negative: bool,
}

/// The side of a term: `left` (this year) = `before` (last year) + `right` (this year).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TermSide {
    /// This year's figure that carries last year over.
    Left,
    /// For the comparison with the next year's report: last year's figure, in the report of that year.
    Before,
    /// This year's figures that are added to last year's.
    Right,
}

/// One row or column in which the relation holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LineFacts {
    /// Path of keys.
    pub key: String,
    /// Official label of the row or column; empty if it has none.
    pub label: String,
    /// One per term.
    pub figures: Vec<FactFigure>,
}

/// A number and its cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FactFigure {
    /// The number without trailing zeros; 0 if the cell is blank.
    pub number: Decimal,
    /// Its cell on the sheet of the block; `None` if the origin is unknown.
    pub cell: Option<Address>,
}

impl Facts {
    /// Extracts the facts of a report.
    pub fn of(report: &Report, origins: &Origins) -> Facts {
        let cover = &report.cover;
        let links = report.form.series.iter().map(|s| RelationFacts::of(s, report, origins)).collect();
        Facts { agency: cover.agency.trim().to_owned(), year: cover.year, edition: report.form.id.clone(), links }
    }
}

impl RelationFacts {
    fn of(series: &Series, report: &Report, origins: &Origins) -> RelationFacts {
        let table = &report.form.tables[series.table];
        let block = &table.blocks[series.block];
        let (across, along) =
            if series.holds_in_each_column { (&block.columns, &block.rows) } else { (&block.rows, &block.columns) };
        let sides =
            [(TermSide::Left, &series.left), (TermSide::Before, &series.before), (TermSide::Right, &series.right)];
        let terms: Vec<_> = sides.into_iter().flat_map(|(side, all)| all.iter().map(move |t| (side, t))).collect();
        let named = |(side, t): &(TermSide, &Term)| {
            let label = along.leaves.get(t.leaf).map_or(String::new(), |l| l.label().to_owned());
            TermFacts { label, side: *side, negative: t.negative }
        };
        let source = |slot: usize| origins.source(Place::Value { table: series.table, slot });
        let figure = |slot: usize| FactFigure {
            number: report.tables[series.table][slot].number().normalize(),
            cell: source(slot).and_then(|s| s.cell),
        };
        let lines = (0..series.lines(table)).map(|line| LineFacts {
            key: across.leaves.get(line).map_or(String::new(), |l| l.path.clone()),
            label: across.leaves.get(line).map_or(String::new(), |l| l.label().to_owned()),
            figures: terms.iter().map(|(_, t)| figure(series.slot(table, t, line))).collect(),
        });
        RelationFacts {
            code: series.code,
            key: format!("{}.{}", table.key, block.key),
            table: table.name.clone(),
            within_edition: series.within_edition,
            sheet: source(block.first_slot).map(|s| s.sheet.clone()),
            terms: terms.iter().map(named).collect(),
            lines: lines.collect(),
        }
    }

    /// The cell of a figure in `file`; without a cell its sheet, without a sheet the file.
    pub fn place(&self, file: &str, figure: &FactFigure) -> Source {
        match (&self.sheet, figure.cell) {
            (Some(sheet), Some(cell)) => Source::cell(sheet, cell).within(file),
            (Some(sheet), None) => Source::sheet(sheet).within(file),
            _ => Source::file(file),
        }
    }
}
