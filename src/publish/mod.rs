//! A report → the package that is handed to a portal.
//!
//! Takes what was proved, gives a folder's files and a zip of them; tells whether what stands in the way is waived. It writes
//! nothing itself.

mod index;
mod package;
mod waivers;

pub use index::{Entry, index};
pub use package::{Package, PackageFile, package};
pub use waivers::Waivers;
