//! A run over many inputs, as values: the outcome of each input, the manifest, the shards of a run and the summary workbook.
//!
//! Takes findings and outputs of single reports, gives records, the lines of the manifest and the workbook. Reads no input,
//! writes no file and uses no clock: the same inputs with the same options give the same bytes on any machine and with any number
//! of shards.

mod manifest;
mod own;
mod record;
mod shard;
mod summary;

pub use manifest::{Header, Manifest, ManifestError, merge};
pub(crate) use own::{BlankTemplates, is_blank_template, is_published};
pub use record::{OutputFile, Record, Status};
pub use shard::Shard;
pub(crate) use summary::is_summary;
pub use summary::{severity, word, write as write_summary};
