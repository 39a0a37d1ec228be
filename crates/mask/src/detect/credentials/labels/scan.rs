//! The pass for sensitive words, and the names around them.

use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};

use super::super::names::{Sensitive, sensitive};
use super::Label;
use super::work::Work;

/// What a place in a text may begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Anchor {
    /// Part of a sensitive name.
    Name,
    /// A sensitive name of another script.
    LocalName(Sensitive),
    /// A program whose options hold secrets under short names.
    Command(&'static str),
    /// SQL's `IDENTIFIED BY`.
    IdentifiedBy,
    /// The port in a line of PostgreSQL's password file.
    PasswordFile,
}

/// Letters that every sensitive name contains, in the cases in which they occur. First letters are
/// left out where that saves a row: `password` and `Password` share one. Few enough for the
/// vectorised search (at most 64).
const NAMES: &[&str] = &[
    "pass",
    "Pass",
    "PASS",
    "pwd",
    "Pwd",
    "PWD",
    "pw:",
    "pw=",
    "pw is",
    "ecret",
    "ECRET",
    "oken",
    "OKEN",
    "redential",
    "REDENTIAL",
    "creds",
    "uth",
    "UTH",
    "ookie",
    "OOKIE",
    "essid",
    "ESSID",
    "ession",
    "ESSION",
    "key",
    "Key",
    "KEY",
    "nemonic",
    "seed",
    "Seed",
    "SEED",
    "srf",
    "SRF",
    "PIN",
    "pin",
    "Pin",
    "cvv",
    "CVV",
    "cvc",
    "CVC",
    "ecurity code",
    "ecurity Code",
    "otp",
    "OTP",
    "jwt",
    "JWT",
    "senha",
    "Senha",
    "SENHA",
    "ontrase",
    "ennwort",
    "psk",
];

const COMMANDS: &[&str] = &[
    "curl",
    "mysql",
    "redis-cli",
    "sshpass",
    "docker login",
    "ldap",
    "smbclient",
];

static ASCII: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let words =
        NAMES
            .iter()
            .chain(COMMANDS)
            .chain(&["dentified by", "DENTIFIED BY", ":5432:", ":*:"]);
    searcher(words)
});

/// Names of other scripts, as they are written; only looked for where there is other than ASCII.
static LOCAL: LazyLock<Option<AhoCorasick>> =
    LazyLock::new(|| searcher(LOCAL_NAMES.iter().map(|(name, _)| name)));

const LOCAL_NAMES: &[(&str, Sensitive)] = &[
    ("hasło", Sensitive::Password),
    ("Hasło", Sensitive::Password),
    ("lösenord", Sensitive::Password),
    ("Lösenord", Sensitive::Password),
    ("şifre", Sensitive::Password),
    ("Şifre", Sensitive::Password),
    ("jelszó", Sensitive::Password),
    ("mật khẩu", Sensitive::Password),
    ("Mật khẩu", Sensitive::Password),
    ("пароль", Sensitive::Password),
    ("Пароль", Sensitive::Password),
    ("ПАРОЛЬ", Sensitive::Password),
    ("токен", Sensitive::Token),
    ("Токен", Sensitive::Token),
    ("κωδικός", Sensitive::Password),
    ("Κωδικός", Sensitive::Password),
    ("סיסמה", Sensitive::Password),
    ("كلمة المرور", Sensitive::Password),
    ("पासवर्ड", Sensitive::Password),
    ("รหัสผ่าน", Sensitive::Password),
    ("パスワード", Sensitive::Password),
    ("暗証番号", Sensitive::Pin),
    ("トークン", Sensitive::Token),
    ("APIキー", Sensitive::ApiKey),
    ("密码", Sensitive::Password),
    ("密碼", Sensitive::Password),
    ("口令", Sensitive::Password),
    ("令牌", Sensitive::Token),
    ("비밀번호", Sensitive::Password),
    ("암호", Sensitive::Password),
    ("토큰", Sensitive::Token),
];

fn searcher<'a>(words: impl IntoIterator<Item = &'a &'a str>) -> Option<AhoCorasick> {
    AhoCorasick::builder()
        .match_kind(MatchKind::LeftmostFirst)
        .build(words)
        .ok()
}

/// Calls for every anchor of a text, from its beginning to its end.
pub(super) fn anchors(text: &str, mut each: impl FnMut(Anchor, Range<usize>)) {
    if let Some(searcher) = &*ASCII {
        for found in searcher.find_iter(text) {
            let number = found.pattern().as_usize();
            let rest = number.checked_sub(NAMES.len());
            let anchor = match rest {
                None => Anchor::Name,
                Some(command) => {
                    match (COMMANDS.get(command), command - COMMANDS.len().min(command)) {
                        (Some(command), _) => Anchor::Command(command),
                        (None, 0 | 1) => Anchor::IdentifiedBy,
                        (None, _) => Anchor::PasswordFile,
                    }
                }
            };
            each(anchor, found.range());
        }
    }
    if !text.is_ascii()
        && let Some(searcher) = &*LOCAL
    {
        for found in searcher.find_iter(text) {
            if let Some((_, what)) = LOCAL_NAMES.get(found.pattern().as_usize()) {
                each(Anchor::LocalName(*what), found.range());
            }
        }
    }
}

/// The name around an anchor, if it is sensitive.
pub(super) fn label<'a>(text: &'a str, place: Range<usize>, work: &'a Work) -> Option<Label<'a>> {
    const NAME_BYTES_MAX: usize = 80;
    let bytes = text.as_bytes();
    let head = bytes.get(..place.start)?;
    let tail = bytes.get(place.end..)?;
    let left = head
        .iter()
        .rev()
        .take(NAME_BYTES_MAX)
        .take_while(|b| is_of_name(**b))
        .count();
    let right = tail
        .iter()
        .take(NAME_BYTES_MAX)
        .take_while(|b| is_of_name(**b))
        .count();
    let mut start = place.start - left;
    let mut end = place.end + right;
    while !text.is_char_boundary(start) {
        start += 1;
    }
    // Dashes before an option, a full stop after a sentence.
    while bytes.get(start).is_some_and(|b| matches!(b, b'-' | b'.')) && start < place.start {
        start += 1;
    }
    // Java's `-Dname=value`.
    let java = start.checked_sub(1).and_then(|at| bytes.get(at..start + 2));
    if matches!(java, Some([b'-', b'D', b'a'..=b'z'])) && start < place.start {
        start += 1;
    }
    while end > place.end && matches!(bytes.get(end - 1), Some(b'-' | b'.')) {
        end -= 1;
    }
    // `pw:` and `pw is` bring along what stands behind them.
    if matches!(text.get(place.clone())?, "pw:" | "pw=" | "pw is") {
        end = place.start + 2;
    }
    // `arn:aws:secretsmanager:eu-west-1:123456789012:secret:name`: a kind of resource.
    if start > 0 && bytes.get(start - 1) == Some(&b':') && is_in_arn(head) {
        return None;
    }
    let spaced = with_words_before(bytes, start, end);
    let name = text.get(start..end)?;
    let what = match spaced {
        Some(wider) => sensitive(text.get(wider..end)?),
        None => sensitive(name),
    }?;
    Some(Label {
        text,
        name: start..end,
        what,
        work,
    })
}

/// Whether the word that goes on here names a resource of Amazon's.
fn is_in_arn(head: &[u8]) -> bool {
    const ARN_BYTES_MAX: usize = 120;
    let head = head.get(head.len().saturating_sub(ARN_BYTES_MAX)..);
    let head = head.unwrap_or_default();
    let word = head
        .iter()
        .rposition(|b| b.is_ascii_whitespace() || matches!(b, b'"' | b'\''));
    let word = head.get(word.map_or(0, |at| at + 1)..).unwrap_or_default();
    memchr::memmem::find(word, b"arn:aws").is_some()
}

/// Letters of two bytes (`contraseña`) belong to a name; quotes and signs have three.
const fn is_of_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | 0x80..=0xdf)
}

/// Where a name of several words begins: `api key`, `next page token`. Only heads that say little by
/// themselves need the words before.
fn with_words_before(bytes: &[u8], start: usize, end: usize) -> Option<usize> {
    let name = bytes.get(start..end)?;
    let needs = [
        "key", "keys", "token", "tokens", "code", "phrase", "words", "string", "pin", "hash",
    ];
    needs
        .iter()
        .any(|head| name.eq_ignore_ascii_case(head.as_bytes()))
        .then_some(())?;
    let mut from = start;
    for _ in 0..2 {
        let head = bytes.get(..from)?;
        let Some((b' ', before)) = head.split_last() else {
            break;
        };
        let letters = before
            .iter()
            .rev()
            .take(20)
            .take_while(|b| b.is_ascii_alphabetic())
            .count();
        if letters == 0 {
            break;
        }
        from -= letters + 1;
    }
    Some(from)
}

#[cfg(test)]
mod tests {
    use super::super::super::names::Sensitive;
    use super::{ASCII, COMMANDS, NAMES, Work, label};

    #[test]
    fn the_search_is_the_vectorised_one() {
        assert!(ASCII.is_some());
        assert!(NAMES.len() + COMMANDS.len() + 4 <= 64);
    }

    #[test]
    fn names_are_read_around_their_anchor() {
        let check = |text: &str, expected: Option<(&str, Sensitive)>| {
            let at = text.find("oken").or_else(|| text.find("key")).unwrap();
            let work = Work::new(text);
            let found = label(text, at..at + 3, &work);
            let found = found.map(|l| (text.get(l.name.clone()).unwrap(), l.what));
            assert_eq!(found, expected, "{text}");
        };
        check("GITHUB_TOKEN_X token: x", Some(("token", Sensitive::Token)));
        check("the api key: x", Some(("key", Sensitive::ApiKey)));
        check("--auth-token x", Some(("auth-token", Sensitive::Token)));
        check("next page token: x", None);
        check("a public key: x", None);
        check("the key: x", None);
    }
}
