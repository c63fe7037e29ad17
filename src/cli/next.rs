//! The next commands to type, complete and ready to be copied.
//!
//! Takes inputs as they were typed and the options that the next run needs too, returns one line of text. It runs nothing.

use std::path::PathBuf;

use super::standard;

/// Most inputs that a command lists; more would fill the screen.
const MOST_INPUTS: usize = 4;
/// Names of outputs in the commands, as in the manual.
const FOLDER: &str = "输出";
const PACKAGES: &str = "公布";
/// Name of the page of findings.
pub const PAGE: &str = "检查结果.html";

/// Inputs and options of this run that the next command needs too.
#[derive(Debug, Clone, Default)]
pub struct Typed {
    /// Files and folders.
    pub inputs: Vec<PathBuf>,
    /// Options that affect reading, each as it is typed.
    pub options: Vec<String>,
}

impl Typed {
    /// The command that checks.
    pub fn check(&self) -> String {
        self.command("check", &[])
    }

    /// The command that writes the files to publish.
    pub fn convert(&self) -> String {
        self.command("convert", &["-o", FOLDER])
    }

    /// The command that writes the packages for a portal.
    pub fn publish(&self) -> String {
        self.command("publish", &["-o", PACKAGES])
    }

    /// The command that shows all findings on a page.
    pub fn page(&self) -> String {
        self.command("check", &["--format", "html", "-o", PAGE])
    }

    /// The same options with another input.
    pub fn of(&self, input: &str) -> Typed {
        let is_piped = input == standard::INPUT && self.inputs.iter().any(|i| standard::is_dash(i));
        Typed { inputs: vec![if is_piped { "-" } else { input }.into()], options: self.options.clone() }
    }

    fn command(&self, verb: &str, tail: &[&str]) -> String {
        let inputs = if self.inputs.len() > MOST_INPUTS {
            vec!["<同样的输入>".to_owned()]
        } else {
            let input =
                |i: &PathBuf| if standard::is_dash(i) { "-".to_owned() } else { quoted(&i.display().to_string()) };
            self.inputs.iter().map(input).collect()
        };
        let words = ["nianbao".to_owned(), verb.to_owned()].into_iter().chain(inputs);
        let tail = tail.iter().map(|w| (*w).to_owned());
        words.chain(self.options.iter().cloned()).chain(tail).collect::<Vec<_>>().join(" ")
    }
}

/// Quotes a word for the shell if necessary.
pub fn quoted(word: &str) -> String {
    let plain =
        |c: char| c.is_alphanumeric() || "-_./:+=@,，、。·—（）《》“”".contains(c) || (cfg!(windows) && c == '\\');
    if !word.is_empty() && word.chars().all(plain) {
        // A leading dash would be taken for an option.
        return if word.starts_with('-') { format!("./{word}") } else { word.to_owned() };
    }
    // Unix shells interpret these characters within double quotes; the Windows shell only has double quotes.
    if !cfg!(windows) && word.contains(['"', '$', '`', '\\', '!']) {
        return format!("'{}'", word.replace('\'', "'\\''"));
    }
    format!("\"{word}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_can_be_pasted_as_it_is() {
        let typed = Typed { inputs: vec!["各单位/甲 局.xlsx".into()], options: vec!["--keep-text".to_owned()] };
        assert_eq!(typed.convert(), "nianbao convert \"各单位/甲 局.xlsx\" --keep-text -o 输出");
        assert_eq!(typed.of("报告.xlsx").page(), "nianbao check 报告.xlsx --keep-text --format html -o 检查结果.html");
        let many = Typed { inputs: vec!["a".into(); 5], options: Vec::new() };
        assert_eq!(many.publish(), "nianbao publish <同样的输入> -o 公布");
    }

    #[cfg(unix)]
    #[test]
    fn names_that_a_shell_would_change_are_quoted() {
        for (name, typed) in [
            ("甲（终稿）.xlsx", "甲（终稿）.xlsx"),
            ("a(1).xlsx", "\"a(1).xlsx\""),
            ("-rf.xlsx", "./-rf.xlsx"),
            ("$x.xlsx", "'$x.xlsx'"),
            ("它's \"x\".xlsx", "'它'\\''s \"x\".xlsx'"),
            ("", "\"\""),
        ] {
            assert_eq!(quoted(name), typed);
        }
    }
}
