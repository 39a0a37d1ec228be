//! The resolved configuration as `probity check` prints it: secrets as the place they come from.

use std::fmt::Write as _;

use gateway::{AnchoredLogs, Target};
use serde_json::{Map, Value, json};

use super::file::limits_table;
use super::{Config, Upstream, identity};

/// For a person.
pub(crate) fn print_text(config: &Config) -> String {
    let mut out = String::new();
    let mut line = |key: &str, value: String| {
        // Writing to a String cannot fail.
        let _ = writeln!(out, "{}", format!("{key:<24} {value}").trim_end());
    };
    line("listen", config.listen.to_string());
    line("data", config.data.display().to_string());
    line("log origin", format!("{}/gw/{}", config.org, config.node));
    line("hosts", list(config.hosts.iter()));
    line("origins", list(config.origins.iter()));
    line("receipts", config.receipts.to_string());
    line("root key", root(config));
    line("purge approvals", config.purge_approvals_min.to_string());
    line("serve_log", config.serve_log.to_string());
    line("policies", config.policies.written().join(", "));
    for (what, how) in config.masking.lines() {
        line(what, how);
    }
    for (what, how) in identity::lines(&config.identity) {
        line(&what, how);
    }
    let public_url = config.public_url();
    for (name, upstream) in &config.upstreams {
        line("", String::new());
        line(&format!("upstream {name}"), target(upstream));
        line("  endpoint", format!("{public_url}/mcp/{name}"));
        line("  anonymous", upstream.access.anonymous.to_string());
        line(
            "  opened by",
            identity::opened_by(&upstream.access, &config.identity),
        );
        let scopes = identity::scopes(&upstream.access);
        if !scopes.is_empty() {
            line("  scopes", scopes);
        }
        for (what, source) in &upstream.settings {
            line(&format!("  {what}"), source.to_string());
        }
        for (what, how) in super::arguments::lines(&upstream.arguments) {
            line(&format!("  {what}"), how);
        }
    }
    for witness in &config.anchors.witnesses {
        line(
            &format!("witness {}", witness.key.name()),
            format!("{} every {} ms", witness.url, witness.interval_ms),
        );
    }
    for authority in &config.anchors.authorities {
        line(
            "timestamps",
            format!("{} every {} ms", authority.url, authority.interval_ms),
        );
    }
    line("", String::new());
    for (name, value) in limits_table(&config.limits) {
        line(&format!("limit {name}"), value.to_string());
    }
    out
}

/// For a program.
pub(crate) fn print_json(config: &Config) -> Value {
    let upstreams: Map<String, Value> = config
        .upstreams
        .iter()
        .map(|(name, upstream)| {
            let settings: Map<String, Value> = upstream
                .settings
                .iter()
                .map(|(what, source)| (what.clone(), source.to_string().into()))
                .collect();
            let value = json!({
                "transport": transport(&upstream.target),
                "target": target(upstream),
                "anonymous": upstream.access.anonymous,
                "opened_by": identity::opened_by(&upstream.access, &config.identity),
                "scopes": identity::scopes(&upstream.access),
                "arguments": super::arguments::lines(&upstream.arguments),
                "settings": settings,
            });
            (name.to_string(), value)
        })
        .collect();
    let limits: Map<String, Value> = limits_table(&config.limits)
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.into()))
        .collect();
    let witnesses: Vec<Value> = config
        .anchors
        .witnesses
        .iter()
        .map(|witness| {
            json!({
                "url": witness.url.to_string(),
                "vkey": witness.key.to_vkey(),
                "logs": logs(witness.logs),
                "interval_ms": witness.interval_ms,
            })
        })
        .collect();
    let timestamps: Vec<Value> = config
        .anchors
        .authorities
        .iter()
        .map(|authority| {
            json!({
                "url": authority.url.to_string(),
                "logs": logs(authority.logs),
                "interval_ms": authority.interval_ms,
            })
        })
        .collect();
    json!({
        "witnesses": witnesses,
        "timestamps": timestamps,
        "listen": config.listen.to_string(),
        "public_url": config.public_url(),
        "identity": identity::to_json(&config.identity),
        "data": config.data.display().to_string(),
        "org": config.org,
        "node": config.node,
        "hosts": config.hosts.iter().map(|h| h.as_ref()).collect::<Vec<&str>>(),
        "origins": config.origins.iter().map(|o| o.as_ref()).collect::<Vec<&str>>(),
        "receipts": config.receipts,
        "serve_log": config.serve_log,
        "policies": config.policies.written(),
        "masking": config.masking.to_json(),
        "root_key": root(config),
        "purge_approvals_min": config.purge_approvals_min,
        "upstreams": upstreams,
        "limits": limits,
    })
}

/// Where the root key is, and where the token for it comes from.
fn root(config: &Config) -> String {
    let Some(vault) = &config.root else {
        return "a file in the data directory".to_owned();
    };
    let transit = &vault.transit;
    format!(
        "{} in {}, mounted at {}, token from {}",
        transit.key, transit.url, transit.mount, vault.token
    )
}

fn target(upstream: &Upstream) -> String {
    match &upstream.target {
        Target::Http(http) | Target::HttpSse(http) => http.url.to_string(),
        Target::Stdio(stdio) => {
            let words = stdio.argv.iter().map(String::as_str);
            shlex::try_join(words).unwrap_or_else(|_| format!("{:?}", stdio.argv))
        }
    }
}

fn transport(target: &Target) -> &'static str {
    match target {
        Target::Http(_) => "streamable_http",
        Target::HttpSse(_) => "http_sse",
        Target::Stdio(_) => "stdio",
    }
}

fn logs(logs: AnchoredLogs) -> Vec<&'static str> {
    let named = [(logs.org, "org"), (logs.node, "node")];
    named
        .into_iter()
        .filter(|(on, _)| *on)
        .map(|(_, name)| name)
        .collect()
}

fn list<'a>(texts: impl Iterator<Item = &'a std::sync::Arc<str>>) -> String {
    let all: Vec<&str> = texts.map(AsRef::as_ref).collect();
    if all.is_empty() {
        "none besides loopback".to_owned()
    } else {
        all.join(", ")
    }
}
