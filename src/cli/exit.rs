//! Exit codes, one enum; the help prints them from here.

/// How a run ended. A worse one replaces a better one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Exit {
    Good = 0,
    Findings = 1,
    Usage = 2,
    Unread = 3,
    Unwritten = 4,
    /// By SIGHUP (terminal closed).
    HungUp = 129,
    /// By Ctrl-C (SIGINT).
    Interrupted = 130,
    /// By SIGTERM.
    Terminated = 143,
}

impl Exit {
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

    pub const fn meaning(self) -> &'static str {
        match self {
            Exit::Good => "全部正常（允许有提示和警告；加 --strict 时警告也算问题）",
            Exit::Findings => "有错误级别的问题（能读懂的报告仍然照原样转换）",
            Exit::Usage => "命令写错了",
            Exit::Unread => "有文件读不了或不能确定内容（没有为它写任何文件，其他文件照常处理）",
            Exit::Unwritten => "有输出写不了，或几份输入得出同样的文件名",
            Exit::HungUp => "终端关闭（SIGHUP）：手上的做完了；转换时再运行同一命令会接着做",
            Exit::Interrupted => "按 Ctrl-C 中断：手上的做完了；转换时再运行同一命令会接着做",
            Exit::Terminated => "被系统要求停止（SIGTERM）：手上的做完了；转换时再运行同一命令会接着做",
        }
    }
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> std::process::ExitCode {
        std::process::ExitCode::from(exit as u8)
    }
}
