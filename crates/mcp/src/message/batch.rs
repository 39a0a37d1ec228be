//! JSON-RPC batches, which MCP had in 2025-03-26 only.

use bytes::Bytes;

use super::Message;
use crate::json::{Json, Limits, parse};
use crate::{DecodeError, DecodeFault, Method};

/// Several messages in one array. Whether a batch may come is for the caller to know.
#[derive(Debug, Clone)]
pub struct Batch {
    bytes: Bytes,
    messages: Vec<Message>,
}

impl Batch {
    /// Reads an array of messages, all or nothing.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong with the array or with one of its messages, offsets counted
    /// in the array; an array without a message; an `initialize` in it.
    pub fn parse(bytes: Bytes, limits: &Limits) -> Result<Self, DecodeError> {
        let root = parse(&bytes, limits)?;
        let fault = |fault| DecodeError {
            fault,
            offset: root.span().start,
            id: None,
        };
        if !root.is_array() {
            return Err(fault(DecodeFault::NotAnObject));
        }
        let messages = root
            .elements()
            .map(|element| message(&bytes, element, limits))
            .collect::<Result<Vec<_>, _>>()?;
        if messages.is_empty() {
            return Err(fault(DecodeFault::EmptyBatch));
        }
        Ok(Self { bytes, messages })
    }

    /// The array, as it came.
    pub fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// Its messages in their order, each with the bytes that it has in the array.
    pub fn messages(&self) -> &[Message] {
        &self.messages
    }
}

fn message(array: &Bytes, element: Json<'_>, limits: &Limits) -> Result<Message, DecodeError> {
    let start = element.span().start;
    let message = Message::parse(array.slice(element.span().range()), limits);
    let message = message.map_err(|error| DecodeError {
        offset: error.offset + start,
        ..error
    })?;
    if message.method() == Some(Method::Initialize) {
        return Err(DecodeError {
            fault: DecodeFault::InitializeInBatch,
            offset: start,
            id: message.id(),
        });
    }
    Ok(message)
}

/// Whether the first byte that is not space opens an array.
pub fn is_batch(bytes: &[u8]) -> bool {
    bytes.trim_ascii_start().first() == Some(&b'[')
}
