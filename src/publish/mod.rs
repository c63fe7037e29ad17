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

pub use index::{Entry, index, is_index};
pub use make::{Produce, REFUSED, publish, publish_by};
pub use package::{Package, PackageFile, package};
pub use proof::{Difference, prove, prove_package};
pub use standing::{MOST_MANIFEST, standing};
pub use stanza::stanzas;
pub use waivers::Waivers;
