//! The nouns of the product: identifiers, times, sizes and the caller.
//!
//! Deliberately absent: serialisation (on-disk and on-wire shapes live at the edges and are
//! converted by hand), randomness, clocks, I/O.

mod caller;
mod clock;
mod halt;
mod ids;
mod names;
mod time;

pub use caller::{AccessToken, Agent, Caller, Principal};
pub use clock::Clock;
pub use halt::{Halt, HaltTarget, Halts};
pub use ids::{CallId, Digest, EntryIndex, ExchangeId, GrantId, IdError, SessionId, TreeSize};
pub use names::{NameError, ToolName, UpstreamName};
pub use time::Timestamp;
