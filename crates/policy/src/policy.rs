//! A set of policies, and what it says of a request.

use std::collections::HashMap;
use std::sync::Arc;

use cedar_policy::{
    ActionConstraint, AuthorizationError, Decision, EntityUid, EvaluationError, PolicyId,
    ResourceConstraint, Response,
};
use model::Digest;

use crate::asked::{Asked, Open};
use crate::entities::{self, action_uid};
use crate::listing::Listed;
use crate::reads::Reads;
use crate::rule::{Rule, Says};
use crate::source::Source;
use crate::tools::Tools;
use crate::vocabulary::{
    self, ANSWER, APPROVE, CLIENT_GROUP, FROM_CLIENT, FROM_SERVER, SERVER_GROUP,
};
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
    /// Of which it asks where the target has no policy of its own.
    others: Asked,
    /// The same for each target that policies name (`resource == …`): those of all, and its own. No
    /// policy of another target can match it.
    of_target: HashMap<EntityUid, Asked>,
    /// What can be said of it before there is a call.
    listed: Listed,
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
        let open = set.asked(request).open(&request.facts);
        self.decide_among(request, &action, &open, &open.reads())
    }

    /// The same by these policies, which read these facts.
    fn decide_among(
        &self,
        request: &Request<'_>,
        action: &str,
        open: &Open<'_>,
        reads: &Reads,
    ) -> Verdict {
        let prepared = match entities::prepare(request, action, &self.tools, reads) {
            Ok(prepared) => prepared,
            Err(error) => {
                return Verdict::Refuse(Reason {
                    errors: vec![error.into()],
                    ..self.reason(Vec::new())
                });
            }
        };
        let response = prepared.ask(&open.set());
        let reason = self.reason_of(&response);
        if !reason.errors.is_empty() {
            return Verdict::Refuse(reason);
        }
        if response.decision() == Decision::Allow {
            return Verdict::Permit(reason);
        }
        match self.terms(&response) {
            Some(terms) => {
                let approved = prepared.ask(&open.approved());
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

    /// Whether a server's answer of this kind passes. The call that it answers was permitted, so that
    /// only what forbids it matters: where nothing matches, it passes.
    pub fn decide_answer(&self, request: &Request<'_>) -> Verdict {
        match self.decide(request) {
            Verdict::Refuse(reason) if reason.rules.is_empty() && reason.errors.is_empty() => {
                Verdict::Permit(reason)
            }
            verdict => verdict,
        }
    }

    /// Whether this set has anything to say about answers.
    pub fn judges_answers(&self) -> bool {
        let forbids = |rule: &Rule| rule.says != Says::Permit;
        let set = self.sets.0.get(ANSWER);
        let asked = set
            .into_iter()
            .flat_map(|set| set.of_target.values().chain([&set.others]));
        let mut ids = asked.flat_map(Asked::policies);
        ids.any(|policy| {
            let at = self.by_id.get(policy.id());
            at.and_then(|at| self.rules.get(*at)).is_none_or(forbids)
        })
    }

    /// Whether anything is decided at all: not if every policy permits everything.
    pub fn restricts(&self) -> bool {
        let forbids = self.rules.iter().any(|rule| rule.says != Says::Permit);
        forbids || self.sets.0.values().any(|set| set.listed.filters())
    }

    /// Whether what a caller sees of the things that this action is for may depend on who it is.
    pub fn filters(&self, action: &str) -> bool {
        let tools = action == vocabulary::TOOLS_CALL;
        let of_tools = |other: &str| tools && tools::is_action(other);
        let mut sets =
            (self.sets.0.iter()).filter(|(name, _)| ***name == *action || of_tools(name));
        sets.any(|(_, set)| set.listed.filters())
    }

    /// Whether the target of this request belongs into a list: [`Verdict::Refuse`] only where each
    /// call of it would be refused, whatever its arguments. Of the facts only those about the target
    /// itself count. `named`: the target is known, and is not a template of many.
    pub fn decide_listed(&self, request: &Request<'_>, named: bool) -> Verdict {
        let (action, set) = self.set_of(request);
        // Without the arguments, of which nothing is asked here.
        let prepared = match entities::prepare(request, &action, &Tools::default(), &Reads::ALL) {
            Ok(prepared) => prepared,
            Err(error) => {
                return Verdict::Refuse(Reason {
                    errors: vec![error.into()],
                    ..self.reason(Vec::new())
                });
            }
        };
        let listed = if named {
            &set.listed.named
        } else {
            &set.listed.unnamed
        };
        let response = prepared.ask(listed);
        let reason = self.reason_of(&response);
        if response.decision() == Decision::Allow && reason.errors.is_empty() {
            Verdict::Permit(reason)
        } else {
            Verdict::Refuse(reason)
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

    fn reason_of(&self, response: &Response) -> Reason {
        Reason {
            errors: errors(response),
            ..self.reason(self.matched(response))
        }
    }

    fn reason(&self, rules: Vec<&Rule>) -> Reason {
        Reason {
            hidden: rules.iter().any(|rule| rule.hides),
            told: rules.iter().find_map(|rule| rule.told.clone()),
            severity: rules.iter().filter_map(|rule| rule.severity).max(),
            rules: rules.into_iter().map(|rule| rule.id.clone()).collect(),
            policy_digest: self.digest,
            errors: Vec::new(),
        }
    }

    /// The terms under which it may be allowed, if every rule that forbids it has some: what all of
    /// them ask for.
    fn terms(&self, response: &Response) -> Option<Terms> {
        let mut terms: Option<Terms> = None;
        for rule in self.matched(response) {
            let Says::Hold(of_rule) = &rule.says else {
                return None;
            };
            match &mut terms {
                Some(terms) => terms.join(of_rule),
                None => terms = Some((**of_rule).clone()),
            }
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
            .chain([ANSWER, APPROVE]);
        let of_tools = tools.iter().map(crate::tools::Tool::action);
        // Only where a policy names the tool's action are its arguments looked into.
        let of_tools = of_tools.filter(|action| named.contains(&action_uid(action)));
        for action in one_of_a_kind.chain(of_tools) {
            let lineage = lineage(action);
            let concerned = |policy: &cedar_policy::Policy| {
                names(&policy.action_constraint())
                    .is_none_or(|named| named.iter().any(|uid| lineage.contains(uid)))
            };
            let of_action = rules.iter().zip(&policies);
            let of_action: Vec<_> = of_action.filter(|(_, policy)| concerned(policy)).collect();
            let mut set = Set::default();
            // Those of no single target first: they are asked of every target.
            let (of_one, of_all): (Vec<_>, Vec<_>) = of_action
                .iter()
                .partition(|(_, policy)| target(policy).is_some());
            for (rule, policy) in of_all {
                set.others.add(rule, policy);
            }
            for (rule, policy) in of_one {
                if let Some(target) = target(policy) {
                    let others = || set.others.clone();
                    set.of_target
                        .entry(target)
                        .or_insert_with(others)
                        .add(rule, policy);
                }
            }
            for (rule, policy) in of_action {
                set.listed.add(rule, policy);
            }
            sets.insert(action.into(), set);
        }
        Self(sets)
    }
}

impl Set {
    /// What may be asked about the target of a request.
    fn asked(&self, request: &Request<'_>) -> &Asked {
        if self.of_target.is_empty() {
            return &self.others;
        }
        let own = self.of_target.get(&entities::target(request));
        own.unwrap_or(&self.others)
    }
}

/// The one target that a policy is about (`resource == …`).
fn target(policy: &cedar_policy::Policy) -> Option<EntityUid> {
    match policy.resource_constraint() {
        ResourceConstraint::Eq(target) => Some(target),
        _ => None,
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
    } else if ![ANSWER, APPROVE].contains(&action) {
        lineage.push(action_uid(vocabulary::TOOLS_CALL));
        lineage.push(action_uid(CLIENT_GROUP));
    }
    lineage
}

/// Which policies could not be evaluated, and why; never with the values that Cedar's own words quote:
/// they may be of a call's arguments, and this goes on record.
fn errors(response: &Response) -> Vec<Arc<str>> {
    let errors = response.diagnostics().errors();
    errors
        .map(|AuthorizationError::PolicyEvaluationError(error)| {
            let why = match error.inner() {
                EvaluationError::EntityDoesNotExist(_) => "an entity does not exist",
                EvaluationError::EntityAttrDoesNotExist(_)
                | EvaluationError::RecordAttrDoesNotExist(_) => "an attribute does not exist",
                EvaluationError::TypeError(_) => "a value has another type",
                EvaluationError::IntegerOverflow(_) => "a number does not fit into 64 bits",
                EvaluationError::FailedExtensionFunctionExecution(_) => {
                    "a function does not take this value"
                }
                EvaluationError::RecursionLimit(_) => "it is nested too deep",
                _ => "Cedar cannot evaluate it",
            };
            format!("`{}`: {why}", error.policy_id()).into()
        })
        .collect()
}

#[cfg(test)]
mod listing_tests;
#[cfg(test)]
mod tests;
