//! Writes files into an open folder.
//!
//! Takes names and contents. Each file, or folder of files, is written under a temporary name and renamed when it is complete: no
//! final name ever belongs to partly written output.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread::Builder;
use std::time::Duration;

use super::folder::{ATTEMPTS, EntryKind, Folder, unsteady};
use super::io_error::{irreplaceable, unwritable};

/// Prefix of the names of everything that exists only during a run.
pub const PREFIX: &str = ".nianbao-";
const SUFFIX: &str = ".tmp";
/// Name of the record of outputs that no manifest lists; it stays in the output folder.
pub const RECORD: &str = ".nianbao-written.jsonl";

/// Content of a file to be written.
pub enum FileContent<'a> {
    Bytes(&'a [u8]),
    /// Written piece by piece by this function. The message of an error of the kind `InvalidData` is reported unchanged.
    Made(&'a dyn Fn(&mut dyn Write) -> io::Result<()>),
}

/// Writes all files of one report into a folder, or none: all are complete on disk before the first is renamed to its final name.
pub fn write_all(folder: &Folder, files: &[(String, FileContent<'_>)]) -> Result<(), String> {
    write(folder, files, true)
}

/// As [`write_all`], for one of many sets: the disk is flushed once for all of them, by [`Folder::settle`]. A power failure
/// before that may lose files that already have their final names; a reader after it must verify digests.
pub fn write_all_of_many(folder: &Folder, files: &[(String, FileContent<'_>)]) -> Result<(), String> {
    write(folder, files, false)
}

/// Writes one file at a path, and removes the temporary files that a killed run left in its folder.
pub fn write_one(path: &Path, bytes: &[u8]) -> Result<(), String> {
    let failed = |e: io::Error| unwritable(path, &e);
    let name = path.file_name().ok_or_else(|| failed(io::ErrorKind::NotFound.into()))?;
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let folder = Folder::create(folder).map_err(failed)?;
    sweep(&folder);
    write_one_in(&folder, &name.to_string_lossy(), bytes)
}

/// Writes one file into a folder.
pub fn write_one_in(folder: &Folder, name: &str, bytes: &[u8]) -> Result<(), String> {
    write_all(folder, &[(name.to_owned(), FileContent::Bytes(bytes))])
}

/// Whether [`Folder::settle`] has an effect on this system.
const SETTLES: bool = cfg!(target_os = "linux");

/// Interval between two flushes of the disk during a run.
const SETTLE_AFTER: Duration = Duration::from_secs(1);

/// Runs `work`, which writes below a folder, and flushes the disk regularly in the meantime. Otherwise the run would have to wait
/// for all data at its end.
pub fn settling<R>(folder: &Folder, work: impl FnOnce() -> R) -> R {
    std::thread::scope(|scope| {
        let (working, done) = mpsc::channel::<()>();
        let follow = move || {
            while done.recv_timeout(SETTLE_AFTER) == Err(RecvTimeoutError::Timeout) {
                folder.settle();
            }
        };
        // If no thread can be started, the disk is flushed only at the end of the run.
        let _ = Builder::new().spawn_scoped(scope, follow);
        let result = work();
        drop(working);
        result
    })
}

fn write(folder: &Folder, files: &[(String, FileContent<'_>)], wait: bool) -> Result<(), String> {
    let failed = |e: io::Error| unwritable(folder.path(), &e);
    let mut ready: Vec<(Temporary, &str)> = Vec::with_capacity(files.len());
    for (name, content) in files {
        let mut temporary = Temporary::new(folder).map_err(failed)?;
        let file = &mut temporary.file;
        match content {
            FileContent::Bytes(bytes) => file.write_all(bytes),
            FileContent::Made(make) => {
                let mut buffered = io::BufWriter::new(&mut *file);
                make(&mut buffered).and_then(|()| buffered.flush())
            }
        }
        .map_err(failed)?;
        if wait {
            file.sync_all().map_err(failed)?;
        }
        ready.push((temporary, name));
    }
    for (_, name) in &ready {
        if folder.is(EntryKind::Folder, name) {
            return Err(blocked(&folder.path().join(name), "文件夹"));
        }
        folder.check_replaceable(name).map_err(|e| irreplaceable(&folder.path().join(name), &e))?;
    }
    for (file, name) in ready {
        // All files are complete on the same disk: from here on only a disk failure can leave the set incomplete, and each file
        // stays whole.
        file.persist(name).map_err(|e| irreplaceable(&folder.path().join(name), &e))?;
    }
    Ok(())
}

/// The message on a name that is taken by something other than a file of this program; `what` is its kind in Chinese.
fn blocked(path: &Path, what: &str) -> String {
    format!("无法写入 {}：同名的{what}已经存在，请先移走", path.display())
}

/// A new name. It need not be unpredictable, because it is only used to create files and folders, never to open existing ones.
fn temporary_name() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    format!("{PREFIX}{}-{}{SUFFIX}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed))
}

/// Whether a name is that of a temporary file or folder of this program.
pub fn is_temporary(name: &std::ffi::OsStr) -> bool {
    name.to_str().is_some_and(|n| n.starts_with(PREFIX) && n.ends_with(SUFFIX))
}

/// A new file under a temporary name. It is removed on drop unless it was renamed to its final name.
pub struct Temporary {
    folder: Folder,
    name: String,
    pub file: File,
    persisted: bool,
}

impl Temporary {
    pub fn new(folder: &Folder) -> io::Result<Temporary> {
        for _ in 0..ATTEMPTS {
            let name = temporary_name();
            let file = match folder.create_new(&name) {
                // Left by a killed run with the same process ID.
                Err(e) if e.kind() == io::ErrorKind::AlreadyExists => continue,
                made => made?,
            };
            // Locked while in use, so that no other run sweeps it. Some network file systems have no locks.
            let _ = file.try_lock();
            // Another run may have swept it before it was locked.
            if folder.has(&file, &name) {
                return Ok(Temporary { folder: folder.clone(), name, file, persisted: false });
            }
            let _ = folder.remove_file(&name);
        }
        Err(unsteady())
    }

    /// A temporary file that has no name on Unix, so that it disappears with the program; elsewhere it is removed on drop.
    pub fn unnamed(folder: &Folder) -> io::Result<Temporary> {
        let mut made = Temporary::new(folder)?;
        if cfg!(unix) {
            made.folder.remove_file(&made.name)?;
            made.persisted = true;
        }
        Ok(made)
    }

    fn persist(mut self, name: &str) -> io::Result<()> {
        self.folder.rename(&self.name, &self.folder, name)?;
        self.persisted = true;
        Ok(())
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if !self.persisted {
            let _ = self.folder.remove_file(&self.name);
        }
    }
}

/// A new folder under a temporary name. It is removed on drop unless `kept` is set.
struct TemporaryFolder {
    within: Folder,
    name: String,
    inner: Folder,
    kept: bool,
}

impl TemporaryFolder {
    fn new(within: &Folder) -> io::Result<TemporaryFolder> {
        for _ in 0..ATTEMPTS {
            let name = temporary_name();
            match within.create_folder(&name) {
                Err(e) if e.kind() == io::ErrorKind::AlreadyExists => continue,
                made => made?,
            }
            let inner = within.existing(Path::new(&name))?;
            return Ok(TemporaryFolder { within: within.clone(), name, inner, kept: false });
        }
        Err(unsteady())
    }
}

impl Drop for TemporaryFolder {
    fn drop(&mut self) {
        if !self.kept {
            let _ = self.within.remove_folder(&self.name);
        }
    }
}

/// Files that operating systems create in folders that were browsed.
const NOISE: [&str; 3] = [".DS_Store", "Thumbs.db", "desktop.ini"];

/// Writes a folder of files and one file beside it, replacing those of the same names: both appear complete, or neither. If the
/// run is killed between the two steps, the next run writes both. A folder that contains anything else is not replaced: it may be
/// the user's only copy. Where the system supports [`Folder::settle`], the disk is not flushed here but once for many folders, by
/// that function.
pub fn write_folder(within: &Folder, name: &str, files: &[(&str, &[u8])], beside: (&str, &[u8])) -> Result<(), String> {
    let target = within.path().join(name);
    let failed = |e: io::Error| unwritable(&target, &e);
    let there = within.kind(name).map_err(failed)?;
    match there {
        Some(EntryKind::File) => return Err(blocked(&target, "文件")),
        Some(EntryKind::Other) => return Err(blocked(&target, "链接")),
        Some(EntryKind::Folder) | None => {}
    }
    if within.is(EntryKind::Folder, beside.0) {
        return Err(blocked(&within.path().join(beside.0), "文件夹"));
    }
    if there.is_some() {
        for (other, kind) in within.existing(Path::new(name)).and_then(|f| f.entries()).map_err(failed)? {
            let ours = |n: &str| files.iter().any(|(file, _)| *file == n) || NOISE.contains(&n);
            if kind == EntryKind::Folder || !other.to_str().is_some_and(ours) {
                let other = other.to_string_lossy();
                return Err(format!("{} 里有别的文件“{other}”，没有换成新的，请先把它移走", target.display()));
            }
        }
    }
    within.check_replaceable(beside.0).map_err(|e| irreplaceable(&within.path().join(beside.0), &e))?;
    let mut made = TemporaryFolder::new(within).map_err(failed)?;
    for (file, bytes) in files {
        let mut to = made.inner.create_new(file).map_err(failed)?;
        to.write_all(bytes).map_err(failed)?;
        if !SETTLES {
            to.sync_all().map_err(failed)?;
        }
    }
    let mut one = Temporary::new(within).map_err(failed)?;
    one.file.write_all(beside.1).map_err(failed)?;
    if !SETTLES {
        one.file.sync_all().map_err(failed)?;
    }
    // A folder cannot be replaced in one step: the old one is moved into a temporary folder, under its own name, until the new
    // one is renamed.
    let mut aside = TemporaryFolder::new(within).map_err(failed)?;
    if there.is_some() {
        within.rename(name, &aside.inner, name).map_err(|e| irreplaceable(&target, &e))?;
    }
    let placed = within.rename(&made.name, within, name).and_then(|()| {
        one.persist(beside.0).inspect_err(|_| {
            let _ = within.rename(name, within, &made.name);
        })
    });
    if let Err(e) = placed {
        if there.is_some() && aside.inner.rename(name, within, name).is_err() {
            // It contains the only copy: it is kept, and the next run moves the folder back.
            aside.kept = true;
        }
        return Err(failed(e));
    }
    // It was renamed, so there is nothing to remove on drop.
    made.kept = true;
    Ok(())
}

/// Removes temporary files that a killed run left in a folder, i.e. those that no process has locked.
pub fn sweep(folder: &Folder) {
    for (name, kind) in folder.entries().unwrap_or_default() {
        let left = || folder.file(&name).is_ok_and(|f| f.try_lock().is_ok());
        if kind == EntryKind::File && is_temporary(&name) && left() {
            let _ = folder.remove_file(&name);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_set_is_written_whole_or_not_at_all() {
        let dir = tempfile::tempdir().unwrap();
        let out = dir.path().join("新/输出");
        let folder = Folder::create(&out).unwrap();
        let write = |bytes: &'static [u8]| {
            write_all(&folder, &["a.pdf", "b.docx"].map(|n| (n.to_owned(), FileContent::Bytes(bytes))))
        };
        write(b"1").unwrap();
        write(b"2").unwrap();
        let second = out.join("b.docx");
        assert_eq!(fs::read(&second).unwrap(), b"2");
        fs::remove_file(&second).unwrap();
        fs::create_dir(&second).unwrap();
        let message = write(b"3").unwrap_err();
        assert!(message.contains("同名的文件夹"), "{message}");
        let left: Vec<_> = fs::read_dir(&out).unwrap().map(|e| e.unwrap().file_name()).collect();
        assert_eq!(left.len(), 2);
        // The file written before is unchanged.
        assert_eq!(fs::read(out.join("a.pdf")).unwrap(), b"2");
    }

    #[test]
    fn what_a_killed_run_left_is_swept_away_and_what_a_living_one_holds_is_not() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::open(dir.path()).unwrap();
        let held = Temporary::new(&folder).unwrap();
        let (left, other) = (dir.path().join(".nianbao-abc.tmp"), dir.path().join("x.tmp"));
        fs::write(&left, "").unwrap();
        fs::write(&other, "").unwrap();
        sweep(&folder);
        assert!(dir.path().join(&held.name).exists() && other.exists() && !left.exists());
        // Writing a file at a path also removes temporary files left in its folder.
        fs::write(&left, "").unwrap();
        write_one(&dir.path().join("页.html"), b"").unwrap();
        assert!(!left.exists());
        drop(held);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 2);
    }

    #[test]
    fn a_folder_that_cannot_be_replaced_stays_as_it_was() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::open(dir.path()).unwrap();
        let write =
            |text: &str| write_folder(&folder, "报告", &[("a.txt", text.as_bytes())], ("报告.zip", text.as_bytes()));
        let (zip, other) = (dir.path().join("报告.zip"), dir.path().join("报告/审批单.txt"));
        let read = || fs::read_to_string(dir.path().join("报告/a.txt")).unwrap();
        write("1").unwrap();
        fs::write(&other, "别人的").unwrap();
        assert!(write("2").unwrap_err().contains("审批单.txt"));
        assert_eq!((read().as_str(), fs::read_to_string(&zip).unwrap().as_str()), ("1", "1"));
        fs::remove_file(&other).unwrap();
        fs::create_dir(&other).unwrap();
        assert!(write("2").unwrap_err().contains("审批单.txt"));
        fs::remove_dir(&other).unwrap();
        fs::remove_file(&zip).unwrap();
        fs::create_dir(&zip).unwrap();
        assert!(write("2").unwrap_err().contains("同名的文件夹"));
        assert_eq!(read(), "1");
        fs::remove_dir(&zip).unwrap();
        write("2").unwrap();
        assert_eq!((read().as_str(), fs::read_to_string(&zip).unwrap().as_str()), ("2", "2"));
        let left = fs::read_dir(dir.path()).unwrap().count();
        assert_eq!(left, 2, "nothing of ours is left");
    }

    #[test]
    fn a_file_in_the_way_is_reported() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("x");
        fs::write(&file, "").unwrap();
        let message = write_one(&file.join("y"), &[]).unwrap_err();
        assert!(message.contains("不是文件夹"), "{message}");
    }
}
