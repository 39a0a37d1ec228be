//! Decisions: a set of rules, and what it says about a request.
//!
//! Deny is the default, and a rule that forbids wins over one that permits. Deliberately absent:
//! raw bytes (a decision sees facts), I/O, clocks, and failure: a decision always comes out.

mod rules;
mod verdict;

pub use rules::{Effect, Policy, Rule, Scope};
pub use verdict::{Reason, Request, Terms, Verdict};
