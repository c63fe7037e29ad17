//! What the command line needs of Windows and no crate offers safely: a limit on the memory of a child process, and the number
//! of processes in a console.
//!
//! Calls functions that Windows 7 has. On other systems the crate is empty.

#![cfg(windows)]
#![allow(unsafe_code, reason = "functions of the system; each block states why its call is sound")]

use std::io;
use std::os::windows::io::{AsRawHandle, BorrowedHandle, FromRawHandle, OwnedHandle};
use std::ptr::null;
use std::time::Duration;

use windows_sys::Win32::System::Console::GetConsoleProcessList;
use windows_sys::Win32::System::JobObjects::{
    AssignProcessToJobObject, CreateJobObjectW, JOB_OBJECT_LIMIT_DIE_ON_UNHANDLED_EXCEPTION,
    JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE, JOB_OBJECT_LIMIT_PROCESS_MEMORY, JOB_OBJECT_LIMIT_PROCESS_TIME,
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION, JobObjectExtendedLimitInformation, SetInformationJobObject,
};

/// A job: processes in it are limited, and end when this is dropped or the process that holds it ends.
#[derive(Debug)]
pub struct Job(OwnedHandle);

impl Job {
    /// Creates a job whose processes may each use this much memory, in bytes, and this much processor time. One that faults ends
    /// without a dialog.
    ///
    /// # Errors
    /// If the system has no handle left.
    pub fn new(memory: u64, time: Duration) -> io::Result<Job> {
        // SAFETY: without attributes and without a name both pointers may be null.
        let handle = unsafe { CreateJobObjectW(null(), null()) };
        if handle.is_null() {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: the handle was just created, and nothing else closes it.
        let job = Job(unsafe { OwnedHandle::from_raw_handle(handle) });
        let mut limits = JOBOBJECT_EXTENDED_LIMIT_INFORMATION::default();
        limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_PROCESS_MEMORY
            | JOB_OBJECT_LIMIT_PROCESS_TIME
            | JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE
            | JOB_OBJECT_LIMIT_DIE_ON_UNHANDLED_EXCEPTION;
        limits.ProcessMemoryLimit = usize::try_from(memory).unwrap_or(usize::MAX);
        // In units of 100 ns.
        limits.BasicLimitInformation.PerProcessUserTimeLimit = i64::try_from(time.as_nanos() / 100).unwrap_or(i64::MAX);
        // SAFETY: the pointer and the size are those of a structure of the class that is named.
        let set = unsafe {
            SetInformationJobObject(
                job.0.as_raw_handle(),
                JobObjectExtendedLimitInformation,
                (&raw const limits).cast(),
                size_of_val(&limits) as u32,
            )
        };
        if set == 0 { Err(io::Error::last_os_error()) } else { Ok(job) }
    }

    /// Puts a process into the job, with all limits at once.
    ///
    /// # Errors
    /// `PermissionDenied` on Windows 7 if the process is in a job of another program, because jobs do not nest there.
    pub fn hold(&self, process: BorrowedHandle<'_>) -> io::Result<()> {
        // SAFETY: both handles are open as long as they are borrowed.
        let held = unsafe { AssignProcessToJobObject(self.0.as_raw_handle(), process.as_raw_handle()) };
        if held == 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
    }
}

/// Number of processes in the console of this one; 0 without a console. A console that was opened for this process alone has one.
pub fn console_processes() -> u32 {
    let mut some = [0; 2];
    // SAFETY: the pointer is that of as many places as are stated; of more processes only the number is returned.
    unsafe { GetConsoleProcessList(some.as_mut_ptr(), some.len() as u32) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use std::os::windows::io::AsHandle;
    use std::process::{Command, Stdio};

    use super::*;

    #[test]
    fn a_process_in_a_job_ends_with_it() {
        let mut child = Command::new("cmd.exe").args(["/c", "pause"]).stdin(Stdio::piped()).spawn().unwrap();
        // Kept open: at the end of its input the child would end by itself.
        let input = child.stdin.take();
        let job = Job::new(1 << 30, Duration::from_secs(60)).unwrap();
        job.hold(child.as_handle()).unwrap();
        assert!(child.try_wait().unwrap().is_none());
        drop(job);
        let ended = (0..1000).any(|_| {
            std::thread::sleep(Duration::from_millis(10));
            child.try_wait().unwrap().is_some()
        });
        _ = child.kill();
        drop(input);
        assert!(ended);
    }
}
