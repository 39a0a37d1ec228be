//! Comparisons that hold for every row because of what keys and lengths are.
//!
//! Identifiers count up from one, and no length is below zero: `id > 0` filters nothing.

use sqlparser::ast::{BinaryOperator, Expr};

use super::{Selects, column, core, number, text};

/// Where a range of keys begins and ends that holds all of them.
const KEYS_FROM: f64 = 1.0;
const KEYS_TO: f64 = 1_000_000_000.0;

/// Functions that are never below zero.
const NATURAL: &[&str] = &[
    "length",
    "char_length",
    "character_length",
    "octet_length",
    "len",
    "abs",
    "cardinality",
];

/// Names of columns that count up from one.
const KEYS: &[&str] = &["id", "rowid", "_rowid_", "oid", "pk", "uid", "guid", "uuid"];

/// Whether an expression is a column that identifies its row, by its name.
pub(super) fn is_key(expr: &Expr) -> bool {
    let Some(name) = column(core(expr)).and_then(<[_]>::last) else {
        return false;
    };
    KEYS.contains(&name.value.to_ascii_lowercase().as_str())
}

/// Whether a range holds every key.
pub(super) fn spans(expr: &Expr, low: Option<f64>, high: Option<f64>) -> bool {
    let (Some(low), Some(high)) = (low, high) else {
        return false;
    };
    (is_key(expr) || is_natural(expr)) && low <= KEYS_FROM && high >= KEYS_TO
}

/// What a comparison of a key or a length with a constant selects, if that is known.
pub(super) fn compared(left: &Expr, op: &BinaryOperator, right: &Expr) -> Option<Selects> {
    use BinaryOperator as Op;
    let (left, op, right) = match op {
        Op::Lt if number(left).is_some() => (right, &Op::Gt, left),
        Op::LtEq if number(left).is_some() => (right, &Op::GtEq, left),
        Op::Gt if number(left).is_some() => (right, &Op::Lt, left),
        Op::GtEq if number(left).is_some() => (right, &Op::LtEq, left),
        Op::NotEq if number(left).is_some() => (right, op, left),
        _ => (left, op, right),
    };
    let (key, natural) = (is_key(left), is_natural(left));
    if !key && !natural {
        return None;
    }
    let every = match (op, number(right)) {
        (Op::Gt, Some(bound)) => bound < if key { KEYS_FROM } else { 0.0 },
        (Op::GtEq, Some(bound)) => bound <= if key { KEYS_FROM } else { 0.0 },
        (Op::Lt | Op::LtEq, Some(bound)) => bound >= KEYS_TO,
        (Op::NotEq, Some(bound)) => bound <= 0.0 && key || bound < 0.0,
        (Op::NotEq, None) => key && text(right).is_some_and(|text| text.is_empty()),
        _ => false,
    };
    every.then_some(Selects::Every)
}

fn is_natural(expr: &Expr) -> bool {
    let Expr::Function(function) = core(expr) else {
        return false;
    };
    let name = function.name.to_string().to_ascii_lowercase();
    NATURAL.contains(&name.as_str())
}
