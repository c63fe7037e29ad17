//! Opens files for reading.
//!
//! Takes a path given by the user or in a file, returns the open file. It opens regular files only and never blocks: a pipe may
//! have no writer, and a device such as `/dev/zero` has no end.

use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::path::Path;

/// Most bytes that are allocated before the file is read.
const RESERVED: u64 = 64 << 20;

/// Why a file was not read.
#[derive(Debug)]
pub enum Unread {
    /// A folder, a pipe, a device.
    NotAFile,
    /// It exceeds the limit.
    TooLarge,
    Io(io::Error),
}

/// Opens a regular file; `None` if the path is something else.
pub fn open(path: &Path) -> io::Result<Option<File>> {
    // Checked before opening, because opening some devices has side effects.
    if !path.metadata()?.is_file() {
        return Ok(None);
    }
    let mut options = OpenOptions::new();
    options.read(true);
    // A pipe may have replaced the file since; opening it must not block.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, rustix::fs::OFlags::NONBLOCK.bits() as i32);
    let file = options.open(path)?;
    Ok(file.metadata()?.is_file().then_some(file))
}

/// All bytes of a regular file, at most `most`.
pub fn read(path: &Path, most: u64) -> Result<Vec<u8>, Unread> {
    let file = open(path).map_err(Unread::Io)?.ok_or(Unread::NotAFile)?;
    let length = file.metadata().map_err(Unread::Io)?.len();
    if length > most {
        return Err(Unread::TooLarge);
    }
    // A sparse file may state any length.
    let mut bytes = Vec::with_capacity(usize::try_from(length.min(RESERVED)).unwrap_or_default());
    // The file may grow in the meantime, and some system files state a length of 0.
    file.take(most.saturating_add(1)).read_to_end(&mut bytes).map_err(Unread::Io)?;
    if bytes.len() as u64 > most { Err(Unread::TooLarge) } else { Ok(bytes) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_regular_files_of_a_known_size_are_read() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("甲");
        std::fs::write(&file, "12345").unwrap();
        assert_eq!(read(&file, 5).unwrap(), b"12345");
        assert!(matches!(read(&file, 4), Err(Unread::TooLarge)));
        assert!(matches!(read(dir.path(), 5), Err(Unread::NotAFile)));
        assert!(matches!(read(&dir.path().join("乙"), 5), Err(Unread::Io(_))));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_pipe_and_a_device_without_an_end_are_not_opened() {
        let dir = tempfile::tempdir().unwrap();
        let pipe = dir.path().join("管道");
        rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
        let link = dir.path().join("零");
        std::os::unix::fs::symlink("/dev/zero", &link).unwrap();
        for path in [&pipe, &link, Path::new("/dev/zero")] {
            assert!(matches!(read(path, 5), Err(Unread::NotAFile)), "{}", path.display());
        }
    }
}
