//! Events of our own.

use bytes::Bytes;

use super::line;

/// An event to be written. One of our own has no `id`, so that the client's `Last-Event-ID` stays
/// a place in the server's stream.
#[derive(Debug, Clone, Copy, Default)]
pub struct Event<'a> {
    /// The `id` field.
    pub id: Option<&'a str>,
    /// The `event` field.
    pub event: Option<&'a str>,
    /// The `retry` field, in milliseconds.
    pub retry_ms: Option<u64>,
    /// The data; each of its lines becomes a `data` line.
    pub data: &'a [u8],
}

/// The event as a frame. Line ends and NUL cannot be in `id` and `event` and are left out.
pub fn encode(event: &Event<'_>) -> Bytes {
    let mut out = Vec::with_capacity(event.data.len() + 32);
    if let Some(id) = event.id {
        write_field(&mut out, "id", id);
    }
    if let Some(name) = event.event {
        write_field(&mut out, "event", name);
    }
    if let Some(retry_ms) = event.retry_ms {
        write_field(&mut out, "retry", &retry_ms.to_string());
    }
    write_data(&mut out, event.data);
    out.push(b'\n');
    Bytes::from(out)
}

/// A comment, which clients pass over; it keeps a silent connection open.
pub fn comment(text: &str) -> Bytes {
    let mut out = Vec::with_capacity(text.len() + 4);
    write_field(&mut out, "", text);
    out.push(b'\n');
    Bytes::from(out)
}

fn write_field(out: &mut Vec<u8>, name: &str, value: &str) {
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b": ");
    out.extend(value.bytes().filter(|b| !matches!(b, b'\n' | b'\r' | 0)));
    out.push(b'\n');
}

pub(super) fn write_data(out: &mut Vec<u8>, data: &[u8]) {
    let mut rest = data;
    loop {
        let (content, next) = line(rest).unwrap_or((rest, usize::MAX));
        out.extend_from_slice(b"data: ");
        out.extend_from_slice(content);
        out.push(b'\n');
        match rest.get(next..) {
            Some(tail) => rest = tail,
            None => return,
        }
    }
}
