//! Approvals: what is held and for whom, who may allow it, and what an allowed call may still change.
//!
//! Everything here is a value and a transition: time and chance are arguments, and whoever keeps held
//! calls ([`HeldCalls`]) makes a transition durable before it acts on it.

mod binding;
mod book;
mod grant;
mod held_call;
mod person;
mod record;
mod request_state;

pub use binding::{Binding, BindingKey};
pub use book::Book;
pub use grant::{Allowance, Constraint, Grant};
pub use held_call::{HeldCall, HeldState, NotTaken, Shown};
pub use person::{Approver, Vote, VoteError, Word};
pub(crate) use record::link;
pub use record::{GrantChange, RulingRecord, Said};
pub use request_state::{RequestState, StateKey};

use std::io;

/// Where held calls and grants are kept. What is saved is durable on return; calls may block, and the
/// caller decides whether to try again.
pub trait HeldCalls: Send + Sync {
    /// All that was saved: calls that wait or may still be made, and grants that were not forgotten.
    ///
    /// # Errors
    ///
    /// They cannot be read: nobody knows what was allowed.
    fn load(&self) -> io::Result<(Vec<HeldCall>, Vec<Grant>)>;

    /// Saves a held call in the place of what was saved of it before.
    ///
    /// # Errors
    ///
    /// It cannot be saved, and nothing changed.
    fn save(&self, held: &HeldCall) -> io::Result<()>;

    /// Saves a grant in the place of what was saved of it before.
    ///
    /// # Errors
    ///
    /// It cannot be saved, and nothing changed.
    fn save_grant(&self, grant: &Grant) -> io::Result<()>;

    /// Forgets calls and grants that ended before `before`; their records stay in the log.
    ///
    /// # Errors
    ///
    /// They cannot be forgotten yet.
    fn forget(&self, before: model::Timestamp) -> io::Result<()>;
}
