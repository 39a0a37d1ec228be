use std::io::{self, Write as _};

use anyhow::{Result, ensure};
use identity::{ApiKey, Role};
use model::Timestamp;
use serde_json::{Value, json};

use crate::cli::{
    ConfigArgs, TokenArgs, TokenCommand, TokenCreateArgs, TokenListArgs, TokenRevokeArgs,
};
use crate::config;
use crate::exit::{Exit, NotFound};
use crate::system::now;
use crate::tokens::{self, Wanted};
use crate::view::escape;

/// Milliseconds of a day.
const DAY_MS: u64 = 86_400_000;

pub(super) fn run(args: &TokenArgs) -> Result<Exit> {
    match &args.command {
        TokenCommand::Create(args) => create(args),
        TokenCommand::List(args) => list(args),
        TokenCommand::Revoke(args) => revoke(args),
    }
}

fn open(args: &ConfigArgs) -> Result<store::ApiKeyFile> {
    tokens::open(&config::data_dir(args.config.as_deref(), args.overrides())?)
}

fn create(args: &TokenCreateArgs) -> Result<Exit> {
    ensure!(
        !args.subject.trim().is_empty(),
        "a token stands for somebody: name the subject"
    );
    ensure!(
        args.group.iter().all(|group| !group.trim().is_empty()),
        "a group has a name"
    );
    let file = open(&args.config)?;
    let days = args.expires_in_days.map(u64::from);
    let issued = tokens::issue(
        &file,
        &Wanted {
            subject: &args.subject,
            role: if args.service {
                Role::Service
            } else {
                Role::Person
            },
            groups: &args.group,
            upstreams: &args.upstream,
            expires: days.map(|days| now().plus_ms(days.saturating_mul(DAY_MS))),
        },
    )?;
    let mut out = io::stdout().lock();
    if args.json {
        let mut object = key_json(&issued.key);
        if let Value::Object(members) = &mut object {
            members.insert("token".to_owned(), issued.token.as_str().into());
        }
        writeln!(out, "{object}")?;
    } else {
        writeln!(out, "{}", issued.token)?;
        out.flush()?;
        hint(&format!(
            "This token stands for `{}` and is not shown again. Its id is {}.",
            escape(&args.subject),
            issued.key.id
        ));
    }
    Ok(Exit::Ok)
}

fn list(args: &TokenListArgs) -> Result<Exit> {
    let keys = open(&args.config)?.load()?;
    let mut out = io::stdout().lock();
    if args.json {
        for key in &keys {
            writeln!(out, "{}", key_json(key))?;
        }
        return Ok(Exit::Ok);
    }
    writeln!(
        out,
        "{:<12}  {:<9}  {:<7}  {:<19}  {:<20}  {:<12}  upstreams",
        "id", "state", "role", "created (UTC)", "subject", "groups"
    )?;
    for key in &keys {
        let created: String = key.created.to_string().chars().take(19).collect();
        writeln!(
            out,
            "{:<12}  {:<9}  {:<7}  {:<19}  {:<20}  {:<12}  {}",
            key.id,
            state(key),
            role(key),
            created.replace('T', " "),
            escape(&key.subject),
            groups(key),
            upstreams(key).map_or_else(|| "all".to_owned(), |names| names.join(", ")),
        )?;
    }
    Ok(Exit::Ok)
}

fn revoke(args: &TokenRevokeArgs) -> Result<Exit> {
    if !open(&args.config)?.revoke(&args.id, now())? {
        let message = format!(
            "there is no token `{}`; `probity token list` prints the ids",
            escape(&args.id)
        );
        return Err(NotFound(message).into());
    }
    hint(&format!("The token {} is refused from now on.", args.id));
    Ok(Exit::Ok)
}

fn key_json(key: &ApiKey) -> Value {
    json!({
        "id": key.id,
        "subject": key.subject,
        "role": role(key),
        "groups": key.groups,
        "state": state(key),
        "upstreams": upstreams(key),
        "created": key.created.to_string(),
        "expires": key.expires.map(|at| at.to_string()),
        "revoked": key.revoked.map(|at| at.to_string()),
    })
}

fn state(key: &ApiKey) -> &'static str {
    let past = |at: Option<Timestamp>| at.is_some_and(|at| at <= now());
    if past(key.revoked) {
        "revoked"
    } else if past(key.expires) {
        "expired"
    } else {
        "valid"
    }
}

fn role(key: &ApiKey) -> &'static str {
    match key.role {
        Role::Person => "person",
        Role::Service => "service",
    }
}

fn upstreams(key: &ApiKey) -> Option<Vec<String>> {
    let names = key.upstreams.as_ref()?;
    Some(names.iter().map(ToString::to_string).collect())
}

fn groups(key: &ApiKey) -> String {
    match key.groups.as_slice() {
        [] => "-".to_owned(),
        groups => escape(&groups.join(", ")),
    }
}

/// Words for the person at the terminal: not part of the output that scripts read.
fn hint(text: &str) {
    // Nothing is lost if nobody can read it.
    let _ = writeln!(io::stderr().lock(), "{text}");
}
