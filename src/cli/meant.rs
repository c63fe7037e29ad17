//! What was probably meant by a path that does not exist, and patterns that the shell did not expand.
//!
//! Takes paths as typed, gives paths or a sentence. Lists folders, opens nothing.

use std::ffi::OsStr;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use globset::GlobBuilder;
use unicode_normalization::UnicodeNormalization;

use super::next::quoted;
use crate::import::FileKind;

/// Most entries of a folder that are looked at.
const MOST: usize = 10_000;
/// Most names that are suggested.
const NAMED: usize = 3;

/// The message on a path that does not exist; `None` if it exists, or nothing like it does.
pub fn missing(path: &Path) -> Option<String> {
    if is_pattern(path) {
        let (name, folder) = (path.display(), path.parent().unwrap_or(Path::new("")));
        return Some(if is_pattern_name(folder.as_os_str()) {
            format!("{name} 里的通配符只能写在最后的文件名里，请写文件夹的全名")
        } else {
            format!("没有符合 {name} 的文件，请检查通配符和文件夹")
        });
    }
    if path.symlink_metadata().err()?.kind() != ErrorKind::NotFound {
        return None;
    }
    Some(format!("文件不存在，是不是想写 {}", near(path)?))
}

/// The names in the folder of a path that differ from it in width, case, spaces and endings alone, as they are typed.
fn near(path: &Path) -> Option<String> {
    let wanted = bare(path.file_name()?);
    let mut names: Vec<String> = names_in(path).into_iter().filter(|n| bare(OsStr::new(n)) == wanted).collect();
    names.sort();
    let typed = |name: &String| quoted(&path.with_file_name(name).display().to_string());
    let some: Vec<String> = names.iter().take(NAMED).map(typed).collect();
    (!wanted.is_empty() && !some.is_empty()).then(|| some.join(" 或 "))
}

/// The name without the differences that people do not see: also endings, which file managers hide.
fn bare(name: &OsStr) -> String {
    let name: String =
        name.to_string_lossy().nfkc().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect();
    let mut rest = name.as_str();
    let endings = || FileKind::ALL.into_iter().flat_map(FileKind::endings).chain(&["json", "jsonl", "toml", "txt"]);
    while let Some(shorter) = endings().find_map(|e| rest.strip_suffix(e)?.strip_suffix('.')) {
        rest = shorter;
    }
    rest.to_owned()
}

/// Replaces patterns by what they match in their folder, in the order of names: shells of Windows do not expand them, and quotes
/// prevent it elsewhere. A pattern without matches stays, and is reported as [`missing`]. What exists under such a name is no pattern.
pub fn expanded(typed: &[PathBuf]) -> Vec<PathBuf> {
    let mut all = Vec::with_capacity(typed.len());
    for path in typed {
        let found = if is_pattern(path) { matches(path) } else { Vec::new() };
        if found.is_empty() { all.push(path.clone()) } else { all.extend(found) }
    }
    all
}

fn is_pattern(path: &Path) -> bool {
    is_pattern_name(path.as_os_str()) && path.symlink_metadata().is_err()
}

fn is_pattern_name(name: &OsStr) -> bool {
    name.to_string_lossy().contains(['*', '?'])
}

fn matches(path: &Path) -> Vec<PathBuf> {
    let pattern = path.file_name().unwrap_or_default().to_string_lossy();
    // Only these two characters have a meaning, as in the shells of Windows.
    let escaped: String =
        pattern.chars().flat_map(|c| if "[]{}!\\".contains(c) { vec!['[', c, ']'] } else { vec![c] }).collect();
    let Ok(glob) = GlobBuilder::new(&escaped).case_insensitive(cfg!(windows)).build() else { return Vec::new() };
    let matcher = glob.compile_matcher();
    let mut names: Vec<String> = names_in(path).into_iter().filter(|n| matcher.is_match(n)).collect();
    names.sort();
    names.iter().map(|name| path.with_file_name(name)).collect()
}

/// Names in the folder of a path, without hidden files and the lock files of office programs.
fn names_in(path: &Path) -> Vec<String> {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten().take(MOST);
    let names = entries.filter_map(|e| e.file_name().into_string().ok());
    names.filter(|n| !n.starts_with('.') && !n.starts_with("~$")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_look_the_same_are_found() {
        let dir = tempfile::tempdir().unwrap();
        for name in ["报告.xlsx", "甲 局(1).xls.xlsx", "~$报告.xlsx"] {
            std::fs::write(dir.path().join(name), "x").unwrap();
        }
        let found = |name: &str| missing(&dir.path().join(name));
        let says = |name: &str, file: &str| {
            let message = found(name).unwrap();
            let typed = quoted(&dir.path().join(file).display().to_string());
            assert_eq!(message, format!("文件不存在，是不是想写 {typed}"), "{name}");
        };
        for name in ["报告", "报告.xls", "报告.xlsx.xlsx", "报告.ＸＬＳＸ", " 报告.xlsx"] {
            says(name, "报告.xlsx");
        }
        says("甲局（1）.xls", "甲 局(1).xls.xlsx");
        assert_eq!((found("报告.xlsx"), found("报"), found("没有/报告")), (None, None, None));
    }

    #[test]
    fn a_pattern_takes_what_it_matches() {
        let dir = tempfile::tempdir().unwrap();
        for name in ["a1.xlsx", "b.xlsx", "b.xls", ".c.xlsx", "[d].xlsx"] {
            std::fs::write(dir.path().join(name), "x").unwrap();
        }
        let found = |pattern: &str| {
            let all = expanded(&[dir.path().join(pattern)]);
            all.iter().map(|p| p.file_name().unwrap().to_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(found("*.xlsx"), ["[d].xlsx", "a1.xlsx", "b.xlsx"]);
        assert_eq!(found("b.xls?"), ["b.xlsx"]);
        assert_eq!(found("[d]*"), ["[d].xlsx"]);
        assert_eq!(found("没有*"), ["没有*"]);
        assert!(missing(&dir.path().join("没有*")).unwrap().contains("没有符合"));
        assert!(missing(&dir.path().join("*/a1.xlsx")).unwrap().contains("只能写在最后"));
    }
}
