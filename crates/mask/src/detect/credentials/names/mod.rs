//! Names that give a value away: `DB_PASSWORD`, `clientSecret`, `x-api-key`.
//!
//! A name is split into words; as in English compounds the last word is the head. `password_reset_token`
//! is a token, `token_type` is a type. Words that only say which one (`_2`, `_confirm`, `_prod`) are
//! passed over.

mod split;
mod words;

use unicode_normalization::UnicodeNormalization as _;

use crate::detect::Class;
use split::Words;

/// What a name says that its value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sensitive {
    /// A person chose or learns it: any text may be one.
    Password,
    /// `pass`, `pw`: a password, or whether something passed.
    Pass,
    /// Of a program: any text, but seldom a plain word.
    Secret,
    /// Issued at random.
    Token,
    /// Issued at random.
    ApiKey,
    /// Drawn at random, or a file's text.
    PrivateKey,
    /// Scheme and token, or a token.
    Authorization,
    /// Pairs of names and values.
    Cookie,
    /// Issued at random; often only an identifier.
    Session,
    /// Holds a password among other parts.
    ConnectionString,
    /// The hash of a password.
    Hash,
    /// The words of a wallet.
    SeedPhrase,
    /// Digits that a person knows.
    Pin,
    /// The three or four digits on a card.
    SecurityCode,
    /// A code for one use.
    OneTimeCode,
}

impl Sensitive {
    pub(crate) const fn kind(self) -> &'static str {
        match self {
            Self::Password | Self::Pass => "password",
            Self::Secret => "secret",
            Self::Token => "token",
            Self::ApiKey => "api_key",
            Self::PrivateKey => "private_key",
            Self::Authorization => "authorization",
            Self::Cookie => "cookie",
            Self::Session => "session_token",
            Self::ConnectionString => "connection_string",
            Self::Hash => "password_hash",
            Self::SeedPhrase => "seed_phrase",
            Self::Pin => "pin",
            Self::SecurityCode => "card_security_code",
            Self::OneTimeCode => "one_time_code",
        }
    }

    pub(crate) const fn class(self) -> Class {
        match self {
            Self::SeedPhrase | Self::Pin | Self::SecurityCode => Class::Authentication,
            _ => Class::Credential,
        }
    }
}

/// What a name gives away: a member, header, column, option, variable, label.
pub(crate) fn sensitive(name: &str) -> Option<Sensitive> {
    if name.is_ascii() {
        return Words::of(name.as_bytes()).and_then(|words| by_words(&words));
    }
    // Full-width letters fold into ASCII; other scripts have their own words.
    let folded: String = name.nfkc().flat_map(char::to_lowercase).collect();
    if folded.is_ascii() {
        return Words::of(name.nfkc().collect::<String>().as_bytes())
            .and_then(|words| by_words(&words));
    }
    words::LOCAL
        .iter()
        .find(|(word, _)| folded.contains(word))
        .map(|(_, what)| *what)
}

/// Whether a name says that it holds several secrets under names of their own.
pub(crate) fn holds_secrets(name: &str) -> bool {
    matches!(
        Words::of(name.as_bytes()).as_ref().and_then(Words::head),
        Some(b"secrets" | b"credentials" | b"creds" | b"passwords")
    )
}

/// Whether a name says nothing of its value but that it is one: what stands above it decides.
pub(crate) fn is_generic(name: &str) -> bool {
    const LENGTH_MAX: usize = 12;
    const NAMES: [&str; 22] = [
        "value",
        "val",
        "data",
        "text",
        "content",
        "raw",
        "plain",
        "plaintext",
        "string",
        "stringvalue",
        "string_value",
        "current",
        "new",
        "old",
        "default",
        "secure",
        "_text",
        "#text",
        "$value",
        "_value",
        "0",
        "1",
    ];
    name.len() <= LENGTH_MAX && NAMES.iter().any(|known| name.eq_ignore_ascii_case(known))
}

fn by_words(words: &Words) -> Option<Sensitive> {
    let mut place = words.len();
    // Words that say which one, not what; the first word is never one of them.
    while place > 1 && words.get(place - 1).is_some_and(words::is_modifier) {
        if is_connection_string(words, place) {
            return Some(Sensitive::ConnectionString);
        }
        place -= 1;
    }
    let head = words.get(place - 1)?;
    let before = place.checked_sub(2).and_then(|at| words.get(at));
    if words.any(|word| matches!(word, b"public" | b"publishable" | b"pub")) {
        return None;
    }
    match head {
        b"key" | b"keys" => key(words, before?),
        b"token" => token(words, before),
        b"tokens" => before
            .filter(|word| words::is_issued(word))
            .map(|_| Sensitive::Token),
        b"string" | b"str" => None,
        b"hash" | b"digest" => before
            .filter(|word| words::single(word) == Some(Sensitive::Password))
            .map(|_| Sensitive::Hash),
        b"phrase" | b"words" => before
            .filter(|word| words::is_of_seeds(word))
            .map(|_| Sensitive::SeedPhrase),
        b"code" | b"codes" => code(before?),
        b"id" | b"sid" => session_id(words, before?),
        b"auth" | b"authentication" => Some(Sensitive::Authorization),
        b"pass" if before.is_some_and(|word| !words::is_no_pass(word)) => Some(Sensitive::Password),
        b"pass" | b"pw" | b"pword" => before
            .is_none_or(|word| !words::is_no_pass(word))
            .then_some(Sensitive::Pass),
        _ => {
            let found = words::single(head).or_else(|| words::fused(head))?;
            before
                .is_none_or(|word| !words::denies(found, word))
                .then_some(found)
        }
    }
}

fn is_connection_string(words: &Words, place: usize) -> bool {
    matches!(words.get(place - 1), Some(b"string" | b"str"))
        && place
            .checked_sub(2)
            .and_then(|at| words.get(at))
            .is_some_and(|word| matches!(word, b"connection" | b"conn"))
}

fn key(words: &Words, before: &[u8]) -> Option<Sensitive> {
    match before {
        b"secret" => Some(Sensitive::Secret),
        b"private" | b"priv" | b"ssh" | b"rsa" | b"pgp" | b"gpg" | b"wallet" => {
            Some(Sensitive::PrivateKey)
        }
        _ if words::makes_key(before) => Some(Sensitive::ApiKey),
        // `secret access key`, `private_pem_key`, `apiv2 key`: what makes it secret stands further
        // away.
        _ if words.any(|word| matches!(word, b"secret" | b"private" | b"api" | b"apikey"))
            && !words::is_no_key(before) =>
        {
            Some(Sensitive::ApiKey)
        }
        _ => None,
    }
}

fn token(words: &Words, before: Option<&[u8]>) -> Option<Sensitive> {
    let denied = before.is_some_and(words::is_no_token)
        || words.any(|word| matches!(word, b"idempotency" | b"pagination" | b"tokenizer"));
    (!denied).then_some(Sensitive::Token)
}

fn code(before: &[u8]) -> Option<Sensitive> {
    match before {
        b"security" | b"cvv" | b"cvc" | b"cvv2" | b"cvc2" => Some(Sensitive::SecurityCode),
        b"pin" => Some(Sensitive::Pin),
        b"otp" | b"mfa" | b"totp" | b"fa" | b"verification" | b"recovery" | b"backup" | b"time"
        | b"passcode" | b"login" => Some(Sensitive::OneTimeCode),
        b"authorization" | b"auth" | b"device" | b"secret" => Some(Sensitive::Token),
        _ => None,
    }
}

/// `session_id`: often a credential, but not MCP's, which a header of its own carries and which
/// must not be used as one.
fn session_id(words: &Words, before: &[u8]) -> Option<Sensitive> {
    let session = matches!(before, b"session" | b"sess" | b"connect");
    let other = words.any(|word| matches!(word, b"mcp" | b"trace" | b"rum" | b"chat" | b"agent"));
    (session && !other).then_some(Sensitive::Session)
}

#[cfg(test)]
mod tests;
