//! Steps of the work, and internal faults: a step that panicked, with its place in the source, for a report to us.
//!
//! Takes a step to run, gives its result or a [`Fault`]. A message for users names version, step and place, and nothing of the
//! input; the panic's own message, which may quote the input, is kept apart.

use std::fmt;
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, ThreadId};

use crate::model::{Code, Finding, finding};

/// A step of the work on one report, or of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Step {
    /// Bytes → cells.
    Read,
    /// The same through the second reader, and the comparison.
    SecondReading,
    /// Cells → report.
    Recognise,
    /// Report → findings.
    Check,
    /// Report → document.
    Compose,
    /// Document → pages.
    Layout,
    /// A file of the format with this name.
    Write(&'static str),
    /// Files read back and compared.
    Prove,
    /// What a shell does besides: arguments, folders, lists.
    Shell,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Step::Read => "读入",
            Step::SecondReading => "第二遍读入",
            Step::Recognise => "识别",
            Step::Check => "检查",
            Step::Compose => "编排",
            Step::Layout => "排版",
            Step::Write(format) => return write!(f, "生成 {format}"),
            Step::Prove => "核对",
            Step::Shell => "运行",
        })
    }
}

/// A step that panicked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("程序内部错误（{version} 版，{step}{}），请把文件和这条信息反馈给我们", place.as_ref().map_or(String::new(), |p| format!("，{p}")))]
#[non_exhaustive]
pub struct Fault {
    /// Version of this program.
    pub version: &'static str,
    /// The step that panicked.
    pub step: Step,
    /// File and line; `None` if the shell has not set [`Faults::hook`].
    pub place: Option<String>,
    /// What the panic said. It may quote the input, so it is never printed by itself.
    pub message: String,
}

impl Fault {
    /// The finding on it. A thread that the system does not start is no fault of the program.
    pub fn finding(&self) -> Finding {
        if self.message.starts_with(NO_THREAD) {
            let message = format!("没有{}：系统的内存或进程数不够，开不了线程", self.step);
            return finding(Code::W401, message).hint("请关掉别的程序，或者提高进程数的上限，再试一次");
        }
        finding(Code::X901, self.to_string())
    }
}

/// What a panic of `std::thread` says if the system starts no thread. The library that writes workbooks starts one per sheet and
/// has no other way.
const NO_THREAD: &str = "failed to spawn thread";

/// Called when a step begins; the function it returns is called when the step ends.
pub type Watch = dyn Fn(Step) -> Box<dyn FnOnce()> + Send + Sync;

/// Runs steps and remembers where they panicked.
#[derive(Clone, Default)]
pub struct Faults {
    /// The last panic of each thread that nobody has asked for yet.
    panics: Arc<Mutex<Vec<(ThreadId, String)>>>,
    watch: Option<Arc<Watch>>,
}

impl fmt::Debug for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Faults")
    }
}

impl Faults {
    /// With an observer of steps, which may read a clock.
    pub fn watched(watch: Arc<Watch>) -> Faults {
        Faults { watch: Some(watch), ..Faults::default() }
    }

    /// The panic hook that notes places; a process has one hook, so a shell sets it. Prints nothing: a trace would be between the
    /// lines of the shell.
    pub fn hook(&self) -> Box<dyn Fn(&PanicHookInfo<'_>) + Send + Sync + 'static> {
        let panics = self.panics.clone();
        Box::new(move |info| {
            let place = info.location().map(|at| format!("{}:{}", of_source(at.file()), at.line()));
            let mut panics = panics.lock().unwrap_or_else(PoisonError::into_inner);
            let thread = thread::current().id();
            panics.retain(|(id, _)| *id != thread);
            panics.extend(place.map(|place| (thread, place)));
        })
    }

    /// Runs a step.
    ///
    /// # Errors
    /// If it panics.
    pub fn run<T>(&self, step: Step, work: impl FnOnce() -> T) -> Result<T, Fault> {
        let end = self.watch.as_ref().map(|watch| watch(step));
        let done = catch_unwind(AssertUnwindSafe(work));
        if let Some(end) = end {
            end();
        }
        done.map_err(|panic| {
            let text = panic.downcast_ref::<&str>().map(|s| (*s).to_owned());
            let message = text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
            Fault { version: env!("CARGO_PKG_VERSION"), step, place: self.place(), message }
        })
    }

    /// Where this thread panicked last.
    fn place(&self) -> Option<String> {
        let mut panics = self.panics.lock().unwrap_or_else(PoisonError::into_inner);
        let at = panics.iter().position(|(id, _)| *id == thread::current().id())?;
        Some(panics.swap_remove(at).1)
    }
}

/// A source file without the folders of the machine that built the program.
fn of_source(file: &str) -> &str {
    let behind = |mark: &str| file.find(mark).map(|at| &file[at + mark.len()..]);
    // A dependency: its name and version, behind the folder of the registry.
    let dependency = behind("/registry/src/").and_then(|rest| rest.split_once('/')).map(|(_, rest)| rest);
    dependency.or_else(|| file.find("/library/").map(|at| &file[at + 1..])).unwrap_or(file)
}

/// Held by tests that set the hook: the process has only one.
#[cfg(test)]
pub(crate) static HOOK: Mutex<()> = Mutex::new(());

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_names_version_step_and_place_and_quotes_nothing() {
        let _alone = HOOK.lock().unwrap_or_else(PoisonError::into_inner);
        let faults = Faults::default();
        let before = std::panic::take_hook();
        std::panic::set_hook(faults.hook());
        let done = faults.run(Step::Write("pdf"), || std::hint::black_box(3));
        let fault = faults.run(Step::Check, || -> u8 { panic!("in {}", "张某") }).unwrap_err();
        std::panic::set_hook(before);
        assert_eq!(done, Ok(3));
        assert_eq!(fault.message, "in 张某");
        let finding = fault.finding();
        assert_eq!(finding.code, Code::X901);
        assert!(
            finding.message.contains(&format!("{} 版，检查，src/fault.rs:", env!("CARGO_PKG_VERSION"))),
            "{}",
            finding.message
        );
        assert!(!finding.message.contains('张'), "{}", finding.message);
        // Without a hook the place is not known, and the rest is.
        assert_eq!(
            Faults::default().run(Step::Read, || panic!("x")).map_err(|f| (f.place, f.message)),
            Err::<(), _>((None, "x".to_owned()))
        );
    }

    #[test]
    fn a_thread_that_is_not_started_is_no_fault_of_the_program() {
        let failed = || -> u8 { panic!("failed to spawn thread: Os {{ code: 11 }}") };
        let finding = Faults::default().run(Step::Write("XLSX"), failed).unwrap_err().finding();
        assert_eq!(finding.code, Code::W401);
        assert!(finding.message.contains("没有生成 XLSX：系统的内存或进程数不够"), "{}", finding.message);
    }

    #[test]
    fn places_are_those_of_the_source_and_not_of_a_machine() {
        for (file, shown) in [
            ("src/normalize/cover.rs", "src/normalize/cover.rs"),
            ("/home/a/.cargo/registry/src/index-1/krilla-0.8.2/src/page.rs", "krilla-0.8.2/src/page.rs"),
            ("/rustc/59807616/library/core/src/str/mod.rs", "library/core/src/str/mod.rs"),
        ] {
            assert_eq!(of_source(file), shown);
        }
    }

    #[test]
    fn steps_are_watched() {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let log = seen.clone();
        let faults = Faults::watched(Arc::new(move |step| {
            log.lock().unwrap().push(format!("{step}"));
            let log = log.clone();
            Box::new(move || log.lock().unwrap().push("end".to_owned()))
        }));
        faults.run(Step::Layout, || ()).unwrap();
        assert_eq!(*seen.lock().unwrap(), ["排版", "end"]);
    }
}
