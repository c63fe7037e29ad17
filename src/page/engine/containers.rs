//! Archives and mails: the files in one, to be asked about like files of a folder.

use nianbao::batch::Record;
use nianbao::engine::Engine;
use nianbao::import::container::{self, Member, MemberState};
use nianbao::import::{ImportError, Limits};
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
    let limits: &Limits = &engine.setting().limits;
    let record = |name: String, e: &ImportError| {
        let code = if matches!(e, ImportError::NoWorkbook(_)) { Code::I102 } else { Code::I101 };
        let judged = Judged { input: 1, file: name, sha256: None, key: "", strict: false };
        judged.record(&refused(finding(code, e.to_string())), engine)
    };
    let is_container = true;
    let members = match container::members(file.bytes, limits) {
        Ok(members) => members,
        Err(e) => return Answer::of(Unpacked { is_container, records: vec![record(file.name.clone(), &e)] }),
    };
    let (mut records, mut files) = (Vec::new(), Vec::new());
    for Member { path, place, state, .. } in members {
        let name = format!("{}/{path}", file.name);
        match state {
            MemberState::File => match container::member(file.bytes, &place, limits) {
                Ok(bytes) => files.push((name, bytes)),
                Err(e) => records.push(record(name, &e)),
            },
            MemberState::Refused(e) | MemberState::Closed(e) => records.push(record(name, &e)),
            // What nobody hands in.
            _ => {}
        }
    }
    let answer = Answer::of(Unpacked { is_container, records })?;
    Ok(files.into_iter().fold(answer, |a, (name, bytes)| a.with(name, "application/octet-stream", bytes)))
}
