//! Two conditions of which one holds for each row.

use sqlparser::ast::{BinaryOperator, Expr, UnaryOperator};

use super::{number, same};

/// Whether each row satisfies one of two conditions, NULL aside.
pub(super) fn exhaust(a: &Expr, b: &Expr) -> bool {
    use BinaryOperator as Op;
    match (strip(a), strip(b)) {
        (Expr::IsNull(a), Expr::IsNotNull(b))
        | (Expr::IsNotNull(a), Expr::IsNull(b))
        | (Expr::IsTrue(a), Expr::IsNotTrue(b))
        | (Expr::IsNotTrue(a), Expr::IsTrue(b))
        | (Expr::IsFalse(a), Expr::IsNotFalse(b))
        | (Expr::IsNotFalse(a), Expr::IsFalse(b)) => same(a, b),
        (
            Expr::UnaryOp {
                op: UnaryOperator::Not | UnaryOperator::BangNot,
                expr: a,
            },
            b,
        )
        | (
            b,
            Expr::UnaryOp {
                op: UnaryOperator::Not | UnaryOperator::BangNot,
                expr: a,
            },
        ) => same(a, b),
        (
            Expr::BinaryOp {
                left: a,
                op: over,
                right: low,
            },
            Expr::BinaryOp {
                left: b,
                op: under,
                right: high,
            },
        ) if same(a, b) => {
            let meets = |low: &Expr, high: &Expr, both: bool| match (number(low), number(high)) {
                (Some(low), Some(high)) => low < high || both && low == high,
                _ => both && same(low, high),
            };
            match (over, under) {
                (Op::Eq, Op::NotEq) | (Op::NotEq, Op::Eq) => same(low, high),
                (Op::Gt, Op::Lt) => meets(low, high, false),
                (Op::Gt | Op::GtEq, Op::Lt | Op::LtEq) => meets(low, high, true),
                (Op::Lt, Op::Gt) => meets(high, low, false),
                (Op::Lt | Op::LtEq, Op::Gt | Op::GtEq) => meets(high, low, true),
                _ => false,
            }
        }
        (
            Expr::Like {
                negated: x,
                expr: a,
                pattern: p,
                ..
            },
            Expr::Like {
                negated: y,
                expr: b,
                pattern: q,
                ..
            },
        ) => x != y && same(a, b) && p == q,
        (
            Expr::In {
                negated: x,
                expr: a,
                target: p,
                ..
            },
            Expr::In {
                negated: y,
                expr: b,
                target: q,
                ..
            },
        ) => x != y && same(a, b) && p == q,
        _ => false,
    }
}

fn strip(mut expr: &Expr) -> &Expr {
    while let Expr::Nested(inner) = expr {
        expr = inner;
    }
    expr
}
