//! Checks with third-party programs that a package contains what it claims: checksums, and the unpacked zip.
//!
//! Takes the folder of a package, with its zip beside it; changes nothing in it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::stdout_of;
use crate::project;

/// Checksums of a package, in the format of coreutils.
const SUMS: &str = "SHA256SUMS";

/// Fails if checksums or zip of a package do not match its files.
pub fn sound(package: &Path) -> Result<()> {
    sums(package)?;
    zip(package)
}

/// Checks that every file except the list itself has a checksum, and that it is right.
fn sums(package: &Path) -> Result<()> {
    let mut check = Command::new("sha256sum");
    stdout_of(check.args(["--check", "--strict", "--quiet", SUMS]).current_dir(package))?;
    let text = fs::read_to_string(package.join(SUMS))?;
    let mut named: Vec<&str> = text.lines().filter_map(|l| l.split_once("  ")).map(|(_, name)| name).collect();
    named.sort_unstable();
    let mut files = tree(package)?;
    ensure!(files.remove(Path::new(SUMS)).is_some());
    let files: Vec<&str> = files.keys().filter_map(|p| p.to_str()).collect();
    ensure!(named == files, "{SUMS} names {named:?}, the folder holds {files:?}");
    Ok(())
}

/// Checks that the zip is intact and unpacks to the contents of the folder.
fn zip(package: &Path) -> Result<()> {
    let mut name = package.as_os_str().to_owned();
    name.push(".zip");
    let to = tempfile::tempdir()?;
    // Without a UTF-8 locale, unzip would spell the names differently.
    let unzip = || {
        let mut unzip = Command::new("unzip");
        unzip.env("LC_ALL", "C.UTF-8");
        unzip
    };
    stdout_of(unzip().arg("-tq").arg(&name))?;
    stdout_of(unzip().arg("-q").arg(&name).arg("-d").arg(to.path()))?;
    let root = PathBuf::from(package.file_name().context("a package without a name")?);
    let folder: BTreeMap<PathBuf, Vec<u8>> = tree(package)?.into_iter().map(|(p, b)| (root.join(p), b)).collect();
    let zipped = tree(to.path())?;
    let names = |t: &BTreeMap<PathBuf, Vec<u8>>| t.keys().cloned().collect::<Vec<_>>();
    ensure!(names(&folder) == names(&zipped), "the zip holds {:?}, the folder {:?}", names(&zipped), names(&folder));
    for (path, bytes) in folder {
        ensure!(zipped[&path] == bytes, "{} in the zip is another than in the folder", path.display());
    }
    Ok(())
}

/// Returns every file below a folder, by path.
fn tree(folder: &Path) -> Result<BTreeMap<PathBuf, Vec<u8>>> {
    let mut paths = Vec::new();
    project::walk(folder, &mut paths)?;
    paths.into_iter().map(|p| Ok((p.strip_prefix(folder)?.to_owned(), fs::read(&p)?))).collect()
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use sha2::{Digest, Sha256};
    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;

    /// Makes a package with one file, and a zip that contains `more` in addition.
    fn package(folder: &Path, more: &[(&str, &str)]) -> PathBuf {
        let package = folder.join("某局");
        fs::create_dir_all(&package).unwrap();
        let sum: String = Sha256::digest(b"A").iter().map(|b| format!("{b:02x}")).collect();
        fs::write(package.join("甲.csv"), "A").unwrap();
        fs::write(package.join(SUMS), format!("{sum}  甲.csv\n")).unwrap();
        let mut zip = ZipWriter::new(fs::File::create(folder.join("某局.zip")).unwrap());
        let own = [("某局/甲.csv", "A".to_owned()), ("某局/SHA256SUMS", format!("{sum}  甲.csv\n"))];
        let more = more.iter().map(|(n, b)| (*n, (*b).to_owned()));
        for (name, bytes) in own.into_iter().chain(more) {
            zip.start_file(name, SimpleFileOptions::default()).unwrap();
            zip.write_all(bytes.as_bytes()).unwrap();
        }
        zip.finish().unwrap();
        package
    }

    #[test]
    fn what_a_package_says_of_itself_is_checked() {
        let dir = tempfile::tempdir().unwrap();
        sound(&package(dir.path(), &[])).unwrap();
        let message = |package: &Path| format!("{:#}", sound(package).unwrap_err());
        assert!(message(&package(dir.path(), &[("某局/乙.csv", "B")])).contains("the zip holds"));
        let made = package(dir.path(), &[]);
        fs::write(made.join("乙.csv"), "B").unwrap();
        assert!(message(&made).contains("SHA256SUMS names"));
        fs::remove_file(made.join("乙.csv")).unwrap();
        fs::write(made.join("甲.csv"), "B").unwrap();
        assert!(message(&made).contains("sha256sum"));
    }
}
