//! Errors of clap → Chinese sentences.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use clap::CommandFactory;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::args::{Cli, JOBS, YEARS};

/// Returns one sentence for an invalid command line; `word` is the first argument after the program's name.
pub fn sentence(error: &clap::Error, word: &OsStr) -> String {
    let cli = Cli::command();
    let command = cli.get_subcommands().find(|c| word == c.get_name() && !c.is_hide_set()).map(clap::Command::get_name);
    let context = |kind| match error.get(kind) {
        Some(ContextValue::String(s)) => s.clone(),
        Some(ContextValue::Strings(all)) => all.join("、"),
        _ => String::new(),
    };
    let argument = context(ContextKind::InvalidArg);
    let value = context(ContextKind::InvalidValue);
    let valid = context(ContextKind::ValidValue);
    let near = [ContextKind::SuggestedArg, ContextKind::SuggestedValue, ContextKind::SuggestedSubcommand]
        .map(context)
        .into_iter()
        .find(|s| !s.is_empty())
        .map_or(String::new(), |s| format!("，是不是想写 {s}"));
    let what = match error.kind() {
        // An option of another command is not a typing error, and a similar name would mean something else, so none is suggested.
        ErrorKind::UnknownArgument if command.is_some() && is_option(&cli, &argument) => {
            format!("{} 没有 {argument} 这个选项", command.unwrap_or_default())
        }
        ErrorKind::UnknownArgument => format!("不认识的参数 {argument}{near}"),
        ErrorKind::InvalidSubcommand if Path::new(word).exists() => {
            let name = word.to_string_lossy();
            format!("{name} 前面要写命令，检查写 nianbao check {name}，转换写 nianbao convert {name} -o 输出")
        }
        ErrorKind::InvalidSubcommand => format!("没有命令 {}{near}", context(ContextKind::InvalidSubcommand)),
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => "没有写命令".to_owned(),
        ErrorKind::MissingRequiredArgument => format!("缺少 {}", argument.replace("--output", "-o")),
        ErrorKind::InvalidValue if value.is_empty() => format!("{argument} 后面要写内容"),
        ErrorKind::InvalidValue => format!("{argument} 不能是 {value}，可以是 {valid}{near}"),
        ErrorKind::ArgumentConflict => format!("{argument} 重复了，或不能与别的参数同时使用"),
        ErrorKind::TooManyValues | ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => {
            format!("{argument} 的个数不对")
        }
        ErrorKind::ValueValidation if !argument.is_empty() => {
            let option = argument.split(' ').next().unwrap_or_default();
            let range = [("--jobs", JOBS), ("--year", YEARS)].into_iter().find(|(name, _)| *name == option);
            match range {
                Some((_, r)) => format!("{option} 不能是 {value}，要写 {} 到 {} 之间的数", r.start(), r.end()),
                None => format!("{option} 后面要写数字，不能是 {value}"),
            }
        }
        ErrorKind::InvalidUtf8 => "参数里有不是 UTF-8 的字符".to_owned(),
        _ => format!("命令写错了（{argument}{value}）"),
    };
    let help = command.map_or(String::new(), |c| format!("{c} "));
    format!("{what}。用法见 nianbao {help}--help")
}

/// The sentence for an option that is written with dashes of another width, as Chinese input methods and word processors make
/// them: `－－format`, `—to`. Something that exists under such a name is an input and no option.
pub fn other_dashes(words: &[OsString]) -> Option<String> {
    let is_other = |word: &str| word.starts_with(['－', '–', '—', '―', '−']) && !Path::new(word).exists();
    let word = words.iter().skip(1).filter_map(|word| word.to_str()).find(|word| is_other(word))?;
    Some(format!("{word} 的横线要用英文输入法的 --，如 --format"))
}

/// Whether any command has this option.
fn is_option(cli: &clap::Command, argument: &str) -> bool {
    let mut options = cli.get_subcommands().flat_map(clap::Command::get_arguments);
    argument.strip_prefix("--").is_some_and(|name| options.any(|a| a.get_long() == Some(name)))
}
