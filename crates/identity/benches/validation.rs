//! What it costs to know who calls with an access token whose issuer's keys are known: for a token that
//! was never seen, and for one that was validated before. In microseconds.
//!
//! `cargo bench -p identity --bench validation`

use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256,
    RsaKeyPair,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures_util::FutureExt as _;
use identity::{Ask, Document, Fetch, Fetching, IssuerConfig, Issuers, ProtectedResource};
use model::Timestamp;
use serde_json::{Value, json};

const ISSUER: &str = "https://idp.example";
const RESOURCE: &str = "https://gw.example/mcp/db";
const NOW: u64 = 1_800_000_000;
const ROUNDS: u32 = 2_000;

/// Answers with the keys, whatever is asked.
struct Keys(Vec<u8>);

impl Fetch for Keys {
    fn fetch(&self, _: Ask) -> Fetching {
        let body = self.0.clone();
        Box::pin(async move { Ok(Document { status: 200, body }) })
    }
}

/// How something is signed.
type Sign = Box<dyn Fn(&[u8]) -> Option<Vec<u8>>>;

#[expect(clippy::print_stdout, reason = "a benchmark prints its rows")]
fn main() {
    println!("{:<28} {:>10} {:>10}", "token", "median us", "p99 us");
    for (algorithm, key, sign) in [es256(), rs256(), eddsa()].into_iter().flatten() {
        let tokens: Vec<String> = (0..ROUNDS)
            .filter_map(|number| token(algorithm, number, &sign))
            .collect();
        let mut config = IssuerConfig::new("corp", ISSUER);
        config.jwks_uri = Some(format!("{ISSUER}/keys"));
        let keys = json!({ "keys": [key] }).to_string().into_bytes();
        let issuers = Issuers::new(vec![config], Arc::new(Keys(keys)));
        measure(&issuers, tokens.get(..1).unwrap_or_default());
        row(&format!("{algorithm}, new"), measure(&issuers, &tokens));
        row(
            &format!("{algorithm}, seen before"),
            measure(&issuers, &tokens),
        );
    }
}

#[expect(clippy::print_stdout, reason = "a benchmark prints its rows")]
fn row(name: &str, mut times: Vec<f64>) {
    times.sort_unstable_by(f64::total_cmp);
    let at = |percent: usize| {
        times
            .get(times.len() * percent / 100)
            .copied()
            .unwrap_or_default()
    };
    println!("{name:<28} {:>10.1} {:>10.1}", at(50), at(99));
}

/// The time that each token takes.
fn measure(issuers: &Issuers, tokens: &[String]) -> Vec<f64> {
    let resource = ProtectedResource {
        resource: RESOURCE.into(),
        issuers: vec![ISSUER.into()],
        ..ProtectedResource::default()
    };
    let now = Timestamp::from_unix_us(NOW * 1_000_000);
    let times = tokens.iter().map(|token| {
        let started = Instant::now();
        let asking = issuers.authenticate(black_box(token), &resource, now);
        let caller = asking.now_or_never().and_then(Result::ok);
        let took = started.elapsed().as_secs_f64() * 1e6;
        assert!(black_box(caller).is_some(), "the token holds");
        took
    });
    times.collect()
}

fn token(algorithm: &str, number: u32, sign: &Sign) -> Option<String> {
    let header = json!({"alg": algorithm, "kid": "k", "typ": "at+jwt"}).to_string();
    let claims = json!({
        "iss": ISSUER, "sub": "5f0c6f3e-2b0f-4d0a-9d3c-6f2f0a7a1f11", "aud": RESOURCE,
        "client_id": "ide", "jti": format!("token-{number}"), "iat": NOW - 10, "exp": NOW + 300,
        "scope": "mcp mcp:write", "groups": ["dba", "ops", "staff", "on-call"],
    })
    .to_string();
    let signed = format!(
        "{}.{}",
        base64(header.as_bytes()),
        base64(claims.as_bytes())
    );
    let signature = sign(signed.as_bytes())?;
    Some(format!("{signed}.{}", base64(&signature)))
}

fn es256() -> Option<(&'static str, Value, Sign)> {
    let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).ok()?;
    let point = pair.public_key().as_ref();
    let key = json!({"kty": "EC", "crv": "P-256", "kid": "k",
        "x": base64(point.get(1..33)?), "y": base64(point.get(33..)?)});
    let sign = move |bytes: &[u8]| {
        let signature = pair.sign(&SystemRandom::new(), bytes).ok()?;
        Some(signature.as_ref().to_vec())
    };
    Some(("ES256", key, Box::new(sign)))
}

fn rs256() -> Option<(&'static str, Value, Sign)> {
    let pair = RsaKeyPair::generate(KeySize::Rsa2048).ok()?;
    // RSAPublicKey (RFC 8017 A.1.1) of 2048 bits: all lengths are known.
    let public = pair.public_key().as_ref();
    let key = json!({"kty": "RSA", "kid": "k",
        "n": base64(public.get(9..265)?), "e": base64(public.get(267..)?)});
    let sign = move |bytes: &[u8]| {
        let mut signature = vec![0; pair.public_modulus_len()];
        let random = SystemRandom::new();
        pair.sign(&RSA_PKCS1_SHA256, &random, bytes, &mut signature)
            .ok()?;
        Some(signature)
    };
    Some(("RS256", key, Box::new(sign)))
}

fn eddsa() -> Option<(&'static str, Value, Sign)> {
    let pair = Ed25519KeyPair::generate().ok()?;
    let key = json!({"kty": "OKP", "crv": "Ed25519", "kid": "k",
        "x": base64(pair.public_key().as_ref())});
    let sign = move |bytes: &[u8]| Some(pair.sign(bytes).as_ref().to_vec());
    Some(("EdDSA", key, Box::new(sign)))
}

fn base64(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
