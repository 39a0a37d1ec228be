//! The raw server over stdio.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::sync::Mutex;

use super::super::{Answer, Event, Received, Step};
use super::{Message, RawServer};

/// Exit code of [`Step::Reset`].
const RESET_EXIT: i32 = 87;

/// Serves until standard input ends.
///
/// # Errors
/// Where standard input cannot be read.
pub async fn serve(server: Arc<RawServer>) -> io::Result<()> {
    // Answers may overlap; each write is whole.
    let stdout = Arc::new(Mutex::new(tokio::io::stdout()));
    let mut input = BufReader::new(tokio::io::stdin());
    let mut line = Vec::new();
    loop {
        line.clear();
        if input.read_until(b'\n', &mut line).await? == 0 {
            server
                .log
                .write(&Received::of(Event::InputEnded, "", "", Vec::new(), &[]));
            return Ok(());
        }
        if line.last() == Some(&b'\n') {
            line.pop();
        }
        server.log.write(&Received::line(&line));
        let message = Message::parse(&line);
        let answer = server.answer("", "", &message);
        let stdout = stdout.clone();
        tokio::spawn(async move {
            // A closed standard output ends the answer; the gateway is gone.
            let _ = reply(answer, &message, &stdout).await;
        });
    }
}

async fn reply(
    answer: Option<Answer>,
    message: &Message,
    stdout: &Mutex<tokio::io::Stdout>,
) -> io::Result<()> {
    match answer {
        None => match message.default_answer() {
            Some(text) => write(stdout, format!("{text}\n").as_bytes()).await,
            None => Ok(()),
        },
        Some(Answer::Message(text)) => {
            write(stdout, format!("{}\n", message.fill(&text)).as_bytes()).await
        }
        Some(Answer::Messages(texts)) => {
            for text in texts {
                write(stdout, format!("{}\n", message.fill(&text)).as_bytes()).await?;
            }
            Ok(())
        }
        Some(Answer::Bytes { steps, .. }) => {
            for step in steps {
                run(&step, message, stdout).await?;
            }
            Ok(())
        }
        Some(Answer::Silence) => Ok(()),
        Some(Answer::Close) => std::process::exit(0),
    }
}

async fn run(step: &Step, message: &Message, stdout: &Mutex<tokio::io::Stdout>) -> io::Result<()> {
    match step {
        Step::PauseMs(ms) => tokio::time::sleep(Duration::from_millis(*ms)).await,
        Step::Stderr(text) => {
            let mut stderr = tokio::io::stderr();
            stderr.write_all(format!("{text}\n").as_bytes()).await?;
            stderr.flush().await?;
        }
        Step::Close => std::process::exit(0),
        Step::Reset => std::process::exit(RESET_EXIT),
        Step::Hang => std::future::pending().await,
        Step::Text(_) | Step::Base64(_) | Step::Repeat(..) => {
            if let Some(bytes) = message.bytes(step) {
                write(stdout, &bytes).await?;
            }
        }
    }
    Ok(())
}

async fn write(stdout: &Mutex<tokio::io::Stdout>, bytes: &[u8]) -> io::Result<()> {
    let mut stdout = stdout.lock().await;
    stdout.write_all(bytes).await?;
    stdout.flush().await
}
