//! Processes that behave and processes that do not: small Python programs.

use std::time::Duration;

use gate::Answer;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use super::StdioLink;
use crate::config::{Limits, Secret, StdioTarget};
use crate::upstream::Link as _;
use crate::upstream::duplex::script::{FOR_EVER, all, describe, exchange, next};

/// Reads requests; `act` is what it does with each.
const LOOP: &str = r#"
import json, os, signal, subprocess, sys, time
def answer(result):
    print('{"jsonrpc":"2.0","id":%s,"result":%s}' % (json.dumps(m["id"]), result), flush=True)
for line in sys.stdin:
    m = json.loads(line)
"#;

const PING: &str = r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#;

/// A running link, and what it put aside until it ended.
struct Rig {
    link: StdioLink,
    aside: JoinHandle<Vec<String>>,
}

fn target(program: &str) -> StdioTarget {
    StdioTarget {
        argv: vec!["python3".to_owned(), "-c".to_owned(), program.to_owned()],
        env: Vec::new(),
        dir: None,
    }
}

/// A server that does this with each message `m`, whose text is `line`.
fn acts(act: &str) -> StdioTarget {
    let act = act.trim().replace('\n', "\n    ");
    target(&format!("{LOOP}    {act}\n"))
}

async fn start(target: &StdioTarget, limits: &Limits) -> Rig {
    let (sender, mut aside) = mpsc::channel::<Answer>(4);
    let link = StdioLink::start(target, limits, false, sender).await;
    let aside = tokio::spawn(async move {
        let mut all = Vec::new();
        while let Some(answer) = aside.recv().await {
            all.push(describe(Ok(answer)));
        }
        all
    });
    Rig {
        link: link.unwrap_or_else(|ending| panic!("{ending:?}")),
        aside,
    }
}

impl Rig {
    async fn call(&self, text: &str) -> Vec<String> {
        all(self.link.0.send_unrecorded(exchange(1), text).await).await
    }

    /// Ends it. What went aside.
    async fn end(self) -> Vec<String> {
        timeout(FOR_EVER, self.link.close()).await.expect("it ends");
        assert!(self.link.is_over());
        let aside = timeout(FOR_EVER, self.aside).await;
        aside.expect("it was closed").expect("no panic")
    }
}

/// Whether a process is there and not only waiting to be reaped by its parent.
fn is_running(pid: &str) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"));
    stat.is_ok_and(|stat| !stat.contains(") Z "))
}

async fn gone(pid: &str) -> bool {
    for _ in 0..1_000 {
        if !is_running(pid) {
            return true;
        }
        sleep(Duration::from_millis(10)).await;
    }
    false
}

#[tokio::test]
async fn messages_arrive_byte_for_byte_on_one_line() {
    let server = acts("sys.stderr.write(line); sys.stderr.flush()\nanswer('{\"n\": 1.10}')");
    let rig = start(&server, &Limits::default()).await;
    let odd = r#"{ "method":"ping","jsonrpc":"2.0","x":[1.10, 1e2],"id":"\u0061"}"#;
    assert_eq!(
        rig.call(odd).await,
        [r#"{"jsonrpc":"2.0","id":"a","result":{"n": 1.10}}"#]
    );
    let pretty = "{\n  \"jsonrpc\": \"2.0\",\r\n\t\"id\": 2, \"method\": \"a b\\n\"\n}";
    assert_eq!(
        rig.call(pretty).await,
        [r#"{"jsonrpc":"2.0","id":2,"result":{"n": 1.10}}"#]
    );
    let stderr = rig.end().await;
    assert_eq!(
        stderr,
        [
            format!("stderr {:?}", format!("{odd}\n")),
            format!(
                "stderr {:?}",
                "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"a b\\n\"}\n"
            ),
        ]
    );
}

#[tokio::test]
async fn what_ends_a_process_ends_its_calls() {
    let cases = [
        ("sys.exit(3)", "broke: the process exited with status 3"),
        (
            "os.kill(os.getpid(), 9)",
            "broke: the process was ended by signal 9",
        ),
        (
            "sys.stdout.write('{\"jsonrpc\":\"2.0\",\"id\":1,'); sys.stdout.flush(); os._exit(0)",
            "broke: the process exited with status 0, in \"{\\\"jsonrpc\\\":\\\"2.0\\\",\\\"id\\\":1,\"",
        ),
        (
            "os.close(1)",
            "broke: the process closed its standard output; the process exited with status 0",
        ),
    ];
    for (act, expected) in cases {
        let rig = start(&acts(act), &Limits::default()).await;
        assert_eq!(rig.call(PING).await, [expected], "{act}");
        assert!(rig.link.is_over(), "{act}");
        // Nobody who comes later hangs either.
        assert_eq!(rig.call(PING).await.len(), 1, "{act}");
        assert_eq!(rig.end().await, [""; 0], "{act}");
    }
}

#[tokio::test]
async fn a_process_that_stops_reading_is_ended() {
    // Standard input is closed, then it waits for SIGTERM.
    let program = "import os, time\nos.close(0)\ntime.sleep(600)";
    let limits = Limits {
        answer_ms_max: 200,
        ..Limits::default()
    };
    let rig = start(&target(program), &limits).await;
    // What is written before it closes its end is lost in the pipe.
    let mut outcome = rig.call(PING).await;
    for _ in 0..100 {
        if outcome == ["upstream_timed_out"] {
            outcome = rig.call(PING).await;
        }
    }
    let expected = "broke: the process closed its standard input; the process was ended by signal 15, asked by SIGTERM";
    assert_eq!(outcome, [expected]);
    rig.end().await;
}

#[tokio::test]
async fn what_is_no_message_does_not_stop_the_next() {
    let act = "print('garbage'); print('[]'); print('{\"jsonrpc\":\"2.0\",\"id\":null,\"result\":1}')\nprint(); answer('{}')";
    let rig = start(&acts(act), &Limits::default()).await;
    assert_eq!(
        rig.call(PING).await,
        [r#"{"jsonrpc":"2.0","id":1,"result":{}}"#]
    );
    assert_eq!(
        rig.end().await,
        [
            r#"no message "garbage""#,
            r#"no message "[]""#,
            r#"no message "{\"jsonrpc\":\"2.0\",\"id\":null,\"result\":1}""#,
        ]
    );
}

#[tokio::test]
async fn a_huge_line_ends_the_call_and_nothing_else() {
    let act = "answer(json.dumps('x' * (5000 if m['id'] == 1 else 5)))";
    let limits = Limits {
        answer_bytes_max: 1_000,
        ..Limits::default()
    };
    let rig = start(&acts(act), &limits).await;
    assert_eq!(rig.call(PING).await, ["upstream_too_large"]);
    assert_eq!(
        rig.call(r#"{"jsonrpc":"2.0","id":2,"method":"ping"}"#)
            .await,
        [r#"{"jsonrpc":"2.0","id":2,"result":"xxxxx"}"#]
    );
    rig.end().await;
}

#[tokio::test]
async fn a_flood_on_standard_error_is_recorded_whole() {
    let act = "sys.stderr.write(('e' * 99 + '\\n') * 10000); sys.stderr.write('f' * 40000); sys.stderr.flush()\nanswer('{}')";
    let rig = start(&acts(act), &Limits::default()).await;
    assert_eq!(
        rig.call(PING).await,
        [r#"{"jsonrpc":"2.0","id":1,"result":{}}"#]
    );
    let pieces = rig.end().await;
    let letters = |letter| {
        pieces
            .iter()
            .map(|p| p.matches(letter).count())
            .sum::<usize>()
    };
    // The word in front of each piece has an `e`.
    assert_eq!(letters("e") - pieces.len(), 990_000);
    assert_eq!(letters("f"), 40_000);
    let in_lines = pieces.iter().take_while(|piece| !piece.contains('f'));
    for piece in in_lines {
        assert!(piece.ends_with("\\n\""), "{piece}");
        assert!(piece.len() < 20_000, "{}", piece.len());
    }
}

/// No piece ends inside of a word, however long the line is, nor inside of a key.
#[tokio::test]
async fn what_is_no_line_goes_on_record_between_words() {
    let word = "ghp_wJalrXUtnFEMIK7MDENGbPxRfiCYzKQ4c9Lw ";
    let key = r"'-----BEGIN PRIVATE KEY-----\n' + ('k' * 64 + '\n') * 600 + '-----END PRIVATE KEY-----\n'";
    for (written, pieces_min) in [
        // As long as several reads, longer than what is waited for, and lines that belong together.
        (format!(r"'{word}' * 1000 + '\n'"), 1),
        (format!(r"'{word}' * 10000 + '\n'"), 2),
        (format!(r"{key} + 'x\n'"), 1),
    ] {
        let act = format!("sys.stderr.write({written}); sys.stderr.flush()\nanswer('{{}}')");
        let rig = start(&acts(&act), &Limits::default()).await;
        rig.call(PING).await;
        let pieces = rig.end().await;
        assert!(pieces.len() >= pieces_min, "{}", pieces.len());
        for piece in &pieces {
            assert!(
                piece.ends_with(" \"") || piece.ends_with(r#"\n""#),
                "{piece}"
            );
            let keys = (piece.contains("BEGIN"), piece.contains("END PRIVATE"));
            assert_eq!(keys.0, keys.1, "a key in pieces");
        }
    }
}

#[tokio::test]
async fn a_program_that_is_not_there_is_unreachable() {
    let cases = [
        (
            vec!["/no/such/program"],
            "`/no/such/program` cannot be started: No such file or directory (os error 2)",
        ),
        (vec![], "no program is configured"),
    ];
    for (argv, expected) in cases {
        let target = StdioTarget {
            argv: argv.into_iter().map(str::to_owned).collect(),
            env: Vec::new(),
            dir: None,
        };
        let (sender, _aside) = mpsc::channel(1);
        let started = StdioLink::start(&target, &Limits::default(), false, sender).await;
        let ending = started.err().map(|ending| describe(Err(ending)));
        assert_eq!(ending, Some(format!("unreachable: {expected}")));
    }
}

#[tokio::test]
async fn a_process_gets_its_own_environment_and_directory() {
    let mut server =
        acts("answer(json.dumps([sorted(os.environ), os.environ['SECRET'], os.getcwd()]))");
    server.env.push(("SECRET".to_owned(), Secret::new("s")));
    server.dir = Some("/".into());
    let rig = start(&server, &Limits::default()).await;
    let answer = rig.call(PING).await.join("");
    // `cargo test` sets this one; a gateway's own variables are none of a server's business.
    assert!(std::env::var_os("CARGO_MANIFEST_DIR").is_some());
    assert!(!answer.contains("CARGO_MANIFEST_DIR"), "{answer}");
    assert!(answer.contains(r#""PATH""#), "{answer}");
    assert!(answer.ends_with(r#""s", "/"]}"#), "{answer}");
    rig.end().await;
}

#[tokio::test]
async fn closing_ends_a_process_however_it_takes_it() {
    let cases = [
        ("pass", "the process exited with status 0"),
        (
            "answer('{}')\ntime.sleep(600)",
            "the process was ended by signal 15, asked by SIGTERM",
        ),
        (
            "signal.signal(signal.SIGTERM, signal.SIG_IGN); answer('{}')\ntime.sleep(600)",
            "the process was ended by signal 9, because it ignored SIGTERM",
        ),
    ];
    for (act, how) in cases {
        let rig = start(&acts(act), &Limits::default()).await;
        let mut pending = rig.link.0.send_unrecorded(exchange(1), PING).await;
        if act.contains("answer") {
            next(&mut pending).await;
        }
        let second = r#"{"jsonrpc":"2.0","id":2,"method":"ping"}"#;
        let pending = rig.link.0.send_unrecorded(exchange(2), second).await;
        rig.link.close().await;
        assert_eq!(
            all(pending).await,
            [format!("broke: the conversation was closed; {how}")]
        );
        rig.end().await;
    }
}

#[tokio::test]
async fn nothing_of_a_process_group_stays_behind() {
    // The child keeps the pipes open.
    let act = "child = subprocess.Popen(['sleep', '600']); answer('\"%d %d\"' % (os.getpid(), child.pid))";
    for exits in [true, false] {
        let act = if exits {
            format!("{act}\ntime.sleep(0.1)\nsys.exit(0)")
        } else {
            act.to_owned()
        };
        let rig = start(&acts(&act), &Limits::default()).await;
        let answer = rig.call(PING).await.join("");
        let pids = answer.rsplit('"').nth(1).expect("two ids").to_owned();
        if exits {
            rig.end().await;
        } else {
            // Dropping the link is enough.
            drop(rig.link);
        }
        for pid in pids.split(' ') {
            assert!(gone(pid).await, "{pid} of {answer}, exits: {exits}");
        }
    }
}
