//! From what is written to what holds.

use std::net::SocketAddr;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use gateway::{HttpTarget, Limits, Secret, StdioTarget, Target};
use http::{HeaderName, Uri};
use identity::IssuerConfig;
use model::UpstreamName;
use toml::Spanned;

use super::document::Document;
use super::file::{ConfigFile, UpstreamFile};
use super::setting::{Setting, Source, Written};
use super::{
    Config, DATA_DEFAULT, LISTEN_DEFAULT, Mistakes, Upstream, Vault, arguments, masking, policy,
};

/// Header fields whose values are credentials: they may not stand in the file.
const CREDENTIAL_HEADERS: &[&str] = &[
    "authorization",
    "cookie",
    "proxy-authorization",
    "x-api-key",
];

/// Resolves; `None` where a mistake left nothing to go on with. Mistakes are added to `mistakes`.
pub(super) fn resolve(
    file: &ConfigFile,
    folder: &Path,
    document: &Document<'_>,
    mistakes: &mut Mistakes,
) -> Option<Config> {
    let mut resolver = Resolver {
        folder,
        document,
        mistakes,
    };
    let listen = resolver.listen(file);
    let mut limits = Limits::default();
    for (name, span) in file.limits.apply(&mut limits) {
        resolver.mistake(&span, format!("`{name}` is at least 1"));
    }
    let public_url = resolver.public_url(file.public_url.as_ref(), &file.identity, listen);
    let identity = resolver.identity(&file.identity);
    let issuers = &identity.config.issuers;
    let mut upstreams = std::collections::BTreeMap::new();
    for (name, upstream) in &file.upstreams {
        let parsed = name.get_ref().parse::<UpstreamName>();
        let resolved = resolver.upstream(upstream, file.anonymous.as_ref(), issuers, listen);
        match parsed {
            Err(error) => resolver.mistake(&name.span(), error.to_string()),
            Ok(name) => drop(resolved.map(|upstream| upstreams.insert(name, upstream))),
        }
    }
    let org = resolver.origin_part("org", file.org.as_ref(), "probity");
    let node = resolver.origin_part("node", file.node.as_ref(), "node-1");
    let origins = resolver.origins(&file.origins);
    let data = folder.join(file.data.as_ref().map_or(DATA_DEFAULT, |d| d.get_ref()));
    let policies = policy::resolve(&file.policy, folder, &data, document, resolver.mistakes);
    let masking = masking::resolve(&file.masking, document, resolver.mistakes);
    let root = resolver.root(&file.keys.root);
    let purge_approvals_min = resolver.approvals(&file.purge);
    let anchors = resolver.anchors(file);
    Some(Config {
        listen: listen?,
        data,
        org,
        node,
        public_url,
        identity,
        hosts: lower(&file.hosts),
        origins,
        receipts: file.receipts,
        serve_log: file.serve_log.unwrap_or(true),
        upstreams,
        policies,
        masking,
        anchors,
        limits,
        root,
        purge_approvals_min,
    })
}

/// The part that the keys and what happens to them are about.
pub(super) fn custody(
    file: &ConfigFile,
    folder: &Path,
    document: &Document<'_>,
    mistakes: &mut Mistakes,
) -> (Option<Vault>, usize) {
    let mut resolver = Resolver {
        folder,
        document,
        mistakes,
    };
    let root = resolver.root(&file.keys.root);
    (root, resolver.approvals(&file.purge))
}

pub(super) struct Resolver<'a> {
    pub(super) folder: &'a Path,
    document: &'a Document<'a>,
    mistakes: &'a mut Mistakes,
}

impl Resolver<'_> {
    pub(super) fn mistake(&mut self, span: &Range<usize>, message: String) {
        self.mistakes.push(self.document.at(span, message));
    }

    fn listen(&mut self, file: &ConfigFile) -> Option<SocketAddr> {
        let text = file.listen.as_ref().map_or(LISTEN_DEFAULT, |l| l.get_ref());
        let parsed = text.parse::<SocketAddr>();
        if parsed.is_err() {
            let span = file.listen.as_ref().map_or(0..0, Spanned::span);
            self.mistake(
                &span,
                format!("`{text}` is no address and port; write it like `{LISTEN_DEFAULT}`"),
            );
        }
        parsed.ok()
    }

    /// A part of the log's origin: it stands in a line of text, between slashes.
    fn origin_part(&mut self, what: &str, text: Option<&Spanned<String>>, default: &str) -> String {
        let Some(text) = text else {
            return default.to_owned();
        };
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if what == "node" && text.get_ref() == "org" {
            let message = "a node cannot be called `org`: that is the org log's folder";
            self.mistake(&text.span(), message.to_owned());
        }
        if text.get_ref().is_empty() || !text.get_ref().chars().all(allowed) {
            self.mistake(
                &text.span(),
                format!("`{what}` is made of letters, digits, `-`, `_` and `.`"),
            );
        }
        text.get_ref().clone()
    }

    fn origins(&mut self, origins: &[Spanned<String>]) -> Vec<Arc<str>> {
        for origin in origins {
            let uri = origin.get_ref().parse::<Uri>().ok();
            let whole = uri.is_some_and(|uri| {
                uri.scheme().is_some() && uri.authority().is_some() && uri.path() == "/"
            });
            if !whole || origin.get_ref().ends_with('/') {
                self.mistake(
                    &origin.span(),
                    format!(
                        "`{}` is no origin; write it like `https://console.example`",
                        origin.get_ref()
                    ),
                );
            }
        }
        lower(origins)
    }

    fn upstream(
        &mut self,
        written: &Spanned<UpstreamFile>,
        anonymous_all: Option<&Spanned<bool>>,
        issuers: &[IssuerConfig],
        listen: Option<SocketAddr>,
    ) -> Option<Upstream> {
        let (file, span) = (written.get_ref(), written.span());
        let anonymous = file.anonymous.as_ref().or(anonymous_all);
        if let Some(anonymous) = anonymous.filter(|a| *a.get_ref())
            && let Some(listen) = listen.filter(|listen| !listen.ip().is_loopback())
        {
            self.mistake(
                &anonymous.span(),
                format!(
                    "anonymous callers are let in on loopback only, and this listens on `{listen}`"
                ),
            );
        }
        let access = self.access(file, anonymous.is_some_and(|a| *a.get_ref()), issuers);
        let (target, settings) = match (&file.url, &file.command) {
            (Some(url), None) => self.http(file, url)?,
            (None, Some(command)) => self.stdio(file, command)?,
            (Some(_), Some(command)) => {
                self.mistake(
                    &command.span(),
                    "an upstream has a `url` or a `command`, not both".to_owned(),
                );
                return None;
            }
            (None, None) => {
                self.mistake(&span, "an upstream needs a `url` or a `command`".to_owned());
                return None;
            }
        };
        Some(Upstream {
            target,
            access,
            settings,
            arguments: Arc::new(arguments::resolve(
                file.dialect.as_ref(),
                &file.roots,
                &file.arguments,
                self.document,
                self.mistakes,
            )),
        })
    }

    fn http(
        &mut self,
        file: &UpstreamFile,
        url: &Spanned<String>,
    ) -> Option<(Target, Vec<(String, Source)>)> {
        self.only_for_commands(file);
        let uri = self.url(url);
        let authorities_pem = self.authorities(file.authorities.as_ref());
        let (mut headers, mut settings) = (Vec::new(), Vec::new());
        for (name, value) in &file.headers {
            let Ok(header) = name.get_ref().parse::<HeaderName>() else {
                let message = format!("`{}` is no name of a header field", name.get_ref());
                self.mistake(&name.span(), message);
                continue;
            };
            let secret = CREDENTIAL_HEADERS.contains(&header.as_str());
            if let Some(setting) = self.setting(value, secret) {
                settings.push((header.to_string(), setting.source));
                headers.push((header, setting.value));
            }
        }
        if let Some(bearer) = file.credential.as_ref().and_then(|c| c.bearer.as_ref())
            && let Some(setting) = self.setting(bearer, true)
        {
            let value = Secret::new(&format!("Bearer {}", setting.value.expose()));
            settings.push(("authorization: Bearer".to_owned(), setting.source));
            headers.push((http::header::AUTHORIZATION, value));
        }
        let target = HttpTarget {
            url: uri?,
            headers,
            authorities_pem,
        };
        let transport = file.transport.as_ref();
        match transport.map_or("streamable_http", |t| t.get_ref()) {
            "streamable_http" => Some((Target::Http(target), settings)),
            "http_sse" => Some((Target::HttpSse(target), settings)),
            other => {
                let span = transport.map_or(0..0, Spanned::span);
                let message = format!(
                    "`{other}` is no transport; there are `streamable_http` and `http_sse`"
                );
                self.mistake(&span, message);
                None
            }
        }
    }

    fn stdio(
        &mut self,
        file: &UpstreamFile,
        command: &Spanned<Vec<Spanned<String>>>,
    ) -> Option<(Target, Vec<(String, Source)>)> {
        self.only_for_urls(file);
        if command
            .get_ref()
            .first()
            .is_none_or(|p| p.get_ref().is_empty())
        {
            self.mistake(&command.span(), "`command` names no program".to_owned());
            return None;
        }
        let (mut env, mut settings) = (Vec::new(), Vec::new());
        for (name, value) in &file.env {
            if name.get_ref().is_empty() || name.get_ref().contains(['=', '\0']) {
                let message = format!("`{}` is no name of a variable", name.get_ref());
                self.mistake(&name.span(), message);
            }
            if let Some(setting) = self.setting(value, false) {
                settings.push((name.get_ref().clone(), setting.source));
                env.push((name.get_ref().clone(), setting.value));
            }
        }
        let dir = file.dir.as_ref().map(|dir| {
            let path = self.folder.join(dir.get_ref());
            if !path.is_dir() {
                self.mistake(&dir.span(), format!("`{}` is no folder", path.display()));
            }
            path
        });
        let argv = command.get_ref().iter().map(|word| word.get_ref().clone());
        let target = StdioTarget {
            argv: argv.collect(),
            env,
            dir,
        };
        Some((Target::Stdio(target), settings))
    }

    pub(super) fn url(&mut self, url: &Spanned<String>) -> Option<Uri> {
        let uri = url.get_ref().parse::<Uri>().ok().filter(|uri| {
            matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some()
        });
        let Some(uri) = uri else {
            let message = format!("`{}` is no http or https URL", url.get_ref());
            self.mistake(&url.span(), message);
            return None;
        };
        if uri.authority().is_some_and(|a| a.as_str().contains('@')) {
            let message =
                "a URL may not carry a user name or password; use `credential` or `headers`";
            self.mistake(&url.span(), message.to_owned());
        }
        Some(uri)
    }

    pub(super) fn authorities(&mut self, path: Option<&Spanned<String>>) -> Vec<u8> {
        let Some(path) = path else {
            return Vec::new();
        };
        let full = self.folder.join(path.get_ref());
        match std::fs::read(&full) {
            Ok(pem) => pem,
            Err(error) => {
                let message = format!("`{}` cannot be read: {error}", full.display());
                self.mistake(&path.span(), message);
                Vec::new()
            }
        }
    }

    pub(super) fn setting(&mut self, written: &Spanned<Written>, secret: bool) -> Option<Setting> {
        if secret && written.get_ref().is_text() {
            let message = "a secret may not stand in the file: write { env = \"NAME\" } or { file = \"PATH\" }";
            self.mistake(&written.span(), message.to_owned());
            return None;
        }
        match written.get_ref().resolve(self.folder) {
            Ok(setting) => Some(setting),
            Err(message) => {
                self.mistake(&written.span(), message);
                None
            }
        }
    }

    fn only_for_commands(&mut self, file: &UpstreamFile) {
        let given = [
            ("env", file.env.keys().next().map(Spanned::span)),
            ("dir", file.dir.as_ref().map(Spanned::span)),
        ];
        self.misplaced(given, "command");
    }

    fn only_for_urls(&mut self, file: &UpstreamFile) {
        let bearer = file.credential.as_ref().and_then(|c| c.bearer.as_ref());
        let given = [
            ("transport", file.transport.as_ref().map(Spanned::span)),
            ("headers", file.headers.keys().next().map(Spanned::span)),
            ("credential", bearer.map(Spanned::span)),
            ("authorities", file.authorities.as_ref().map(Spanned::span)),
        ];
        self.misplaced(given, "url");
    }

    fn misplaced<const N: usize>(
        &mut self,
        given: [(&str, Option<Range<usize>>); N],
        belongs_to: &str,
    ) {
        for (name, span) in given {
            if let Some(span) = span {
                let message = format!("`{name}` belongs to an upstream with a `{belongs_to}`");
                self.mistake(&span, message);
            }
        }
    }
}

fn lower(texts: &[Spanned<String>]) -> Vec<Arc<str>> {
    texts
        .iter()
        .map(|text| text.get_ref().to_lowercase().into())
        .collect()
}
