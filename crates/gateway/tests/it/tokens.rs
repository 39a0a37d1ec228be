//! Access tokens at the door: what clients are told, and what is on record.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use expect_test::{Expect, expect};
use gateway::{Access, Config};
use identity::{ClaimMap, ClaimPath, IssuerConfig};
use serde_json::{Value, json};
use testkit::raw::Script;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::rig::{META, MODERN_VERSION, Rig, initialize, post_bytes, request_bytes};

/// The URL that clients use.
const PUBLIC: &str = "https://gw.example";

/// An authorization server on loopback, of which only metadata and keys exist.
struct Issuer {
    url: String,
    key: EcdsaKeyPair,
}

impl Issuer {
    async fn start() -> Self {
        let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let point = key.public_key().as_ref();
        let keys = json!({"keys": [{"kty": "EC", "crv": "P-256", "kid": "e",
            "x": base64(&point[1..33]), "y": base64(&point[33..])}]});
        let metadata = json!({"issuer": url, "jwks_uri": format!("{url}/keys")});
        let (keys, metadata) = (keys.to_string(), metadata.to_string());
        tokio::spawn(async move {
            while let Ok((mut socket, _)) = listener.accept().await {
                let mut head = vec![0; 4_096];
                let read = socket.read(&mut head).await.unwrap_or(0);
                let keys_asked = String::from_utf8_lossy(&head[..read]).starts_with("GET /keys ");
                let body = if keys_asked { &keys } else { &metadata };
                let answer = format!(
                    "HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
                    body.len()
                );
                let _gone = socket.write_all(answer.as_bytes()).await;
            }
        });
        Self { url, key }
    }

    /// A token that holds, but for what `changes` say of its claims.
    fn token(&self, changes: Value) -> String {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap()
            .as_secs();
        let mut claims = json!({
            "iss": self.url, "sub": "ada", "aud": format!("{PUBLIC}/mcp/http"), "client_id": "cli",
            "jti": "t-1", "exp": now + 300, "scope": "mcp", "groups": ["dba"],
        });
        for (name, value) in changes.as_object().unwrap() {
            claims[name] = value.clone();
        }
        let header = base64(br#"{"alg":"ES256","kid":"e"}"#);
        let signed = format!("{header}.{}", base64(claims.to_string().as_bytes()));
        let signature = self
            .key
            .sign(&SystemRandom::new(), signed.as_bytes())
            .unwrap();
        format!("{signed}.{}", base64(signature.as_ref()))
    }

    fn open(&self, config: &mut Config) {
        let mut issuer = IssuerConfig::new("corp", &self.url);
        issuer.claims = ClaimMap {
            groups: Some(ClaimPath::new("groups")),
            ..ClaimMap::default()
        };
        config.public_url = Some(PUBLIC.into());
        config.identity.issuers = vec![issuer];
        config.identity.outside.networks = vec!["127.0.0.0/8".parse().unwrap()];
        for (name, upstream) in &mut config.upstreams {
            // The others stay open, so that the rig can see whether the gateway goes on.
            let keys = name.as_str() != "gone";
            upstream.access = Access {
                anonymous: name.as_str() == "stdio",
                keys,
                issuers: vec![self.url.as_str().into()],
                scopes: vec!["mcp".into()],
                tool_scopes: vec![("drop_*".into(), vec!["mcp:write".into()])],
            };
        }
    }
}

fn base64(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn call(tool: &str) -> String {
    format!(
        r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{{META},"name":"{tool}","arguments":{{}}}}}}"#
    )
}

/// A modern call of a tool with these credentials.
fn request(path: &str, tool: &str, authorization: &[&str]) -> Vec<u8> {
    let mut headers = vec![
        MODERN_VERSION,
        ("Mcp-Method", "tools/call"),
        ("Mcp-Name", tool),
    ];
    headers.extend(authorization.iter().map(|value| ("Authorization", *value)));
    post_bytes(path, &headers, call(tool).as_bytes())
}

/// Shows what the client is told of each row, and what of it is on record.
async fn check(rig: &mut Rig, rows: &[(&str, Vec<u8>)], expected: Expect) {
    let mut shown = String::new();
    for (name, bytes) in rows {
        rig.news();
        let answer = rig.send(bytes).await;
        let challenge = answer.header("www-authenticate").unwrap_or("-");
        writeln!(shown, "{name}: {} {challenge}", answer.status).unwrap();
        for record in rig.news() {
            let ending = record.ending();
            let detail = record.facts.detail.clone().unwrap_or_default();
            let detail = detail.split(" expired ").next().unwrap_or_default();
            let caller = record.facts.caller.as_ref();
            let who = caller.map_or_else(String::new, |caller| caller.subject.to_string());
            let kind = record.kind.as_str();
            writeln!(
                shown,
                "  {}",
                format!("{kind} {who} {ending} {detail}").trim_end()
            )
            .unwrap();
            let stored = format!("{:?}", record.facts);
            assert!(!stored.contains("eyJ"), "a token is on record: {stored}");
        }
    }
    expected.assert_eq(&shown);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_opens_nothing_is_told_why_and_recorded() {
    let issuer = Issuer::start().await;
    let mut rig = Rig::with(Script::new(), |config| issuer.open(config)).await;
    let bearer = |changes: Value| format!("Bearer {}", issuer.token(changes));
    let good = bearer(json!({}));
    let row = |authorization: &str| request("/mcp/http", "read", &[authorization]);
    let rows = [
        ("nothing", request("/mcp/http", "read", &[])),
        ("another scheme", row("Basic YTpi")),
        (
            "two credentials",
            request("/mcp/http", "read", &[&good, &good]),
        ),
        (
            "in the query",
            request("/mcp/http?access_token=x", "read", &[&good]),
        ),
        ("too long", row(&format!("Bearer {}", "a".repeat(20_000)))),
        ("expired", row(&bearer(json!({"exp": 1})))),
        (
            "not of this endpoint",
            row(&bearer(json!({"aud": format!("{PUBLIC}/mcp/keyed")}))),
        ),
        (
            "of another issuer",
            row(&bearer(json!({"iss": "https://evil.example"}))),
        ),
        ("opaque", row("Bearer opaque")),
        ("no key", row("Bearer probity_a.b")),
        (
            "a key where none is taken",
            request("/mcp/gone", "read", &[&format!("Bearer {}", rig.alice)]),
        ),
        ("too few scopes", row(&bearer(json!({"scope": "other"})))),
        (
            "too few for the tool",
            request("/mcp/http", "drop_all", &[&good]),
        ),
        (
            "wrong where none is needed",
            request("/mcp/stdio", "read", &["Bearer opaque"]),
        ),
        ("good", row(&good)),
    ];
    check(&mut rig, &rows, expect![[r#"
        nothing: 401 Bearer resource_metadata="https://gw.example/.well-known/oauth-protected-resource/mcp/http", scope="mcp"
          login_refused  unauthenticated no credential was shown
        another scheme: 400 Bearer error="invalid_request", resource_metadata="https://gw.example/.well-known/oauth-protected-resource/mcp/http", scope="mcp"
          login_refused  unauthenticated the authorization header is malformed
        two credentials: 400 Bearer error="invalid_request", resource_metadata="https://gw.example/.well-known/oauth-protected-resource/mcp/http", scope="mcp"
          login_refused  unauthenticated the authorization header is malformed
        in the query: 400 Bearer error="invalid_request", resource_metadata="https://gw.example/.well-known/oauth-protected-resource/mcp/http", scope="mcp"
          login_refused  unauthenticated a token stands in the query of the URL
        too long: 400 Bearer error="invalid_request", resource_metadata="https://gw.example/.well-known/oauth-protected-resource/mcp/http", scope="mcp"
          login_refused  unauthenticated the token is longer than 16384 bytes
        expired: 401 Bearer error="invalid_token", resource_metadata="https://gw.example/.well-known/oauth-protected-resource/mcp/http", scope="mcp"
          login_refused  unauthenticated the token
        not of this endpoint: 401 Bearer error="invalid_token", resource_metadata="https://gw.example/.well-known/oauth-protected-resource/mcp/http", scope="mcp"
          login_refused  unauthenticated the token is for another audience; this is `https://gw.example/mcp/http`
        of another issuer: 401 Bearer error="invalid_token", resource_metadata="https://gw.example/.well-known/oauth-protected-resource/mcp/http", scope="mcp"
          login_refused  unauthenticated the issuer `https://evil.example` does not vouch for callers here
        opaque: 401 Bearer error="invalid_token", resource_metadata="https://gw.example/.well-known/oauth-protected-resource/mcp/http", scope="mcp"
          login_refused  unauthenticated the token is no signed token in compact form
        no key: 401 Bearer error="invalid_token", resource_metadata="https://gw.example/.well-known/oauth-protected-resource/mcp/http", scope="mcp"
          login_refused  unauthenticated the key is unknown
        a key where none is taken: 401 Bearer error="invalid_token", resource_metadata="https://gw.example/.well-known/oauth-protected-resource/mcp/gone", scope="mcp"
          login_refused  unauthenticated keys do not open this upstream
        too few scopes: 403 Bearer error="insufficient_scope", error_description="this call needs more scopes", resource_metadata="https://gw.example/.well-known/oauth-protected-resource/mcp/http", scope="mcp"
          refusal ada scope_insufficient the call needs the scopes `mcp`
        too few for the tool: 403 Bearer error="insufficient_scope", error_description="this call needs more scopes", resource_metadata="https://gw.example/.well-known/oauth-protected-resource/mcp/http", scope="mcp mcp:write"
          session_opened ada
          refusal ada scope_insufficient the call needs the scopes `mcp mcp:write`
        wrong where none is needed: 401 Bearer error="invalid_token", resource_metadata="https://gw.example/.well-known/oauth-protected-resource/mcp/stdio", scope="mcp"
          login_refused  unauthenticated the token is no signed token in compact form
        good: 200 -
          intent ada
          outcome
    "#]]).await;
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_called_is_on_record_and_groups_decide() {
    let issuer = Issuer::start().await;
    let mut rig = Rig::with(Script::new(), |config| issuer.open(config)).await;
    rig.decide_by(
        "@id(\"dba\") permit(principal in Probity::Group::\"dba\", action, resource) \
         when { principal.client == \"cli\" };\n\
         @id(\"servers\") permit(principal, action in Probity::Action::\"from_server\", resource);",
    );
    let token = issuer.token(json!({"scope": "mcp mcp:write"}));
    let other = issuer.token(json!({"groups": ["ops"], "sub": "bob"}));
    let send = async |token: &str| {
        let bytes = request("/mcp/http", "read", &[&format!("Bearer {token}")]);
        rig.send(&bytes).await.text().contains("Blocked")
    };
    assert!(!send(&token).await);
    assert!(send(&other).await);
    let records = rig.records();
    let caller = records
        .iter()
        .find_map(|record| record.facts.caller.clone());
    let caller = caller.expect("a caller is on record");
    assert_eq!((&*caller.kind, &*caller.subject), ("person", "ada"));
    assert_eq!((&*caller.issuer, &*caller.client), (&*issuer.url, "cli"));
    assert_eq!(&*caller.token, "t-1");
    assert_eq!(caller.groups, Arc::from(["dba".into()]));
    assert_eq!(caller.scopes, Arc::from(["mcp".into(), "mcp:write".into()]));
    assert!(caller.credential.starts_with("sha256:"));
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_of_its_person_and_their_software() {
    let issuer = Issuer::start().await;
    let mut rig = Rig::with(Script::new(), |config| issuer.open(config)).await;
    let bearer = |changes: Value| format!("Bearer {}", issuer.token(changes));
    let ada = bearer(json!({}));
    let session = rig
        .initialize("/mcp/http", "2025-11-25", &[("Authorization", &ada)])
        .await;
    let ping = r#"{"jsonrpc":"2.0","id":7,"method":"ping"}"#;
    for (changes, status) in [
        (json!({}), 200),
        (json!({"jti": "t-2"}), 200),
        (json!({"sub": "bob"}), 404),
        (json!({"client_id": "other"}), 404),
    ] {
        let token = bearer(changes.clone());
        let headers = [("Authorization", &*token), ("Mcp-Session-Id", &*session)];
        let answer = rig.post("/mcp/http", &headers, ping).await;
        assert_eq!(answer.status, status, "{changes}");
        let delete = request_bytes("DELETE", "/mcp/http", &headers, b"");
        if status == 404 {
            assert_eq!(rig.send(&delete).await.status, 404);
        }
    }
    let alice = format!("Bearer {}", rig.alice);
    let headers = [("Authorization", &*alice), ("Mcp-Session-Id", &*session)];
    assert_eq!(rig.post("/mcp/http", &headers, ping).await.status, 404);
    // Whoever has no token does not get as far as the session.
    let headers = [("Mcp-Session-Id", &*session)];
    assert_eq!(rig.post("/mcp/http", &headers, ping).await.status, 401);
    assert_eq!(
        rig.post("/mcp/http", &[], &initialize("2025-11-25"))
            .await
            .status,
        401
    );
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn endpoints_say_who_issues_tokens_for_them() {
    let issuer = Issuer::start().await;
    let mut rig = Rig::with(Script::new(), |config| {
        issuer.open(config);
        let keyed = config.upstreams.get_mut(&"keyed".parse().unwrap()).unwrap();
        keyed.access = Access::keys(false);
    })
    .await;
    let get = async |path: &str| rig.send(&request_bytes("GET", path, &[], b"")).await;
    for path in ["mcp/http", "sse/sse"] {
        let answer = get(&format!("/.well-known/oauth-protected-resource/{path}")).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("content-type"), Some("application/json"));
        let metadata: Value = serde_json::from_str(&answer.text()).unwrap();
        assert_eq!(metadata["resource"], format!("{PUBLIC}/{path}"));
        assert_eq!(metadata["authorization_servers"], json!([issuer.url]));
        assert_eq!(metadata["scopes_supported"], json!(["mcp", "mcp:write"]));
    }
    for path in ["", "/mcp", "/mcp/keyed", "/mcp/none", "/mcp/http/x"] {
        let answer = get(&format!("/.well-known/oauth-protected-resource{path}")).await;
        assert_eq!(answer.status, 404, "{path}");
    }
    assert_eq!(
        get("/mcp/keyed").await.header("www-authenticate"),
        Some("Bearer")
    );
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_issuer_that_is_down_lets_nobody_in_and_is_no_reason_to_sign_in_again() {
    let mut issuer = Issuer::start().await;
    // Nobody listens there.
    issuer.url = "http://127.0.0.1:1".to_owned();
    let mut rig = Rig::with(Script::new(), |config| issuer.open(config)).await;
    let good = format!("Bearer {}", issuer.token(json!({})));
    let answer = rig.send(&request("/mcp/http", "read", &[&good])).await;
    assert_eq!(answer.status, 503);
    assert_eq!(answer.header("retry-after"), Some("5"));
    assert_eq!(answer.header("www-authenticate"), None);
    let records = rig.news();
    let refused = records.last().expect("a record");
    let detail = refused.facts.detail.clone().unwrap_or_default();
    assert!(
        detail.starts_with("the issuer `corp` cannot be asked: "),
        "{detail}"
    );
    // Keys of this gateway are nobody else's business.
    let alice = format!("Bearer {}", rig.alice);
    let answer = rig.send(&request("/mcp/http", "read", &[&alice])).await;
    assert_eq!(answer.status, 200);
    rig.stop().await;
}
