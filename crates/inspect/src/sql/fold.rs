//! Whether a condition selects: what holds for every row filters nothing.

mod exhaust;
mod keys;

use std::ops::ControlFlow;

use sqlparser::ast::{
    BinaryOperator, Expr, Ident, InTarget, Query, SelectItem, SetExpr, UnaryOperator, Value, Visit,
    Visitor,
};

/// Most terms of an OR that are compared with each other.
const TERMS_MAX: usize = 64;

/// What a condition says about the rows of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Selects {
    Every,
    None,
    /// The same for every row, and only the server knows which.
    EveryOrNone,
    /// It depends on the row.
    Some,
}

/// Whether the condition of an UPDATE or DELETE lets every row pass, for all that can be known.
pub(super) fn selects_every_row(condition: Option<&Expr>) -> bool {
    condition.is_none_or(|expr| matches!(selects(expr), Selects::Every | Selects::EveryOrNone))
}

/// Whether the condition is the same for each row.
pub(super) fn is_constant(condition: &Expr) -> bool {
    selects(condition) != Selects::Some
}

/// Whether a condition has `||` somewhere.
pub(super) fn concatenates(condition: &Expr) -> bool {
    condition.visit(&mut Concatenation).is_break()
}

struct Concatenation;

impl Visitor for Concatenation {
    type Break = ();

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
        match expr {
            Expr::BinaryOp {
                op: BinaryOperator::StringConcat,
                ..
            } => ControlFlow::Break(()),
            _ => ControlFlow::Continue(()),
        }
    }
}

fn selects(expr: &Expr) -> Selects {
    match expr {
        Expr::Nested(inner) => selects(inner),
        Expr::IsTrue(inner) | Expr::IsNotFalse(inner) => selects(inner),
        Expr::IsFalse(inner) | Expr::IsNotTrue(inner) => negated(selects(inner)),
        Expr::UnaryOp {
            op: UnaryOperator::Not | UnaryOperator::BangNot,
            expr,
        } => negated(selects(expr)),
        Expr::BinaryOp {
            op: BinaryOperator::Or,
            ..
        } => any(&terms(expr, &BinaryOperator::Or)),
        Expr::BinaryOp {
            op: BinaryOperator::And,
            ..
        } => all(&terms(expr, &BinaryOperator::And)),
        Expr::BinaryOp { left, op, right } => {
            compared(left, op, right).unwrap_or_else(|| by_columns(expr))
        }
        // Most columns hold a value in every row; that of a filter is for the server to know.
        Expr::IsNotNull(inner) if column(core(inner)).is_some() => Selects::Every,
        Expr::IsNull(inner) if keys::is_key(inner) => Selects::None,
        Expr::Between {
            expr,
            negated: not,
            low,
            high,
        } if keys::spans(expr, number(low), number(high)) => when(!*not),
        Expr::IsNotDistinctFrom(left, right) if same(left, right) => Selects::Every,
        Expr::Value(value) => literal(&value.value),
        Expr::Like {
            negated: not,
            pattern,
            ..
        }
        | Expr::ILike {
            negated: not,
            pattern,
            ..
        }
        | Expr::SimilarTo {
            negated: not,
            pattern,
            ..
        } if is_wild(pattern, "%") => when(!*not),
        Expr::RLike {
            negated: not,
            pattern,
            ..
        } if is_any_match(pattern) => when(!*not),
        Expr::Between {
            expr,
            negated: not,
            low,
            high,
        } if same(expr, low) && same(expr, high) => when(!*not),
        Expr::In {
            expr,
            target,
            negated: not,
            ..
        } if includes(expr, target) => when(!*not),
        Expr::Exists {
            subquery,
            negated: not,
        } if is_unfiltered(subquery) => match not {
            false => Selects::Every,
            true => Selects::EveryOrNone,
        },
        Expr::Case {
            conditions,
            else_result: Some(otherwise),
            ..
        } if conditions
            .iter()
            .map(|case| &case.result)
            .chain([&**otherwise])
            .all(|result| selects(result) == Selects::Every) =>
        {
            Selects::Every
        }
        _ => by_columns(expr),
    }
}

const fn when(holds: bool) -> Selects {
    if holds { Selects::Every } else { Selects::None }
}

const fn negated(selects: Selects) -> Selects {
    match selects {
        Selects::Every => Selects::None,
        Selects::None => Selects::Every,
        other => other,
    }
}

/// The terms of a chain of one operator. Chains lean to the left and may be long.
fn terms<'e>(mut expr: &'e Expr, chain: &BinaryOperator) -> Vec<&'e Expr> {
    let mut terms = Vec::new();
    loop {
        match expr {
            Expr::BinaryOp { left, op, right } if op == chain => {
                terms.push(&**right);
                expr = left;
            }
            Expr::Nested(inner) if matches!(&**inner, Expr::BinaryOp { op, .. } if op == chain) => {
                expr = inner;
            }
            _ => {
                terms.push(expr);
                return terms;
            }
        }
    }
}

fn any(terms: &[&Expr]) -> Selects {
    let mut sum = Selects::None;
    for term in terms {
        sum = match (sum, selects(term)) {
            (_, Selects::Every) => return Selects::Every,
            (Selects::EveryOrNone, _) | (_, Selects::EveryOrNone) => Selects::EveryOrNone,
            (Selects::Some, _) | (_, Selects::Some) => Selects::Some,
            _ => Selects::None,
        };
    }
    let terms = terms.get(..TERMS_MAX).unwrap_or(terms);
    for (at, a) in terms.iter().enumerate() {
        if terms.iter().skip(at + 1).any(|b| exhaust::exhaust(a, b)) {
            return Selects::Every;
        }
    }
    sum
}

fn all(terms: &[&Expr]) -> Selects {
    let mut product = Selects::Every;
    for term in terms {
        product = match (product, selects(term)) {
            (_, Selects::None) => return Selects::None,
            (Selects::Some, _) | (_, Selects::Some) => Selects::Some,
            (Selects::EveryOrNone, _) | (_, Selects::EveryOrNone) => Selects::EveryOrNone,
            _ => Selects::Every,
        };
    }
    product
}

/// Without a column, a condition is the same for each row.
fn by_columns(expr: &Expr) -> Selects {
    match expr.visit(&mut Columns) {
        ControlFlow::Break(()) => Selects::Some,
        ControlFlow::Continue(()) => Selects::EveryOrNone,
    }
}

struct Columns;

impl Visitor for Columns {
    type Break = ();

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
        match expr {
            Expr::Identifier(ident) if ident.value.starts_with('@') => ControlFlow::Continue(()),
            Expr::Identifier(_) | Expr::CompoundIdentifier(_) | Expr::MatchAgainst { .. } => {
                ControlFlow::Break(())
            }
            _ => ControlFlow::Continue(()),
        }
    }
}

fn literal(value: &Value) -> Selects {
    match value {
        Value::Boolean(holds) => when(*holds),
        Value::Number(digits, _) => when(digits.parse::<f64>().is_ok_and(|number| number != 0.0)),
        Value::Null => Selects::None,
        _ => Selects::EveryOrNone,
    }
}

fn compared(left: &Expr, op: &BinaryOperator, right: &Expr) -> Option<Selects> {
    use BinaryOperator as Op;
    let matches = matches!(
        op,
        Op::PGRegexMatch | Op::PGRegexIMatch | Op::Regexp | Op::Match
    );
    if matches && is_any_match(right) || *op == Op::Glob && is_wild(right, "*") {
        return Some(Selects::Every);
    }
    if matches!(op, Op::PGLikeMatch | Op::PGILikeMatch) && is_wild(right, "%") {
        return Some(Selects::Every);
    }
    if let Some(selects) = keys::compared(left, op, right) {
        return Some(selects);
    }
    let order = if let (Some(a), Some(b)) = (number(left), number(right)) {
        a.partial_cmp(&b)?
    } else if let (Some(a), Some(b)) = (text(left), text(right)) {
        a.cmp(&b)
    } else if same(left, right) {
        std::cmp::Ordering::Equal
    } else {
        return None;
    };
    Some(when(match op {
        Op::Eq | Op::Spaceship => order.is_eq(),
        Op::NotEq => order.is_ne(),
        Op::Lt => order.is_lt(),
        Op::LtEq => order.is_le(),
        Op::Gt => order.is_gt(),
        Op::GtEq => order.is_ge(),
        _ => return None,
    }))
}

/// The number that a constant is.
fn number(expr: &Expr) -> Option<f64> {
    match expr {
        Expr::Nested(inner) | Expr::Cast { expr: inner, .. } => number(inner),
        Expr::Value(value) => match &value.value {
            Value::Number(digits, _) => digits.parse().ok(),
            Value::Boolean(holds) => Some(f64::from(u8::from(*holds))),
            _ => None,
        },
        Expr::UnaryOp {
            op: UnaryOperator::Minus,
            expr,
        } => number(expr).map(|number| -number),
        Expr::BinaryOp { left, op, right } => {
            let (right, left) = (number(right)?, number(left)?);
            match op {
                BinaryOperator::Plus => Some(left + right),
                BinaryOperator::Minus => Some(left - right),
                BinaryOperator::Multiply => Some(left * right),
                BinaryOperator::Divide => Some(left / right),
                BinaryOperator::Modulo => Some(left % right),
                _ => None,
            }
        }
        _ => None,
    }
}

/// The text that a constant is.
pub(super) fn text(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Nested(inner) | Expr::Cast { expr: inner, .. } => text(inner),
        Expr::Value(value) => value.value.clone().into_string(),
        Expr::BinaryOp {
            left,
            op: BinaryOperator::StringConcat | BinaryOperator::Plus,
            right,
        } => {
            let right = text(right)?;
            Some(text(left)? + &right)
        }
        _ => None,
    }
}

fn is_wild(pattern: &Expr, any: &str) -> bool {
    text(pattern).is_some_and(|text| !text.is_empty() && text.replace(any, "").is_empty())
}

/// Whether a regular expression matches every text.
fn is_any_match(pattern: &Expr) -> bool {
    text(pattern).is_some_and(|text| {
        let text = text.trim_start_matches('^').trim_end_matches('$');
        matches!(text, "" | ".*" | ".*?" | "(.*)" | ".?" | "[\\s\\S]*")
    })
}

/// Whether two expressions have one value in each row.
fn same(a: &Expr, b: &Expr) -> bool {
    let (a, b) = (core(a), core(b));
    match (column(a), column(b)) {
        (Some(a), Some(b)) => {
            // A name without its table is the same as one with it.
            a.iter()
                .rev()
                .zip(b.iter().rev())
                .all(|(a, b)| a.value.eq_ignore_ascii_case(&b.value))
        }
        (None, None) => a == b,
        _ => false,
    }
}

/// Without parentheses, and without what changes nothing: `id + 0`, `id * 1`, `id || ''`.
fn core(mut expr: &Expr) -> &Expr {
    loop {
        expr = match expr {
            Expr::Nested(inner) => inner,
            Expr::UnaryOp {
                op: UnaryOperator::Plus,
                expr,
            } => expr,
            Expr::BinaryOp { left, op, right } => {
                let neutral = match op {
                    BinaryOperator::Plus | BinaryOperator::Minus => number(right) == Some(0.0),
                    BinaryOperator::Multiply | BinaryOperator::Divide => number(right) == Some(1.0),
                    BinaryOperator::StringConcat => text(right).is_some_and(|t| t.is_empty()),
                    _ => false,
                };
                if !neutral {
                    return expr;
                }
                left
            }
            _ => return expr,
        };
    }
}

/// The parts of the name that a column is.
fn column(expr: &Expr) -> Option<&[Ident]> {
    match expr {
        Expr::Identifier(name) => Some(std::slice::from_ref(name)),
        Expr::CompoundIdentifier(names) => Some(names),
        _ => None,
    }
}

fn includes(expr: &Expr, target: &InTarget) -> bool {
    match target {
        InTarget::List(list) => list.iter().any(|item| {
            same(expr, item)
                || matches!(
                    compared(expr, &BinaryOperator::Eq, item),
                    Some(Selects::Every)
                )
        }),
        // The column itself, from rows that nothing filters.
        InTarget::Subquery(query) => is_unfiltered(query) && projects(query, expr),
        InTarget::Unnest(_) | InTarget::Table { .. } => false,
    }
}

/// Whether a query returns a column of the name that `expr` is.
fn projects(query: &Query, expr: &Expr) -> bool {
    let SetExpr::Select(select) = &*query.body else {
        return false;
    };
    let last = |expr| column(core(expr)).and_then(<[Ident]>::last);
    match select.projection.as_slice() {
        [SelectItem::UnnamedExpr(item) | SelectItem::ExprWithAlias { expr: item, .. }] => {
            match (last(item), last(expr)) {
                (Some(a), Some(b)) => a.value.eq_ignore_ascii_case(&b.value),
                _ => false,
            }
        }
        _ => false,
    }
}

/// Whether a query returns rows whatever the row around it is.
fn is_unfiltered(query: &Query) -> bool {
    let limited = query.limit_clause.is_some() || query.fetch.is_some();
    match &*query.body {
        SetExpr::Select(select) => {
            let joined = select.from.iter().any(|table| !table.joins.is_empty());
            !limited
                && !joined
                && select.having.is_none()
                && select.qualify.is_none()
                && selects_every_row(select.selection.as_ref())
        }
        SetExpr::Values(_) => !limited,
        SetExpr::Query(inner) => !limited && is_unfiltered(inner),
        _ => false,
    }
}
