//! What of a `subscriptions/listen` passes (MCP 2026-07-28 subscriptions): each resource as reading it
//! would, each task as asking for it would. The rest is left out of the filter that the server is sent,
//! and its acknowledgement says so to the client.

use mcp::json::{Json, SpliceError};
use mcp::{Message, Method};
use policy::{Reason, Target, Verdict};
use serde_json::{Value, json};

use super::Asking;
use crate::edit::Edits;
use crate::stored::Stored;
use crate::uses::Use;

/// What is looked at of one list. Nothing that comes after it passes.
const LISTED_MAX: usize = 1_024;

/// What of a filter passes.
#[derive(Debug, Default)]
pub(super) struct Heard {
    /// The message without the rest; `None`: all of it passes.
    pub(super) shown: Option<Vec<u8>>,
    /// The rest, for the record.
    pub(super) left_out: Vec<Value>,
}

/// A list of a filter.
#[derive(Debug, Clone, Copy)]
enum Listed {
    Resources,
    Tasks,
}

impl Listed {
    const fn member(self) -> &'static str {
        match self {
            Self::Resources => "resourceSubscriptions",
            Self::Tasks => "taskIds",
        }
    }

    /// The method by which the client would ask for what it is told of.
    const fn asked_by(self) -> &'static str {
        match self {
            Self::Resources => "resources/read",
            Self::Tasks => "tasks/get",
        }
    }
}

impl Asking<'_> {
    /// What of a filter passes. It is judged as it was sent, and cut as masking left it.
    pub(super) fn heard(&self, message: &Message) -> Result<Heard, SpliceError> {
        let shown = self.stored.relayed().cloned();
        let shown = shown.and_then(|shown| Message::parse(shown, &Stored::limits()).ok());
        let shown = shown.as_ref().unwrap_or(message);
        let mut edits = Edits::default();
        let mut left_out = Vec::new();
        if let (Some(filter), Some(shown)) = (filter(message), filter(shown)) {
            for listed in [Listed::Resources, Listed::Tasks] {
                self.cut(listed, filter, shown, &mut edits, &mut left_out);
            }
        }
        Ok(Heard {
            shown: edits.apply(shown.bytes())?,
            left_out,
        })
    }

    /// Takes out of one list what does not pass, or all of it where it is none.
    fn cut(
        &self,
        listed: Listed,
        filter: Json<'_>,
        shown: Json<'_>,
        edits: &mut Edits,
        left_out: &mut Vec<Value>,
    ) {
        let list = filter.get(listed.member());
        let Some(list) = list.filter(|list| !list.is_null()) else {
            return;
        };
        if !list.is_array() {
            left_out.push(self.left_out(listed, "", &Refused::Unread("it is no list")));
            return edits.remove_member(shown, listed.member());
        }
        let mut passes = Vec::new();
        for (at, element) in list.elements().enumerate() {
            let name = element.text();
            let refused = match &name {
                _ if at >= LISTED_MAX => Some(Refused::Unread("there are too many")),
                None => Some(Refused::Unread("it is no text")),
                Some(name) => self.refused(listed, name).map(Refused::Policy),
            };
            passes.push(refused.is_none());
            if let Some(why) = refused {
                left_out.push(self.left_out(listed, &name.unwrap_or_default(), &why));
            }
        }
        if let Some(shown) = shown.get(listed.member()) {
            edits.keep_elements(shown, |at| passes.get(at) == Some(&true));
        }
    }

    /// Why not all of a filter passes.
    pub(super) fn unheard(&self, message: &Message) -> Option<Reason> {
        let listens = message.method() == Some(Method::SubscriptionsListen);
        let filter = filter(message).filter(|_| listens)?;
        let mut lists = [Listed::Resources, Listed::Tasks].into_iter();
        lists.find_map(|listed| {
            let mut names = filter.get(listed.member())?.elements();
            names.find_map(|name| self.refused(listed, &name.text()?))
        })
    }

    /// Nobody is asked about one of many: what is held does not pass either.
    fn refused(&self, listed: Listed, name: &str) -> Option<Reason> {
        let verdict = match listed {
            Listed::Resources => self.used(&Use::Resource(name.into())),
            Listed::Tasks => {
                let method = listed.asked_by();
                let facts = self.facts(method, None);
                self.policy
                    .decide(&self.request(method, Target::Server, &facts))
            }
        };
        match verdict {
            Verdict::Permit(_) => None,
            Verdict::Refuse(reason) | Verdict::Hold(reason, _) => Some(reason),
        }
    }

    fn left_out(&self, listed: Listed, name: &str, why: &Refused) -> Value {
        let at = mask::Crossing::to_server(self.call.exchange.upstream.as_str());
        let name = self.stored.text(name.to_owned(), &at);
        let (rules, errors) = match why {
            Refused::Policy(reason) => (json!(reason.rules), json!(reason.errors)),
            Refused::Unread(why) => (json!([]), json!([why])),
        };
        json!({"kind": listed.asked_by(), "name": name, "rules": rules, "errors": errors})
    }
}

/// Why something of a filter does not pass.
enum Refused {
    Policy(Reason),
    Unread(&'static str),
}

fn filter(message: &Message) -> Option<Json<'_>> {
    message.params()?.get("notifications")
}
