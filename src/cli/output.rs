//! Files that appear whole or not at all.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread::Builder;
use std::time::Duration;

use tempfile::NamedTempFile;

const PREFIX: &str = ".nianbao-";
const SUFFIX: &str = ".tmp";

/// Writes all files of one report into a folder, or none: every one is complete on disk before
/// the first gets its name.
pub fn write_all(folder: &Path, files: &[(PathBuf, &[u8])]) -> Result<(), String> {
    write(folder, &bytes(files), true)
}

/// The same for files that are too large to be in memory.
pub fn write_all_made(folder: &Path, files: &[(PathBuf, Content<'_>)]) -> Result<(), String> {
    write(folder, files, true)
}

/// Writes one file by its path.
pub fn write_one(path: &Path, bytes: &[u8]) -> Result<(), String> {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    write_all(folder, &[(path.to_owned(), bytes)])
}

/// What a file will hold.
pub enum Content<'a> {
    Bytes(&'a [u8]),
    /// What is written piece by piece; an error of the kind `InvalidData` is told as it is worded.
    Made(&'a dyn Fn(&mut dyn Write) -> io::Result<()>),
}

fn bytes<'a>(files: &[(PathBuf, &'a [u8])]) -> Vec<(PathBuf, Content<'a>)> {
    files.iter().map(|(path, bytes)| (path.clone(), Content::Bytes(bytes))).collect()
}

/// The same for one of many sets: the disk is waited for once, by [`settle`]. A power cut before that may cost files that
/// have their names; who comes after must compare digests.
pub fn write_all_of_many(folder: &Path, files: &[(PathBuf, &[u8])]) -> Result<(), String> {
    write(folder, &bytes(files), false)
}

/// Whether [`settle`] does anything here.
const SETTLES: bool = cfg!(target_os = "linux");

/// Waits until the disk holds what was written below a folder. Where the system cannot say so, the digests in the books
/// of the run still tell.
pub fn settle(folder: &Path) {
    #[cfg(target_os = "linux")]
    if let Ok(folder) = fs::File::open(folder) {
        let _ = rustix::fs::syncfs(folder);
    }
    #[cfg(not(target_os = "linux"))]
    let _ = folder;
}

/// How long files wait for the disk while a run goes on.
const SETTLE_AFTER: Duration = Duration::from_secs(1);

/// Does `work`, which writes below a folder, and lets the disk follow meanwhile: else the whole run would wait for all of
/// it in the end.
pub fn settling<R>(folder: &Path, work: impl FnOnce() -> R) -> R {
    std::thread::scope(|scope| {
        let (working, done) = mpsc::channel::<()>();
        let follow = move || {
            while done.recv_timeout(SETTLE_AFTER) == Err(RecvTimeoutError::Timeout) {
                settle(folder);
            }
        };
        // Where no thread can be started, the run waits in the end.
        let _ = Builder::new().spawn_scoped(scope, follow);
        let result = work();
        drop(working);
        result
    })
}

fn write(folder: &Path, files: &[(PathBuf, Content<'_>)], wait: bool) -> Result<(), String> {
    let told = |e: io::Error| format!("无法写入 {}：{}", folder.display(), reason(&e));
    fs::create_dir_all(folder).map_err(told)?;
    let mut ready: Vec<(NamedTempFile, &Path)> = Vec::with_capacity(files.len());
    for (path, content) in files {
        let mut file = temporary(folder).map_err(told)?;
        match content {
            Content::Bytes(bytes) => file.write_all(bytes),
            Content::Made(make) => {
                let mut buffered = io::BufWriter::new(&mut file);
                make(&mut buffered).and_then(|()| buffered.flush())
            }
        }
        .map_err(told)?;
        if wait {
            file.as_file().sync_all().map_err(told)?;
        }
        ready.push((file, path));
    }
    for (_, path) in &ready {
        if path.is_dir() {
            return Err(format!("无法写入 {}：同名的文件夹已经存在，请先移走", path.display()));
        }
    }
    for (file, path) in ready {
        // All are complete on this very disk: from here only a failing disk could part a set, and each file stays whole.
        file.persist(path).map_err(|e| format!("无法写入 {}：{}", path.display(), reason(&e.error)))?;
    }
    Ok(())
}

fn temporary(folder: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(PREFIX).suffix(SUFFIX);
    // As any new file: readable as the user's mask says, not by its owner alone.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    loop {
        let file = builder.tempfile_in(folder)?;
        // Locked while it is in hand, so that nobody sweeps it away. Some network file systems have no locks.
        let _ = file.as_file().try_lock();
        // A sweeper may have come between the two.
        if file.path().exists() {
            return Ok(file);
        }
    }
}

/// The output folder of a run that shares it with no other, as long as this lives.
pub struct OwnFolder {
    lock: PathBuf,
    _file: fs::File,
}

impl Drop for OwnFolder {
    /// What is handed to a portal holds nothing of ours.
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.lock);
    }
}

/// Takes a folder for a run. What a killed run left there is cleared; a folder that it had set aside gets its name again.
pub fn own_folder(folder: &Path) -> Result<OwnFolder, String> {
    let told = |e: io::Error| format!("无法写入 {}：{}", folder.display(), reason(&e));
    fs::create_dir_all(folder).map_err(told)?;
    // A folder itself cannot be locked everywhere.
    let lock = folder.join(format!("{PREFIX}lock"));
    if fs::symlink_metadata(&lock).is_ok_and(|m| !m.is_file()) {
        return Err(format!("无法写入 {}：{} 不是文件，请先移走", folder.display(), lock.display()));
    }
    let file = loop {
        let file = fs::OpenOptions::new().write(true).create(true).truncate(false).open(&lock).map_err(told)?;
        if let Err(fs::TryLockError::WouldBlock) = file.try_lock() {
            return Err(format!("另一个 nianbao 正在往 {} 里写，请等它做完，或换一个输出文件夹", folder.display()));
        }
        // A run that ended between the two took the file away: a lock on it keeps nobody out.
        if is_at(&file, &lock) {
            break file;
        }
    };
    sweep(std::iter::once(folder.to_owned()));
    for entry in fs::read_dir(folder).map_err(told)?.flatten() {
        if is_ours(&entry) && entry.file_type().is_ok_and(|t| t.is_dir()) {
            give_back(&entry.path(), folder).map_err(told)?;
            fs::remove_dir_all(entry.path()).map_err(told)?;
        }
    }
    Ok(OwnFolder { lock, _file: file })
}

/// Whether an open file is the one that stands under a name.
fn is_at(file: &fs::File, name: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let id = |m: fs::Metadata| (m.dev(), m.ino());
        fs::metadata(name).ok().map(id) == file.metadata().ok().map(id)
    }
    // Elsewhere no file that is open can be taken away.
    #[cfg(not(unix))]
    {
        let _ = file;
        name.exists()
    }
}

/// Gives folders that stand aside their places again, where nothing has taken them.
fn give_back(aside: &Path, folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(aside)?.flatten().filter(|e| e.file_type().is_ok_and(|t| t.is_dir())) {
        let place = folder.join(entry.file_name());
        if !place.exists() {
            fs::rename(entry.path(), place)?;
        }
    }
    Ok(())
}

fn is_ours(entry: &fs::DirEntry) -> bool {
    entry.file_name().to_str().is_some_and(|n| n.starts_with(PREFIX) && n.ends_with(SUFFIX))
}

/// What systems leave in folders that somebody looked into.
const NOISE: [&str; 3] = [".DS_Store", "Thumbs.db", "desktop.ini"];

/// Writes a folder of files and one file beside it: both appear, whole, in the place of those of the same names, or neither; of
/// a run that is killed between the two steps the same one again makes both. A
/// folder that holds anything else is not replaced: it may be all that somebody has. One of many: the disk is waited for once,
/// by [`settle`], where the system can.
pub fn write_folder(within: &Path, name: &str, files: &[(&str, &[u8])], beside: (&str, &[u8])) -> Result<(), String> {
    let target = within.join(name);
    let told = |e: io::Error| format!("无法写入 {}：{}", target.display(), reason(&e));
    if target.is_file() {
        return Err(format!("无法写入 {}：同名的文件已经存在，请先移走", target.display()));
    }
    let place = within.join(beside.0);
    if place.is_dir() {
        return Err(format!("无法写入 {}：同名的文件夹已经存在，请先移走", place.display()));
    }
    for entry in fs::read_dir(&target).into_iter().flatten().flatten() {
        let ours = |n: &str| files.iter().any(|(file, _)| *file == n) || NOISE.contains(&n);
        let known = entry.file_name().to_str().is_some_and(ours);
        if !known || entry.path().is_dir() {
            let (folder, other) = (target.display(), entry.file_name());
            let other = other.to_string_lossy();
            return Err(format!("{folder} 里有别的文件“{other}”，没有换成新的，请先把它移走"));
        }
    }
    let mut builder = tempfile::Builder::new();
    builder.prefix(PREFIX).suffix(SUFFIX);
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o777));
    let made = builder.tempdir_in(within).map_err(told)?;
    for (file, bytes) in files {
        let mut to = fs::File::create_new(made.path().join(file)).map_err(told)?;
        to.write_all(bytes).map_err(told)?;
        if !SETTLES {
            to.sync_all().map_err(told)?;
        }
    }
    let mut one = temporary(within).map_err(told)?;
    one.write_all(beside.1).map_err(told)?;
    if !SETTLES {
        one.as_file().sync_all().map_err(told)?;
    }
    // A folder cannot be replaced in one step: the old one stands aside, under its name, until the new one has that.
    let aside = builder.tempdir_in(within).map_err(told)?;
    let old = aside.path().join(name);
    if target.exists() {
        fs::rename(&target, &old).map_err(told)?;
    }
    let placed = fs::rename(made.path(), &target).and_then(|()| {
        one.persist(&place).map_err(|e| {
            let _ = fs::rename(&target, made.path());
            e.error
        })
    });
    if let Err(e) = placed {
        if old.exists() && fs::rename(&old, &target).is_err() {
            // It is all there is: the next run gives it its name again.
            let _ = aside.keep();
        }
        return Err(told(e));
    }
    // It has another name now: there is nothing to clear.
    let _ = made.keep();
    Ok(())
}

/// Clears folders of what a run left there that was killed: temporary files that no living program holds.
pub fn sweep(folders: impl Iterator<Item = PathBuf>) {
    let folders: BTreeSet<PathBuf> = folders.collect();
    for folder in folders {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        for entry in entries.flatten() {
            // Opening anything but a file may wait for ever.
            let file = entry.file_type().is_ok_and(|t| t.is_file());
            if is_ours(&entry) && file && fs::File::open(entry.path()).is_ok_and(|f| f.try_lock().is_ok()) {
                let _ = fs::remove_file(entry.path());
            }
        }
    }
}

/// Why the system would not, and what to do.
pub fn reason(e: &io::Error) -> String {
    match e.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "磁盘空间不足，请清理磁盘后重试".to_owned(),
        io::ErrorKind::FileTooLarge => "超过了系统允许的文件大小".to_owned(),
        io::ErrorKind::PermissionDenied => "没有权限，请换一个文件夹或检查权限".to_owned(),
        io::ErrorKind::ReadOnlyFilesystem => "磁盘是只读的，请换一个文件夹".to_owned(),
        io::ErrorKind::NotFound => "路径不存在".to_owned(),
        io::ErrorKind::InvalidData => e.to_string(),
        io::ErrorKind::NotADirectory | io::ErrorKind::AlreadyExists => {
            "路径中有一个同名文件，不是文件夹，请换一个文件夹".to_owned()
        }
        _ => format!("系统报告“{e}”"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_is_written_whole_or_not_at_all() {
        let dir = tempfile::tempdir().unwrap();
        let out = dir.path().join("新/输出");
        let names = [out.join("a.pdf"), out.join("b.docx")];
        let files = |bytes| names.iter().map(|n| (n.clone(), bytes)).collect::<Vec<(_, &[u8])>>();
        write_all(&out, &files(b"1")).unwrap();
        write_all(&out, &files(b"2")).unwrap();
        assert_eq!(fs::read(&names[1]).unwrap(), b"2");
        fs::remove_file(&names[1]).unwrap();
        fs::create_dir(&names[1]).unwrap();
        let message = write_all(&out, &files(b"3")).unwrap_err();
        assert!(message.contains("同名的文件夹"), "{message}");
        let left: Vec<_> = fs::read_dir(&out).unwrap().map(|e| e.unwrap().file_name()).collect();
        assert_eq!(left.len(), 2);
        // What was published before stays.
        assert_eq!(fs::read(&names[0]).unwrap(), b"2");
    }

    #[test]
    fn what_a_killed_run_left_is_swept_away_and_what_a_living_one_holds_is_not() {
        let dir = tempfile::tempdir().unwrap();
        let held = temporary(dir.path()).unwrap();
        let (left, other) = (dir.path().join(".nianbao-abc.tmp"), dir.path().join("x.tmp"));
        fs::write(&left, "").unwrap();
        fs::write(&other, "").unwrap();
        sweep([dir.path().to_owned(), dir.path().join("没有")].into_iter());
        assert!(held.path().exists() && other.exists() && !left.exists());
    }

    #[test]
    fn a_folder_that_cannot_be_replaced_stays_as_it_was() {
        let dir = tempfile::tempdir().unwrap();
        let write =
            |text: &str| write_folder(dir.path(), "报告", &[("a.txt", text.as_bytes())], ("报告.zip", text.as_bytes()));
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
    fn a_folder_is_replaced_whole_and_one_that_a_killed_run_set_aside_comes_back() {
        let dir = tempfile::tempdir().unwrap();
        let read = || fs::read_to_string(dir.path().join("报告/a.txt")).unwrap();
        for text in ["1", "2"] {
            write_folder(dir.path(), "报告", &[("a.txt", text.as_bytes())], ("报告.zip", text.as_bytes())).unwrap();
            assert_eq!(read(), text);
        }
        fs::remove_file(dir.path().join("报告.zip")).unwrap();
        // Killed between the two steps.
        let aside = dir.path().join(".nianbao-abc.tmp");
        fs::create_dir(&aside).unwrap();
        fs::rename(dir.path().join("报告"), aside.join("报告")).unwrap();
        let own = own_folder(dir.path()).unwrap();
        assert_eq!(read(), "2");
        assert!(own_folder(dir.path()).is_err(), "two runs in one folder");
        drop(own);
        // After the second step the new one stays.
        fs::create_dir_all(aside.join("报告")).unwrap();
        drop(own_folder(dir.path()).unwrap());
        assert_eq!(read(), "2");
        let left: Vec<_> = fs::read_dir(dir.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
        assert_eq!(left, ["报告"]);
    }

    #[test]
    fn a_file_in_the_way_is_told() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("x");
        fs::write(&file, "").unwrap();
        let message = write_all(&file.join("y"), &[]).unwrap_err();
        assert!(message.contains("不是文件夹"), "{message}");
    }
}
