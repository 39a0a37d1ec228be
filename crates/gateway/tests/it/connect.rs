//! A client that speaks stdio only, through the bridge, to a server that answers with scripted
//! bytes.

use gateway::{ConnectError, ConnectOptions, ConnectSummary, Limits, Secret, connect};
use testkit::raw::{Answer, Event, RawHttp, Received, Script, Step, When};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, DuplexStream, duplex};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::rig::{PATIENCE, Rig};

const PIPE_BYTES: usize = 64 << 10;

const INITIALIZE: &str = r#"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"c","version":"1"}}}"#;
const INITIALIZED: &str = r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#;
const CHANGED: &str = r#"{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}"#;
const LIST: &str = r#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#;

struct Client {
    stdin: DuplexStream,
    stdout: BufReader<DuplexStream>,
    bridge: JoinHandle<Result<ConnectSummary, ConnectError>>,
}

impl Client {
    fn of(url: &str) -> Self {
        Self::with(url, |_| {})
    }

    fn with(url: &str, change: impl FnOnce(&mut ConnectOptions)) -> Self {
        let mut options = ConnectOptions::new(url.parse().expect("a URL"));
        change(&mut options);
        let (stdin, its_stdin) = duplex(PIPE_BYTES);
        let (its_stdout, stdout) = duplex(PIPE_BYTES);
        Self {
            stdin,
            stdout: BufReader::new(stdout),
            bridge: tokio::spawn(connect(options, its_stdin, its_stdout)),
        }
    }

    async fn says(&mut self, line: &str) {
        let line = format!("{line}\n");
        let written = self.stdin.write_all(line.as_bytes()).await;
        written.expect("the bridge reads");
    }

    /// The next line; empty at the end.
    async fn hears(&mut self) -> String {
        let mut line = String::new();
        let read = timeout(PATIENCE, self.stdout.read_line(&mut line)).await;
        read.expect("a line in time").expect("a line");
        line.trim_end_matches('\n').to_owned()
    }

    async fn asks(&mut self, line: &str) -> String {
        self.says(line).await;
        self.hears().await
    }

    /// Ends standard input. What was still written, and how it ended.
    async fn leaves(self) -> (Vec<String>, ConnectSummary) {
        let Self {
            stdin,
            stdout,
            bridge,
        } = self;
        drop(stdin);
        let mut rest = Vec::new();
        let mut lines = stdout.lines();
        let reading = async {
            while let Some(line) = lines.next_line().await.expect("text") {
                rest.push(line);
            }
        };
        timeout(PATIENCE, reading).await.expect("it ends in time");
        let summary = timeout(PATIENCE, bridge).await.expect("it ends in time");
        let summary = summary.expect("no panic").expect("no failure");
        (rest, summary)
    }
}

/// What the server saw, each as `METHOD session version token | body`.
fn seen(received: &[Received]) -> Vec<String> {
    let requests = received.iter().filter(|one| one.event == Event::Request);
    requests
        .map(|one| {
            let field = |name| one.header(name).unwrap_or("-");
            format!(
                "{} {} {} | {}",
                one.http_method,
                field("mcp-session-id"),
                field("mcp-protocol-version"),
                String::from_utf8_lossy(&one.body())
            )
        })
        .collect()
}

fn event(fields: &str, data: &str) -> Step {
    Step::Text(format!("{fields}data: {data}\n\n"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_legacy_session_from_its_first_line_to_its_last() {
    let raw = RawHttp::start(&Script::new()).expect("the raw server starts");
    let mut client = Client::with(raw.url(), |options| {
        options.token = Some(Secret::new("t"));
    });
    let answer = client.asks(INITIALIZE).await;
    assert!(answer.contains(r#""id":0,"result""#), "{answer}");
    client.says(INITIALIZED).await;
    let odd = r#"{ "id":"\u0061", "jsonrpc":"2.0","method":"x/unknown","n":[1.10, 12345678901234567890123]}"#;
    let answer = client.asks(odd).await;
    assert!(answer.contains(r#""id":"\u0061""#), "{answer}");
    let asked = raw.wait_for(PATIENCE, |all| {
        all.iter().any(|one| one.http_method == "GET")
    });
    assert!(asked, "the standing stream is asked for");
    let (rest, summary) = client.leaves().await;
    assert_eq!(rest, [""; 0]);
    let expected = ConnectSummary {
        from_client: 3,
        to_client: 2,
        failures: 0,
    };
    assert_eq!(summary, expected);
    let received = raw.received();
    let mut seen = seen(&received);
    // When the standing stream is asked for is not determined.
    let get = seen.iter().position(|line| line.starts_with("GET"));
    assert_eq!(
        seen.remove(get.expect("a GET")),
        "GET raw-session 2025-11-25 | "
    );
    assert_eq!(
        seen,
        [
            format!("POST - - | {INITIALIZE}"),
            format!("POST raw-session 2025-11-25 | {INITIALIZED}"),
            format!("POST raw-session 2025-11-25 | {odd}"),
            "DELETE raw-session 2025-11-25 | ".to_owned(),
        ]
    );
    for one in received {
        assert_eq!(one.header("authorization"), Some("Bearer t"), "{one:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_servers_own_stream_is_read_and_resumed() {
    let asks = r#"{"jsonrpc":"2.0","id":7,"method":"roots/list"}"#;
    let script = Script::new()
        .once(
            When::http("GET", "/mcp"),
            Answer::event_stream(vec![
                Step::Text(": hello\n\n".to_owned()),
                event("id: a1\nretry: 1\n", asks),
            ]),
        )
        .on(
            When::http("GET", "/mcp"),
            Answer::event_stream(vec![event("", CHANGED), Step::Hang]),
        );
    let raw = RawHttp::start(&script).expect("the raw server starts");
    let mut client = Client::of(raw.url());
    client.asks(INITIALIZE).await;
    client.says(INITIALIZED).await;
    assert_eq!(client.hears().await, asks);
    let roots = r#"{"jsonrpc":"2.0","id":7,"result":{"roots":[]}}"#;
    client.says(roots).await;
    assert_eq!(client.hears().await, CHANGED);
    let (_, summary) = client.leaves().await;
    assert_eq!((summary.from_client, summary.to_client), (3, 3));
    let received = raw.received();
    let gets: Vec<_> = received
        .iter()
        .filter(|one| one.http_method == "GET" && one.event == Event::Request)
        .map(|one| one.header("last-event-id"))
        .collect();
    assert_eq!(gets, [None, Some("a1")]);
    let answered = format!("POST raw-session 2025-11-25 | {roots}");
    assert!(seen(&received).contains(&answered), "{received:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_whose_stream_ends_early_is_asked_for_again() {
    let result = r#"{"jsonrpc":"2.0","id":1,"result":{"tools":[]}}"#;
    let script = Script::new()
        .on(
            When::method("tools/list"),
            Answer::event_stream(vec![Step::Text("id: p1\nretry: 1\ndata:\n\n".to_owned())]),
        )
        .on(
            When::http("GET", "/mcp"),
            Answer::event_stream(vec![event("id: p2\n", result)]),
        );
    let raw = RawHttp::start(&script).expect("the raw server starts");
    let mut client = Client::of(raw.url());
    client.asks(INITIALIZE).await;
    assert_eq!(client.asks(LIST).await, result);
    client.leaves().await;
    let received = raw.received();
    let get = received.iter().find(|one| one.http_method == "GET");
    let get = get.expect("it was resumed");
    assert_eq!(get.header("last-event-id"), Some("p1"));
}

/// A modern request: `members` of `params`, with a comma before each.
fn modern(id: u32, method: &str, members: &str) -> String {
    format!(
        r#"{{"jsonrpc":"2.0","id":{id},"method":"{method}","params":{{"_meta":{{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{{}}}}{members}}}}}"#
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn modern_requests_carry_the_header_fields_that_they_need() {
    let tools = r#"{"jsonrpc":"2.0","id":$ID,"result":{"resultType":"complete","tools":[{"name":"tü","inputSchema":{"type":"object","properties":{"where":{"type":"string","x-mcp-header":"Region"}}}}]}}"#;
    let progress = r#"{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":1,"progress":1}}"#;
    let result = r#"{"jsonrpc":"2.0","id":3,"result":{"resultType":"complete","content":[]}}"#;
    let script = Script::new()
        .on(
            When::method("tools/list"),
            Answer::Message(tools.to_owned()),
        )
        .on(
            When::method("tools/call"),
            Answer::Messages(vec![progress.to_owned(), result.to_owned()]),
        );
    let raw = RawHttp::start(&script).expect("the raw server starts");
    let mut client = Client::of(raw.url());
    let answer = client.asks(&modern(1, "server/discover", "")).await;
    assert!(
        answer.starts_with(r#"{"jsonrpc":"2.0","id":1,"#),
        "{answer}"
    );
    let answer = client.asks(&modern(2, "tools/list", "")).await;
    assert_eq!(answer, tools.replace("$ID", "2"));
    let call = r#","name":"tü","arguments":{"where":"eu west "}"#;
    assert_eq!(client.asks(&modern(3, "tools/call", call)).await, progress);
    assert_eq!(client.hears().await, result);
    client
        .says(r#"{"jsonrpc":"2.0","method":"notifications/x"}"#)
        .await;
    client.leaves().await;
    let fields = [
        "mcp-protocol-version",
        "mcp-method",
        "mcp-name",
        "mcp-param-region",
        "mcp-session-id",
    ];
    let carried: Vec<_> = raw
        .received()
        .iter()
        .map(|one| fields.map(|name| one.header(name).unwrap_or("-").to_owned()))
        .collect();
    let version = "2026-07-28";
    assert_eq!(
        carried,
        [
            [version, "server/discover", "-", "-", "-"],
            [version, "tools/list", "-", "-", "-"],
            [
                version,
                "tools/call",
                "=?base64?dMO8?=",
                "=?base64?ZXUgd2VzdCA=?=",
                "-"
            ],
            [version, "notifications/x", "-", "-", "-"],
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn cancelling_a_modern_request_closes_its_stream() {
    let ack = r#"{"jsonrpc":"2.0","method":"notifications/subscriptions/acknowledged"}"#;
    let script = Script::new().on(
        When::method("subscriptions/listen"),
        Answer::event_stream(vec![event("", ack), Step::Hang]),
    );
    let raw = RawHttp::start(&script).expect("the raw server starts");
    let mut client = Client::of(raw.url());
    assert_eq!(
        client.asks(&modern(5, "subscriptions/listen", "")).await,
        ack
    );
    client
        .says(r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":5.0}}"#)
        .await;
    let closed = |all: &[Received], count| {
        all.iter()
            .filter(|one| one.event == Event::PeerClosed)
            .count()
            == count
    };
    assert!(raw.wait_for(PATIENCE, |all| closed(all, 1)));
    // The next one is served all the same, and the end of input ends a subscription at once.
    assert_eq!(
        client.asks(&modern(6, "subscriptions/listen", "")).await,
        ack
    );
    let (rest, summary) = client.leaves().await;
    assert_eq!(rest, [""; 0]);
    assert_eq!((summary.to_client, summary.failures), (2, 0));
    assert!(raw.wait_for(PATIENCE, |all| closed(all, 2)));
    let posts = seen(&raw.received());
    assert!(
        !posts.iter().any(|post| post.contains("cancelled")),
        "{posts:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn cancelling_a_legacy_request_is_a_message() {
    let script = Script::new().on(When::method("tools/list"), Answer::Silence);
    let raw = RawHttp::start(&script).expect("the raw server starts");
    let mut client = Client::of(raw.url());
    client.asks(INITIALIZE).await;
    client.says(LIST).await;
    let cancel = r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}"#;
    client.says(cancel).await;
    let posted = format!("POST raw-session 2025-11-25 | {cancel}");
    assert!(raw.wait_for(PATIENCE, |all| seen(all).contains(&posted)));
    // It is not waited for: this takes less than `drain_ms_max`.
    client.leaves().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_goes_as_it_is_and_comes_back_as_it_is() {
    let batch = r#"[{"jsonrpc":"2.0","id":1,"method":"a"}, {"jsonrpc":"2.0","id":2,"method":"b"}]"#;
    let results = r#"[{"jsonrpc":"2.0","id":2,"result":{}}, {"jsonrpc":"2.0","id":1,"result":{}}]"#;
    let half = r#"[{"jsonrpc":"2.0","id":4,"result":{}}]"#;
    let when = |text: &str| When {
        contains: Some(text.to_owned()),
        ..When::default()
    };
    let script = Script::new()
        .on(
            when(r#"{"jsonrpc":"2.0","id":1,"#),
            Answer::Message(results.to_owned()),
        )
        .on(
            when(r#"{"jsonrpc":"2.0","id":3,"#),
            Answer::Message(half.to_owned()),
        );
    let raw = RawHttp::start(&script).expect("the raw server starts");
    let mut client = Client::of(raw.url());
    assert_eq!(client.asks(batch).await, results);
    assert_eq!(
        client
            .asks(
                &batch
                    .replace("\"id\":1", "\"id\":3")
                    .replace("\"id\":2", "\"id\":4")
            )
            .await,
        half
    );
    assert_eq!(
        client.hears().await,
        r#"{"jsonrpc":"2.0","id":3,"error":{"code":-32603,"message":"the answer ended without the response"}}"#
    );
    client.leaves().await;
    assert_eq!(
        seen(&raw.received()).first(),
        Some(&format!("POST - - | {batch}"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_goes_wrong_over_http_is_an_error_with_the_requests_id() {
    let failed = |text: &str| {
        format!(r#"{{"jsonrpc":"2.0","id":1,"error":{{"code":-32603,"message":"{text}"}}}}"#)
    };
    let as_it_is = r#"{"jsonrpc":"2.0", "id":1,"error":{"code":-32022,"message":"m"},"x":1.0}"#;
    let result = r#"{"jsonrpc":"2.0","id":1,"result":{}}"#;
    let json = "application/json";
    let cases = [
        (
            Answer::body(404, "text/plain", "gone"),
            failed("the gateway answered 404 Not Found"),
        ),
        (
            Answer::body(503, json, "{}"),
            failed("the gateway answered 503 Service Unavailable"),
        ),
        (Answer::body(400, json, as_it_is), as_it_is.to_owned()),
        (
            Answer::body(
                401,
                json,
                r#"{"jsonrpc":"2.0","error":{"code":-32600,"message":"m","data":{"a":1.0}}}"#,
            ),
            r#"{"jsonrpc":"2.0","id":1,"error":{"code":-32600,"message":"m","data":{"a":1.0}}}"#
                .to_owned(),
        ),
        (
            Answer::body(
                400,
                json,
                r#"{"jsonrpc":"2.0","id":9,"error":{"code":-32600,"message":"m"}}"#,
            ),
            r#"{"jsonrpc":"2.0","id":1,"error":{"code":-32600,"message":"m"}}"#.to_owned(),
        ),
        (
            Answer::body(200, json, "garbage"),
            failed("the gateway's answer is not a valid MCP message"),
        ),
        (
            Answer::body(202, json, ""),
            failed("the answer ended without the response"),
        ),
        (
            Answer::body(
                200,
                json,
                "{\"jsonrpc\":\"2.0\",\r\n \"id\":1,\n\"result\":{\"a\": 1.10}}",
            ),
            r#"{"jsonrpc":"2.0","id":1,"result":{"a":1.10}}"#.to_owned(),
        ),
        (
            Answer::event_stream(vec![
                event("", "garbage"),
                event("event: other\n", "{}"),
                event("", result),
            ]),
            result.to_owned(),
        ),
        (
            Answer::event_stream(vec![Step::Text(": hello\n\n".to_owned())]),
            failed("the answer ended without the response"),
        ),
        (
            Answer::event_stream(vec![Step::Repeat("data: x\n".to_owned(), 1_000)]),
            failed("the answer is larger than 1000 bytes"),
        ),
        (
            Answer::body(
                200,
                json,
                &format!(
                    r#"{{"jsonrpc":"2.0","id":1,"result":"{}"}}"#,
                    "x".repeat(1_000)
                ),
            ),
            failed("the answer is larger than 1000 bytes"),
        ),
    ];
    for (answer, expected) in cases {
        let name = format!("{answer:?}");
        let script = Script::new().on(When::method("tools/list"), answer);
        let raw = RawHttp::start(&script).expect("the raw server starts");
        let mut client = Client::with(raw.url(), |options| {
            options.limits.answer_bytes_max = 1_000;
        });
        assert_eq!(client.asks(LIST).await, expected, "{name}");
        // The next one is served.
        let answer = client
            .asks(r#"{"jsonrpc":"2.0","id":2,"method":"ping"}"#)
            .await;
        assert!(answer.contains(r#""id":2,"result""#), "{answer}");
        let (rest, summary) = client.leaves().await;
        assert_eq!(rest, [""; 0], "{name}");
        let made_here = u64::from(expected != as_it_is && expected.contains("error"));
        assert_eq!(summary.failures, made_here, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_breaks_is_an_error_with_the_requests_id() {
    let cases = [
        (Answer::Close, "the connection to the gateway broke: "),
        (
            Answer::event_stream(vec![Step::Text("data: {".to_owned()), Step::Close]),
            "the answer broke off: ",
        ),
        (
            Answer::event_stream(vec![Step::Text(": a\n\n".to_owned()), Step::Reset]),
            "the answer broke off: ",
        ),
    ];
    for (answer, expected) in cases {
        let script = Script::new().on(When::method("tools/list"), answer);
        let raw = RawHttp::start(&script).expect("the raw server starts");
        let mut client = Client::of(raw.url());
        let answer = client.asks(LIST).await;
        let expected =
            format!(r#"{{"jsonrpc":"2.0","id":1,"error":{{"code":-32603,"message":"{expected}"#);
        assert!(answer.starts_with(&expected), "{answer}");
        client.leaves().await;
    }
    let gone = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}/mcp/x", gone.local_addr().expect("an address"));
    drop(gone);
    let mut client = Client::of(&url);
    let answer = client.asks(LIST).await;
    assert!(answer.contains("the gateway cannot be reached"), "{answer}");
    client.leaves().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_message_is_answered_and_not_sent() {
    let raw = RawHttp::start(&Script::new()).expect("the raw server starts");
    let mut client = Client::with(raw.url(), |options| options.limits.body_bytes_max = 200);
    let long = "x".repeat(300);
    let cases = [
        ("garbage", "", -32700),
        (
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"id\":2,\"method\":\"a\"}",
            "",
            -32600,
        ),
        ("{\"jsonrpc\":\"2.0\",\"id\":1}", "\"id\":1,", -32600),
        (
            "{\"jsonrpc\":\"1.0\",\"id\":\"a\",\"method\":\"x\"}",
            "\"id\":\"a\",",
            -32600,
        ),
        ("[]", "", -32600),
        (&long, "", -32600),
    ];
    for (line, id, code) in cases {
        let answer = client.asks(line).await;
        let expected = format!("{{\"jsonrpc\":\"2.0\",{id}\"error\":{{\"code\":{code},");
        assert!(answer.starts_with(&expected), "{line}: {answer}");
    }
    client.says("").await;
    client.says("  \r").await;
    let (rest, summary) = client.leaves().await;
    assert_eq!(rest, [""; 0]);
    assert_eq!(summary.failures, 6);
    assert_eq!(raw.received(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_under_way_are_finished_for_a_while() {
    let result = r#"{"jsonrpc":"2.0","id":$ID,"result":{}}"#;
    let slow = vec![Step::PauseMs(200), event("", result)];
    let script = Script::new()
        .on(When::method("slow"), Answer::event_stream(slow))
        .on(When::method("never"), Answer::Silence);
    let raw = RawHttp::start(&script).expect("the raw server starts");
    let mut client = Client::of(raw.url());
    for id in 0..20 {
        client
            .says(&format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"slow"}}"#))
            .await;
    }
    let (mut rest, _) = client.leaves().await;
    rest.sort();
    let mut expected: Vec<_> = (0..20)
        .map(|id: u8| result.replace("$ID", &id.to_string()))
        .collect();
    expected.sort();
    assert_eq!(rest, expected);

    let mut client = Client::with(raw.url(), |options| options.limits.drain_ms_max = 100);
    client
        .says(r#"{"jsonrpc":"2.0","id":1,"method":"never"}"#)
        .await;
    let (rest, summary) = client.leaves().await;
    assert_eq!(rest, [""; 0]);
    assert_eq!(summary.from_client, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_last_line_needs_no_end() {
    let raw = RawHttp::start(&Script::new()).expect("the raw server starts");
    let mut client = Client::of(raw.url());
    let written = client.stdin.write_all(LIST.as_bytes()).await;
    written.expect("the bridge reads");
    let (rest, _) = client.leaves().await;
    assert_eq!(rest.len(), 1, "{rest:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_is_gone_ends_it() {
    let raw = RawHttp::start(&Script::new()).expect("the raw server starts");
    let mut client = Client::of(raw.url());
    client.asks(INITIALIZE).await;
    drop(client.stdout);
    // Whatever is said next cannot be answered any more.
    let _gone = client.stdin.write_all(format!("{LIST}\n").as_bytes()).await;
    let ended = timeout(PATIENCE, client.bridge)
        .await
        .expect("it ends in time");
    let ended = ended.expect("no panic");
    assert!(matches!(ended, Err(ConnectError::Stdout(_))), "{ended:?}");
    // The session is ended all the same.
    let ended = |all: &[Received]| all.iter().any(|one| one.http_method == "DELETE");
    assert!(raw.wait_for(PATIENCE, ended));
}

#[tokio::test]
async fn a_token_that_is_no_header_value_is_refused() {
    let mut options = ConnectOptions::new("http://127.0.0.1:1/".parse().expect("a URL"));
    options.token = Some(Secret::new("a\nb"));
    let ended = connect(options, tokio::io::empty(), tokio::io::sink()).await;
    assert!(matches!(ended, Err(ConnectError::Token)), "{ended:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn through_the_gateway_to_every_kind_of_server() {
    let mut rig = Rig::start(Script::new()).await;
    let odd =
        r#"{ "id":"\u0061", "jsonrpc":"2.0","method":"ping","n":[1.10, 12345678901234567890123]}"#;
    for upstream in ["http", "stdio", "sse"] {
        let url = format!("http://{}/mcp/{upstream}", rig.addr);
        let mut client = Client::of(&url);
        let answer = client.asks(INITIALIZE).await;
        assert!(
            answer.contains(r#""id":0,"result""#),
            "{upstream}: {answer}"
        );
        client.says(INITIALIZED).await;
        let answer = client.asks(odd).await;
        assert!(answer.contains(r#""id":"\u0061""#), "{upstream}: {answer}");
        let (rest, summary) = client.leaves().await;
        assert_eq!((rest, summary.failures), (Vec::new(), 0), "{upstream}");
    }
    let arrived = |all: &[Received]| {
        let same = |one: &&Received| one.body() == odd.as_bytes();
        all.iter().filter(same).count()
    };
    assert!(rig.raw.wait_for(PATIENCE, |all| arrived(all) == 2));
    assert!(rig.stdio.wait_for(PATIENCE, |all| arrived(all) == 1));
    // A session that the gateway does not know any more: the client sees it.
    let url = format!("http://{}/mcp/stdio", rig.addr);
    let mut client = Client::with(&url, |options| {
        let limits = Limits::default();
        options.limits = Limits {
            drain_ms_max: 100,
            ..limits
        };
    });
    let answer = client.asks(LIST).await;
    assert!(answer.contains(r#""id":1,"error""#), "{answer}");
    client.leaves().await;
    rig.stop().await;
}
