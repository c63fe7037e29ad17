//! The format of a form file (serde): keys as written, nothing checked beyond their types.
//!
//! Keys are documented in the built-in files. Some have names of an earlier version, because the digest of a published form covers
//! its whole file.

use serde::Deserialize;

use crate::form::relation::Op;
use crate::form::{UnitColumn, ValueKind};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawForm {
    pub(super) id: String,
    pub(super) notice: String,
    pub(super) first_year: u16,
    pub(super) last_year: Option<u16>,
    #[serde(default)]
    pub(super) former_digests: Vec<String>,
    #[serde(default)]
    pub(super) free_headings: bool,
    #[serde(default)]
    pub(super) guide: Vec<String>,
    pub(super) section: Vec<RawSection>,
    pub(super) table: Vec<RawTable>,
    #[serde(default)]
    pub(super) relation: Vec<RawRelation>,
    #[serde(default)]
    pub(super) series: Vec<RawSeries>,
    #[serde(default, rename = "told")]
    pub(super) claims: Vec<RawClaim>,
    #[serde(default, rename = "asked")]
    pub(super) required: Vec<RawRequired>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawSection {
    pub(super) key: String,
    pub(super) heading: String,
    #[serde(default)]
    pub(super) variants: Vec<String>,
    pub(super) sheet: String,
    pub(super) table: Option<String>,
    #[serde(default)]
    pub(super) subheadings: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawTable {
    pub(super) key: String,
    pub(super) name: String,
    pub(super) caption: String,
    pub(super) widths: Vec<f32>,
    pub(super) block: Vec<RawBlock>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawBlock {
    pub(super) key: String,
    pub(super) title: Option<String>,
    pub(super) corner: Option<String>,
    #[serde(default)]
    pub(super) outline: bool,
    pub(super) unit_column: Option<UnitColumn>,
    pub(super) empty_line: Option<String>,
    pub(super) columns: Vec<RawNode>,
    #[serde(default)]
    pub(super) rows: Vec<RawNode>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawNode {
    pub(super) key: String,
    pub(super) label: String,
    #[serde(default)]
    pub(super) variants: Vec<String>,
    #[serde(default)]
    pub(super) children: Vec<RawNode>,
    pub(super) value: Option<ValueKind>,
    pub(super) unit: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawRelation {
    pub(super) code: String,
    pub(super) table: String,
    pub(super) block: Option<String>,
    pub(super) holds_in_each: RowOrColumn,
    pub(super) left: Vec<String>,
    #[serde(default = "equal")]
    pub(super) op: Op,
    pub(super) right: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawSeries {
    pub(super) code: String,
    pub(super) table: String,
    pub(super) block: Option<String>,
    pub(super) holds_in_each: RowOrColumn,
    #[serde(default)]
    pub(super) within_edition: bool,
    pub(super) left: Vec<String>,
    pub(super) before: Vec<String>,
    #[serde(default)]
    pub(super) right: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawClaim {
    pub(super) what: String,
    pub(super) table: String,
    pub(super) block: Option<String>,
    pub(super) column: Option<String>,
    pub(super) sums: Vec<Vec<String>>,
    pub(super) including: Option<RawIncluding>,
    #[serde(default)]
    pub(super) full: Vec<String>,
    #[serde(default)]
    pub(super) short: Vec<String>,
    #[serde(default)]
    pub(super) none: Vec<String>,
    pub(super) units: Vec<String>,
    #[serde(default)]
    pub(super) about: Vec<String>,
    #[serde(default)]
    pub(super) not: Vec<String>,
    #[serde(default)]
    pub(super) nor: Vec<String>,
    #[serde(default)]
    pub(super) beside: Vec<String>,
    #[serde(default)]
    pub(super) within: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawIncluding {
    pub(super) phrases: Vec<String>,
    pub(super) sum: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawRequired {
    pub(super) section: String,
    pub(super) what: String,
    pub(super) words: Vec<String>,
    pub(super) hint: String,
    #[serde(default)]
    pub(super) from_year: u16,
}

/// Whether a relation holds in each row or in each column of its block.
#[derive(Deserialize, PartialEq, Clone, Copy)]
#[serde(rename_all = "lowercase")]
pub(super) enum RowOrColumn {
    Row,
    Column,
}

fn equal() -> Op {
    Op::Equal
}
