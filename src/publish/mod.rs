//! A report → the package that is handed to a portal.
//!
//! Takes verified outputs, returns the files of a package's folder and a zip of them; finds the waivers of findings that block
//! publication, and the entry of a package in the index. It writes nothing itself.

mod bundle;
mod index;
mod index_entry;
mod make;
mod package;
mod proof;
mod stanza;
mod waivers;

pub use bundle::bundle;
pub use index::{IndexEntry, index, is_index};
pub use index_entry::{MOST_MANIFEST, index_entry, packaged};
pub use make::{Produce, publish, publish_by};
pub use package::{Package, PackageFile, package};
pub use proof::{Difference, prove, prove_package};
pub use stanza::stanzas;
pub use waivers::Waivers;

pub use crate::proof::Compared;
