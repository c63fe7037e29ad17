//! `nianbao` turns the workbook of a Chinese agency's annual report on information disclosure into files to publish.
//!
//! The way of the data: bytes → `import` → `normalize` → [`model::Report`] → `check` for findings, [`compose`] for a
//! [`model::Document`], `layout` for pages, `export` for files. Same input, same version: same bytes.

pub mod aggregate;
pub mod batch;
pub mod check;
#[cfg(feature = "cli")]
pub mod cli;
pub mod compose;
mod digest;
pub mod engine;
pub mod export;
pub mod fault;
pub mod feedback;
pub mod form;
pub mod formats;
pub mod import;
mod inflate;
pub mod judge;
pub mod layout;
pub mod model;
pub mod normalize;
pub mod pipeline;
pub(crate) mod proof;
pub mod publish;
pub mod rules;
pub mod series;
pub mod setting;
pub mod site;
pub mod style;
mod toml_error;
