//! The exit codes and what determines them. The help prints them from here.

use crate::aggregate::{Roster, UnitState};
use crate::batch::{Record, Status};

/// How a run ended. If several apply, the highest code is returned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Exit {
    /// No finding of severity error.
    Good = 0,
    /// Findings of severity error; with `--strict` also warnings.
    Findings = 1,
    /// Wrong arguments.
    Usage = 2,
    /// An input could not be read or recognised.
    Unread = 3,
    /// An output could not be written, or would replace another one of the run.
    Unwritten = 4,
    /// By SIGHUP (terminal closed).
    HungUp = 129,
    /// By Ctrl-C (SIGINT).
    Interrupted = 130,
    /// By SIGTERM.
    Terminated = 143,
}

impl Exit {
    /// All codes in ascending order.
    pub const ALL: [Exit; 8] = [
        Exit::Good,
        Exit::Findings,
        Exit::Usage,
        Exit::Unread,
        Exit::Unwritten,
        Exit::HungUp,
        Exit::Interrupted,
        Exit::Terminated,
    ];

    /// Whether the run was asked to end before it was done.
    pub const fn is_interrupted(self) -> bool {
        matches!(self, Exit::HungUp | Exit::Interrupted | Exit::Terminated)
    }

    /// The meaning for the help, in Chinese.
    pub const fn meaning(self) -> &'static str {
        match self {
            Exit::Good => "全部正常（允许有提示和警告；加 --strict 时警告也算问题）",
            Exit::Findings => "有错误级别的问题（能读懂的报告仍然照原样转换）",
            Exit::Usage => "命令写错了",
            Exit::Unread => "有文件读不了或不能确定内容（没有为它写任何文件，其他文件照常处理）",
            Exit::Unwritten => "有输出写不了，有输出改动过所以没有盖住，或几份输入得出同样的文件名",
            Exit::HungUp => "终端关闭（SIGHUP）：手上的做完了；转换时再运行同一命令会接着做",
            Exit::Interrupted => "按 Ctrl-C 中断：手上的做完了；转换时再运行同一命令会接着做",
            Exit::Terminated => "被系统要求停止（SIGTERM）：手上的做完了；转换时再运行同一命令会接着做",
        }
    }
}

/// The exit code for the record of an input.
pub fn of_record(record: &Record) -> Exit {
    match record.status {
        Status::Ok | Status::Skipped => Exit::Good,
        Status::Findings => Exit::Findings,
        Status::Failed if record.findings.iter().any(|f| f.code.rule().writing) => Exit::Unwritten,
        Status::Failed => Exit::Unread,
    }
}

/// The exit code for the records of a run: the highest one, and at least [`Exit::Unread`] if every input was skipped.
pub fn of_records<'r>(records: impl Iterator<Item = &'r Record> + Clone) -> Exit {
    let nothing = records.clone().next().is_some() && records.clone().all(|r| r.status == Status::Skipped);
    let worst = records.map(of_record).max().unwrap_or(Exit::Good);
    if nothing { worst.max(Exit::Unread) } else { worst }
}

/// The exit code for a list of units: [`Exit::Findings`] if units are missing or unread, or, with `strict`, if reports are not on
/// it.
pub fn of_roster(roster: &Roster, strict: bool) -> Exit {
    let short = roster.count(UnitState::Submitted) < roster.units.len();
    if short || strict && !roster.unlisted.is_empty() { Exit::Findings } else { Exit::Good }
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> std::process::ExitCode {
        std::process::ExitCode::from(exit as u8)
    }
}
