//! Typed words → checked, meaningful values; what is wrong with them stops the run before it begins.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Stop;
use super::args::{ConvertArgs, FormArgs, InputArgs, Output};
use super::inputs::{Input, expand};
use crate::form::{self, Form};
use crate::import::{Isolation, Limits};
use crate::layout::Faces;
use crate::normalize::Options;
use crate::pipeline::{Format, Setting};
use crate::rules;
use crate::style::Style;

/// A run over inputs.
pub struct Plan {
    pub inputs: Vec<Input>,
    pub setting: Setting,
    pub json: bool,
    pub strict: bool,
}

/// A run that writes.
pub struct ConvertPlan {
    pub plan: Plan,
    pub folder: PathBuf,
    pub formats: Vec<Format>,
}

/// The plan of `check`, and the common part of `convert`.
pub fn reading(args: &InputArgs, output: Option<&Path>) -> Result<Plan, Stop> {
    let mut forms = forms(&args.forms)?;
    forms.extend(form::built_in().iter().cloned());
    let options = Options { forms, keep_text: args.keep_text };
    Ok(Plan {
        inputs: expand(&args.inputs, output),
        setting: Setting { limits: limits(), options, ..Setting::default() },
        json: args.format == Output::Json,
        strict: args.strict,
    })
}

/// The older formats are read by this same program in another process.
fn limits() -> Limits {
    Limits { isolation: std::env::current_exe().ok().map(Isolation::new), ..Limits::default() }
}

pub fn converting(args: &ConvertArgs) -> Result<ConvertPlan, Stop> {
    let mut plan = reading(&args.input, Some(&args.output))?;
    if let Some(path) = &args.style {
        let wrong = |e: String| Stop::usage(format!("{}：{e}", path.display()));
        let style = Style::parse(&read_text(path)?).map_err(|e| wrong(e.to_string()))?;
        plan.setting.faces =
            Faces::load(&style, path.parent().unwrap_or(Path::new("."))).map_err(|e| wrong(e.to_string()))?;
        plan.setting.style = style;
    }
    let mut formats = formats(&args.to)?;
    formats.sort_unstable();
    formats.dedup();
    Ok(ConvertPlan { plan, folder: args.output.clone(), formats })
}

/// The formats of `--to`, however they are separated and written.
fn formats(words: &str) -> Result<Vec<Format>, Stop> {
    let words = words.split([',', '，', '、', ' ']).filter(|w| !w.is_empty());
    let known = |w: &str| Format::ALL.into_iter().find(|f| f.extension().eq_ignore_ascii_case(w));
    let all = words.map(|w| known(w).ok_or_else(|| Stop::usage(format!("--to 不能是 {w}，可以是 pdf、docx、xlsx"))));
    let all = all.collect::<Result<Vec<_>, _>>()?;
    if all.is_empty() { Err(Stop::usage("--to 后面要写格式：pdf、docx、xlsx")) } else { Ok(all) }
}

/// The user's own forms.
pub fn forms(args: &FormArgs) -> Result<Vec<Arc<Form>>, Stop> {
    args.forms
        .iter()
        .map(|path| {
            let form = Form::parse(&read_text(path)?).map_err(|e| Stop::usage(format!("{}：{e}", path.display())))?;
            // A relation under a code that no rule explains would never be reported.
            if let Some(r) = form.relations.iter().find(|r| rules::rule(&r.code).is_none()) {
                return Err(Stop::usage(format!("{}：没有代码为 {} 的规则", path.display(), r.code)));
            }
            Ok(Arc::new(form))
        })
        .collect()
}

fn read_text(path: &Path) -> Result<String, Stop> {
    std::fs::read_to_string(path).map_err(|e| match e.kind() {
        std::io::ErrorKind::InvalidData => {
            Stop::usage(format!("{} 不是 UTF-8 文本，请用记事本“另存为”，编码选 UTF-8", path.display()))
        }
        _ => Stop::usage(format!("{} 读不了：{}", path.display(), super::output::reason(&e))),
    })
}
