//! The kinds of seeded faults: what each one changes, and exactly which findings it must cause.
//!
//! Takes a draft without faults, returns it changed, with the expected findings. These are computed here from the form and
//! from the positions of the cells, never by the program under test.

use fastrand::Rng;
use nianbao::form::{Form, Op, Relation, ValueKind};
use nianbao::model::{Address, Amount, Code, Decimal, Value};

use super::{Book, Expected, HandedIn};
use crate::by_hand::{Cell, Content, Part};
use crate::generate::figures::{self, At, Figures};
use crate::generate::{self, Draft, series};

/// A kind of fault: its name, and the change it makes to a book; `None` if the book has no suitable place for it.
#[derive(Clone, Copy)]
pub struct Fault {
    pub name: &'static str,
    /// Whether it needs an agency's second year instead of its first.
    pub second_year: bool,
    pub seed: fn(&mut Book, &mut Rng) -> Option<Vec<Expected>>,
}

const fn first(name: &'static str, seed: fn(&mut Book, &mut Rng) -> Option<Vec<Expected>>) -> Fault {
    Fault { name, second_year: false, seed }
}

/// Returns every kind. Those that break a relation occur once for each code of the editions' relations.
pub fn all() -> Vec<Fault> {
    let mut all = vec![
        first("blank agency", blank_agency),
        first("year disagreement", year_disagreement),
        first("unknown title", unknown_title),
        first("empty section", empty_section),
        first("heading twice", heading_twice),
        first("Kangxi radical", radical),
        first("emoji", emoji),
        first("negative count", |b, r| spoiled_value(b, r, "-3", "K305")),
        first("decimals", |b, r| spoiled_value(b, r, "1.5", "K305")),
        first("Chinese numeral", |b, r| spoiled_value(b, r, "三", "N201")),
        first("word in a cell", |b, r| spoiled_value(b, r, "若干", "N201")),
        first("two numbers in a cell", |b, r| spoiled_value(b, r, "12 30", "N201")),
        first("wrong unit", |b, r| spoiled_value(b, r, "5万元", "N201")),
        first("error value", |b, r| formula(b, r, "#REF!", "N209")),
        first("formula without result", |b, r| formula(b, r, "", "N208")),
        first("missing row", missing_row),
        first("extra row", extra_row),
        first("row shifted", row_shifted),
        first("hidden row", hidden_row),
        first("unknown column", unknown_column),
        first("missing table", missing_table),
        first("table twice", table_twice),
        first("check column", check_column),
    ];
    all.extend([
        first("K301 broken", |b, r| relation(b, r, Code::K301, Op::Equal)),
        first("K302 broken", |b, r| relation(b, r, Code::K302, Op::Equal)),
        first("K303 broken", |b, r| relation(b, r, Code::K303, Op::Equal)),
        first("K304 broken", |b, r| relation(b, r, Code::K304, Op::Equal)),
        first("K306 sum broken", |b, r| relation(b, r, Code::K306, Op::Equal)),
        first("K306 part larger than its whole", |b, r| relation(b, r, Code::K306, Op::AtLeast)),
        first("K307 broken", |b, r| relation(b, r, Code::K307, Op::AtLeast)),
        Fault { name: "carried over wrongly", second_year: true, seed: carried_over },
        Fault { name: "year missing", second_year: true, seed: year_missing },
        first("year twice", year_twice),
    ]);
    all
}

fn pick<T: Copy>(from: &[T], rng: &mut Rng) -> Option<T> {
    rng.choice(from).copied()
}

fn figures_of(draft: &Draft) -> Figures {
    draft.report.tables.iter().map(|t| t.iter().map(Value::number).collect()).collect()
}

/// Writes a figure back as a value of its kind; its unit is kept.
fn put(draft: &mut Draft, (table, slot): At, number: Decimal) -> Option<()> {
    let value = &mut draft.report.tables[table][slot];
    *value = match value {
        Value::Signed(_) => Value::Signed(number.try_into().ok()?),
        Value::Amount(a) => Value::Amount(Amount { number, unit: a.unit }),
        _ => Value::Count(number.try_into().ok()?),
    };
    Some(())
}

/// Returns the findings of every relation that a draft's figures break: at the total, or, if neither side is a total, at the
/// first cell of the right side.
fn broken(book: &Book) -> Vec<Expected> {
    let form = &book.draft.report.form;
    let one = |(relation, line): (&Relation, nianbao::form::RelationUse)| {
        let at = if line.left.len() == 1 { line.left[0].0 } else { line.right[0].0 };
        book.at(relation.code.name(), Part::Value { table: relation.table, slot: at })
    };
    figures::broken(form, &figures_of(&book.draft)).into_iter().map(one).collect()
}

/// Returns the values that next year's report depends on, or that depend on last year's.
fn tied(form: &Form) -> Vec<At> {
    series::links(form, form).into_iter().flat_map(|l| l.last_year.into_iter().chain([l.into])).collect()
}

/// Changes one figure of a relation so that the relation is broken.
fn relation(book: &mut Book, rng: &mut Rng, code: Code, op: Op) -> Option<Vec<Expected>> {
    let form = book.draft.report.form.clone();
    let tied = tied(&form);
    let places: Vec<At> = form
        .relations
        .iter()
        .filter(|r| r.code == code && r.op == op)
        .flat_map(|r| r.uses(&form.tables[r.table]).into_iter().map(move |line| (r, line)))
        // Any change of its first term breaks an equality; an inequality breaks when the smaller side exceeds the larger one.
        .map(|(r, line)| (r.table, if op == Op::Equal { line.left[0].0 } else { line.right[0].0 }))
        .filter(|at| !tied.contains(at))
        .collect();
    let at = pick(&places, rng)?;
    let now = book.draft.report.tables[at.0][at.1].number();
    let more = if op == Op::Equal { rng.u32(1..=9) } else { 1_000_000 + rng.u32(..1000) };
    put(&mut book.draft, at, now + Decimal::from(more))?;
    let expected = broken(book);
    expected.iter().any(|e| e.code == code.name()).then_some(expected)
}

/// Changes a figure carried over so that it differs from last year's, while the relations within the year still hold.
fn carried_over(book: &mut Book, rng: &mut Rng) -> Option<Vec<Expected>> {
    let form = book.draft.report.form.clone();
    // The previous year's form may carry nothing over.
    let before = generate::edition(book.draft.report.cover.year - 1).ok()?;
    let links = series::links(&before, &form);
    let ties: Vec<At> = links.iter().filter(|l| l.code == Some("Y401")).map(|l| l.into).collect();
    let totals = figures::totals(&form);
    let singles: Vec<At> = ties.iter().filter(|at| !totals.contains(at)).copied().collect();
    let changed = pick(&singles, rng)?;
    let before = figures_of(&book.draft);
    let mut now = before.clone();
    now[changed.0][changed.1] += Decimal::from(rng.u32(1..=9));
    // Figures that next year depends on are fixed; of the others, balancing changes only totals and the first free figure.
    let mut settled: std::collections::BTreeMap<At, Decimal> =
        tied(&form).into_iter().filter(|at| !totals.contains(at)).map(|at| (at, now[at.0][at.1])).collect();
    settled.insert(changed, now[changed.0][changed.1]);
    figures::balance(&form, &mut now, &settled).ok()?;
    for (table, numbers) in now.iter().enumerate() {
        for (slot, number) in numbers.iter().enumerate().filter(|(slot, n)| before[table][*slot] != **n) {
            put(&mut book.draft, (table, slot), *number)?;
        }
    }
    let differs = |at: &&At| before[at.0][at.1] != now[at.0][at.1];
    Some(
        ties.iter()
            .filter(differs)
            .map(|(table, slot)| book.at("Y401", Part::Value { table: *table, slot: *slot }))
            .collect(),
    )
}

/// Returns the findings about figures of the text that were changed in the tables only: those of the sentence that states the
/// requests received and carried over.
pub fn contradicted(clean: &Draft, book: &Book) -> Vec<Expected> {
    let form = &clean.report.form;
    let requests = |draft: &Draft| generate::requests(form, &figures_of(draft));
    let (Some(before), Some(now)) = (requests(clean), requests(&book.draft)) else { return Vec::new() };
    let says = format!("政府信息公开申请{}件", before.0);
    let place = clean.report.sections.iter().enumerate().find_map(|(section, s)| {
        let line = s.before.iter().position(|p| p.text.contains(&says))?;
        Some(Part::Line { section, line })
    });
    let Some(place) = place else { return Vec::new() };
    let changed = [(before.0, now.0), (before.1, now.1)].into_iter().filter(|(a, b)| a != b);
    changed.map(|(a, b)| book.at(if a == "0" || b == "0" { "T502" } else { "T501" }, place)).collect()
}

fn year_missing(book: &mut Book, _: &mut Rng) -> Option<Vec<Expected>> {
    book.handed_in = HandedIn::Never;
    Some(vec![Expected::nowhere("Y403")])
}

fn year_twice(book: &mut Book, _: &mut Rng) -> Option<Vec<Expected>> {
    book.handed_in = HandedIn::Twice;
    Some(vec![Expected::nowhere("Y403")])
}

fn blank_agency(book: &mut Book, _: &mut Rng) -> Option<Vec<Expected>> {
    book.standard();
    let cover = &mut book.draft.report.cover;
    (cover.agency, cover.title) = (String::new(), String::new());
    Some(vec![book.on_cover("N207", 1)])
}

fn year_disagreement(book: &mut Book, _: &mut Rng) -> Option<Vec<Expected>> {
    book.standard();
    let report = &mut book.draft.report;
    // A year of another edition would be a separate fault.
    let year = [report.cover.year - 1, report.cover.year + 1].into_iter().find(|y| report.form.covers(*y))?;
    report.cover.year = year;
    Some(vec![book.on_cover("N207", 2)])
}

/// If the title does not name the kind of report, agency and year are not found in it.
fn unknown_title(book: &mut Book, _: &mut Rng) -> Option<Vec<Expected>> {
    let title = format!("{}有关情况", book.draft.report.cover.agency);
    let cell = book.by_hand().find_mut(Part::Title)?;
    cell.content = Content::Written(title);
    Some(vec![Expected::nowhere("N207"), Expected::nowhere("N207")])
}

/// Returns the index of a section without a table.
fn prose(book: &Book, rng: &mut Rng) -> Option<usize> {
    let sections = book.draft.report.form.sections.iter().enumerate();
    let some: Vec<usize> = sections.filter(|(_, s)| s.table.is_none()).map(|(i, _)| i).collect();
    // A form with at most one such section does not prescribe its text.
    if some.len() > 1 { pick(&some, rng) } else { None }
}

fn empty_section(book: &mut Book, rng: &mut Rng) -> Option<Vec<Expected>> {
    let section = prose(book, rng)?;
    book.draft.report.sections[section].before.clear();
    Some(vec![book.at("T505", Part::Heading { section })])
}

fn heading_twice(book: &mut Book, rng: &mut Rng) -> Option<Vec<Expected>> {
    let section = prose(book, rng)?;
    let page = book.by_hand();
    let mut again = page.find(Part::Heading { section })?.clone();
    again.at.row = page.end();
    let at = again.at;
    again.part = Part::Stranger;
    page.cells.push(again);
    Some(vec![book.cell("N204", at)])
}

/// Changes a line of a section of paragraphs, and expects a finding at its cell.
fn reworded(book: &mut Book, rng: &mut Rng, words: fn(&str) -> String, code: &str) -> Option<Vec<Expected>> {
    let form = book.draft.report.form.clone();
    let sections = form.sections.iter().enumerate();
    let plain = sections.filter(|(_, s)| s.table.is_none() && s.subheadings.is_empty()).map(|(i, _)| i);
    let section = pick(&plain.collect::<Vec<_>>(), rng)?;
    let lines = book.draft.report.sections[section].before.iter().enumerate();
    let line = pick(&lines.filter(|(_, p)| p.level == 0).map(|(i, _)| i).collect::<Vec<_>>(), rng)?;
    let paragraph = &mut book.draft.report.sections[section].before[line];
    let changed = words(&paragraph.text);
    if changed == paragraph.text {
        return None;
    }
    paragraph.text = changed;
    Some(vec![book.at(code, Part::Line { section, line })])
}

fn radical(book: &mut Book, rng: &mut Rng) -> Option<Vec<Expected>> {
    reworded(book, rng, |text| text.replacen('工', "\u{2f2f}", 1), "P602")
}

fn emoji(book: &mut Book, rng: &mut Rng) -> Option<Vec<Expected>> {
    reworded(book, rng, |text| format!("{text}😀"), "F701")
}

/// Returns a count that is not a total, in any table.
fn count(book: &Book, rng: &mut Rng) -> Option<At> {
    let form = &book.draft.report.form;
    let totals = figures::totals(form);
    let counts = form.tables.iter().enumerate().flat_map(|(t, table)| {
        (0..table.slot_count()).filter(move |slot| table.kind(*slot).0 == ValueKind::Count).map(move |slot| (t, slot))
    });
    pick(&counts.filter(|at| !totals.contains(at)).collect::<Vec<_>>(), rng)
}

fn spoiled_value(book: &mut Book, rng: &mut Rng, text: &str, code: &str) -> Option<Vec<Expected>> {
    let (table, slot) = count(book, rng)?;
    let part = Part::Value { table, slot };
    book.by_hand().find_mut(part)?.content = Content::Written(text.to_owned());
    Some(vec![book.at(code, part)])
}

fn formula(book: &mut Book, rng: &mut Rng, result: &str, code: &str) -> Option<Vec<Expected>> {
    let (table, slot) = count(book, rng)?;
    let part = Part::Value { table, slot };
    let formula = "SUM(Z1:Z2)".to_owned();
    book.by_hand().find_mut(part)?.content = Content::Formula { formula, result: result.to_owned() };
    Some(vec![book.at(code, part)])
}

/// Returns a row in the middle of a long block with a label that is unique in its block: table, block, leaf.
fn row(book: &Book, rng: &mut Rng) -> Option<(usize, usize, usize)> {
    let mut rows = Vec::new();
    for (t, table) in book.draft.report.form.tables.iter().enumerate() {
        for (b, block) in table.blocks.iter().enumerate() {
            let leaves = &block.rows.leaves;
            let alone = |leaf: usize| leaves.iter().filter(|l| l.label() == leaves[leaf].label()).count() == 1;
            // Only their neighbours may distinguish the last rows from the next block.
            rows.extend(
                (1..leaves.len().saturating_sub(2)).filter(|l| leaves.len() > 5 && alone(*l)).map(|l| (t, b, l)),
            );
        }
    }
    pick(&rows, rng)
}

fn label((table, block, leaf): (usize, usize, usize)) -> Part {
    Part::Label { table, block, leaf: Some(leaf) }
}

fn missing_row(book: &mut Book, rng: &mut Rng) -> Option<Vec<Expected>> {
    let row = row(book, rng)?;
    let page = book.by_hand();
    let at = page.find(label(row))?.at;
    page.delete_row(at.row);
    Some(vec![book.sheet("N203")])
}

fn extra_row(book: &mut Book, rng: &mut Rng) -> Option<Vec<Expected>> {
    let row = row(book, rng)?;
    let page = book.by_hand();
    let label = page.find(label(row))?.clone();
    let values: Vec<Cell> = page
        .cells
        .iter()
        .filter(|c| c.at.row == label.at.row && matches!(c.part, Part::Value { .. }))
        .cloned()
        .collect();
    page.insert_row(label.at.row);
    let extra = |cell: &Cell, text: &str| Cell {
        part: Part::Stranger,
        content: Content::Written(text.to_owned()),
        rows: 1,
        ..cell.clone()
    };
    page.cells.push(extra(&label, "自行增加的情形"));
    page.cells.extend(values.iter().map(|v| extra(v, "0")));
    Some(vec![book.cell("N202", label.at)])
}

fn row_shifted(book: &mut Book, rng: &mut Rng) -> Option<Vec<Expected>> {
    let row = row(book, rng)?;
    let page = book.by_hand();
    page.merged = false;
    let label = page.find(label(row))?.clone();
    let mut first: Option<Address> = None;
    let in_row = page.cells.iter_mut().filter(|c| c.at.row == label.at.row && matches!(c.part, Part::Value { .. }));
    let values: Vec<&mut Cell> = in_row.collect();
    // There is room only to the right of a label that spans several columns, and a single value would not be recognised as a
    // row.
    if label.columns < 2 || values.len() < 2 {
        return None;
    }
    for value in values {
        value.at.column -= 1;
        first.get_or_insert(value.at);
    }
    Some(vec![book.cell("N106", first?)])
}

fn hidden_row(book: &mut Book, rng: &mut Rng) -> Option<Vec<Expected>> {
    let row = row(book, rng)?;
    let page = book.by_hand();
    let at = page.find(label(row))?.at.row;
    page.hidden.push(at);
    let first = page.cells.iter().find(|c| c.at.row == at && matches!(c.part, Part::Value { .. }))?.at;
    Some(vec![book.cell("N107", first)])
}

/// Renames a column in a block with many columns, all with different labels.
fn unknown_column(book: &mut Book, rng: &mut Rng) -> Option<Vec<Expected>> {
    let mut columns = Vec::new();
    for (table, t) in book.draft.report.form.tables.iter().enumerate() {
        for (block, b) in t.blocks.iter().enumerate().filter(|(_, b)| b.columns.leaves.len() > 4) {
            let leaves = &b.columns.leaves;
            let twice = leaves.iter().any(|l| leaves.iter().filter(|o| o.label() == l.label()).count() > 1);
            if t.blocks.len() == 1 && !twice {
                columns.extend((1..leaves.len()).map(|leaf| Part::Head { table, block, leaf: Some(leaf) }));
            }
        }
    }
    let part = pick(&columns, rng)?;
    let Part::Head { table, block, .. } = part else { return None };
    let page = book.by_hand();
    page.find_mut(part)?.content = Content::Written("自行更改的列".to_owned());
    // The topmost of the remaining heads; of several in that row the leftmost.
    let heads = page.cells.iter().filter(|c| {
        matches!(c.part, Part::Head { table: t, block: b, leaf: Some(_) } if (t, b) == (table, block)) && c.part != part
    });
    let at = heads.map(|c| c.at).min()?;
    Some(vec![book.cell("N203", at)])
}

fn missing_table(book: &mut Book, rng: &mut Rng) -> Option<Vec<Expected>> {
    let tables = book.draft.report.form.tables.len();
    let table = rng.usize(..tables);
    book.by_hand().cells.retain(|c| c.part.table() != Some(table));
    Some(vec![Expected::nowhere(if tables == 1 { "N206" } else { "T505" })])
}

fn table_twice(book: &mut Book, rng: &mut Rng) -> Option<Vec<Expected>> {
    let table = rng.usize(..book.draft.report.form.tables.len());
    let page = book.by_hand();
    let of_table: Vec<Cell> = page.cells.iter().filter(|c| c.part.table() == Some(table)).cloned().collect();
    let top = of_table.iter().map(|c| c.at).min()?;
    let down = page.end() + 1 - top.row;
    // Parts of the copy come after those of the original, so that a search finds the original first.
    page.cells.extend(of_table.into_iter().map(|c| Cell { at: Address { row: c.at.row + down, ..c.at }, ..c }));
    Some(vec![book.cell("N204", top)])
}

/// Adds a number that belongs to no form beside a full row.
fn check_column(book: &mut Book, rng: &mut Rng) -> Option<Vec<Expected>> {
    let row = row(book, rng)?;
    let page = book.by_hand();
    let at = page.find(label(row))?.at.row;
    let right = page.cells.iter().filter(|c| c.part.table() == Some(row.0)).map(|c| c.at.column + c.columns).max()?;
    let place = Address { row: at, column: right + 1 };
    page.cells.push(Cell::single(place, Part::Stranger, "0"));
    Some(vec![book.cell("N111", place)])
}
