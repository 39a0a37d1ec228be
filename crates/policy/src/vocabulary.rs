//! The words that policies are written in: actions, entities and facts, as a Cedar schema.
//!
//! Each fact that is true or false is an attribute of its own, so that a policy that misspells one
//! is refused when it is loaded.

mod commands;

use std::fmt::Write as _;

use crate::tools::Tools;

pub use commands::{CLOUD, HAZARDS, HTTP, NOSQL, PATHS, SHELL, SQL};
pub(crate) use commands::{COMMANDS, Language};

/// The namespace of everything.
pub const NAMESPACE: &str = "Probity";

/// What clients send: the methods of MCP, and what stands for the rest.
pub const FROM_CLIENT: &[&str] = &[
    "initialize",
    "ping",
    "server/discover",
    "tools/list",
    "tools/call",
    "prompts/list",
    "prompts/get",
    "resources/list",
    "resources/templates/list",
    "resources/read",
    "resources/subscribe",
    "resources/unsubscribe",
    "completion/complete",
    "logging/setLevel",
    "subscriptions/listen",
    "tasks/get",
    "tasks/cancel",
    "tasks/update",
    "tasks/list",
    "tasks/result",
    "notifications/initialized",
    "notifications/cancelled",
    "notifications/progress",
    "notifications/roots/list_changed",
    "notifications/tasks/status",
    "stream/open",
    "session/end",
    OTHER,
];

/// What servers ask of clients.
pub const FROM_SERVER: &[&str] = &[
    "sampling/createMessage",
    "elicitation/create",
    "roots/list",
    SERVER_OTHER,
];

/// A client's message whose method is not in [`FROM_CLIENT`].
pub const OTHER: &str = "other";

/// A server's request whose method is not in [`FROM_SERVER`].
pub const SERVER_OTHER: &str = "server/other";

/// A call of a tool; the group of the actions that stand for calls of one tool.
pub const TOOLS_CALL: &str = "tools/call";

/// An answer of a server, before its client sees it.
pub const ANSWER: &str = "answer";

/// What a person does who allows a held call.
pub const APPROVE: &str = "approve";

/// The group of all of [`FROM_CLIENT`].
pub const CLIENT_GROUP: &str = "from_client";

/// The group of all of [`FROM_SERVER`].
pub const SERVER_GROUP: &str = "from_server";

/// The action, among those that have a name of their own, that a client's method is.
pub fn client_action(method: &str) -> &'static str {
    known(FROM_CLIENT, method).unwrap_or(OTHER)
}

/// The same for what a server asks of a client.
pub fn server_action(method: &str) -> &'static str {
    known(FROM_SERVER, method).unwrap_or(SERVER_OTHER)
}

fn known(names: &'static [&'static str], name: &str) -> Option<&'static str> {
    names.iter().copied().find(|known| *known == name)
}

/// The schema in Cedar's own syntax, with an action for each of `tools` whose arguments it types.
pub fn schema(tools: &Tools) -> String {
    let mut out = format!("namespace {NAMESPACE} {{\n");
    // Writing to a string does not fail.
    let _ = write!(out, "{ENTITIES}");
    for language in COMMANDS {
        let _ = writeln!(out, "  type {} = {{", language.type_name);
        for fact in language.facts.iter().copied().flatten() {
            let _ = writeln!(out, "    {}: Bool,", quoted(fact));
        }
        for set in language.sets {
            let _ = writeln!(out, "    {}: Set<String>,", quoted(set));
        }
        let _ = writeln!(out, "  }};");
    }
    let _ = write!(out, "  type Message = {{\n{MESSAGE}  }};\n");
    let _ = writeln!(out, "  action {CLIENT_GROUP}, {SERVER_GROUP};");
    for (names, group) in [(FROM_CLIENT, CLIENT_GROUP), (FROM_SERVER, SERVER_GROUP)] {
        for name in names {
            let _ = writeln!(
                out,
                "  action {} in [{group}] appliesTo {{ principal: {PRINCIPALS}, resource: {}, context: Message }};",
                quoted(name),
                resources(name)
            );
        }
    }
    let _ = writeln!(
        out,
        "  action {ANSWER} appliesTo {{ principal: {PRINCIPALS}, resource: [Server, Tool, Prompt, Resource], context: {{ {ANSWER_CONTEXT} }} }};"
    );
    let _ = writeln!(
        out,
        "  action {APPROVE} appliesTo {{ principal: [Person], resource: [Server, Tool, Prompt, Resource], context: {{ {APPROVE_CONTEXT} }} }};"
    );
    for tool in tools.iter() {
        let _ = writeln!(
            out,
            "  action {} in [\"tools/call\"] appliesTo {{ principal: {PRINCIPALS}, resource: [Tool], context: {{\n{MESSAGE}    arguments: {} }} }};",
            quoted(tool.action()),
            tool.arguments()
        );
    }
    out.push_str("}\n");
    out
}

/// What an action is about.
fn resources(action: &str) -> &'static str {
    match action {
        TOOLS_CALL => "[Tool]",
        "prompts/get" => "[Prompt]",
        "resources/read" | "resources/subscribe" | "resources/unsubscribe" => "[Resource]",
        "completion/complete" => "[Server, Prompt, Resource]",
        _ => "[Server]",
    }
}

const PRINCIPALS: &str = "[Person, Service, Anonymous]";

const ENTITIES: &str = "  entity Group;
  entity Person in [Group] = { issuer: String, subject: String, client: String };
  entity Service in [Group] = { issuer: String, subject: String, client: String };
  entity Anonymous;
  entity Server;
  entity Tool in [Server] = { name: String };
  entity Prompt in [Server] = { name: String };
  entity Resource in [Server] = { uri: String };
  type Calls = { session: Long, session_minute: Long, person_minute: Long, tool_minute: Long, session_bytes: Long, person_bytes_minute: Long };
  type Clock = { at: datetime, hour: Long, weekday: Long };
  type Hints = { read_only: Bool, destructive: Bool, idempotent: Bool, open_world: Bool };
  type Pin = { known: Bool, first_seen: Bool, changed: Bool, suspicious: Bool };
  type Verb = { read: Bool, write: Bool, delete: Bool, execute: Bool };
";

/// What every message's context has. The commands in its arguments are there where there are any.
const MESSAGE: &str = "    method: String,
    agent: String,
    intent?: String,
    kinds: Set<String>,
    credentials: Bool,
    sql?: Sql,
    shell?: Shell,
    cloud?: Cloud,
    http?: Http,
    paths?: Paths,
    nosql?: NoSql,
    unread: Bool,
    verb: Verb,
    hints: Hints,
    pin: Pin,
    calls: Calls,
    clock: Clock,
    address?: ipaddr,
";

/// Who asked, which rules hold it, through which channel the approver speaks, and whether it is said
/// to be an emergency.
const APPROVE_CONTEXT: &str =
    "method: String, requester: String, rules: Set<String>, channel: String, emergency: Bool";

const ANSWER_CONTEXT: &str = "method: String, bytes: Long, kinds: Set<String>, credentials: Bool";

/// A name in a schema: its characters as a Cedar string.
pub(crate) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.escape_debug())
}

#[cfg(test)]
mod tests {
    use cedar_policy::Schema;

    use super::{FROM_CLIENT, FROM_SERVER, client_action, schema, server_action};
    use crate::tools::Tools;

    #[test]
    fn the_schema_is_one() {
        let text = schema(&Tools::default());
        let (schema, warnings) = Schema::from_cedarschema_str(&text).unwrap();
        assert_eq!(warnings.count(), 0);
        // The groups, the one for answers and the one for approvals.
        let actions = FROM_CLIENT.len() + FROM_SERVER.len() + 4;
        assert_eq!(schema.actions().count(), actions);
    }

    #[test]
    fn what_has_no_name_of_its_own_is_other() {
        assert_eq!(client_action("tools/call"), "tools/call");
        assert_eq!(client_action("vendor/do"), "other");
        assert_eq!(server_action("roots/list"), "roots/list");
        assert_eq!(server_action("tasks/get"), "server/other");
    }
}
