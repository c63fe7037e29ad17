//! Detects reports whose files would have the same name.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::names::stem;
use crate::batch::Record;
use crate::model::{Code, finding};

/// Refuses several reports under one output path: none is written, and each names the others. `path` gives the path of a report's
/// files without extension; paths are compared as file systems that ignore case compare them.
pub fn refuse_collisions(records: &mut [&mut Record], hint: &str, path: impl Fn(&Record) -> PathBuf) {
    let mut by_name: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (i, record) in records.iter().enumerate() {
        if record.is_understood() {
            by_name.entry(path(record).to_string_lossy().to_lowercase()).or_default().push(i);
        }
    }
    for same in by_name.values().filter(|same| same.len() > 1) {
        for &i in same {
            let others: Vec<&str> =
                same.iter().filter(|j| **j != i).take(3).map(|j| records[*j].file.as_str()).collect();
            let more = if same.len() > 4 { format!(" 等 {} 份", same.len() - 1) } else { String::new() };
            let name = stem(records[i]);
            let message = format!("与 {}{more} 得出同样的文件名“{name}”，都没有写", others.join("、"));
            records[i].fail(&finding(Code::W402, message).hint(hint));
        }
    }
}
