//! What a client is told of a refusal, once that is on record.

use std::sync::Arc;

use bytes::Bytes;
use mcp::reply::{self as answers, Blocked, code};
use mcp::{Batch, Era, Kind, Message, Method};
use model::{Halt, HaltTarget};
use policy::Reason;

use crate::{Forwarded, Head, LoginFault, Refusal, Refused, ReplyBody, Subject};

/// What is written for a refusal.
pub(crate) fn of_refusal(refused: &Refused) -> ReplyBody {
    match shape(refused) {
        Shape::Error {
            status,
            code,
            text,
            headers,
        } => {
            let id = refused.request_id();
            let error = answers::error(id.as_ref(), code, &text, None);
            ReplyBody::Whole(json_head(status, headers), error)
        }
        Shape::Blocked(text) => blocked(refused, &text),
        Shape::InputRequired(state) => {
            let answer = (refused.request_id())
                .map(|id| answers::input_required(&id, &state))
                .unwrap_or_default();
            ReplyBody::Whole(json_head(200, Vec::new()), answer)
        }
    }
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
    /// The client is to send the same request again, with this `requestState`.
    InputRequired(Arc<str>),
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
        Refusal::Unauthenticated {
            fault, challenge, ..
        } => login(*fault, challenge),
        Refusal::ScopeInsufficient { challenge, .. } => Shape::Error {
            status: 403,
            code: code::INVALID_REQUEST,
            text: "the access token covers less than this call needs".to_owned(),
            headers: vec![("www-authenticate", challenge.to_string())],
        },
        Refusal::MethodNotAllowed { allow } => Shape::Error {
            status: 405,
            code: code::INVALID_REQUEST,
            text: "this HTTP method is not offered here".to_owned(),
            headers: vec![("allow", (*allow).to_owned())],
        },
        Refusal::Transport(fault) => invalid(fault.http_status(), fault.public_message()),
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
        Refusal::Halted(halt) => {
            let what = halted(halt);
            Shape::Blocked(format!("{what} Decision {decision}. Do not retry."))
        }
        Refusal::Stopping => error(503, code::INTERNAL_ERROR, "the gateway is stopping"),
        Refusal::Policy(reason) => {
            let why = why("Blocked", "this", reason);
            Shape::Blocked(format!(
                "{why}. Decision {decision}. Do not retry with the same arguments."
            ))
        }
        Refusal::ApprovalNeeded(reason) => Shape::Blocked(format!(
            "This needs a person's approval{}, and no approval can be given here. Decision {decision}.",
            told(reason)
        )),
        Refusal::ApprovalPending(reason, pending) => match &pending.request_state {
            Some(state) => Shape::InputRequired(state.clone()),
            None => Shape::Blocked(format!(
                "This needs a person's approval{}. Approval {} is pending until {}. Nothing was done: \
                 repeat exactly the same call once it is approved, or to ask again. Decision {decision}.",
                told(reason),
                pending.hold,
                pending.expires_at
            )),
        },
        Refusal::ApprovalNotAwaited(reason) => Shape::Blocked(format!(
            "This needs a person's approval{}, and the call was given up before. Decision {decision}.",
            told(reason)
        )),
        Refusal::StateNotTaken => error(
            400,
            code::INVALID_PARAMS,
            "this `requestState` was not given out for this request, or was used already",
        ),
        Refusal::ApprovalsUnavailable => error(
            503,
            code::INTERNAL_ERROR,
            "this needs a person's approval, and approvals cannot be kept now, so it is refused",
        ),
        Refusal::Unmaskable => error(
            500,
            code::INTERNAL_ERROR,
            "this message could not be masked, so it is refused",
        ),
        Refusal::Rejected(_) => {
            Shape::Blocked(format!("A person rejected this. Decision {decision}."))
        }
        Refusal::HoldExpired(_) => Shape::Blocked(format!(
            "Nobody approved this in time. Decision {decision}."
        )),
    }
}

fn login(fault: LoginFault, challenge: &str) -> Shape {
    let again = ("retry-after", "5".to_owned());
    let challenge = ("www-authenticate", challenge.to_owned());
    let (status, text, header) = match fault {
        LoginFault::Unknown => (401, "authentication is required", challenge),
        LoginFault::Malformed => (400, "the credential cannot be read", challenge),
        LoginFault::Undecidable => (503, "who calls cannot be verified: try again later", again),
    };
    Shape::Error {
        status,
        code: match fault {
            LoginFault::Undecidable => code::INTERNAL_ERROR,
            LoginFault::Unknown | LoginFault::Malformed => code::INVALID_REQUEST,
        },
        text: text.to_owned(),
        headers: vec![header],
    }
}

/// What an agent is told of a halt: whom it concerns, and nothing of why.
pub(crate) fn halted(halt: &Halt) -> String {
    let what = match halt.target {
        HaltTarget::Everything => "everything here",
        HaltTarget::Server(_) => "this MCP server",
        HaltTarget::Person(_) => "everything that is done for this caller",
        HaltTarget::Session(_) => "this session",
    };
    format!("An operator stopped {what}.")
}

/// Why something is `blocked`. Where a policy could not be evaluated, none of the others decided.
fn why(blocked: &str, it: &str, reason: &Reason) -> String {
    match reason.rules.first() {
        _ if !reason.errors.is_empty() => {
            format!("{blocked}: whether {it} is permitted cannot be decided")
        }
        Some(rule) => format!("{blocked} by policy {rule}{}", told(reason)),
        None => format!("{blocked}: no policy permits {it}"),
    }
}

/// What policy lets the agent know of why.
fn told(reason: &Reason) -> String {
    match &reason.told {
        Some(told) => format!(": {}", told.trim_end_matches('.')),
        None => String::new(),
    }
}

/// MCP design, blocking: a tool call ends with an `isError` result, which models read; any other
/// request with a JSON-RPC error outside of the reserved range; what has no answer is swallowed. A
/// stream or the end of a session is not offered (MCP 2025-11-25 transports, 405).
fn blocked(refused: &Refused, text: &str) -> ReplyBody {
    let answer = match &refused.subject {
        Some(Subject::Message(message, _)) => blocked_message(refused, message, text),
        Some(Subject::Batch(batch)) => blocked_batch(refused, batch, text),
        Some(Subject::Stream { .. } | Subject::EndSession) => {
            let error = answers::error(None, code::BLOCKED, text, None);
            return ReplyBody::Whole(json_head(405, Vec::new()), error);
        }
        None => {
            let error = answers::error(None, code::BLOCKED, text, None);
            return ReplyBody::Whole(json_head(403, Vec::new()), error);
        }
    };
    match answer {
        Some(answer) => ReplyBody::Whole(json_head(status(refused), Vec::new()), answer),
        None => {
            let accepted = Head {
                status: 202,
                headers: Vec::new(),
            };
            ReplyBody::Whole(accepted, Bytes::new())
        }
    }
}

/// 200, but for a method that a modern server does not have (MCP 2026-07-28, Streamable HTTP, status
/// codes).
fn status(refused: &Refused) -> u16 {
    let modern = refused.exchange().is_some_and(|e| e.era == Era::Modern);
    let unknown = refused
        .message()
        .map(|message| no_such_thing(message, Era::Modern).0);
    match unknown {
        Some(code::METHOD_NOT_FOUND) if modern && refused.refusal.is_hidden() => 404,
        _ => 200,
    }
}

/// What a server says of something that it does not have: code and text, and the URI where it is a
/// resource.
fn no_such_thing(message: &Message, era: Era) -> (i64, String, Option<String>) {
    let name = message.name().unwrap_or_default();
    match message.method() {
        Some(Method::ToolsCall) => (code::INVALID_PARAMS, format!("Unknown tool: {name}"), None),
        Some(Method::PromptsGet) => (
            code::INVALID_PARAMS,
            format!("Unknown prompt: {name}"),
            None,
        ),
        Some(Method::ResourcesRead | Method::ResourcesSubscribe | Method::ResourcesUnsubscribe) => {
            let code = match era {
                Era::Legacy => code::RESOURCE_NOT_FOUND,
                Era::Modern => code::INVALID_PARAMS,
            };
            let data = serde_json::json!({ "uri": name }).to_string();
            (code, "Resource not found".to_owned(), Some(data))
        }
        Some(Method::CompletionComplete) => {
            (code::INVALID_PARAMS, "Unknown reference".to_owned(), None)
        }
        _ => (code::METHOD_NOT_FOUND, "Method not found".to_owned(), None),
    }
}

/// One answer for each request of a batch: none of them was sent (MCP 2025-03-26 basic,
/// "Batching").
fn blocked_batch(refused: &Refused, batch: &Batch, text: &str) -> Option<Bytes> {
    let answers: Vec<Bytes> = batch
        .messages()
        .iter()
        .filter_map(|message| blocked_message(refused, message, text))
        .collect();
    let joined = answers.join(&b',');
    (!answers.is_empty()).then(|| [b"[".as_slice(), &joined, b"]"].concat().into())
}

/// The answer to a request; `None` for what has none.
fn blocked_message(refused: &Refused, message: &Message, text: &str) -> Option<Bytes> {
    let id = message.id().filter(|_| message.kind() == Kind::Request)?;
    let era = refused
        .exchange()
        .map_or(Era::Legacy, |exchange| exchange.era);
    if refused.refusal.is_hidden() {
        let (code, text, data) = no_such_thing(message, era);
        return Some(answers::error(Some(&id), code, &text, data.as_deref()));
    }
    let decision = decision(refused);
    if message.method() == Some(Method::ToolsCall) {
        let told = Blocked {
            text,
            decision: Some(("dev.probity/decision", &decision)),
        };
        return Some(answers::blocked_tool(&id, era, &told));
    }
    let code = match refused.refusal {
        Refusal::HoldExpired(_) => code::APPROVAL_EXPIRED,
        _ => code::BLOCKED,
    };
    let data = format!("{{\"decision\":{decision}}}");
    Some(answers::error(Some(&id), code, text, Some(&data)))
}

/// What is told instead of an answer that policy does not let pass: `message`, in the place of which it
/// stands, has the id of its request.
pub(crate) fn withheld(forwarded: &Forwarded, message: &Message, reason: &Reason) -> Bytes {
    let why = why("The answer is blocked", "it", reason);
    let call = forwarded.call().to_string();
    let text = format!("{why}. Decision {call}. Do not retry with the same arguments.");
    let decision = serde_json::json!({
        "id": call,
        "action": "block",
        "reason": "answer",
        "rule": reason.rules.first(),
        "retryable": false,
    })
    .to_string();
    let id = message.id();
    let request = forwarded.request();
    let is_own = request.is_some_and(|request| request.id_lexeme() == message.id_lexeme());
    match &id {
        Some(id) if is_own && forwarded.tool().is_some() => {
            let told = Blocked {
                text: &text,
                decision: Some(("dev.probity/decision", &decision)),
            };
            answers::blocked_tool(id, forwarded.exchange().era, &told)
        }
        _ => {
            let data = format!("{{\"decision\":{decision}}}");
            answers::error(id.as_ref(), code::BLOCKED, &text, Some(&data))
        }
    }
}

/// For programs: which decision it was, and by which rule.
fn decision(refused: &Refused) -> String {
    let rule = refused
        .refusal
        .reason()
        .and_then(|reason| reason.rules.first());
    let mut decision = serde_json::json!({
        "id": refused.call.to_string(),
        "action": "block",
        "reason": refused.refusal.name(),
        "rule": rule,
        "retryable": false,
    });
    if let (Refusal::ApprovalPending(_, pending), Some(members)) =
        (&refused.refusal, decision.as_object_mut())
    {
        members.insert("action".to_owned(), "hold".into());
        members.insert("retryable".to_owned(), true.into());
        members.insert("approval".to_owned(), pending.hold.to_string().into());
        let expires_at = pending.expires_at.to_string();
        members.insert("expires_at".to_owned(), expires_at.into());
    }
    decision.to_string()
}

fn json_head(status: u16, more: Vec<(&'static str, String)>) -> Head {
    let mut headers: Vec<(Arc<str>, Arc<str>)> =
        vec![("content-type".into(), "application/json".into())];
    headers.extend(
        more.into_iter()
            .map(|(name, value)| (name.into(), value.into())),
    );
    Head { status, headers }
}
