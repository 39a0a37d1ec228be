use proptest::prelude::*;

use super::super::checks::base62;
use super::super::testing::{check, found, survives};
use super::{Body, Part, Shape, TABLES};
use crate::detect::Certainty;

/// A source of characters that looks random and is the same in every run.
struct Letters(u32);

impl Letters {
    fn take(&mut self, class: super::Class, count: usize) -> String {
        let members: Vec<u8> = (b'0'..=b'z')
            .filter(|b| class.has(*b) && b.is_ascii_alphanumeric())
            .collect();
        (0..count)
            .map(|_| {
                self.0 = self.0.wrapping_mul(1_103_515_245).wrapping_add(12345);
                char::from(members[(self.0 >> 16) as usize % members.len()])
            })
            .collect()
    }
}

/// A token of a row: its least length, or one more if `longer`.
fn example(shape: &Shape, letters: &mut Letters) -> Option<String> {
    let (Body::Parts(parts) | Body::Summed(parts, _)) = &shape.body else {
        return None;
    };
    let mut text = shape.prefix.to_owned();
    for part in *parts {
        match part {
            Part::Of(class, least, _) => text.push_str(&letters.take(*class, usize::from(*least))),
            Part::Literal(literal) => text.push_str(literal),
        }
    }
    Some(text)
}

#[test]
fn every_row_finds_its_own_example_and_only_it() {
    let mut letters = Letters(7);
    for shape in TABLES.iter().flat_map(|table| table.iter()) {
        let Some(token) = example(shape, &mut letters) else {
            continue;
        };
        for text in [
            token.clone(),
            format!("use {token}, please"),
            format!("KEY_X={token}\nnext"),
            format!("{{\"x\":\"{token}\"}}"),
            format!("https://example.com/a?b={token}&c=d"),
            format!("It is {token}."),
        ] {
            let hits = found(&text, &[], false);
            let shaped: Vec<&str> = hits
                .iter()
                .filter(|hit| hit.certainty >= Certainty::Shaped)
                .map(|hit| &text[hit.span.clone()])
                .collect();
            assert_eq!(shaped, [token.as_str()], "{} in {text}", shape.kind);
        }
        // Glued to letters it is another word; cut short it is none.
        let cut = &token[..shape.prefix.len() + 4];
        survives(&[&format!("see {cut} here")]);
    }
}

#[test]
fn prefixes_lead_to_every_row() {
    for shape in TABLES.iter().flat_map(|table| table.iter()) {
        let prefix = shape.prefix.as_bytes();
        let mut row = super::head(prefix[0], prefix[1]);
        let mut reached = false;
        while let Some((other, next)) = row {
            reached |= other.prefix == shape.prefix && other.kind == shape.kind;
            row = next.and_then(super::link);
        }
        assert!(reached, "{}", shape.prefix);
    }
}

#[test]
fn tokens_of_a_rule_of_their_own() {
    let long = "q8Zr2LmXc4Vb7NkJh5Gf1Ds9Ap3Oi6Uy0TeWq8Zr2LmXc4Vb7NkJh5Gf1Ds9Ap3Oi6Uy0TeWq8Z9";
    let terraform = format!("{}.atlasv1.{}", &long[..14], &long[..67]);
    let telegram = format!("123456789:AA{}", &long[..33]);
    let vault = format!("s.{}", &long[..24]);
    let discord = format!("MTIzNDU2Nzg5MDEyMzQ1Njc4.{}.{}", &long[..6], &long[..27]);
    let mailchimp = "0d5e1f6a9b3c82740d5e1f6a9b3c8274-us12".to_owned();
    let mailgun = "0d5e1f6a9b3c82740d5e1f6a9b3c8274-0d5e1f6a-9b3c8274".to_owned();
    let relic = "0d5e1f6a9b3c82740d5e1f6a9b3c82740d5eNRAL".to_owned();
    let entra = format!("q8Z8Q~{}", &long[..34]);
    for (kind, token) in [
        ("terraform_token", terraform),
        ("telegram_token", telegram),
        ("vault_token", vault),
        ("discord_token", discord),
        ("mailchimp_key", mailchimp),
        ("mailgun_key", mailgun),
        ("newrelic_key", relic),
        ("azure_client_secret", entra),
    ] {
        check(&format!("use {token} now"), &[(kind, &token)]);
        check(&format!("x={token}"), &[(kind, &token)]);
    }
    let telegram = format!("123456789:AA{}", &long[..33]);
    check(
        &format!("https://api.telegram.org/bot{telegram}/getMe"),
        &[("telegram_token", &telegram)],
    );
}

#[test]
fn what_is_public_or_an_example_survives() {
    survives(&[
        "pk_live_q8Zr2LmXc4Vb7NkJh5Gf1Ds9",
        "sb_publishable_q8Zr2LmXc4Vb7NkJh5Gf1D",
        "phc_q8Zr2LmXc4Vb7NkJh5Gf1Ds9Ap3Oi6Uy0TeWq8Zr2Lm",
        "AC0d5e1f6a9b3c82740d5e1f6a9b3c8274",
        "cus_q8Zr2LmXc4Vb7N price_1q8Zr2LmXc4Vb7NkJh5Gf1D pi_3q8Zr2LmXc4Vb7NkJh5Gf1D",
        "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "glpat-your-personal-access-token",
        "sk-ant-api03-your-key-goes-right-here-please",
        "123456789012-q8zr2lmxc4vb7nkjh5gf1ds9ap3oi6uy.apps.googleusercontent.com",
        "task-proj-overview-of-the-whole-new-roadmap-2026-and-beyond",
        "risk-0d5e1f6a9b3c82740d5e1f6a9b3c8274",
        "aGVsbG8gd29ybGQgdGhpcyBpcyBqdXN0IHNvbWUgdGV4dCBpbiBiYXNlNjQgZW5jb2Rpbmc=",
    ]);
}

proptest! {
    #[test]
    fn a_changed_character_is_no_longer_checked(
        body in "[0-9A-Za-z]{30}", at in 4usize..40, other in "[0-9A-Za-z]"
    ) {
        let sum = base62(crc32fast::hash(body.as_bytes()));
        let token = format!("ghp_{body}{}", std::str::from_utf8(&sum).unwrap());
        prop_assume!(super::is_varied(&token.as_bytes()[4..]));
        let certainty = |text: &str| found(text, &[], false).first().map(|hit| hit.certainty);
        prop_assert_eq!(certainty(&token), Some(Certainty::Checked));
        let mut changed = token.clone();
        changed.replace_range(at..=at, &other);
        prop_assume!(changed != token);
        prop_assert_ne!(certainty(&changed), Some(Certainty::Checked));
    }
}
