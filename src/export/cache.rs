//! Caches of the writers that are reused for every report: compressors, and parts that all reports of a run have in common.
//!
//! Entries depend on their keys only, so a cache never changes an output.

use std::sync::Arc;

use super::docx::TableCache;
use super::html::Breaks;
use super::package::Packer;
use super::pdf::{Programs, SubsetCache};

/// Cache of one worker; the programs are shared between workers.
#[derive(Default)]
pub struct Cache {
    pub(crate) packer: Packer,
    pub(super) tables: TableCache,
    pub(super) programs: Arc<Programs>,
    pub(super) subsets: SubsetCache,
    pub(super) breaks: Breaks,
}

impl Cache {
    /// An empty cache with these programs.
    pub fn with(programs: Arc<Programs>) -> Cache {
        Cache { programs, ..Cache::default() }
    }
}
