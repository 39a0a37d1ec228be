//! The data directory: what lies where, who holds it, and how a log in it starts.

mod abandon;
mod epoch;
mod identity;
mod layout;
mod lock;
mod notes;
mod open;
mod options;

pub use epoch::NewEpoch;
pub(crate) use identity::Identity;
pub use identity::IdentityError;
pub(crate) use layout::Layout;
pub use lock::LockError;
pub(crate) use notes::Note;
pub use open::{CloseError, DataDir, OpenError, Opened, Recovery};
pub use options::Options;
