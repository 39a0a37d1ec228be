//! From files to a set that can decide: everything that is wrong is found here, and all of it told.

use std::collections::{HashMap, HashSet};
use std::str::FromStr;
use std::sync::Arc;

use cedar_policy::{PolicyId, PolicySet, Schema, ValidationMode, Validator};
use miette::Diagnostic;

use crate::digest;
use crate::policy::{Policy, Sets};
use crate::rule::Rule;
use crate::source::{Mistake, Source};
use crate::tools::Tools;
use crate::vocabulary;

impl Policy {
    /// Reads policies, and checks each against the vocabulary and against the arguments of `tools`.
    /// An empty set refuses everything.
    ///
    /// # Errors
    ///
    /// Every mistake: of syntax, an unknown entity, action, attribute or annotation, a wrong type, a
    /// policy that can never match, a name that is used twice, a template.
    pub fn load(sources: &[Source], tools: Tools) -> Result<Self, Vec<Mistake>> {
        let mut loading = Loading::new(&tools)?;
        for source in sources {
            loading.read(source);
        }
        if !loading.mistakes.is_empty() {
            return Err(loading.mistakes);
        }
        let texts = sources
            .iter()
            .flat_map(|source| [&*source.name, &*source.text]);
        let sets = Sets::new(&loading.rules, loading.policies, &tools);
        Ok(Self {
            rules: loading.rules,
            by_id: loading.by_id,
            sets,
            digest: digest::of(texts),
            tools,
        })
    }
}

struct Loading {
    validator: Validator,
    rules: Vec<Rule>,
    /// Beside each rule, its policy under the rule's id.
    policies: Vec<cedar_policy::Policy>,
    by_id: HashMap<PolicyId, usize>,
    mistakes: Vec<Mistake>,
}

impl Loading {
    fn new(tools: &Tools) -> Result<Self, Vec<Mistake>> {
        let text: Arc<str> = vocabulary::schema(tools).into();
        let (schema, _warnings) = Schema::from_cedarschema_str(&text).map_err(|error| {
            let name = "the schema of the servers' tools".into();
            vec![Mistake::at(&Source { name, text }, None, error.to_string())]
        })?;
        Ok(Self {
            validator: Validator::new(schema),
            rules: Vec::new(),
            policies: Vec::new(),
            by_id: HashMap::new(),
            mistakes: Vec::new(),
        })
    }

    fn read(&mut self, source: &Source) {
        let parsed = match PolicySet::from_str(&source.text) {
            Ok(parsed) => parsed,
            Err(errors) => {
                self.mistakes
                    .extend(errors.iter().map(|error| told(source, error)));
                return;
            }
        };
        for template in parsed.templates() {
            let what = format!("`{}` is a template, and nothing fills it in", template.id());
            self.mistakes.push(Mistake::at(source, None, what));
        }
        let mut named = PolicySet::new();
        for (number, policy) in in_order(&parsed) {
            let rule = Rule::read(source, policy, number, &mut self.mistakes);
            let policy = policy.new_id(PolicyId::new(&*rule.id));
            let twice = self.by_id.insert(policy.id().clone(), self.rules.len());
            if let Some(first) = twice.and_then(|at| self.rules.get(at)) {
                let at = source.text.rfind(&format!("@id(\"{}\")", rule.id));
                let what = format!(
                    "`{}` is also the name of a policy in {}",
                    rule.id, first.file
                );
                self.mistakes.push(Mistake::at(source, at, what));
                continue;
            }
            // An id that is there twice was told above.
            let _ = named.add(policy.clone());
            self.rules.push(rule);
            self.policies.push(policy);
        }
        self.validate(source, &named);
    }

    fn validate(&mut self, source: &Source, named: &PolicySet) {
        let found = self.validator.validate(named, ValidationMode::Strict);
        let errors = found
            .validation_errors()
            .map(|error| (error.policy_id(), told(source, error)));
        let warnings = found
            .validation_warnings()
            .map(|warning| (warning.policy_id(), told(source, warning)));
        // A policy is checked for each action that it may match, and told once for each line.
        let mut seen = HashSet::new();
        let mut mistakes: Vec<_> = errors
            .chain(warnings)
            .filter(|(policy, mistake)| seen.insert(((*policy).clone(), mistake.line)))
            .map(|(_, mistake)| mistake)
            .collect();
        mistakes.sort_by_key(|mistake| mistake.line);
        self.mistakes.append(&mut mistakes);
    }
}

/// The policies of a file in their order, counted from 1: the parser names them `policy0` and so on.
fn in_order(parsed: &PolicySet) -> Vec<(usize, &cedar_policy::Policy)> {
    let number = |policy: &cedar_policy::Policy| {
        let id: &str = policy.id().as_ref();
        id.strip_prefix("policy")
            .and_then(|n| n.parse::<usize>().ok())
    };
    let mut policies: Vec<_> = parsed
        .policies()
        .map(|policy| (number(policy).map_or(0, |n| n + 1), policy))
        .collect();
    policies.sort_by_key(|(number, _)| *number);
    policies
}

fn told(source: &Source, found: &(impl Diagnostic + ?Sized)) -> Mistake {
    let offset = found
        .labels()
        .and_then(|mut labels| labels.next())
        .map(|label| label.offset());
    let mistake = Mistake::at(source, offset, found.to_string());
    match found.help() {
        Some(help) => mistake.help(help.to_string()),
        None => mistake,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::{Policy, Source, Tools};

    fn mistakes(text: &str) -> Vec<String> {
        let source = Source {
            name: "a.cedar".into(),
            text: text.into(),
        };
        let mut tools = Tools::default();
        let schema = json!({"type": "object", "properties": {"n": {"type": "integer"}}});
        tools.add("shop", "order", &schema);
        match Policy::load(&[source], tools) {
            Ok(_) => Vec::new(),
            Err(mistakes) => mistakes.iter().map(ToString::to_string).collect(),
        }
    }

    #[test]
    fn what_is_right_is_taken() {
        for text in [
            "",
            "permit(principal, action, resource);",
            "@id(\"a\") @hold(\"ops\") @quorum(\"2\") @expires(\"5m\") @reason(\"ask\") @severity(\"high\")\n\
             forbid(principal, action == Probity::Action::\"tools/call\", resource in Probity::Server::\"shop\");",
            "forbid(principal, action == Probity::Action::\"shop:order\", resource)\n\
             when { context.arguments has n && context.arguments.n > 10 };",
            "forbid(principal in Probity::Group::\"guests\", action in Probity::Action::\"from_client\", resource)\n\
             when { context.calls.person_minute > 60 && context.clock.hour >= 18 };",
        ] {
            assert_eq!(mistakes(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn every_mistake_is_told_with_its_line() {
        let rows = [
            // Syntax.
            (
                "permit(principal, action, resource)\n\nforbid",
                "a.cedar:3: ",
            ),
            // An attribute that does not exist.
            (
                "\npermit(principal, action == Probity::Action::\"tools/call\", resource)\nwhen { context.nonsense };",
                "a.cedar:3: ",
            ),
            // A type.
            (
                "permit(principal, action == Probity::Action::\"tools/call\", resource)\nwhen { context.method > 3 };",
                "a.cedar:2: ",
            ),
            // An action, an entity.
            (
                "\npermit(principal, action == Probity::Action::\"tools/cal\", resource);",
                "a.cedar:2: ",
            ),
            (
                "permit(principal is Probity::Persn, action, resource);",
                "a.cedar:1: ",
            ),
            // An argument that the tool does not have.
            (
                "forbid(principal, action == Probity::Action::\"shop:order\", resource)\nwhen { context.arguments.m > 1 };",
                "a.cedar:2: ",
            ),
            // It can never match.
            (
                "\nforbid(principal, action == Probity::Action::\"tools/call\", resource)\nwhen { resource is Probity::Prompt };",
                "a.cedar:2: ",
            ),
            // Annotations.
            (
                "\n\n@holds(\"ops\")\nforbid(principal, action, resource);",
                "a.cedar:3: there is no annotation `@holds`",
            ),
            (
                "@severity(\"bad\")\nforbid(principal, action, resource);",
                "a.cedar:1: `bad` is no severity",
            ),
            (
                "@hold(\"ops\")\npermit(principal, action, resource);",
                "a.cedar:1: `@hold` says nothing here",
            ),
            (
                "@quorum(\"2\")\nforbid(principal, action, resource);",
                "a.cedar:1: `@quorum` says nothing here",
            ),
            (
                "@hold(\"ops\") @expires(\"2d\")\nforbid(principal, action, resource);",
                "a.cedar:1: `2d` is no time that a hold can last",
            ),
            // A name that is used twice.
            (
                "@id(\"a\") permit(principal, action, resource);\n@id(\"a\") permit(principal, action, resource);",
                "a.cedar:2: `a` is also the name of a policy in a.cedar",
            ),
            (
                "@hide(\"yes\")\nforbid(principal, action, resource);",
                "a.cedar:1: `@hide` takes no value",
            ),
            (
                "\n@hide\npermit(principal, action, resource);",
                "a.cedar:2: `@hide` says nothing here",
            ),
            (
                "@hide @hold(\"ops\")\nforbid(principal, action, resource);",
                "a.cedar:1: `@hide` says nothing here",
            ),
            // A template.
            (
                "permit(principal == ?principal, action, resource);",
                "a.cedar: `policy0` is a template",
            ),
        ];
        for (text, expected) in rows {
            let told = mistakes(text);
            assert!(
                told.iter().any(|told| told.starts_with(expected)),
                "{text}\n{told:#?}"
            );
        }
    }

    #[test]
    fn mistakes_are_told_together() {
        let told = mistakes(
            "permit(principal, action, resource) when { context.x };\n@what(\"a\") permit(principal, action, resource);",
        );
        assert_eq!(told.len(), 2, "{told:#?}");
    }
}
