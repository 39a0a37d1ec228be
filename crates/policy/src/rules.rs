use std::sync::Arc;

use aws_lc_rs::digest::{Context, SHA256};
use model::Digest;

use crate::{Reason, Request, Terms, Verdict};

/// A set of rules with its digest.
#[derive(Debug, Clone)]
pub struct Policy {
    rules: Vec<Rule>,
    digest: Digest,
}

/// One rule: where it applies, and what it says there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Its name in records.
    pub id: Arc<str>,
    /// What it says.
    pub effect: Effect,
    /// Where it applies.
    pub scope: Scope,
}

/// What a matching rule says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// It may pass.
    Permit,
    /// It may pass once it is allowed under these terms.
    Hold(Terms),
    /// It may not pass.
    Forbid,
}

/// Where a rule applies; a member that is `None` matches everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scope {
    /// The server's name.
    pub server: Option<Arc<str>>,
    /// The MCP method.
    pub action: Option<Arc<str>>,
    /// The tool, prompt or resource.
    pub name: Option<Arc<str>>,
}

impl Policy {
    /// A set of rules. An empty one refuses everything.
    pub fn new(rules: Vec<Rule>) -> Self {
        let digest = digest(&rules);
        Self { rules, digest }
    }

    /// One rule, `permit-all`, that permits everything.
    pub fn permit_all() -> Self {
        Self::new(vec![Rule {
            id: "permit-all".into(),
            effect: Effect::Permit,
            scope: Scope::default(),
        }])
    }

    /// SHA-256 over the rules in their order.
    pub const fn digest(&self) -> Digest {
        self.digest
    }

    /// What this set says: any matching `Forbid` refuses; else any matching `Hold` holds, under
    /// the terms of the first; else any matching `Permit` permits; else nothing matched, and the
    /// request is refused.
    pub fn decide(&self, request: &Request<'_>) -> Verdict {
        let matching = |wanted: fn(&Effect) -> bool| {
            self.rules
                .iter()
                .filter(move |rule| wanted(&rule.effect) && rule.scope.covers(request))
        };
        let reason = |rules: Vec<&Rule>| Reason {
            rules: rules.into_iter().map(|rule| rule.id.clone()).collect(),
            policy_digest: self.digest,
        };
        let forbids: Vec<_> = matching(|effect| matches!(effect, Effect::Forbid)).collect();
        if !forbids.is_empty() {
            return Verdict::Refuse(reason(forbids));
        }
        let holds: Vec<_> = matching(|effect| matches!(effect, Effect::Hold(_))).collect();
        if let Some(Effect::Hold(terms)) = holds.first().map(|rule| &rule.effect) {
            let terms = terms.clone();
            return Verdict::Hold(reason(holds), terms);
        }
        let permits: Vec<_> = matching(|effect| matches!(effect, Effect::Permit)).collect();
        if permits.is_empty() {
            Verdict::Refuse(reason(permits))
        } else {
            Verdict::Permit(reason(permits))
        }
    }
}

impl Scope {
    fn covers(&self, request: &Request<'_>) -> bool {
        let is = |wanted: &Option<Arc<str>>, given: Option<&str>| {
            wanted.as_deref().is_none_or(|wanted| given == Some(wanted))
        };
        is(&self.server, Some(request.server.as_str()))
            && is(&self.action, Some(request.action))
            && is(&self.name, request.name)
    }
}

/// Every text is preceded by its length, so that no two sets share their input to the hash.
fn digest(rules: &[Rule]) -> Digest {
    let mut context = Context::new(&SHA256);
    let mut text = |text: &str| {
        context.update(&(text.len() as u64).to_be_bytes());
        context.update(text.as_bytes());
    };
    for rule in rules {
        text(&rule.id);
        match &rule.effect {
            Effect::Permit => text("permit"),
            Effect::Forbid => text("forbid"),
            Effect::Hold(terms) => {
                text("hold");
                text(&terms.groups.join("\n"));
                text(&terms.quorum.to_string());
                text(&terms.hold_ms_max.to_string());
            }
        }
        for member in [&rule.scope.server, &rule.scope.action, &rule.scope.name] {
            text(if member.is_some() { "is" } else { "any" });
            text(member.as_deref().unwrap_or_default());
        }
    }
    let mut bytes = [0; 32];
    bytes.copy_from_slice(context.finish().as_ref());
    Digest::from_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use model::Caller;

    use super::{Effect, Policy, Rule, Scope};
    use crate::{Request, Terms, Verdict};

    fn rule(id: &str, effect: Effect, action: Option<&str>, name: Option<&str>) -> Rule {
        let scope = Scope {
            server: None,
            action: action.map(Into::into),
            name: name.map(Into::into),
        };
        Rule {
            id: id.into(),
            effect,
            scope,
        }
    }

    fn hold() -> Effect {
        Effect::Hold(Terms {
            groups: vec!["ops".into()],
            quorum: 1,
            hold_ms_max: 1_000,
        })
    }

    fn check(rules: Vec<Rule>, expected: &str) {
        let caller = Caller::anonymous();
        let server = "files".parse().unwrap();
        let request = Request {
            caller: &caller,
            server: &server,
            action: "tools/call",
            name: Some("write"),
        };
        let told = match Policy::new(rules).decide(&request) {
            Verdict::Permit(reason) => format!("permit {}", reason.rules.join(",")),
            Verdict::Hold(reason, _) => format!("hold {}", reason.rules.join(",")),
            Verdict::Refuse(reason) => format!("refuse {}", reason.rules.join(",")),
        };
        assert_eq!(told, expected);
    }

    #[test]
    fn forbid_wins_over_hold_over_permit_and_nothing_refuses() {
        let permit = || rule("p", Effect::Permit, None, None);
        let forbid = |name| rule("f", Effect::Forbid, Some("tools/call"), name);
        check(vec![], "refuse ");
        check(vec![permit()], "permit p");
        check(vec![permit(), forbid(None)], "refuse f");
        check(vec![permit(), forbid(Some("write"))], "refuse f");
        check(vec![permit(), forbid(Some("read"))], "permit p");
        check(vec![permit(), rule("h", hold(), None, None)], "hold h");
        check(
            vec![rule("h", hold(), None, None), forbid(None)],
            "refuse f",
        );
    }

    #[test]
    fn the_digest_tells_sets_apart() {
        let one = |id: &str, name: Option<&str>| {
            Policy::new(vec![rule(id, Effect::Permit, None, name)]).digest()
        };
        assert_eq!(one("a", None), one("a", None));
        assert_ne!(one("a", None), one("b", None));
        assert_ne!(one("a", None), one("a", Some("")));
        assert_ne!(Policy::new(vec![]).digest(), Policy::permit_all().digest());
    }
}
