use std::sync::Arc;

use ledger::{Committed, Receipt};
use mcp::{Message, Method};
use model::{CallId, Timestamp};

use crate::{Cleared, Exchange, OutputSchema, Settled, Subject, mirror};

/// Permission to send one thing to an upstream: exists only for what is durably on record.
#[derive(Debug)]
#[must_use = "a call that is released and not sent has an intent on record and no outcome"]
pub struct Released {
    subject: Subject,
    /// The header fields that repeat a part of it, in their order.
    mirrored: Vec<Arc<str>>,
    forwarded: Forwarded,
}

/// The call, once it was sent: what its answer is settled with.
#[derive(Debug, Clone)]
pub struct Forwarded {
    /// The records belong to no call, and nothing of them is relayed.
    pub(crate) aside: bool,
    pub(crate) exchange: Arc<Exchange>,
    pub(crate) call: CallId,
    pub(crate) intent: Receipt,
    pub(crate) at: Timestamp,
    /// The method that was called, for the records of its answer.
    pub(crate) method: Option<Arc<str>>,
    /// The tool, prompt or resource that the call names.
    pub(crate) target: Option<Arc<str>>,
    /// The request as it was sent, if it was one: its id is what an answer of our own needs.
    pub(crate) request: Option<Message>,
    /// What the client holds a tool's structured result to, if that is known.
    pub(crate) output: Option<Arc<OutputSchema>>,
}

/// Opens the door to the upstream for a call that is on record.
pub fn release(cleared: Committed<Cleared>, now: Timestamp) -> Released {
    let (cleared, intent) = cleared.into_parts();
    let shown = cleared.shown;
    let mirrored = cleared.stored.mirrored();
    let call = cleared.call;
    let method = Some(Arc::from(call.subject.action()));
    let target = call.subject.message().and_then(Message::name);
    let target = target.map(|name| Arc::from(&*name));
    let request = call
        .subject
        .message()
        .filter(|message| message.kind() == mcp::Kind::Request)
        .cloned();
    Released {
        forwarded: Forwarded {
            aside: false,
            exchange: call.exchange,
            call: call.id,
            intent,
            at: now,
            method,
            target,
            request,
            output: None,
        },
        subject: shown.map_or(call.subject, |shown| *shown),
        mirrored,
    }
}

/// Opens the door to the upstream for the answers to what it asked in vain: that is on record. What
/// comes back for them belongs to no call.
pub fn decline(settled: &Committed<Settled>, now: Timestamp) -> Vec<Released> {
    let asked = &settled.get().forwarded;
    let answers = settled.get().declines.iter();
    let released = answers.map(|subject| Released {
        subject: subject.clone(),
        forwarded: Forwarded {
            aside: true,
            at: now,
            method: Some(subject.action().into()),
            target: None,
            request: None,
            output: None,
            ..asked.clone()
        },
        mirrored: Vec::new(),
    });
    released.collect()
}

impl Released {
    /// What may be sent.
    pub const fn subject(&self) -> &Subject {
        &self.subject
    }

    /// The exchange that it is part of.
    pub const fn exchange(&self) -> &Arc<Exchange> {
        &self.forwarded.exchange
    }

    /// The client's header fields as they may be sent on: without credentials, and those that repeat
    /// a part of the body as the body is sent.
    pub fn headers(&self) -> Vec<(Arc<str>, Arc<str>)> {
        let mut headers = self.forwarded.exchange.arrival.headers.clone();
        mirror::put(&mut headers, self.mirrored.iter().cloned());
        headers
    }

    /// What a server says aside, to nobody's call, is settled with: standard error, messages that
    /// nobody waits for. Records of it belong to no call, so that they never pass for this one's
    /// outcome, and a reply of it is [`crate::ReplyBody::Nothing`].
    pub fn ticket(&self) -> Forwarded {
        Forwarded {
            aside: true,
            method: None,
            target: None,
            request: None,
            ..self.forwarded.clone()
        }
    }

    /// Spends the permission: what to send now, and what to settle its answer with.
    pub fn forward(self) -> (Subject, Forwarded) {
        (self.subject, self.forwarded)
    }
}

impl Forwarded {
    /// The call that was sent.
    pub const fn call(&self) -> CallId {
        self.call
    }

    /// The exchange that it is part of.
    pub const fn exchange(&self) -> &Arc<Exchange> {
        &self.exchange
    }

    /// Where its intent is on record.
    pub const fn intent(&self) -> &Receipt {
        &self.intent
    }

    /// The method that was called, or what stands for it.
    pub fn method(&self) -> Option<&Arc<str>> {
        self.method.as_ref()
    }

    /// The tool that is called, if it is a call of one.
    pub fn tool(&self) -> Option<&Arc<str>> {
        let request = self.request.as_ref()?;
        let is_call = request.method() == Some(Method::ToolsCall);
        self.target.as_ref().filter(|_| is_call)
    }

    /// Says what the client holds the tool's structured result to.
    pub fn expect_output(&mut self, schema: Option<Arc<OutputSchema>>) {
        self.output = schema;
    }

    /// The request that was sent, if it was a request.
    pub const fn request(&self) -> Option<&Message> {
        self.request.as_ref()
    }
}
