//! The operator's own rules, as they are written.

use mask::{Class, Direction, OperatorRules, Rule, RuleFault};
use serde::Deserialize;
use toml::Spanned;

use super::class_named;
use crate::config::document::Document;
use crate::config::mistake::Mistakes;

/// One `[[masking.rules]]` table.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RuleFile {
    kind: String,
    class: Option<Spanned<String>>,
    pattern: Option<String>,
    names: Option<String>,
    fields: Vec<String>,
    words: Vec<String>,
    upstreams: Vec<String>,
    tools: Vec<String>,
    direction: Option<Spanned<String>>,
    finds: Vec<String>,
    keeps: Vec<String>,
}

/// Compiles the rules and runs their examples.
pub(super) fn resolve(
    files: &[Spanned<RuleFile>],
    document: &Document<'_>,
    mistakes: &mut Mistakes,
) -> Vec<Rule> {
    let mut rules = Vec::new();
    for written in files {
        let file = written.get_ref();
        let class = match &file.class {
            None => Some(Class::Identifier),
            Some(name) => class_named(name, document, mistakes),
        };
        let direction = match file.direction.as_ref() {
            None => None,
            Some(name) => direction_named(name, document, mistakes),
        };
        rules.push(Rule {
            kind: file.kind.clone(),
            class: class.unwrap_or(Class::Identifier),
            pattern: file.pattern.clone(),
            names: file.names.clone(),
            fields: file.fields.clone(),
            words: file.words.clone(),
            upstreams: file.upstreams.clone(),
            tools: file.tools.clone(),
            direction,
            finds: file.finds.clone(),
            keeps: file.keeps.clone(),
        });
    }
    if let Err(faults) = OperatorRules::new(&rules) {
        for (place, fault) in faults {
            let span = files.get(place).map_or(0..0, Spanned::span);
            mistakes.push(document.at(&span, said(rules.get(place), &fault)));
        }
    }
    rules
}

fn said(rule: Option<&Rule>, fault: &RuleFault) -> String {
    let kind = rule.map_or("", |rule| rule.kind.as_str());
    format!("the rule for `{kind}`: {fault}")
}

fn direction_named(
    name: &Spanned<String>,
    document: &Document<'_>,
    mistakes: &mut Mistakes,
) -> Option<Direction> {
    match name.get_ref().as_str() {
        "to_server" => Some(Direction::ClientToServer),
        "to_agent" => Some(Direction::ServerToClient),
        other => {
            let message = format!("`{other}` is no direction; there are to_server and to_agent");
            mistakes.push(document.at(&name.span(), message));
            None
        }
    }
}
