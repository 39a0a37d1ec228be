//! What people say, from JSON.

use std::sync::Arc;

use gate::{Allowance, Constraint, Word};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::problem::Problem;
use crate::route::Saying;

/// Constraints of one grant, at most: each is looked at in every call that it may cover.
const CONSTRAINTS_MAX: usize = 64;

/// The body of a POST. An empty one says nothing.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Said {
    reason: Option<Arc<str>>,
    grant: Option<SaidGrant>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SaidGrant {
    r#for: String,
    #[serde(default)]
    with: Vec<SaidConstraint>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SaidConstraint {
    at: Arc<str>,
    is: Box<RawValue>,
}

/// The word, and why.
pub(crate) fn word(saying: Saying, body: &[u8]) -> Result<(Word, Option<Arc<str>>), Problem> {
    let said = match body {
        [] => Said::default(),
        body => serde_json::from_slice(body).map_err(|error| {
            Problem::malformed(format!("the body is not as it has to be: {error}"))
        })?,
    };
    let word = match (saying, said.grant) {
        (Saying::Approve, None) => Word::Approve(None),
        (Saying::Approve, Some(grant)) => Word::Approve(Some(allowance(grant)?)),
        (Saying::Reject, None) => Word::Reject,
        (Saying::BreakGlass, None) => Word::BreakGlass,
        (Saying::Reject | Saying::BreakGlass, Some(_)) => {
            return Err(Problem::allowance("a grant goes with an approval only"));
        }
    };
    Ok((word, said.reason))
}

fn allowance(said: SaidGrant) -> Result<Allowance, Problem> {
    let ms = duration_ms(&said.r#for).ok_or_else(|| {
        let what = "`for` is a time such as \"90s\", \"15m\" or \"2h\"";
        Problem::allowance(what)
    })?;
    if said.with.len() > CONSTRAINTS_MAX {
        let what = format!("a grant has {CONSTRAINTS_MAX} constraints at the most");
        return Err(Problem::allowance(what));
    }
    let with = said
        .with
        .into_iter()
        .map(constraint)
        .collect::<Result<_, _>>()?;
    Ok(Allowance { ms, with })
}

fn constraint(said: SaidConstraint) -> Result<Constraint, Problem> {
    if !is_pointer(&said.at) {
        return Err(Problem::allowance("`at` is a JSON Pointer (RFC 6901)"));
    }
    let is = inspect::canonical(said.is.get().as_bytes())
        .and_then(|canonical| String::from_utf8(canonical).ok())
        .ok_or_else(|| Problem::allowance("`is` has no canonical form (RFC 8785)"))?;
    Ok(Constraint {
        at: said.at,
        is: is.into(),
    })
}

/// RFC 6901 §3.
fn is_pointer(text: &str) -> bool {
    let escapes = |token: &str| {
        token
            .split('~')
            .skip(1)
            .all(|rest| rest.starts_with(['0', '1']))
    };
    text.is_empty() || text.starts_with('/') && escapes(text)
}

/// `90s`, `15m`, `2h`, as in policies.
fn duration_ms(text: &str) -> Option<u64> {
    let unit = text.chars().next_back()?;
    let number = text.strip_suffix(unit)?;
    let digits = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
    let number: u64 = number.parse().ok().filter(|_| digits)?;
    let ms = match unit {
        's' => 1_000,
        'm' => 60_000,
        'h' => 3_600_000,
        _ => return None,
    };
    number.checked_mul(ms)
}
