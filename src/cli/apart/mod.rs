//! Reading in a child process of our own program, under limits of memory and time: the parent's side.
//!
//! The readers of the older formats meet records whose sizes the file states. A failed allocation aborts a process and
//! cannot be caught; here it costs the child, and the run goes on. The child opens no path: the file's bytes reach it
//! through its standard input, its answer comes back on its standard output.

mod child;
mod helper;
mod wire;

use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{OnceLock, mpsc};
use std::thread;
use std::time::{Duration, SystemTime};

use crate::import::{ImportError, Kind, Limits, Sheet, admitted};
use wire::Task;

pub use child::serve;
pub use helper::Helpers;

/// The word under which the program runs as such a child.
pub const CHILD_COMMAND: &str = "read-apart";

/// Most of its last words that are looked at.
const WORDS: u64 = 4096;

/// How a file is read apart from this process.
#[derive(Debug, Clone)]
pub struct Isolation {
    /// The `nianbao` program itself.
    pub program: PathBuf,
    /// Address space of the child, in bytes; kept on Unix only.
    pub memory: u64,
    /// From its start to its whole answer.
    pub time: Duration,
}

impl Isolation {
    /// Isolation in a process of the program that is running; `None` if its file is not known.
    pub fn of_this_program() -> Option<Isolation> {
        // On Linux this is the running file, even if its name was moved, deleted or replaced.
        if cfg!(target_os = "linux") {
            let running = PathBuf::from("/proc/self/exe");
            return running.exists().then(|| Isolation::new(running));
        }
        let program = std::env::current_exe().ok()?;
        let identity = identity(&program).ok()?;
        let (program, _) = RUNNING.get_or_init(|| (program, identity));
        Some(Isolation::new(program.clone()))
    }

    /// 2 GiB and 10 s.
    pub fn new(program: PathBuf) -> Isolation {
        Isolation { program, memory: 2 << 30, time: Duration::from_secs(10) }
    }
}

/// The path of this program and the identity of its file when first looked up; used where the file is run by its path.
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

/// Why the child could not be started, in words.
fn unstarted(e: &io::Error) -> String {
    match e.kind() {
        io::ErrorKind::NotFound => "程序文件不在原来的地方了".to_owned(),
        io::ErrorKind::PermissionDenied => "没有运行程序文件的权限".to_owned(),
        io::ErrorKind::ExecutableFileBusy => "程序文件正在被改写".to_owned(),
        io::ErrorKind::InvalidData => "程序文件在运行期间被换掉了".to_owned(),
        io::ErrorKind::OutOfMemory | io::ErrorKind::WouldBlock => "系统的内存或进程数不够".to_owned(),
        _ => super::regular_file::system_error(e),
    }
}

/// Has a child read the bytes.
pub fn read(kind: Kind, bytes: &[u8], limits: &Limits, isolation: &Isolation) -> Result<Vec<Sheet>, ImportError> {
    let seconds = isolation.time.as_secs();
    let task =
        Task { kind, second: false, limits: limits.clone(), memory: isolation.memory, seconds, bytes: bytes.len() };
    let mut child = start(isolation).map_err(|e| ImportError::NotStarted(unstarted(&e)))?;
    let heard = converse(&mut child, &task.encoded(), bytes, limits, isolation.time);
    // Reaped in any case; by now it has ended or was ended.
    let status = child.wait();
    match heard {
        Heard::Answer(answer) => admitted(answer?, limits),
        Heard::Nothing(words) => Err(status.map_or(ImportError::Crashed, |s| cause(s, &words, isolation))),
        Heard::Nonsense => Err(ImportError::Crashed),
        Heard::TooMuch => Err(limits.inflated_error()),
        Heard::TooLate => Err(ImportError::TimedOut(seconds)),
    }
}

fn start(isolation: &Isolation) -> io::Result<Child> {
    if let Some((program, own)) = RUNNING.get()
        && *program == isolation.program
        && identity(program)? != *own
    {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut command = Command::new(&isolation.program);
    // Process lists would otherwise show `/proc/self/exe`.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::arg0(&mut command, "nianbao");
    command.arg(CHILD_COMMAND).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    // An interrupt at the terminal is for the run, which ends in order, and not for the file in hand.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    #[cfg(windows)]
    std::os::windows::process::CommandExt::creation_flags(&mut command, 0x0800_0200); // no window, a group of its own
    command.spawn()
}

/// What came of a child.
enum Heard {
    Answer(Result<Vec<Sheet>, ImportError>),
    /// It ended without an answer; its last words.
    Nothing(String),
    /// It answered no answer and did not end.
    Nonsense,
    TooMuch,
    TooLate,
}

/// Hands the child its task and takes its answer. A child that has not ended by itself is ended.
fn converse(child: &mut Child, task: &[u8], bytes: &[u8], limits: &Limits, time: Duration) -> Heard {
    let most = wire::most_bytes(limits);
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let (send, receive) = mpsc::channel();
    thread::scope(|scope| {
        // Each pipe has its thread, so that none fills up while another is waited for. The input is given back and not
        // closed: its end tells the child that this process is gone.
        let _open = scope.spawn(move || {
            let mut stdin = stdin?;
            stdin.write_all(task).and_then(|()| stdin.write_all(bytes)).and_then(|()| stdin.flush()).ok()?;
            Some(stdin)
        });
        scope.spawn(move || {
            let mut answer = Vec::new();
            // What a child that ended could still say is looked at all the same.
            _ = stdout.map(|s| s.take(most + 1).read_to_end(&mut answer));
            // Nobody listens any more when it came too late.
            _ = send.send(answer);
        });
        let words = scope.spawn(move || {
            let mut words = Vec::new();
            _ = stderr.map(|s| s.take(WORDS).read_to_end(&mut words));
            String::from_utf8_lossy(&words).into_owned()
        });
        let answer = receive.recv_timeout(time).ok();
        let read = answer.as_deref().and_then(wire::answer);
        // With its answer in hand it does not matter how the child ends.
        let by_itself = read.is_none() && answer.is_some() && ended(child);
        if !by_itself {
            _ = child.kill();
        }
        match (answer, read) {
            (None, _) => Heard::TooLate,
            (Some(_), Some(read)) => Heard::Answer(read),
            (Some(a), None) if a.len() as u64 > most => Heard::TooMuch,
            (Some(_), None) if !by_itself => Heard::Nonsense,
            (Some(_), None) => Heard::Nothing(words.join().unwrap_or_default()),
        }
    })
}

/// Whether the child, whose output has ended, ends too: at once, or it does something it should not.
fn ended(child: &mut Child) -> bool {
    (0..200).any(|_| {
        let ended = !matches!(child.try_wait(), Ok(None));
        if !ended {
            thread::sleep(Duration::from_millis(5));
        }
        ended
    })
}

fn cause(status: ExitStatus, words: &str, isolation: &Isolation) -> ImportError {
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
        _ if words.contains("memory allocation of") => {
            ImportError::OutOfMemory(format!("{} MB", isolation.memory >> 20))
        }
        _ => ImportError::Crashed,
    }
}
