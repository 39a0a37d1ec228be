//! Requests: what is asked of whom, in a table.

use inspect::http::{Facts, inspect_text};

fn line(facts: &Facts) -> String {
    let mut words = vec![facts.method.clone(), facts.effect.as_str().to_owned()];
    words.extend(
        facts
            .hazards
            .iter()
            .map(|hazard| format!("!{}", hazard.as_str())),
    );
    words.extend(facts.unknown.then(|| "?".to_owned()));
    words.join(" ")
}

#[test]
fn requests_by_what_they_ask() {
    let mut wrong = Vec::new();
    for (text, expected) in ROWS {
        let found = line(&inspect_text(text));
        if found != *expected {
            wrong.push(format!(
                "{text:?}\n  expected {expected}\n  seen     {found}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

const ROWS: &[(&str, &str)] = &[
    ("GET https://a.example.com/users", "GET read"),
    ("https://a.example.com/users", "GET read"),
    ("get https://a.example.com/?state=deleted", "GET read"),
    ("HEAD https://a.example.com/", "HEAD read"),
    ("TRACE https://a.example.com/", "TRACE unknown ?"),
    ("POST https://a.example.com/users\n\n{}", "POST write"),
    ("DELETE https://a.example.com/users/1", "DELETE delete"),
    ("PURGE https://a.example.com/", "PURGE unknown ?"),
    ("CONNECT a.example.com:22", "CONNECT write"),
    (
        "GET https://a.example.com/users/delete?id=1",
        "GET read !destructive_path",
    ),
    (
        "GET https://a.example.com/users/%64elete/1",
        "GET read !destructive_path",
    ),
    ("GET https://a.example.com/deleted-items", "GET read"),
    (
        "GET https://a.example.com/?action=delete&id=1",
        "GET read !destructive_path",
    ),
    (
        "GET https://a.example.com/?cmd=deleteUser",
        "GET read !destructive_path",
    ),
    ("GET https://a.example.com/?action=deleted", "GET read"),
    ("GET https://a.example.com/?action=user.delete", "GET read"),
    ("GET https://a.example.com/?q=delete", "GET read"),
    (
        "GET https://a.example.com/?_method=DELETE",
        "DELETE delete !method_override",
    ),
    (
        "POST https://a.example.com/\nX-HTTP-Method-Override: DELETE",
        "DELETE delete !method_override",
    ),
    (
        "GET https://a.example.com/x\nX-Original-URL: /admin/delete",
        "GET read !method_override !destructive_path",
    ),
    (
        "GET https://a.example.com/x\nX-Rewrite-URL: /y",
        "GET read !method_override",
    ),
    (
        "GET https://ec2.amazonaws.com/?Action=DescribeInstances",
        "GET read",
    ),
    (
        "GET https://ec2.amazonaws.com/?Action=TerminateInstances",
        "GET delete",
    ),
    (
        "POST https://a.example.com/graphql\n\n{\"query\": \"{ me { id } }\"}",
        "POST read",
    ),
    (
        "POST https://a.example.com/graphql\n\n{\"query\": \"mutation { wipe }\"}",
        "POST write !graphql_mutation",
    ),
    (
        "POST https://a.example.com/graphql\n\n{\"query\": \"{ find(text: \\\"mutation {\\\") { id } }\"}",
        "POST read",
    ),
    (
        "POST https://a.example.com/graphql\n\n{\"query\": \"# \\\"\\nmutation { wipe }\"}",
        "POST write !graphql_mutation",
    ),
    (
        "POST https://a.example.com/graphql\n\n{\"query\": \"{ a(b: \\\"\\\\\\\"\\\") } mutation { wipe }\"}",
        "POST write !graphql_mutation",
    ),
    (
        "POST https://a.example.com/graphql\n\n[{\"query\": \"{ me }\"}, {\"query\": \"mutation { wipe }\"}]",
        "POST write !graphql_mutation",
    ),
    (
        "GET http://169.254.169.254/latest/",
        "GET read !metadata_service !private_address",
    ),
    (
        "GET http://2852039166/latest/",
        "GET read !metadata_service !private_address !obscured_address",
    ),
    ("GET http://127.0.0.1/", "GET read !loopback"),
    ("GET file:///etc/passwd", "GET read !local_scheme"),
    (
        "GET gopher://127.0.0.1/_x",
        "GET read !local_scheme !loopback",
    ),
    ("GET jar:http://203.0.113.7/x!/y", "GET read !local_scheme"),
    (
        "GET https://a.example.com/../../etc/passwd",
        "GET read !traversal",
    ),
    ("GET https://a.example.com/_search?q=x", "GET read"),
    ("POST https://a.example.com/orders/_search", "POST read"),
];
