//! Reading in a child process: the child's side.
//!
//! Takes tasks and the bytes of files from standard input, writes the answers to standard output. On Unix the child limits
//! itself before it interprets any byte of a file; on Windows its parent has limited it. It exits after one file; a child for the second reader exits when its input ends, because
//! the parent is gone then.

use std::io::{self, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

use super::wire::{self, TASK_BYTES, Task};
use crate::import::{FileKind, ImportError, Sheet, read_second};

/// Carries out the task of a child process, or one task after another if they are for the second reader. After any error the
/// process ends without an answer.
///
/// # Errors
/// If the parent sends anything else, the parent is gone, or the limits cannot be set.
pub fn serve() -> io::Result<()> {
    let (mut task, mut bytes) = received()?;
    limit(&task)?;
    if !task.second {
        thread::Builder::new().stack_size(64 << 10).spawn(|| {
            // The parent sends nothing more, so this read returns only when the parent has ended, for whatever reason.
            _ = io::stdin().read(&mut [0]);
            std::process::exit(1);
        })?;
        return sent(&wire::encoded(&answer(&task, &bytes)));
    }
    loop {
        let answer = wire::encoded(&answer(&task, &bytes));
        sent(&[&(answer.len() as u64).to_le_bytes()[..], &answer].concat())?;
        (task, bytes) = received()?;
    }
}

/// Reads the next task and its file.
fn received() -> io::Result<(Task, Vec<u8>)> {
    let mut input = io::stdin().lock();
    let mut length = [0; 4];
    input.read_exact(&mut length)?;
    let length = u32::from_le_bytes(length) as usize;
    if length > TASK_BYTES {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut task = vec![0; length];
    input.read_exact(&mut task)?;
    let task = Task::decoded(&task).ok_or(io::ErrorKind::InvalidData)?;
    let mut bytes = Vec::new();
    input.by_ref().take(task.bytes as u64).read_to_end(&mut bytes)?;
    if bytes.len() != task.bytes {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok((task, bytes))
}

fn answer(task: &Task, bytes: &[u8]) -> Result<Vec<Sheet>, ImportError> {
    let read = catch_unwind(AssertUnwindSafe(|| {
        let read = if task.second { read_second } else { FileKind::read };
        read(task.kind, bytes, &task.limits)
    }));
    read.unwrap_or_else(|_| Err(ImportError::Damaged("内部结构不合规范".to_owned())))
}

fn sent(answer: &[u8]) -> io::Result<()> {
    let mut output = io::stdout().lock();
    output.write_all(answer)?;
    output.flush()
}

/// Limits address space and processor time to those of the task, and disables core dumps.
#[cfg(unix)]
fn limit(task: &Task) -> io::Result<()> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    // The parent enforces the actual time limit; this one takes effect if the parent was stopped.
    let seconds = task.seconds + 2;
    // At the soft limit of time the process gets SIGXCPU, which the parent recognises; at the hard limit it is killed, as if from
    // outside.
    let limits =
        [(Resource::Core, 0, 0), (Resource::As, task.memory, task.memory), (Resource::Cpu, seconds, seconds + 2)];
    for (resource, first, second) in limits {
        let allowed = |most| Some(getrlimit(resource).maximum.map_or(most, |m: u64| m.min(most)));
        setrlimit(resource, Rlimit { current: allowed(first), maximum: allowed(second) })?;
    }
    Ok(())
}

/// On Windows the parent has set the limits already.
#[cfg(not(unix))]
fn limit(_: &Task) -> io::Result<()> {
    Ok(())
}
