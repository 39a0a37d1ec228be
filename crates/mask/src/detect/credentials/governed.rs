//! Texts that a name outside of them governs: a member, a header, a column.

use super::labels::{self, Value};
use super::names::{self, Sensitive};
use super::values::{self, Found};
use crate::detect::recent::Recent;
use crate::detect::{Certainty, Class, Hit, Scope};

/// What the names say of the text; not for definitions, where they say nothing.
pub(super) fn governing(names: &[&str]) -> Option<Sensitive> {
    let mut names = names.iter().rev().map(|name| said(name));
    let nearest = names.find(|said| !said.is_generic)?;
    nearest.sensitive.or_else(|| {
        // `{"secrets": {"stripe": "…"}}`: a secret under a name of its own.
        let above = names.next()?;
        (above.holds_secrets && nearest.is_own).then_some(Sensitive::Token)
    })
}

/// What a name says of the text that it governs.
#[derive(Debug, Clone, Copy, Default)]
struct Said {
    sensitive: Option<Sensitive>,
    is_generic: bool,
    holds_secrets: bool,
    is_own: bool,
}

fn said(name: &str) -> Said {
    thread_local! {
        static RECENT: Recent<Said> = const { Recent::new() };
    }
    RECENT.with(|recent| {
        recent.said(name, |name| Said {
            sensitive: names::sensitive(name),
            is_generic: names::is_generic(name),
            holds_secrets: names::holds_secrets(name),
            is_own: is_own_name(name),
        })
    })
}

/// Takes the text, or its secret part.
pub(super) fn find(scope: &Scope<'_>, what: Sensitive, hits: &mut Vec<Hit>) {
    let text = scope.text;
    let trimmed = text.trim();
    let start = text.len() - text.trim_start().len();
    let span = start..start + trimmed.len();
    match what {
        Sensitive::Authorization => {
            labels::authorization(text, &Value::whole(span), hits);
            return;
        }
        Sensitive::Cookie => {
            let name = scope.names.last().copied().unwrap_or_default();
            labels::cookies(text, &Value::whole(span), name, hits);
            return;
        }
        // Keys and passwords inside are found by their own names.
        Sensitive::ConnectionString if has_parts(trimmed) => return,
        _ => {}
    }
    let own = scope
        .names
        .iter()
        .any(|name| name.eq_ignore_ascii_case(trimmed));
    let nested = trimmed.starts_with(['{', '[']) && trimmed.ends_with(['}', ']']);
    if !own && !nested && values::is_secret(what, trimmed, Found::Whole) {
        hits.push(Hit {
            kind: what.kind(),
            class: what.class(),
            span,
            certainty: Certainty::Named,
        });
        return;
    }
    // `{"token": "Bearer …"}`, `{"api_key": "Token …"}`.
    if let Some((scheme, rest)) = trimmed.split_once(' ')
        && ["bearer", "token", "basic", "apikey", "key"]
            .iter()
            .any(|known| scheme.eq_ignore_ascii_case(known))
        && values::is_secret(Sensitive::Token, rest, Found::Whole)
    {
        hits.push(Hit {
            kind: what.kind(),
            class: Class::Credential,
            span: span.end - rest.len()..span.end,
            certainty: Certainty::Named,
        });
    }
}

/// Arguments that an option before them, or the command's own habit, marks: `-u`, `user:x`; `-px`.
pub(super) fn argument(scope: &Scope<'_>, hits: &mut Vec<Hit>) {
    let start = match scope.names.last().copied() {
        Some("-u" | "-U" | "--user" | "--proxy-user") => scope.text.find(':').map(|at| at + 1),
        _ if scope.text.starts_with("-p") && is_argument(scope.names) => Some(2).filter(|at| {
            let rest = scope.text.as_bytes().get(*at..).unwrap_or_default();
            rest.iter()
                .all(|b| b.is_ascii_graphic() && !b"/:.=".contains(b))
        }),
        _ => None,
    };
    let Some(value) = start.and_then(|start| scope.text.get(start..)) else {
        return;
    };
    if values::is_secret(Sensitive::Password, value, Found::Word) && value.len() >= 6 {
        hits.push(Hit {
            kind: "password",
            class: Class::Credential,
            span: scope.text.len() - value.len()..scope.text.len(),
            certainty: Certainty::Named,
        });
    }
}

/// Whether the text stands in a list of arguments; the nearest name may be an option before it.
fn is_argument(names: &[&str]) -> bool {
    names.iter().rev().take(2).any(|name| {
        ["args", "argv", "cmd", "command", "arguments"]
            .iter()
            .any(|list| name.eq_ignore_ascii_case(list))
    })
}

/// Whether a connection string has a password under a name, or in a URL.
fn has_parts(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    [
        "password=",
        "pwd=",
        "password =",
        "accountkey=",
        "accesskey=",
        "sharedaccesssignature=",
        "://",
    ]
    .iter()
    .any(|part| lower.contains(part))
}

/// Whether a name below `secrets` is a secret's own, and not one of what describes secrets.
fn is_own_name(name: &str) -> bool {
    !matches!(
        name.to_ascii_lowercase().as_str(),
        "name"
            | "id"
            | "type"
            | "kind"
            | "username"
            | "user"
            | "email"
            | "url"
            | "host"
            | "port"
            | "path"
            | "key"
            | "created"
            | "created_at"
            | "createdat"
            | "updated_at"
            | "updatedat"
            | "version"
            | "description"
            | "arn"
            | "expires"
            | "expires_at"
            | "expiresat"
            | "scope"
            | "region"
            | "database"
            | "namespace"
            | "fingerprint"
            | "last_used"
            | "owner"
            | "uid"
            | "project"
            | "projectid"
            | "project_id"
            | "client_id"
            | "clientid"
            | "private_key_id"
    )
}
