//! What the detectors say together: names outside of a text, and what must survive.

use super::testing::{check_named, found, survives};

#[test]
fn members_give_their_values_away() {
    for (names, text, kind) in [
        (["arguments", "password"], "hunter2", "password"),
        (["arguments", "password"], "letmein", "password"),
        (
            ["arguments", "password"],
            "correct horse battery staple",
            "password",
        ),
        (["arguments", "password"], "12345678", "password"),
        (["headers", "X-API-Key"], "a1b2c3d4e5", "api_key"),
        (["password", "value"], "hunter2", "password"),
        (["secrets", "stripe"], "a1b2c3d4e5", "token"),
        (["card", "cvv"], "123", "card_security_code"),
        (["env", "DB_PASSWORD"], "p@ss word", "password"),
        (["data", "clientSecret"], "a-b-c-d-1-2-3", "secret"),
        (["row", "パスワード"], "hunter2", "password"),
        (
            ["x", "mnemonic"],
            "zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo",
            "seed_phrase",
        ),
        (["auths", "auth"], "YWxpY2U6aHVudGVyMg==", "authorization"),
    ] {
        check_named(text, &names, &[(kind, text)]);
    }
    check_named("-phunter2", &["cmd", "-uroot"], &[("password", "hunter2")]);
    check_named("bob:hunter2", &["cmd", "-u"], &[("password", "hunter2")]);
    check_named(
        "Bearer a1b2c3d4e5f6",
        &["headers", "authorization"],
        &[("bearer_token", "a1b2c3d4e5f6")],
    );
    check_named(
        "session=a1b2c3d4e5; theme=dark",
        &["headers", "cookie"],
        &[("cookie", "a1b2c3d4e5")],
    );
    check_named(
        "Server=db;Password=hunter2;",
        &["connection_string"],
        &[("password", "hunter2")],
    );
}

#[test]
fn members_that_only_speak_of_secrets_survive() {
    for (names, text) in [
        (["arguments", "password"], "true"),
        (["arguments", "password"], ""),
        (["arguments", "password"], "${DB_PASSWORD}"),
        (["arguments", "password"], "[password]"),
        (["arguments", "password"], "********"),
        (["arguments", "password"], "string"),
        (["usage", "max_tokens"], "4096000000"),
        (["oauth", "token_type"], "Bearer"),
        (["page", "nextCursor"], "eyJvZmZzZXQiOjEwMCwibGltaXQiOjUwfQ"),
        (["spec", "secretName"], "db-credentials"),
        (["valueFrom", "secretKeyRef"], "db-credentials"),
        (
            ["headers", "Mcp-Session-Id"],
            "550e8400-e29b-41d4-a716-446655440000",
        ),
        (
            ["x", "public_key"],
            "MCowBQYDK2VwAyEA9cZQ3oWQ0bN1Wf2d3h4j5k6l7m8n9p0qrstuvwxyzAB=",
        ),
        (
            ["x", "ssh_key"],
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl",
        ),
        (["x", "key"], "550e8400e29b41d4a716446655440000"),
        (["x", "auth"], "oauth2"),
        (["params", "seed"], "42"),
        (["password", "username"], "bob"),
        (["secrets", "name"], "a1b2c3d4e5"),
    ] {
        check_named(text, &names, &[]);
    }
}

#[test]
fn in_definitions_names_say_nothing() {
    let hits = found(
        "The password of the user",
        &["properties", "password"],
        true,
    );
    assert_eq!(hits, []);
    let hits = found("hunter2", &["properties", "password", "default"], true);
    assert_eq!(hits, []);
}

#[test]
fn identifiers_digests_and_data_survive() {
    survives(&[
        "550e8400-e29b-41d4-a716-446655440000",
        "da39a3ee5e6b4b0d3255bfef95601890afd80709",
        "commit 4b825dc642cb6eb9a060e54bf8d69288fbee4904 (HEAD -> main)",
        "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg==",
        "github.com/a/b v1.2.3 h1:2jmj7l5rSw0yVb/vlWAYkK/YBwk=",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "01ARZ3NDEKTSV4RRFFQ69G5FAV",
        "1541815603606036480",
        "SHA256:nThbg6kXUpJWGl7E1IGOCspRomTxdCARLviKw6E5SY8",
        "arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-password-AbCdEf",
        "pod/web-6d4b75cb6d-hwxyz in namespace kube-system",
        "claude-opus-4-20250514 gpt-4o-2024-08-06 text-embedding-3-large",
        "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
        "W/\"0815-a1b2c3d4e5f6\"",
        "10.1000/xyz123 CVE-2024-3094 ISBN 978-3-16-148410-0",
        "1Z999AA10123456784 INV-2024-001234 SKU-A1B2C3D4E5F6",
        "vpc-0a1b2c3d4e5f67890 i-0abcd1234efgh5678 ami-0c55b159cbfafe1f0",
        "https://example.com/path/to/page?id=550e8400-e29b-41d4-a716-446655440000&page=2#top",
        "projects/acme/locations/eu/keyRings/ring/cryptoKeys/key-1",
        "lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod tempor",
    ]);
}
