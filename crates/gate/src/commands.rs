//! The commands in a call's arguments: from what `inspect` reads to what policies and records say.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use inspect::arguments::{self, Call, Commands, Settings, Verb};
use inspect::shell::Hazard;
use inspect::{http, nosql, paths, shell, sql};
use ledger::{CommandFacts, PlaceFacts};
use mcp::{Message, Method};
use policy::{Arguments, Effects, MessageFacts};
use serde_json::json;

/// The most places that a record names.
const PLACES_MAX: usize = 64;

/// What was read out of one message.
#[derive(Debug, Clone, Default)]
pub struct Inspected {
    /// The commands in it.
    pub commands: Commands,
    /// What its tool does by its own name, if it is a call of one.
    pub verb: Option<Verb>,
}

/// Reads the arguments of a tool call, or the URI of a resource.
pub(crate) fn inspect(
    message: &Message,
    arguments: &Arguments,
    server: &str,
    settings: &Settings,
) -> Inspected {
    let name = message.name();
    let name = name.as_deref().unwrap_or_default();
    match message.method() {
        Some(Method::ToolsCall) => Inspected {
            commands: match arguments {
                Arguments::Absent => Commands::default(),
                Arguments::Unreadable => Commands {
                    unread: true,
                    ..Commands::default()
                },
                Arguments::Given(arguments) => arguments::inspect(
                    &Call {
                        server,
                        tool: name,
                        arguments,
                    },
                    settings,
                ),
            },
            verb: Some(arguments::verb(name)),
        },
        Some(Method::ResourcesRead | Method::ResourcesSubscribe) => Inspected {
            commands: arguments::inspect(
                &Call {
                    server,
                    tool: "",
                    arguments: &json!({ "uri": name }),
                },
                settings,
            ),
            verb: None,
        },
        _ => Inspected::default(),
    }
}

impl Inspected {
    /// Says it to policy, in the words of [`policy::vocabulary`].
    pub fn tell(&self, facts: &mut MessageFacts) {
        let commands = &self.commands;
        facts.sql = effects(&commands.sql, of_sql);
        facts.shell = effects(&commands.shell, of_shell);
        facts.cloud = effects(&calls(commands), |call, out| of_call(call, out));
        facts.http = effects(&commands.http, of_http);
        facts.paths = effects(&commands.paths, of_path);
        facts.nosql = effects(&commands.nosql, of_nosql);
        facts.unread = commands.unread;
        if let Some(verb) = self.verb {
            facts.verb = policy::Verb {
                read: verb == Verb::Read,
                write: verb == Verb::Write,
                delete: verb == Verb::Delete,
                execute: verb == Verb::Execute,
            };
        }
    }

    /// Says it to the record; nothing where there was nothing to read.
    pub(crate) fn record(&self, facts: &MessageFacts) -> Option<CommandFacts> {
        if self.commands.is_empty() {
            return None;
        }
        let places = self.commands.places.iter().take(PLACES_MAX);
        let is = facts.commands().into_iter().filter_map(|(name, effects)| {
            let words = effects?.is.iter().map(|word| Arc::from(*word));
            Some((Arc::from(name), words.collect()))
        });
        Some(CommandFacts {
            places: places
                .map(|place| PlaceFacts {
                    at: place.pointer.as_str().into(),
                    language: place.language.as_str().into(),
                    basis: place.basis.as_str().into(),
                })
                .collect(),
            is: is.collect::<BTreeMap<_, Vec<_>>>(),
            unread: self.commands.unread,
        })
    }
}

/// What several texts do together; nothing if there is none.
fn effects<T>(all: &[T], mut add: impl FnMut(&T, &mut Gathered)) -> Option<Effects> {
    if all.is_empty() {
        return None;
    }
    let mut out = Gathered::default();
    for one in all {
        add(one, &mut out);
    }
    Some(Effects {
        is: out.is,
        names: out.names.into_iter().collect(),
    })
}

#[derive(Debug, Default)]
struct Gathered {
    is: BTreeSet<&'static str>,
    names: BTreeMap<&'static str, BTreeSet<String>>,
}

impl Gathered {
    fn when(&mut self, is: bool, word: &'static str) {
        if is {
            self.is.insert(word);
        }
    }

    fn names<'a>(&mut self, of: &'static str, names: impl IntoIterator<Item = &'a String>) {
        self.names
            .entry(of)
            .or_default()
            .extend(names.into_iter().cloned());
    }
}

fn of_sql(facts: &sql::Facts, out: &mut Gathered) {
    out.is
        .extend(facts.effects.iter().map(|effect| effect.as_str()));
    out.is
        .extend(facts.hazards.iter().map(|hazard| hazard.as_str()));
    out.when(facts.unfiltered, "unfiltered");
    out.when(facts.obscured, "obscured");
    out.when(facts.statements > 1, "several");
    out.when(facts.unknown.is_some(), "unknown");
    out.names("reads", &facts.reads);
    out.names("writes", &facts.writes);
    out.names("functions", &facts.functions);
}

fn of_shell(facts: &shell::Facts, out: &mut Gathered) {
    out.is
        .extend(facts.effects.iter().map(|effect| effect.as_str()));
    out.is
        .extend(facts.hazards.iter().copied().map(Hazard::as_str));
    out.when(facts.obscured, "obscured");
    out.when(facts.unknown.is_some(), "unknown");
    out.names("programs", &facts.programs);
    out.names("reads", &facts.reads);
    out.names("writes", &facts.writes);
    out.names("deletes", &facts.deletes);
    out.names("hosts", &facts.hosts);
}

fn calls(commands: &Commands) -> Vec<&inspect::cli::Call> {
    commands
        .shell
        .iter()
        .flat_map(|facts| &facts.cloud)
        .collect()
}

fn of_call(call: &inspect::cli::Call, out: &mut Gathered) {
    out.is.insert(call.effect.as_str());
    out.names("tools", [&call.tool]);
    let verb = format!("{} {}", call.tool, call.verb);
    out.names("verbs", [&verb]);
    out.names("objects", [&call.object]);
}

fn of_http(facts: &http::Facts, out: &mut Gathered) {
    out.is.insert(facts.effect.as_str());
    out.is
        .extend(facts.hazards.iter().map(|hazard| hazard.as_str()));
    out.when(facts.unknown, "unknown");
    out.names("methods", [&facts.method]);
    out.names("hosts", &facts.host);
    out.names("paths", [&facts.path]);
}

fn of_path(facts: &paths::Facts, out: &mut Gathered) {
    let words = [
        (facts.traversal, "traversal"),
        (facts.outside_roots, "outside_roots"),
        (facts.sensitive, "sensitive"),
        (facts.system, "system"),
        (facts.home_dotfile, "home_dotfile"),
        (facts.device, "device"),
        (facts.log, "log"),
        (facts.startup, "startup"),
        (facts.unknown, "unknown"),
    ];
    for (is, word) in words {
        out.when(is, word);
    }
    out.names("all", [&facts.normalised]);
}

fn of_nosql(facts: &nosql::Facts, out: &mut Gathered) {
    out.is.insert(facts.effect.as_str());
    out.is
        .extend(facts.hazards.iter().copied().map(Hazard::as_str));
    out.when(facts.unfiltered, "unfiltered");
    out.names("verbs", [&facts.verb]);
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use inspect::{cli, http, shell, sql};
    use policy::vocabulary::{CLOUD, HAZARDS, HTTP, NOSQL, SHELL, SQL};

    fn words<T: Copy>(
        all: &[T],
        word: fn(T) -> &'static str,
        more: &[&'static str],
    ) -> BTreeSet<&'static str> {
        all.iter()
            .map(|one| word(*one))
            .chain(more.iter().copied())
            .collect()
    }

    #[test]
    fn policies_have_a_word_for_every_fact() {
        let mut expected = words(
            sql::Effect::ALL,
            sql::Effect::as_str,
            &["unfiltered", "obscured", "several", "unknown"],
        );
        expected.extend(words(sql::Hazard::ALL, sql::Hazard::as_str, &[]));
        assert_eq!(SQL.iter().copied().collect::<BTreeSet<_>>(), expected);
        let mut expected = words(
            shell::Effect::ALL,
            shell::Effect::as_str,
            &["obscured", "unknown"],
        );
        let hazards = words(shell::Hazard::ALL, shell::Hazard::as_str, &[]);
        expected.extend(&hazards);
        assert_eq!(
            SHELL
                .iter()
                .chain(HAZARDS)
                .copied()
                .collect::<BTreeSet<_>>(),
            expected
        );
        let calls = words(cli::CallEffect::ALL, cli::CallEffect::as_str, &[]);
        assert_eq!(CLOUD.iter().copied().collect::<BTreeSet<_>>(), calls);
        let mut expected = words(http::Effect::ALL, http::Effect::as_str, &[]);
        expected.extend(words(http::Hazard::ALL, http::Hazard::as_str, &[]));
        assert_eq!(HTTP.iter().copied().collect::<BTreeSet<_>>(), expected);
        let mut expected = calls;
        expected.extend(&hazards);
        expected.insert("unfiltered");
        assert_eq!(
            NOSQL
                .iter()
                .chain(HAZARDS)
                .copied()
                .collect::<BTreeSet<_>>(),
            expected
        );
    }
}
