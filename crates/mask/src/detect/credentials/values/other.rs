//! What is no secret though it stands where one could: references, what was masked, public halves, words.

use std::collections::HashSet;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use super::is_random;

/// A secret's name and not a secret: variables, templates, addresses within stores of secrets.
pub(in super::super) fn is_reference(value: &str) -> bool {
    const HEADS: &[&str] = &[
        "${",
        "$(",
        "$[",
        "{{",
        "<%",
        "%{",
        "#{",
        "@{",
        "vault:",
        "vault/",
        "op://",
        "arn:",
        "ssm:",
        "sm://",
        "secret:",
        "secret/",
        "secrets/",
        "secretref:",
        "secretkeyref",
        "env:",
        "env.",
        "env[",
        "file:",
        "kms:",
        "awskms:",
        "gcpkms:",
        "azurekms:",
        "keyvault:",
        "ref+",
        "doppler:",
        "keyring:",
        "keychain:",
        "pass:",
        "bws:",
        "akv:",
        "gcp:",
        "aws-sm:",
        "@microsoft.keyvault",
        "/run/secrets/",
        "/var/run/secrets/",
        "projects/",
        "process.env",
        "os.environ",
        "os.getenv",
        "getenv(",
        "system.getenv",
        "env.fetch",
        "secrets.",
        "var.",
        "local.",
        "module.",
        "data.",
        "!vault",
        "!secret",
        "!ref",
        "!sub",
        "!env",
        "!getatt",
        "sealed:",
        "enc[",
        "urn:",
    ];
    let value = value.trim_start_matches(['"', '\'', '`']);
    let lower = |head: &&str| {
        value
            .get(..head.len())
            .is_some_and(|there| there.eq_ignore_ascii_case(head))
    };
    if HEADS.iter().any(lower) {
        return true;
    }
    if lower(&"$env:") {
        return true;
    }
    match value.as_bytes() {
        // `$DB_PASSWORD`, `$pw`, `$1`: a dollar and a name to the end.
        [b'$', rest @ ..] => {
            // Perl's `$self->{x}` is cut off before the `>`.
            let rest = rest.strip_suffix(b"-").unwrap_or(rest);
            !rest.is_empty()
                && rest.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'_')
                && (rest.iter().all(|b| !b.is_ascii_lowercase()) || !is_random(value))
        }

        // `%DB_PASSWORD%`, `%s`.
        [b'%', name @ .., b'%'] => name.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'_'),
        [b'%', b's' | b'd' | b'v'] => true,
        [b'<', .., b'>'] | [b'{', .., b'}'] => !value.contains('"'),
        _ => false,
    }
}

/// What stands where a secret was, or where one belongs.
pub(in super::super) fn is_masked(value: &str) -> bool {
    let value = value.trim_matches(['"', '\'', '`']);
    let filler = |c: char| {
        matches!(
            c,
            '*' | '•' | '●' | '·' | '.' | '…' | '-' | '_' | '#' | '?' | '█'
        )
    };
    let fillers = value.chars().filter(|c| filler(*c)).count();
    let crosses = value.chars().filter(|c| matches!(c, 'x' | 'X')).count();
    let all = value.chars().count();
    if all == 0 || fillers == all || (crosses >= 3 && crosses == all) {
        return true;
    }
    if value.contains("***")
        || value.contains("•••")
        || value.contains("xxxx")
        || value.contains("XXXX")
    {
        return true;
    }
    if MARKS.as_ref().is_some_and(|marks| marks.is_match(value)) {
        return true;
    }
    // `[github_token]`, `[email:k7q2…]`: what this program writes.
    let inner = value
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    inner.is_some_and(|inner| {
        inner.chars().all(|c| {
            c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | ':' | '…' | '-')
        })
    })
}

/// What is written where a secret was or belongs, in any case.
static MARKS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let marks = MARKED.iter().chain(&[concat!("place", "holder")]);
    AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .build(marks)
        .ok()
});

const MARKED: &[&str] = &[
    "redacted",
    "[masked",
    "<masked",
    "masked]",
    "[hidden",
    "<hidden",
    "[filtered",
    "[removed",
    "[secret",
    "<secret",
    "your_",
    "your-",
    "yourpassword",
    "yoursecret",
    "yourtoken",
    "your password",
    "your token",
    "your secret",
    "yourapikey",
    "changeit",
    "<your",
    "replace",
    "insert",
    "goes_here",
    "goes-here",
    "_here",
    "-here",
    "sensitive value",
    "(sensitive",
    "known after apply",
    "{hidden}",
];

/// A public half, or what is meant for everybody.
pub(super) fn is_public(value: &str) -> bool {
    const HEADS: &[&str] = &[
        "ssh-",
        "ecdsa-sha2",
        "sk-ssh-",
        "sk-ecdsa",
        "-----BEGIN PUBLIC",
        "-----BEGIN CERT",
        "-----BEGIN RSA PUBLIC",
        "-----BEGIN PGP PUBLIC",
        "-----BEGIN SSH2 PUBLIC",
        "pk_live_",
        "pk_test_",
        "sb_publishable_",
        "sha256:",
        "sha512-",
        "sha384-",
        "sha256-",
        "SHA256:",
        "http://",
        "https://",
        "did:",
    ];
    HEADS.iter().any(|head| value.starts_with(head)) && !value.contains('@')
}

/// Types, states and words about a value.
pub(super) fn is_word_about(value: &str) -> bool {
    let bare =
        value.trim_matches(|c: char| matches!(c, '"' | '\'' | '`' | ',' | ';' | '.' | ')' | '('));
    let mut lower = [0u8; 24];
    let Some(buffer) = lower.get_mut(..bare.len()) else {
        return false;
    };
    for (to, from) in buffer.iter_mut().zip(bare.bytes()) {
        *to = from.to_ascii_lowercase();
    }
    let word = std::str::from_utf8(buffer).unwrap_or_default();
    word.is_empty() || ABOUT.contains(word)
}

static ABOUT: LazyLock<HashSet<&'static str>> = LazyLock::new(|| WORDS_ABOUT.split(' ').collect());

/// Types, states, ways to log in, words that follow the name in a sentence.
const WORDS_ABOUT: &str = "\
    true false null none nil undefined nan yes no on off n/a string str text number integer int \
    int32 int64 float bool boolean object array any bytes byte varchar varchar(255) char \
    optional[str] string? securestring secretstr secret secrets password passwd pwd token key \
    apikey api_key api-key credential credentials cookie cookies session hidden plain plaintext \
    text/plain required optional enabled disabled default empty blank unset set not present \
    missing unknown invalid valid expired active inactive revoked pending ok failed success \
    incorrect wrong correct auto basic bearer digest oauth oauth2 oauth2.0 oidc saml ldap \
    kerberos ntlm iam mtls tls jwt header query body anonymous local github google same-origin \
    include omit scram-sha-256 md5 trust peer base64 base64url hs256 rs256 es256 ed25519 the a \
    an is are was for to of and or in from with your this that my protected encrypted hashed \
    authentication authorization needed generated configured provided used stored shown below \
    above pass option options flag flags argument arguments parameter parameters field fields";
