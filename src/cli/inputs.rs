//! Files and folders as typed → files to read.

use std::path::{Path, PathBuf};

use crate::model::Finding;
use crate::rules::finding;

/// Extensions that make a file in a folder worth opening; a file that is named outright is opened whatever it is called.
const SPREADSHEETS: [&str; 11] = ["xlsx", "xlsm", "xltx", "xltm", "xls", "xlt", "xlsb", "ods", "et", "ett", "csv"];

/// Deepest nesting of folders, against loops of links.
const DEEPEST: usize = 32;

/// A file to read, or why a name leads to none.
pub struct Input {
    pub path: PathBuf,
    pub trouble: Option<Finding>,
}

/// Expands folders recursively, in the order of their names; lock files (`~$…`), hidden files
/// and the folder that will be written to are passed over.
pub fn expand(inputs: &[PathBuf], output: Option<&Path>) -> Vec<Input> {
    // What an earlier run wrote is no input of this one.
    let output = output.and_then(|o| o.canonicalize().ok());
    let mut all = Vec::new();
    for path in inputs {
        if !path.is_dir() {
            all.push(Input { path: path.clone(), trouble: None });
            continue;
        }
        let before = all.len();
        folder(path, 0, output.as_deref(), &mut all);
        if all.len() == before {
            let message = "文件夹里没有工作簿，请检查路径";
            all.push(Input { path: path.clone(), trouble: Some(finding("I101", message)) });
        }
    }
    all
}

fn folder(path: &Path, depth: usize, output: Option<&Path>, all: &mut Vec<Input>) {
    let mut trouble =
        |message: String| all.push(Input { path: path.to_owned(), trouble: Some(finding("I101", message)) });
    if depth > DEEPEST {
        return trouble("文件夹嵌套太深，没有再往下找".to_owned());
    }
    let entries = match std::fs::read_dir(path) {
        Ok(entries) => entries,
        Err(e) => return trouble(format!("文件夹打不开：{}", super::output::reason(&e))),
    };
    let mut names: Vec<PathBuf> = entries.flatten().map(|e| e.path()).collect();
    names.sort();
    for entry in names {
        let name = entry.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.starts_with("~$") || name.starts_with('.') {
            continue;
        }
        // A link to a folder may lead back here.
        let link = entry.symlink_metadata().is_ok_and(|m| m.is_symlink());
        if entry.is_dir() {
            let written = output.is_some() && entry.canonicalize().ok().as_deref() == output;
            if !link && !written {
                folder(&entry, depth + 1, output, all);
            }
            continue;
        }
        let extension = entry.extension().unwrap_or_default().to_string_lossy().to_lowercase();
        if SPREADSHEETS.contains(&extension.as_str()) {
            all.push(Input { path: entry, trouble: None });
        }
    }
}
