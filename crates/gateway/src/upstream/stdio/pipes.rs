//! What goes over a process's three pipes.

use bytes::{Bytes, BytesMut};
use gate::Answer;
use mcp::stdio::Lines;
use mcp::{Message, json};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::ChildStdin;
use tokio::sync::mpsc;

use crate::config::Limits;
use crate::upstream::duplex::{Inlet, Outgoing, parsing};

const READ_BYTES: usize = 64 << 10;

/// What of standard error is read at once.
const STDERR_BYTES: usize = 16 << 10;

/// So much is waited for until a line ends, or a key of several lines. What is longer goes on record in
/// pieces that end between words.
const STDERR_LINE_BYTES_MAX: usize = 256 << 10;

/// How standard output ended.
#[derive(Debug, Default)]
pub(super) struct Output {
    /// A line that never ended.
    pub(super) cut: Bytes,
    /// Why it could not be read any further, if it was not simply the end.
    pub(super) failure: Option<String>,
}

/// Writes one message after the other, each on one line. Returns where it cannot write: the
/// message that it was at, and those behind it, learn of it when the conversation is ended.
pub(super) async fn write_messages(mut stdin: ChildStdin, mut outgoing: mpsc::Receiver<Outgoing>) {
    let mut line = Vec::new();
    while let Some(next) = outgoing.recv().await {
        line.clear();
        line.extend_from_slice(&json::compact(&next.bytes));
        line.push(b'\n');
        if stdin.write_all(&line).await.is_err() || stdin.flush().await.is_err() {
            return;
        }
        line.shrink_to(READ_BYTES);
        // Whoever asked may have left.
        let _left = next.written.send(Ok(()));
    }
}

/// Reads messages until standard output ends.
///
/// A line that is no message says nothing about which call it belongs to, and the next line begins
/// a new message all the same: it is put on record, and reading goes on.
pub(super) async fn read_messages(
    mut stdout: impl AsyncRead + Unpin,
    inlet: Inlet,
    limits: Limits,
) -> Output {
    let parsing = parsing(&limits);
    let mut lines = Lines::new(limits.answer_bytes_max);
    let mut portion = BytesMut::with_capacity(READ_BYTES);
    loop {
        let failure = match stdout.read_buf(&mut portion).await {
            Ok(0) => None,
            Err(error) => Some(error.to_string()),
            Ok(_) => {
                lines.push(&portion);
                portion.clear();
                while let Some(line) = lines.next_line() {
                    match line {
                        Ok(line) => take_line(line, &inlet, &parsing).await,
                        Err(_) => inlet.too_large(),
                    }
                }
                continue;
            }
        };
        let cut = lines.finish().unwrap_or_default();
        return Output { cut, failure };
    }
}

async fn take_line(line: Bytes, inlet: &Inlet, parsing: &json::Limits) {
    match Message::parse(line.clone(), parsing) {
        Ok(message) => inlet.deliver(message).await,
        Err(error) => {
            tracing::warn!(%error, "a server wrote a line that is no message");
            inlet.aside(Answer::NoMessage(line)).await;
        }
    }
}

/// Where the last line ends that can go on record by itself. The lines of a key (PEM, RFC 7468) say
/// only together that they are one.
fn last_line(pending: &[u8]) -> Option<usize> {
    const BEGIN: &[u8] = b"-----BEGIN ";
    const END: &[u8] = b"-----END ";
    let last = |bytes: &[u8], what: &[u8]| bytes.windows(what.len()).rposition(|w| w == what);
    let end = pending.iter().rposition(|&byte| byte == b'\n')? + 1;
    let lines = pending.get(..end)?;
    let open = last(lines, BEGIN).filter(|begin| last(lines, END) < Some(*begin));
    let before = open.unwrap_or(end);
    let before = lines.get(..before)?;
    (!before.is_empty()).then_some(before.len())
}

/// Where a line may be cut that does not end: between two words, so that no value is split that is one.
fn last_word(pending: &[u8]) -> usize {
    let space = pending.iter().rposition(u8::is_ascii_whitespace);
    space.map_or(pending.len(), |space| space + 1)
}

/// Puts standard error on record, in pieces that end with a line where lines are short enough.
pub(super) async fn read_stderr(mut stderr: impl AsyncRead + Unpin, inlet: Inlet) -> Option<()> {
    let mut pending = BytesMut::with_capacity(STDERR_BYTES);
    loop {
        let read = (&mut stderr)
            .take(STDERR_BYTES as u64)
            .read_buf(&mut pending)
            .await;
        let piece = match (read, last_line(&pending)) {
            (Ok(0) | Err(_), _) => {
                if !pending.is_empty() {
                    inlet.aside(Answer::Stderr(pending.freeze())).await;
                }
                return Some(());
            }
            (Ok(_), Some(end)) => pending.split_to(end),
            (Ok(_), None) if pending.len() >= STDERR_LINE_BYTES_MAX => {
                pending.split_to(last_word(&pending))
            }
            (Ok(_), None) => {
                pending.reserve(STDERR_BYTES);
                continue;
            }
        };
        inlet.aside(Answer::Stderr(piece.freeze())).await;
        pending.reserve(STDERR_BYTES);
    }
}
