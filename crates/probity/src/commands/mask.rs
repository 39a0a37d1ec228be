use std::io::{self, BufRead, Write};

use ::mask::{
    Certainty, Class, Crossing, Finding, Framing, Key, MaskSet, Masked, Part, Relay, Showing,
    Stream,
};
use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use crate::cli::MaskArgs;
use crate::exit::Exit;

/// One line of the input.
#[derive(Deserialize)]
struct Case {
    id: serde_json::Value,
    direction: CaseDirection,
    transport: Transport,
    wire: String,
    /// Byte offsets at which the stream was cut.
    #[serde(default)]
    chunks: Vec<usize>,
    #[serde(default)]
    http: Option<Http>,
}

#[derive(Deserialize)]
enum CaseDirection {
    #[serde(rename = "client->server")]
    ClientToServer,
    #[serde(rename = "server->client")]
    ServerToClient,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Transport {
    Stdio,
    HttpJson,
    Sse,
}

/// The head of an HTTP request or answer.
#[derive(Deserialize, Serialize)]
struct Http {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    method: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    headers: Option<Vec<(String, String)>>,
    #[serde(flatten)]
    rest: serde_json::Map<String, serde_json::Value>,
}

impl Http {
    /// Gives the length of the masked body, in bytes, where that of the body was given (RFC 9110 §8.6).
    fn measure(&mut self, was: usize, is: usize) {
        for (name, value) in self.headers.iter_mut().flatten() {
            if name.eq_ignore_ascii_case("content-length") && value.trim().parse() == Ok(was) {
                *value = is.to_string();
            }
        }
    }
}

/// One line of the output.
#[derive(Serialize)]
struct Answer<'a> {
    id: &'a serde_json::Value,
    wire: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    http: Option<Http>,
    findings: Vec<Found>,
}

#[derive(Serialize)]
struct Found {
    kind: String,
    path: String,
    start: usize,
    end: usize,
    /// Where it is, if not in the message: `header:<name>` or `path`.
    #[serde(rename = "in", skip_serializing_if = "Option::is_none")]
    place: Option<String>,
    #[serde(flatten)]
    why: Option<Why>,
}

#[derive(Serialize)]
struct Why {
    class: &'static str,
    certainty: &'static str,
    part: &'static str,
    views: Vec<&'static str>,
}

pub(super) fn run(args: &MaskArgs) -> Result<Exit> {
    let masker = Masker::new(args);
    let mut out = io::BufWriter::new(io::stdout().lock());
    let mut exit = Exit::Ok;
    for (at, line) in io::stdin().lock().lines().enumerate() {
        let line = line.context("cannot read standard input")?;
        if line.trim().is_empty() {
            continue;
        }
        match serde_json::from_str(&line) {
            Ok(case) => serde_json::to_writer(&mut out, &masker.answer(&case))?,
            Err(error) => {
                exit = Exit::Failed;
                let complaint = serde_json::json!({ "line": at + 1, "error": error.to_string() });
                serde_json::to_writer(&mut out, &complaint)?;
            }
        }
        out.write_all(b"\n")?;
        out.flush()?;
    }
    Ok(exit)
}

struct Masker {
    masks: MaskSet,
    stored: bool,
    explain: bool,
}

impl Masker {
    fn new(args: &MaskArgs) -> Self {
        let showing = if args.relayed {
            Showing::default()
        } else {
            Showing::strict()
        };
        let builder = MaskSet::builder()
            .showing(showing)
            .key(Key::from_bytes(b"probity mask"));
        let builder = if args.network {
            builder.with(Class::Network)
        } else {
            builder
        };
        Self {
            masks: builder.build(),
            stored: args.stored,
            explain: args.explain,
        }
    }

    fn answer<'a>(&self, case: &'a Case) -> Answer<'a> {
        let at = match case.direction {
            CaseDirection::ClientToServer => Crossing::to_server(""),
            CaseDirection::ServerToClient => Crossing::to_agent(""),
        };
        let framing = match case.transport {
            Transport::Stdio => Framing::Lines,
            Transport::HttpJson => Framing::Body,
            Transport::Sse => Framing::Events,
        };
        let mut wire = Vec::new();
        let mut findings = Vec::new();
        for relay in self.relays(case, framing, &at) {
            findings.extend(self.found(&relay.findings, None));
            wire.extend(if self.stored {
                relay.stored
            } else {
                relay.relayed
            });
        }
        let wire = String::from_utf8_lossy(&wire).into_owned();
        let mut http = case
            .http
            .as_ref()
            .map(|http| self.http(http, &at, &mut findings));
        if let Some(http) = &mut http {
            http.measure(case.wire.len(), wire.len());
        }
        Answer {
            id: &case.id,
            http,
            wire,
            findings,
        }
    }

    /// The frames of the wire, given in the portions in which it came.
    fn relays(&self, case: &Case, framing: Framing, at: &Crossing<'_>) -> Vec<Relay> {
        let mut stream = Stream::new(self.masks.clone(), framing, at);
        let wire = case.wire.as_bytes();
        let mut relays = Vec::new();
        let mut from = 0;
        for to in case.chunks.iter().copied().chain([wire.len()]) {
            relays.extend(stream.push(wire.get(from..to).unwrap_or_default()));
            from = to.clamp(from, wire.len());
        }
        relays.extend(stream.finish());
        relays
    }

    fn http(&self, http: &Http, at: &Crossing<'_>, findings: &mut Vec<Found>) -> Http {
        let mut shown = |place: &str, masked: Masked<'_>| {
            findings.extend(self.found(&masked.findings, Some(place)));
            self.shown(&masked)
        };
        Http {
            method: http.method.clone(),
            path: http
                .path
                .as_ref()
                .map(|path| shown("path", self.masks.apply_uri(path.as_bytes(), at))),
            headers: http.headers.as_ref().map(|headers| {
                let field = |(name, value): &(String, String)| {
                    let masked = self.masks.apply_header(name, value.as_bytes(), at);
                    (name.clone(), shown(&format!("header:{name}"), masked))
                };
                headers.iter().map(field).collect()
            }),
            rest: http.rest.clone(),
        }
    }

    fn shown(&self, masked: &Masked<'_>) -> String {
        let bytes = if self.stored {
            &masked.stored
        } else {
            &masked.relayed
        };
        String::from_utf8_lossy(bytes).into_owned()
    }

    fn found(&self, findings: &[Finding], place: Option<&str>) -> Vec<Found> {
        let found = findings.iter().map(|finding| Found {
            kind: finding.kind.to_string(),
            path: finding.path.to_string(),
            start: finding.span.start,
            end: finding.span.end,
            place: place.map(str::to_owned),
            why: self.explain.then(|| why(finding)),
        });
        found.collect()
    }
}

fn why(finding: &Finding) -> Why {
    Why {
        class: match finding.class {
            Some(Class::Credential) => "credential",
            Some(Class::Card) => "card",
            Some(Class::Authentication) => "authentication",
            Some(Class::Identifier) => "identifier",
            Some(Class::Contact) => "contact",
            Some(Class::Network) => "network",
            None => "unknown: it could not be looked into within the limits",
        },
        certainty: match finding.certainty {
            Certainty::Named => "a name or a word nearby says so",
            Certainty::Shaped => "its shape says so",
            Certainty::Checked => "its checksum says so",
        },
        part: match finding.part {
            Part::Value => "value",
            Part::Name => "name",
        },
        views: finding.views.clone(),
    }
}
