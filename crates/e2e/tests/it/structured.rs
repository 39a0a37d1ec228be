//! Masked results of tools, held by real clients to the tools' output schemas.

use serde_json::{Value, json};
use testkit::raw::{Answer, RawHttp, Script, When};

use crate::components::Components;
use crate::gateway::{Configuration, Gateway};
use crate::matrix::{CLIENTS, Library, SERVERS, Transport};
use crate::plan::{Plan, Step};
use crate::stage::Address;

const TOKEN: &str = "ghp_wJalrXUtnFEMIK7MDENGbPxRfiCYzKQ4c9Lw";

/// Tools with the schema of their results, a result, and what of it is shown; `None`: nothing that
/// would fit.
fn tools() -> Vec<(&'static str, Value, Value, Option<Value>)> {
    let text = |more: Value| {
        let mut schema = json!({"type": "string"});
        let members = schema.as_object_mut().unwrap();
        members.extend(more.as_object().unwrap().clone());
        schema
    };
    vec![
        (
            "plain",
            text(json!({})),
            json!(TOKEN),
            Some(json!("[github_token]")),
        ),
        (
            "long",
            text(json!({"minLength": 40, "maxLength": 40})),
            json!(TOKEN),
            Some(json!("[github_token]**************************")),
        ),
        (
            "uri",
            text(json!({"format": "uri"})),
            json!(format!("https://files.test/{TOKEN}")),
            Some(json!("https://masked.invalid/")),
        ),
        (
            "card_number",
            json!({"type": "integer"}),
            json!(4_111_111_111_111_111_u64),
            Some(json!(0)),
        ),
        (
            "card_number_from_one",
            json!({"type": "integer", "minimum": 1}),
            json!(4_111_111_111_111_111_u64),
            None,
        ),
        (
            "enum",
            json!({"enum": [TOKEN, "other"]}),
            json!(TOKEN),
            Some(json!("[github_token]")),
        ),
        (
            "pattern",
            text(json!({"pattern": "^ghp_"})),
            json!(TOKEN),
            None,
        ),
    ]
}

fn member(tool: &str) -> &str {
    if tool.starts_with("card") {
        "card_number"
    } else {
        "value"
    }
}

fn script() -> Script {
    let complete =
        |result: Value| json!({"jsonrpc": "2.0", "id": "$ID", "result": result}).to_string();
    // An id is a lexeme, and no string.
    let complete = |result: Value| complete(result).replace("\"$ID\"", "$ID");
    let listed: Vec<Value> = tools()
        .into_iter()
        .map(|(name, schema, _, _)| {
            json!({
                "name": name,
                "inputSchema": {"type": "object"},
                "outputSchema": {
                    "type": "object",
                    "properties": {member(name): schema},
                    "required": [member(name)],
                    "additionalProperties": false,
                },
            })
        })
        .collect();
    let list =
        json!({"resultType": "complete", "ttlMs": 0, "cacheScope": "private", "tools": listed});
    let script = Script::new().on(When::method("tools/list"), Answer::Message(complete(list)));
    tools()
        .into_iter()
        .fold(script, |script, (name, _, value, _)| {
            let structured = json!({member(name): value});
            let result = json!({
                "resultType": "complete",
                "content": [{"type": "text", "text": structured.to_string()}],
                "structuredContent": structured,
            });
            script.on(When::call(name), Answer::Message(complete(result)))
        })
}

/// What is wrong with what a client saw of these tools.
fn faults(run: &str, steps: &[Step]) -> Vec<String> {
    let mut faults = Vec::new();
    for (name, _, _, shown) in tools() {
        let Some(step) = steps.iter().find(|step| step.step == name) else {
            faults.push(format!("{run}: {name} was not called"));
            continue;
        };
        let detail = &step.detail;
        let said = detail.to_string();
        let good = step.ok
            && !said.contains("ghp_")
            && match &shown {
                Some(shown) => {
                    let mirror = detail["content"][0]["text"].as_str().unwrap_or_default();
                    let mirror: Value = serde_json::from_str(mirror).unwrap_or_default();
                    detail["structuredContent"][member(name)] == *shown
                        && mirror == detail["structuredContent"]
                }
                None => detail["isError"] == true,
            };
        if !good {
            faults.push(format!("{run}: {name}: {step:?}"));
        }
    }
    faults
}

#[test]
fn clients_that_check_results_take_the_masked_ones() {
    let components = Components::find();
    let server = RawHttp::start(&script()).unwrap();
    let mut configuration = Configuration::default();
    let fixture = SERVERS
        .iter()
        .find(|server| server.name == "fixture-http")
        .unwrap();
    configuration.add("tools", *fixture, &Address::Url(server.url().to_owned()));
    let gateway = Gateway::start(&configuration);
    let mut steps = vec![json!({"do": "connect"}), json!({"do": "tools"})];
    let calls = tools().into_iter();
    steps.extend(
        calls.map(|(name, ..)| json!({"do": "call", "name": name, "arguments": {}, "as": name})),
    );
    steps.push(json!({"do": "close"}));
    let mut found = Vec::new();
    for library in [Library::V2, Library::V1, Library::Python] {
        let mut plan = Plan::default();
        for client in CLIENTS.iter().filter(|client| client.library == library) {
            let address = gateway.door(Transport::Http, "tools");
            plan.add_session(client.name, client.mode, Transport::Http, &address, &steps);
        }
        for (run, steps) in plan.perform(library, &components) {
            found.extend(faults(&run, &steps));
        }
    }
    assert!(
        found.is_empty(),
        "{}\n{}",
        found.join("\n"),
        gateway.errors()
    );
    gateway.end().verify().unwrap();
}
