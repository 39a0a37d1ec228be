use core::net::IpAddr;
use std::sync::Arc;

use mask::{MaskSet, Outside};
use mcp::{Batch, Message, Method};
use policy::vocabulary::{client_action, server_action};
use policy::{Calls, Facts, MessageFacts, Policy, Request, Target, Verdict};

use crate::call::clear;
use crate::stored::Stored;
use crate::{Call, Cleared, Held, Refusal, Refused, Subject};

/// What judging a call gives.
#[derive(Debug)]
#[must_use = "a call is answered once its verdict is on record"]
pub enum Judged {
    /// It may pass once it is on record.
    Cleared(Cleared),
    /// It waits for a person once it is on record.
    Held(Held),
    /// It does not pass.
    Refused(Refused),
}

/// What is known around a call that it does not say itself.
#[derive(Debug, Clone, Default)]
pub struct Circumstances {
    /// The groups that the caller is in.
    pub groups: Vec<Arc<str>>,
    /// How much was called of late, this call included.
    pub calls: Calls,
    /// Where it came from.
    pub address: Option<IpAddr>,
}

/// What policy says about a call. The messages of a batch are judged one by one, and one that may
/// not pass stops the batch.
///
/// `outside`: what somebody besides `masks` found in the message's strings.
pub fn judge(
    call: Call,
    policy: &Policy,
    around: &Circumstances,
    masks: &MaskSet,
    outside: &Outside,
) -> Judged {
    let stored = Stored::of_call(&call, masks, outside);
    let asking = Asking {
        call: &call,
        policy,
        around,
        stored: &stored,
    };
    let verdict = match &call.subject {
        Subject::Batch(batch) => asking.batch(batch),
        Subject::Message(message, answers) => asking.message(message, answers.as_deref()),
        Subject::Stream { .. } | Subject::EndSession => {
            asking.decide(call.subject.action().as_str(), None)
        }
    };
    match verdict {
        Verdict::Permit(reason) => match clear(call, reason, stored, None) {
            Ok(cleared) => Judged::Cleared(cleared),
            Err(refused) => Judged::Refused(refused),
        },
        Verdict::Hold(reason, terms) => Judged::Held(Held {
            call,
            reason,
            terms,
            stored,
        }),
        Verdict::Refuse(reason) => {
            Judged::Refused(Refused::of_call(call, Refusal::Policy(reason), stored))
        }
    }
}

struct Asking<'a> {
    call: &'a Call,
    policy: &'a Policy,
    around: &'a Circumstances,
    stored: &'a Stored,
}

impl Asking<'_> {
    /// The strictest verdict over the messages: a refusal before a hold before a permit.
    fn batch(&self, batch: &Batch) -> Verdict {
        let rank = |verdict: &Verdict| match verdict {
            Verdict::Refuse(_) => 2,
            Verdict::Hold(..) => 1,
            Verdict::Permit(_) => 0,
        };
        let verdicts = batch.messages().iter().map(|m| self.message(m, None));
        // The first of the strictest.
        let strictest = verdicts.reduce(|strictest, verdict| {
            if rank(&verdict) > rank(&strictest) {
                verdict
            } else {
                strictest
            }
        });
        strictest.unwrap_or_else(|| self.decide("batch", None))
    }

    /// `answers`: the method of the server's request that it answers.
    fn message(&self, message: &Message, answers: Option<&str>) -> Verdict {
        match (message.method_name(), answers) {
            (Some(method), _) => self.decide(&method, Some(message)),
            (None, Some(method)) => {
                self.ask(server_action(method), method, Target::Server, Some(message))
            }
            (None, None) => self.decide("other", Some(message)),
        }
    }

    fn decide(&self, method: &str, message: Option<&Message>) -> Verdict {
        let name = message.and_then(Message::name);
        let target = match (message.and_then(Message::method), name.as_deref()) {
            (Some(Method::ToolsCall), Some(name)) => Target::Tool(name),
            (Some(Method::PromptsGet), Some(name)) => Target::Prompt(name),
            (
                Some(
                    Method::ResourcesRead
                    | Method::ResourcesSubscribe
                    | Method::ResourcesUnsubscribe,
                ),
                Some(uri),
            ) => Target::Resource(uri),
            _ => Target::Server,
        };
        self.ask(client_action(method), method, target, message)
    }

    fn ask(
        &self,
        action: &str,
        method: &str,
        target: Target<'_>,
        message: Option<&Message>,
    ) -> Verdict {
        let exchange = &self.call.exchange;
        let server = exchange.upstream.as_str();
        let arguments = match target {
            Target::Tool(name) if self.policy.reads_arguments(server, name) => {
                message.and_then(arguments)
            }
            _ => None,
        };
        let agent = exchange.agent.as_ref();
        let facts = MessageFacts {
            method: method.into(),
            agent: agent.map_or_else(|| "".into(), |agent| agent.name.clone()),
            kinds: self.stored.kinds(),
            credentials: self.stored.has_credentials(),
            calls: self.around.calls,
            at: self.call.at,
            address: self.around.address,
            arguments,
            ..MessageFacts::default()
        };
        self.policy.decide(&Request {
            caller: &exchange.caller,
            groups: &self.around.groups,
            server: &exchange.upstream,
            action,
            target,
            facts: Facts::Message(&facts),
        })
    }
}

/// The arguments of a tool call; `None` where there are none that can be read.
fn arguments(message: &Message) -> Option<serde_json::Value> {
    let arguments = message.params()?.get("arguments")?;
    serde_json::from_slice(arguments.raw()).ok()
}
