//! A run over inputs, as `check`, `convert` and `publish` share it: read all inputs, compare them, write, sum up, print.
//!
//! Every input is examined once. `convert` examines all inputs before it writes the first output, because names, shards and the
//! comparison between years depend on all of them. Understood reports are stored until they are written (see [`spool`]); only a
//! record of each input stays in memory.

mod convert;
mod interrupt;
mod journal;
mod mark;
mod merge;
mod one;
mod progress;
mod publish;
mod read;
mod spool;
mod table;
mod written;

use std::path::Path;
use std::time::Instant;

use rayon::prelude::*;

use super::args::Output;
use super::inputs::InputFile;
use super::outcome::{Doing, Done, Made, RunOutcome};
use super::plan::{CheckPlan, ConvertPlan, Plan};
use super::{Exit, Stop, print};
use crate::aggregate::{Expected, Roster};
use crate::batch::{Record, Status};
use crate::engine::Engine;
use crate::feedback::page;
use crate::formats::Format;
use crate::judge::{self, conclude};
use crate::model::Finding;
use crate::pipeline::Examined;

pub use interrupt::Interrupt;
pub use merge::merge;
pub use one::convert as convert_one;
pub use progress::Progress;
pub use publish::publish;
pub use read::{Read, whole};

/// `check`: prints the findings or writes them to a file, and writes marked copies of the workbooks if requested.
pub fn check(job: &CheckPlan) -> Result<Exit, Stop> {
    let plan = &job.plan;
    let (pool, begun, interrupt) = (pool(plan.jobs)?, Instant::now(), Interrupt::watch());
    let (done, examined, notes) = examined(plan, &pool, &interrupt, plan.format == Output::Html);
    let mut exit = Exit::Good;
    if let (Some(mark), None) = (&job.mark, interrupt.asked()) {
        let records: Vec<&Record> = done.iter().map(|d| &d.record).collect();
        exit = mark::write(plan, mark, &records, &pool, &interrupt)?;
    }
    let roster = job.expected.as_ref().map(|e| roster(plan, e, done.iter().map(|d| &d.record)));
    let html = plan.format == Output::Html;
    let sections = if html { sections(plan, &done, &examined, roster.as_ref()) } else { Vec::new() };
    let (took, asked) = (begun.elapsed(), interrupt.asked());
    let file = job.file.clone();
    let nothing = RunOutcome::empty(Doing::Checking, plan);
    let outcome = RunOutcome { notes, file, sections, roster, took, asked, ..nothing };
    print::all(&outcome, &done)?;
    Ok(outcome.exit(&done).max(exit))
}

/// The page of findings on the inputs of a plan; `None` if the run was interrupted.
pub fn findings_page(plan: &Plan) -> Result<Option<String>, Stop> {
    let (pool, interrupt) = (pool(plan.jobs)?, Interrupt::watch());
    let (done, examined, _) = examined(plan, &pool, &interrupt, true);
    let sections = sections(plan, &done, &examined, None);
    Ok(interrupt.asked().is_none().then(|| page::page(done.iter().map(|d| &d.record), &sections)))
}

/// Reads all inputs and compares them. Returns their records, what was read of those that are to be drawn if a page is wanted, and
/// the findings on the run as a whole.
fn examined(
    plan: &Plan,
    pool: &rayon::ThreadPool,
    interrupt: &Interrupt,
    for_page: bool,
) -> (Vec<Done>, Vec<Option<Examined>>, Vec<Finding>) {
    let inputs: Vec<(usize, &InputFile)> = (1..).zip(&plan.inputs.all).collect();
    let read = each(pool, interrupt, "读取", inputs, |(number, input)| {
        let begun = Instant::now();
        let (record, examined) = whole(plan, number, input);
        let drawn = for_page && number <= page::MOST_DRAWN;
        (Done { record, made: Made::New, took: begun.elapsed() }, drawn.then_some(examined))
    });
    let (mut done, examined): (Vec<Done>, Vec<Option<Examined>>) = read.into_iter().flatten().unzip();
    pass_over(plan, done.iter_mut().map(|d| &mut d.record));
    let notes = conclude(&plan.aliases, plan.strict, done.iter_mut().map(|d| &mut d.record));
    (done, examined, notes)
}

/// The sections of a page of findings: the expected units, then the inputs.
fn sections(plan: &Plan, done: &[Done], examined: &[Option<Examined>], roster: Option<&Roster>) -> Vec<String> {
    let names = page::ShownNames::new(plan.inputs.all.iter().map(|i| (i.file(), i.shown.clone())));
    let section = |(d, e): (&Done, &Option<Examined>)| {
        // Skipped inputs are not drawn; of a refused report the part that was read is drawn.
        let read = e.as_ref().filter(|_| d.record.status != Status::Skipped);
        let read = read.and_then(|e| Some((e.report.as_ref().or(e.partial.as_ref())?, &e.origins)));
        page::section(&d.record, &names, read)
    };
    // Skipped inputs come last: they are of no interest to those who look for faults.
    let (passed, rest): (Vec<_>, Vec<_>) =
        done.iter().zip(examined).partition(|(d, _)| d.record.status == Status::Skipped);
    let first = roster.iter().map(|r| page::roster(r, &names));
    first.chain(rest.into_iter().chain(passed).map(section)).collect()
}

/// `convert`: writes the files to publish.
pub fn convert(job: &ConvertPlan) -> Result<Exit, Stop> {
    let (plan, begun, interrupt) = (&job.plan, Instant::now(), Interrupt::watch());
    let pool = pool(plan.jobs)?;
    let run = convert::ConvertRun::new(job)?;
    warm(&job.formats, &plan.engine);
    let reads = read::all(plan, &pool, &interrupt, &run);
    // A run that was interrupted before all inputs were read writes nothing.
    let Some(reads) = reads else {
        let (took, asked) = (begun.elapsed(), interrupt.asked());
        let outcome = RunOutcome { took, asked, ..RunOutcome::empty(Doing::Converting, plan) };
        print::all(&outcome, &[])?;
        return Ok(outcome.exit(&[]));
    };
    let finished = run.finish(reads, &pool, &interrupt)?;
    let (folder, summary, notes) = (Some(job.folder.as_path()), finished.summary, finished.notes);
    let (took, asked) = (begun.elapsed(), interrupt.asked());
    let nothing = RunOutcome::empty(Doing::Converting, plan);
    let outcome = RunOutcome { folder, summary, notes, took, asked, ..nothing };
    print::all(&outcome, &finished.done)?;
    Ok(outcome.exit(&finished.done))
}

/// As [`judge::pass_over_own`] and [`judge::pass_over_repeated`], with the inputs of a plan; returns for each record whether it was
/// skipped.
pub fn pass_over<'r>(plan: &Plan, records: impl Iterator<Item = &'r mut Record>) -> Vec<bool> {
    let mut records: Vec<&mut Record> = records.collect();
    let input = |r: &Record| plan.inputs.all.get(r.input - 1);
    let own = judge::pass_over_own(
        &plan.aliases,
        |r| input(r).is_some_and(|i| i.typed),
        records.iter_mut().map(|r| &mut **r),
    );
    let is_member = |r: &Record| input(r).is_some_and(|i| i.inside.is_some());
    let repeated = judge::pass_over_repeated(is_member, &mut records);
    own.into_iter().zip(repeated).map(|(own, repeated)| own || repeated).collect()
}

/// As [`judge::roster`], with the inputs of a plan.
pub fn roster<'r>(plan: &'r Plan, expected: &Expected, records: impl Iterator<Item = &'r Record>) -> Roster {
    let shown = |r: &Record| plan.inputs.all.get(r.input - 1).map(|i| Path::new(&i.shown));
    judge::roster(expected, &plan.aliases, shown, records)
}

/// Starts, on a separate thread, the work that the first report of a run would otherwise wait for.
fn warm(formats: &[Format], engine: &Engine) {
    if let Some(work) = engine.warming(formats) {
        // If no thread can be started or it panics, the first report waits instead.
        let _ = std::thread::Builder::new().spawn(work);
    }
}

/// Runs `work` for every input of a plan, in parallel; the results are in the order of the inputs. Returns an error if the run
/// was interrupted.
pub fn over<R: Send>(plan: &Plan, work: impl Fn(usize, &InputFile) -> R + Sync) -> Result<Vec<R>, Stop> {
    let (pool, interrupt) = (pool(plan.jobs)?, Interrupt::watch());
    let inputs: Vec<(usize, &InputFile)> = (1..).zip(&plan.inputs.all).collect();
    let done: Option<Vec<R>> =
        each(&pool, &interrupt, "读取", inputs, |(n, input)| work(n, input)).into_iter().collect();
    let exit = interrupt.asked().unwrap_or(Exit::Interrupted);
    done.ok_or_else(|| Stop { exit, message: "已停止，什么也没有写".to_owned() })
}

fn pool(jobs: usize) -> Result<rayon::ThreadPool, Stop> {
    let builder = || rayon::ThreadPoolBuilder::new().num_threads(jobs);
    // As large as that of the main thread.
    let built = builder().stack_size(8 << 20).build();
    // If no thread can be started, this one does the work.
    let built = if jobs == 1 { built.or_else(|_| builder().use_current_thread().build()) } else { built };
    built.map_err(|_| {
        let advice = if jobs > 1 { "请用 --jobs 1" } else { "请关掉别的程序后再试" };
        let message = format!("开不了 {jobs} 个线程（系统的内存或进程数不够），{advice}");
        Stop { exit: Exit::Unwritten, message }
    })
}

/// Runs `work` for each item of `all` on the pool, in any order; the result is `None` for items that were not started when the
/// run was interrupted.
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
