//! A run over inputs, which `check` and `convert` share: read all, see what meets, write, sum up, print.
//!
//! Every input is read once. A `convert` reads all of them before it writes the first, so that names, shards and neighbours
//! in time are known; what was understood waits on disk, and only a record of each input stays in memory.

mod across;
mod convert;
mod interrupt;
mod journal;
mod merge;
mod progress;
mod read;
mod spool;

use std::time::{Duration, Instant};

use rayon::prelude::*;

use super::inputs::Input;
use super::plan::{ConvertPlan, Plan};
use super::{Exit, Stop, print};
use crate::batch::Record;
use crate::pipeline;

pub use interrupt::Interrupt;
pub use journal::Books;
pub use merge::merge;
pub use progress::{Progress, span};
pub use read::{Read, whole};

/// An input that is finished.
pub struct Done {
    pub record: Record,
    pub made: Made,
    pub took: Duration,
}

/// How the outputs came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Made {
    /// None, or they were not there before.
    New,
    /// Files of the same names were there before.
    Replaced,
    /// They were there from an earlier run and are what this one would write.
    Kept,
}

/// `check`: findings only.
pub fn check(plan: &Plan) -> Result<Exit, Stop> {
    let (pool, begun, interrupt) = (pool(plan.jobs)?, Instant::now(), Interrupt::watch());
    let reads = read::all(plan, &pool, &interrupt, None);
    let done = reads.into_iter().flatten().map(|r| Done { record: r.record, made: Made::New, took: r.took });
    let mut done: Vec<Done> = done.collect();
    let notes = across::tell(plan, done.iter_mut().map(|d| &mut d.record));
    done.iter_mut().for_each(|d| read::judge(&mut d.record, plan.strict));
    let (took, asked) = (begun.elapsed(), interrupt.asked());
    let told = print::Told { plan, folder: None, summary: None, notes, took, asked };
    Ok(print::all(&told, &done))
}

/// `convert`: files to publish.
pub fn convert(job: &ConvertPlan) -> Result<Exit, Stop> {
    let (plan, begun, interrupt) = (&job.plan, Instant::now(), Interrupt::watch());
    let pool = pool(plan.jobs)?;
    let run = convert::Run::new(job)?;
    pipeline::warm(&job.formats, &plan.setting);
    let reads = read::all(plan, &pool, &interrupt, Some(&run));
    // Nothing is written by a run that does not know all of its inputs.
    let Some(reads) = reads.into_iter().collect::<Option<Vec<Read>>>() else {
        let (took, asked, notes) = (begun.elapsed(), interrupt.asked(), Vec::new());
        let told = print::Told { plan, folder: None, summary: None, notes, took, asked };
        return Ok(print::all(&told, &[]));
    };
    let finished = run.finish(reads, &pool, &interrupt)?;
    let (folder, summary, notes) = (Some(job.folder.as_path()), finished.summary, finished.notes);
    let (took, asked) = (begun.elapsed(), interrupt.asked());
    let told = print::Told { plan, folder, summary, notes, took, asked };
    Ok(print::all(&told, &finished.done))
}

/// Does `work` for every input of a plan, in parallel; the results stand in the order of the inputs. An error tells how the
/// run was asked to end.
pub fn over<R: Send>(plan: &Plan, work: impl Fn(usize, &Input) -> R + Sync) -> Result<Vec<R>, Stop> {
    let (pool, interrupt) = (pool(plan.jobs)?, Interrupt::watch());
    let inputs: Vec<(usize, &Input)> = (1..).zip(&plan.inputs.all).collect();
    let done: Option<Vec<R>> =
        each(&pool, &interrupt, "读取", inputs, |(n, input)| work(n, input)).into_iter().collect();
    let exit = interrupt.asked().unwrap_or(Exit::Interrupted);
    done.ok_or_else(|| Stop { exit, message: "已停止，什么也没有写".to_owned() })
}

fn pool(jobs: usize) -> Result<rayon::ThreadPool, Stop> {
    rayon::ThreadPoolBuilder::new()
        .num_threads(jobs)
        // As the main thread has.
        .stack_size(8 << 20)
        .build()
        .map_err(|e| Stop {
            exit: Exit::Unwritten, message: format!("开不了 {jobs} 个线程（{e}），请用 --jobs 1")
        })
}

/// Does `work` for each of `all` on the pool, in any order; `None` for what was not begun when the run was asked to end.
fn each<T: Send, R: Send>(
    pool: &rayon::ThreadPool,
    interrupt: &Interrupt,
    what: &'static str,
    all: Vec<T>,
    work: impl Fn(T) -> R + Sync,
) -> Vec<Option<R>> {
    let progress = Progress::new(what, all.len());
    let one = |item| {
        if interrupt.asked().is_some() {
            return None;
        }
        let result = work(item);
        progress.tick();
        Some(result)
    };
    let results = pool.install(|| all.into_par_iter().with_max_len(1).map(one).collect());
    progress.finish();
    results
}
