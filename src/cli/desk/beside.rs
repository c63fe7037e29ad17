//! The output folder of files that were dropped: its name and place, and whether it can be written.
//!
//! Takes paths, gives a folder beside the first of them. Never takes a folder that is a link, nor a name that a file has.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::cli::folder::Folder;
use crate::cli::io_error::unwritable;
use crate::cli::output::Temporary;
use crate::cli::{Exit, Stop};

/// The name of a folder in the root of a drive, and the ending of all others.
const OUTPUT: &str = "输出";
/// The name for several files.
const SEVERAL: &str = "多份";

/// An output folder that can be written. If it was new and is still empty, it is removed on drop.
#[derive(Debug)]
pub struct Beside {
    pub path: PathBuf,
    is_new: bool,
}

impl Beside {
    /// Makes the folder for the outputs of these inputs, unless it exists.
    pub fn of(inputs: &[PathBuf]) -> Result<Beside, Stop> {
        let path = path(inputs);
        let unwritten = |message: String| Stop { exit: Exit::Unwritten, message };
        let what = |meta: fs::Metadata| match () {
            () if meta.is_symlink() => Some("链接"),
            () if !meta.is_dir() => Some("文件"),
            () => None,
        };
        if let Some(what) = fs::symlink_metadata(&path).ok().and_then(what) {
            let message = format!("{} 是{what}，结果要写到这个名字的文件夹里，请先把它改名或移走", path.display());
            return Err(unwritten(message));
        }
        let failed = |e: io::Error| unwritten(refusal(&path, &e));
        let is_new = match fs::create_dir(&path) {
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => false,
            made => made.map(|()| true).map_err(failed)?,
        };
        let beside = Beside { path: path.clone(), is_new };
        // A folder on a disk that became read-only can still be opened.
        Folder::open(&path).and_then(|folder| Temporary::new(&folder)).map_err(failed)?;
        Ok(beside)
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        if self.is_new {
            // It fails if anything was written.
            let _ = fs::remove_dir(&self.path);
        }
    }
}

/// `甲.xlsx` → `甲-输出`, a folder `甲` → `甲-输出`, several → `多份-输出`, all beside the first; a drive → `输出` in it.
fn path(inputs: &[PathBuf]) -> PathBuf {
    let Some(first) = inputs.first() else { return PathBuf::from(OUTPUT) };
    // `.` and `..` have a name only when resolved.
    let first = if first.file_name().is_some() { first.clone() } else { resolved(first) };
    let (Some(parent), Some(name)) = (first.parent(), first.file_name()) else { return first.join(OUTPUT) };
    let name = match inputs {
        [_, _, ..] => OsStr::new(SEVERAL),
        _ if first.is_dir() => name,
        _ => first.file_stem().unwrap_or(name),
    };
    let mut name = OsString::from(name);
    name.push("-");
    name.push(OUTPUT);
    parent.join(name)
}

fn resolved(path: &Path) -> PathBuf {
    // The canonical form of Windows is one that no shell shows; there the plain absolute path is without `..`, too.
    let whole = if cfg!(windows) { std::path::absolute(path) } else { path.canonicalize() };
    whole.unwrap_or_else(|_| path.to_owned())
}

/// Why nothing can be written beside the input.
fn refusal(path: &Path, e: &io::Error) -> String {
    match e.kind() {
        io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied => {
            let place = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
            format!(
                "{} 里不能写文件（如光盘、写保护的优盘、别人的共享文件夹），请先把文件拷到自己的硬盘上，再拖一次",
                place.display()
            )
        }
        _ => unwritable(path, e),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_is_beside_the_input_and_named_after_it() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        fs::create_dir(at("2024.12")).unwrap();
        assert_eq!(path(&[at("年报.xlsx")]), at("年报-输出"));
        assert_eq!(path(&[at("2024.12")]), at("2024.12-输出"));
        assert_eq!(path(&[at("甲.xlsx"), at("乙.xlsx")]), at("多份-输出"));
        assert_eq!(path(&["年报.xlsx".into()]), Path::new("年报-输出"));
        let real = dir.path().canonicalize().unwrap();
        assert_eq!(
            path(&[at("2024.12/..")]),
            real.with_file_name(format!("{}-输出", real.file_name().unwrap().display()))
        );
        let root = if cfg!(windows) { "C:\\" } else { "/" };
        assert_eq!(path(&[root.into()]), Path::new(root).join("输出"));
    }

    #[test]
    fn a_folder_that_stays_empty_is_removed_and_one_with_files_is_not() {
        let dir = tempfile::tempdir().unwrap();
        let (input, folder) = (vec![dir.path().join("年报.xlsx")], dir.path().join("年报-输出"));
        drop(Beside::of(&input).unwrap());
        assert!(!folder.exists());
        let beside = Beside::of(&input).unwrap();
        fs::write(beside.path.join("甲"), "").unwrap();
        drop(beside);
        drop(Beside::of(&input).unwrap());
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
        fs::remove_dir_all(&folder).unwrap();
        fs::create_dir(&folder).unwrap();
        drop(Beside::of(&input).unwrap());
        assert!(folder.exists(), "an empty folder of the user");
        fs::remove_dir(&folder).unwrap();
        fs::write(&folder, "").unwrap();
        let stop = Beside::of(&input).unwrap_err();
        assert!(stop.exit == Exit::Unwritten && stop.message.contains("是文件"), "{}", stop.message);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_in_the_place_of_the_folder_is_not_followed() {
        let dir = tempfile::tempdir().unwrap();
        let other = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink(other.path(), dir.path().join("年报-输出")).unwrap();
        let stop = Beside::of(&[dir.path().join("年报.xlsx")]).unwrap_err();
        assert!(stop.message.contains("是链接"), "{}", stop.message);
        assert_eq!(fs::read_dir(other.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_disk_that_cannot_be_written_is_named_with_what_to_do() {
        for kind in [io::ErrorKind::ReadOnlyFilesystem, io::ErrorKind::PermissionDenied] {
            let message = refusal(Path::new("光盘/年报-输出"), &kind.into());
            assert!(message.starts_with("光盘 里不能写文件") && message.contains("拷到自己的硬盘上"), "{message}");
        }
        assert!(refusal(Path::new("年报-输出"), &io::ErrorKind::StorageFull.into()).contains("磁盘空间不足"));
    }
}
