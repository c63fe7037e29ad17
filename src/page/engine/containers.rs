//! Archives and mails: the files in one, to be asked about like files of a folder.

use nianbao::batch::Record;
use nianbao::engine::Engine;
use nianbao::import::ImportError;
use nianbao::import::container::{self, MemberState};
use nianbao::judge::Judged;
use nianbao::model::{Code, finding};
use nianbao::pipeline::refused;
use serde::Serialize;

use crate::wire::{Answer, Received};

/// What a container holds besides the files that come with the answer.
#[derive(Serialize)]
struct Unpacked {
    /// So that the host can tell the answer from one about a report.
    is_container: bool,
    /// For each member that cannot be read, or the container itself, why.
    records: Vec<Record>,
}

/// Whether a file that begins with these bytes may be a container.
pub fn may_unpack(head: &Received<'_>) -> Result<Answer, String> {
    Answer::of(container::may_be_container(head.bytes))
}

/// The members of a container, under its name.
pub fn unpack(file: &Received<'_>, engine: &Engine) -> Result<Answer, String> {
    let record = |name: String, e: &ImportError| {
        let code = if matches!(e, ImportError::NoWorkbook(_)) { Code::I102 } else { Code::I101 };
        let judged = Judged { input: 1, file: name, sha256: None, key: "", strict: false };
        judged.record(&refused(finding(code, e.to_string())), engine)
    };
    let is_container = true;
    let members = match container::unpacked(file.bytes, &engine.setting().limits) {
        Ok(members) => members,
        Err(e) => return Answer::of(Unpacked { is_container, records: vec![record(file.name.clone(), &e)] }),
    };
    let (mut records, mut files) = (Vec::new(), Vec::new());
    for (member, content) in members {
        let name = format!("{}/{}", file.name, member.path);
        match (content, member.state) {
            (Some(Ok(bytes)), _) => files.push((name, bytes)),
            (Some(Err(e)), _) | (None, MemberState::Refused(e) | MemberState::Closed(e)) => {
                records.push(record(name, &e))
            }
            // What nobody hands in.
            _ => {}
        }
    }
    if files.is_empty() && records.is_empty() {
        records.push(record(file.name.clone(), &ImportError::NoWorkbook("压缩包里没有工作簿".into())));
    }
    let answer = Answer::of(Unpacked { is_container, records })?;
    Ok(files.into_iter().fold(answer, |a, (name, bytes)| a.with(name, "application/octet-stream", bytes)))
}
