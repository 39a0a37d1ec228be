use bytes::Bytes;
use ledger::{CommitError, Committed, Receipt};
use mcp::reply::{self as answers, Blocked, code};
use mcp::sse::{self, Frame};
use mcp::{Era, Message, RequestId};
use policy::Reason;

use crate::settle::{What, other_lines};
use crate::stored::Stored;
use crate::{Answer, Forwarded, Head, Refused, Settled, told};

/// The only thing that is written back to a client: exists only for what is durably on record.
#[derive(Debug)]
#[must_use = "somebody waits for it"]
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

impl ReplyBody {
    /// How much of it was answered, without what the gateway puts around it.
    pub fn bytes(&self) -> usize {
        match self {
            Self::Whole(_, bytes) | Self::Message(_, bytes) => bytes.len(),
            Self::Frame(frame) => frame.raw.len(),
            Self::Head(_) | Self::Nothing => 0,
        }
    }
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
        _ if settled.forwarded.aside => ReplyBody::Nothing,
        What::Answer(Answer::Head(head), _) => ReplyBody::Head(head),
        What::Answer(Answer::Whole(head, bytes, _), stored) => {
            ReplyBody::Whole(head, stored.relayed().cloned().unwrap_or(bytes))
        }
        What::Answer(Answer::Event(frame, _), stored) => ReplyBody::Frame(shown(frame, &stored)),
        What::Answer(Answer::Message(message), stored) => {
            let status = status(&message, &settled.forwarded);
            let relayed = stored.relayed().cloned();
            ReplyBody::Message(status, relayed.unwrap_or_else(|| message.into_bytes()))
        }
        What::Answer(Answer::Stderr(_) | Answer::NoMessage(_), _) => ReplyBody::Nothing,
        What::Refused(answer, _, reason) => withheld(answer, &settled.forwarded, &reason),
        What::Ending(ending, _) => match ending.told() {
            None => ReplyBody::Nothing,
            Some((status, code, text)) => {
                let id = request.and_then(mcp::Message::id);
                let tool = id.as_ref().filter(|_| settled.forwarded.tool().is_some());
                let answer = match tool.filter(|_| ending.is_for_models()) {
                    Some(id) => {
                        let era = settled.forwarded.exchange.era;
                        let (text, decision) = (&*text, None);
                        answers::blocked_tool(id, era, &Blocked { text, decision })
                    }
                    None => answers::error(id.as_ref(), code, &text, None),
                };
                ReplyBody::Message(status, answer)
            }
        },
    };
    Reply { body, receipt }
}

/// What is sent on instead of something that policy does not let pass: an answer has one in its place,
/// and anything else is dropped.
fn withheld(answer: Answer, forwarded: &Forwarded, reason: &Reason) -> ReplyBody {
    let Some(message) = answer.message().filter(|message| message.is_answer()) else {
        return ReplyBody::Nothing;
    };
    let told = told::withheld(forwarded, message, reason);
    match answer {
        Answer::Event(frame, _) => ReplyBody::Frame(Frame {
            raw: frame.with_data(&told),
            data: Some(told),
            ..frame
        }),
        _ => ReplyBody::Message(200, told),
    }
}

/// A frame as it is sent on: of its lines, only those of its data change. A frame without data is
/// bytes that nobody reads as a message. Comments in which something was found are left out.
fn shown(frame: Frame, stored: &Stored) -> Frame {
    let relayed = stored.relayed();
    let Some(data) = &frame.data else {
        return Frame {
            raw: relayed.cloned().unwrap_or_else(|| frame.raw.clone()),
            ..frame
        };
    };
    let data = relayed.unwrap_or(data).clone();
    let tells = |name: &String| stored.masks(name);
    let event_tells = frame.event.as_ref().is_some_and(tells);
    let raw = if event_tells || other_lines(&frame).iter().any(|line| stored.masks(line)) {
        sse::encode(&sse::Event {
            id: frame.id.as_deref(),
            // What has another name than `message` is read by nobody.
            event: match event_tells {
                true => Some("masked"),
                false => frame.event.as_deref(),
            },
            retry_ms: frame.retry_ms,
            data: &data,
        })
    } else if relayed.is_some() {
        frame.with_data(&data)
    } else {
        frame.raw.clone()
    };
    Frame {
        raw,
        data: Some(data),
        ..frame
    }
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
    let body = told::of_refusal(&refused);
    Reply { body, receipt }
}

/// What is written where nothing can be recorded: a constant, with nothing in it of what was asked
/// or answered except the request's own id.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "somebody waits for it"]
pub struct Unavailable {
    bytes: Bytes,
}

impl Unavailable {
    /// For what cannot be put on record, and was sent nowhere.
    pub fn new(_cause: &CommitError, request: Option<&RequestId>) -> Self {
        let text = "the record of this call cannot be written, so it is refused";
        Self::saying(text, request)
    }

    /// For a call that was sent, and whose outcome cannot be put on record: whoever repeats it may
    /// do twice what it does.
    pub fn of_outcome(_cause: &CommitError, request: Option<&RequestId>) -> Self {
        let text = "the call was sent, and its outcome cannot be recorded, so it is withheld";
        Self::saying(text, request)
    }

    fn saying(text: &str, request: Option<&RequestId>) -> Self {
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
