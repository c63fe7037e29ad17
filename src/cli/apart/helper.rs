//! Child processes that read one workbook after another with the second reader.
//!
//! Takes the bytes of a workbook, gives its sheets. Publishing reads each of hundreds of files twice, and starting a process per
//! file would cost more than the reading. A child that fails, takes too long or has worked long enough is killed; the next file
//! gets another one.

use std::io::{self, Read, Write};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::confined::Confined;
use super::wire::{self, Task};
use super::{Isolation, unstarted};
use crate::import::{FileKind, ImportError, Limits, Sheet};

/// Working time after which a child is replaced: well below the limit on processor time that it sets itself.
const LONG_ENOUGH: Duration = Duration::from_secs(2);

/// Pool of idle children, shared by any number of threads.
#[derive(Debug)]
pub struct Helpers {
    isolation: Isolation,
    idle: Mutex<Vec<Helper>>,
}

#[derive(Debug)]
struct Helper {
    confined: Confined,
    /// Tasks for the child, written on a separate thread: a child that is stopped reads nothing, and the pipe fills up.
    tasks: Sender<Vec<u8>>,
    /// Answers of the child, read on a separate thread so that waiting for one can time out.
    answers: Receiver<Vec<u8>>,
    worked: Duration,
}

impl Helpers {
    /// Creates an empty pool; children are started when needed.
    pub fn new(isolation: Isolation) -> Helpers {
        Helpers { isolation, idle: Mutex::default() }
    }

    /// Reads the bytes with the second reader, in a child process. If the child ends without an answer, another one tries once more:
    /// the first may have been killed from outside.
    ///
    /// # Errors
    /// If its reader cannot read the workbook. [`ImportError::is_unfinished`] if no child can be started, both end without an
    /// answer, or one takes too long.
    pub fn read_second(&self, kind: FileKind, bytes: &[u8], limits: &Limits) -> Result<Vec<Sheet>, ImportError> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let new = || Helper::start(&self.isolation, limits).map_err(|e| ImportError::NotStarted(unstarted(&e)));
        match idle.map_or_else(new, Ok).and_then(|helper| self.ask(helper, kind, bytes, limits)) {
            Err(ImportError::Crashed | ImportError::NotStarted(_)) => self.ask(new()?, kind, bytes, limits),
            answer => answer,
        }
    }

    fn ask(
        &self,
        mut helper: Helper,
        kind: FileKind,
        bytes: &[u8],
        limits: &Limits,
    ) -> Result<Vec<Sheet>, ImportError> {
        let (memory, seconds) = (self.isolation.memory, self.isolation.time.as_secs());
        let task = Task { kind, second: true, limits: limits.clone(), memory, seconds, bytes: bytes.len() };
        let begun = Instant::now();
        // If the child is gone, there is no answer either.
        _ = helper.tasks.send([&task.encoded(), bytes].concat());
        let answer = helper.answers.recv_timeout(self.isolation.time).map_err(|e| match e {
            mpsc::RecvTimeoutError::Timeout => ImportError::TimedOut(seconds),
            mpsc::RecvTimeoutError::Disconnected => ImportError::Crashed,
        })?;
        helper.worked += begun.elapsed();
        let answer = wire::answer(&answer).ok_or(ImportError::Crashed)?;
        if helper.worked < LONG_ENOUGH {
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(helper);
        }
        answer
    }
}

impl Helper {
    fn start(isolation: &Isolation, limits: &Limits) -> io::Result<Helper> {
        let mut confined = Confined::start(isolation)?;
        let child = &mut confined.child;
        let gone = || io::Error::from(io::ErrorKind::BrokenPipe);
        let (mut input, mut output) = (child.stdin.take().ok_or_else(gone)?, child.stdout.take().ok_or_else(gone)?);
        // Its standard error is not used; it is closed so that the pipe cannot fill up.
        drop(child.stderr.take());
        let (send, answers) = mpsc::channel();
        let (tasks, given) = mpsc::channel::<Vec<u8>>();
        let most = wire::most_bytes(limits);
        // Both threads end with the child, which is killed when the helper is dropped.
        let small = || thread::Builder::new().stack_size(64 << 10);
        let helper = Helper { confined, tasks, answers, worked: Duration::ZERO };
        small().spawn(move || {
            while let Some(answer) = framed(&mut output, most) {
                if send.send(answer).is_err() {
                    break;
                }
            }
        })?;
        small().spawn(move || given.iter().all(|task| input.write_all(&task).and_then(|()| input.flush()).is_ok()))?;
        Ok(helper)
    }
}

impl Drop for Helper {
    fn drop(&mut self) {
        _ = self.confined.child.kill();
        _ = self.confined.child.wait();
    }
}

/// Reads the next answer; `None` after the last one, or if it is longer than `most` bytes.
fn framed(output: &mut impl Read, most: u64) -> Option<Vec<u8>> {
    let mut length = [0; 8];
    output.read_exact(&mut length).ok()?;
    let length = u64::from_le_bytes(length);
    let mut answer = Vec::new();
    let read = output.take(length.min(most)).read_to_end(&mut answer).ok()?;
    (read as u64 == length).then_some(answer)
}
