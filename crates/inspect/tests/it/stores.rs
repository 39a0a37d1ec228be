//! Commands of databases without SQL, in tables.

use inspect::nosql::{Facts, cypher, elasticsearch, mongodb, redis};

fn line(facts: &Facts) -> String {
    let mut words = vec![facts.effect.as_str().to_owned()];
    words.extend(facts.unfiltered.then(|| "unfiltered".to_owned()));
    words.extend(
        facts
            .hazards
            .iter()
            .map(|hazard| format!("!{}", hazard.as_str())),
    );
    words.join(" ")
}

fn check(read: impl Fn(&str) -> Facts, rows: &[(&str, &str)]) {
    let mut wrong = Vec::new();
    for (text, expected) in rows {
        let found = line(&read(text));
        if found != *expected {
            wrong.push(format!(
                "{text:?}\n  expected {expected}\n  seen     {found}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn redis_by_command() {
    check(
        redis,
        &[
            ("GET a", "read"),
            ("get flushall", "read"),
            ("ZREVRANGEBYSCORE a 1 0", "read"),
            ("SET a 1", "write"),
            ("DEL a", "delete"),
            ("FLUSHALL", "delete unfiltered !resource_destruction"),
            ("\"FlushAll\"", "delete unfiltered !resource_destruction"),
            ("GET a\nFLUSHALL", "delete unfiltered !resource_destruction"),
            ("MULTI\r\nSET a 1\r\nEXEC", "write"),
            ("CONFIG GET maxmemory", "read"),
            ("CONFIG GET requirepass", "secret"),
            ("CONFIG GET *", "secret"),
            ("CONFIG SET dir /x", "write !system_path"),
            ("EVAL x 0", "write !dynamic_command"),
            ("SHUTDOWN", "delete !system_halt"),
            ("ACL LIST", "secret"),
            ("FROBNICATE", "unknown"),
        ],
    );
}

#[test]
fn mongodb_by_verb() {
    check(
        mongodb,
        &[
            ("db.users.find({deleted: true})", "read"),
            ("db.users.find({note: 'db.users.drop()'})", "read"),
            ("db.users.deleteOne({_id: 1})", "delete"),
            (
                "db.users.deleteMany({})",
                "delete unfiltered !resource_destruction",
            ),
            (
                "db.users.find(); db.users.drop()",
                "delete unfiltered !resource_destruction",
            ),
            ("db.users.find({$where: 'true'})", "read !dynamic_command"),
            ("db.system.users.find()", "read !secret_disclosure"),
            ("{\"find\": \"system.users\"}", "read !secret_disclosure"),
            (
                "{\"dropDatabase\": 1}",
                "delete unfiltered !resource_destruction",
            ),
            ("db.users.aggregate([{$out: 'x'}])", "write"),
        ],
    );
}

#[test]
fn cypher_by_clause() {
    check(
        cypher,
        &[
            ("MATCH (n) RETURN n", "read"),
            ("MATCH (n) RETURN 'DETACH DELETE n'", "read"),
            (
                "MATCH (n) DETACH DELETE n",
                "delete unfiltered !resource_destruction",
            ),
            ("EXPLAIN MATCH (n) DETACH DELETE n", "read"),
            (
                "PROFILE MATCH (n) DETACH DELETE n",
                "delete unfiltered !resource_destruction",
            ),
            ("CREATE (n)", "write"),
            ("CALL db.labels()", "read"),
            ("CALL db.labels() YIELD label RETURN label", "read"),
            ("CALL dbms.components()", "read"),
            ("CALL dbms.shutdown()", "unknown !dynamic_command"),
            ("MATCH (n) CALL my.proc(n) RETURN n", "unknown"),
            (
                "MATCH (n) RETURN apoc.cypher.runFirstColumn('x', {})",
                "read !dynamic_command",
            ),
            (
                "LOAD CSV FROM 'x' AS row RETURN row",
                "write !dynamic_command",
            ),
        ],
    );
}

#[test]
fn elasticsearch_by_method_and_path() {
    let read = |text: &str| {
        let mut parts = text.splitn(3, ' ');
        let mut part = || parts.next().unwrap_or_default();
        elasticsearch(part(), part(), part())
    };
    check(
        read,
        &[
            ("GET /orders/_search", "read"),
            (
                "POST /orders/_search {\"query\": {\"match_all\": {}}}",
                "read",
            ),
            ("POST /_sql {\"query\": \"SELECT 1\"}", "read"),
            ("PUT /orders/_doc/1 {}", "write"),
            ("DELETE /orders", "delete unfiltered !resource_destruction"),
            ("DELETE /orders/_doc/1", "delete"),
            (
                "POST /orders/_delete_by_query {\"query\": {\"match_all\": {}}}",
                "delete unfiltered !resource_destruction",
            ),
            (
                "POST /orders/_delete_by_query {\"query\": {\"term\": {\"a\": 1}}}",
                "delete",
            ),
            ("DELETE /orders/_search", "delete"),
            ("GET /.security/_search", "secret"),
            ("POST /a/_delete_by_query/_search", "delete"),
            (
                "POST /orders/_update_by_query {}",
                "write unfiltered !resource_destruction",
            ),
            (
                "GET /_search {\"script_fields\": {\"x\": {\"script\": {}}}}",
                "read !dynamic_command",
            ),
        ],
    );
}
