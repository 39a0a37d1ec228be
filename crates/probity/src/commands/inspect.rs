use std::io::{self, BufRead as _, Write as _};

use ::inspect::arguments::{self, Call, Commands, Language, Settings};
use ::inspect::sql::Dialect;
use anyhow::{Context as _, Result, anyhow};
use clap::ValueEnum as _;
use gate::Inspected;
use model::{Caller, UpstreamName};
use policy::vocabulary::TOOLS_CALL;
use policy::{Effects, Facts, MessageFacts, Policy, Request, Target, Verdict};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::cli::{InspectArgs, Kind};
use crate::exit::Exit;

/// The tool of a call where none is named.
const TOOL: &str = "run";

/// One line of the input.
#[derive(Deserialize)]
struct Case {
    #[serde(default)]
    id: Value,
    #[serde(default)]
    kind: Option<String>,
    #[serde(default)]
    dialect: Option<String>,
    #[serde(default)]
    tool: Option<String>,
    text: String,
}

/// One line of the output.
#[derive(Serialize)]
struct Answer {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<Value>,
    verdict: &'static str,
    facts: Value,
    reasons: Vec<String>,
}

pub(super) fn run(args: &InspectArgs) -> Result<Exit> {
    let judge = Judge {
        policy: super::policy::asked(&args.asked)?,
        server: "inspected".parse::<UpstreamName>()?,
    };
    if args.batch {
        return judge.batch();
    }
    let text = args.text.as_deref().unwrap_or_default();
    let language = args.kind.map(Kind::language);
    let settings = settings(args.dialect.as_deref())?;
    let answer = judge.answer(text, language, args.tool.as_deref(), &settings);
    let mut out = io::stdout().lock();
    serde_json::to_writer_pretty(&mut out, &answer)?;
    out.write_all(b"\n")?;
    Ok(Exit::Ok)
}

fn settings(dialect: Option<&str>) -> Result<Settings> {
    let dialect = dialect.map(str::parse::<Dialect>).transpose()?;
    Ok(Settings {
        // What is said to be of no dialect is of any.
        dialect: dialect.filter(|dialect| *dialect != Dialect::Generic),
        ..Settings::default()
    })
}

struct Judge {
    policy: Policy,
    server: UpstreamName,
}

impl Judge {
    fn batch(&self) -> Result<Exit> {
        let mut out = io::BufWriter::new(io::stdout().lock());
        let mut exit = Exit::Ok;
        for (at, line) in io::stdin().lock().lines().enumerate() {
            let line = line.context("cannot read standard input")?;
            if line.trim().is_empty() {
                continue;
            }
            let answer = self.line(&line).unwrap_or_else(|(id, error)| {
                exit = Exit::Failed;
                // What cannot be judged does not pass.
                Answer {
                    id: Some(id),
                    verdict: "hold",
                    facts: json!({}),
                    reasons: vec![format!("line {}: {error:#}", at + 1)],
                }
            });
            serde_json::to_writer(&mut out, &answer)?;
            out.write_all(b"\n")?;
            out.flush()?;
        }
        Ok(exit)
    }

    fn line(&self, line: &str) -> Result<Answer, (Value, anyhow::Error)> {
        let value: Value =
            serde_json::from_str(line).map_err(|error| (Value::Null, error.into()))?;
        let id = value.get("id").cloned().unwrap_or_default();
        let judged = || {
            let case: Case = serde_json::from_value(value)?;
            let (language, dialect) = read_as(case.kind.as_deref(), case.dialect.as_deref())?;
            let settings = settings(dialect)?;
            let answer = self.answer(&case.text, language, case.tool.as_deref(), &settings);
            Ok(Answer {
                id: Some(case.id),
                ..answer
            })
        };
        judged().map_err(|error| (id, error))
    }

    fn answer(
        &self,
        text: &str,
        language: Option<Language>,
        tool: Option<&str>,
        settings: &Settings,
    ) -> Answer {
        let tool = tool.unwrap_or(TOOL);
        let inspected = match language {
            Some(language) => Inspected {
                commands: arguments::inspect_text(text, language, settings),
                // What a path is for, only its tool says.
                verb: (language == Language::Path).then(|| arguments::verb(tool)),
            },
            None => self.looked_at(text, tool, settings),
        };
        let mut facts = MessageFacts {
            method: TOOLS_CALL.into(),
            ..MessageFacts::default()
        };
        inspected.tell(&mut facts);
        let caller = Caller::anonymous();
        let verdict = self.policy.decide(&Request {
            caller: &caller,
            groups: &[],
            server: &self.server,
            action: TOOLS_CALL,
            target: Target::Tool(tool),
            facts: Facts::Message(&facts),
        });
        Answer {
            id: None,
            verdict: match &verdict {
                Verdict::Permit(_) => "allow",
                Verdict::Hold(..) => "hold",
                Verdict::Refuse(_) => "block",
            },
            facts: shown(&facts, &inspected.commands),
            reasons: self.reasons(&verdict),
        }
    }

    /// As an argument whose name says nothing.
    fn looked_at(&self, text: &str, tool: &str, settings: &Settings) -> Inspected {
        let call = Call {
            server: self.server.as_str(),
            tool,
            arguments: &json!({ "argument": text }),
        };
        Inspected {
            commands: arguments::inspect(&call, settings),
            verb: Some(arguments::verb(tool)),
        }
    }

    /// The rules that decided, each with what it says.
    fn reasons(&self, verdict: &Verdict) -> Vec<String> {
        let reason = verdict.reason();
        let rules = reason.rules.iter().map(|id| {
            let rule = self.policy.rules().iter().find(|rule| rule.id == *id);
            match rule.and_then(|rule| rule.told.as_deref()) {
                Some(told) => format!("{id}: {told}"),
                None => id.to_string(),
            }
        });
        let errors = reason.errors.iter().map(ToString::to_string);
        rules.chain(errors).collect()
    }
}

/// The language that a kind and a dialect mean together, and what is left of the dialect.
fn read_as<'a>(
    kind: Option<&str>,
    dialect: Option<&'a str>,
) -> Result<(Option<Language>, Option<&'a str>)> {
    let of = |name: &str| Kind::from_str(name, true).ok().map(Kind::language);
    let Some(kind) = kind else {
        return Ok((None, dialect));
    };
    let language = match kind.to_ascii_lowercase().as_str() {
        "file" | "paths" | "filesystem" => Language::Path,
        "bash" | "sh" | "command" | "kubectl" | "terraform" | "git" | "docker" | "aws"
        | "gcloud" | "az" | "helm" => Language::Shell,
        "nosql" => {
            let dialect = dialect.ok_or_else(|| anyhow!("`nosql` needs a dialect"))?;
            let language = of(dialect).ok_or_else(|| anyhow!("there is no dialect `{dialect}`"))?;
            return Ok((Some(language), None));
        }
        other => of(other).ok_or_else(|| anyhow!("there is no kind `{other}`"))?,
    };
    let language = match (language, dialect) {
        (Language::Shell, Some(dialect)) => of(dialect).unwrap_or(Language::Shell),
        _ => language,
    };
    let dialect = dialect.filter(|_| language == Language::Sql);
    Ok((Some(language), dialect))
}

/// The facts that are true and the names, by language.
fn shown(facts: &MessageFacts, commands: &Commands) -> Value {
    let mut out: Map<String, Value> = facts
        .commands()
        .into_iter()
        .filter_map(|(name, effects)| Some((name.to_owned(), effects_shown(effects?))))
        .collect();
    if commands.unread {
        out.insert("unread".to_owned(), true.into());
    }
    Value::Object(out)
}

fn effects_shown(effects: &Effects) -> Value {
    let mut out = Map::new();
    out.insert("is".to_owned(), json!(effects.is));
    for (name, of) in effects.names.iter().filter(|(_, of)| !of.is_empty()) {
        out.insert((*name).to_owned(), json!(of));
    }
    Value::Object(out)
}
