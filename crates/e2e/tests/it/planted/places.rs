//! Where the values are planted: in what a client sends, and in what a server answers.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use testkit::raw::{Answer, Length, Script, Step, When};

use super::values::{Planted, Secrets};

/// One HTTP request.
pub(super) struct Request {
    method: &'static str,
    target: String,
    headers: Vec<(&'static str, String)>,
    body: String,
}

impl Request {
    pub(super) fn post(upstream: &str, body: &str) -> Self {
        let header = |name, value: &str| (name, value.to_owned());
        Self {
            method: "POST",
            target: format!("/mcp/{upstream}"),
            headers: vec![
                header("Content-Type", "application/json"),
                header("Accept", "application/json, text/event-stream"),
            ],
            body: body.to_owned(),
        }
    }

    fn with(mut self, name: &'static str, value: String) -> Self {
        self.headers.push((name, value));
        self
    }

    fn to(mut self, method: &'static str, target: String) -> Self {
        self.method = method;
        self.target = target;
        self
    }

    pub(super) fn bytes(&self, host: &str, session: Option<&str>) -> Vec<u8> {
        let mut head = format!(
            "{} {} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Length: {}\r\n",
            self.method,
            self.target,
            self.body.len()
        );
        for (name, value) in &self.headers {
            head += &format!("{name}: {value}\r\n");
        }
        if let Some(session) = session
            && !self
                .headers
                .iter()
                .any(|(name, _)| *name == "Mcp-Session-Id")
        {
            head += &format!("Mcp-Session-Id: {session}\r\n");
        }
        format!("{head}\r\n{}", self.body).into_bytes()
    }
}

fn message(method: &str, params: &str) -> String {
    format!(r#"{{"jsonrpc":"2.0","id":7,"method":"{method}","params":{params}}}"#)
}

fn call(tool: &str, arguments: &str) -> String {
    let params =
        format!(r#"{{"name":"{tool}","arguments":{arguments},"_meta":{{"progressToken":"p1"}}}}"#);
    message("tools/call", &params)
}

fn result(result: &str) -> String {
    format!(r#"{{"jsonrpc":"2.0","id":$ID,"result":{result}}}"#)
}

fn notification(method: &str, params: &str) -> String {
    format!(r#"{{"jsonrpc":"2.0","method":"{method}","params":{params}}}"#)
}

fn log(data: &str) -> String {
    notification(
        "notifications/message",
        &format!(r#"{{"level":"info","data":{data}}}"#),
    )
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// The inside of a PEM block.
fn key(secrets: &Secrets) -> String {
    let lines = [&secrets.token, &secrets.password, &secrets.iban];
    let lines: Vec<_> = lines
        .iter()
        .map(|line| STANDARD.encode(line.repeat(3)))
        .collect();
    lines.join("\n")
}

/// What the client says, one request after the other.
pub(super) fn talk(upstream: &str, planted: &Planted) -> Vec<Request> {
    let post = |body: String| Request::post(upstream, &body);
    let door = planted.at("request headers");
    let uri = planted.at("request target");
    let said = planted.at("a resource's URI");
    let stray = planted.at("an unknown session");
    let id = planted.at("a request's id");
    let version = planted.at("the version header");
    let mut requests = vec![
        post(call("result", &planted.at("arguments").json()))
            .with("Mcp-Param-Note", door.text())
            .with("Mcp-Param-Password", door.password.clone())
            .with("Mcp-Name", door.token.clone())
            .with("X-Custom", door.text())
            .with("Authorization", format!("Bearer {}", door.token))
            .with("Cookie", format!("session={}", door.password)),
        post(call("result", "{}")).to(
            "POST",
            format!("/mcp/{upstream}?api_key={}&mail={}", uri.token, uri.email),
        ),
        post(call("result", "{}")).to("POST", format!("/mcp/{}", uri.token)),
        post(message(&planted.at("a method's name").token, "{}")),
        post(format!(
            r#"{{"jsonrpc":"2.0","id":"{} {}","method":"tools/call","params":{{"name":"{}","arguments":{{}},"_meta":{{"progressToken":"{}"}}}}}}"#,
            id.token, id.email, id.iban, id.token,
        )),
        post(planted.at("malformed JSON").json().replace(']', "")),
        post(format!("{{\"jsonrpc\":\"2.0\",\"{}\":1}}", planted.at("a member's name").token)),
        post(call(
            "result",
            &format!("[{}{}]", "0,".repeat(40_000), planted.at("a large body").json()),
        )),
        post(call("result", "{}"))
            .with("MCP-Protocol-Version", version.token.clone())
            .with("Last-Event-ID", version.iban.clone()),
        post(call("result", &planted.at("a strange session's call").json()))
            .with("Mcp-Session-Id", stray.token.clone()),
        post(message("initialize", &format!(
            r#"{{"protocolVersion":"{}","capabilities":{{"experimental":{}}},"clientInfo":{{"name":"{}","version":"{}"}}}}"#,
            stray.iban, planted.at("capabilities").json(), stray.email, stray.token,
        ))).with("Mcp-Session-Id", stray.token.clone()),
        post(message("resources/read", &format!(
            r#"{{"uri":"postgres://app:{}@db.test/x?token={}"}}"#,
            said.password, said.token,
        ))),
        post(message("prompts/get", &format!(
            r#"{{"name":"prompt","arguments":{}}}"#,
            planted.at("a prompt's arguments").json(),
        ))),
        post(message("completion/complete", &format!(
            r#"{{"ref":{{"type":"ref/prompt","name":"x"}},"argument":{{"name":"password","value":"{}"}}}}"#,
            planted.at("an argument to complete").password,
        ))),
        post(message("tools/list", "{}")),
        post(notification("notifications/x", &planted.at("a notification").json())),
        Request::post(upstream, "")
            .to("BREW", format!("/mcp/{upstream}/{}", planted.at("a wrong path").token)),
    ];
    let tools: &[&str] = match upstream {
        "http" => &[
            "failing",
            "talking",
            "split",
            "asking",
            "commented",
            "chunked",
            "status",
            "moved",
            "barred",
            "headed",
            "garbage",
            "cut",
        ],
        "sse" => &[
            "failing",
            "talking",
            "split",
            "asking",
            "commented",
            "chunked",
        ],
        _ => &["failing", "talking", "split", "asking", "stderr", "noise"],
    };
    requests.extend(tools.iter().map(|tool| post(call(tool, "{}"))));
    requests.push(post(format!(
        r#"{{"jsonrpc":"2.0","id":"ask-1","result":{{"action":"accept","content":{}}}}}"#,
        planted.at("an elicitation's answer").json(),
    )));
    requests
}

/// A call whose answer never ends.
pub(super) fn hanging(upstream: &str, planted: &Planted) -> Request {
    Request::post(
        upstream,
        &call("hanging", &planted.at("a call that is killed").json()),
    )
}

/// What the server says.
pub(super) fn script(planted: &Planted) -> Script {
    let text = |secrets: &Secrets| quoted(&secrets.text());
    let at = |place| planted.at(place);
    let events =
        |texts: Vec<String>| Answer::event_stream(texts.into_iter().map(Step::Text).collect());
    let done = result(r#"{"content":[]}"#);

    let of = at("result");
    let plain = result(&format!(
        r#"{{"content":[{{"type":"text","text":{}}},{{"type":"text","text":{}}},{{"type":"image","mimeType":"text/plain","data":"{}"}},{{"type":"resource_link","uri":"https://x.test/?token={}","name":"{}"}}],"structuredContent":{},"_meta":{{"x.test/note":{}}}}}"#,
        text(&of),
        quoted(&at("JSON in a text").json()),
        STANDARD.encode(at("an image").text()),
        at("a link").token,
        at("a link").email,
        of.json(),
        text(&at("_meta")),
    ));
    let failing = format!(
        r#"{{"jsonrpc":"2.0","id":$ID,"error":{{"code":-32000,"message":{},"data":{}}}}}"#,
        text(&at("an error")),
        at("an error").json(),
    );
    let progress = notification(
        "notifications/progress",
        &format!(
            r#"{{"progressToken":$TOKEN,"progress":1,"message":{}}}"#,
            text(&at("progress")),
        ),
    );
    let split = at("split over events");
    let halves = |value: &str| {
        let (first, second) = value.split_at(value.len() / 2);
        vec![
            log(&quoted(&format!("using {first}"))),
            log(&quoted(&format!("{second} now"))),
        ]
    };
    let split_events = [
        halves(&split.token),
        halves(&split.card),
        vec![done.clone()],
    ]
    .concat();
    let commented = at("a comment");
    let named = at("an event's name");
    let comments = format!(
        ": debug {}\nevent: {}\nid: {}\nfoo: {}\ndata: {}\n\n",
        commented.text(),
        named.token,
        named.email,
        named.iban,
        log("1"),
    );
    let cut = at("a cut stream");
    let (begun, _) = cut.token.split_at(cut.token.len() * 2 / 3 + 2);
    let chunked = at("a chunked event").text();
    let (first, second) = chunked.split_at(chunked.len() / 2);
    let chunks = vec![
        Step::Text(format!(
            "data: {{\"jsonrpc\":\"2.0\",\"method\":\"notifications/message\",\"params\":{{\"level\":\"info\",\"data\":\"{first}"
        )),
        Step::PauseMs(20),
        Step::Text(format!("{second}\"}}}}\n\ndata: {done}\n\n")),
    ];
    let headed = at("an answer's headers");
    let head = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let bytes = |status, headers: Vec<(String, String)>, body: &str| Answer::Bytes {
        status,
        headers,
        length: Length::Exact,
        steps: vec![Step::Text(body.to_owned())],
    };
    let json = || head("Content-Type", "application/json");
    let stderr = at("standard error");
    let asked = format!(
        r#"{{"jsonrpc":"2.0","id":"ask-1","method":"elicitation/create","params":{{"message":{},"requestedSchema":{{"type":"object","properties":{{"password":{{"type":"string","default":"{}"}}}}}}}}}}"#,
        text(&at("an elicitation")),
        at("an elicitation").password,
    );
    Script::new()
        .on(When::method("initialize"), Answer::Message(result(&format!(
            r#"{{"protocolVersion":"2025-11-25","capabilities":{{}},"serverInfo":{{"name":"raw","version":"1"}},"instructions":{}}}"#,
            text(&at("instructions")),
        ))))
        .on(When::method("tools/list"), Answer::Message(result(&format!(
            r#"{{"tools":[{{"name":"t","description":{},"inputSchema":{{"type":"object","properties":{{"password":{{"type":"string","default":"{}"}}}}}}}}]}}"#,
            text(&at("a tool's description")),
            at("a tool's description").password,
        ))))
        .on(When::method("resources/read"), Answer::Message(result(&format!(
            r#"{{"contents":[{{"uri":"file:///x?token={}","text":{}}},{{"uri":"file:///y","blob":"{}"}}]}}"#,
            at("a resource").token,
            text(&at("a resource")),
            STANDARD.encode(at("a blob").text()),
        ))))
        .on(When::method("prompts/get"), Answer::Message(result(&format!(
            r#"{{"description":{},"messages":[{{"role":"user","content":{{"type":"text","text":{}}}}}]}}"#,
            text(&at("a prompt")),
            text(&at("a prompt")),
        ))))
        .on(When::call("result"), Answer::Message(plain))
        .on(When::call("failing"), Answer::Message(failing))
        .on(When::call("talking"), Answer::Messages(vec![
            progress,
            log(&at("a log notification").json()),
            done.clone(),
        ]))
        .on(When::call("split"), Answer::Messages(split_events))
        .on(When::call("commented"), events(vec![comments, format!("data: {done}\n\n")]))
        .on(When::call("chunked"), Answer::event_stream(chunks))
        .on(When::call("status"), Answer::body(500, "text/plain", &at("a status' body").text()))
        .on(When::call("moved"), bytes(
            302,
            vec![head("Location", &format!("https://x.test/?token={}", at("a redirect").token))],
            "",
        ))
        .on(When::call("barred"), bytes(
            401,
            vec![head("WWW-Authenticate", &format!("Bearer error=\"{}\"", at("a challenge").token))],
            &at("a challenge").text(),
        ))
        .on(When::call("headed"), bytes(
            200,
            vec![
                json(),
                head("Mcp-Note", &headed.text()),
                head("Cache-Control", &format!("max-age={}", headed.token)),
                head("Set-Cookie", &headed.password),
            ],
            &done,
        ))
        .on(When::call("garbage"), Answer::body(200, "application/json", &at("no JSON").text()))
        .on(When::call("noise"), Answer::event_stream(vec![
            Step::Text(format!("{}\n", at("a line that is no JSON").text())),
            Step::Text(format!("{done}\n")),
        ]))
        .on(When::call("cut"), Answer::event_stream(vec![
            Step::Text(format!("data: {{\"t\":\"{begun}")),
        ]))
        .on(When::call("stderr"), Answer::Bytes {
            status: 200,
            headers: vec![json()],
            length: Length::Exact,
            steps: vec![
                Step::Stderr(stderr.text()),
                Step::Stderr(stderr.json()),
                Step::Stderr("-----BEGIN PRIVATE KEY-----".to_owned()),
                Step::PauseMs(50),
                Step::Stderr(key(&at("a key on standard error"))),
                Step::PauseMs(50),
                Step::Stderr("-----END PRIVATE KEY-----".to_owned()),
                Step::Text(format!("{done}\n")),
            ],
        })
        .on(When::call("asking"), Answer::Messages(vec![asked, done]))
        .on(When::call("hanging"), Answer::event_stream(vec![
            Step::Text(format!("data: {}\n\n", log(&at("an event before the kill").json()))),
            Step::Text(format!("data: {}\n\n", log("\"one moment.\""))),
            Step::Text(format!("data: {{\"t\":\"{}", at("half an event").text())),
            Step::Hang,
        ]))
}
