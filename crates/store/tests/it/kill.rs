//! `kill -9` of a process that writes: what it said was durable is there, once and in order.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::channel;
use std::time::Duration;

use ledger::Kind;
use model::{CallId, SessionId};
use store::{DataDir, Options, Reader};
use verify::Exit;

use crate::judge;
use crate::support::{call, event, options};

const CHILD: &str = "PROBITY_TEST_CHILD_DIR";

/// Not a test by itself: what the test below starts and kills. Says `SESSION NUMBER` on standard
/// output once that record is durable.
#[test]
fn child() {
    let Some(dir) = std::env::var_os(CHILD) else {
        return;
    };
    let options = Options {
        publish_interval_ms: 2,
        ..options()
    };
    let opened = DataDir::open(Path::new(&dir), &options).expect("the directory opens");
    let mut random = [0; 16];
    aws_lc_rs::rand::fill(&mut random).expect("random numbers");
    std::thread::scope(|scope| {
        for n in 0..4_u8 {
            let [first, ..] = &mut random;
            *first = n;
            let id = SessionId::from_bytes(random);
            let opened = &opened;
            scope.spawn(move || {
                let opening = event(Kind::SessionOpened, "open");
                let (session, commit) = opened.ledger().open_session(id, opening);
                commit.wait().expect("the session opens");
                for number in 0..u32::MAX {
                    let mut bytes = [n; 16];
                    bytes[12..].copy_from_slice(&number.to_be_bytes());
                    let id = CallId::from_bytes(bytes);
                    let (ask, answer) = (number.to_string(), format!("answer {number}"));
                    let intent = session.commit(call(Kind::Intent, id, &ask)).wait();
                    intent.expect("it is durable");
                    say(&format!("{} {number}\n", session.id()));
                    let outcome = session.commit(call(Kind::Outcome, id, &answer));
                    outcome.wait().expect("it is durable");
                }
            });
        }
    });
}

/// One write, so that a line is there as a whole or not at all.
fn say(line: &str) {
    let mut out = std::io::stdout();
    let said = out.write_all(line.as_bytes()).and_then(|()| out.flush());
    said.expect("somebody listens");
}

/// Starts a writer, kills it after a while, and gives what it acknowledged last per session.
/// The while begins with its first acknowledgement, or at once: then it may die while it opens.
fn live_and_die(dir: &Path, span: Duration, at_once: bool) -> HashMap<SessionId, u32> {
    live_until(dir, span, at_once, |child| {
        child.kill().expect("it is killed");
    })
}

/// The same with another end.
pub(crate) fn live_until(
    dir: &Path,
    span: Duration,
    at_once: bool,
    end: impl FnOnce(&mut Child),
) -> HashMap<SessionId, u32> {
    let program = std::env::current_exe().expect("a program");
    let mut child = Command::new(program)
        .args(["kill::child", "--exact", "--nocapture", "--test-threads=1"])
        .env(CHILD, dir)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("a process");
    let out = child.stdout.take().expect("a pipe");
    let (first, began) = channel();
    let reading = std::thread::spawn(move || {
        let mut last = HashMap::new();
        for line in BufReader::new(out).lines() {
            let Ok(line) = line else { break };
            let Some((session, number)) = line.split_once(' ') else {
                continue;
            };
            if let (Ok(session), Ok(number)) = (session.parse(), number.parse()) {
                last.insert(session, number);
                // Nobody listens any more after the first.
                let _ = first.send(());
            }
        }
        last
    });
    if !at_once {
        began
            .recv_timeout(Duration::from_secs(60))
            .expect("the writer acknowledges something");
    }
    std::thread::sleep(span);
    end(&mut child);
    child.wait().expect("it is gone");
    reading.join().expect("the output was read")
}

/// Each acknowledged intent is there once and in order, each call has an end, and nothing is open.
pub(crate) fn check(dir: &Path, acknowledged: &HashMap<SessionId, u32>) {
    let reader = Reader::open(dir).expect("a log");
    for (id, last) in acknowledged {
        let mut intents = Vec::new();
        let mut ends = Vec::new();
        for record in reader.records(*id, 0).expect("the session exists") {
            let record = record.expect("the record can be read");
            let body = record.body.open().expect("the body opens");
            let prefix = &record.leaf.prefix;
            match prefix.kind() {
                Some(Kind::Intent) => {
                    let text = String::from_utf8_lossy(&body.payload).into_owned();
                    intents.push(text.parse::<u32>().expect("a number"));
                }
                Some(Kind::Outcome | Kind::OutcomeUnknown) => ends.push(prefix.call),
                _ => {}
            }
        }
        let expected: Vec<u32> = (0..=*last).collect();
        assert_eq!(
            intents.get(..expected.len()),
            Some(expected.as_slice()),
            "{id}"
        );
        assert_eq!(ends.len(), intents.len(), "each intent has one end");
    }
    let open = |view: &&store::SessionView| view.state == store::SessionState::Open;
    let sessions = reader.sessions().expect("the index can be read");
    assert_eq!(sessions.iter().filter(open).count(), 0);
    let report = verify::verify(dir, &verify::Options::default(), &mut |_| {});
    let report = report.expect("it can be verified");
    assert_eq!(report.exit(), Exit::Intact, "{report}");
}

#[test]
fn a_killed_process_loses_nothing_that_it_acknowledged() {
    let dir = tempfile::tempdir().expect("a directory");
    let mut acknowledged = HashMap::new();
    let mut judged = 0;
    let rounds = if std::env::var_os("PROBITY_LONG").is_some() {
        300
    } else {
        12
    };
    for round in 0..rounds {
        // Some fall into opening and recovery.
        let span = Duration::from_millis(10 + round * 37 % 250);
        acknowledged.extend(live_and_die(dir.path(), span, round % 3 == 0));
        // As the crash left it, before anybody recovers it.
        let left = dir.path().join("log/n1/1");
        if round % 4 == 1 && left.join("checkpoint").exists() {
            judge::accepts(&left);
            judged += 1;
        }
        if round % 4 == 3 {
            DataDir::open(dir.path(), &options())
                .expect("the directory opens")
                .close()
                .expect("it stops in order");
            check(dir.path(), &acknowledged);
        }
    }
    assert!(acknowledged.len() >= 8, "the writers got somewhere");
    assert!(judged > 0, "a crashed run left something published");
}
