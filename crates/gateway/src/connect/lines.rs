//! The client's side: lines in, lines out.

use std::io;

use bytes::{Bytes, BytesMut};
use mcp::json;
use mcp::stdio::{LineTooLong, Lines};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

const READ_BYTES: usize = 64 << 10;

/// Reads lines until the input ends; says so with `ended`.
pub(super) async fn read_lines(
    mut stdin: impl AsyncRead + Unpin,
    line_bytes_max: usize,
    out: mpsc::Sender<Result<Bytes, LineTooLong>>,
    ended: CancellationToken,
) -> io::Result<()> {
    let _ended = ended.drop_guard();
    let mut lines = Lines::new(line_bytes_max);
    let mut portion = BytesMut::with_capacity(READ_BYTES);
    loop {
        let read = stdin.read_buf(&mut portion).await?;
        lines.push(&portion);
        portion.clear();
        while let Some(line) = lines.next_line() {
            if out.send(line).await.is_err() {
                return Ok(());
            }
        }
        if read == 0 {
            // A last message without its line end is still a message, if it is whole.
            if let Some(rest) = lines.finish() {
                let _stopped = out.send(Ok(rest)).await;
            }
            return Ok(());
        }
    }
}

/// Writes messages until there are no more; gives their number.
pub(super) async fn write_lines(
    mut stdout: impl AsyncWrite + Unpin,
    mut messages: mpsc::Receiver<Bytes>,
) -> io::Result<u64> {
    let mut count = 0;
    while let Some(message) = messages.recv().await {
        stdout.write_all(&json::compact(&message)).await?;
        stdout.write_all(b"\n").await?;
        if messages.is_empty() {
            stdout.flush().await?;
        }
        count += 1;
    }
    stdout.flush().await?;
    Ok(count)
}
