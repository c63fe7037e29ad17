//! What clap has to say, said in Chinese.

use clap::error::{ContextKind, ContextValue, ErrorKind};

/// One sentence for a command line that cannot be understood.
pub fn sentence(error: &clap::Error) -> String {
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
        ErrorKind::UnknownArgument => format!("不认识的参数 {argument}{near}"),
        ErrorKind::InvalidSubcommand => format!("没有命令 {}{near}", context(ContextKind::InvalidSubcommand)),
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => "没有写命令".to_owned(),
        ErrorKind::MissingRequiredArgument => format!("缺少 {argument}"),
        ErrorKind::InvalidValue if value.is_empty() => format!("{argument} 后面要写内容"),
        ErrorKind::InvalidValue => format!("{argument} 不能是 {value}，可以是 {valid}{near}"),
        ErrorKind::ArgumentConflict => format!("{argument} 重复了，或不能与别的参数同时使用"),
        ErrorKind::TooManyValues | ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => {
            format!("{argument} 的个数不对")
        }
        ErrorKind::ValueValidation if !argument.is_empty() => {
            format!("{} 后面要写数字，不能是 {value}", argument.split(' ').next().unwrap_or_default())
        }
        ErrorKind::InvalidUtf8 => "参数里有不是 UTF-8 的字符".to_owned(),
        _ => format!("命令写错了（{argument}{value}）"),
    };
    format!("{what}。用法见 nianbao --help")
}
