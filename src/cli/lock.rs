//! Lock on an output folder: shared or exclusive.
//!
//! Converting runs share a folder (such as the shards of one run on several machines); publishing and merging lock it
//! exclusively. The lock is a file in the folder, removed by its last holder. The first holder removes what killed runs left.

use std::fs::{File, TryLockError};
use std::io;
use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

use super::folder::{ATTEMPTS, EntryKind, Folder, unsteady};
use super::io_error::unwritable;
use super::output::{PREFIX, is_temporary, sweep};

/// A lock on a folder, held until this is dropped.
pub struct Lock {
    folder: Folder,
    file: File,
}

/// Number of retries, and the pause between them, of a run that wants a shared lock: the first of several sharing runs holds the
/// lock exclusively while it cleans up the folder.
const TRIES: usize = 40;
const PAUSE: Duration = Duration::from_millis(50);

impl Lock {
    /// Locks a folder exclusively.
    pub fn alone(folder: &Folder) -> Result<Lock, String> {
        Lock::take(folder, true)
    }

    /// Locks a folder, shared with other converting runs.
    pub fn shared(folder: &Folder) -> Result<Lock, String> {
        Lock::take(folder, false)
    }

    fn take(folder: &Folder, alone: bool) -> Result<Lock, String> {
        let failed = |e: io::Error| unwritable(folder.path(), &e);
        let mut tries = 0;
        for _ in 0..ATTEMPTS {
            let file = folder.own(name()).map_err(failed)?;
            let locked = file.try_lock();
            let first = match locked {
                // Some network file systems have no locks; the user must then avoid two runs in one folder.
                Ok(()) | Err(TryLockError::Error(_)) => true,
                Err(TryLockError::WouldBlock) => false,
            };
            // A run that ended between the two calls removed the file: a lock on a removed file would exclude no other run.
            if first && !folder.has(&file, name()) {
                continue;
            }
            // Without locks it is not known whether another run still uses the temporary files.
            if locked.is_ok() {
                clear(folder).map_err(failed)?;
            }
            let held = match (first, alone) {
                (first, true) => first,
                (_, false) => {
                    let _ = file.unlock();
                    !matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock))
                }
            };
            match held {
                true if folder.has(&file, name()) => return Ok(Lock { folder: folder.clone(), file }),
                true => {}
                false if alone || tries == TRIES => {
                    let place = folder.path().display();
                    return Err(format!("另一个 nianbao 正在往 {place} 里写，请等它做完，或换一个输出文件夹"));
                }
                false => {
                    tries += 1;
                    sleep(PAUSE);
                }
            }
        }
        Err(failed(unsteady()))
    }
}

impl Drop for Lock {
    /// The last holder removes the lock file: a folder handed to a portal must not contain files of this program.
    fn drop(&mut self) {
        let _ = self.file.unlock();
        let last = !matches!(self.file.try_lock(), Err(TryLockError::WouldBlock));
        if last && self.folder.has(&self.file, name()) {
            let _ = self.folder.remove_file(name());
        }
    }
}

fn name() -> String {
    format!("{PREFIX}lock")
}

/// Removes what killed runs left in a folder. A folder that one of them had moved aside is moved back to its name.
fn clear(folder: &Folder) -> io::Result<()> {
    sweep(folder);
    for (name, kind) in folder.entries()? {
        if kind == EntryKind::Folder && is_temporary(&name) {
            give_back(&folder.existing(Path::new(&name))?, folder)?;
            folder.remove_folder(&name)?;
        }
    }
    Ok(())
}

/// Moves folders that were set aside back to their names, unless a name is taken.
fn give_back(aside: &Folder, folder: &Folder) -> io::Result<()> {
    for (name, kind) in aside.entries()? {
        if kind == EntryKind::Folder && folder.kind(&name)?.is_none() {
            aside.rename(&name, folder, &name)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn those_that_share_a_folder_keep_out_those_that_want_it_alone() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::open(dir.path()).unwrap();
        let (one, other) = (Lock::shared(&folder).unwrap(), Lock::shared(&folder).unwrap());
        assert!(Lock::alone(&folder).is_err());
        drop(one);
        assert!(Lock::alone(&folder).is_err(), "the other is still there");
        drop(other);
        let alone = Lock::alone(&folder).unwrap();
        let message = Lock::shared(&folder).err().unwrap();
        assert!(message.contains("正在往"), "{message}");
        assert!(Lock::alone(&folder).is_err());
        drop(alone);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_folder_that_a_killed_run_set_aside_comes_back() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::open(dir.path()).unwrap();
        // Killed after the old folder was moved aside and before the new one got its name.
        let aside = dir.path().join(".nianbao-1-1.tmp");
        fs::create_dir_all(aside.join("报告")).unwrap();
        fs::write(aside.join("报告/a.txt"), "2").unwrap();
        fs::write(dir.path().join(".nianbao-1-2.tmp"), "").unwrap();
        drop(Lock::shared(&folder).unwrap());
        let read = || fs::read_to_string(dir.path().join("报告/a.txt")).unwrap();
        assert_eq!(read(), "2");
        // Killed after that: the new folder is kept.
        fs::create_dir_all(aside.join("报告")).unwrap();
        drop(Lock::alone(&folder).unwrap());
        assert_eq!(read(), "2");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }
}
