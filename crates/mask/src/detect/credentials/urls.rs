//! Addresses that let in whoever has them: passwords in URLs, webhooks, signed links, one-time
//! password seeds.

use std::ops::Range;

use super::bytes::Class;
use super::values;
use crate::detect::{Certainty, Class as HitClass, Hit, Scope};

/// Longest user and password of a URL, in bytes.
const USERINFO_BYTES_MAX: usize = 512;
/// Longest URL that is looked through, in bytes.
const URL_BYTES_MAX: usize = 4096;

/// One URL, by the places of its parts.
struct Url<'a> {
    text: &'a str,
    scheme: &'a str,
    /// Behind `://`.
    authority: usize,
    /// Where the URL ends: at a space or a quote.
    end: usize,
}

pub(super) fn find(scope: &Scope<'_>, hits: &mut Vec<Hit>) {
    let mut done = 0;
    for at in &scope.candidates.schemes {
        // What stands in another's query was looked through with it, but for its password.
        let most = if *at < done {
            USERINFO_BYTES_MAX
        } else {
            URL_BYTES_MAX
        };
        let Some(url) = Url::around(scope.text, *at, most) else {
            continue;
        };
        password(&url, hits);
        if *at < done {
            continue;
        }
        done = url.end;
        webhook(&url, hits);
        if url.scheme.eq_ignore_ascii_case("otpauth") {
            seed(&url, hits);
        }
        signed(&url, hits);
    }
    oracle_thin(scope, hits);
}

impl<'a> Url<'a> {
    fn around(text: &'a str, colon: usize, most: usize) -> Option<Self> {
        let bytes = text.as_bytes();
        let head = bytes.get(..colon)?;
        let scheme = head
            .iter()
            .rev()
            .take(40)
            .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'.' | b'-'))
            .count();
        let authority = colon + 3;
        let tail = bytes.get(authority..)?;
        let mut most = tail.len().min(most);
        while !text.is_char_boundary(authority + most) {
            most -= 1;
        }
        let tail = tail.get(..most)?;
        let length = tail
            .iter()
            .position(|b| b.is_ascii_whitespace() || matches!(b, b'"' | b'\'' | b'<' | b'>' | b'`'))
            .unwrap_or(tail.len());
        Some(Self {
            text,
            scheme: text.get(colon - scheme..colon)?,
            authority,
            end: authority + length,
        })
    }

    fn bytes(&self) -> &'a [u8] {
        self.text
            .as_bytes()
            .get(self.authority..self.end)
            .unwrap_or_default()
    }

    /// Where user and password end, in [`Self::bytes`]: the last `@` before path or query. A password
    /// with an unescaped `/`, `?` or `#` is not by the book (RFC 3986 §3.2.1), but common.
    fn userinfo(&self) -> Option<&'a [u8]> {
        let bytes = self.bytes();
        let bytes = bytes.get(..bytes.len().min(USERINFO_BYTES_MAX))?;
        let stop = bytes
            .iter()
            .position(|b| matches!(b, b'/' | b'?' | b'#'))
            .unwrap_or(bytes.len());
        let authority = bytes.get(..stop)?;
        if let Some(at) = authority.iter().rposition(|b| *b == b'@') {
            return authority.get(..at);
        }
        let colon = authority.iter().position(|b| *b == b':')?;
        let port = authority.get(colon + 1..)?;
        let is_port = !port.is_empty() && port.iter().all(u8::is_ascii_digit);
        if is_port {
            return None;
        }
        let at = bytes.iter().rposition(|b| *b == b'@')?;
        let host = bytes.get(at + 1..)?;
        (Class::URL_DOT.run(host, 0) >= 3).then_some(())?;
        bytes.get(..at)
    }

    fn host(&self) -> &'a str {
        let start = self.userinfo().map_or(0, |info| info.len() + 1);
        let rest = self.bytes().get(start..).unwrap_or_default();
        let length = Class::URL_DOT.run(rest, 0);
        let from = self.authority + start;
        self.text.get(from..from + length).unwrap_or_default()
    }

    fn push(&self, kind: &'static str, span: Range<usize>, hits: &mut Vec<Hit>) {
        if self
            .text
            .get(span.clone())
            .is_some_and(|value| !value.is_empty())
        {
            hits.push(Hit {
                kind,
                class: HitClass::Credential,
                span,
                certainty: Certainty::Shaped,
            });
        }
    }

    /// The value of a parameter of the query or the fragment.
    fn parameter(&self, name: &str) -> Option<Range<usize>> {
        let bytes = self.bytes();
        let query = bytes.iter().position(|b| matches!(b, b'?' | b'#'))?;
        let mut at = query + 1;
        for pair in bytes.get(at..)?.split(|b| matches!(b, b'&' | b'#' | b';')) {
            if let Some(equals) = pair.iter().position(|b| *b == b'=')
                && pair
                    .get(..equals)
                    .is_some_and(|n| n.eq_ignore_ascii_case(name.as_bytes()))
            {
                let value = pair.get(equals + 1..)?;
                let closing = value
                    .iter()
                    .rev()
                    .take_while(|b| matches!(b, b')' | b',' | b'.' | b']' | b'}'))
                    .count();
                let start = self.authority + at + equals + 1;
                return Some(start..start + value.len() - closing);
            }
            at += pair.len() + 1;
        }
        None
    }
}

/// RFC 3986 §3.2.1: `user:password@`. Also a long secret in the place of the user.
fn password(url: &Url<'_>, hits: &mut Vec<Hit>) {
    let Some(info) = url.userinfo() else { return };
    let start = url.authority;
    if let Some(colon) = info.iter().position(|b| *b == b':') {
        let span = start + colon + 1..start + info.len();
        if let Some(value) = url.text.get(span.clone())
            && !values::is_reference(value)
            && !values::is_masked(value)
            && !is_example(info.get(..colon).unwrap_or_default(), value)
        {
            url.push("url_password", span, hits);
            return;
        }
    }
    let user = info.split(|b| *b == b':').next().unwrap_or_default();
    let span = start..start + user.len();
    // The keys in Sentry's addresses are public (docs.sentry.io, "Data Source Name").
    let public = url.host().contains("sentry");
    if let Some(value) = url.text.get(span.clone())
        && user.len() >= 20
        && !public
        && values::is_random(value)
    {
        url.push("url_token", span, hits);
    }
}

/// `user:password@` itself, as manuals write it.
fn is_example(user: &[u8], password: &str) -> bool {
    let user = user.trim_ascii().to_ascii_lowercase();
    matches!(
        user.as_slice(),
        b"user" | b"username" | b"[user" | b"usr" | b"login" | b"<user>"
    ) && matches!(
        password,
        "password" | "passwd" | "pass" | "pwd" | "secret" | "PASSWORD"
    )
}

/// Addresses to which whoever knows them may post: Slack (docs.slack.dev, "Incoming webhooks"),
/// Discord (discord.com/developers, "Webhook"), Microsoft Teams, Zapier, Google Chat by its query.
fn webhook(url: &Url<'_>, hits: &mut Vec<Hit>) {
    const HOOKS: &[(&str, &str, usize, &str)] = &[
        ("hooks.slack.com", "/services/", 30, "slack_webhook"),
        ("hooks.slack.com", "/workflows/", 30, "slack_webhook"),
        ("hooks.slack.com", "/triggers/", 30, "slack_webhook"),
        ("discord.com", "/api/webhooks/", 60, "discord_webhook"),
        ("discordapp.com", "/api/webhooks/", 60, "discord_webhook"),
        ("webhook.office.com", "/webhookb2/", 60, "teams_webhook"),
        ("hooks.zapier.com", "/hooks/catch/", 8, "zapier_webhook"),
    ];
    let host = url.host();
    let Some((.., kind)) = HOOKS.iter().find(|(name, path, least, _)| {
        host.ends_with(name)
            && path_of(url).is_some_and(|there| {
                let secret = there.strip_prefix(path);
                secret.is_some_and(|s| s.len() >= *least && values::is_random(s))
            })
    }) else {
        return;
    };
    let length = path_of(url).map_or(0, |path| {
        let bytes = path.as_bytes();
        let stop = bytes
            .iter()
            .position(|b| !(Class::URL_DOT_TILDE.has(*b) || matches!(b, b'/' | b'@' | b'%')))
            .unwrap_or(bytes.len());
        path.get(..stop).unwrap_or(path).trim_end_matches('.').len()
    });
    let start = url.authority.saturating_sub(url.scheme.len() + 3);
    url.push(kind, start..url.authority + host.len() + length, hits);
}

fn path_of<'a>(url: &Url<'a>) -> Option<&'a str> {
    url.text.get(url.authority + url.host().len()..url.end)
}

/// The seed of one-time passwords. (github.com/google/google-authenticator, "Key URI Format")
fn seed(url: &Url<'_>, hits: &mut Vec<Hit>) {
    if let Some(span) = url.parameter("secret") {
        url.push("otp_secret", span, hits);
    }
}

/// Signed links: AWS (Signature Version 4, "Query parameters"), Google Cloud Storage ("Signed
/// URLs"), CloudFront, Azure ("Service SAS": `sig` beside `sv` or `se`).
fn signed(url: &Url<'_>, hits: &mut Vec<Hit>) {
    if !url.bytes().contains(&b'?') {
        return;
    }
    for name in ["X-Amz-Signature", "X-Goog-Signature"] {
        if let Some(span) = url.parameter(name) {
            url.push("signed_url", span, hits);
        }
    }
    if let Some(span) = url.parameter("X-Amz-Security-Token") {
        url.push("aws_session_token", span, hits);
    }
    if let Some(span) = url.parameter("Signature")
        && (url.parameter("Key-Pair-Id").is_some() || url.parameter("AWSAccessKeyId").is_some())
    {
        url.push("signed_url", span, hits);
    }
    if let Some(span) = url.parameter("sig")
        && span.len() >= 20
    {
        url.push("azure_sas", span, hits);
    }
}

/// Oracle's thin driver: `thin:user/password@`. (docs.oracle.com, JDBC, "Thin-style service name")
fn oracle_thin(scope: &Scope<'_>, hits: &mut Vec<Hit>) {
    for at in &scope.candidates.ats {
        let floor = at.saturating_sub(USERINFO_BYTES_MAX / 2);
        let Some(head) = scope.text.as_bytes().get(floor..*at) else {
            continue;
        };
        let Some(thin) = memchr::memmem::rfind(head, b"thin:") else {
            continue;
        };
        let info = head.get(thin + 5..).unwrap_or_default();
        if let Some(slash) = info.iter().position(|b| *b == b'/')
            && slash > 0
            && slash + 1 < info.len()
            && !info.iter().any(u8::is_ascii_whitespace)
        {
            let span = floor + thin + 5 + slash + 1..*at;
            if let Some(value) = scope.text.get(span.clone())
                && !values::is_reference(value)
            {
                hits.push(Hit {
                    kind: "url_password",
                    class: HitClass::Credential,
                    span,
                    certainty: Certainty::Shaped,
                });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check, survives};

    #[test]
    fn passwords_in_urls() {
        for (url, password) in [
            ("postgres://app:hunter2@db.internal:5432/app", "hunter2"),
            (
                "mysql+pymysql://root:s%40crt@10.0.0.1/x?charset=utf8",
                "s%40crt",
            ),
            (
                "mongodb+srv://u:pw123456@c0.mongodb.net,c1.mongodb.net/db",
                "pw123456",
            ),
            ("redis://:onlypass@cache:6379/0", "onlypass"),
            ("amqps://svc:p@ss@mq.example.com/%2f", "p@ss"),
            ("https://bob:letmein@example.com/repo.git", "letmein"),
            ("postgres://app:pa/ss?w#rd@db.internal/app", "pa/ss?w#rd"),
            ("jdbc:oracle:thin:scott/tiger@//db:1521/x", "tiger"),
            (
                "sqlserver://sa:Str0ng!pw@mssql:1433?database=x",
                "Str0ng!pw",
            ),
        ] {
            check(&format!("dsn is {url} ok"), &[("url_password", password)]);
        }
    }

    #[test]
    fn webhooks_signed_links_and_seeds() {
        let slack = "https://hooks.slack.com/services/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";
        check(&format!("post to {slack}."), &[("slack_webhook", slack)]);
        let discord = format!(
            "https://discord.com/api/webhooks/1234567890/{}",
            "q8Zr2LmXc4Vb7NkJh5Gf1Ds9Ap3Oi6Uy0TeWq8Zr2LmXc4Vb7NkJh5Gf1Ds9Ap3Oi6Uy"
        );
        check(&format!("\"{discord}\""), &[("discord_webhook", &discord)]);
        let sum = "0d5e1f6a9b3c8274".repeat(4);
        check(
            &format!("https://b.s3.amazonaws.com/k?X-Amz-Expires=60&X-Amz-Signature={sum}"),
            &[("signed_url", &sum)],
        );
        check(
            "https://a.blob.core.windows.net/c?sv=2022-11-02&se=2026-01-01&sig=q8Zr2LmXc4Vb7NkJh5Gf1Ds9%3D",
            &[("azure_sas", "q8Zr2LmXc4Vb7NkJh5Gf1Ds9%3D")],
        );
        check(
            "otpauth://totp/Acme:alice?secret=JBSWY3DPEHPK3PXP&issuer=Acme",
            &[("otp_secret", "JBSWY3DPEHPK3PXP")],
        );
    }

    #[test]
    fn plain_addresses_and_references_survive() {
        survives(&[
            "https://example.com:8443/path?q=a@b.example",
            "https://user@example.com/",
            "postgres://app:${DB_PASSWORD}@db/app",
            "postgres://app:$PGPASSWORD@db/app",
            "postgres://app:****@db/app",
            "postgres://user:<password>@host/db",
            "https://username:password@example.com/",
            "https://0d5e1f6a9b3c82740d5e1f6a9b3c8274@o1.ingest.sentry.io/2",
            "ssh://git@github.com:22/acme/app.git",
            "https://hooks.slack.com/services/",
            "http://localhost:3000/@scope/package",
        ]);
    }
}
