//! A report → the package that is handed to a portal.
//!
//! Takes verified outputs, returns the files of a package's folder and a zip of them; finds the waivers of findings that block
//! publication, and the entry of a package in the index. It writes nothing itself.

mod index;
mod make;
mod package;
mod proof;
mod standing;
mod stanza;
mod waivers;

use crate::model::Finding;

pub use index::{Entry, index, is_index};
pub use make::{Produce, REFUSED, publish, publish_by};
pub use package::{Package, PackageFile, package};
pub use proof::{Difference, prove, prove_package};
pub use standing::{MOST_MANIFEST, standing};
pub use stanza::stanzas;
pub use waivers::Waivers;

/// Remark on a warning that blocks publication.
pub const BLOCKS: &str = "改正或豁免以前不能公布";

/// A finding's code, with [`BLOCKS`] if it is a warning that blocks publication and is not waived.
pub fn coded(f: &Finding) -> String {
    let blocks = f.blocks_as_warning() && f.waived.is_none();
    if blocks { format!("{}，{BLOCKS}", f.code) } else { f.code.to_string() }
}
