//! The one path of a file among all that lead to it.
//!
//! Takes a path, returns one that is equal for equal files; it is compared and never shown.

use std::io;
use std::path::{Path, PathBuf};

/// The real path of something that exists. Some drives of Windows (memory disks, encrypted ones) cannot resolve a path; there it is
/// the absolute one, so that an input is recognised all the same.
pub fn real_path(path: &Path) -> io::Result<PathBuf> {
    path.canonicalize().or_else(|e| match path.symlink_metadata() {
        Ok(_) if cfg!(windows) => std::path::absolute(path),
        _ => Err(e),
    })
}
