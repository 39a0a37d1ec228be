//! Issuers that are down, change their keys, or are not who they say.

use futures_util::FutureExt as _;
use identity::AuthError;
use model::Timestamp;

use crate::world::{ISSUER, Keys, NOW, World, claims, jwks_uri, metadata, metadata_url};

fn upkeep(world: &World, seconds: u64) -> Vec<String> {
    let now = Timestamp::from_unix_us(seconds * 1_000_000);
    let done = world.issuers.upkeep(now).now_or_never();
    let failed = done.expect("nothing here waits");
    failed.into_iter().map(|(_, why)| why).collect()
}

/// A token that holds for a week.
fn lasting(keys: &Keys, kid: &str) -> String {
    let claims = claims(|claims| claims["exp"] = (NOW + 604_800).into());
    keys.sign(
        &format!(r#"{{"alg":"ES256","kid":"{kid}"}}"#),
        &claims.to_string(),
    )
}

#[test]
fn who_is_down_stops_nobody_whose_keys_are_known() {
    let world = World::new(|_| {});
    let (first, second) = (lasting(&world.keys, "e"), world.token(|_| {}));
    assert!(world.now(&first).is_ok());
    world.network.take(&metadata_url());
    assert!(world.now(&second).is_ok(), "another token, the same key");
    let down =
        "`https://idp.example/realms/main/.well-known/openid-configuration` does not answer: down";
    assert_eq!(upkeep(&world, NOW + 301), [down]);
    assert!(world.at(&first, NOW + 301).is_ok());
    // But not for ever: a key that nobody can confirm for a day is not believed.
    assert!(world.at(&first, NOW + 86_400).is_ok());
    let late = world.at(&first, NOW + 86_401);
    let expected = AuthError::Unavailable {
        issuer: "corp".to_owned(),
        why: down.to_owned(),
    };
    assert_eq!(late, Err(expected));
    // And when it is back, so are its callers.
    world.network.put(&metadata_url(), metadata(ISSUER));
    assert!(world.at(&first, NOW + 86_500).is_ok());
}

#[test]
fn who_was_never_asked_lets_nobody_in_and_is_not_asked_at_every_call() {
    let world = World::new(|_| {});
    world.network.take(&jwks_uri());
    let token = world.token(|_| {});
    assert!(matches!(
        world.now(&token),
        Err(AuthError::Unavailable { .. })
    ));
    let count = world.network.count();
    for _ in 0..100 {
        assert!(matches!(
            world.at(&token, NOW + 4),
            Err(AuthError::Unavailable { .. })
        ));
    }
    assert_eq!(world.network.count(), count);
    world
        .network
        .put(&jwks_uri(), world.keys.jwks().to_string());
    assert!(world.at(&token, NOW + 5).is_ok());
}

#[test]
fn a_new_key_is_looked_for_and_an_old_one_forgotten() {
    let world = World::new(|_| {});
    let old = lasting(&world.keys, "e");
    assert!(world.now(&old).is_ok());
    let next = Keys::new();
    let jwks = next.jwks().to_string().replace("\"e\",", "\"e2\",");
    let jwks = jwks.replace("\"kid\":\"e\"", "\"kid\":\"e2\"");
    world.network.put(&jwks_uri(), jwks);
    let new = lasting(&next, "e2");
    // Keys were asked for a moment ago: whoever names keys at random causes no traffic.
    let count = world.network.count();
    assert!(world.at(&new, NOW + 9).is_err());
    assert_eq!(world.network.count(), count);
    assert!(world.at(&new, NOW + 10).is_ok());
    // What the issuer took back opens nothing, although it was remembered as good.
    assert!(world.at(&old, NOW + 10).is_err());
}

#[test]
fn keys_are_asked_for_again_in_time() {
    let world = World::new(|_| {});
    assert!(upkeep(&world, NOW).is_empty());
    let count = world.network.count();
    assert!(upkeep(&world, NOW + 299).is_empty());
    assert_eq!(world.network.count(), count);
    assert!(upkeep(&world, NOW + 300).is_empty());
    assert_eq!(world.network.count(), count + 2);
    // A clock that was set back does not keep anybody from asking.
    assert!(upkeep(&world, NOW - 86_400).is_empty());
    assert_eq!(world.network.count(), count + 4);
}

#[test]
fn metadata_is_looked_for_where_it_may_be() {
    for (issuer, places) in [
        (
            "https://idp.example",
            vec![
                "https://idp.example/.well-known/oauth-authorization-server",
                "https://idp.example/.well-known/openid-configuration",
            ],
        ),
        (
            "https://idp.example/",
            vec![
                "https://idp.example/.well-known/oauth-authorization-server",
                "https://idp.example/.well-known/openid-configuration",
            ],
        ),
        (
            "https://idp.example/a/b/",
            vec![
                "https://idp.example/.well-known/oauth-authorization-server/a/b",
                "https://idp.example/.well-known/openid-configuration/a/b",
                "https://idp.example/a/b/.well-known/openid-configuration",
            ],
        ),
    ] {
        for right in 0..places.len() {
            let mut world = World::new(|config| config.url = issuer.into());
            world.network.take(&metadata_url());
            world.resource.issuers = vec![issuer.into()];
            world.network.put(places[right], metadata(issuer));
            let token = world.token(|claims| claims["iss"] = issuer.into());
            assert!(world.now(&token).is_ok(), "{issuer}: {}", places[right]);
            let asked = world.network.asked.lock().expect("not poisoned");
            let asked: Vec<&str> = asked.iter().map(|ask| &*ask.url).collect();
            let jwks = jwks_uri();
            let mut expected = places[..=right].to_vec();
            expected.push(&jwks);
            assert_eq!(asked, expected);
        }
    }
}

#[test]
fn who_speaks_for_another_issuer_is_not_believed() {
    let world = World::new(|_| {});
    for named in [
        "https://evil.example",
        "https://idp.example/realms/main/",
        "",
    ] {
        let world = World::new(|_| {});
        world.network.put(&metadata_url(), metadata(named));
        let told = world
            .now(&world.token(|_| {}))
            .map_err(|error| error.to_string());
        let why = format!(
            "the issuer `corp` cannot be asked: `{}` is about the issuer `{named}`, not `{ISSUER}`",
            metadata_url()
        );
        assert_eq!(told, Err(why));
    }
    world.network.put(&jwks_uri(), "{\"keys\":{}}".to_owned());
    let told = world
        .now(&world.token(|_| {}))
        .map_err(|error| error.to_string());
    assert_eq!(
        told,
        Err("the issuer `corp` cannot be asked: its keys are no JWK Set".to_owned())
    );
}
