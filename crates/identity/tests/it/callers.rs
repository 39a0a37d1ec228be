//! Who calls with a good token.

use identity::{ClaimMap, ClaimPath, Introspection, IssuerConfig};
use model::Principal;
use serde_json::{Value, json};

use crate::world::{ISSUER, NOW, RESOURCE, World, claims};

/// The caller in one line.
fn told(world: &World, token: &str) -> String {
    match world.now(token) {
        Ok(caller) => {
            let (who, groups) = (&caller.principal, caller.groups.join(","));
            let token = caller.token.as_ref().expect("by a token");
            let scopes = token.scopes.join(",");
            assert!(caller.credential.starts_with("sha256:"));
            assert_eq!(who.issuer(), ISSUER);
            format!(
                "{} {} client={} groups={groups} scopes={scopes} id={}",
                who.kind(),
                who.subject(),
                token.client,
                token.id
            )
        }
        Err(error) => error.to_string(),
    }
}

fn check(map: ClaimMap, changes: Value, expected: &str) {
    let world = World::new(|config| config.claims = map);
    let token = world.token(|claims| {
        for (name, value) in changes.as_object().expect("an object") {
            claims[name] = value.clone();
        }
    });
    assert_eq!(told(&world, &token), expected, "{changes}");
}

#[test]
fn persons_services_and_their_software() {
    let rest = "groups= scopes=mcp,mcp:write id=t1";
    let map = ClaimMap::default;
    check(map(), json!({}), &format!("person ada client=cli {rest}"));
    check(
        map(),
        json!({"sub": "cli"}),
        &format!("service cli client=cli {rest}"),
    );
    check(
        map(),
        json!({"sub": null}),
        &format!("service cli client=cli {rest}"),
    );
    let azp = json!({"client_id": null, "azp": "app"});
    check(map(), azp, &format!("person ada client=app {rest}"));
    let told = ClaimMap {
        subject: ClaimPath::new("email"),
        service_when: vec![(ClaimPath::new("gty"), "client-credentials".to_owned())],
        ..map()
    };
    let robot = json!({"gty": "client-credentials"});
    check(
        told.clone(),
        robot,
        &format!("service cli client=cli {rest}"),
    );
    let person = json!({"email": "ada@example.com"});
    check(
        told.clone(),
        person,
        &format!("person ada@example.com client=cli {rest}"),
    );
    // A person without the claim does not become somebody else.
    check(
        told,
        json!({}),
        "the claim `email` is missing, or is not what it must be",
    );
}

#[test]
fn groups_and_scopes() {
    let groups = |path: &str, prefix: &str| ClaimMap {
        groups: Some(ClaimPath::new(path)),
        group_prefix: prefix.to_owned(),
        ..ClaimMap::default()
    };
    let check = |map, changes, expected: &str| {
        check(
            map,
            changes,
            &format!("person ada client=cli {expected} id=t1"),
        );
    };
    let scopes = "scopes=mcp,mcp:write";
    let both = json!({"groups": ["dba", "ops"]});
    check(
        groups("groups", ""),
        both.clone(),
        &format!("groups=dba,ops {scopes}"),
    );
    check(
        groups("groups", "corp/"),
        both,
        &format!("groups=corp/dba,corp/ops {scopes}"),
    );
    let keycloak = json!({"realm_access": {"roles": ["dba"]}});
    check(
        groups("realm_access.roles", ""),
        keycloak,
        &format!("groups=dba {scopes}"),
    );
    let pointer = json!({"https://acme.example/roles": "dba"});
    check(
        groups("/https:~1~1acme.example~1roles", ""),
        pointer,
        &format!("groups=dba {scopes}"),
    );
    check(
        groups("groups", ""),
        json!({}),
        &format!("groups= {scopes}"),
    );
    let scp = json!({"scope": null, "scp": ["a", "b"]});
    check(ClaimMap::default(), scp, "groups= scopes=a,b");
}

#[test]
fn groups_that_the_issuer_left_out() {
    let map = ClaimMap {
        groups: Some(ClaimPath::new("groups")),
        ..ClaimMap::default()
    };
    let expected = "the issuer left the groups out of the token: let it name fewer";
    check(
        map.clone(),
        json!({"_claim_names": {"groups": "src1"}}),
        expected,
    );
    let wrong = "the claim `groups` is missing, or is not what it must be";
    check(map, json!({"groups": [{"name": "dba"}]}), wrong);
}

#[test]
fn a_token_holds_to_its_end_and_a_minute_longer() {
    let world = World::new(|_| {});
    let token = world.token(|_| {});
    let same = world.at(&token, NOW).expect("it holds");
    assert_eq!(world.at(&token, NOW + 359).as_ref(), Ok(&same));
    assert!(world.at(&token, NOW + 360).is_err());
    // Remembered or not.
    assert!(world.at(&token, NOW + 360).is_err());
    let fresh = World::new(|_| {});
    assert!(fresh.at(&fresh.token(|_| {}), NOW + 360).is_err());
}

#[test]
fn a_remembered_token_is_for_its_audience_only() {
    let mut world = World::new(|config| config.audiences = vec!["api://probity".into()]);
    let token = world.token(|_| {});
    let wide = world.token(|claims| claims["aud"] = json!(["x", "api://probity"]));
    assert!(world.now(&token).is_ok() && world.now(&wide).is_ok());
    world.resource.resource = "https://gw.example/mcp/other".into();
    assert!(world.now(&token).is_err());
    assert!(world.now(&wide).is_ok());
    world.resource.issuers.clear();
    assert!(world.now(&wide).is_err());
}

fn introspecting(config: &mut IssuerConfig) {
    config.introspection = Some(Introspection {
        url: None,
        client_id: "gate way".to_owned(),
        client_secret: "s:1".to_owned(),
        remembered_ms_max: 30_000,
    });
}

#[test]
fn opaque_tokens_are_asked_about() {
    let world = World::new(introspecting);
    let url = "https://idp.example/introspect";
    let answer = |change: fn(&mut Value)| {
        let claims = claims(|claims| {
            claims["active"] = json!(true);
            change(claims);
        });
        world.network.put(url, claims.to_string());
    };
    answer(|_| {});
    let person = "person ada client=cli groups= scopes=mcp,mcp:write id=t1";
    assert_eq!(told(&world, "opaque-1"), person);
    let asked = world
        .network
        .asked
        .lock()
        .expect("not poisoned")
        .last()
        .cloned();
    let asked = asked.expect("a question");
    assert_eq!(
        asked.form.as_deref(),
        Some("token=opaque-1&token_type_hint=access_token")
    );
    assert_eq!(
        asked.authorization.as_deref(),
        Some("Basic Z2F0ZSUyMHdheTpzJTNBMQ==")
    );
    let count = world.network.count();
    assert_eq!(told(&world, "opaque-1"), person);
    assert_eq!(world.network.count(), count, "the answer is remembered");

    for (change, expected) in [
        (
            (|c| c["active"] = json!(false)) as fn(&mut Value),
            "the issuer says that the token is not active",
        ),
        (
            |c| c["active"] = json!("true"),
            "the issuer says that the token is not active",
        ),
        (
            |c| c["aud"] = Value::Null,
            "the claim `aud` is missing, or is not what it must be",
        ),
        (
            |c| c["aud"] = json!("other"),
            "the token is for another audience; this is `https://gw.example/mcp/db`",
        ),
        (
            |c| c["exp"] = json!(NOW - 100),
            "the token expired 100 s ago",
        ),
        (
            |c| c["iss"] = json!("https://evil.example"),
            "the issuer `https://evil.example` does not vouch for callers here",
        ),
    ] {
        answer(change);
        // A token of its own: the answer to another one says nothing about it.
        let token = format!("opaque-{}", expected.len());
        assert_eq!(told(&world, &token), expected);
    }
    // A revoked token stops when the answer is old, and an issuer that is down lets nobody in.
    answer(|c| c["active"] = json!(false));
    assert!(world.at("opaque-1", NOW + 29).is_ok());
    assert!(world.at("opaque-1", NOW + 31).is_err());
    world.network.take(url);
    assert_eq!(
        told(&world, "opaque-3"),
        "the issuer `corp` cannot be asked: `https://idp.example/introspect` does not answer: down"
    );
}

#[test]
fn a_key_and_a_token_are_told_apart() {
    assert!(identity::is_key("probity_x.y"));
    let world = World::new(|_| {});
    assert!(!identity::is_key(&world.token(|_| {})));
    let person = world.now(&world.token(|_| {})).expect("it holds").principal;
    assert!(matches!(person, Principal::Person { .. }));
    assert_eq!(RESOURCE, &*world.resource.resource);
}
