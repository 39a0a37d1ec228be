//! Electronic mail addresses, RFC 5321 as people use it: a dot in the domain, no quotes, no comments.

use std::ops::Range;

use super::{Certainty, Class, Hit};

/// Longest parts in bytes, RFC 5321 §4.5.3.1.
const LOCAL_MAX: usize = 64;
const DOMAIN_MAX: usize = 255;

/// The address around an `@`.
pub(super) fn email(text: &str, at: usize) -> Option<Hit> {
    let local = local_before(text, at)?;
    let domain = domain_behind(text, at + 1)?;
    let name = text.get(local.clone())?;
    let host = text.get(domain.clone())?;
    let is_address = is_host(host)
        && !is_file(host)
        && !is_principal(text, local.start, host)
        && !matches!(name, "git" | "hg" | "svn")
        && !is_remote(text, &domain)
        && !is_user_of_url(text, local.start);
    is_address.then_some(Hit {
        kind: "email",
        class: Class::Contact,
        span: local.start..domain.end,
        certainty: Certainty::Shaped,
    })
}

fn local_before(text: &str, at: usize) -> Option<Range<usize>> {
    let before = text.get(..at)?;
    let start = before
        .char_indices()
        .rev()
        .take(LOCAL_MAX + 1)
        .take_while(|&(_, char)| is_local(char))
        .last()?
        .0;
    // Signs at the beginning are quotes and markup around the address.
    let local = before.get(start..)?;
    let name = local.trim_start_matches(|char: char| !char.is_alphanumeric() && char != '_');
    let start = at - name.len();
    let written = !name.is_empty()
        && name.len() <= LOCAL_MAX
        && !name.ends_with('.')
        && !name.contains("..")
        && !before.get(..start)?.ends_with('@');
    written.then_some(start..at)
}

fn domain_behind(text: &str, from: usize) -> Option<Range<usize>> {
    let behind = text.get(from..)?;
    let len = behind
        .char_indices()
        .take(DOMAIN_MAX + 1)
        .find(|&(_, char)| !is_domain(char))
        .map_or(behind.len().min(DOMAIN_MAX + 1), |(at, _)| at);
    let domain = behind.get(..len)?.trim_end_matches(['.', '-']);
    (domain.len() <= DOMAIN_MAX).then(|| from..from + domain.len())
}

fn is_local(char: char) -> bool {
    char.is_ascii_alphanumeric() || matches!(char, '.' | '_' | '+' | '-' | '\'') || is_latin(char)
}

fn is_domain(char: char) -> bool {
    char.is_ascii_alphanumeric() || matches!(char, '.' | '-') || is_latin(char)
}

/// Letters of European languages; others are written close to an address without belonging to it.
const fn is_latin(char: char) -> bool {
    matches!(char, '\u{c0}'..='\u{24f}')
}

/// Labels with a last one of letters, and not all others numbers.
fn is_host(host: &str) -> bool {
    let Some((rest, last)) = host.rsplit_once('.') else {
        return false;
    };
    let ends = last.starts_with("xn--") || last.chars().all(char::is_alphabetic);
    let labels = || rest.split('.');
    let is_label = |label: &str| {
        !label.is_empty() && label.len() <= 63 && !label.starts_with('-') && !label.ends_with('-')
    };
    let is_number = |label: &str| label.bytes().all(|byte| byte.is_ascii_digit());
    ends && (2..=24).contains(&last.chars().count())
        && labels().all(is_label)
        && labels().filter(|label| is_number(label)).count() < 2
}

/// Suffixes of files and units that follow an `@`: `logo@2x.png`, `getty@tty1.service`.
fn is_file(host: &str) -> bool {
    const SUFFIXES: &[&str] = &[
        "avif", "bmp", "css", "deb", "device", "gif", "html", "ico", "jar", "jpeg", "jpg", "js",
        "json", "jsx", "map", "mjs", "mount", "path", "pdf", "png", "py", "rpm", "scope", "scss",
        "service", "slice", "socket", "svg", "swap", "tar", "target", "tgz", "timer", "toml", "ts",
        "tsx", "txt", "webp", "whl", "xml", "yaml", "yml",
    ];
    let suffix = host.rsplit('.').next().unwrap_or_default();
    SUFFIXES
        .iter()
        .any(|known| suffix.eq_ignore_ascii_case(known))
}

/// A service of Kerberos: `HTTP/web.example.com@EXAMPLE.COM`.
fn is_principal(text: &str, start: usize, host: &str) -> bool {
    let before = text.get(..start).unwrap_or_default();
    before.ends_with('/') && !host.bytes().any(|byte| byte.is_ascii_lowercase())
}

/// `user@host:path` of ssh, scp and git, and a shell's prompt.
fn is_remote(text: &str, domain: &Range<usize>) -> bool {
    let mut behind = text.get(domain.end..).unwrap_or_default().chars();
    let path = |char: char| char.is_ascii_alphanumeric() || matches!(char, '/' | '~' | '.');
    behind.next() == Some(':') && behind.next().is_some_and(path)
}

/// Whether the name stands where a URL has its user: behind `://`, with nothing of a path between;
/// or behind `ssh` and its options.
fn is_user_of_url(text: &str, start: usize) -> bool {
    let before = text.get(..start).unwrap_or_default();
    let word = before
        .rsplit(|char: char| char.is_whitespace() || matches!(char, '"' | '\'' | '<' | '('))
        .next()
        .unwrap_or_default();
    let in_url = word
        .rsplit_once("://")
        .is_some_and(|(_, authority)| !authority.contains(['/', '?', '#', '&', ',']));
    let command = before.trim_end().rsplit(char::is_whitespace).next();
    in_url
        || matches!(
            command,
            Some("ssh" | "scp" | "sftp" | "rsync" | "ssh-copy-id" | "mosh")
        )
}

#[cfg(test)]
mod tests {
    use crate::detect::identifiers::testing::{found, nothing};

    #[test]
    fn addresses_are_found() {
        for (text, value) in [
            ("jane.doe@example.com", "jane.doe@example.com"),
            ("Jane <jane@example.co.uk>, ", "jane@example.co.uk"),
            ("write to a+b@sub.example.org.", "a+b@sub.example.org"),
            ("mailto:x_y@example.io?subject=1", "x_y@example.io"),
            (
                "https://x.io/?email=bob@example.com&a=1",
                "email=bob@example.com",
            ),
            ("'o'neil@example.com'", "o'neil@example.com"),
            ("foo@163.com", "foo@163.com"),
            ("GET /users/foo@example.com/mail", "foo@example.com"),
            ("jörg@müller.de", "jörg@müller.de"),
            ("メールbob@example.jpです", "bob@example.jp"),
            ("bob@example.com: hello", "bob@example.com"),
            ("(bob@example.com)", "bob@example.com"),
        ] {
            let value = value.strip_prefix("email=").unwrap_or(value);
            found(&[], text, "email", value);
        }
    }

    #[test]
    fn other_uses_of_the_sign_stay() {
        for text in [
            "git@github.com:org/repo.git",
            "ssh deploy@build.example.com",
            "deploy@build.example.com:/srv/app",
            "root@host.example.com:~$ ls",
            "postgres://app:secret@db.example.com:5432/x",
            "https://user@example.com/path",
            "react@18.2.0",
            "npm i @scope/pkg@1.2.3-beta.1",
            "uses: actions/checkout@v4",
            "logo@2x.png",
            "image@sha256:0123",
            "@app.route",
            "user@localhost",
            "com.example.Foo@1a2b3c",
            "getty@tty1.service",
            "a@b",
            "@",
            "HTTP/web.example.com@EXAMPLE.COM",
        ] {
            nothing(&[], text);
        }
    }
}
