//! Marked copies of checked workbooks: one file, or a folder with a copy of each that has something to mark.
//!
//! Takes records and the destination. Only unedited copies that this program wrote are overwritten.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use super::{Interrupt, each};
use crate::batch::{Record, Status};
use crate::cli::destination::MarkTarget;
use crate::cli::inputs::InputFile;
use crate::cli::plan::Plan;
use crate::cli::real_path::real_path;
use crate::cli::{Exit, Stop, output, reading, terminal};
use crate::feedback;
use crate::model::Severity;

/// Most failed copies that are reported one by one; the others are counted.
const NAMED: usize = 10;

/// Writes the requested copies and prints where they are; returns the exit code for them.
pub fn write(
    plan: &Plan,
    mark: &MarkTarget,
    records: &[&Record],
    pool: &rayon::ThreadPool,
    interrupt: &Interrupt,
) -> Result<Exit, Stop> {
    match mark {
        MarkTarget::File(path) => {
            let Some((input, record)) = plan.inputs.all.first().zip(records.first()) else { return Ok(Exit::Good) };
            let unwritten = |message: String| Stop { exit: Exit::Unwritten, message };
            match copy(plan, input, record).map_err(unwritten)? {
                Some(bytes) => {
                    output::write_one(path, &bytes).map_err(unwritten)?;
                    terminal::progress(&format!("有问题的格子标在 {} 里", path.display()));
                }
                None => {
                    let path = path.display();
                    terminal::aside(&format!("没有写 {path}：输入不是能读的工作簿，没有格子可以标"));
                }
            }
            Ok(Exit::Good)
        }
        MarkTarget::Standard => {
            let Some((input, record)) = plan.inputs.all.first().zip(records.first()) else { return Ok(Exit::Good) };
            let unwritten = |message: String| Stop { exit: Exit::Unwritten, message };
            match copy(plan, input, record).map_err(unwritten)? {
                Some(bytes) => terminal::result(&bytes).map_err(unwritten)?,
                None => terminal::aside("没有输出标注工作簿：输入不是能读的工作簿，没有格子可以标"),
            }
            Ok(Exit::Good)
        }
        MarkTarget::Folder(folder) => Ok(folder_of(plan, folder, records, pool, interrupt)),
    }
}

/// The marked copy of an input; `None` if it is not a readable workbook.
fn copy(plan: &Plan, input: &InputFile, record: &Record) -> Result<Option<Vec<u8>>, String> {
    let limits = &plan.engine.setting().limits;
    let read = |bytes: Vec<u8>| reading::workbook(&input.name(), &bytes, limits, plan.isolation.as_ref());
    let Ok(workbook) = plan.load(input).and_then(read) else { return Ok(None) };
    // The writer's message is English and does not help the user, so it is not shown.
    let bytes = feedback::mark(&workbook, &record.findings)
        .map_err(|_| format!("{} 标不成：工作簿里有 Excel 放不下的内容", input.file()))?;
    Ok(Some(bytes))
}

fn folder_of(plan: &Plan, folder: &Path, records: &[&Record], pool: &rayon::ThreadPool, interrupt: &Interrupt) -> Exit {
    let own: BTreeSet<PathBuf> = plan.inputs.all.iter().filter_map(|i| real_path(&i.path).ok()).collect();
    let inputs = records.iter().filter_map(|r| Some((*r, plan.inputs.all.get(r.input - 1)?)));
    let all: Vec<(&Record, &InputFile, PathBuf)> =
        names(inputs).into_iter().map(|(record, input, name)| (record, input, folder.join(name))).collect();
    let results = each(pool, interrupt, "标注", all, |(record, input, path)| {
        let there = fs::symlink_metadata(&path).is_ok();
        let ours = there && reading::is_unedited_mark(&path);
        let grave = record.findings.iter().any(|f| f.severity > Severity::Note);
        // A corrected input also replaces its earlier copy, which would still show the old findings.
        if record.status == Status::Skipped || !(grave || ours) {
            return Ok(false);
        }
        let Some(bytes) = copy(plan, input, record)? else { return Ok(false) };
        let path_shown = path.display();
        if real_path(&path).is_ok_and(|p| own.contains(&p)) {
            return Err(format!("{path_shown} 是输入的文件，没有覆盖"));
        }
        if there && !ours {
            return Err(format!("{path_shown} 已经存在，不是程序写的标注工作簿或者改动过，没有覆盖，请先移走"));
        }
        output::write_one(&path, &bytes).map(|()| true)
    });
    let results: Vec<Result<bool, String>> = results.into_iter().flatten().collect();
    let written = results.iter().filter(|r| matches!(r, Ok(true))).count();
    if written > 0 {
        terminal::progress(&format!("有问题的格子标在 {} 里，共 {written} 个工作簿", folder.display()));
    } else if results.iter().all(Result::is_ok) {
        terminal::progress(&format!("没有要标的格子，没有写 {}", folder.display()));
    }
    let failed: Vec<&String> = results.iter().filter_map(|r| r.as_ref().err()).collect();
    failed.iter().take(NAMED).for_each(|message| terminal::complaint(message));
    if failed.len() > NAMED {
        terminal::complaint(&format!("另有 {} 个标注工作簿没有写", failed.len() - NAMED));
    }
    if failed.is_empty() { Exit::Good } else { Exit::Unwritten }
}

/// Names of the copies: [`InputFile::shown`] with the extension `.xlsx`. Inputs that differ only in their extension keep it before
/// that one.
fn names<'a>(inputs: impl Iterator<Item = (&'a Record, &'a InputFile)>) -> Vec<(&'a Record, &'a InputFile, PathBuf)> {
    let inputs: Vec<(&Record, &InputFile)> = inputs.collect();
    let plain = |i: &InputFile| Path::new(&i.shown).with_extension("xlsx");
    let key = |path: &Path| path.to_string_lossy().to_lowercase();
    let mut count: BTreeMap<String, usize> = BTreeMap::new();
    for (record, input) in &inputs {
        if record.status != Status::Skipped {
            *count.entry(key(&plain(input))).or_default() += 1;
        }
    }
    let name = |input: &InputFile| {
        let plain = plain(input);
        if count.get(&key(&plain)).is_some_and(|n| *n > 1) {
            PathBuf::from(format!("{}.xlsx", input.shown))
        } else {
            plain
        }
    };
    inputs.into_iter().map(|(record, input)| (record, input, name(input))).collect()
}
