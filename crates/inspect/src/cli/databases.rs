//! Clients of databases: what they are handed goes to `inspect::sql`.

use super::{CallEffect, Line, Outcome, effect_of};
use crate::nosql;
use crate::shell::{Effect, Hazard, Unknown};

/// A client, the flags that hand it a text, and whether a text may stand as its last operand.
struct Client {
    name: &'static str,
    text_flags: &'static [&'static str],
    file_flags: &'static [&'static str],
    valued: &'static str,
    /// How many operands stand before one that is a text; `None` where none is.
    operands: Option<usize>,
}

const CLIENTS: &[Client] = &[
    Client {
        name: "psql",
        text_flags: &["-c", "--command"],
        file_flags: &["-f", "--file"],
        valued: "-h -p -U -d -c -f -v -o -L --host --port --username --dbname --command --file --set",
        operands: None,
    },
    Client {
        name: "mysql",
        text_flags: &["-e", "--execute"],
        file_flags: &[],
        valued: "-h -P -u -D -e --host --port --user --database --execute",
        operands: None,
    },
    Client {
        name: "mariadb",
        text_flags: &["-e", "--execute"],
        file_flags: &[],
        valued: "-h -P -u -D -e",
        operands: None,
    },
    Client {
        name: "sqlite3",
        text_flags: &["-cmd"],
        file_flags: &["-init"],
        valued: "-cmd -init -separator -nullvalue",
        operands: Some(1),
    },
    Client {
        name: "duckdb",
        text_flags: &["-c", "-s", "-cmd"],
        file_flags: &["-init"],
        valued: "-c -s -cmd -init",
        operands: Some(1),
    },
    Client {
        name: "clickhouse-client",
        text_flags: &["-q", "--query"],
        file_flags: &["--queries-file"],
        valued: "-q --query -h --host -u --user -d --database --port --password",
        operands: None,
    },
    Client {
        name: "sqlcmd",
        text_flags: &["-Q", "-q"],
        file_flags: &["-i"],
        valued: "-Q -q -i -S -U -P -d",
        operands: None,
    },
    Client {
        name: "cqlsh",
        text_flags: &["-e", "--execute"],
        file_flags: &["-f", "--file"],
        valued: "-e -f -u -p -k",
        operands: None,
    },
];

pub(super) fn client(program: &str, line: Line<'_>) -> Outcome {
    match program {
        "dropdb" => return destroys(program, "drop", line),
        "mysqladmin" => {
            let drops = line.has(&["drop", "shutdown", "flush-privileges", "password"]);
            let reads = line.has(&[
                "status",
                "ping",
                "version",
                "processlist",
                "variables",
                "extended-status",
            ]);
            return if drops || !reads {
                destroys(program, "admin", line)
            } else {
                Outcome::call(program, "", "status", "", CallEffect::Read)
            };
        }
        "createdb" => return Outcome::call(program, "", "create", "", CallEffect::Write),
        "pg_dump" | "pg_dumpall" | "mysqldump" | "mongodump" => {
            let mut out = Outcome::call(program, "", "dump", "", CallEffect::Read);
            out.writes.extend(
                line.values(&["-f", "--file", "--out"])
                    .into_iter()
                    .map(str::to_owned),
            );
            out.effects.push(Effect::Network);
            return out;
        }
        "redis-cli" => return redis(line),
        "bq" => return bigquery(line),
        "mongo" | "mongosh" => return mongo(program, line),
        _ => {}
    }
    let Some(client) = CLIENTS.iter().find(|client| client.name == program) else {
        return Outcome::call(program, "", "", "", CallEffect::Unknown);
    };
    let mut out = Outcome::default();
    out.effects.push(Effect::Network);
    out.sql = line
        .values(client.text_flags)
        .into_iter()
        .map(str::to_owned)
        .collect();
    if let Some(before) = client.operands {
        out.sql.extend(
            line.operands(client.valued)
                .into_iter()
                .skip(before)
                .map(str::to_owned),
        );
    }
    let files: Vec<String> = line
        .values(client.file_flags)
        .into_iter()
        .map(str::to_owned)
        .collect();
    let lists = line.has(&["-l", "--list", "--version", "-V", "--help"]);
    for text in &out.sql {
        meta(program, text, &mut out.shell, &mut out.hazards);
    }
    if out.sql.iter().any(|text| text.contains('\0')) || !files.is_empty() {
        out.unknown = Some(Unknown::DynamicArgument);
    }
    if out.sql.is_empty() && files.is_empty() && !lists {
        out.unknown = Some(Unknown::DynamicArgument);
    }
    out.reads = files;
    if client.operands.is_some() {
        // The database is a file.
        let operands = line.operands(client.valued);
        out.reads
            .extend(operands.first().map(|file| (*file).to_owned()));
    }
    out
}

fn destroys(program: &str, verb: &str, line: Line<'_>) -> Outcome {
    let object = line
        .operands("-h -p -P -u -U --host --port --user")
        .join(" ");
    Outcome::call(program, "", verb, &object, CallEffect::Delete)
        .with(Hazard::ResourceDestruction, true)
}

/// Commands of the client itself that reach a shell: `\!` of psql and mysql, `.shell` of sqlite3.
fn meta(program: &str, text: &str, shell: &mut Vec<String>, hazards: &mut Vec<Hazard>) {
    let command = match program {
        "sqlite3" | "duckdb" => [".shell ", ".system ", ".sh "]
            .iter()
            .find_map(|start| text.trim_start().strip_prefix(start)),
        _ => text
            .split_once("\\!")
            .map(|(_, command)| command)
            .or(text.trim_start().strip_prefix("system ")),
    };
    if let Some(command) = command {
        hazards.push(Hazard::DynamicCommand);
        shell.push(command.trim().to_owned());
    }
}

/// Verbs of `bq`, the client of BigQuery.
const BIGQUERY: &[(CallEffect, &str)] = &[
    (
        CallEffect::Read,
        "ls show head version info help wait get-iam-policy",
    ),
    (
        CallEffect::Write,
        "cp load extract mk mkdef update insert cancel init partition undelete truncate",
    ),
    (CallEffect::Delete, "rm"),
    (
        CallEffect::Access,
        "set-iam-policy add-iam-policy-binding remove-iam-policy-binding",
    ),
];

fn bigquery(line: Line<'_>) -> Outcome {
    let operands = line.operands("--project_id --format --location --dataset_id --max_results -n");
    let verb = operands.first().copied().unwrap_or_default();
    let mut out = if verb == "query" {
        Outcome {
            sql: operands
                .iter()
                .skip(1)
                .map(|text| (*text).to_owned())
                .collect(),
            unknown: (operands.len() < 2).then_some(Unknown::DynamicArgument),
            ..Outcome::default()
        }
    } else {
        let effect = effect_of(BIGQUERY, verb).unwrap_or(CallEffect::Unknown);
        let object = operands.get(1..).unwrap_or_default().join(" ");
        Outcome::call("bq", "", verb, &object, effect)
            .with(Hazard::ResourceDestruction, effect == CallEffect::Delete)
    };
    out.effects.push(Effect::Network);
    out
}

fn redis(line: Line<'_>) -> Outcome {
    let words = line.operands("-h -p -a -n -u -s -r -i --user --pass -x --eval");
    let mut out = if let Some(file) = line.value(&["--eval"]) {
        let mut out = Outcome::call("redis-cli", "", "EVAL", file, CallEffect::Write);
        out.hazards.push(Hazard::DynamicCommand);
        out
    } else if words.is_empty() {
        Outcome {
            unknown: Some(Unknown::DynamicArgument),
            ..Outcome::default()
        }
    } else {
        let facts = nosql::redis(&words.join(" "));
        let verb = words
            .first()
            .copied()
            .unwrap_or_default()
            .to_ascii_uppercase();
        let mut out = Outcome::call(
            "redis-cli",
            "",
            &verb,
            words.get(1).copied().unwrap_or_default(),
            facts.effect,
        );
        out.hazards.extend(facts.hazards);
        out
    };
    out.effects.push(Effect::Network);
    out
}

fn mongo(program: &str, line: Line<'_>) -> Outcome {
    let mut out = Outcome::default();
    out.effects.push(Effect::Network);
    let texts = line.values(&["--eval", "-eval"]);
    for text in &texts {
        let facts = nosql::mongodb(text);
        let call = Outcome::call(program, "", &facts.verb, "", facts.effect);
        out.calls.extend(call.calls);
        out.hazards.extend(facts.hazards);
    }
    if texts.is_empty() {
        out.unknown = Some(Unknown::DynamicArgument);
    }
    out
}
