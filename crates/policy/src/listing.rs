//! What of a set of policies can be said before a call is made: whether a caller could ever call
//! something, so that it belongs into a list.
//!
//! Something is left out of a list only where every call of it would be refused, whatever its arguments.
//! So a policy that forbids counts only where it asks for nothing but what is known then; and one
//! that permits counts as if the rest of its conditions held. A call that would be held may be approved.

use cedar_policy::{Effect, PolicySet};
use serde_json::Value;

use crate::rule::{Rule, Says};
use crate::vocabulary::NAMESPACE;

/// What of a context is known without a call, and is the same for every connection of a caller.
const KNOWN: &[&str] = &["hints", "method", "pin"];

/// The policies for one action, as far as they can be asked about a list.
#[derive(Debug, Default)]
pub(crate) struct Listed {
    /// About something with a name.
    pub(crate) named: PolicySet,
    /// About something whose name is not known: any resource of a template.
    pub(crate) unnamed: PolicySet,
    permits_all: bool,
    forbids: bool,
}

impl Listed {
    /// Adds one of the policies that concern the action.
    pub(crate) fn add(&mut self, rule: &Rule, policy: &cedar_policy::Policy) {
        if let Says::Hold(_) = rule.says {
            return;
        }
        // A policy that cannot be written as JSON is one that cannot be relaxed: as it is, it asks for
        // more than is known.
        let written = policy.to_json().ok();
        let asked = written.as_ref().map_or(Asked::EVERYTHING, Asked::of);
        self.permits_all |= policy.effect() == Effect::Permit && asked == Asked::NOTHING;
        let unnamed = Asked {
            arguments: asked.arguments || asked.name,
            ..asked
        };
        for (set, asked, any) in [
            (&mut self.named, asked, false),
            (&mut self.unnamed, unnamed, asked.resource),
        ] {
            let kept = if !asked.arguments {
                Some(policy.clone())
            } else if policy.effect() == Effect::Permit {
                written
                    .as_ref()
                    .and_then(|written| without_conditions(policy, written, any))
            } else {
                None
            };
            if let Some(kept) = kept {
                self.forbids |= kept.effect() == Effect::Forbid;
                // Names are checked to be different when the set is loaded.
                let _ = set.add(kept);
            }
        }
    }

    /// Whether something may be left out for somebody.
    pub(crate) const fn filters(&self) -> bool {
        self.forbids || !self.permits_all
    }
}

/// What a policy asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Asked {
    /// Something that is known when a call is made.
    arguments: bool,
    /// The name of what is called.
    name: bool,
    /// The name of what is called, in the policy's head.
    resource: bool,
    /// Something else: who calls, what kind of thing it is, hints, the state of its pin.
    other: bool,
}

impl Asked {
    const NOTHING: Self = Self {
        arguments: false,
        name: false,
        resource: false,
        other: false,
    };
    const EVERYTHING: Self = Self {
        arguments: true,
        name: true,
        resource: true,
        other: true,
    };

    /// Of a policy in Cedar's JSON form.
    fn of(policy: &Value) -> Self {
        let mut asked = Self::NOTHING;
        let head = |name: &str| policy.get(name).unwrap_or(&Value::Null);
        asked.other = [head("principal"), head("resource")]
            .iter()
            .any(|head| head.get("op") != Some(&"All".into()));
        asked.resource = !is_of_a_server(head("resource"));
        asked.name = asked.resource;
        for condition in head("conditions").as_array().into_iter().flatten() {
            asked.other = true;
            asked.look(condition);
        }
        asked
    }

    fn look(&mut self, value: &Value) {
        match value {
            Value::Array(elements) => elements.iter().for_each(|element| self.look(element)),
            Value::Object(members) => {
                for (name, member) in members {
                    match (name.as_str(), member) {
                        // What is written in the policy itself.
                        ("Value", _) => {}
                        // Its members have whatever names the policy gives them.
                        ("Record", Value::Object(members)) => {
                            members.values().for_each(|member| self.look(member));
                        }
                        ("Var", Value::String(of)) => {
                            self.arguments |= of == "context";
                            self.name |= of == "resource";
                        }
                        ("." | "has", member) if is_known(member) => {}
                        (_, member) => self.look(member),
                    }
                }
            }
            _ => {}
        }
    }
}

/// Whether this is a member of the context that is known.
fn is_known(access: &Value) -> bool {
    let of_context = access.get("left") == Some(&serde_json::json!({ "Var": "context" }));
    let attribute = access.get("attr").and_then(Value::as_str);
    of_context && attribute.is_some_and(|attribute| KNOWN.contains(&attribute))
}

/// Whether the head says nothing about the resource but its kind and its server.
fn is_of_a_server(resource: &Value) -> bool {
    let server = format!("{NAMESPACE}::Server");
    let within = |head: &Value| {
        let entity = head.get("entity");
        entity
            .and_then(|entity| entity.get("type"))
            .is_some_and(|of| *of == server.as_str())
    };
    match resource.get("op").and_then(Value::as_str) {
        Some("All") => true,
        Some("in") => within(resource),
        Some("is") => resource.get("in").is_none_or(within),
        _ => false,
    }
}

/// The same policy for whatever fits its head; if `any`, for any resource.
fn without_conditions(
    policy: &cedar_policy::Policy,
    written: &Value,
    any: bool,
) -> Option<cedar_policy::Policy> {
    let mut written = written.clone();
    let members = written.as_object_mut()?;
    members.insert("conditions".to_owned(), Value::Array(Vec::new()));
    if any {
        members.insert("resource".to_owned(), serde_json::json!({ "op": "All" }));
    }
    cedar_policy::Policy::from_json(Some(policy.id().clone()), written).ok()
}
