//! The calls that are made, and what the origin answers: the same bytes each time, but for the id.

use std::fmt::Write as _;
use std::sync::LazyLock;

use bytes::Bytes;

/// Text in the large answer, in bytes.
const LARGE_BYTES: usize = 100 << 10;
/// Events in the streamed answer: progress, and the result at the end.
pub(crate) const STREAM_EVENTS: usize = 20;

/// What is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    Small,
    Large,
    Stream,
}

/// How it is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Era {
    /// MCP 2025-11-25: `initialize`, then calls with `Mcp-Session-Id`.
    Legacy,
    /// MCP 2026-07-28: calls that say everything themselves.
    Modern,
}

impl Shape {
    pub(crate) const ALL: [Self; 3] = [Self::Small, Self::Large, Self::Stream];

    /// The tool's name, and the shape's in reports.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Small => "small",
            Self::Large => "large",
            Self::Stream => "stream",
        }
    }

    /// What the report calls it.
    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::Small => "small call",
            Self::Large => "100 KB answer",
            Self::Stream => "20-event stream",
        }
    }

    /// The tool of that name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|shape| shape.name() == name)
    }
}

impl Era {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Legacy => "legacy",
            Self::Modern => "modern",
        }
    }

    pub(crate) const fn version(self) -> &'static str {
        match self {
            Self::Legacy => "2025-11-25",
            Self::Modern => "2026-07-28",
        }
    }
}

/// The body of a call. `client` tells apart who calls.
pub(crate) fn call(shape: Shape, era: Era, client: usize, id: u64) -> Bytes {
    let meta = match era {
        Era::Legacy => String::new(),
        Era::Modern => format!(
            r#","io.modelcontextprotocol/protocolVersion":"{}","io.modelcontextprotocol/clientInfo":{{"name":"bench-{client}","version":"1.0.0"}},"io.modelcontextprotocol/clientCapabilities":{{}}"#,
            era.version(),
        ),
    };
    let name = shape.name();
    format!(
        r#"{{"jsonrpc":"2.0","id":{id},"method":"tools/call","params":{{"name":"{name}","arguments":{{"query":"select name from customers where id = 4711"}},"_meta":{{"progressToken":{id}{meta}}}}}}}"#
    )
    .into()
}

/// The tool whose answer begins, and does not go on.
pub(crate) const HELD: &str = "held";

/// What the first event of that answer ends with, behind something that is masked.
pub(crate) const FIRST: &str = "is in use.";

/// The body of a modern call of that tool.
pub(crate) fn call_held(client: usize) -> String {
    let body = call(Shape::Small, Era::Modern, client, 1);
    let name = format!(r#""name":"{}""#, Shape::Small.name());
    let held = format!(r#""name":"{HELD}""#);
    String::from_utf8_lossy(&body).replacen(&name, &held, 1)
}

/// The first event of the answer to it.
pub(crate) fn held() -> Bytes {
    let token = "ghp_wJalrXUtnFEMIK7MDENGbPxRfiCYzKQ4c9Lw";
    format!(
        "data: {{\"jsonrpc\":\"2.0\",\"method\":\"notifications/message\",\"params\":{{\"level\":\"info\",\"data\":\"the key {token} {FIRST}\"}}}}\n\n"
    )
    .into()
}

/// The body of `initialize`.
pub(crate) fn initialize(client: usize) -> Bytes {
    format!(
        r#"{{"jsonrpc":"2.0","id":0,"method":"initialize","params":{{"protocolVersion":"{}","capabilities":{{}},"clientInfo":{{"name":"bench-{client}","version":"1.0.0"}}}}}}"#,
        Era::Legacy.version(),
    )
    .into()
}

/// The notification after it.
pub(crate) const INITIALIZED: Bytes =
    Bytes::from_static(br#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#);

/// The answer to `initialize`, whose id is 0.
pub(crate) fn initialized() -> Bytes {
    format!(
        r#"{{"jsonrpc":"2.0","id":0,"result":{{"protocolVersion":"{}","capabilities":{{"tools":{{}}}},"serverInfo":{{"name":"origin","version":"1.0.0"}}}}}}"#,
        Era::Legacy.version(),
    )
    .into()
}

/// The result of a call, as one message.
pub(crate) fn result(shape: Shape, id: &str) -> Bytes {
    let text = match shape {
        Shape::Small | Shape::Stream => "Ada Lovelace",
        Shape::Large => LARGE.as_str(),
    };
    format!(
        r#"{{"jsonrpc":"2.0","id":{id},"result":{{"resultType":"complete","content":[{{"type":"text","text":"{text}"}}]}}}}"#
    )
    .into()
}

/// The events of a streamed answer, in order.
pub(crate) fn events(id: &str) -> impl Iterator<Item = Bytes> {
    let progress = (1..STREAM_EVENTS).map({
        let id = id.to_owned();
        move |step| {
            format!(
                "data: {{\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":{{\"progressToken\":{id},\"progress\":{step},\"total\":{STREAM_EVENTS}}}}}\n\n"
            )
            .into()
        }
    });
    let last = result(Shape::Stream, id);
    let last = [b"data: ".as_slice(), &last, b"\n\n"].concat().into();
    progress.chain(std::iter::once(last))
}

/// Rows of a table that nobody has: they compress about as real ones do.
static LARGE: LazyLock<String> = LazyLock::new(|| {
    let mut text = String::with_capacity(LARGE_BYTES + 64);
    let mut state = 1_u64;
    while text.len() < LARGE_BYTES {
        // The constants of Knuth's MMIX generator.
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let (customer, cents) = (state >> 40, (state >> 20) & 0xf_ffff);
        // Writing to a string cannot fail.
        let _ = write!(text, "{customer};customer {customer};{cents};open\\n");
    }
    text.truncate(LARGE_BYTES);
    let whole = text.rfind("\\n").unwrap_or(text.len());
    text.truncate(whole);
    text
});
