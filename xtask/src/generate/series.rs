//! Dependencies between an agency's reports of consecutive years: figures carried over, and documents in force counted from
//! year to year.
//!
//! Takes last year's figures and this year's as drawn, returns the dependent figures. Rows and columns are identified by
//! their keys in the form, never by label.

use std::collections::BTreeMap;

use nianbao::form::{Form, ValueKind};
use nianbao::model::Decimal;

use super::figures::{At, Figures};

/// A rule over two years: the keys of the row or column that depends on others, of those of last year, and of those of this
/// year (`true`: subtracted).
struct Rule {
    /// The code of the finding for a report that breaks it; the other rules have no finding.
    code: Option<&'static str>,
    into: &'static str,
    last_year: &'static [&'static str],
    this_year: &'static [(&'static str, bool)],
}

const RULES: [Rule; 3] = [
    Rule { code: Some("Y401"), into: "carried_in", last_year: &["carried_out"], this_year: &[] },
    Rule {
        code: Some("Y402"),
        into: "valid",
        last_year: &["valid"],
        this_year: &[("made", false), ("repealed", true)],
    },
    Rule { code: None, into: "before", last_year: &["before", "change"], this_year: &[] },
];

/// A value that depends on others.
pub struct Link {
    pub code: Option<&'static str>,
    pub into: At,
    /// Values of last year's form.
    pub last_year: Vec<At>,
    pub this_year: Vec<(At, bool)>,
}

/// The keys of a value: table, block, row, column.
type Keys<'f> = [&'f str; 4];

fn keys(form: &Form) -> BTreeMap<Keys<'_>, At> {
    let mut all = BTreeMap::new();
    for (t, table) in form.tables.iter().enumerate() {
        for at in table.slots() {
            let block = &table.blocks[at.block];
            let row = block.rows.leaves.get(at.row).map_or("", |l| l.path.as_str());
            all.insert([&table.key, &block.key, row, &block.columns.leaves[at.column].path], (t, table.slot(at)));
        }
    }
    all
}

/// Returns the values of `form` that depend on a report under `last`.
pub fn links(last: &Form, form: &Form) -> Vec<Link> {
    let (before, now) = (keys(last), keys(form));
    let mut links = Vec::new();
    for rule in &RULES {
        for (own, into) in &now {
            let Some(place) = [2, 3].into_iter().find(|i| own[*i] == rule.into) else { continue };
            let named = |key: &'static str| {
                let mut keys: Keys<'_> = *own;
                keys[place] = key;
                keys
            };
            let last_year: Option<Vec<At>> = rule.last_year.iter().map(|k| before.get(&named(k)).copied()).collect();
            let this_year: Option<Vec<(At, bool)>> =
                rule.this_year.iter().map(|(k, minus)| Some((*now.get(&named(k))?, *minus))).collect();
            if let (Some(last_year), Some(this_year)) = (last_year, this_year) {
                links.push(Link { code: rule.code, into: *into, last_year, this_year });
            }
        }
    }
    links
}

/// Returns the dependent figures, by position. Where one would be negative, its subtracted terms in `now` are set to zero.
pub fn follow(links: &[Link], last: &Figures, now: &mut Figures) -> BTreeMap<At, Decimal> {
    let mut settled = BTreeMap::new();
    for link in links {
        let from: Decimal = link.last_year.iter().map(|(t, s)| last[*t][*s]).sum();
        let mut own = Decimal::ZERO;
        for ((t, s), minus) in &link.this_year {
            own += if *minus { -now[*t][*s] } else { now[*t][*s] };
        }
        if from + own < Decimal::ZERO {
            for ((t, s), _) in link.this_year.iter().filter(|(_, minus)| *minus) {
                now[*t][*s] = Decimal::ZERO;
            }
            own = link.this_year.iter().map(|((t, s), minus)| if *minus { Decimal::ZERO } else { now[*t][*s] }).sum();
        }
        // Not `max`: the difference of zeros may be −0, which is not a count.
        let follows = from + own;
        settled.insert(link.into, if follows > Decimal::ZERO { follows } else { Decimal::ZERO });
        // The figures it was computed from must not be changed any more.
        settled.extend(link.this_year.iter().map(|((t, s), _)| ((*t, *s), now[*t][*s])));
    }
    settled
}

/// Raises this year's changes where next year's figure, which depends on them, would be negative. Takes the links of a form
/// to itself; a change is not in any relation within a year.
pub fn sustain(links: &[Link], form: &Form, now: &mut Figures) {
    for link in links.iter().filter(|l| l.this_year.is_empty()) {
        let next: Decimal = link.last_year.iter().map(|(t, s)| now[*t][*s]).sum();
        let change = link.last_year.iter().find(|(t, s)| form.tables[*t].kind(*s).0 == ValueKind::Signed);
        if let Some((t, s)) = change.filter(|_| next < Decimal::ZERO) {
            now[*t][*s] -= next;
        }
    }
}
