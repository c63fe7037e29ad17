//! Typed words → checked, meaningful values; what is wrong with them stops the run before it begins.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Stop;
use super::args::{ConvertArgs, FormArgs, InputArgs, Output, Target};
use super::inputs::{Input, expand};
use crate::form::{self, Form};
use crate::layout::Faces;
use crate::normalize::Options;
use crate::pipeline::{Format, Setting};
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
pub fn reading(args: &InputArgs) -> Result<Plan, Stop> {
    let mut forms = forms(&args.forms)?;
    forms.extend(form::built_in().iter().cloned());
    let options = Options { forms, keep_text: args.keep_text };
    Ok(Plan {
        inputs: expand(&args.inputs),
        setting: Setting { options, ..Setting::default() },
        json: args.format == Output::Json,
        strict: args.strict,
    })
}

pub fn converting(args: &ConvertArgs) -> Result<ConvertPlan, Stop> {
    let mut plan = reading(&args.input)?;
    if let Some(path) = &args.style {
        let wrong = |e: String| Stop::usage(format!("{}：{e}", path.display()));
        let style = Style::parse(&read_text(path)?).map_err(|e| wrong(e.to_string()))?;
        plan.setting.faces =
            Faces::load(&style, path.parent().unwrap_or(Path::new("."))).map_err(|e| wrong(e.to_string()))?;
        plan.setting.style = style;
    }
    let mut formats: Vec<Format> = args
        .to
        .iter()
        .map(|t| match t {
            Target::Pdf => Format::Pdf,
            Target::Docx => Format::Docx,
            Target::Xlsx => Format::Xlsx,
        })
        .collect();
    formats.sort_unstable();
    formats.dedup();
    Ok(ConvertPlan { plan, folder: args.output.clone(), formats })
}

/// The user's own forms.
pub fn forms(args: &FormArgs) -> Result<Vec<Arc<Form>>, Stop> {
    args.forms
        .iter()
        .map(|path| {
            let parsed = Form::parse(&read_text(path)?);
            parsed.map(Arc::new).map_err(|e| Stop::usage(format!("{}：{e}", path.display())))
        })
        .collect()
}

fn read_text(path: &Path) -> Result<String, Stop> {
    std::fs::read_to_string(path).map_err(|e| match e.kind() {
        std::io::ErrorKind::InvalidData => Stop::usage(format!("{} 不是 UTF-8 文本", path.display())),
        _ => Stop::usage(format!("{} 读不了：{}", path.display(), super::output::reason(&e))),
    })
}
