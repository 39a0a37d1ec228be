//! The operator's own rules: patterns, names and paths of fields, and dictionaries.

mod path;
mod rule;

use std::sync::Arc;

use model::Digest;

use crate::rules::{Leaf, Rules, Spot};
use crate::set::MaskSet;
use crate::showing::Showing;
use crate::style::Style;
use crate::{Crossing, Direction, Styles};

pub use path::PathFault;
pub use rule::{Rule, RuleFault};

use rule::Compiled;

/// Rules of one's own, compiled; each has shown at least once that it finds something.
#[derive(Debug)]
pub struct OperatorRules {
    rules: Vec<Compiled>,
    digest: Digest,
}

impl OperatorRules {
    /// Compiles rules and runs the examples beside each of them.
    ///
    /// # Errors
    ///
    /// Every fault of every rule, with the rule's place in the list.
    pub fn new(rules: &[Rule]) -> Result<Self, Vec<(usize, RuleFault)>> {
        let mut faults = Vec::new();
        let mut compiled = Vec::new();
        for (place, rule) in rules.iter().enumerate() {
            match Compiled::new(rule) {
                Ok(one) => {
                    let failed = prove(rule, &one);
                    faults.extend(failed.into_iter().map(|fault| (place, fault)));
                    compiled.push(one);
                }
                Err(found) => faults.extend(found.into_iter().map(|fault| (place, fault))),
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        Ok(Self {
            digest: rule::digest(rules),
            rules: compiled,
        })
    }
}

impl Rules for OperatorRules {
    fn digest(&self) -> Digest {
        self.digest
    }

    fn find(&self, leaf: &Leaf<'_>, found: &mut Vec<Spot>) {
        for rule in &self.rules {
            rule.find(leaf, found);
        }
    }
}

/// Runs a rule's examples, each as a message if it is JSON and as a text if not.
fn prove(rule: &Rule, compiled: &Compiled) -> Vec<RuleFault> {
    let set = alone(compiled);
    let at = Crossing {
        direction: rule.direction.unwrap_or(Direction::ServerToClient),
        upstream: rule.upstreams.first().map_or("upstream", String::as_str),
        tool: rule.tools.first().map(String::as_str),
    };
    let finds = |example: &str| {
        let masked = set.apply(example.as_bytes(), &at);
        masked.findings.iter().any(|one| *one.kind == *rule.kind)
    };
    let mut faults = Vec::new();
    if rule.finds.is_empty() {
        faults.push(RuleFault::Unproven);
    }
    for (number, example) in (1..).zip(&rule.finds) {
        if !finds(example) {
            faults.push(RuleFault::Misses(number));
        }
    }
    for (number, example) in (1..).zip(&rule.keeps) {
        if finds(example) {
            faults.push(RuleFault::Takes(number));
        }
    }
    faults
}

/// A set with one rule.
fn alone(rule: &Compiled) -> MaskSet {
    let styles = || Styles::all(Style::Full);
    let showing = Showing {
        stored: styles(),
        to_agent: styles(),
        to_server: styles(),
    };
    let rules = OperatorRules {
        rules: vec![rule.clone()],
        digest: Digest::default(),
    };
    MaskSet::builder()
        .showing(showing)
        .rules(Arc::new(rules))
        .build()
}
