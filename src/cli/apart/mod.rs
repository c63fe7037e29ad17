//! Reading in a child process of this program, with limits on memory and time: the parent's side.
//!
//! The readers of the older formats process records whose sizes are stated in the file. A failed allocation aborts the process
//! and cannot be caught; here it aborts only the child, and the run continues. The child opens no path: it receives the file's
//! bytes on its standard input and returns its answer on its standard output.

mod child;
mod confined;
mod helper;
mod wire;

use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ExitStatus};
use std::sync::{OnceLock, mpsc};
use std::thread::{self, Builder};
use std::time::{Duration, SystemTime};

use crate::import::{FileKind, ImportError, Limits, Sheet, admitted};
use confined::Confined;
use wire::Task;

pub use child::serve;
pub use helper::Helpers;

/// The hidden command that runs the program as such a child.
pub const CHILD_COMMAND: &str = "read-apart";

/// Most bytes read from a child's standard error.
const STDERR_BYTES: u64 = 4096;

/// How to read a file in a child process.
#[derive(Debug, Clone)]
pub struct Isolation {
    /// The `nianbao` program itself.
    pub program: PathBuf,
    /// Limit on the child's memory, in bytes: address space on Unix, committed memory on Windows.
    pub memory: u64,
    /// Time limit from the start of a task to its complete answer.
    pub time: Duration,
}

impl Isolation {
    /// Isolation in a child process of the running program; `None` if the program file is not known.
    pub fn of_this_program() -> Option<Isolation> {
        // On Linux this is always the running file, even if its path was moved, deleted or replaced.
        if cfg!(target_os = "linux") {
            let running = PathBuf::from("/proc/self/exe");
            return running.exists().then(|| Isolation::new(running));
        }
        let program = std::env::current_exe().ok()?;
        let identity = identity(&program).ok()?;
        let (program, _) = RUNNING.get_or_init(|| (program, identity));
        Some(Isolation::new(program.clone()))
    }

    /// Isolation with the default limits: 2 GiB and 10 s.
    pub fn new(program: PathBuf) -> Isolation {
        Isolation { program, memory: 2 << 30, time: Duration::from_secs(10) }
    }
}

/// The path of this program and the identity of its file when first looked up; used on systems that start it by its path.
static RUNNING: OnceLock<(PathBuf, Identity)> = OnceLock::new();

/// Distinguishes a file from another one that replaced it under the same path.
#[derive(Debug, PartialEq, Eq)]
struct Identity {
    length: u64,
    modified: Option<SystemTime>,
    /// Device and inode number.
    #[cfg(unix)]
    place: (u64, u64),
}

fn identity(path: &Path) -> io::Result<Identity> {
    let meta = path.metadata()?;
    #[cfg(unix)]
    let place = (std::os::unix::fs::MetadataExt::dev(&meta), std::os::unix::fs::MetadataExt::ino(&meta));
    Ok(Identity {
        length: meta.len(),
        modified: meta.modified().ok(),
        #[cfg(unix)]
        place,
    })
}

/// The reason why a child could not be started, in Chinese.
fn unstarted(e: &io::Error) -> String {
    match e.kind() {
        io::ErrorKind::NotFound => "程序文件不在原来的地方了".to_owned(),
        io::ErrorKind::PermissionDenied => "没有运行程序文件的权限".to_owned(),
        io::ErrorKind::ExecutableFileBusy => "程序文件正在被改写".to_owned(),
        io::ErrorKind::InvalidData => "程序文件在运行期间被换掉了".to_owned(),
        io::ErrorKind::OutOfMemory | io::ErrorKind::WouldBlock => "系统的内存或进程数不够".to_owned(),
        _ => super::io_error::number(e),
    }
}

/// Reads the bytes in a child process.
pub fn read(kind: FileKind, bytes: &[u8], limits: &Limits, isolation: &Isolation) -> Result<Vec<Sheet>, ImportError> {
    let seconds = isolation.time.as_secs();
    let task =
        Task { kind, second: false, limits: limits.clone(), memory: isolation.memory, seconds, bytes: bytes.len() };
    let mut confined = Confined::start(isolation).map_err(|e| ImportError::NotStarted(unstarted(&e)))?;
    let child = &mut confined.child;
    let outcome = converse(child, &task.encoded(), bytes, limits, isolation.time);
    // Reaped in any case; by now the child has exited or was killed.
    let status = child.wait();
    match outcome {
        ChildOutcome::Answer(answer) => admitted(answer?, limits),
        ChildOutcome::Exited(stderr) => Err(status.map_or(ImportError::Crashed, |s| cause(s, &stderr, isolation))),
        ChildOutcome::InvalidOutput => Err(ImportError::Crashed),
        ChildOutcome::TooLong => Err(limits.inflated_error()),
        ChildOutcome::TimedOut => Err(ImportError::TimedOut(seconds)),
        ChildOutcome::NotStarted => Err(ImportError::NotStarted(unstarted(&io::ErrorKind::WouldBlock.into()))),
    }
}

/// What a child did with its task.
enum ChildOutcome {
    Answer(Result<Vec<Sheet>, ImportError>),
    /// It exited without an answer; contains its standard error.
    Exited(String),
    /// Its output was not an answer, and it did not exit.
    InvalidOutput,
    /// Its output is longer than any answer within the limits.
    TooLong,
    TimedOut,
    /// A thread for one of its pipes could not be started.
    NotStarted,
}

/// Sends the child its task and receives its answer. A child that has not exited by itself is killed.
fn converse(child: &mut Child, task: &[u8], bytes: &[u8], limits: &Limits, time: Duration) -> ChildOutcome {
    let most = wire::most_bytes(limits);
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let (send, receive) = mpsc::channel();
    thread::scope(|scope| {
        // Each pipe has its own thread, so that none fills up while another is waited for. The input is returned and not closed:
        // its end would signal to the child that this process is gone.
        let open = Builder::new().spawn_scoped(scope, move || {
            let mut stdin = stdin?;
            stdin.write_all(task).and_then(|()| stdin.write_all(bytes)).and_then(|()| stdin.flush()).ok()?;
            Some(stdin)
        });
        let reading = Builder::new().spawn_scoped(scope, move || {
            let mut answer = Vec::new();
            // Read errors are ignored: what a child wrote before it ended is examined anyway.
            _ = stdout.map(|s| s.take(most + 1).read_to_end(&mut answer));
            // An answer that comes too late is not received any more.
            _ = send.send(answer);
        });
        let stderr = Builder::new().spawn_scoped(scope, move || {
            let mut written = Vec::new();
            _ = stderr.map(|s| s.take(STDERR_BYTES).read_to_end(&mut written));
            String::from_utf8_lossy(&written).into_owned()
        });
        let (Ok(_), Ok(_), Ok(stderr)) = (&open, &reading, stderr) else {
            // The threads that were started end with the child.
            _ = child.kill();
            return ChildOutcome::NotStarted;
        };
        let answer = receive.recv_timeout(time).ok();
        let read = answer.as_deref().and_then(wire::answer);
        // Once its answer was received, it does not matter how the child ends.
        let by_itself = read.is_none() && answer.is_some() && ended(child);
        if !by_itself {
            _ = child.kill();
        }
        match (answer, read) {
            (None, _) => ChildOutcome::TimedOut,
            (Some(_), Some(read)) => ChildOutcome::Answer(read),
            (Some(a), None) if a.len() as u64 > most => ChildOutcome::TooLong,
            (Some(_), None) if !by_itself => ChildOutcome::InvalidOutput,
            (Some(_), None) => ChildOutcome::Exited(stderr.join().unwrap_or_default()),
        }
    })
}

/// Whether the child, whose output has ended, exits within a second. A sound child exits at once.
fn ended(child: &mut Child) -> bool {
    (0..200).any(|_| {
        let ended = !matches!(child.try_wait(), Ok(None));
        if !ended {
            thread::sleep(Duration::from_millis(5));
        }
        ended
    })
}

/// Why a child that exited with this status and standard error gave no answer.
fn cause(status: ExitStatus, stderr: &str, isolation: &Isolation) -> ImportError {
    #[cfg(unix)]
    let signal = std::os::unix::process::ExitStatusExt::signal(&status);
    #[cfg(not(unix))]
    let signal = None::<i32>;
    _ = status;
    // SIGHUP, SIGINT, SIGKILL and SIGTERM are sent from outside, by the system when memory runs out or by another process.
    const FROM_OUTSIDE: [i32; 4] = [1, 2, 9, 15];
    const CPU_TIME: i32 = 24;
    match signal {
        Some(CPU_TIME) => ImportError::TimedOut(isolation.time.as_secs()),
        Some(signal) if FROM_OUTSIDE.contains(&signal) => ImportError::Killed,
        _ if stderr.contains("memory allocation of") => {
            ImportError::OutOfMemory(format!("{} MB", isolation.memory >> 20))
        }
        _ => ImportError::Crashed,
    }
}
