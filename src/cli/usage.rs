//! Invalid command lines → Chinese sentences that say what to type.
//!
//! Takes the words as typed: first as they are, for what input methods and word processors change without being noticed; then the
//! errors of clap.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use clap::CommandFactory;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use unicode_normalization::UnicodeNormalization;

use super::args::{Cli, JOBS, YEARS};
use super::next::quoted;

/// What people call the commands.
const CHINESE: [(&str, &str); 22] = [
    ("检查", "check"),
    ("检验", "check"),
    ("核对", "check"),
    ("校验", "check"),
    ("转换", "convert"),
    ("生成", "convert"),
    ("导出", "convert"),
    ("公布", "publish"),
    ("发布", "publish"),
    ("公开", "publish"),
    ("汇总", "aggregate"),
    ("合计", "aggregate"),
    ("模板", "template"),
    ("标准模板", "template"),
    ("合并", "merge-manifests"),
    ("解释", "explain"),
    ("说明", "explain"),
    ("网页", "page"),
    ("帮助", "help"),
    ("补全", "completions"),
    ("手册", "man"),
    ("手册页", "man"),
];

/// Returns one sentence for an invalid command line; `words` are all its words, with the name of the program.
pub fn sentence(error: &clap::Error, words: &[OsString]) -> String {
    let word = words.get(1).map_or(OsStr::new(""), OsString::as_os_str);
    let cli = Cli::command();
    let command = cli.get_subcommands().find(|c| word == c.get_name()).map(clap::Command::get_name);
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
        ErrorKind::InvalidSubcommand => {
            let typed = context(ContextKind::InvalidSubcommand);
            match meant_command(&cli, &typed) {
                Some(name) => format!("没有命令 {typed}，请写 {}", with_command(words, &name)),
                None => format!("没有命令 {typed}{near}"),
            }
        }
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
            let narrow: String = value.nfkc().collect();
            match range {
                _ if narrow != value && narrow.parse::<u32>().is_ok() => {
                    format!("{option} 后面的数字要用英文输入法的，请写 {option} {narrow}")
                }
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

/// The sentence for a command that does not exist, as the argument of `help`.
pub fn no_command(typed: &str) -> String {
    let cli = Cli::command();
    let near = meant_command(&cli, typed).map_or(String::new(), |name| format!("，是不是想写 nianbao help {name}"));
    format!("没有命令 {typed}{near}。全部命令见 nianbao help")
}

/// The command that a word means that is in another case or width, or in Chinese.
fn meant_command(cli: &clap::Command, typed: &str) -> Option<String> {
    let plain: String = typed.nfkc().flat_map(char::to_lowercase).collect();
    let plain = plain.trim();
    let own = cli.get_subcommands().map(clap::Command::get_name).find(|name| *name == plain);
    let chinese = CHINESE.iter().find(|(word, _)| *word == plain).map(|(_, name)| *name);
    own.or(chinese).map(str::to_owned)
}

/// The command line as typed, with this command.
fn with_command(words: &[OsString], name: &str) -> String {
    let rest = words.iter().skip(2).map(|w| {
        let word = w.to_string_lossy();
        if word.starts_with('-') { word.into_owned() } else { quoted(&word) }
    });
    let words = ["nianbao".to_owned(), name.to_owned()].into_iter().chain(rest);
    words.collect::<Vec<_>>().join(" ")
}

/// The sentence for marks that input methods and word processors write instead of those of the command line: dashes of options and
/// quotes of another kind, and letters of another width in the name of an option. Something that exists under such a name is an
/// input.
pub fn other_marks(words: &[OsString]) -> Option<String> {
    let words: Vec<&str> = words.iter().skip(1).map_while(|word| word.to_str()).take_while(|w| *w != "--").collect();
    words.iter().enumerate().find_map(|(at, word)| {
        if Path::new(word).exists() { None } else { other_dash(word).or_else(|| other_quote(&words[at..])) }
    })
}

/// Dashes that are not those of options: `－－format`, `—to`.
const DASHES: [char; 6] = ['－', '–', '—', '―', '−', '‐'];

fn other_dash(word: &str) -> Option<String> {
    let is_dash = |c: char| c == '-' || DASHES.contains(&c);
    if !word.starts_with(is_dash) {
        return None;
    }
    let (name, value) = match word.find(['=', '＝']) {
        Some(at) => (&word[..at], word[at..].trim_start_matches(['=', '＝'])),
        None => (word, ""),
    };
    let plain: String = name.trim_start_matches(is_dash).nfkc().collect();
    let has_other = name.starts_with(DASHES) || name.trim_start_matches('-').starts_with(DASHES);
    // A value may follow a short option at once.
    let letters = name.trim_start_matches(is_dash);
    let letters =
        if name.starts_with("--") { letters } else { &letters[..letters.chars().next().map_or(0, char::len_utf8)] };
    let is_wide = !letters.nfkc().eq(letters.chars()) || word[name.len()..].starts_with('＝');
    if plain.is_empty() || !(has_other || is_wide) {
        return None;
    }
    let dashes = if plain.chars().count() == 1 { "-" } else { "--" };
    let value = if value.is_empty() { String::new() } else { format!("={}", quoted(value)) };
    let what = if has_other {
        format!("的横线要用英文输入法的 {dashes}")
    } else {
        "要用英文输入法写".to_owned()
    };
    Some(format!("{word} {what}，请写 {dashes}{plain}{value}"))
}

/// Quotes of Chinese input methods; the shell keeps them as part of the name and splits it at its spaces.
const QUOTES: [char; 5] = ['“', '”', '‘', '’', '＂'];

fn other_quote(words: &[&str]) -> Option<String> {
    let first = words.first().filter(|w| w.starts_with(QUOTES))?;
    let last = words.iter().position(|w| w.ends_with(QUOTES) && w.chars().count() > 1)?;
    let name = words[..=last].join(" ");
    let name = name.trim_matches(QUOTES);
    let mark = first.chars().next().unwrap_or_default();
    (!name.is_empty()).then(|| format!("引号 {mark} 要用英文输入法的 \"，请写 {}", always_quoted(name)))
}

/// As [`quoted`], also if the shell needs no quotes.
fn always_quoted(name: &str) -> String {
    let word = quoted(name);
    if word == name { format!("\"{name}\"") } else { word }
}

/// Whether any command has this option.
fn is_option(cli: &clap::Command, argument: &str) -> bool {
    let mut options = cli.get_subcommands().flat_map(clap::Command::get_arguments);
    argument.strip_prefix("--").is_some_and(|name| options.any(|a| a.get_long() == Some(name)))
}
