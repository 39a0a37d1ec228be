//! Tokens that no row of parts describes: those that begin before their mark, or have none.

use super::super::bytes::{Class, before, begins_word, is_varied};
use super::super::{aws, jwt, pem, wallets};
use super::{Found, Shape};

/// Rows are grouped by issuer; the source of each rule stands at it.
pub(super) const SHAPES: &[Shape] = &[
    Shape::rule("AKIA", aws::access_key),
    Shape::rule("ASIA", aws::access_key),
    Shape::rule("ABIA", aws::access_key),
    Shape::rule("ACCA", aws::access_key),
    Shape::rule("A3T", aws::access_key),
    Shape::rule("eyJ", jwt::at),
    Shape::rule("atlasv1.", terraform),
    Shape::rule("AA", telegram),
    Shape::rule("s.", vault_legacy),
    Shape::rule("aad3b435b51404eeaad3b435b51404ee", lan_manager),
    // A snowflake in base 64 begins with a digit: these are all the ways that can look.
    Shape::rule("MD", discord),
    Shape::rule("MT", discord),
    Shape::rule("Mj", discord),
    Shape::rule("Mz", discord),
    Shape::rule("ND", discord),
    Shape::rule("NT", discord),
    Shape::rule("Nj", discord),
    Shape::rule("Nz", discord),
    Shape::rule("OD", discord),
    Shape::rule("OT", discord),
    Shape::rule("MII", pem::bare),
    Shape::rule("MHcCAQEE", pem::bare),
    Shape::rule("MC4CAQAwBQYDK2Vw", pem::bare),
    Shape::rule("MIGHAgEAMBMG", pem::bare),
    Shape::rule("b3BlbnNzaC1rZXktdjEA", pem::bare),
    Shape::rule("AGE-SECRET-KEY-", wallets::age),
    Shape::rule("nsec1", wallets::nostr),
    Shape::rule("xprv", wallets::extended_key),
    Shape::rule("yprv", wallets::extended_key),
    Shape::rule("zprv", wallets::extended_key),
    Shape::rule("tprv", wallets::extended_key),
];

/// Tokens that only their length and what surrounds them tell: the word is `at..end`.
pub(super) fn unprefixed(text: &[u8], at: usize, end: usize) -> Option<Found> {
    match end - at {
        32 => mail_key(text, at, end),
        40 => new_relic_license(text, at, end),
        50..=52 => wallets::wif(text, at, end),
        56 => wallets::stellar(text, at, end),
        6 => maxmind(text, at, end),
        _ => None,
    }
    .or_else(|| azure_ad(text, end))
}

/// HCP Terraform: 14 characters, `.atlasv1.`, at least 60. (developer.hashicorp.com, "API tokens")
fn terraform(text: &[u8], at: usize) -> Option<Found> {
    let start = at.checked_sub(15)?;
    let head = text.get(start..at)?.strip_suffix(b".")?;
    let body = at + "atlasv1.".len();
    let length = Class::URL_PADDED.run_to(text, body, 400);
    let fits = begins_word(text, start) && Class::ALNUM.run(head, 0) == 14 && length >= 55;
    fits.then(|| Found::shaped("terraform_token", start..body + length))?
}

/// Telegram: a bot's number, a colon, `AA` and 33. (core.telegram.org/bots/api, "Authorizing your
/// bot")
fn telegram(text: &[u8], at: usize) -> Option<Found> {
    let digits_end = at.checked_sub(1)?;
    (text.get(digits_end) == Some(&b':')).then_some(())?;
    let head = text.get(..digits_end)?;
    let digits = head
        .iter()
        .rev()
        .take(12)
        .take_while(|b| b.is_ascii_digit());
    let start = digits_end - digits.count();
    let fits = (6..=11).contains(&(digits_end - start)) && Class::URL.run_to(text, at, 36) == 35;
    fits.then(|| Found::shaped("telegram_token", start..at + 35))?
}

/// Vault before 1.10: `s.` and 24. (developer.hashicorp.com, Vault, "Tokens")
fn vault_legacy(text: &[u8], at: usize) -> Option<Found> {
    let body = at + 2;
    let token = text.get(body..body + 24)?;
    let alone = Class::ALNUM.run(text, body) == 24 && text.get(body + 24) != Some(&b'(');
    let mixed = token.iter().any(u8::is_ascii_digit)
        && token.iter().any(u8::is_ascii_uppercase)
        && token.iter().any(u8::is_ascii_lowercase);
    (alone && mixed && is_varied(token)).then(|| Found::shaped("vault_token", at..body + 24))?
}

/// A dump of Windows hashes: the empty LAN Manager hash, then the NT hash. (MS-SAMR §2.2.11)
fn lan_manager(text: &[u8], at: usize) -> Option<Found> {
    let hash = at + 33;
    let fits = text.get(hash - 1) == Some(&b':') && Class::HEX.run(text, hash) == 32;
    fits.then(|| Found::shaped("password_hash", hash..hash + 32))?
}

/// Discord: a user's number in base 64, a time, an HMAC. (discord.com/developers, "Authentication")
fn discord(text: &[u8], at: usize) -> Option<Found> {
    let id_length = Class::ALNUM.run(text, at);
    (23..=28).contains(&id_length).then_some(())?;
    let id = text.get(at..at + id_length)?;
    let digits = jwt::decoded(id, |number| number.iter().all(u8::is_ascii_digit))?;
    let time = at + id_length + 1;
    let mac = time + 7;
    let length = Class::URL.run_to(text, mac, 46);
    let fits = digits
        && text.get(time - 1) == Some(&b'.')
        && Class::URL.run(text, time) == 6
        && text.get(mac - 1) == Some(&b'.')
        && (27..=45).contains(&length);
    fits.then(|| Found::shaped("discord_token", at..mac + length))?
}

/// Mailchimp: 32 hexadecimal digits and the data centre (mailchimp.com/developer, "API keys");
/// Mailgun: 32, 8 and 8 (documentation.mailgun.com, "API keys").
fn mail_key(text: &[u8], at: usize, end: usize) -> Option<Found> {
    (Class::HEX.run(text, at) == 32).then_some(())?;
    let tail = text.get(end..)?;
    if tail.starts_with(b"-us") {
        let digits = Class::DIGIT.run(tail, 3);
        return (1..=2)
            .contains(&digits)
            .then(|| Found::shaped("mailchimp_key", at..end + 3 + digits))?;
    }
    let fits = tail.first() == Some(&b'-')
        && Class::HEX.run(tail, 1) == 8
        && tail.get(9) == Some(&b'-')
        && Class::ALNUM.run(tail, 10) == 8
        && Class::HEX.run(tail, 10) == 8
        && tail.get(18) != Some(&b'-');
    fits.then(|| Found::shaped("mailgun_key", at..end + 18))?
}

/// New Relic: 36 hexadecimal digits and `NRAL`. (docs.newrelic.com, "License key")
fn new_relic_license(text: &[u8], at: usize, end: usize) -> Option<Found> {
    let fits = Class::HEX.run(text, at) == 36 && text.get(at + 36..end) == Some(b"NRAL");
    fits.then(|| Found::shaped("newrelic_key", at..end))?
}

/// MaxMind: 6, 29 and `mmk`. (dev.maxmind.com, "License keys")
fn maxmind(text: &[u8], at: usize, end: usize) -> Option<Found> {
    let fits = text.get(end) == Some(&b'_')
        && Class::ALNUM.run(text, end + 1) == 29
        && text.get(end + 30..end + 34) == Some(b"_mmk");
    fits.then(|| Found::shaped("maxmind_key", at..end + 34))?
}

/// Microsoft Entra: three characters, a digit, `Q~`, then 31 to 34; `end` is where the `~` stands.
/// (learn.microsoft.com, Purview, "Microsoft Entra client secret")
fn azure_ad(text: &[u8], end: usize) -> Option<Found> {
    (text.get(end) == Some(&b'~') && before(text, end) == Some(b'Q')).then_some(())?;
    let start = end.checked_sub(5)?;
    let head = text.get(start..start + 3)?;
    let length = Class::URL_DOT_TILDE.run_to(text, end + 1, 36);
    let fits = text.get(start + 3).is_some_and(u8::is_ascii_digit)
        && Class::URL_DOT_TILDE.run(head, 0) == 3
        && (31..=35).contains(&length);
    fits.then(|| Found::shaped("azure_client_secret", start..end + 1 + length))?
}
