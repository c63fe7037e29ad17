//! `nianbao template`: writes the blank standard workbook of a form.

use std::path::PathBuf;
use std::sync::Arc;

use unicode_normalization::UnicodeNormalization;

use super::args::TemplateArgs;
use super::next::Typed;
use super::{Exit, Stop, destination, output, plan, standard, terminal};
use crate::export::template;
use crate::form::{self, Form};

pub fn run(args: &TemplateArgs) -> Result<Exit, Stop> {
    let own = plan::forms(&args.forms)?;
    let all: Vec<_> = own.iter().chain(form::built_in()).collect();
    let asked = args.edition.as_deref();
    let wanted = |f: &&&Arc<Form>| asked.map_or(f.last_year.is_none(), |id| f.id == id);
    // Without `--edition` the form in force is used: the first match among the built-in forms. The user's own forms must be
    // named.
    let Some(form) = all.iter().skip(if asked.is_none() { own.len() } else { 0 }).find(wanted) else {
        let years = |f: &Form| match f.last_year {
            None => format!("{} 年度起", f.first_year),
            Some(last) => format!("{} 至 {last} 年度", f.first_year),
        };
        let ids: Vec<_> = all.iter().map(|f| format!("{}（{}）", f.id, years(f))).collect();
        let edition = asked.unwrap_or_default();
        let for_year = edition.parse().ok().and_then(|year| all.iter().find(|f| f.covers(year)));
        let narrow: String = edition.nfkc().collect();
        if narrow != edition && all.iter().any(|f| f.id == narrow) {
            let message = format!("--edition {edition} 的数字要用英文输入法的，请写 --edition {narrow}");
            return Err(Stop::usage(message));
        }
        let hint = for_year.map_or(String::new(), |f| format!("，{edition} 年度用 {} 版", f.id));
        return Err(Stop::usage(format!("没有 {edition} 版表样，可以是 {}{hint}", ids.join("、"))));
    };
    let path = args.output.clone().unwrap_or_else(|| PathBuf::from(template::file_name(form)));
    let to_stdout = standard::is_dash(&path);
    let name = template::file_name(form);
    destination::refuse_folder(&path, &name)?;
    if to_stdout {
        standard::take_output(Some(&name))?;
    } else if path.extension().is_none_or(|e| !e.eq_ignore_ascii_case("xlsx")) {
        return Err(Stop::usage(format!("{} 应当以 .xlsx 结尾", path.display())));
    }
    // Somebody may have filled in figures in the existing file.
    if !to_stdout && path.exists() && !args.force {
        return Err(Stop {
            exit: Exit::Unwritten,
            message: format!("{} 已经存在，要覆盖请加 --force", path.display()),
        });
    }
    let bytes = template::write(form, None).map_err(|e| Stop { exit: Exit::Unwritten, message: e.to_string() })?;
    let unwritten = |message: String| Stop { exit: Exit::Unwritten, message };
    if to_stdout {
        terminal::result(&bytes).map_err(unwritten)?;
        return Ok(Exit::Good);
    }
    output::write_one(&path, &bytes).map_err(unwritten)?;
    terminal::info(&format!("已生成 {}（{} 版表样，{}）", path.display(), form.id, form.notice));
    let typed = Typed { inputs: vec![path], options: plan::form_options(&args.forms) };
    terminal::info("下一步：用 WPS、Excel 或 LibreOffice 打开，只填浅黄色的格子，保存，然后检查：");
    terminal::info(&format!("  {}", typed.check()));
    Ok(Exit::Good)
}
