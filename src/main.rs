//! The `nianbao` program: see [`nianbao::cli`].

use std::process::ExitCode;

fn main() -> ExitCode {
    nianbao::cli::run(std::env::args_os())
}
