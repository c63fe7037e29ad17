//! The page for the browser, opened by a double click on the program.
//!
//! Writes the page to the user's own folder among the temporary files and opens it; prints nothing if that works.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::cli::folder::Folder;
use crate::cli::io_error::unwritable;
use crate::cli::{Exit, Stop, browser, output, page};

/// Name of the page: one for each version, so that a page that is open stays that of its program.
const PAGE: &str = concat!("年报-", env!("CARGO_PKG_VERSION"), ".html");

/// Opens the page.
pub fn show() -> Result<Exit, Stop> {
    let unwritten = |message: String| Stop { exit: Exit::Unwritten, message };
    let Some(text) = page::built_in() else {
        return Err(unwritten("这个程序里没有网页，请把填好的工作簿拖到程序的图标上，就会检查并生成文件".to_owned()));
    };
    let path = write(&std::env::temp_dir(), text.as_bytes()).map_err(unwritten)?;
    if browser::open(&path) {
        return Ok(Exit::Good);
    }
    Err(unwritten(format!("没有能自动打开网页的程序，请用浏览器打开 {}", path.display())))
}

/// Writes the page below the folder of temporary files, unless it is there already; returns its path.
fn write(temporary: &Path, page: &[u8]) -> Result<PathBuf, String> {
    let failed = |e: io::Error| unwritable(temporary, &e);
    let folder = own_folder(temporary).map_err(failed)?;
    if folder.read(PAGE).ok().as_deref() != Some(page) {
        output::write_one_in(&folder, PAGE, page)?;
    }
    Ok(folder.path().join(PAGE))
}

/// The folder of this user for the page. On Unix the folder of temporary files belongs to all users: one of them may have made a
/// folder or a link under the expected name, to read or replace what is written there. Such a name is not used, and a folder
/// with a name that cannot be guessed is made.
fn own_folder(temporary: &Path) -> io::Result<Folder> {
    let name = name();
    match private().create(temporary.join(&name)) {
        Err(e) if e.kind() != io::ErrorKind::AlreadyExists => return Err(e),
        _ => {}
    }
    if is_private(&temporary.join(&name)) {
        // A link is not followed.
        return Folder::open(temporary)?.existing(Path::new(&name));
    }
    let mut unexpected = tempfile::Builder::new();
    unexpected.prefix("nianbao-");
    #[cfg(unix)]
    unexpected.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
    Folder::open(&unexpected.tempdir_in(temporary)?.keep())
}

#[cfg(unix)]
fn name() -> String {
    format!("nianbao-{}", rustix::process::geteuid().as_raw())
}

#[cfg(not(unix))]
fn name() -> String {
    "nianbao".to_owned()
}

/// Makes folders that only this user can enter.
fn private() -> fs::DirBuilder {
    #[cfg_attr(not(unix), allow(unused_mut, reason = "elsewhere the folder of temporary files is the user's own"))]
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
}

/// Whether this is a folder that only this user can enter.
#[cfg(unix)]
fn is_private(path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let own = rustix::process::geteuid().as_raw();
    path.symlink_metadata().is_ok_and(|m| m.is_dir() && m.uid() == own && m.mode() & 0o077 == 0)
}

#[cfg(not(unix))]
fn is_private(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|m| m.is_dir())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_written_once_and_replaced_if_it_differs() {
        let dir = tempfile::tempdir().unwrap();
        let path = write(dir.path(), b"1").unwrap();
        assert_eq!(path, dir.path().join(name()).join(PAGE));
        // A second writing would replace the file, and with it this name of it.
        let other = dir.path().join("2");
        fs::hard_link(&path, &other).unwrap();
        assert_eq!(write(dir.path(), b"1").unwrap(), path);
        fs::write(&other, "1, changed").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"1, changed", "the page was not written again");
        assert_eq!(write(dir.path(), b"1").unwrap(), path);
        assert_eq!(fs::read(&path).unwrap(), b"1");
        assert_eq!(fs::read(&other).unwrap(), b"1, changed");
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn only_the_user_can_read_the_page() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let path = write(dir.path(), b"1").unwrap();
        let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(path.parent().unwrap()), 0o700);
        // A folder that others can enter is not used.
        fs::set_permissions(path.parent().unwrap(), fs::Permissions::from_mode(0o755)).unwrap();
        let elsewhere = write(dir.path(), b"1").unwrap();
        assert!(elsewhere.parent() != path.parent() && mode(elsewhere.parent().unwrap()) == 0o700);
    }

    #[cfg(unix)]
    #[test]
    fn links_that_somebody_put_there_are_not_followed() {
        use std::os::unix::fs::symlink;
        let (dir, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        symlink(other.path(), dir.path().join(name())).unwrap();
        let path = write(dir.path(), b"1").unwrap();
        assert_eq!(fs::read_dir(other.path()).unwrap().count(), 0);
        assert!(path.starts_with(dir.path()) && path.parent() != Some(&dir.path().join(name())));
        // A link in the place of the page itself is replaced.
        fs::remove_file(dir.path().join(name())).unwrap();
        let path = write(dir.path(), b"1").unwrap();
        let victim = other.path().join("别人的");
        fs::write(&victim, "别人的").unwrap();
        fs::remove_file(&path).unwrap();
        symlink(&victim, &path).unwrap();
        assert_eq!(write(dir.path(), b"1").unwrap(), path);
        assert_eq!(fs::read_to_string(&victim).unwrap(), "别人的");
        assert!(path.symlink_metadata().unwrap().is_file());
    }
}
