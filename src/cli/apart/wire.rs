//! Protocol between parent and child: a task, the bytes of the file, then one answer.
//!
//! Takes tasks and answers, gives their bytes, and decodes them again. Parent and child are the same program.

use serde::{Deserialize, Serialize};

use crate::import::{FileKind, ImportError, Limits, Sheet};

/// A task for a child: how to read the bytes that follow.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Task {
    pub kind: FileKind,
    /// Whether to use the second reader.
    pub second: bool,
    pub limits: Limits,
    /// Limit on the address space, in bytes.
    pub memory: u64,
    pub seconds: u64,
    /// Length of the file.
    pub bytes: usize,
}

/// Most bytes of an encoded task; it consists of a few numbers and needs fewer.
pub(super) const TASK_BYTES: usize = 1024;

impl Task {
    /// Encodes the task: its length in four bytes, then its content.
    pub fn encoded(&self) -> Vec<u8> {
        // Encoding plain numbers cannot fail.
        let task = postcard::to_stdvec(self).unwrap_or_default();
        [&(task.len() as u32).to_le_bytes()[..], &task].concat()
    }

    pub fn decoded(bytes: &[u8]) -> Option<Task> {
        postcard::from_bytes(bytes).ok()
    }
}

/// Most bytes of an answer with sheets within the limits.
pub(super) fn most_bytes(limits: &Limits) -> u64 {
    limits.inflated_bytes + limits.cells as u64 * 128 + (1 << 20)
}

pub(super) fn encoded(answer: &Result<Vec<Sheet>, ImportError>) -> Vec<u8> {
    // Encoding sheets cannot fail; an empty answer would be reported as a fault of the child.
    postcard::to_stdvec(answer).unwrap_or_default()
}

/// Decodes an answer; `None` if the bytes are not exactly one answer.
pub(super) fn answer(bytes: &[u8]) -> Option<Result<Vec<Sheet>, ImportError>> {
    postcard::take_from_bytes(bytes).ok().filter(|(_, rest)| rest.is_empty()).map(|(answer, _)| answer)
}
