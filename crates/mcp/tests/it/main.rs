//! Tests of the protocol layer, as tables and scripts.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test's helper fails the test by panicking"
)]

mod bytes_survive;
mod era;
mod hardening;
mod ids;
mod json;
mod message;
mod method;
mod reply;
mod smoke;
mod sse;
mod stdio;

use bytes::Bytes;
use mcp::json::Limits;
use mcp::{DecodeError, Message};

fn parse(text: &str) -> Result<Message, DecodeError> {
    Message::parse(Bytes::copy_from_slice(text.as_bytes()), &Limits::default())
}

/// A message that must be one.
fn message(text: &str) -> Message {
    parse(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}
