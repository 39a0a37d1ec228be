use std::sync::Arc;

use bytes::Bytes;
use ledger::{CommitError, Committed, Receipt};
use mcp::reply::{self as answers, Blocked, code};
use mcp::sse::Frame;
use mcp::{Era, Kind, Message, Method, RequestId};

use crate::settle::What;
use crate::{Answer, Forwarded, Head, Refusal, Refused, Settled};

/// The only thing that is written back to a client: exists only for what is durably on record.
#[derive(Debug)]
pub struct Reply {
    body: ReplyBody,
    receipt: Receipt,
}

/// What is written.
#[derive(Debug, Clone)]
pub enum ReplyBody {
    /// The head of a stream of events.
    Head(Head),
    /// A complete HTTP answer.
    Whole(Head, Bytes),
    /// One frame of a stream of events.
    Frame(Frame),
    /// A JSON-RPC message, to be framed as the client's transport frames messages. With the HTTP
    /// status that it has where it is the whole answer.
    Message(u16, Bytes),
    /// Nothing: it was for the record only.
    Nothing,
}

impl Reply {
    /// What is written.
    pub const fn body(&self) -> &ReplyBody {
        &self.body
    }

    /// Spends it.
    pub fn into_body(self) -> ReplyBody {
        self.body
    }

    /// Where it is on record.
    pub const fn receipt(&self) -> &Receipt {
        &self.receipt
    }
}

/// Opens the door to the client for something that is on record.
pub fn reply(settled: Committed<Settled>) -> Reply {
    let (settled, receipt) = settled.into_parts();
    let request = settled.forwarded.request.as_ref();
    let body = match settled.what {
        What::Answer(Answer::Head(head), _) => ReplyBody::Head(head),
        What::Answer(Answer::Whole(head, bytes, _), _) => ReplyBody::Whole(head, bytes),
        What::Answer(Answer::Event(frame, _), _) => ReplyBody::Frame(frame),
        What::Answer(Answer::Message(message), _) => {
            let status = status(&message, &settled.forwarded);
            ReplyBody::Message(status, message.into_bytes())
        }
        What::Answer(Answer::Stderr(_), _) => ReplyBody::Nothing,
        What::Ending(ending) => match ending.told() {
            None => ReplyBody::Nothing,
            Some((status, code, text)) => {
                let id = request.and_then(mcp::Message::id);
                ReplyBody::Message(status, answers::error(id.as_ref(), code, &text, None))
            }
        },
    };
    Reply { body, receipt }
}

/// The HTTP status of an answer that came without one (MCP 2026-07-28, Streamable HTTP, status
/// codes). A refusal to discover gets a 4xx, so that clients of both eras fall back to
/// `initialize`.
fn status(answer: &Message, forwarded: &Forwarded) -> u16 {
    let Some(code) = answer
        .error_code()
        .filter(|_| forwarded.exchange.era == Era::Modern)
    else {
        return 200;
    };
    match code {
        code::METHOD_NOT_FOUND => 404,
        code::HEADER_MISMATCH | code::MISSING_CAPABILITY | code::UNSUPPORTED_VERSION => 400,
        _ if forwarded.method.as_deref() == Some("server/discover") => 400,
        _ => 200,
    }
}

/// Opens the door to the client for a refusal that is on record.
pub fn refuse(refused: Committed<Refused>) -> Reply {
    let (refused, receipt) = refused.into_parts();
    let body = match shape(&refused) {
        Shape::Error {
            status,
            code,
            text,
            headers,
        } => ReplyBody::Whole(
            head(status, "application/json", headers),
            answers::error(refused.request_id().as_ref(), code, &text, None),
        ),
        Shape::Blocked(text) => blocked(&refused, &text),
    };
    Reply { body, receipt }
}

/// How a refusal looks to the client.
enum Shape {
    Error {
        status: u16,
        code: i64,
        text: String,
        headers: Vec<(&'static str, String)>,
    },
    /// By policy: what the model is told depends on the method.
    Blocked(String),
}

fn shape(refused: &Refused) -> Shape {
    let error = |status, code, text: &str| Shape::Error {
        status,
        code,
        text: text.to_owned(),
        headers: Vec::new(),
    };
    let invalid = |status, text: &str| error(status, code::INVALID_REQUEST, text);
    let decision = refused.call;
    match &refused.refusal {
        Refusal::HostNotAllowed => invalid(403, "this host name is not allowed here"),
        Refusal::OriginNotAllowed => invalid(403, "this origin is not allowed here"),
        Refusal::UpstreamUnknown => invalid(404, "there is no MCP server of this name"),
        Refusal::Unauthenticated(_) => Shape::Error {
            status: 401,
            code: code::INVALID_REQUEST,
            text: "authentication is required".to_owned(),
            headers: vec![("www-authenticate", "Bearer".to_owned())],
        },
        Refusal::MethodNotAllowed => invalid(405, "this HTTP method is not offered here"),
        Refusal::Transport(fault) => invalid(fault.http_status(), &fault.to_string()),
        Refusal::BodyTooLarge { bytes_max } => {
            invalid(413, &format!("the body is larger than {bytes_max} bytes"))
        }
        Refusal::BodyTimedOut { ms_max } => invalid(
            408,
            &format!("the body was not complete within {ms_max} ms"),
        ),
        Refusal::BodyBroken => invalid(400, "the body is incomplete"),
        Refusal::Undecodable(fault) => error(400, fault.code(), fault.public_message()),
        Refusal::BatchNotAllowed => invalid(
            400,
            "batches exist in MCP 2025-03-26 only: send one message",
        ),
        Refusal::Modern(fault) => error(fault.http_status(), fault.code(), &fault.public_message()),
        Refusal::EraNotSpoken => invalid(
            400,
            "this MCP server speaks the HTTP+SSE transport of MCP 2024-11-05 only",
        ),
        Refusal::SessionMissing => invalid(400, "the Mcp-Session-Id header is missing"),
        Refusal::SessionUnknown => invalid(404, "session not found: send `initialize` again"),
        Refusal::Limited(_) => Shape::Error {
            status: 503,
            code: code::INTERNAL_ERROR,
            text: "too much is under way: try again later".to_owned(),
            headers: vec![("retry-after", "1".to_owned())],
        },
        Refusal::Stopping => error(503, code::INTERNAL_ERROR, "the gateway is stopping"),
        Refusal::Policy(reason) => Shape::Blocked(match reason.rules.first() {
            Some(rule) => format!(
                "Blocked by policy {rule}. Decision {decision}. Do not retry with the same arguments."
            ),
            None => format!(
                "Blocked: no policy permits this. Decision {decision}. Do not retry with the same arguments."
            ),
        }),
        Refusal::ApprovalNeeded(_) => Shape::Blocked(format!(
            "This needs a person's approval, and no approval can be given here. Decision {decision}."
        )),
        Refusal::Rejected(_) => {
            Shape::Blocked(format!("A person rejected this. Decision {decision}."))
        }
        Refusal::HoldExpired(_) => Shape::Blocked(format!(
            "Nobody approved this in time. Decision {decision}."
        )),
    }
}

/// MCP design, blocking: a tool call ends with an `isError` result, which models read; everything
/// else with a JSON-RPC error outside of the reserved range; a notification is swallowed.
fn blocked(refused: &Refused, text: &str) -> ReplyBody {
    let json = |bytes| ReplyBody::Whole(head(200, "application/json", Vec::new()), bytes);
    let Some((message, id)) = refused
        .message()
        .and_then(|message| Some((message, message.id()?)))
        .filter(|(message, _)| message.kind() == Kind::Request)
    else {
        return match refused.message() {
            Some(_) => ReplyBody::Whole(head(202, "application/json", Vec::new()), Bytes::new()),
            None => {
                let error = answers::error(None, code::BLOCKED, text, None);
                ReplyBody::Whole(head(403, "application/json", Vec::new()), error)
            }
        };
    };
    let decision = serde_json::json!({
        "id": refused.call.to_string(),
        "action": "block",
        "reason": refused.refusal.name(),
        "retryable": false,
    })
    .to_string();
    let era = refused
        .exchange()
        .map_or(Era::Legacy, |exchange| exchange.era);
    if message.method() == Some(Method::ToolsCall) {
        let told = Blocked {
            text,
            decision: Some(("dev.probity/decision", &decision)),
        };
        return json(answers::blocked_tool(&id, era, &told));
    }
    let code = match refused.refusal {
        Refusal::HoldExpired(_) => code::APPROVAL_EXPIRED,
        _ => code::BLOCKED,
    };
    let data = format!("{{\"decision\":{decision}}}");
    json(answers::error(Some(&id), code, text, Some(&data)))
}

fn head(status: u16, content_type: &str, more: Vec<(&'static str, String)>) -> Head {
    let mut headers: Vec<(Arc<str>, Arc<str>)> = vec![("content-type".into(), content_type.into())];
    headers.extend(
        more.into_iter()
            .map(|(name, value)| (name.into(), value.into())),
    );
    Head { status, headers }
}

/// What is written where nothing can be recorded: a constant, with nothing in it of what was asked
/// or answered except the request's own id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unavailable {
    bytes: Bytes,
}

impl Unavailable {
    /// For a request that cannot be put on record, or whose outcome cannot.
    pub fn new(_cause: &CommitError, request: Option<&RequestId>) -> Self {
        let text = "the record of this call cannot be written, so it is refused";
        Self {
            bytes: answers::error(request, code::INTERNAL_ERROR, text, None),
        }
    }

    /// The HTTP status: 503.
    pub const fn status(&self) -> u16 {
        503
    }

    /// A JSON-RPC error.
    pub const fn bytes(&self) -> &Bytes {
        &self.bytes
    }
}
