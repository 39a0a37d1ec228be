//! Bytes to MCP messages and back: JSON-RPC, every revision of the protocol, stream framing.
//!
//! Deliberately absent: HTTP (header fields come in as pairs of bytes), policy, clocks, and any
//! typed model of results. A message is its bytes plus the places in them that matter; what was
//! not asked to change leaves as it came.

mod decode;
pub mod era;
mod find;
pub mod fuzzing;
mod id;
pub mod json;
mod message;
mod method;
pub mod reply;
pub mod sse;
pub mod stdio;

pub use decode::{DecodeError, DecodeFault};
pub use id::{IdKey, RequestId};
pub use message::{Batch, Implementation, Kind, Message, Slot, is_batch};
pub use method::{Direction, Era, METHODS, Method, MethodInfo, Revision, Shape, Use};
