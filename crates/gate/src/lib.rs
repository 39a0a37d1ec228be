//! The walk of one message, as types: from [`Call`] to [`Reply`].
//!
//! ```text
//! Call -> Cleared | Held | Refused      judge       pure
//!         Committed<_>                  commit      ledger, durable
//!         Released                      release     the only value an upstream takes
//!         Forwarded                     taken by the upstream that sent it
//!         Settled                       settle/end  an answer, one event of it, or its failure
//!         Committed<Settled>            commit      ledger, durable
//!         Reply                         the only value the listener writes
//! ```
//!
//! Deliberately absent: `async`, clocks (time is an argument), sockets, files. The same core serves
//! live traffic, tests and simulation.

mod approval;
mod call;
mod commands;
mod definitions;
mod edit;
mod ending;
mod exchange;
mod facts;
mod fit;
mod hold;
mod incoming;
mod judge;
mod mirror;
mod news;
mod refusal;
mod release;
mod reply;
mod schema;
mod session;
mod settle;
mod stored;
mod told;
mod uses;

pub use approval::{
    Allowance, Approver, Binding, BindingKey, Book, Constraint, Grant, GrantChange, HeldCall,
    HeldCalls, HeldState, NotTaken, RequestState, RulingRecord, Said, Shown, StateKey, Vote,
    VoteError, Word,
};
pub use call::{Call, Cleared, Held, Subject};
pub use commands::Inspected;
pub use ending::Ending;
pub use exchange::{Arrival, Exchange, Trace, Transport};
pub use facts::{masked_http, relayed_header};
pub use hold::{Pending, Ruled, Ruling, abandoned, pending, reconsidered, rule, unanswerable};
pub use inspect::arguments::Settings as ArgumentSettings;
pub use judge::{Circumstances, Judged, judge};
pub use mirror::is_mirrored;
pub use news::News;
pub use refusal::{Limit, LoginFault, Refusal, Refused};
pub use release::{Forwarded, Released, decline, release};
pub use reply::{Reply, ReplyBody, Unavailable, refuse, reply};
pub use schema::OutputSchema;
pub use session::{ConnectionFault, SessionClosing, SessionOpening};
pub use settle::{Answer, Head, Settled};
