//! `nianbao convert`: files to publish, whole or not at all, never over an input, never two under one name.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::args::ConvertArgs;
use super::plan::{self, ConvertPlan};
use super::print::Written;
use super::{Exit, Stop, names, output, over};
use crate::model::Finding;
use crate::pipeline::{Examined, Format, ProduceError, produce};
use crate::rules::finding;

pub fn run(args: &ConvertArgs) -> Result<Exit, Stop> {
    let job = plan::converting(args)?;
    let inputs: Vec<PathBuf> = job.plan.inputs.iter().filter_map(|i| i.path.canonicalize().ok()).collect();
    // Names already written in this run, folded as file systems that ignore case fold them.
    let mut taken: BTreeMap<String, PathBuf> = BTreeMap::new();
    Ok(over::each(&job.plan, true, |path, examined| write(&job, &inputs, &mut taken, path, examined)))
}

fn write(
    job: &ConvertPlan,
    inputs: &[PathBuf],
    taken: &mut BTreeMap<String, PathBuf>,
    path: &Path,
    examined: &mut Examined,
) -> Result<Vec<Written>, Exit> {
    let Some(report) = &examined.report else { return Ok(Vec::new()) };
    let stem = names::stem(&report.cover);
    if let Some(other) = taken.get(&stem.to_lowercase()) {
        let message = format!("与 {} 得出同样的文件名“{stem}”，没有写", other.display());
        let hint = "请只保留一份，或者分别输出到两个文件夹";
        return Err(failed(examined, finding("W402", message).hint(hint), Exit::Unwritten));
    }
    let files = match produce(report, &job.formats, &job.plan.setting) {
        Ok(files) => files,
        Err(e) => {
            let code = if matches!(e, ProduceError::Internal) { "X901" } else { "W401" };
            return Err(failed(examined, finding(code, e.to_string()), Exit::Unwritten));
        }
    };
    let named: Vec<(Format, PathBuf, Vec<u8>)> =
        files.into_iter().map(|(f, bytes)| (f, job.folder.join(format!("{stem}.{}", f.extension())), bytes)).collect();
    let over = named.iter().find(|(_, p, _)| p.canonicalize().is_ok_and(|p| inputs.contains(&p)));
    if let Some((_, p, _)) = over {
        let message = format!("输出 {} 会覆盖输入的文件，没有写", p.display());
        return Err(failed(examined, finding("W402", message).hint("请换一个输出文件夹"), Exit::Unwritten));
    }
    let there: Vec<bool> = named.iter().map(|(_, p, _)| p.exists()).collect();
    let all: Vec<(PathBuf, &[u8])> = named.iter().map(|(_, p, bytes)| (p.clone(), bytes.as_slice())).collect();
    if let Err(message) = output::write_all(&job.folder, &all) {
        return Err(failed(examined, finding("W401", message), Exit::Unwritten));
    }
    taken.insert(stem.to_lowercase(), path.to_owned());
    let written = named.iter().zip(there).map(|((f, p, bytes), there)| Written::new(*f, p, bytes, there));
    Ok(written.collect())
}

fn failed(examined: &mut Examined, finding: Finding, exit: Exit) -> Exit {
    examined.findings.insert(0, finding);
    exit
}
