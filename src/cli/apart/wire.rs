//! What parent and child say to each other: a task before the file's bytes, and one answer. Both are the same program.

use serde::{Deserialize, Serialize};

use crate::import::{ImportError, Kind, Limits, Sheet};

/// What a child is to do with the bytes that follow.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Task {
    pub kind: Kind,
    /// Whether the second reader is to read it.
    pub second: bool,
    pub limits: Limits,
    /// Address space in bytes.
    pub memory: u64,
    pub seconds: u64,
    /// Length of the file.
    pub bytes: usize,
}

/// Longest task; a few numbers need less.
pub(super) const TASK_BYTES: usize = 1024;

impl Task {
    /// Its length in four bytes, then the task.
    pub fn encoded(&self) -> Vec<u8> {
        // Plain numbers always have a form.
        let task = postcard::to_stdvec(self).unwrap_or_default();
        [&(task.len() as u32).to_le_bytes()[..], &task].concat()
    }

    pub fn decoded(bytes: &[u8]) -> Option<Task> {
        postcard::from_bytes(bytes).ok()
    }
}

/// Longest answer that sheets within the limits can have.
pub(super) fn most_bytes(limits: &Limits) -> u64 {
    limits.inflated_bytes + limits.cells as u64 * 128 + (1 << 20)
}

pub(super) fn encoded(answer: &Result<Vec<Sheet>, ImportError>) -> Vec<u8> {
    // Sheets always have a form; an empty answer would be told as a fault of the child.
    postcard::to_stdvec(answer).unwrap_or_default()
}

/// An answer, if these bytes are one and nothing else.
pub(super) fn answer(bytes: &[u8]) -> Option<Result<Vec<Sheet>, ImportError>> {
    postcard::take_from_bytes(bytes).ok().filter(|(_, rest)| rest.is_empty()).map(|(answer, _)| answer)
}
