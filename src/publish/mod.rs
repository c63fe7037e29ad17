//! A report → the package that is handed to a portal.
//!
//! Takes what was proved, gives a folder's files and a zip of them; tells whether what stands in the way is waived, and what
//! the index says of a package. It writes nothing itself.

mod index;
mod package;
mod standing;
mod stanza;
mod waivers;

use crate::batch::Item;
use crate::model::Severity;
use crate::rules::blocks;

pub use index::{Entry, index, is_index};
pub use package::{Package, PackageFile, package};
pub use standing::{MOST_MANIFEST, standing};
pub use stanza::stanzas;
pub use waivers::Waivers;

/// Whether a finding stands in the way of publishing.
pub fn stands(code: &str, severity: Severity) -> bool {
    blocks(code, severity)
}

/// What a warning says that nothing is published with.
pub const BLOCKS: &str = "改正或豁免以前不能公布";

/// Whether a finding keeps a report from being published although it is no error.
pub fn blocks_as_warning(code: &str, severity: Severity) -> bool {
    severity < Severity::Error && stands(code, severity)
}

/// A finding's code, and that nothing is published with it where its severity does not say so.
pub fn coded(f: &Item) -> String {
    let blocks = blocks_as_warning(&f.code, f.severity) && f.waived.is_none();
    if blocks { format!("{}，{BLOCKS}", f.code) } else { f.code.clone() }
}
