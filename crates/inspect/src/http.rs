//! What an HTTP request asks for.
//!
//! Method, host and path in one form, and what overrides them. Deliberately absent: name resolution.
//! A name that points at a private address looks like any other name here.

mod address;
mod command;
mod graphql;
mod request;

use std::collections::BTreeSet;

use crate::names::named;
use crate::paths;
use crate::shell;

pub(crate) use command::command_line;
pub use request::Request;

named! {
    /// What a request does to what stands at its path.
    pub enum Effect {
        /// Reads.
        Read = "read",
        /// Creates or changes.
        Write = "write",
        /// Deletes.
        Delete = "delete",
        /// Nothing is known about the method.
        Unknown = "unknown",
    }
}

named! {
    /// A pattern that is dangerous whatever the server is.
    pub enum Hazard {
        /// A cloud's metadata service, which hands out credentials.
        MetadataService = "metadata_service",
        /// `file:`, `gopher:` and other schemes that are not HTTP.
        LocalScheme = "local_scheme",
        /// A header or parameter that changes the method.
        MethodOverride = "method_override",
        /// A GraphQL mutation.
        GraphqlMutation = "graphql_mutation",
        /// The machine itself.
        Loopback = "loopback",
        /// An address of a private network, or a link-local one.
        PrivateAddress = "private_address",
        /// An address that is written as one number, in octal or in hexadecimal.
        ObscuredAddress = "obscured_address",
        /// A path that names something destructive behind a method that reads.
        DestructivePath = "destructive_path",
        /// Credentials in the URL.
        CredentialsInUrl = "credentials_in_url",
        /// The path climbs, or hides that it does.
        Traversal = "traversal",
    }
}

impl Hazard {
    /// The hazard that it is where a command makes the request.
    #[must_use]
    pub const fn of_a_command(self) -> Option<shell::Hazard> {
        match self {
            Self::MetadataService => Some(shell::Hazard::MetadataService),
            Self::LocalScheme => Some(shell::Hazard::SensitiveRead),
            Self::DestructivePath => Some(shell::Hazard::ResourceDestruction),
            _ => None,
        }
    }
}

/// What a request asks for, as far as its text tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// The method that counts, in capitals; the override if there is one.
    pub method: String,
    /// The host in one form: addresses in dotted or bracket-free notation, names in small letters.
    pub host: Option<String>,
    /// The path without escapes, `.` and `..`.
    pub path: String,
    /// What it does.
    pub effect: Effect,
    /// The dangerous patterns that were found.
    pub hazards: BTreeSet<Hazard>,
    /// Whether something could not be read.
    pub unknown: bool,
}

/// Longest request that is judged, in bytes.
const REQUEST_BYTES_MAX: usize = 64 * 1024;

const READING: &[&str] = &["GET", "HEAD", "OPTIONS", "PROPFIND", "REPORT", "SEARCH"];
const WRITING: &[&str] = &[
    "POST",
    "PUT",
    "PATCH",
    "MKCOL",
    "COPY",
    "MOVE",
    "LOCK",
    "UNLOCK",
    "PROPPATCH",
    "CONNECT",
    "LINK",
    "UNLINK",
];

/// Hosts of metadata services, in their one form.
const METADATA_HOSTS: &[&str] = &[
    "169.254.169.254",
    "169.254.170.2",
    "169.254.170.23",
    "100.100.100.200",
    "192.0.0.192",
    "fd00:ec2::254",
    "metadata",
    "metadata.google.internal",
    "metadata.goog",
    "metadata.azure.internal",
    "instance-data",
    "instance-data.ec2.internal",
];

/// Segments that name something destructive.
const DESTRUCTIVE: &[&str] = &[
    "delete",
    "destroy",
    "drop",
    "remove",
    "purge",
    "wipe",
    "truncate",
    "terminate",
    "shutdown",
    "_delete_by_query",
    "_delete",
    "reset",
    "deleteall",
    "delete-all",
    "flush",
    "uninstall",
    "revoke",
];

/// Headers and parameters that change the method.
const OVERRIDES: &[&str] = &[
    "x-http-method-override",
    "x-http-method",
    "x-method-override",
];
/// Headers that change the path that a server behind a proxy sees.
const PATH_OVERRIDES: &[&str] = &["x-original-url", "x-rewrite-url", "x-forwarded-path"];
/// Parameters that name what is to be done.
const ACTION_PARAMETERS: &[&str] = &[
    "action",
    "cmd",
    "command",
    "do",
    "op",
    "operation",
    "task",
    "func",
];
const OVERRIDE_PARAMETERS: &[&str] = &["_method", "_httpmethod", "x-http-method-override"];

/// Judges a request.
#[must_use]
pub fn inspect(request: &Request) -> Facts {
    let mut hazards = BTreeSet::new();
    let url = Url::parse(&request.url);
    let mut unknown =
        request.url.is_empty() || request.url.len() + request.body.len() > REQUEST_BYTES_MAX;
    unknown |= request.url.contains(['\0', '\n', '\r']);
    let mut method = request.method.trim().to_ascii_uppercase();
    if method.is_empty() {
        "GET".clone_into(&mut method);
    }
    if let Some(other) = overridden(request, &url) {
        hazards.insert(Hazard::MethodOverride);
        method = other;
    }
    if !matches!(url.scheme.as_str(), "http" | "https" | "ws" | "wss") {
        hazards.insert(Hazard::LocalScheme);
    }
    if url.credentials {
        hazards.insert(Hazard::CredentialsInUrl);
    }
    let path = paths::inspect(&url.path, &[]);
    unknown |= path.unknown;
    if path.traversal {
        hazards.insert(Hazard::Traversal);
    }
    let host = url
        .host
        .as_deref()
        .map(|host| judge_host(host, &mut hazards));
    let mut effect = match method.as_str() {
        "DELETE" => Effect::Delete,
        method if READING.contains(&method) => Effect::Read,
        method if WRITING.contains(&method) => Effect::Write,
        _ => Effect::Unknown,
    };
    match graphql::mutates(request, &url) {
        Some(true) => {
            hazards.insert(Hazard::GraphqlMutation);
        }
        Some(false) if effect == Effect::Write => effect = Effect::Read,
        _ => {}
    }
    if let Some(action) = cloud_action(request, &url) {
        effect = action;
    }
    let segments = path.normalised.to_ascii_lowercase();
    let other = other_path(request);
    if other.is_some() {
        hazards.insert(Hazard::MethodOverride);
    }
    let destructive = |text: &str| {
        let mut segments = text.split(['/', '.', ':']);
        segments.any(|segment| DESTRUCTIVE.contains(&segment))
    };
    if effect != Effect::Delete
        && (destructive(&segments)
            || other.is_some_and(|path| destructive(&path.to_ascii_lowercase()))
            || url
                .parameters()
                .any(|(name, value)| names_destruction(&name, &value)))
    {
        hazards.insert(Hazard::DestructivePath);
    }
    // Elasticsearch reads with POST.
    if method == "POST"
        && ["_search", "_count", "_msearch", "_mget"]
            .iter()
            .any(|end| segments.ends_with(end))
    {
        effect = Effect::Read;
    }
    unknown |= effect == Effect::Unknown;
    Facts {
        method,
        host,
        path: path.normalised,
        effect,
        hazards,
        unknown,
    }
}

/// Judges a request that stands in a text: `METHOD URL` with headers and a body, a JSON object with
/// `method`, `url`, `headers` and `body`, or a `curl` line.
#[must_use]
pub fn inspect_text(text: &str) -> Facts {
    match request::parse(text) {
        Some(request) => inspect(&request),
        None => Facts {
            method: String::new(),
            host: None,
            path: String::new(),
            effect: Effect::Unknown,
            hazards: BTreeSet::new(),
            unknown: true,
        },
    }
}

/// The parts of a URL, read as a browser or `curl` would.
struct Url {
    scheme: String,
    host: Option<String>,
    path: String,
    query: String,
    credentials: bool,
}

impl Url {
    fn parse(text: &str) -> Self {
        let text = text.trim();
        // `jar:http://…!/…`: what is within is fetched, and then opened.
        let nested = text.split_once(':').filter(|(scheme, rest)| {
            scheme.bytes().all(|byte| byte.is_ascii_alphanumeric())
                && rest.split_once("://").is_some_and(|(inner, _)| {
                    !inner.is_empty() && inner.bytes().all(|byte| byte.is_ascii_alphanumeric())
                })
        });
        if let Some((scheme, rest)) = nested {
            return Self {
                scheme: scheme.to_ascii_lowercase(),
                ..Self::parse_plain(rest)
            };
        }
        Self::parse_plain(text)
    }

    fn parse_plain(text: &str) -> Self {
        let (scheme, rest) = match text.split_once(':') {
            Some((scheme, rest))
                if rest.starts_with("//")
                    || (!scheme.contains(['.', '/', '?']) && rest.starts_with('/')) =>
            {
                (
                    scheme.to_ascii_lowercase(),
                    rest.trim_start_matches(['/', '\\']),
                )
            }
            _ => ("http".to_owned(), text.trim_start_matches("//")),
        };
        let relative = text.starts_with('/') && !text.starts_with("//");
        let rest = if relative { text } else { rest };
        let end = if relative {
            0
        } else {
            rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len())
        };
        let (authority, tail) = rest.split_at_checked(end).unwrap_or((rest, ""));
        let (userinfo, host) = match authority.rsplit_once('@') {
            Some((userinfo, host)) => (Some(userinfo), host),
            None => (None, authority),
        };
        let host = match host.strip_prefix('[').and_then(|host| host.split_once(']')) {
            Some((address, _)) => address,
            None => host.split(':').next().unwrap_or(host),
        };
        let tail = tail.split('#').next().unwrap_or(tail);
        let (path, query) = tail.split_once('?').unwrap_or((tail, ""));
        let absolute = scheme == "file" && !path.is_empty();
        Self {
            host: (!host.is_empty() && !absolute).then(|| host.to_owned()),
            path: if path.is_empty() {
                "/".to_owned()
            } else {
                path.to_owned()
            },
            query: query.to_owned(),
            credentials: userinfo.is_some_and(|userinfo| userinfo.contains(':')),
            scheme,
        }
    }

    /// The parameters of the query, without escapes.
    fn parameters(&self) -> impl Iterator<Item = (String, String)> {
        parameters(&self.query)
    }
}

fn parameters(text: &str) -> impl Iterator<Item = (String, String)> {
    text.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let plain = |text: &str| paths::percent_decoded(text).unwrap_or_else(|| text.to_owned());
        (plain(name).to_ascii_lowercase(), plain(value))
    })
}

/// The host in one form, and what it is.
fn judge_host(host: &str, hazards: &mut BTreeSet<Hazard>) -> String {
    let (host, kind) = address::canonical(host);
    if METADATA_HOSTS.contains(&host.as_str())
        || host.ends_with(".169.254.169.254.nip.io")
        || host == "169.254.169.254.nip.io"
    {
        hazards.insert(Hazard::MetadataService);
    }
    if kind.obscured {
        hazards.insert(Hazard::ObscuredAddress);
    }
    if kind.loopback {
        hazards.insert(Hazard::Loopback);
    }
    if kind.private {
        hazards.insert(Hazard::PrivateAddress);
    }
    host
}

fn overridden(request: &Request, url: &Url) -> Option<String> {
    let header = request
        .headers
        .iter()
        .find(|(name, _)| OVERRIDES.contains(&name.trim().to_ascii_lowercase().as_str()))
        .map(|(_, value)| value.clone());
    let parameter = || {
        url.parameters()
            .find(|(name, _)| OVERRIDE_PARAMETERS.contains(&name.as_str()))
            .map(|(_, value)| value)
    };
    let field = || {
        let form =
            !request.body.trim_start().starts_with(['{', '[', '<']) && request.body.len() < 4096;
        let found = form.then(|| parameters(&request.body).find(|(name, _)| name == "_method"));
        found.flatten().map(|(_, value)| value)
    };
    header
        .or_else(parameter)
        .or_else(field)
        .map(|method| method.trim().to_ascii_uppercase())
}

/// The path that a header names, for servers that believe it.
fn other_path(request: &Request) -> Option<&str> {
    let mut headers = request.headers.iter();
    headers
        .find(|(name, _)| PATH_OVERRIDES.contains(&name.trim().to_ascii_lowercase().as_str()))
        .map(|(_, value)| value.as_str())
}

/// `action=delete`, `cmd=deleteUser`, `do=user.delete`: of an audit one asks in the other way round,
/// by what was done.
fn names_destruction(name: &str, value: &str) -> bool {
    let value = value.to_ascii_lowercase();
    ACTION_PARAMETERS.contains(&name)
        && DESTRUCTIVE.iter().any(|word| {
            value
                .strip_prefix(word)
                .is_some_and(|rest| !rest.starts_with(['d', '.']))
        })
}

/// `Action=` of the query protocol of AWS: the action is the verb.
fn cloud_action(request: &Request, url: &Url) -> Option<Effect> {
    let action = url
        .parameters()
        .chain(parameters(&request.body).take(64))
        .find(|(name, _)| name == "action")
        .map(|(_, value)| value)?;
    let begins = |starts: &[&str]| starts.iter().any(|start| action.starts_with(start));
    if begins(&["Describe", "List", "Get", "Head", "Lookup"]) {
        Some(Effect::Read)
    } else if begins(&["Delete", "Terminate", "Remove", "Purge", "Deregister"]) {
        Some(Effect::Delete)
    } else {
        action
            .starts_with(|c: char| c.is_ascii_uppercase())
            .then_some(Effect::Write)
    }
}
