//! Figures of a report: varied, mostly not zero, and such that every relation of the form holds.
//!
//! Takes a form and the figures that are already fixed, returns one number per slot. Uses relations and no labels.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result};
use fastrand::Rng;
use nianbao::form::{Form, Op, Relation, RelationUse, Unit, ValueKind};
use nianbao::model::{Amount, Decimal, Value};

/// Numbers by table and slot.
pub type Figures = Vec<Vec<Decimal>>;

/// A value of a form: table and slot.
pub type At = (usize, usize);

/// How large an agency's counts are.
#[derive(Debug, Clone, Copy)]
pub struct Scale(pub u32);

/// Draws figures without regard to the relations.
pub fn drawn(form: &Form, scale: Scale, rng: &mut Rng) -> Figures {
    let one = |(kind, _): (ValueKind, Option<Unit>), rng: &mut Rng| match kind {
        // Most counts of most agencies are small, a few are not.
        ValueKind::Count if rng.u32(..6) == 0 => Decimal::ZERO,
        ValueKind::Count => Decimal::from(1 + rng.u32(..scale.0) * rng.u32(1..=scale.0) / scale.0),
        ValueKind::Signed => Decimal::from(rng.i32(-5..=20)),
        ValueKind::Amount => Decimal::new(rng.i64(1..=5_000_000), 2).normalize(),
    };
    form.tables.iter().map(|t| (0..t.slot_count()).map(|slot| one(t.kind(slot), rng)).collect()).collect()
}

/// Changes figures, except fixed ones, until every relation holds. Fails if the form's relations cannot be satisfied by
/// raising and lowering single figures.
pub fn balance(form: &Form, figures: &mut Figures, settled: &BTreeMap<At, Decimal>) -> Result<()> {
    for ((table, slot), number) in settled {
        figures[*table][*slot] = *number;
    }
    let totals = totals(form);
    let free = |table: usize, slot: usize| !totals.contains(&(table, slot)) && !settled.contains_key(&(table, slot));
    // Each round corrects at least the relations that depend on the changes of the previous round; real forms take three.
    for _ in 0..100 {
        let Some((relation, line)) = broken(form, figures).into_iter().next() else { return Ok(()) };
        let table = relation.table;
        let values = &mut figures[table];
        let (left, right) = (sum(values, &line.left), sum(values, &line.right));
        if relation.defines_total() {
            // All totals at once: one round for each would take a hundred rounds.
            for one in form.relations.iter().filter(|r| r.table == table && r.defines_total()) {
                for line in one.uses(&form.tables[table]) {
                    values[line.left[0].0] = sum(values, &line.right);
                }
            }
            continue;
        }
        // The difference is added to the smaller side, or else subtracted from the larger one.
        let (small, large) = if left < right { (&line.left, &line.right) } else { (&line.right, &line.left) };
        let gap = (left - right).abs();
        let grows = |(slot, minus): &&(usize, bool)| !minus && free(table, *slot);
        if let Some((slot, _)) = small.iter().find(grows) {
            values[*slot] += gap;
        } else {
            let shrinks = |t: &&(usize, bool)| grows(t) && values[t.0] >= gap;
            let (slot, _) = large.iter().find(shrinks).with_context(|| format!("{} cannot be met", relation.code))?;
            values[*slot] -= gap;
        }
    }
    anyhow::bail!("the relations of edition {} cannot all be met", form.id)
}

/// Returns the lines of relations that do not hold.
pub fn broken<'f>(form: &'f Form, figures: &Figures) -> Vec<(&'f Relation, RelationUse)> {
    let lines = form.relations.iter().flat_map(|r| r.uses(&form.tables[r.table]).into_iter().map(move |u| (r, u)));
    let fails = |(relation, line): &(&Relation, RelationUse)| {
        let values = &figures[relation.table];
        let (left, right) = (sum(values, &line.left), sum(values, &line.right));
        match relation.op {
            Op::Equal => left != right,
            Op::AtLeast => left < right,
        }
    };
    lines.filter(fails).collect()
}

/// Returns the slots that are totals of others.
pub fn totals(form: &Form) -> BTreeSet<At> {
    let defining = form.relations.iter().filter(|r| r.defines_total());
    defining.flat_map(|r| r.uses(&form.tables[r.table]).into_iter().map(|u| (r.table, u.left[0].0))).collect()
}

/// Computes one side of a relation.
pub fn sum(values: &[Decimal], side: &[(usize, bool)]) -> Decimal {
    side.iter().map(|(slot, minus)| if *minus { -values[*slot] } else { values[*slot] }).sum()
}

/// Converts figures to values of the form. An amount of money for which the form names no unit gets a unit now and then.
pub fn values(form: &Form, figures: &Figures, rng: &mut Rng) -> Result<Vec<Vec<Value>>> {
    let mut out = Vec::with_capacity(figures.len());
    for (table, numbers) in form.tables.iter().zip(figures) {
        let mut values = Vec::with_capacity(numbers.len());
        for (slot, number) in numbers.iter().enumerate() {
            values.push(match table.kind(slot) {
                (ValueKind::Count, _) => {
                    Value::Count((*number).try_into().with_context(|| {
                        format!("a count below zero in table {} slot {slot}: {numbers:?}", table.key)
                    })?)
                }
                (ValueKind::Signed, _) => Value::Signed((*number).try_into()?),
                (ValueKind::Amount, unit) => {
                    let open = unit.is_none() && !number.is_zero();
                    let unit =
                        if open { rng.choice([None, Some(Unit::Yuan), Some(Unit::TenThousandYuan)]) } else { None };
                    Value::Amount(Amount { number: *number, unit: unit.flatten() })
                }
            });
        }
        out.push(values);
    }
    Ok(out)
}
