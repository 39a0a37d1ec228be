//! Who vouches for callers, and what opens an upstream: from what is written to what holds.

mod claims;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;

use gateway::{Access, IdentityConfig, Network, OutsideConfig};
use http::Uri;
use identity::{Algorithm, Introspection, IssuerConfig, TokenType, is_scope_token};
use serde::Deserialize;
use serde_json::{Value, json};
use toml::Spanned;

use self::claims::ClaimsFile;
use super::file::UpstreamFile;
use super::resolve::Resolver;
use super::setting::{Source, Written};

/// What stands for the keys of this gateway among the names of issuers.
const KEYS: &str = "keys";
/// How long an answer about an opaque token counts unless it is said otherwise, in milliseconds.
const REMEMBERED_MS: u64 = 30_000;
/// Clocks that are further apart than this are to be set, in milliseconds.
const SKEW_MS_MAX: u64 = 600_000;

/// The `[identity]` table.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct IdentityFile {
    issuers: Vec<Spanned<IssuerFile>>,
    networks: Vec<Spanned<String>>,
    authorities: Option<Spanned<String>>,
}

/// One authorization server.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct IssuerFile {
    name: Option<Spanned<String>>,
    url: Option<Spanned<String>>,
    audiences: Vec<String>,
    algorithms: Option<Spanned<Vec<Spanned<String>>>>,
    token_type: Option<Spanned<String>>,
    claims: ClaimsFile,
    jwks_uri: Option<Spanned<String>>,
    introspection: Option<Spanned<IntrospectionFile>>,
    skew_ms_max: Option<Spanned<u64>>,
    keys_fresh_ms: Option<Spanned<u64>>,
    keys_stale_ms_max: Option<Spanned<u64>>,
}

/// How opaque tokens are asked about.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct IntrospectionFile {
    url: Option<Spanned<String>>,
    client_id: Option<String>,
    client_secret: Option<Spanned<Written>>,
    remembered_ms_max: Option<Spanned<u64>>,
}

/// Who vouches for callers.
#[derive(Debug, Clone, Default)]
pub(crate) struct Identity {
    /// What the data path is told.
    pub(crate) config: IdentityConfig,
    /// Where the secrets for introspection come from, by issuer.
    secrets: BTreeMap<Arc<str>, Source>,
}

impl Resolver<'_> {
    pub(super) fn identity(&mut self, file: &IdentityFile) -> Identity {
        let mut identity = Identity::default();
        let networks: Vec<Network> = file
            .networks
            .iter()
            .filter_map(|n| self.network(n))
            .collect();
        for written in &file.issuers {
            self.loopback_is_listed(written.get_ref(), &networks);
        }
        let issuers = &mut identity.config.issuers;
        for written in &file.issuers {
            let Some((issuer, source)) = self.issuer(written) else {
                continue;
            };
            let same = |other: &IssuerConfig| other.name == issuer.name || other.url == issuer.url;
            if issuers.iter().any(same) {
                let message = "another issuer has this name or this URL";
                self.mistake(&written.span(), message.to_owned());
            }
            if let Some(source) = source {
                identity.secrets.insert(issuer.name.clone(), source);
            }
            issuers.push(issuer);
        }
        identity.config.outside = OutsideConfig {
            networks,
            authorities_pem: self.authorities(file.authorities.as_ref()),
            ..OutsideConfig::default()
        };
        identity
    }

    fn issuer(&mut self, written: &Spanned<IssuerFile>) -> Option<(IssuerConfig, Option<Source>)> {
        let (file, span) = (written.get_ref(), written.span());
        let (Some(name), Some(url)) = (&file.name, &file.url) else {
            self.mistake(&span, "an issuer needs a `name` and a `url`".to_owned());
            return None;
        };
        if name.get_ref() == KEYS || name.get_ref().is_empty() {
            let message = format!("`{}` cannot be the name of an issuer", name.get_ref());
            self.mistake(&name.span(), message);
        }
        let mut issuer = IssuerConfig::new(name.get_ref(), url.get_ref());
        self.outside_url(url)?;
        if let Some(uri) = &file.jwks_uri {
            self.outside_url(uri)?;
            issuer.jwks_uri = Some(uri.get_ref().clone());
        }
        issuer.audiences = file
            .audiences
            .iter()
            .map(|a| Arc::from(a.as_str()))
            .collect();
        if let Some(algorithms) = &file.algorithms {
            issuer.algorithms = self.algorithms(algorithms);
        }
        issuer.token_type = self.token_type(file.token_type.as_ref());
        issuer.claims = file.claims.resolve();
        for (given, limit, name) in [
            (&file.skew_ms_max, &mut issuer.skew_ms_max, "skew_ms_max"),
            (
                &file.keys_fresh_ms,
                &mut issuer.keys_fresh_ms,
                "keys_fresh_ms",
            ),
            (
                &file.keys_stale_ms_max,
                &mut issuer.keys_stale_ms_max,
                "keys_stale_ms_max",
            ),
        ] {
            let Some(given) = given else { continue };
            *limit = *given.get_ref();
            if name == "skew_ms_max" && *limit > SKEW_MS_MAX {
                let message = format!("`{name}` is at most {SKEW_MS_MAX}: set the clocks");
                self.mistake(&given.span(), message);
            }
            if name != "skew_ms_max" && *limit == 0 {
                self.mistake(&given.span(), format!("`{name}` is at least 1"));
            }
        }
        let mut source = None;
        if let Some(introspection) = &file.introspection {
            let (introspection, from) = self.introspection(introspection)?;
            issuer.introspection = Some(introspection);
            source = Some(from);
        }
        Some((issuer, source))
    }

    fn introspection(
        &mut self,
        written: &Spanned<IntrospectionFile>,
    ) -> Option<(Introspection, Source)> {
        let (file, span) = (written.get_ref(), written.span());
        let (Some(client_id), Some(secret)) = (&file.client_id, &file.client_secret) else {
            let message = "introspection needs a `client_id` and a `client_secret`";
            self.mistake(&span, message.to_owned());
            return None;
        };
        if let Some(url) = &file.url {
            self.outside_url(url)?;
        }
        let setting = self.setting(secret, true)?;
        let remembered = file.remembered_ms_max.as_ref();
        Some((
            Introspection {
                url: file.url.as_ref().map(|url| url.get_ref().clone()),
                client_id: client_id.clone(),
                client_secret: setting.value.expose().to_owned(),
                remembered_ms_max: remembered.map_or(REMEMBERED_MS, |ms| *ms.get_ref()),
            },
            setting.source,
        ))
    }

    fn algorithms(&mut self, written: &Spanned<Vec<Spanned<String>>>) -> Vec<Algorithm> {
        if written.get_ref().is_empty() {
            let message = "an issuer that may use no algorithm vouches for nobody";
            self.mistake(&written.span(), message.to_owned());
        }
        let mut known = Vec::new();
        for name in written.get_ref() {
            if let Some(algorithm) = Algorithm::named(name.get_ref()) {
                known.push(algorithm);
                continue;
            }
            let all = Algorithm::ALL.map(Algorithm::as_str).join(", ");
            let message = format!(
                "`{}` is no algorithm with a public key; there are {all}",
                name.get_ref()
            );
            self.mistake(&name.span(), message);
        }
        known
    }

    fn token_type(&mut self, written: Option<&Spanned<String>>) -> TokenType {
        match written.map(|w| (w.get_ref().as_str(), w.span())) {
            None | Some(("any", _)) => TokenType::Any,
            Some(("at+jwt", _)) => TokenType::AtJwt,
            Some((other, span)) => {
                let message =
                    format!("`{other}` is no type of tokens; there are `at+jwt` and `any`");
                self.mistake(&span, message);
                TokenType::Any
            }
        }
    }

    fn network(&mut self, written: &Spanned<String>) -> Option<Network> {
        let text = written.get_ref();
        let parsed = text.parse().ok();
        if parsed.is_none() {
            let message = format!("`{text}` is no network; write it like `10.20.0.0/16`");
            self.mistake(&written.span(), message);
        }
        parsed
    }

    /// A URL of an authorization server.
    fn outside_url(&mut self, url: &Spanned<String>) -> Option<Uri> {
        let uri = self.url(url)?;
        let host = uri.host().unwrap_or_default();
        if uri.scheme_str() == Some("http") && !is_loopback(host) {
            let message = format!("`{}` must be `https`: it is not loopback", url.get_ref());
            self.mistake(&url.span(), message);
        }
        if uri.query().is_some() || url.get_ref().contains('#') {
            let message = format!("`{}` may have no query and no fragment", url.get_ref());
            self.mistake(&url.span(), message);
        }
        Some(uri)
    }

    /// An issuer on this machine is asked only where the operator says so.
    fn loopback_is_listed(&mut self, issuer: &IssuerFile, networks: &[Network]) {
        let listed = networks.iter().any(|network| network.addr().is_loopback());
        let Some(url) = issuer.url.as_ref().filter(|_| !listed) else {
            return;
        };
        let uri = url.get_ref().parse::<Uri>().ok();
        if uri.is_some_and(|uri| uri.host().is_some_and(is_loopback)) {
            let message = format!(
                "`{}` is on loopback; list `127.0.0.0/8` in `identity.networks` to allow it",
                url.get_ref()
            );
            self.mistake(&url.span(), message);
        }
    }

    /// The URL below which clients reach the gateway.
    pub(super) fn public_url(
        &mut self,
        written: Option<&Spanned<String>>,
        identity: &IdentityFile,
        listen: Option<SocketAddr>,
    ) -> Option<Arc<str>> {
        let Some(url) = written else {
            let hidden = listen.is_none_or(|listen| listen.ip().is_loopback());
            if let Some(first) = identity.issuers.first().filter(|_| !hidden) {
                let message =
                    "tokens are issued for a URL: say with `public_url` how clients reach this";
                self.mistake(&first.span(), message.to_owned());
            }
            return None;
        };
        self.outside_url(url)?;
        if url.get_ref().ends_with('/') {
            let message = format!("`{}` ends with a slash; leave it out", url.get_ref());
            self.mistake(&url.span(), message);
        }
        Some(url.get_ref().as_str().into())
    }

    /// What opens an upstream.
    pub(super) fn access(
        &mut self,
        file: &UpstreamFile,
        anonymous: bool,
        issuers: &[IssuerConfig],
    ) -> Access {
        let mut access = Access::keys(anonymous);
        match &file.authentication {
            None => access.issuers = issuers.iter().map(|issuer| issuer.url.clone()).collect(),
            Some(names) => {
                access.keys = names.get_ref().iter().any(|name| name.get_ref() == KEYS);
                if names.get_ref().is_empty() && !anonymous {
                    let message = "nothing opens this upstream; name `keys` or an issuer";
                    self.mistake(&names.span(), message.to_owned());
                }
                for name in names.get_ref().iter().filter(|name| name.get_ref() != KEYS) {
                    let named = issuers.iter().find(|i| *i.name == **name.get_ref());
                    match named {
                        Some(issuer) => access.issuers.push(issuer.url.clone()),
                        None => {
                            let message = format!("there is no issuer `{}`", name.get_ref());
                            self.mistake(&name.span(), message);
                        }
                    }
                }
                let asked = issuers.iter().filter(|issuer| {
                    issuer.introspection.is_some() && access.issuers.contains(&issuer.url)
                });
                if asked.count() > 1 {
                    let message = "two issuers with introspection: a token would be shown to both";
                    self.mistake(&names.span(), message.to_owned());
                }
            }
        }
        access.scopes = self.scopes(&file.scopes);
        for (pattern, scopes) in &file.tool_scopes {
            let scopes = self.scopes(scopes);
            access.tool_scopes.push((pattern.as_str().into(), scopes));
        }
        access
    }

    fn scopes(&mut self, written: &[Spanned<String>]) -> Vec<Arc<str>> {
        for scope in written
            .iter()
            .filter(|scope| !is_scope_token(scope.get_ref()))
        {
            let message = format!("`{}` is no scope: no space, no quote", scope.get_ref());
            self.mistake(&scope.span(), message);
        }
        written
            .iter()
            .map(|scope| scope.get_ref().as_str().into())
            .collect()
    }
}

fn is_loopback(host: &str) -> bool {
    let address = host.trim_matches(['[', ']']).parse::<std::net::IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

/// What is printed of who vouches, line by line.
pub(super) fn lines(identity: &Identity) -> Vec<(String, String)> {
    let mut lines = Vec::new();
    for issuer in &identity.config.issuers {
        let mut line = |what: &str, how: String| lines.push((format!("  {what}"), how));
        line("url", issuer.url.to_string());
        line(
            "audiences",
            join(&issuer.audiences, "the endpoint's own URL"),
        );
        line(
            "algorithms",
            issuer
                .algorithms
                .iter()
                .map(|a| a.as_str())
                .collect::<Vec<_>>()
                .join(", "),
        );
        line("token type", token_type(issuer).to_owned());
        line("claims", claims::told(&issuer.claims));
        if let Some(uri) = &issuer.jwks_uri {
            line("jwks_uri", uri.clone());
        }
        if let Some(how) = introspection(identity, issuer) {
            line("introspection", how);
        }
        let at = lines.len();
        let head = lines
            .iter()
            .rposition(|(what, _)| what == "  url")
            .unwrap_or(at);
        lines.insert(head, (format!("issuer {}", issuer.name), String::new()));
    }
    if !identity.config.outside.networks.is_empty() {
        let networks = identity.config.outside.networks.iter();
        let networks: Vec<String> = networks.map(ToString::to_string).collect();
        lines.push(("identity networks".to_owned(), networks.join(", ")));
    }
    lines
}

/// The same for a program.
pub(super) fn to_json(identity: &Identity) -> Value {
    let networks = identity.config.outside.networks.iter();
    let issuers = identity.config.issuers.iter().map(|issuer| {
        json!({
            "name": issuer.name,
            "url": issuer.url,
            "audiences": issuer.audiences,
            "algorithms": issuer.algorithms.iter().map(|a| a.as_str()).collect::<Vec<_>>(),
            "token_type": token_type(issuer),
            "claims": claims::told(&issuer.claims),
            "jwks_uri": issuer.jwks_uri,
            "introspection": introspection(identity, issuer),
            "skew_ms_max": issuer.skew_ms_max,
            "keys_fresh_ms": issuer.keys_fresh_ms,
            "keys_stale_ms_max": issuer.keys_stale_ms_max,
        })
    });
    json!({
        "networks": networks.map(ToString::to_string).collect::<Vec<_>>(),
        "issuers": issuers.collect::<Vec<_>>(),
    })
}

/// What opens an upstream, in one line.
pub(super) fn opened_by(access: &Access, identity: &Identity) -> String {
    let issuers = identity.config.issuers.iter();
    let named = issuers.filter(|issuer| access.issuers.contains(&issuer.url));
    let mut names: Vec<&str> = access.keys.then_some(KEYS).into_iter().collect();
    names.extend(named.map(|issuer| &*issuer.name));
    names.join(", ")
}

/// The scopes that an upstream wants, in one line; empty if it wants none.
pub(super) fn scopes(access: &Access) -> String {
    let mut all = vec![access.scopes.join(" ")];
    let of_tools = access.tool_scopes.iter();
    all.extend(of_tools.map(|(tools, scopes)| format!("{tools}: {}", scopes.join(" "))));
    all.retain(|text| !text.is_empty());
    all.join("; ")
}

fn introspection(identity: &Identity, issuer: &IssuerConfig) -> Option<String> {
    let introspection = issuer.introspection.as_ref()?;
    let url = introspection
        .url
        .as_deref()
        .unwrap_or("where its metadata says");
    let secret = identity.secrets.get(&issuer.name)?;
    Some(format!(
        "{url} as {}, secret from {secret}, remembered {} ms",
        introspection.client_id, introspection.remembered_ms_max
    ))
}

fn token_type(issuer: &IssuerConfig) -> &'static str {
    match issuer.token_type {
        TokenType::AtJwt => "at+jwt",
        TokenType::Any => "any",
    }
}

fn join(texts: &[Arc<str>], besides: &str) -> String {
    let mut all = vec![besides];
    all.extend(texts.iter().map(|text| &**text));
    all.join(", ")
}
