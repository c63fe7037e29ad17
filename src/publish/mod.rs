//! A report → the package that is handed to a portal.
//!
//! Takes what was proved, gives a folder's files and a zip of them; tells whether what stands in the way is waived, and what
//! the index says of a package. It writes nothing itself.

mod index;
mod package;
mod standing;
mod waivers;

use crate::model::Severity;
use crate::rules::blocks;

pub use index::{Entry, index, is_index};
pub use package::{Package, PackageFile, package};
pub use standing::{MOST_MANIFEST, standing};
pub use waivers::Waivers;

/// Whether a finding stands in the way of publishing.
pub fn stands(code: &str, severity: Severity) -> bool {
    blocks(code, severity)
}
