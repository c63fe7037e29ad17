//! `nianbao` turns the workbook in which a Chinese government agency fills in its annual report on information disclosure
//! (政府信息公开工作年度报告) into files that can be published: PDF, DOCX, XLSX, HTML, JSON, CSV.
//!
//! This library is the core: bytes in, values out. It reads no file, starts no process, and knows no clock, environment or locale;
//! the same input and the same version give the same bytes on every platform. The command line on top of it is the feature `cli`
//! (default); with `default-features = false` the core also builds for `wasm32-unknown-unknown`.
//!
//! ```
//! use nianbao::engine::Engine;
//! use nianbao::form;
//! use nianbao::pipeline::{Format, examine_bytes, produce};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // Any workbook with the official tables; here the blank template of the form in force.
//! let workbook = nianbao::export::template::write(&form::built_in()[0], None)?;
//!
//! // One engine for all reports and threads: setting, fonts, and caches that never change a result.
//! let engine = Engine::default();
//! let examined = examine_bytes("年报.xlsx", &workbook, &engine);
//! for finding in &examined.findings {
//!     println!("{} {}", finding.code, finding.message);
//! }
//!
//! // `None` if the report was refused: nothing may be written for it, and the findings say why.
//! if let Some(whole) = examined.whole() {
//!     for (format, bytes) in produce(whole, &[Format::Pdf, Format::Docx], &engine)? {
//!         println!("{}: {} bytes", format.word(), bytes.len());
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! The way of the data: bytes → [`import`] → [`normalize`] → [`model::Report`] → [`check`] for findings, [`compose`] for a
//! [`model::Document`], [`layout`] for pages, [`export`] for files; [`publish`] proves and packs them. [`pipeline`] joins the stages.

#![warn(missing_docs)]

/// Version of this program, which its outputs state.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

pub mod aggregate;
pub mod batch;
pub mod check;
#[cfg(feature = "cli")]
pub mod cli;
pub mod compose;
pub mod digest;
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
#[cfg(feature = "faces")]
pub mod page;
pub mod pipeline;
pub(crate) mod proof;
pub mod publish;
pub mod rules;
pub mod series;
pub mod setting;
pub mod site;
pub mod style;
mod toml_error;
