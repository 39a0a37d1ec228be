//! What a process can do wrong, seen from the client and on record.

use std::fmt::Write as _;
use std::time::Duration;

use expect_test::{ExpectFile, expect_file};
use ledger::Kind;
use testkit::raw::{Answer, Length, Script, Step, When};

use crate::rig::{MODERN_VERSION, PATIENCE, RecordLine, Rig, modern, post_bytes};

const RESULT: &str = "{\"jsonrpc\":\"2.0\",\"id\":$ID,\"result\":{\"content\":[]}}\n";

fn steps(steps: Vec<Step>) -> Answer {
    Answer::Bytes {
        status: 200,
        headers: Vec::new(),
        length: Length::UntilClose,
        steps,
    }
}

fn text(text: &str) -> Step {
    Step::Text(text.to_owned())
}

/// One fault for each tool.
fn faults() -> Vec<(&'static str, Answer)> {
    vec![
        ("good", steps(vec![text(RESULT)])),
        ("crlf", steps(vec![text(&RESULT.replace('\n', "\r\n"))])),
        (
            "in-pieces",
            steps(vec![
                text("{\"jsonrpc\":\"2.0\",\"id\":$ID,"),
                Step::PauseMs(50),
                text("\"result\":{}}\n"),
            ]),
        ),
        ("blank-lines", steps(vec![text(&format!("\n\n{RESULT}\n"))])),
        (
            "stderr",
            steps(vec![
                Step::Stderr("it works".to_owned()),
                Step::PauseMs(50),
                text(RESULT),
            ]),
        ),
        ("silent", Answer::Silence),
        (
            "pings",
            steps(vec![text(
                "{\"jsonrpc\":\"2.0\",\"id\":\"of-the-server\",\"method\":\"ping\"}\n",
            )]),
        ),
        ("garbage", steps(vec![text("oops\n"), text(RESULT)])),
        (
            "two-names",
            steps(vec![
                text("{\"jsonrpc\":\"2.0\",\"id\":$ID,\"result\":{},\"result\":{}}\n"),
                text(RESULT),
            ]),
        ),
        (
            "both",
            steps(vec![
                text(
                    "{\"jsonrpc\":\"2.0\",\"id\":$ID,\"result\":{},\"error\":{\"code\":1,\"message\":\"\"}}\n",
                ),
                text(RESULT),
            ]),
        ),
        (
            "array",
            steps(vec![
                text("[{\"jsonrpc\":\"2.0\",\"id\":$ID,\"result\":{}}]\n"),
                text(RESULT),
            ]),
        ),
        (
            "other-id",
            steps(vec![
                text("{\"jsonrpc\":\"2.0\",\"id\":\"nobody\",\"result\":{}}\n"),
                text(RESULT),
            ]),
        ),
        ("twice", steps(vec![text(RESULT), text(RESULT)])),
        (
            "not-utf8",
            steps(vec![
                Step::Base64("eyJhIjoi/yJ9Cg==".to_owned()),
                text(RESULT),
            ]),
        ),
        (
            "too-long",
            steps(vec![
                Step::Repeat("x".to_owned(), 100_001),
                text("\n"),
                text(RESULT),
            ]),
        ),
        ("exits", Answer::Close),
        (
            "fails",
            steps(vec![
                Step::Stderr("it broke".to_owned()),
                Step::PauseMs(50),
                Step::Reset,
            ]),
        ),
        (
            "cut",
            steps(vec![
                text("{\"jsonrpc\":\"2.0\",\"id\":$ID,\"res"),
                Step::Close,
            ]),
        ),
    ]
}

async fn rig() -> Rig {
    let script = faults()
        .into_iter()
        .fold(Script::new(), |script, (name, answer)| {
            script.on(When::call(name), answer)
        });
    Rig::with(script, |config| {
        config.limits.answer_ms_max = 400;
        config.limits.answer_bytes_max = 100_000;
    })
    .await
}

/// Calls every tool; after each, a good call works, in a new session if need be.
async fn check(rig: &mut Rig, is_modern: bool, expected: ExpectFile) {
    let mut shown = String::new();
    for (name, _) in faults() {
        // What the one before left behind is not this one's.
        let session = if is_modern {
            None
        } else {
            Some(rig.initialize("/mcp/stdio", "2025-11-25", &[]).await)
        };
        let call = |tool: &str| match &session {
            Some(session) => {
                let body = format!(
                    r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"{tool}"}}}}"#
                );
                post_bytes(
                    "/mcp/stdio",
                    &[("Mcp-Session-Id", session)],
                    body.as_bytes(),
                )
            }
            None => {
                let body = modern(1, "tools/call", &format!(r#","name":"{tool}""#));
                let headers = [
                    MODERN_VERSION,
                    ("Mcp-Method", "tools/call"),
                    ("Mcp-Name", tool),
                ];
                post_bytes("/mcp/stdio", &headers, body.as_bytes())
            }
        };
        rig.news();
        let answer = rig.send(&call(name)).await;
        writeln!(shown, "{name}\n  {}", answer.line()).expect("it can be written");
        let good = rig.send(&call("good")).await;
        writeln!(shown, "  then {}", good.status).expect("it can be written");
        if good.status != 200 {
            assert!(!is_modern, "after {name}: {good:?}");
        }
        // The records of the fault, in any order among each other: standard error is read apart.
        // What a server says aside may come on record after the answer to the next call.
        let mut lines = servers_side(&rig.news());
        let wanted = lines_of(&expected.data(), name);
        let started = tokio::time::Instant::now();
        while lines.len() < wanted && started.elapsed() < PATIENCE {
            tokio::time::sleep(Duration::from_millis(20)).await;
            lines.extend(servers_side(&rig.news()));
        }
        lines.sort();
        for line in lines {
            writeln!(shown, "  {line}").expect("it can be written");
        }
    }
    expected.assert_eq(&shown);
}

fn servers_side(records: &[RecordLine]) -> Vec<String> {
    records
        .iter()
        .filter(|record| !record.came_from_client())
        .filter(|record| record.kind != Kind::SessionClosed)
        .map(ToString::to_string)
        .collect()
}

/// How many records the expectation has of a fault: what follows its name, the answer and the
/// status of the next call.
fn lines_of(expected: &str, name: &str) -> usize {
    let mut lines = expected.lines().skip_while(|line| *line != name).skip(3);
    let mut count = 0;
    while lines.next().is_some_and(|line| line.starts_with(' ')) {
        count += 1;
    }
    count
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_session() {
    let mut rig = rig().await;
    check(
        &mut rig,
        false,
        expect_file!["expected/legacy_processes.txt"],
    )
    .await;
    rig.works().await;
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_everybody() {
    let mut rig = rig().await;
    check(
        &mut rig,
        true,
        expect_file!["expected/modern_processes.txt"],
    )
    .await;
    rig.works().await;
    rig.stop().await;
}

/// Callers who use the same ids at the same time through one process get their own answers.
#[tokio::test(flavor = "multi_thread")]
async fn answers_do_not_cross() {
    let echo = steps(vec![
        Step::PauseMs(30),
        text("{\"jsonrpc\":\"2.0\",\"id\":$ID,\"result\":$PARAMS}\n"),
    ]);
    let mut rig = Rig::start(Script::new().on(When::method("x/echo"), echo)).await;
    let mut calls = Vec::new();
    for at in 0..40 {
        let body = modern(1, "x/echo", &format!(r#","mark":{at}"#));
        let headers = [MODERN_VERSION, ("Mcp-Method", "x/echo")];
        let bytes = post_bytes("/mcp/stdio", &headers, body.as_bytes());
        let mut connection = rig.connect().await;
        calls.push(tokio::spawn(async move {
            connection.write(&bytes).await;
            (at, connection.response().await)
        }));
    }
    for call in calls {
        let (at, answer) = call.await.expect("a call");
        assert_eq!(answer.status, 200, "{answer:?}");
        assert!(answer.text().starts_with(r#"{"jsonrpc":"2.0","id":1,"#));
        assert!(
            answer.text().contains(&format!(r#""mark":{at}}}"#)),
            "{at}: {answer:?}"
        );
    }
    rig.stop().await;
}

/// A modern client that leaves cancels at the process, too: by a message (MCP 2026-07-28 stdio).
#[tokio::test(flavor = "multi_thread")]
async fn leaving_is_told_to_the_process() {
    let mut rig = Rig::start(Script::new().on(When::call("silent"), Answer::Silence)).await;
    let body = modern(1, "tools/call", r#","name":"silent""#);
    let headers = [
        MODERN_VERSION,
        ("Mcp-Method", "tools/call"),
        ("Mcp-Name", "silent"),
    ];
    let mut connection = rig.connect().await;
    connection
        .write(&post_bytes("/mcp/stdio", &headers, body.as_bytes()))
        .await;
    let holds = |what: &'static str| {
        move |all: &[testkit::raw::Received]| {
            all.iter()
                .any(|one| String::from_utf8_lossy(&one.body()).contains(what))
        }
    };
    assert!(rig.stdio.wait_for(PATIENCE, holds("\"silent\"")));
    drop(connection);
    assert!(
        rig.stdio
            .wait_for(PATIENCE, holds("notifications/cancelled"))
    );
    let news = rig
        .news_with(|record| {
            record.method() == "notifications/cancelled" && record.kind == Kind::Intent
        })
        .await;
    assert!(
        news.iter().any(|record| record.ending() == "client_left"),
        "{news:#?}"
    );
    rig.stop().await;
}

/// A modern server that asks all the same (MCP 2026-07-28 stdio: it must not) is told that there is no such
/// method, so that it does not wait; whoever called has the answer to the call, and nothing else.
#[tokio::test(flavor = "multi_thread")]
async fn a_modern_server_that_asks_is_told_that_nobody_answers() {
    let asks = r#"{"jsonrpc":"2.0","id":"mine","method":"sampling/createMessage","params":{}}"#;
    let asking = steps(vec![text(&format!("{asks}\n")), text(RESULT)]);
    let mut rig = Rig::start(Script::new().on(When::method("x/asks"), asking)).await;
    let answer = rig.modern("stdio", 1, "x/asks", "").await;
    assert_eq!(answer.text(), RESULT.replace("$ID", "1").trim_end());
    let told =
        r#"{"jsonrpc":"2.0","id":"mine","error":{"code":-32601,"message":"Method not found"}}"#;
    let is_told =
        |all: &[testkit::raw::Received]| all.iter().any(|one| one.body() == told.as_bytes());
    assert!(
        rig.stdio.wait_for(PATIENCE, is_told),
        "{:?}",
        rig.stdio.received()
    );
    let news = rig.news_with(|record| record.kind == Kind::Refusal).await;
    let refused = news.iter().find(|record| record.kind == Kind::Refusal);
    let refused = refused.expect("it is on record").to_string();
    assert!(refused.contains("sampling/createMessage"), "{refused}");
    rig.stop().await;
}

/// The same over HTTP, where a client must not send responses: nobody is told, and it is on record.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_modern_server_asks_over_http_is_refused_on_record() {
    let asks = r#"{"jsonrpc":"2.0","id":"mine","method":"roots/list"}"#;
    let events = vec![text(&format!("data: {asks}\n\ndata: {RESULT}\n"))];
    let script = Script::new().on(When::method("x/asks"), Answer::event_stream(events));
    let mut rig = Rig::start(script).await;
    let answer = rig.modern("http", 1, "x/asks", "").await;
    let said = answer.text();
    assert!(
        !said.contains("roots/list") && said.contains("\"content\":[]"),
        "{said}"
    );
    let news = rig.news_with(|record| record.kind == Kind::Refusal).await;
    assert!(
        news.iter().any(|record| record.method() == "roots/list"),
        "{news:#?}"
    );
    assert_eq!(rig.raw.received().len(), 1);
    rig.stop().await;
}

/// Nothing of it comes from a client, so what cannot be started is the operator's to mend.
#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_is_not_there() {
    let mut rig = Rig::with(Script::new(), |config| {
        let name = "stdio".parse().expect("a name");
        let upstream = config.upstreams.get_mut(&name).expect("it is configured");
        if let gateway::Target::Stdio(target) = &mut upstream.target {
            target.argv = vec!["/nonexistent/program".to_owned()];
        }
    })
    .await;
    let told = r#"502 application/json {"jsonrpc":"2.0","id":1,"error":{"code":-32603,"message":"the MCP server cannot be reached"}}"#;
    let answer = rig.modern("stdio", 1, "ping", "").await;
    assert_eq!(answer.line(), told);
    let body = crate::rig::initialize("2025-11-25");
    let answer = rig.post("/mcp/stdio", &[], &body).await;
    assert_eq!(answer.line(), told.replace("\"id\":1", "\"id\":0"));
    rig.news_with(|record| record.kind == Kind::SessionClosed)
        .await;
    rig.works().await;
    rig.stop().await;
}
