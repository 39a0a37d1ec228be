//! The data directory: what lies where, who holds it, and how a log in it starts.

mod abandon;
mod at_rest;
mod epoch;
mod errors;
mod identity;
mod layout;
mod lock;
mod notes;
mod open;
mod options;
mod start;

pub use at_rest::AtRest;
pub use epoch::NewEpoch;
pub use errors::{CloseError, OpenError};
pub(crate) use identity::Identity;
pub use identity::IdentityError;
pub(crate) use layout::{Layout, ORG};
pub(crate) use lock::Lock;
pub use lock::LockError;
pub(crate) use notes::{Note, new_session_id, now};
pub use open::{DataDir, Opened, Recovery};
pub use options::Options;
