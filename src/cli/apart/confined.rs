//! Starts a child process that ends with this one, within its limits.
//!
//! On Windows the parent sets the limits, before it sends the child anything; on Unix the child sets them itself.

use std::io;
use std::process::{Child, Command, Stdio};

use super::{CHILD_COMMAND, Isolation, RUNNING, identity};

/// A child process with its pipes.
#[derive(Debug)]
pub(super) struct Confined {
    pub child: Child,
    _hold: Hold,
}

impl Confined {
    /// Starts the program as a child, which waits for its task.
    pub fn start(isolation: &Isolation) -> io::Result<Confined> {
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
        // A process group of its own, so that Ctrl-C at the terminal reaches only the run, which then ends in order, and not the
        // child that is reading a file.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        #[cfg(windows)]
        std::os::windows::process::CommandExt::creation_flags(&mut command, 0x0800_0200); // no window, own process group
        let mut child = command.spawn()?;
        match Hold::on(&child, isolation) {
            Ok(hold) => Ok(Confined { child, _hold: hold }),
            Err(e) => {
                _ = child.kill();
                _ = child.wait();
                Err(e)
            }
        }
    }
}

/// What limits a child from outside.
#[cfg(windows)]
#[derive(Debug)]
struct Hold {
    /// Ends the child when it is dropped, or closed by the system because this process has ended.
    _job: Option<nianbao_windows::Job>,
}

#[cfg(windows)]
impl Hold {
    fn on(child: &Child, isolation: &Isolation) -> io::Result<Hold> {
        // The parent enforces the actual time limit; this one takes effect if the parent was stopped.
        let time = isolation.time + std::time::Duration::from_secs(2);
        let job = nianbao_windows::Job::new(isolation.memory, time)?;
        match job.hold(std::os::windows::io::AsHandle::as_handle(child)) {
            Ok(()) => Ok(Hold { _job: Some(job) }),
            // Windows 7 does not nest jobs: in one of another program only the time limit of the parent remains, and a file that
            // asks for too much memory fails when the system has no more.
            Err(e) if e.kind() == io::ErrorKind::PermissionDenied => Ok(Hold { _job: None }),
            Err(e) => Err(e),
        }
    }
}

/// On Unix nothing: the child limits itself, and ends when its standard input does.
#[cfg(not(windows))]
#[derive(Debug)]
struct Hold;

#[cfg(not(windows))]
impl Hold {
    fn on(_: &Child, _: &Isolation) -> io::Result<Hold> {
        Ok(Hold)
    }
}
