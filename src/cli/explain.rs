//! `nianbao explain`: prints what a code means, from the catalogue of rules, or lists all codes.

use super::args::ExplainArgs;
use super::{Exit, Stop, terminal};
use crate::batch::severity as word;
use crate::model::Code;
use crate::rules;

pub fn run(args: &ExplainArgs) -> Result<Exit, Stop> {
    let Some(code) = &args.code else {
        for r in rules::all() {
            terminal::line(&format!("{}  {}  {}", r.code, word(r.severity), r.title));
        }
        return Ok(Exit::Good);
    };
    let Some(r) = Code::in_either_case(code).map(Code::rule) else {
        let near = rules::all().iter().map(|r| r.code.to_string()).find(|known| known[1..] == **code);
        let near = near.map_or(String::new(), |known| format!("，是不是想写 {known}"));
        return Err(Stop::usage(format!("没有代码 {code}{near}，用 nianbao explain 列出全部")));
    };
    terminal::line(&format!(
        "{}  {}（{}{}）",
        r.code,
        r.title,
        word(r.severity),
        if r.refuses { "，有它就不转换" } else { "" }
    ));
    terminal::line(&format!("含义  {}", r.meaning));
    if let Some(formula) = &r.formula {
        terminal::line(&format!("公式  {formula}"));
    }
    terminal::line(&format!("依据  {}", r.basis));
    terminal::line(&format!("例子  {}", r.example));
    Ok(Exit::Good)
}
