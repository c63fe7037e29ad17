//! Access to an output folder through an open handle.
//!
//! Everything in it is accessed through the open handle by single names, and links are not followed. Replacing the folder, or a
//! file in it, by a link during a run therefore redirects nothing. Only new files and regular files without further hard links
//! are opened for writing; pipes and devices are never opened. On systems other than Unix the path is used instead of a handle.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

/// An open folder. Clones share the handle.
#[derive(Debug, Clone)]
pub struct Folder {
    /// For messages.
    path: PathBuf,
    handle: Arc<system::Handle>,
}

/// Kind of a directory entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    File,
    Folder,
    /// A link, a pipe, a device.
    Other,
}

impl Folder {
    /// Opens a folder, creating it if it does not exist. Links in a path given by the user are followed.
    pub fn create(path: &Path) -> io::Result<Folder> {
        fs::create_dir_all(path)?;
        Folder::open(path)
    }

    pub fn open(path: &Path) -> io::Result<Folder> {
        Ok(Folder { path: path.to_owned(), handle: Arc::new(system::Handle::open(path)?) })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Opens the folder at a path below this one, creating missing parts.
    pub fn below(&self, path: &Path) -> io::Result<Folder> {
        self.descend(path, true)
    }

    /// Opens the existing folder at a path below this one.
    pub fn existing(&self, path: &Path) -> io::Result<Folder> {
        self.descend(path, false)
    }

    fn descend(&self, path: &Path, create: bool) -> io::Result<Folder> {
        let mut folder = self.clone();
        for part in path.components() {
            let Component::Normal(name) = part else { return Err(io::ErrorKind::InvalidInput.into()) };
            if create && folder.kind(name)?.is_none() {
                folder.create_folder(name).or_else(|e| match e.kind() {
                    io::ErrorKind::AlreadyExists => Ok(()),
                    _ => Err(e),
                })?;
            }
            if folder.kind(name)? == Some(EntryKind::Other) {
                return Err(not_ours(name, "链接，不是文件夹"));
            }
            let handle = folder.handle.folder(name)?;
            folder = Folder { path: folder.path.join(name), handle: Arc::new(handle) };
        }
        Ok(folder)
    }

    /// Kind of the entry with this name; `None` if there is none.
    pub fn kind(&self, name: impl AsRef<OsStr>) -> io::Result<Option<EntryKind>> {
        self.handle.kind(name.as_ref())
    }

    /// Whether the entry with this name is of this kind.
    pub fn is(&self, kind: EntryKind, name: impl AsRef<OsStr>) -> bool {
        self.kind(name).is_ok_and(|k| k == Some(kind))
    }

    /// All entries with their kinds, sorted by name.
    pub fn entries(&self) -> io::Result<Vec<(OsString, EntryKind)>> {
        let mut all = Vec::new();
        for name in self.handle.names()? {
            // Entries removed in the meantime are omitted.
            if let Some(kind) = self.kind(&name)? {
                all.push((name, kind));
            }
        }
        all.sort_by(|a, b| a.0.cmp(&b.0));
        Ok(all)
    }

    /// Opens a regular file for reading.
    pub fn file(&self, name: impl AsRef<OsStr>) -> io::Result<File> {
        let name = name.as_ref();
        self.regular(name)?;
        let file = self.handle.open_file(name, false)?;
        if file.metadata()?.is_file() { Ok(file) } else { Err(not_ours(name, "链接、管道或别的东西")) }
    }

    /// All bytes of a regular file.
    pub fn read(&self, name: impl AsRef<OsStr>) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.file(name)?.read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// All bytes of a regular file by its path below this folder.
    pub fn read_below(&self, path: &Path) -> io::Result<Vec<u8>> {
        let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
        self.existing(path.parent().unwrap_or(Path::new("")))?.read(name)
    }

    /// Creates a file; an error if the name exists.
    pub fn create_new(&self, name: impl AsRef<OsStr>) -> io::Result<File> {
        self.handle.create_new(name.as_ref())
    }

    /// Opens or creates a file of this program for reading and writing. A file with further hard links is refused, because
    /// writing would also change it under its other names.
    pub fn own(&self, name: impl AsRef<OsStr>) -> io::Result<File> {
        let name = name.as_ref();
        for _ in 0..ATTEMPTS {
            match self.create_new(name) {
                Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {}
                made => return made,
            }
            self.regular(name)?;
            match self.handle.open_file(name, true) {
                // Removed by its run between the two calls.
                Err(e) if e.kind() == io::ErrorKind::NotFound => {}
                Err(e) => return Err(e),
                Ok(file) => {
                    let meta = file.metadata()?;
                    if !meta.is_file() || !system::has_one_name(&meta) {
                        return Err(not_ours(name, "链接，另一处的文件也会被改动"));
                    }
                    return Ok(file);
                }
            }
        }
        Err(unsteady())
    }

    /// Refuses a name that is not a regular file. The entry can still change before it is opened, so the open file is checked
    /// again; this check gives a precise message and avoids opening a device.
    fn regular(&self, name: &OsStr) -> io::Result<()> {
        match self.kind(name)? {
            None | Some(EntryKind::File) => Ok(()),
            Some(EntryKind::Folder) => Err(not_ours(name, "文件夹")),
            Some(EntryKind::Other) => Err(not_ours(name, "链接、管道或别的东西")),
        }
    }

    pub fn create_folder(&self, name: impl AsRef<OsStr>) -> io::Result<()> {
        self.handle.create_folder(name.as_ref())
    }

    /// Renames a file or a folder, into `to`. An existing file of that name is replaced; an existing link is replaced, not
    /// followed.
    pub fn rename(&self, name: impl AsRef<OsStr>, to: &Folder, new: impl AsRef<OsStr>) -> io::Result<()> {
        self.handle.rename(name.as_ref(), &to.handle, new.as_ref())
    }

    /// An error if a file of this name exists and cannot be replaced now: on Windows a program that has it open prevents that.
    pub fn check_replaceable(&self, name: impl AsRef<OsStr>) -> io::Result<()> {
        self.handle.check_replaceable(name.as_ref())
    }

    pub fn remove_file(&self, name: impl AsRef<OsStr>) -> io::Result<()> {
        self.handle.remove_file(name.as_ref())
    }

    /// Removes a folder with its content; links in it are removed, not followed.
    pub fn remove_folder(&self, name: impl AsRef<OsStr>) -> io::Result<()> {
        let name = name.as_ref();
        let inner = self.existing(Path::new(name))?;
        for (entry, kind) in inner.entries()? {
            match kind {
                EntryKind::Folder => inner.remove_folder(&entry)?,
                EntryKind::File | EntryKind::Other => inner.remove_file(&entry)?,
            }
        }
        // The handle is closed before the folder is removed.
        drop(inner);
        self.handle.remove_folder(name)
    }

    /// Whether an open file is the entry with this name (same device and inode). On systems other than Unix: whether the name
    /// exists.
    pub fn has(&self, file: &File, name: impl AsRef<OsStr>) -> bool {
        self.handle.has(file, name.as_ref())
    }

    /// Flushes the folder's file system to disk (Linux only; errors are ignored). On other systems, lost files are detected by
    /// the digests in the books.
    pub fn settle(&self) {
        self.handle.settle();
    }
}

/// Maximum number of attempts at a step that another run may undo at the same time.
pub const ATTEMPTS: usize = 100;

/// The error after [`ATTEMPTS`] failed attempts: on some mounts an open file never has the identity (device and inode number) of
/// the name it was opened by, so that no file there can be locked or protected from being swept.
pub fn unsteady() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "这个位置的磁盘不能确认刚写的文件，请换一个输出文件夹")
}

fn not_ours(name: &OsStr, what: &str) -> io::Error {
    let message = format!("里面的 {} 是{what}，不是本程序写的，请先移走", name.to_string_lossy());
    io::Error::new(io::ErrorKind::InvalidData, message)
}

#[cfg(unix)]
mod system {
    use std::ffi::{OsStr, OsString};
    use std::fs::{File, Metadata};
    use std::io;
    use std::os::fd::OwnedFd;
    use std::os::unix::ffi::OsStringExt;
    use std::os::unix::fs::MetadataExt;
    use std::path::Path;

    use rustix::fs::{AtFlags, CWD, Dir, FileType, Mode, OFlags, mkdirat, openat, renameat, statat, unlinkat};
    use rustix::io::Errno;

    use super::EntryKind;

    #[derive(Debug)]
    pub struct Handle(OwnedFd);

    const FOLDER: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);
    /// Flags for opening files: links are not followed, and opening a pipe does not block.
    const FILE: OFlags = OFlags::NOFOLLOW.union(OFlags::NONBLOCK).union(OFlags::CLOEXEC).union(OFlags::NOCTTY);

    pub fn has_one_name(meta: &Metadata) -> bool {
        // 0 if the run that created the file removed it in the meantime; callers that lock the file check for that.
        meta.nlink() <= 1
    }

    impl Handle {
        pub fn open(path: &Path) -> io::Result<Handle> {
            Ok(Handle(openat(CWD, path, FOLDER, Mode::empty())?))
        }

        pub fn folder(&self, name: &OsStr) -> io::Result<Handle> {
            Ok(Handle(openat(&self.0, name, FOLDER | OFlags::NOFOLLOW, Mode::empty())?))
        }

        pub fn kind(&self, name: &OsStr) -> io::Result<Option<EntryKind>> {
            match statat(&self.0, name, AtFlags::SYMLINK_NOFOLLOW) {
                Ok(stat) => Ok(Some(match FileType::from_raw_mode(stat.st_mode) {
                    FileType::RegularFile => EntryKind::File,
                    FileType::Directory => EntryKind::Folder,
                    _ => EntryKind::Other,
                })),
                Err(Errno::NOENT) => Ok(None),
                Err(e) => Err(e.into()),
            }
        }

        pub fn names(&self) -> io::Result<Vec<OsString>> {
            let mut names = Vec::new();
            for entry in Dir::read_from(&self.0)? {
                let name = entry?.file_name().to_bytes().to_vec();
                if name != b"." && name != b".." {
                    names.push(OsString::from_vec(name));
                }
            }
            Ok(names)
        }

        pub fn open_file(&self, name: &OsStr, write: bool) -> io::Result<File> {
            let access = if write { OFlags::RDWR } else { OFlags::RDONLY };
            Ok(File::from(openat(&self.0, name, access | FILE, Mode::empty())?))
        }

        pub fn create_new(&self, name: &OsStr) -> io::Result<File> {
            let flags = OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | FILE;
            // Permissions of any new file, restricted by the umask alone.
            Ok(File::from(openat(&self.0, name, flags, Mode::from_raw_mode(0o666))?))
        }

        pub fn create_folder(&self, name: &OsStr) -> io::Result<()> {
            Ok(mkdirat(&self.0, name, Mode::from_raw_mode(0o777))?)
        }

        pub fn rename(&self, name: &OsStr, to: &Handle, new: &OsStr) -> io::Result<()> {
            Ok(renameat(&self.0, name, &to.0, new)?)
        }

        /// Renaming replaces any file, whoever has it open.
        pub fn check_replaceable(&self, _: &OsStr) -> io::Result<()> {
            Ok(())
        }

        pub fn remove_file(&self, name: &OsStr) -> io::Result<()> {
            Ok(unlinkat(&self.0, name, AtFlags::empty())?)
        }

        pub fn remove_folder(&self, name: &OsStr) -> io::Result<()> {
            Ok(unlinkat(&self.0, name, AtFlags::REMOVEDIR)?)
        }

        pub fn has(&self, file: &File, name: &OsStr) -> bool {
            let Ok(there) = statat(&self.0, name, AtFlags::SYMLINK_NOFOLLOW) else { return false };
            rustix::fs::fstat(file).is_ok_and(|f| (f.st_dev, f.st_ino) == (there.st_dev, there.st_ino))
        }

        pub fn settle(&self) {
            #[cfg(target_os = "linux")]
            let _ = rustix::fs::syncfs(&self.0);
        }
    }
}

#[cfg(not(unix))]
mod system {
    use std::ffi::{OsStr, OsString};
    use std::fs::{self, File, Metadata, OpenOptions};
    use std::io;
    use std::path::{Path, PathBuf};

    use super::EntryKind;

    #[derive(Debug)]
    pub struct Handle(PathBuf);

    /// The number of hard links is only available through an unstable API.
    pub fn has_one_name(_: &Metadata) -> bool {
        true
    }

    impl Handle {
        pub fn open(path: &Path) -> io::Result<Handle> {
            if fs::metadata(path)?.is_dir() {
                Ok(Handle(path.to_owned()))
            } else {
                Err(io::ErrorKind::NotADirectory.into())
            }
        }

        pub fn folder(&self, name: &OsStr) -> io::Result<Handle> {
            match self.kind(name)? {
                Some(EntryKind::Folder) => Ok(Handle(self.0.join(name))),
                Some(_) => Err(io::ErrorKind::NotADirectory.into()),
                None => Err(io::ErrorKind::NotFound.into()),
            }
        }

        pub fn kind(&self, name: &OsStr) -> io::Result<Option<EntryKind>> {
            match fs::symlink_metadata(self.0.join(name)) {
                Ok(meta) if meta.is_file() => Ok(Some(EntryKind::File)),
                Ok(meta) if meta.is_dir() => Ok(Some(EntryKind::Folder)),
                Ok(_) => Ok(Some(EntryKind::Other)),
                Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
                Err(e) => Err(e),
            }
        }

        pub fn names(&self) -> io::Result<Vec<OsString>> {
            fs::read_dir(&self.0)?.map(|entry| Ok(entry?.file_name())).collect()
        }

        pub fn open_file(&self, name: &OsStr, write: bool) -> io::Result<File> {
            OpenOptions::new().read(true).write(write).open(self.0.join(name))
        }

        pub fn create_new(&self, name: &OsStr) -> io::Result<File> {
            OpenOptions::new().read(true).write(true).create_new(true).open(self.0.join(name))
        }

        pub fn create_folder(&self, name: &OsStr) -> io::Result<()> {
            fs::create_dir(self.0.join(name))
        }

        pub fn rename(&self, name: &OsStr, to: &Handle, new: &OsStr) -> io::Result<()> {
            fs::rename(self.0.join(name), to.0.join(new))
        }

        pub fn check_replaceable(&self, name: &OsStr) -> io::Result<()> {
            match OpenOptions::new().write(true).open(self.0.join(name)) {
                Err(e) if e.kind() != io::ErrorKind::NotFound => Err(e),
                _ => Ok(()),
            }
        }

        pub fn remove_file(&self, name: &OsStr) -> io::Result<()> {
            fs::remove_file(self.0.join(name))
        }

        pub fn remove_folder(&self, name: &OsStr) -> io::Result<()> {
            fs::remove_dir(self.0.join(name))
        }

        /// The identity of an open file is only available through an unstable API, so that only the name is checked.
        pub fn has(&self, _: &File, name: &OsStr) -> bool {
            self.0.join(name).exists()
        }

        pub fn settle(&self) {}
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn what_is_no_regular_file_of_ours_is_never_opened() {
        let dir = tempfile::tempdir().unwrap();
        let (own, other) = (dir.path().join("输出"), dir.path().join("别人的"));
        fs::create_dir(&own).unwrap();
        fs::write(&other, "别人的").unwrap();
        symlink(&other, own.join("链接")).unwrap();
        symlink(dir.path().join("没有"), own.join("悬空")).unwrap();
        fs::hard_link(&other, own.join("硬链接")).unwrap();
        rustix::fs::mknodat(rustix::fs::CWD, own.join("管道"), rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
        let folder = Folder::open(&own).unwrap();
        for name in ["链接", "悬空", "硬链接", "管道"] {
            let refused = folder.own(name).unwrap_err().to_string();
            assert!(refused.contains(name) && refused.contains("不是本程序写的"), "{refused}");
        }
        for name in ["链接", "悬空", "管道"] {
            assert!(folder.file(name).is_err(), "{name}");
            assert!(folder.create_new(name).is_err(), "{name}");
        }
        assert!(!dir.path().join("没有").exists());
        // Renaming onto a link replaces the link, not its target.
        folder.create_new("新").unwrap();
        folder.rename("新", &folder, "链接").unwrap();
        assert_eq!(
            (fs::read_to_string(&other).unwrap().as_str(), folder.kind("链接").unwrap()),
            ("别人的", Some(EntryKind::File))
        );
    }

    #[test]
    fn a_folder_that_was_swapped_for_a_link_is_still_the_one_that_was_opened() {
        let dir = tempfile::tempdir().unwrap();
        let (own, moved, other) = (dir.path().join("输出"), dir.path().join("移走"), dir.path().join("别处"));
        fs::create_dir(&other).unwrap();
        let folder = Folder::create(&own).unwrap();
        fs::rename(&own, &moved).unwrap();
        symlink(&other, &own).unwrap();
        folder.create_new("甲").unwrap();
        folder.rename("甲", &folder.below(Path::new("2024/乙")).unwrap(), "丙").unwrap();
        assert!(moved.join("2024/乙/丙").is_file());
        assert_eq!(fs::read_dir(&other).unwrap().count(), 0);
        // A link below the folder is not followed either.
        symlink(&other, moved.join("2023")).unwrap();
        assert!(folder.below(Path::new("2023")).unwrap_err().to_string().contains("2023"));
        assert!(folder.below(Path::new("../别处")).is_err() && folder.existing(Path::new("没有")).is_err());
        folder.remove_folder("2024").unwrap();
        assert_eq!(folder.entries().unwrap(), [("2023".into(), EntryKind::Other)]);
    }
}
