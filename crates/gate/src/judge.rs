mod listening;

use core::net::IpAddr;
use std::sync::Arc;

use inspect::arguments::Settings;
use inspect::pins::{self, Pins};
use ledger::CommandFacts;
use mask::{MaskSet, Outside};
use mcp::{Batch, Message, Method};
use policy::vocabulary::{client_action, server_action};
use policy::{Arguments, Calls, Facts, MessageFacts, Policy, Request, Target, Verdict};

use crate::call::clear;
use crate::commands::inspect;
use crate::definitions;
use crate::stored::Stored;
use crate::uses::{self, Use};
use crate::{Call, Cleared, Held, Refusal, Refused, Subject};
use listening::Heard;

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
    /// What the operator says of the server's arguments.
    pub arguments: Arc<Settings>,
    /// The definitions that are known.
    pub pins: Arc<Pins>,
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
    let mut stored = Stored::of_call(&call, masks, outside);
    let mut asking = Asking {
        call: &call,
        policy,
        around,
        stored: &stored,
        commands: Vec::new(),
    };
    let verdict = match &call.subject {
        Subject::Batch(batch) => asking.batch(batch),
        Subject::Message(message, answers) => asking.message(message, answers.as_deref()),
        Subject::Stream { .. } | Subject::EndSession => {
            asking.decide(call.subject.action().as_str(), None)
        }
    };
    let heard = match &call.subject {
        Subject::Message(message, _) if message.method() == Some(Method::SubscriptionsListen) => {
            asking.heard(message)
        }
        _ => Ok(Heard::default()),
    };
    for commands in asking.commands {
        stored.keep_commands(commands);
    }
    let Ok(heard) = heard else {
        return Judged::Refused(Refused::of_call(call, Refusal::Unmaskable, stored));
    };
    if let Some(shown) = heard.shown {
        stored.relay(shown.into(), call.subject.bytes());
    }
    stored.leave_out(heard.left_out);
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
            joined: None,
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
    /// What was read of each message's commands.
    commands: Vec<CommandFacts>,
}

impl Asking<'_> {
    fn batch(&mut self, batch: &Batch) -> Verdict {
        let verdicts = batch.messages().iter().map(|message| {
            let own = self.message(message, None);
            // Within a batch, nothing is left out of a message.
            match self.unheard(message) {
                Some(reason) => stricter(own, Verdict::Refuse(reason)),
                None => own,
            }
        });
        let strictest = verdicts.reduce(stricter);
        strictest.unwrap_or_else(|| self.decide("batch", None))
    }

    /// `answers`: the method of the server's request that it answers.
    fn message(&mut self, message: &Message, answers: Option<&str>) -> Verdict {
        let own = match (message.method_name(), answers) {
            (Some(method), _) => self.decide(&method, Some(message)),
            (None, Some(method)) => {
                self.ask(server_action(method), method, Target::Server, Some(message))
            }
            (None, None) => self.decide("other", Some(message)),
        };
        let uses = uses::of(message);
        uses.iter().map(|used| self.used(used)).fold(own, stricter)
    }

    fn decide(&mut self, method: &str, message: Option<&Message>) -> Verdict {
        let name = message.and_then(Message::name);
        let completes = |message: &&Message| message.method() == Some(Method::CompletionComplete);
        let completed = message.filter(completes).map(uses::of);
        let completed = completed.unwrap_or_default();
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
            (Some(Method::CompletionComplete), _) => completed
                .first()
                .map_or(Target::Server, |used| used.as_use().1),
            _ => Target::Server,
        };
        self.ask(client_action(method), method, target, message)
    }

    fn ask(
        &mut self,
        action: &str,
        method: &str,
        target: Target<'_>,
        message: Option<&Message>,
    ) -> Verdict {
        let server = self.call.exchange.upstream.as_str();
        let arguments = message.map_or(Arguments::Absent, arguments);
        let settings = &self.around.arguments;
        let inspected = message.map(|message| inspect(message, &arguments, server, settings));
        let mut facts = MessageFacts {
            arguments,
            ..self.facts(method, self.pinned(target))
        };
        if let Some(inspected) = inspected {
            inspected.tell(&mut facts);
            self.commands.extend(inspected.record(&facts));
        }
        self.policy.decide(&self.request(action, target, &facts))
    }

    /// What would be said of a use that a message makes of something, were it the message itself. Of a
    /// template, what a list says of it: only where no resource of it may be read, it is refused.
    fn used(&self, used: &Use<'_>) -> Verdict {
        let (method, target) = used.as_use();
        let pinned = match used {
            Use::Template(template) => Some((pins::Kind::Template, &**template)),
            Use::Prompt(_) | Use::Resource(_) | Use::Answer(_) => self.pinned(target),
        };
        let facts = self.facts(method, pinned);
        let request = self.request(method, target, &facts);
        match used {
            Use::Template(_) => self.policy.decide_listed(&request, false),
            Use::Prompt(_) | Use::Resource(_) | Use::Answer(_) => self.policy.decide(&request),
        }
    }

    fn pinned<'a>(&'a self, target: Target<'a>) -> Option<(pins::Kind, &'a str)> {
        definitions::pinned(target, &self.around.pins, &self.call.exchange.upstream)
    }

    /// What is known whatever the arguments are.
    fn facts(&self, method: &str, pinned: Option<(pins::Kind, &str)>) -> MessageFacts {
        let exchange = &self.call.exchange;
        let agent = exchange.agent.as_ref();
        let mut facts = MessageFacts {
            method: method.into(),
            agent: agent.map_or_else(|| "".into(), |agent| agent.name.clone()),
            kinds: self.stored.kinds(),
            credentials: self.stored.has_credentials(),
            calls: self.around.calls,
            at: self.call.at,
            address: self.around.address,
            ..MessageFacts::default()
        };
        if let Some((kind, name)) = pinned {
            let pins = &self.around.pins;
            definitions::tell(&mut facts, pins, &exchange.upstream, kind, name);
        }
        facts
    }

    fn request<'a>(
        &'a self,
        action: &'a str,
        target: Target<'a>,
        facts: &'a MessageFacts,
    ) -> Request<'a> {
        let exchange = &self.call.exchange;
        Request {
            caller: &exchange.caller,
            groups: &self.around.groups,
            server: &exchange.upstream,
            action,
            target,
            facts: Facts::Message(facts),
        }
    }
}

/// The stricter of two verdicts, of equal ones the first: a refusal before a hold before a permit.
fn stricter(first: Verdict, second: Verdict) -> Verdict {
    let rank = |verdict: &Verdict| match verdict {
        Verdict::Refuse(_) => 2,
        Verdict::Hold(..) => 1,
        Verdict::Permit(_) => 0,
    };
    if rank(&second) > rank(&first) {
        second
    } else {
        first
    }
}

/// The arguments of a tool call; other messages have none. A JSON text that passes may still be more than a tree of it holds,
/// such as a number of a thousand digits.
fn arguments(message: &Message) -> Arguments {
    if message.method() != Some(Method::ToolsCall) {
        return Arguments::Absent;
    }
    let Some(written) = message.params().and_then(|params| params.get("arguments")) else {
        return Arguments::Absent;
    };
    serde_json::from_slice(written.raw()).map_or(Arguments::Unreadable, Arguments::Given)
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use mcp::Message;
    use mcp::json::Limits;
    use policy::Arguments;
    use serde_json::json;

    use super::arguments;

    #[test]
    fn arguments_that_cannot_be_read_are_not_taken_for_absent_ones() {
        for (written, expected) in [
            (r#"{"name":"order"}"#, Arguments::Absent),
            (
                r#"{"name":"order","arguments":{"n":11}}"#,
                Arguments::Given(json!({"n": 11})),
            ),
            (
                r#"{"name":"order","arguments":{"n":11,"x":1e999}}"#,
                Arguments::Unreadable,
            ),
        ] {
            let json =
                format!(r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{written}}}"#);
            let message = Message::parse(Bytes::from(json), &Limits::default()).unwrap();
            assert_eq!(arguments(&message), expected, "{written}");
        }
    }
}
