//! Findings on cells that are located beside the text and figures of a report.
//!
//! Takes cells, returns one finding per kind and sheet that quotes the first cells and counts the rest.

use super::sheet_kind::{TextColumn, TextSide};
use super::view::View;
use super::{excerpt, value, written};
use crate::form::labels;
use crate::import::{Cell, Content};
use crate::model::{Address, Code, Finding, Places, Source, finding};

/// Most cells that a message quotes.
const QUOTED: usize = 3;

/// Cells of one kind on one sheet: the words of the first ones with their addresses, and the places of all.
#[derive(Default)]
pub(super) struct Remarks {
    first: Vec<(Address, String)>,
    places: Places,
}

impl Remarks {
    pub fn add(&mut self, view: &View<'_>, cell: &Cell) {
        if self.first.len() < QUOTED {
            self.first.push((cell.at, excerpt(&written(&cell.content))));
        }
        self.places.push(Source::cell(&view.sheet.name, cell.at));
    }

    /// The finding on them. Its message consists of the first place, the words if `quoted`, the number of cells, and `what`.
    fn finding(self, code: Code, quoted: bool, what: &str, hint: &str) -> Option<Finding> {
        let first = self.places.first()?;
        let listed = |(i, (at, words)): (usize, &(Address, String))| {
            let at = if i == 0 { String::new() } else { format!("、{at} ") };
            format!("{at}的“{words}”")
        };
        let quotes: String = self.first.iter().enumerate().filter(|_| quoted).map(listed).collect();
        let many = match self.places.count() {
            n if quoted && n <= QUOTED || n == 1 => String::new(),
            n => format!("等 {n} 处"),
        };
        let message = format!("{first} {quotes}{many}{what}");
        Some(finding(code, message).at_all(self.places).hint(hint))
    }

    /// Cells that belong neither to a table nor to the text.
    pub fn outside_tables(self) -> Option<Finding> {
        let hint =
            "属于报告的，请写进表样里相应的格子；自己核对用的，公布以前请删去：公布的 JSON 会把它记在“没有采用”里";
        self.finding(Code::N111, true, "不在官方表格之内，没有采用", hint)
    }

    /// Prose inside a table.
    pub fn inside_tables(self, table: &str) -> Option<Finding> {
        let hint = "属于报告的，请移到表格前后的文字部分；表格里只能是表样规定的行";
        self.finding(Code::N111, true, &format!("夹在{table}里，没有采用"), hint)
    }

    /// Text on a sheet of the standard workbook outside the cells to be filled in.
    pub fn outside_inputs(self) -> Option<Finding> {
        let hint = "属于报告的，请移到要填写的格子里；给自己看的，公布以前请删去：公布的 JSON 会把它记在“没有采用”里";
        self.finding(Code::N111, true, "不在要填写的格子里，没有采用", hint)
    }

    /// Formulas without a result in place of text.
    pub fn uncomputed(self) -> Option<Finding> {
        let hint = "请用 Excel 或 WPS 打开、保存一次，或直接写上文字";
        self.finding(Code::N208, false, "是没有计算结果的公式", hint)
    }

    /// Error values in place of text.
    pub fn errors(self) -> Option<Finding> {
        let what = format!("是错误值 {}", self.first.first().map_or("", |(_, words)| words.as_str()));
        self.finding(Code::N209, false, &what, "请改正或删去这些格子")
    }
}

/// Text on an agency's own sheet that is located beside the column of its text but still published as paragraphs. Notes of units,
/// subheadings to the left and text to the right of a subheading belong there and are not reported.
pub(super) fn beside_text(view: &View<'_>, words: &[Address], is_heading: impl Fn(&str) -> bool) -> Option<Finding> {
    let column = TextColumn::of(view, |at| words.binary_search(&at).is_ok())?;
    let mut remarks = Remarks::default();
    let texts = view.sheet.cells.iter().filter(|c| words.binary_search(&c.at).is_ok());
    for cell in texts {
        let Content::Text(text) = &cell.content else { continue };
        // A subheading to the left, or the text to the right of one.
        let belongs = |side: TextSide| match side {
            TextSide::Left => is_heading(text),
            TextSide::Right(row) => {
                let own = view.text(Address { row, column: column.column });
                own.is_some_and(&is_heading) && is_prose(text)
            }
        };
        if column.beside(cell.at).is_some_and(|side| !belongs(side)) && !is_unit_note(text) {
            remarks.add(view, cell);
        }
    }
    let hint = "属于正文的，请移到正文那一列；给自己看的批注，请删去，否则会随报告公布";
    remarks.finding(Code::N117, true, "在正文旁边，会作为正文公布", hint)
}

/// Whether a text is more than a remark or a label: long, or punctuated like a sentence.
pub(super) fn is_prose(text: &str) -> bool {
    const LONG: usize = 30;
    text.chars().count() >= LONG || text.contains(['。', '；', '！', '？', '，', '：'])
}

/// Whether a text is a note of units, such as 单位：件、万元 at a table.
pub(super) fn is_unit_note(text: &str) -> bool {
    value::unit_alone(text).is_some_and(|word| is_units(&word))
}

/// Whether a text is nothing but units and counting words: 件、万元.
pub(super) fn is_units(text: &str) -> bool {
    let apart = ['、', ',', '，', '/', '（', '）', '(', ')', ' ', '和'];
    let parts = text.split(apart).map(str::trim).filter(|p| !p.is_empty());
    let unit = |p: &str| labels().units.counters.iter().any(|c| c == p) || value::is_money(p);
    let mut parts = parts.peekable();
    parts.peek().is_some() && parts.all(unit)
}
