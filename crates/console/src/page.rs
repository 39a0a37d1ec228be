//! Lists, a page at a time: the oldest first, and where the next page begins.

use std::fmt::Display;
use std::str::FromStr;

use gate::HeldState;
use serde_json::{Value, json};

use crate::problem::Problem;

/// Items of a page, where nobody says.
const LIMIT_DEFAULT: usize = 50;
/// Items of a page, at most.
const LIMIT_MAX: usize = 200;

/// Which part of a list is wanted. Items are listed by their ids, which are in the order of time.
#[derive(Debug)]
pub(crate) struct Page<I> {
    pub(crate) state: Option<HeldState>,
    limit: usize,
    /// The last id of the page before.
    after: Option<I>,
}

impl<I: FromStr + Ord + Copy + Display> Page<I> {
    /// From a query. No value in it needs percent-encoding.
    pub(crate) fn parse(query: &str, has_states: bool) -> Result<Self, Problem> {
        let mut page = Self {
            state: None,
            limit: LIMIT_DEFAULT,
            after: None,
        };
        let mut seen = Vec::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            if seen.contains(&name) {
                return Err(Problem::malformed("a parameter is given twice"));
            }
            seen.push(name);
            match name {
                "state" if has_states => page.state = Some(state(value)?),
                "limit" => page.limit = limit(value)?,
                "cursor" => page.after = Some(cursor(value)?),
                _ => return Err(Problem::malformed("there is no such parameter")),
            }
        }
        Ok(page)
    }

    /// The page of `items`, which are in the order of their ids.
    pub(crate) fn of<T>(
        &self,
        items: impl IntoIterator<Item = T>,
        id: impl Fn(&T) -> I,
        shown: impl Fn(&T) -> Value,
    ) -> Value {
        let items = items.into_iter();
        let mut wanted = items.filter(|item| self.after.is_none_or(|after| id(item) > after));
        let page: Vec<T> = wanted.by_ref().take(self.limit).collect();
        let last = page.last().map(|item| id(item).to_string());
        let next = wanted.next().and(last);
        json!({ "items": page.iter().map(shown).collect::<Vec<_>>(), "next": next })
    }
}

fn state(value: &str) -> Result<HeldState, Problem> {
    HeldState::parse(value).ok_or_else(|| {
        let names = HeldState::ALL.map(HeldState::as_str).join(", ");
        Problem::malformed(format!("a state is one of {names}"))
    })
}

fn limit(value: &str) -> Result<usize, Problem> {
    let limit = value.parse().ok();
    let limit = limit.filter(|limit| (1..=LIMIT_MAX).contains(limit));
    limit.ok_or_else(|| Problem::malformed(format!("a limit is a number from 1 to {LIMIT_MAX}")))
}

fn cursor<I: FromStr>(value: &str) -> Result<I, Problem> {
    let id = value.parse().ok();
    id.ok_or_else(|| Problem::malformed("a cursor is what the page before says"))
}
