//! Scripts of the walk: what happens, line by line, and the trace of what was recorded, what
//! reached the upstream, and what the agent got.

use std::sync::Arc;

use bytes::Bytes;
use expect_test::Expect;
use gate::{
    Answer, Call, Circumstances, Ending, Forwarded, Head, Held, Judged, LoginFault, News, Refusal,
    Refused, Ruled, Ruling, Subject, Transport, Unavailable, judge, release, rule, unanswerable,
};
use inspect::pins::{Pins, Review};
use ledger::{CommitError, Committed};
use mask::{Key, MaskSet, Outside, Showing};
use mcp::json::Limits;
use mcp::sse::Decoder;
use mcp::{Batch, Era, Message, RequestId};
use policy::{Policy, Source, Tools};

use crate::disk::Health;
use crate::world::{World, message};

/// Runs a script and compares its trace. The lines of a script:
///
/// ```text
/// policy forbid|hide|hold ACTION [NAME]   one rule more; what no rule names is permitted
/// cedar POLICY                        one policy more
/// pins                                definitions are kept from here on
/// accept                              a person accepts all definitions as they are
/// modern                              the era; legacy otherwise
/// masks standard|strict               every detector; without it none. Strict: servers, too, are
///                                     shown no more than the record
/// disk full|failing|sound
/// wait MS
/// send JSON                           the agent sends one message, or bytes that are none
/// answers METHOD JSON                 ... the answer to a request of the server
/// batch JSON                          ... a batch
/// stream [LAST-EVENT-ID]              ... a GET
/// end-session                         ... a DELETE
/// door REFUSAL                        ... something without a known caller
/// approve|reject|expire|nobody        what is said about the call that is held
/// message JSON                        the upstream sends a message
/// large BYTES                         ... a message with so much text
/// whole STATUS [JSON]                 ... a complete HTTP answer
/// head STATUS                         ... the head of a stream
/// events TEXT                         ... frames of it, with `\n` for a line feed
/// stderr TEXT                         ... to its standard error
/// aside JSON                          ... to nobody's call
/// ends ENDING                         the call ends without an answer
/// ```
pub(crate) fn check(script: &str, expected: Expect) {
    expected.assert_eq(&trace(script));
}

/// The trace of a script.
pub(crate) fn trace(script: &str) -> String {
    Run::of(script).world.end()
}

/// The leaves of a script, one per line; equal letters stand for equal pseudonyms.
pub(crate) fn leaves(script: &str) -> String {
    Run::of(script).world.leaves()
}

struct Run {
    world: World,
    policies: Vec<String>,
    masks: MaskSet,
    held: Option<Committed<Held>>,
    forwarded: Option<Forwarded>,
    aside: Option<Forwarded>,
    request: Option<RequestId>,
    keeps: bool,
    pins: Pins,
}

impl Run {
    fn of(script: &str) -> Self {
        let mut run = Self::new();
        for line in script
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
        {
            run.world.note(&format!("> {line}"));
            let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
            run.step(word, rest);
        }
        run
    }

    fn new() -> Self {
        Self {
            world: World::new(),
            policies: vec!["@id(\"permit-all\")\npermit(principal, action, resource);".to_owned()],
            masks: MaskSet::empty(),
            held: None,
            forwarded: None,
            aside: None,
            request: None,
            keeps: false,
            pins: Pins::default(),
        }
    }

    fn step(&mut self, word: &str, rest: &str) {
        match word {
            "policy" => self.policy(rest),
            "cedar" => self.policies.push(rest.to_owned()),
            "pins" => self.keeps = true,
            "accept" => self.accept(),
            "modern" => self.world.era = Era::Modern,
            "masks" => {
                let builder = MaskSet::builder().key(Key::from_bytes(b"a key of tests"));
                self.masks = match rest {
                    "strict" => builder.showing(Showing::strict()).build(),
                    _ => builder.build(),
                };
            }
            "disk" => self.world.disk.turn(match rest {
                "full" => Health::Full,
                "failing" => Health::Failing,
                _ => Health::Sound,
            }),
            "wait" => self.world.now = self.world.now.plus_ms(rest.parse().expect("a number")),
            "send" => self.send(rest),
            "answers" => {
                let (method, json) = rest.split_once(' ').expect("a method");
                self.walk(Subject::Message(message(json), Some(method.into())));
            }
            "batch" => {
                let bytes = Bytes::copy_from_slice(rest.as_bytes());
                let batch = Batch::parse(bytes, &Limits::default()).expect("a batch");
                self.walk(Subject::Batch(batch));
            }
            "stream" => {
                let last_event_id = (!rest.is_empty()).then(|| Arc::from(rest));
                self.walk(Subject::Stream { last_event_id });
            }
            "end-session" => self.walk(Subject::EndSession),
            "door" => self.door(rest),
            "approve" | "reject" | "expire" | "nobody" => self.ruling(word),
            "message" => self.settle(Answer::Message(message(rest))),
            "large" => {
                let text = "x".repeat(rest.parse().expect("a number"));
                let json = format!(r#"{{"jsonrpc":"2.0","id":1,"result":"{text}"}}"#);
                self.settle(Answer::Message(message(&json)));
            }
            "whole" => {
                let (status, json) = rest.split_once(' ').unwrap_or((rest, ""));
                let answer = (!json.is_empty()).then(|| message(json));
                let bytes = Bytes::copy_from_slice(json.as_bytes());
                self.settle(Answer::Whole(head(status), bytes, answer));
            }
            "head" => self.settle(Answer::Head(head(rest))),
            "events" => self.events(rest),
            "stderr" => {
                let bytes = Bytes::copy_from_slice(rest.as_bytes());
                self.settle(Answer::Stderr(bytes));
            }
            "aside" => {
                self.forwarded = self.aside.clone();
                self.settle(Answer::Message(message(rest)));
            }
            "ends" => self.ends(rest),
            _ => panic!("`{word}` is no step"),
        }
    }

    fn policy(&mut self, rule: &str) {
        let mut words = rule.split(' ');
        let effect = words.next().expect("an effect");
        let hold = match effect {
            "hold" => "@hold(\"ops\") @expires(\"1s\")",
            "hide" => "@hide",
            _ => "",
        };
        let action = words.next().map_or_else(
            || "action".to_owned(),
            |action| format!("action == Probity::Action::\"{action}\""),
        );
        let when = words.next().map_or_else(String::new, |name| {
            format!("when {{ resource has name && resource.name == \"{name}\" }}")
        });
        let number = self.policies.len();
        self.policies.push(format!(
            "@id(\"{effect}-{number}\") {hold}\nforbid(principal, {action}, resource) {when};"
        ));
    }

    fn send(&mut self, text: &str) {
        let bytes = Bytes::copy_from_slice(text.as_bytes());
        match Message::parse(bytes.clone(), &Limits::default()) {
            Ok(message) => self.walk(Subject::Message(message, None)),
            Err(error) => {
                let call = self.world.call_id();
                let request = error.id.clone();
                let refused = Refused::undecoded(
                    self.world.exchange(),
                    call,
                    Refusal::Undecodable(error),
                    bytes,
                    &self.masks,
                    &Outside::default(),
                    self.world.now,
                );
                self.world.turn_away(refused, request.as_ref());
            }
        }
    }

    fn door(&mut self, refusal: &str) {
        let refusal = match refusal {
            "unauthenticated" => Refusal::Unauthenticated {
                fault: LoginFault::Unknown,
                challenge: "Bearer".into(),
                detail: "the key is unknown".to_owned(),
            },
            "host" => Refusal::HostNotAllowed,
            _ => panic!("`{refusal}` is no refusal of the door"),
        };
        let call = self.world.call_id();
        let refused = Refused::at_the_door(
            self.world.arrival(),
            call,
            refusal,
            &self.masks,
            self.world.now,
        );
        self.world.session = self.world.node.clone();
        self.world.turn_away(refused, None);
    }

    fn walk(&mut self, subject: Subject) {
        self.request = subject
            .message()
            .filter(|message| message.kind() == mcp::Kind::Request)
            .and_then(Message::id);
        let call: Call = self.world.call(subject);
        let (policy, around) = (self.in_force(), self.around());
        match judge(call, &policy, &around, &self.masks, &Outside::default()) {
            Judged::Cleared(cleared) => self.forward(cleared),
            Judged::Refused(refused) => self.turn_away(refused),
            Judged::Held(held) => match self.world.commit(held) {
                Ok(held) => self.held = Some(held),
                Err(error) => self.unavailable(&error),
            },
        }
    }

    fn in_force(&self) -> Policy {
        let source = Source {
            name: "script.cedar".into(),
            text: self.policies.join("\n").into(),
        };
        Policy::load(&[source], Tools::default()).unwrap_or_else(|mistakes| panic!("{mistakes:#?}"))
    }

    fn around(&self) -> Circumstances {
        Circumstances {
            pins: Arc::new(self.pins.clone()),
            ..Circumstances::default()
        }
    }

    fn accept(&mut self) {
        let at = self.world.now;
        for (_, pinned) in self.pins.iter_mut() {
            let review = Review {
                by: "ann".into(),
                at,
                reason: None,
                on_record: true,
            };
            assert!(pinned.accept(None, review));
        }
    }

    fn forward(&mut self, cleared: gate::Cleared) {
        match self.world.commit(cleared) {
            Ok(cleared) => {
                let released = release(cleared, self.world.now);
                self.aside = Some(released.ticket());
                self.forwarded = Some(self.world.upstream(released));
            }
            Err(error) => self.unavailable(&error),
        }
    }

    fn unavailable(&mut self, error: &CommitError) {
        let told = Unavailable::new(error, self.request.as_ref());
        self.world.unavailable(error, &told);
    }

    fn turn_away(&mut self, refused: Refused) {
        let request = self.request.clone();
        self.world.turn_away(refused, request.as_ref());
    }

    fn ruling(&mut self, word: &str) {
        let held = self.held.take().expect("a call is held");
        let hold = held.get().call().id;
        let ruling = match word {
            "nobody" => {
                let refused = unanswerable(held, self.world.now);
                return self.turn_away(refused);
            }
            "approve" => Ruling::Approve {
                hold,
                by: vec!["key|bob".into()],
                grant: None,
            },
            "reject" => Ruling::Reject {
                hold,
                by: "key|bob".into(),
                why: Some("not today".into()),
            },
            _ => Ruling::Expire { hold },
        };
        match rule(held, ruling, self.world.now) {
            Ruled::Cleared(cleared) => self.forward(cleared),
            Ruled::Refused(refused) => self.turn_away(refused),
        }
    }

    fn events(&mut self, text: &str) {
        let mut decoder = Decoder::new(10_000);
        decoder.push(text.replace("\\n", "\n").as_bytes());
        while let Some(frame) = decoder.next_frame() {
            let frame = frame.expect("a frame");
            let data = frame.data.clone().unwrap_or_default();
            let answer = Message::parse(data, &Limits::default()).ok();
            self.settle(Answer::Event(frame, answer));
        }
    }

    fn settle(&mut self, answer: Answer) {
        let forwarded = self.forwarded.as_ref().expect("a call was forwarded");
        let none = Outside::default();
        let settled =
            forwarded.settle(answer, Transport::Stdio, &self.masks, &none, self.world.now);
        if self.keeps {
            for (key, version) in settled.news(&self.pins) {
                let now = self.world.now;
                let news = News::new(forwarded, &key, &version, &self.pins, &self.masks, now);
                self.world.commit(news).expect("it is recorded");
                self.pins.see(&key, &version);
            }
        }
        let settled = settled.judged(&self.in_force(), &self.around());
        self.world.relay(settled, self.request.clone().as_ref());
    }

    fn ends(&mut self, how: &str) {
        let ending = ending(how);
        let forwarded = self.forwarded.as_ref().expect("a call was forwarded");
        let outside = Outside::default();
        let settled = forwarded.end(
            ending,
            Transport::Stdio,
            &self.masks,
            &outside,
            self.world.now,
        );
        self.world.relay(settled, self.request.clone().as_ref());
    }
}

fn ending(name: &str) -> Ending {
    crate::endings::all()
        .into_iter()
        .find(|(called, _)| *called == name)
        .unwrap_or_else(|| panic!("`{name}` is no ending"))
        .1
}

fn head(status: &str) -> Head {
    Head {
        status: status.parse().expect("a status"),
        headers: vec![("content-type".into(), "application/json".into())],
    }
}
