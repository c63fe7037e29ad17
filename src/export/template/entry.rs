//! Feedback while the template is filled in: rules for input, colours for broken relations.

use rust_xlsxwriter::{ConditionalFormatFormula, DataValidation, DataValidationRule, Formula};

use crate::export::ExportError;
use crate::export::sheet::cells::{At, a1, area, sum};
use crate::export::sheet::{Sheet, fault, look};
use crate::form::{Form, Op, Unit, ValueKind, labels};
use crate::model::Severity;

/// Largest absolute value that a signed cell accepts.
const SIGNED: i32 = 999_999_999;
/// Decimals to which the two sides of a relation are compared; sums of binary fractions are inexact beyond.
const DECIMALS: u32 = 6;

/// Restricts what can be typed into cells of one kind and unit.
pub fn restrict(sheet: &mut Sheet, kind: ValueKind, unit: Option<Unit>, cells: &[At]) -> Result<(), ExportError> {
    let words = &labels().entry;
    let new = DataValidation::new;
    match (kind, unit) {
        (ValueKind::Count, _) => {
            add(sheet, new().allow_whole_number(DataValidationRule::GreaterThanOrEqualTo(0)), &words.count, cells)
        }
        (ValueKind::Signed, _) => {
            let rule = DataValidationRule::Between(-SIGNED, SIGNED);
            add(sheet, new().allow_whole_number(rule), &words.signed, cells)
        }
        (ValueKind::Amount, Some(unit)) => {
            let rule = DataValidationRule::GreaterThanOrEqualTo(0.0);
            let message = words.amount.replace("{unit}", unit.word());
            add(sheet, new().allow_decimal_number(rule), &message, cells)
        }
        // The form leaves the unit to the agency: a number, optionally followed by a unit.
        (ValueKind::Amount, None) => cells.iter().try_for_each(|at| {
            let bare = Unit::ALL.iter().fold(a1(*at), |text, u| format!("SUBSTITUTE({text},\"{}\",\"\")", u.word()));
            let rule = Formula::new(format!("IFERROR(VALUE({bare})>=0,FALSE)"));
            add(sheet, new().allow_custom(rule), &words.amount_any_unit, &[*at])
        }),
    }
}

/// Restricts the year on the cover to four digits.
pub fn restrict_year(sheet: &mut Sheet, at: At) -> Result<(), ExportError> {
    let rule = DataValidation::new().allow_whole_number(DataValidationRule::Between(1000, 9999));
    add(sheet, rule, &labels().entry.year, &[at])
}

fn add(sheet: &mut Sheet, rule: DataValidation, message: &str, cells: &[At]) -> Result<(), ExportError> {
    let Some(first) = cells.first() else { return Ok(()) };
    let rule = rule.set_error_title(&labels().entry.title).and_then(|r| r.set_error_message(message)).map_err(fault)?;
    let rule = rule.set_multi_range(area(cells));
    sheet.inner.add_data_validation(first.0, first.1, first.0, first.1, &rule).map_err(fault).map(drop)
}

/// Adds a rule for each relation of a table that colours its cells while the relation is broken. `places`: the cell of each slot.
pub fn watch(sheet: &mut Sheet, form: &Form, table: usize, places: &[At]) -> Result<(), ExportError> {
    for relation in form.relations.iter().filter(|r| r.table == table) {
        let fails = match relation.op {
            Op::Equal => "<>0",
            Op::AtLeast => "<0",
        };
        let doubtful = relation.code.rule().severity == Severity::Warning;
        let format = look::broken(doubtful);
        for one in relation.uses(&form.tables[table]) {
            let side = |terms: &[(usize, bool)]| terms.iter().map(|t| (places[t.0], t.1)).collect::<Vec<_>>();
            let (left, right) = (side(&one.left), side(&one.right));
            let cells: Vec<At> = left.iter().chain(&right).map(|t| t.0).collect();
            let Some(first) = cells.first() else { continue };
            let minus: Vec<(At, bool)> = right.iter().map(|(at, negative)| (*at, !negative)).collect();
            let difference = sum(&[left, minus].concat(), true);
            let rule = ConditionalFormatFormula::new()
                .set_rule(format!("ROUND({difference},{DECIMALS}){fails}").as_str())
                .set_format(&format)
                .set_multi_range(area(&cells));
            sheet.inner.add_conditional_format(first.0, first.1, first.0, first.1, &rule).map_err(fault)?;
        }
    }
    Ok(())
}
