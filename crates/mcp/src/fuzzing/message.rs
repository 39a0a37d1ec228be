use bytes::Bytes;

use super::{LIMITS, value};
use crate::json::{compact, parse};
use crate::{Batch, DecodeError, Kind, Message, Slot, is_batch, reply};

const SLOTS: [Slot; 5] = [
    Slot::Id,
    Slot::ProgressToken,
    Slot::CancelledRequest,
    Slot::SubscriptionId,
    Slot::RelatedTask,
];

/// A message keeps its bytes, ids can be replaced and put back, and what is refused gets a reply
/// that is a message.
pub fn message(data: &[u8]) {
    let bytes = Bytes::copy_from_slice(data);
    match Message::parse(bytes.clone(), &LIMITS) {
        Err(error) => refused(&error, data),
        Ok(message) => {
            assert_eq!(message.bytes(), &bytes);
            assert!(!is_batch(data));
            read_everything(&message);
            for slot in SLOTS {
                there_and_back(&message, slot);
            }
            on_one_line(&message);
        }
    }
}

/// The messages of a batch are messages, in order, with the bytes that the array has.
pub fn batch(data: &[u8]) {
    let bytes = Bytes::copy_from_slice(data);
    match Batch::parse(bytes.clone(), &LIMITS) {
        Err(error) => refused(&error, data),
        Ok(batch) => {
            assert!(is_batch(data));
            assert_eq!(batch.bytes(), &bytes);
            let array = parse(data, &LIMITS).map(|array| array.elements().count());
            assert_eq!(array, Ok(batch.messages().len()));
            batch.messages().iter().for_each(read_everything);
        }
    }
}

fn refused(error: &DecodeError, data: &[u8]) {
    assert!(error.offset <= data.len());
    let reply = reply::error(
        error.id.as_ref(),
        error.code(),
        error.public_message(),
        None,
    );
    let reply = Message::parse(reply, &LIMITS);
    let reply = reply.map(|reply| (reply.kind(), reply.id(), reply.error_code()));
    let expected = (Kind::ErrorResponse, error.id.clone(), Some(error.code()));
    assert_eq!(reply, Ok(expected));
}

fn read_everything(message: &Message) {
    let facts = (
        (message.name(), message.meta(), message.client_info()),
        (message.server_info(), message.client_capabilities()),
        (
            message.result_type(),
            message.request_state(),
            message.task_id(),
        ),
        (
            message.traceparent(),
            message.tracestate(),
            message.is_tool_error(),
        ),
        (
            message.error_code(),
            message.error_message(),
            message.method_name(),
        ),
        (message.requested_version(), message.negotiated_version()),
    );
    assert!(!format!("{facts:?}").is_empty());
    match message.kind() {
        Kind::Request => assert!(message.id().is_some() && message.method().is_some()),
        Kind::Notification => assert!(message.id().is_none() && message.method().is_some()),
        Kind::Response => assert!(message.id().is_some() && message.result().is_some()),
        Kind::ErrorResponse => assert!(message.error().is_some()),
    }
    let written_alike = message.id().is_none_or(|id| {
        let key = id.key();
        message.id_lexeme() == Some(id.lexeme()) && key == id.key()
    });
    assert!(written_alike);
}

fn there_and_back(message: &Message, slot: Slot) {
    let Some(original) = message.slot(slot).map(|json| json.lexeme().to_owned()) else {
        assert_eq!(&message.rewritten(&[(slot, "7")]), message.bytes());
        return;
    };
    let there = message.rewritten(&[(slot, "\"our own\"")]);
    let there = Message::parse(there, &LIMITS);
    let back = there.map(|there| {
        let ours = there
            .slot(slot)
            .and_then(|json| json.text())
            .map(String::from);
        (ours, there.rewritten(&[(slot, &original)]))
    });
    let expected = (Some("our own".to_owned()), message.bytes().clone());
    assert_eq!(back, Ok(expected));
}

fn on_one_line(message: &Message) {
    let line = compact(message.bytes());
    assert!(!line.iter().any(|b| matches!(b, b'\n' | b'\r')));
    let read = |bytes| parse(bytes, &LIMITS).map(value);
    assert_eq!(read(&line), read(message.bytes()));
}
