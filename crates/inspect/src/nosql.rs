//! Databases without SQL: MongoDB, Redis, Elasticsearch and Cypher, by small tables of verbs.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::cli::CallEffect;
use crate::shell::Hazard;

/// What a query or command does, as far as its text tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// The verb that decides: `deleteMany`, `FLUSHALL`, `DETACH DELETE`.
    pub verb: String,
    /// What it does.
    pub effect: CallEffect,
    /// It changes or deletes everything that it can reach.
    pub unfiltered: bool,
    /// The dangerous patterns that were found.
    pub hazards: BTreeSet<Hazard>,
}

impl Facts {
    fn new(verb: &str, effect: CallEffect) -> Self {
        Self {
            verb: verb.to_owned(),
            effect,
            unfiltered: false,
            hazards: BTreeSet::new(),
        }
    }

    fn with(mut self, hazard: Hazard, is: bool) -> Self {
        if is {
            self.hazards.insert(hazard);
        }
        self
    }

    /// Both, under the name of the one that does more.
    fn join(self, other: Self) -> Self {
        let weight = |facts: &Self| match facts.effect {
            CallEffect::Read => 0,
            CallEffect::Write => 1,
            CallEffect::Unknown => 2,
            CallEffect::Delete | CallEffect::Access | CallEffect::Secret => 3,
        };
        let (mut worst, other) = if weight(&other) > weight(&self) {
            (other, self)
        } else {
            (self, other)
        };
        worst.unfiltered |= other.unfiltered;
        worst.hazards.extend(other.hazards);
        worst
    }

    fn unfiltered(mut self, is: bool) -> Self {
        self.unfiltered = is;
        self.with(Hazard::ResourceDestruction, is)
    }
}

const REDIS: &[(CallEffect, &str)] = &[
    (
        CallEffect::Read,
        "GET MGET EXISTS TTL PTTL TYPE KEYS SCAN HGET HGETALL HMGET HKEYS HVALS HLEN HEXISTS HSCAN LRANGE LLEN LINDEX SMEMBERS \
         SCARD SISMEMBER SSCAN ZRANGE ZRANGEBYSCORE ZCARD ZSCORE ZRANK ZSCAN XRANGE XREAD XLEN STRLEN GETRANGE BITCOUNT DBSIZE PING \
         ECHO INFO TIME LASTSAVE MEMORY OBJECT RANDOMKEY PUBSUB SUBSCRIBE COMMAND ROLE SLOWLOG LATENCY GEOPOS GEODIST SELECT HELLO \
         ZREVRANGE ZCOUNT HSTRLEN XINFO PFCOUNT \
         ZRANGEBYLEX ZREVRANGEBYSCORE ZREVRANK ZLEXCOUNT ZMSCORE ZINTER ZUNION ZDIFF ZRANDMEMBER SMISMEMBER \
         SRANDMEMBER SINTER SUNION SDIFF SINTERCARD HRANDFIELD LPOS LCS GETBIT BITPOS SUBSTR GEOSEARCH GEOHASH \
         XREVRANGE XPENDING EXPIRETIME PEXPIRETIME DUMP TOUCH PSUBSCRIBE DISCARD UNWATCH QUIT JSON.GET JSON.MGET \
         JSON.TYPE FT.SEARCH FT.INFO FT.AGGREGATE TS.RANGE TS.GET",
    ),
    (
        CallEffect::Write,
        "SET SETEX SETNX MSET APPEND INCR INCRBY DECR DECRBY EXPIRE PEXPIRE PERSIST HSET HMSET HINCRBY LPUSH RPUSH LPOP RPOP LSET \
         LTRIM SADD SREM SPOP SMOVE ZADD ZREM ZINCRBY XADD XTRIM PUBLISH RENAME COPY GETSET SETRANGE SETBIT PFADD GEOADD BGSAVE SAVE \
         MULTI EXEC WATCH LREM HDEL XDEL GETDEL BGREWRITEAOF",
    ),
    (
        CallEffect::Delete,
        "DEL UNLINK FLUSHALL FLUSHDB SHUTDOWN SWAPDB",
    ),
    (CallEffect::Access, "ACL AUTH"),
    (
        CallEffect::Write,
        "EVAL EVALSHA FUNCTION FCALL SCRIPT MODULE CONFIG SLAVEOF REPLICAOF DEBUG MIGRATE RESTORE CLUSTER CLIENT MONITOR",
    ),
];

/// Redis: one command, or several on lines of their own, of which the worst one counts.
#[must_use]
pub fn redis(text: &str) -> Facts {
    let mut commands = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .map(redis_command);
    let first = commands.next().unwrap_or_else(|| redis_command(text));
    commands.fold(first, Facts::join)
}

fn redis_command(text: &str) -> Facts {
    let mut words = text
        .split_whitespace()
        .map(|word| word.trim_matches(['"', '\'']));
    let verb = words.next().unwrap_or_default().to_ascii_uppercase();
    let second = words.next().unwrap_or_default().to_ascii_uppercase();
    let effect = REDIS
        .iter()
        .find(|(_, names)| names.split_whitespace().any(|name| name == verb))
        .map_or(CallEffect::Unknown, |(effect, _)| *effect);
    let effect = match (verb.as_str(), second.as_str()) {
        // Passwords are among what a pattern finds.
        ("CONFIG", "GET") if words.any(secret_setting) => CallEffect::Secret,
        ("CONFIG", "GET")
        | ("CLIENT", "LIST" | "INFO" | "ID")
        | ("CLUSTER", "INFO" | "NODES" | "SLOTS")
        | ("ACL", "WHOAMI" | "CAT" | "USERS") => CallEffect::Read,
        ("ACL", "LIST" | "GETUSER") => CallEffect::Secret,
        ("MEMORY", "PURGE") | ("LATENCY", "RESET") => CallEffect::Write,
        ("SLOWLOG", "RESET") => CallEffect::Delete,
        _ => effect,
    };
    let runs = matches!(
        verb.as_str(),
        "EVAL" | "EVALSHA" | "FCALL" | "MODULE" | "FUNCTION" | "SCRIPT" | "DEBUG"
    );
    Facts::new(&verb, effect)
        .unfiltered(matches!(verb.as_str(), "FLUSHALL" | "FLUSHDB"))
        .with(Hazard::DynamicCommand, runs)
        .with(Hazard::SystemHalt, verb == "SHUTDOWN")
        .with(
            Hazard::ResourceDestruction,
            matches!(verb.as_str(), "SLAVEOF" | "REPLICAOF"),
        )
        .with(Hazard::SystemPath, verb == "CONFIG" && second == "SET")
        .with(
            Hazard::AccessChange,
            verb == "ACL" && effect == CallEffect::Access,
        )
}

const MONGODB: &[(CallEffect, &[&str])] = &[
    (
        CallEffect::Delete,
        &[
            "deleteMany",
            "deleteOne",
            "remove",
            "drop",
            "dropDatabase",
            "dropIndex",
            "dropIndexes",
            "findOneAndDelete",
            "findAndRemove",
            "dropUser",
            "dropRole",
            "dropCollection",
            "delete",
        ],
    ),
    (
        CallEffect::Access,
        &[
            "createUser",
            "updateUser",
            "grantRolesToUser",
            "createRole",
            "grantPrivilegesToRole",
            "changeUserPassword",
            "revokeRolesFromUser",
        ],
    ),
    (
        CallEffect::Write,
        &[
            "insertOne",
            "insertMany",
            "insert",
            "updateOne",
            "updateMany",
            "update",
            "replaceOne",
            "bulkWrite",
            "findOneAndUpdate",
            "findOneAndReplace",
            "findAndModify",
            "createIndex",
            "createIndexes",
            "createCollection",
            "renameCollection",
            "save",
            "mapReduce",
            "eval",
            "adminCommand",
            "runCommand",
            "shutdownServer",
            "fsyncLock",
            "setProfilingLevel",
        ],
    ),
    (
        CallEffect::Read,
        &[
            "find",
            "findOne",
            "aggregate",
            "countDocuments",
            "estimatedDocumentCount",
            "count",
            "distinct",
            "explain",
            "getIndexes",
            "listCollections",
            "listDatabases",
            "getCollectionNames",
            "stats",
            "serverStatus",
            "show",
            "getUsers",
            "ping",
            "hostInfo",
        ],
    ),
];

fn secret_setting(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.contains("pass") || name.contains("auth") || name.contains('*')
}

/// MongoDB: a text of the shell (`db.users.deleteMany({})`), or a command as JSON.
#[must_use]
pub fn mongodb(text: &str) -> Facts {
    if let Ok(Value::Object(command)) = serde_json::from_str::<Value>(text) {
        let first = command.keys().next().cloned().unwrap_or_default();
        let known = command.keys().find(|key| {
            MONGODB
                .iter()
                .any(|(_, names)| names.contains(&key.as_str()))
        });
        let verb = known.unwrap_or(&first);
        let empty = command
            .get("filter")
            .or(command.get("q"))
            .or(command.get("deletes"))
            .is_none_or(is_match_all);
        return mongodb_facts(verb, empty, text);
    }
    // Names before an opening parenthesis, outside of quotes; the worst of them decides.
    let plain = without_strings(text);
    let called: Vec<&str> = plain
        .match_indices('(')
        .filter_map(|(at, _)| plain.get(..at))
        .filter_map(|head| {
            head.trim_end()
                .rsplit(|c: char| !c.is_alphanumeric() && c != '_')
                .next()
        })
        .collect();
    let verb = MONGODB
        .iter()
        .find_map(|(_, names)| called.iter().find(|name| names.contains(name)).copied());
    let shown = plain
        .split_whitespace()
        .next()
        .filter(|word| *word == "show");
    let verb = verb
        .or(shown)
        .or(called.first().copied())
        .unwrap_or_default();
    let argument = plain
        .split_once(&format!("{verb}("))
        .map(|(_, rest)| rest.trim_start())
        .unwrap_or_default();
    let squeezed: String = argument
        .chars()
        .filter(|c| !c.is_whitespace())
        .take(8)
        .collect();
    let empty = squeezed.starts_with(')')
        || squeezed.starts_with("{})")
        || squeezed.starts_with("{},")
        || squeezed.starts_with("{_id:{$");
    mongodb_facts(verb, empty, text)
}

fn mongodb_facts(verb: &str, empty: bool, text: &str) -> Facts {
    let effect = MONGODB
        .iter()
        .find(|(_, names)| names.contains(&verb))
        .map_or(CallEffect::Unknown, |(effect, _)| *effect);
    let many = matches!(
        verb,
        "deleteMany" | "remove" | "delete" | "updateMany" | "update"
    );
    let whole = matches!(verb, "drop" | "dropDatabase" | "dropCollection");
    let runs = ["$where", "$function", "$accumulator"]
        .iter()
        .any(|mark| text.contains(mark))
        || matches!(verb, "eval" | "mapReduce");
    let writes_out = verb == "aggregate" && (text.contains("$out") || text.contains("$merge"));
    let effect = if writes_out {
        CallEffect::Write
    } else {
        effect
    };
    Facts::new(verb, effect)
        .unfiltered(whole || many && empty)
        .with(Hazard::DynamicCommand, runs)
        .with(Hazard::SystemHalt, verb == "shutdownServer")
        .with(Hazard::AccessChange, effect == CallEffect::Access)
        .with(Hazard::SecretDisclosure, reads_users(text))
}

/// Whether a text names where the server keeps its users.
fn reads_users(text: &str) -> bool {
    without_strings(text).contains("system.users")
        || text.contains("\"system.users\"")
        || text.contains("'system.users'")
}

/// Elasticsearch and OpenSearch: a method, a path and a body.
#[must_use]
pub fn elasticsearch(method: &str, path: &str, body: &str) -> Facts {
    let method = method.to_ascii_uppercase();
    let path = crate::paths::inspect(path, &[]).normalised;
    let segments: Vec<&str> = path
        .trim_start_matches('/')
        .split('/')
        .filter(|segment| !segment.is_empty())
        .collect();
    let index = segments.first().copied().unwrap_or_default();
    let operation = segments
        .iter()
        .rfind(|segment| segment.starts_with('_'))
        .copied()
        .unwrap_or_default();
    let verb = format!("{method} {operation}").trim_end().to_owned();
    let query = serde_json::from_str::<Value>(body).ok();
    let everything = query
        .as_ref()
        .is_none_or(|body| body.get("query").is_none_or(is_match_all));
    let wide = matches!(index, "*" | "_all" | "") || index.contains('*');
    let script = body.contains("\"script\"");
    let hidden = segments.contains(&"_delete_by_query");
    let effect = match (method.as_str(), operation) {
        ("GET" | "POST", _) if hidden && operation != "_delete_by_query" => CallEffect::Delete,
        ("GET" | "POST", _) if index.starts_with(".security") => CallEffect::Secret,
        (
            "GET" | "POST" | "HEAD",
            "_search" | "_count" | "_msearch" | "_mget" | "_cat" | "_explain" | "_field_caps"
            | "_validate" | "_analyze" | "_sql" | "_eql" | "_async_search" | "_search_shards"
            | "_termvectors" | "_mtermvectors" | "_terms_enum" | "_rank_eval" | "_resolve",
        ) => CallEffect::Read,
        (_, "_delete_by_query") => CallEffect::Delete,
        (_, "_security" | "_role" | "_user") if method != "GET" => CallEffect::Access,
        ("DELETE", _) => CallEffect::Delete,
        ("GET" | "HEAD", _) => CallEffect::Read,
        ("POST" | "PUT" | "PATCH", _) => CallEffect::Write,
        _ => CallEffect::Unknown,
    };
    // Without a document's id, an index goes as a whole.
    let whole_index = method == "DELETE" && segments.len() == 1;
    Facts::new(&verb, effect)
        .unfiltered(
            whole_index
                || effect == CallEffect::Delete
                    && (wide || operation == "_delete_by_query" && everything)
                || operation == "_update_by_query" && everything,
        )
        .with(Hazard::DynamicCommand, script)
        .with(
            Hazard::SecurityDisabled,
            operation == "_settings" && path.contains("_cluster") && method != "GET",
        )
}

/// Procedures of Neo4j that only report.
const REPORTING: &str = "DB.LABELS DB.RELATIONSHIPTYPES DB.PROPERTYKEYS DB.INFO DB.PING DB.INDEXES DB.CONSTRAINTS \
                         DB.SCHEMA.VISUALIZATION DB.SCHEMA.NODETYPEPROPERTIES DB.SCHEMA.RELTYPEPROPERTIES \
                         DB.INDEX.FULLTEXT.QUERYNODES DB.INDEX.FULLTEXT.QUERYRELATIONSHIPS DB.INDEX.VECTOR.QUERYNODES \
                         DBMS.COMPONENTS DBMS.PROCEDURES DBMS.FUNCTIONS";

/// Cypher, the language of Neo4j.
#[must_use]
pub fn cypher(text: &str) -> Facts {
    let plain = without_strings(text).to_ascii_uppercase();
    let words: Vec<&str> = plain
        .split(|c: char| !c.is_alphanumeric() && c != '_' && c != '.')
        .filter(|word| !word.is_empty())
        .collect();
    let has = |word: &str| words.contains(&word);
    let called = words
        .windows(2)
        .filter(|pair| pair.first() == Some(&"CALL"))
        .filter_map(|pair| pair.get(1).copied())
        .filter(|name| name.contains('.'));
    let (reports, other): (Vec<&str>, Vec<&str>) =
        called.partition(|name| REPORTING.split_whitespace().any(|known| known == *name));
    let (verb, effect) = if words.first() == Some(&"EXPLAIN") {
        ("EXPLAIN", CallEffect::Read)
    } else if has("DETACH") && has("DELETE") {
        ("DETACH DELETE", CallEffect::Delete)
    } else if has("DELETE") || has("DROP") || has("REMOVE") {
        (
            if has("DROP") { "DROP" } else { "DELETE" },
            CallEffect::Delete,
        )
    } else if has("GRANT")
        || has("REVOKE")
        || has("DENY")
        || (has("USER") && (has("CREATE") || has("ALTER")))
    {
        ("GRANT", CallEffect::Access)
    } else if has("CREATE") || has("MERGE") || has("SET") || has("FOREACH") {
        ("WRITE", CallEffect::Write)
    } else if has("LOAD") {
        ("LOAD CSV", CallEffect::Write)
    } else if !other.is_empty() {
        ("CALL", CallEffect::Unknown)
    } else if !reports.is_empty() || has("MATCH") || has("RETURN") || has("SHOW") {
        ("MATCH", CallEffect::Read)
    } else {
        ("", CallEffect::Unknown)
    };
    let narrowed = has("WHERE") || plain.contains(":") || plain.contains('{');
    let procedures = words
        .iter()
        .any(|word| word.starts_with("APOC.") || word.starts_with("DBMS."))
        && !other.is_empty()
        || words.iter().any(|word| word.starts_with("APOC."));
    Facts::new(verb, effect)
        .unfiltered(effect == CallEffect::Delete && (!narrowed || has("DATABASE")))
        .with(Hazard::DynamicCommand, procedures || has("LOAD"))
        .with(Hazard::AccessChange, effect == CallEffect::Access)
}

/// An empty filter, or one that says that it matches everything.
fn is_match_all(filter: &Value) -> bool {
    match filter {
        Value::Object(filter) => filter.is_empty() || filter.contains_key("match_all"),
        Value::Array(filters) => filters
            .iter()
            .any(|filter| filter.get("q").is_some_and(is_match_all)),
        _ => true,
    }
}

/// The text with what stands in quotes and comments taken out.
fn without_strings(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' | '\'' | '`' => {
                out.push(c);
                while let Some(inner) = chars.next() {
                    if inner == '\\' {
                        chars.next();
                    } else if inner == c {
                        break;
                    }
                }
                out.push(c);
            }
            '/' if chars.peek() == Some(&'/') => while chars.next().is_some_and(|c| c != '\n') {},
            c => out.push(c),
        }
    }
    out
}
