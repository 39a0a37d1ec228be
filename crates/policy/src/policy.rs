//! A set of policies, and what it says of a request.

use std::collections::HashMap;
use std::sync::Arc;

use cedar_policy::{
    ActionConstraint, Authorizer, Decision, Entities, EntityUid, PolicyId, PolicySet, Response,
};
use model::Digest;

use crate::entities::{self, action_uid};
use crate::rule::{Rule, Says};
use crate::source::Source;
use crate::tools::Tools;
use crate::vocabulary::{self, ANSWER, CLIENT_GROUP, FROM_CLIENT, FROM_SERVER, SERVER_GROUP};
use crate::{Reason, Request, Terms, Verdict, tools};

/// A set of policies.
#[derive(Debug)]
pub struct Policy {
    pub(crate) rules: Vec<Rule>,
    pub(crate) by_id: HashMap<PolicyId, usize>,
    pub(crate) sets: Sets,
    pub(crate) digest: Digest,
    pub(crate) tools: Tools,
}

/// The policies of a set by the action that they may match: none of the others can.
#[derive(Debug, Default)]
pub(crate) struct Sets(HashMap<Arc<str>, Set>);

/// What concerns one action.
#[derive(Debug, Default)]
struct Set {
    all: PolicySet,
    /// Without those that hold: what an approval leaves.
    approved: PolicySet,
}

impl Policy {
    /// One policy, `permit-all`, that permits everything.
    pub fn permit_all() -> Self {
        let source = Source {
            name: "permit-all".into(),
            text: "@id(\"permit-all\")\npermit(principal, action, resource);\n".into(),
        };
        // A test sees to it that this is no mistake; if it were, everything would be refused.
        Self::load(&[source], Tools::default()).unwrap_or_default()
    }

    /// SHA-256 over the files of the set.
    pub const fn digest(&self) -> Digest {
        self.digest
    }

    /// The policies in their order.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// Whether a policy of this set speaks about the arguments of this tool.
    pub fn reads_arguments(&self, server: &str, tool: &str) -> bool {
        self.sets.0.contains_key(&*tools::action(server, tool))
    }

    /// What this set says. Deny is the default; any `forbid` wins over any `permit`; if each `forbid`
    /// that matches is one that holds, and what is left would permit, it is held. A policy that
    /// cannot be evaluated is a refusal.
    pub fn decide(&self, request: &Request<'_>) -> Verdict {
        let (action, set) = self.set_of(request);
        let prepared = match entities::prepare(request, &action, &self.tools) {
            Ok(prepared) => prepared,
            Err(error) => {
                return Verdict::Refuse(Reason {
                    errors: vec![error.into()],
                    ..self.reason(Vec::new())
                });
            }
        };
        let ask = |policies: &PolicySet| prepared.ask(policies);
        let response = ask(&set.all);
        let mut reason = self.reason(self.matched(&response));
        reason.errors = errors(&response);
        if !reason.errors.is_empty() {
            return Verdict::Refuse(reason);
        }
        if response.decision() == Decision::Allow {
            return Verdict::Permit(reason);
        }
        match self.terms(&response) {
            Some(terms) => {
                let approved = ask(&set.approved);
                let errors = errors(&approved);
                if approved.decision() == Decision::Allow && errors.is_empty() {
                    Verdict::Hold(reason, terms)
                } else {
                    Verdict::Refuse(Reason { errors, ..reason })
                }
            }
            None => Verdict::Refuse(reason),
        }
    }

    /// The action of a request, and what concerns it: that of the tool where a policy names it.
    fn set_of(&self, request: &Request<'_>) -> (Arc<str>, &Set) {
        let tool = request.tool_action();
        let known = tool
            .and_then(|tool| self.sets.0.get_key_value(&*tool))
            .or_else(|| self.sets.0.get_key_value(request.action));
        match known {
            Some((action, set)) => (action.clone(), set),
            None => (request.action.into(), &NOTHING),
        }
    }

    /// The rules that decided, in the order of the set.
    fn matched(&self, response: &Response) -> Vec<&Rule> {
        let ids = response.diagnostics().reason();
        let mut at: Vec<usize> = ids.filter_map(|id| self.by_id.get(id).copied()).collect();
        at.sort_unstable();
        at.into_iter().filter_map(|at| self.rules.get(at)).collect()
    }

    fn reason(&self, rules: Vec<&Rule>) -> Reason {
        Reason {
            told: rules.iter().find_map(|rule| rule.told.clone()),
            severity: rules.iter().filter_map(|rule| rule.severity).max(),
            rules: rules.into_iter().map(|rule| rule.id.clone()).collect(),
            policy_digest: self.digest,
            errors: Vec::new(),
        }
    }

    /// The terms under which it may be allowed, if every rule that forbids it has some: each of
    /// their groups, the largest quorum, the shortest time.
    fn terms(&self, response: &Response) -> Option<Terms> {
        let mut terms: Option<Terms> = None;
        for rule in self.matched(response) {
            let Says::Hold(of_rule) = &rule.says else {
                return None;
            };
            let together = terms.get_or_insert_with(|| of_rule.clone());
            for group in &of_rule.groups {
                if !together.groups.contains(group) {
                    together.groups.push(group.clone());
                }
            }
            together.quorum = together.quorum.max(of_rule.quorum);
            together.hold_ms_max = together.hold_ms_max.min(of_rule.hold_ms_max);
        }
        terms
    }
}

/// Refuses everything.
impl Default for Policy {
    fn default() -> Self {
        Self {
            rules: Vec::new(),
            by_id: HashMap::new(),
            sets: Sets::default(),
            digest: Digest::from_bytes([0; 32]),
            tools: Tools::default(),
        }
    }
}

static NOTHING: std::sync::LazyLock<Set> = std::sync::LazyLock::new(Set::default);

impl Sets {
    /// `policies` beside `rules`.
    pub(crate) fn new(rules: &[Rule], policies: Vec<cedar_policy::Policy>, tools: &Tools) -> Self {
        let named: Vec<_> = policies
            .iter()
            .filter_map(|policy| names(&policy.action_constraint()))
            .flatten()
            .collect();
        let mut sets = HashMap::new();
        let one_of_a_kind = FROM_CLIENT
            .iter()
            .chain(FROM_SERVER)
            .copied()
            .chain([ANSWER]);
        let of_tools = tools.iter().map(crate::tools::Tool::action);
        // Only where a policy names the tool's action are its arguments looked into.
        let of_tools = of_tools.filter(|action| named.contains(&action_uid(action)));
        for action in one_of_a_kind.chain(of_tools) {
            let lineage = lineage(action);
            let mut set = Set::default();
            for (rule, policy) in rules.iter().zip(&policies) {
                let concerned = names(&policy.action_constraint())
                    .is_none_or(|named| named.iter().any(|uid| lineage.contains(uid)));
                if !concerned {
                    continue;
                }
                // Names are checked to be different when the set is loaded.
                let _ = set.all.add(policy.clone());
                if !matches!(rule.says, Says::Hold(_)) {
                    let _ = set.approved.add(policy.clone());
                }
            }
            sets.insert(action.into(), set);
        }
        Self(sets)
    }
}

/// The actions that a policy names; `None`: any.
fn names(constraint: &ActionConstraint) -> Option<Vec<EntityUid>> {
    match constraint {
        ActionConstraint::Any => None,
        ActionConstraint::Eq(action) => Some(vec![action.clone()]),
        ActionConstraint::In(actions) => Some(actions.clone()),
    }
}

/// An action and the groups that it is in.
pub(crate) fn lineage(action: &str) -> Vec<EntityUid> {
    let mut lineage = vec![action_uid(action)];
    if FROM_SERVER.contains(&action) {
        lineage.push(action_uid(SERVER_GROUP));
    } else if FROM_CLIENT.contains(&action) {
        lineage.push(action_uid(CLIENT_GROUP));
    } else if action != ANSWER {
        lineage.push(action_uid(vocabulary::TOOLS_CALL));
        lineage.push(action_uid(CLIENT_GROUP));
    }
    lineage
}

fn errors(response: &Response) -> Vec<Arc<str>> {
    let errors = response.diagnostics().errors();
    errors.map(|error| error.to_string().into()).collect()
}

pub(crate) fn ask(
    request: &cedar_policy::Request,
    policies: &PolicySet,
    entities: &Entities,
) -> Response {
    Authorizer::new().is_authorized(request, policies, entities)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use model::{Caller, Principal};
    use serde_json::{Value, json};

    use super::Policy;
    use crate::{
        AnswerFacts, Effects, Facts, MessageFacts, Request, Source, Target, Tools, Verdict,
    };

    fn load(text: &str) -> Policy {
        let source = Source {
            name: "a.cedar".into(),
            text: text.into(),
        };
        let mut tools = Tools::default();
        let schema = json!({
            "type": "object",
            "required": ["n"],
            "properties": {"n": {"type": "integer"}, "price": {"type": "number"}},
        });
        tools.add("shop", "order", &schema);
        Policy::load(&[source], tools).unwrap_or_else(|mistakes| panic!("{mistakes:#?}"))
    }

    fn told(verdict: &Verdict) -> String {
        let (name, reason) = match verdict {
            Verdict::Permit(reason) => ("permit", reason),
            Verdict::Hold(reason, _) => ("hold", reason),
            Verdict::Refuse(reason) => ("refuse", reason),
        };
        format!("{name} {}", reason.rules.join(","))
    }

    fn decide(policy: &Policy, target: Target<'_>, action: &str, facts: &MessageFacts) -> Verdict {
        let caller = Caller {
            principal: Principal::Person {
                issuer: "key".into(),
                subject: "alice".into(),
            },
            credential: "".into(),
        };
        policy.decide(&Request {
            caller: &caller,
            groups: &[Arc::from("staff")],
            server: &"shop".parse().unwrap(),
            action,
            target,
            facts: Facts::Message(facts),
        })
    }

    fn check(text: &str, facts: &MessageFacts, expected: &str) {
        let verdict = decide(&load(text), Target::Tool("order"), "tools/call", facts);
        assert_eq!(told(&verdict), expected, "{text}");
    }

    const PERMIT: &str = "@id(\"p\") permit(principal, action, resource);\n";

    #[test]
    fn forbid_wins_over_hold_over_permit_and_nothing_refuses() {
        let any = "(principal, action, resource);";
        let facts = MessageFacts::default();
        let forbid = format!("@id(\"f\") forbid{any}");
        let hold = format!("@id(\"h\") @hold(\"ops\") forbid{any}");
        check("", &facts, "refuse ");
        check(PERMIT, &facts, "permit p");
        check(&format!("{PERMIT}{hold}"), &facts, "hold h");
        check(&format!("{PERMIT}{hold}{forbid}"), &facts, "refuse h,f");
        // Nothing would permit it once it is approved.
        check(&hold, &facts, "refuse h");
    }

    #[test]
    fn the_strictest_terms_hold() {
        let policy = load(&format!(
            "{PERMIT}@hold(\"a\") @expires(\"10m\") forbid(principal, action, resource);\n\
             @hold(\"b\") @quorum(\"2\") @reason(\"why\") @severity(\"low\") forbid(principal, action, resource);"
        ));
        let facts = MessageFacts::default();
        let Verdict::Hold(reason, terms) =
            decide(&policy, Target::Tool("order"), "tools/call", &facts)
        else {
            panic!("it is held");
        };
        assert_eq!(terms.groups, ["a".into(), "b".into()]);
        assert_eq!((terms.quorum, terms.hold_ms_max), (2, 600_000));
        assert_eq!(reason.told.as_deref(), Some("why"));
        assert_eq!(reason.rules, ["a/2".into(), "a/3".into()]);
    }

    #[test]
    fn who_and_what_are_told_apart() {
        let facts = MessageFacts::default();
        for (scope, expected) in [
            (
                "principal == Probity::Person::\"key|alice\", action, resource",
                "permit p",
            ),
            (
                "principal == Probity::Person::\"https://idp|alice\", action, resource",
                "refuse ",
            ),
            (
                "principal in Probity::Group::\"staff\", action, resource",
                "permit p",
            ),
            (
                "principal in Probity::Group::\"boss\", action, resource",
                "refuse ",
            ),
            (
                "principal, action in Probity::Action::\"from_client\", resource",
                "permit p",
            ),
            (
                "principal, action in Probity::Action::\"from_server\", resource",
                "refuse ",
            ),
            (
                "principal, action == Probity::Action::\"shop/order\", resource",
                "permit p",
            ),
            (
                "principal, action, resource in Probity::Server::\"shop\"",
                "permit p",
            ),
            (
                "principal, action, resource == Probity::Tool::\"shop/order\"",
                "permit p",
            ),
            (
                "principal, action, resource == Probity::Tool::\"shop/other\"",
                "refuse ",
            ),
            ("principal, action, resource is Probity::Prompt", "refuse "),
        ] {
            let facts = MessageFacts {
                arguments: Some(json!({"n": 1})),
                ..facts.clone()
            };
            check(&format!("@id(\"p\") permit({scope});"), &facts, expected);
        }
    }

    #[test]
    fn arguments_are_read_by_their_types() {
        let policy = load(&format!(
            "{PERMIT}@id(\"many\") forbid(principal, action == Probity::Action::\"shop/order\", resource)\n\
             when {{ context.arguments.n > 10 || (context.arguments has price && context.arguments.price.greaterThan(decimal(\"9.5\"))) }};"
        ));
        assert!(policy.reads_arguments("shop", "order"));
        assert!(!policy.reads_arguments("shop", "list"));
        let rows: &[(Value, &str)] = &[
            (json!({"n": 10}), "permit p"),
            (json!({"n": 11}), "refuse many"),
            (json!({"n": 1, "price": 9.5}), "permit p"),
            (json!({"n": 1, "price": 9.51}), "refuse many"),
            (json!({"n": 1, "price": null, "other": []}), "permit p"),
            // What does not fit cannot be judged.
            (json!({"n": "11"}), "refuse "),
            (json!({"n": 1, "price": 1.000_01}), "refuse "),
            (json!({}), "refuse "),
            (json!([]), "refuse "),
        ];
        for (arguments, expected) in rows {
            let facts = MessageFacts {
                arguments: Some(arguments.clone()),
                ..MessageFacts::default()
            };
            let verdict = decide(&policy, Target::Tool("order"), "tools/call", &facts);
            assert_eq!(told(&verdict), *expected, "{arguments}");
        }
    }

    #[test]
    fn what_cannot_be_evaluated_is_refused() {
        // Two numbers that do not fit into 64 bits when they are added.
        let text = format!(
            "{PERMIT}@id(\"sum\") forbid(principal, action == Probity::Action::\"tools/call\", resource)\n\
             when {{ context.calls.session + 9223372036854775807 == 0 }};"
        );
        let mut facts = MessageFacts::default();
        check(&text, &facts, "permit p");
        facts.calls.session = 1;
        let verdict = decide(&load(&text), Target::Tool("order"), "tools/call", &facts);
        let Verdict::Refuse(reason) = verdict else {
            panic!("it is refused");
        };
        assert!(
            reason.errors.iter().any(|error| error.contains("sum")),
            "{reason:?}"
        );
    }

    #[test]
    fn facts_that_are_not_there_are_false() {
        let text = format!(
            "{PERMIT}@id(\"f\") forbid(principal, action == Probity::Action::\"tools/call\", resource)\n\
             when {{ context has sql && context.sql.writes.contains(\"orders\") }};"
        );
        let mut facts = MessageFacts::default();
        check(&text, &facts, "permit p");
        facts.sql = Some(Effects {
            names: vec![("writes", ["orders".to_owned()].into())],
            ..Effects::default()
        });
        check(&text, &facts, "refuse f");
    }

    #[test]
    fn answers_are_judged_by_what_is_in_them() {
        let policy = load(&format!(
            "{PERMIT}@id(\"large\") forbid(principal, action == Probity::Action::\"answer\", resource)\n\
             when {{ context.bytes > 1000 || context.kinds.contains(\"payment_card\") }};"
        ));
        let caller = Caller::anonymous();
        for (bytes, kind, expected) in [
            (1000, "email", "permit p"),
            (1001, "email", "refuse large"),
            (1, "payment_card", "refuse large"),
        ] {
            let facts = AnswerFacts {
                method: "tools/call".into(),
                bytes,
                kinds: [kind.into()].into(),
                credentials: false,
            };
            let verdict = policy.decide(&Request {
                caller: &caller,
                groups: &[],
                server: &"shop".parse().unwrap(),
                action: "answer",
                target: Target::Tool("order"),
                facts: Facts::Answer(&facts),
            });
            assert_eq!(told(&verdict), expected);
        }
    }

    #[test]
    fn the_digest_tells_sets_apart() {
        assert_ne!(load("").digest(), load(PERMIT).digest());
        assert_eq!(load(PERMIT).digest(), load(PERMIT).digest());
        assert_eq!(Policy::permit_all().rules().len(), 1);
    }
}
