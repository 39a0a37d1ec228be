//! An issuer with its keys, and a network in which it may be down.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256,
    RSA_PSS_SHA256, RsaKeyPair,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures_util::FutureExt as _;
use identity::{
    Ask, AuthError, Document, Fetch, FetchError, Fetching, IssuerConfig, Issuers, ProtectedResource,
};
use model::{Caller, Timestamp};
use serde_json::{Value, json};

pub(crate) const ISSUER: &str = "https://idp.example/realms/main";
pub(crate) const RESOURCE: &str = "https://gw.example/mcp/db";
/// Now, in seconds.
pub(crate) const NOW: u64 = 1_800_000_000;

/// A network of documents by URL; whoever is not in it is down.
#[derive(Default)]
pub(crate) struct Network {
    pub(crate) documents: Mutex<HashMap<String, (u16, String)>>,
    pub(crate) asked: Mutex<Vec<Ask>>,
}

impl Network {
    pub(crate) fn put(&self, url: &str, body: String) {
        let mut documents = self.documents.lock().expect("not poisoned");
        documents.insert(url.to_owned(), (200, body));
    }

    pub(crate) fn take(&self, url: &str) {
        self.documents.lock().expect("not poisoned").remove(url);
    }

    pub(crate) fn count(&self) -> usize {
        self.asked.lock().expect("not poisoned").len()
    }
}

impl Fetch for Network {
    fn fetch(&self, ask: Ask) -> Fetching {
        let url = ask.url.clone();
        self.asked.lock().expect("not poisoned").push(ask);
        let found = self
            .documents
            .lock()
            .expect("not poisoned")
            .get(&url)
            .cloned();
        let answer = match found {
            Some((status, body)) => Ok(Document {
                status,
                body: body.into_bytes(),
            }),
            None => Err(FetchError::Unreachable {
                url,
                why: "down".to_owned(),
            }),
        };
        Box::pin(async move { answer })
    }
}

/// The keys of an issuer.
pub(crate) struct Keys {
    pub(crate) rsa: RsaKeyPair,
    ec: EcdsaKeyPair,
    ed: Ed25519KeyPair,
}

impl Keys {
    pub(crate) fn new() -> Self {
        Self {
            rsa: RsaKeyPair::generate(KeySize::Rsa2048).expect("a key"),
            ec: EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key"),
            ed: Ed25519KeyPair::generate().expect("a key"),
        }
    }

    /// As a JWK Set.
    pub(crate) fn jwks(&self) -> Value {
        // RSAPublicKey (RFC 8017 A.1.1) of 2048 bits: all lengths are known.
        let rsa = self.rsa.public_key().as_ref();
        let point = self.ec.public_key().as_ref();
        json!({"keys": [
            {"kty": "RSA", "kid": "r", "use": "sig", "n": base64(&rsa[9..265]), "e": base64(&rsa[267..])},
            {"kty": "EC", "kid": "e", "crv": "P-256", "alg": "ES256",
             "x": base64(&point[1..33]), "y": base64(&point[33..])},
            {"kty": "OKP", "kid": "d", "crv": "Ed25519", "x": base64(self.ed.public_key().as_ref())},
        ]})
    }

    /// Signs as the header's `alg` says.
    pub(crate) fn sign(&self, header: &str, claims: &str) -> String {
        let signed = format!(
            "{}.{}",
            base64(header.as_bytes()),
            base64(claims.as_bytes())
        );
        let random = SystemRandom::new();
        let mut of_rsa = vec![0; self.rsa.public_modulus_len()];
        let signature = if header.contains("RS256") {
            let done = self
                .rsa
                .sign(&RSA_PKCS1_SHA256, &random, signed.as_bytes(), &mut of_rsa);
            done.map(|()| of_rsa).expect("signed")
        } else if header.contains("PS256") {
            let done = self
                .rsa
                .sign(&RSA_PSS_SHA256, &random, signed.as_bytes(), &mut of_rsa);
            done.map(|()| of_rsa).expect("signed")
        } else if header.contains("EdDSA") {
            self.ed.sign(signed.as_bytes()).as_ref().to_vec()
        } else {
            let done = self.ec.sign(&random, signed.as_bytes());
            done.expect("signed").as_ref().to_vec()
        };
        format!("{signed}.{}", base64(&signature))
    }
}

/// An issuer on a network, and the gateway's view of it.
pub(crate) struct World {
    pub(crate) network: Arc<Network>,
    pub(crate) keys: Keys,
    pub(crate) issuers: Issuers,
    pub(crate) resource: ProtectedResource,
}

impl World {
    pub(crate) fn new(change: impl FnOnce(&mut IssuerConfig)) -> Self {
        let network = Arc::new(Network::default());
        let keys = Keys::new();
        network.put(&metadata_url(), metadata(ISSUER));
        network.put(&jwks_uri(), keys.jwks().to_string());
        let mut config = IssuerConfig::new("corp", ISSUER);
        change(&mut config);
        Self {
            issuers: Issuers::new(vec![config], network.clone()),
            network,
            keys,
            resource: ProtectedResource {
                resource: RESOURCE.into(),
                issuers: vec![ISSUER.into()],
                ..ProtectedResource::default()
            },
        }
    }

    /// A good token, but for what `change` does to its claims.
    pub(crate) fn token(&self, change: impl FnOnce(&mut Value)) -> String {
        self.keys
            .sign(r#"{"alg":"ES256","kid":"e"}"#, &claims(change).to_string())
    }

    pub(crate) fn at(&self, token: &str, seconds: u64) -> Result<Caller, AuthError> {
        let now = Timestamp::from_unix_us(seconds * 1_000_000);
        let asking = self.issuers.authenticate(token, &self.resource, now);
        asking.now_or_never().expect("nothing here waits")
    }

    pub(crate) fn now(&self, token: &str) -> Result<Caller, AuthError> {
        self.at(token, NOW)
    }
}

pub(crate) fn claims(change: impl FnOnce(&mut Value)) -> Value {
    let mut claims = json!({
        "iss": ISSUER, "sub": "ada", "aud": RESOURCE, "client_id": "cli", "jti": "t1",
        "iat": NOW - 10, "exp": NOW + 300, "scope": "mcp mcp:write",
    });
    change(&mut claims);
    claims
}

pub(crate) fn metadata(issuer: &str) -> String {
    json!({"issuer": issuer, "jwks_uri": jwks_uri(),
           "introspection_endpoint": "https://idp.example/introspect"})
    .to_string()
}

pub(crate) fn metadata_url() -> String {
    "https://idp.example/.well-known/oauth-authorization-server/realms/main".to_owned()
}

pub(crate) fn jwks_uri() -> String {
    "https://idp.example/keys".to_owned()
}

pub(crate) fn base64(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
