//! Decisions: a set of policies in Cedar, and what it says about a request.
//!
//! Deny is the default, and what forbids wins over what permits. Deliberately absent: raw bytes (a
//! decision sees facts), I/O, clocks, and failure: a decision always comes out, and what could not
//! be evaluated is a refusal.

mod asked;
mod condition;
pub mod defaults;
mod difference;
mod digest;
mod entities;
mod listing;
mod load;
mod policy;
mod reads;
mod request;
mod rule;
mod source;
mod tools;
mod verdict;
pub mod vocabulary;

pub use difference::RuleChange;
pub use policy::Policy;
pub use request::{
    AnswerFacts, ApprovalFacts, Arguments, Calls, Effects, Facts, Hints, MessageFacts, Pin,
    Request, Target, Verb,
};
pub use rule::{Rule, Says};
pub use source::{Mistake, Source};
pub use tools::{Tool, Tools};
pub use verdict::{Reason, Severity, Terms, Verdict};
