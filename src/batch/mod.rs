//! A run over many inputs, as values: what became of each of them, the manifest that says so, the shards it may be split
//! into and the workbook that sums it up.
//!
//! Takes findings and outputs of single reports, gives records, their lines and their workbook. It reads no input, writes
//! no file and never looks at a clock: the same inputs under the same options give the same bytes, on one machine or on ten.

mod manifest;
mod own;
mod record;
mod shard;
mod summary;

pub use manifest::{Header, Manifest, ManifestError, merge};
pub use own::{is_blank_template, is_published};
pub use record::{OutputFile, Record, Status};
pub use shard::Shard;
pub use summary::{is_summary, severity, word, write as write_summary};
