//! Statements that destroy, take over or give away, through a real client to real servers that would do it:
//! refused by the policies that are in force unless the operator says otherwise, each on record.

mod postgres;
mod statements;
mod world;

use std::fs;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::components::Components;
use crate::gateway::{Configuration, Gateway};
use crate::matrix::{Library, Mode, Transport};
use crate::plan::{Plan, Step};
use crate::stage::Address;
use postgres::Cluster;
use statements::{TOOLS, Tool};
use world::World;

/// The upstream of whose SQL nothing is said; others are called as their dialect.
const UNTOLD: &str = "untold";
const PERSON: &str = "ada";
/// A token with the form of a forge's, for a place where people forget such.
const SECRET: &str = "ghp_wJalrXUtnFEMIK7MDENGbPxRfiCYzKQ4c9Lw";

/// A policy that is right in form, and that no call can be judged by.
const OVERFLOWS: &str = "@id(\"overflows\")\n\
    forbid(principal, action == Probity::Action::\"tools/call\", resource)\n\
    when { 9223372036854775807 + 1 > 0 };\n";

/// One call: a tool, and what it is given.
type Call<'a> = (&'static Tool, &'a str);

fn session(calls: &[Call<'_>]) -> Vec<Value> {
    let call = |(tool, text): &Call<'_>| json!({"do": "call", "name": tool.name, "arguments": {tool.argument: text}, "as": text});
    let mut steps = vec![json!({"do": "connect"}), json!({"do": "tools"})];
    steps.extend(calls.iter().map(call));
    steps.push(json!({"do": "close"}));
    steps
}

/// The answers to these calls, in their order.
fn answers(mut plan: Plan, token: Option<&str>, components: &Components) -> Vec<Step> {
    if let Some(token) = token {
        plan.show_token(token);
    }
    let told = plan.perform(Library::Python, components);
    let (broken, calls): (Vec<_>, Vec<_>) = told
        .into_values()
        .flatten()
        .filter(|step| !["connect", "tools", "close"].contains(&step.step.as_str()) || !step.ok)
        .partition(|step| !step.ok);
    assert!(broken.is_empty(), "{broken:#?}");
    calls
}

/// Calls past the gateway.
fn directly(world: &World<'_>, calls: &[Call<'_>], components: &Components) -> Vec<Step> {
    let mut plan = Plan::default();
    let server = Address::Command(world.server(components));
    plan.add_session(
        "direct",
        Mode::Auto,
        Transport::Stdio,
        &server,
        &session(calls),
    );
    answers(plan, None, components)
}

/// A gateway in front of the server as a person runs it who says nothing of policy.
fn configuration(world: &World<'_>, components: &Components) -> Configuration {
    let server = world.server(components);
    let mut configuration = Configuration::default();
    // Nobody is there to approve what is held.
    configuration.write("[limits]\napproval_wait_ms_max = 20");
    configuration.write(&format!("[upstreams.{UNTOLD}]\ncommand = {server:?}"));
    for dialect in TOOLS.iter().filter_map(|tool| tool.dialect) {
        configuration.write(&format!(
            "[upstreams.{dialect}]\ncommand = {server:?}\ndialect = {dialect:?}"
        ));
    }
    configuration
}

fn through(gateway: &Gateway, token: &str, upstream: &str, calls: &[Call<'_>]) -> Vec<Step> {
    let components = Components::find();
    let mut plan = Plan::default();
    let door = gateway.door(Transport::Http, upstream);
    let steps = session(calls);
    plan.add_session(upstream, Mode::Auto, Transport::Http, &door, &steps);
    let answers = answers(plan, Some(token), &components);
    assert_eq!(answers.len(), calls.len(), "{}", gateway.errors());
    answers
}

/// What the agent reads of an answer.
fn text(answer: &Step) -> &str {
    answer.detail["content"][0]["text"]
        .as_str()
        .unwrap_or_default()
}

/// The id in a refusal.
fn decision(answer: &Step) -> Option<&str> {
    let refused = answer.detail["isError"] == true;
    let (_, id) = text(answer).split_once("Decision ")?;
    let (id, _) = id.split_once('.')?;
    refused.then_some(id)
}

/// Every upstream that a tool is called through: untold, and with its dialect.
fn upstreams(tool: &Tool) -> impl Iterator<Item = &'static str> {
    std::iter::once(UNTOLD).chain(tool.dialect)
}

#[test]
fn without_the_gateway_each_does_harm() {
    let components = Components::find();
    let cluster = Cluster::start();
    let proven = TOOLS
        .iter()
        .flat_map(|tool| tool.proven.iter().map(move |text| (tool, *text)));
    let mut idle = Vec::new();
    for (number, call) in proven.enumerate() {
        let world = World::new(&cluster, &format!("shop{number}"));
        let before = world.state();
        let answers = directly(&world, &[call], &components);
        if world.state() == before {
            idle.push((call.1, answers));
        }
    }
    assert!(idle.is_empty(), "these changed nothing: {idle:#?}");
}

#[test]
fn what_would_do_harm_is_refused_and_nothing_has_changed() {
    let components = Components::find();
    let cluster = Cluster::start();
    let world = World::new(&cluster, "shop");
    let before = world.state();
    let (gateway, token) = Gateway::guarded(&configuration(&world, &components), PERSON);
    let mut passed = Vec::new();
    let mut decisions = Vec::new();
    for tool in &TOOLS {
        let calls: Vec<Call<'_>> = tool.all_dangerous().map(|text| (tool, text)).collect();
        for upstream in upstreams(tool) {
            for answer in through(&gateway, &token, upstream, &calls) {
                match decision(&answer) {
                    Some(id) => decisions.push(id.to_owned()),
                    None => passed.push((upstream, answer)),
                }
            }
        }
    }
    assert!(passed.is_empty(), "these passed: {passed:#?}");
    assert!(world.state() == before, "something has changed");
    let ended = gateway.end();
    ended.verify().unwrap();
    decisions.sort();
    let all = decisions.len();
    decisions.dedup();
    assert_eq!(decisions.len(), all, "each refusal has an id of its own");
}

#[test]
fn what_only_looks_dangerous_passes_with_its_answer() {
    let components = Components::find();
    let cluster = Cluster::start();
    let world = World::new(&cluster, "shop");
    let before = world.state();
    let (gateway, token) = Gateway::guarded(&configuration(&world, &components), PERSON);
    for tool in &TOOLS {
        let calls: Vec<Call<'_>> = tool
            .harmless
            .iter()
            .map(|(text, _)| (tool, *text))
            .collect();
        for upstream in upstreams(tool) {
            let answers = through(&gateway, &token, upstream, &calls);
            for (answer, (statement, said)) in answers.iter().zip(tool.harmless) {
                let good = answer.detail["isError"] != true && text(answer).contains(said);
                assert!(good, "{upstream}: {statement}: {answer:#?}");
            }
        }
    }
    assert!(world.state() == before, "something has changed");
    gateway.end().verify().unwrap();
}

#[test]
fn the_record_of_a_block_says_who_asked_for_what_and_why_not() {
    let components = Components::find();
    let cluster = Cluster::start();
    let world = World::new(&cluster, "shop");
    let (gateway, token) = Gateway::guarded(&configuration(&world, &components), PERSON);
    let statement = format!("DELETE FROM orders -- {SECRET}");
    let answers = through(&gateway, &token, "postgresql", &[(&TOOLS[0], &statement)]);
    let id = decision(&answers[0]).unwrap().to_owned();
    let ended = gateway.end();
    let records = ended.decision(&id);
    let [record] = records.as_slice() else {
        panic!("{records:#?}");
    };
    let facts = &record["facts"];
    assert_eq!(record["verdict"], "refused");
    assert_eq!(facts["call"], id.as_str());
    assert_eq!(facts["caller"]["subject"], PERSON);
    assert_eq!(facts["caller"]["issuer"], "key");
    assert_eq!(facts["upstream"], "postgresql");
    assert_eq!(facts["message"]["method"], "tools/call");
    assert_eq!(facts["message"]["name"], "postgres_query");
    assert_eq!(
        facts["commands"]["is"]["sql"],
        json!(["delete", "unfiltered"])
    );
    let verdict = &facts["verdict"];
    assert_eq!(
        verdict["rules"],
        json!(["sql-destructive", "sql-write", "secrets-in-arguments"])
    );
    assert_eq!(verdict["severity"], "high");
    assert_eq!(verdict["policy_digest"].as_str().map(str::len), Some(64));
    let payload: Value = serde_json::from_str(record["payload"].as_str().unwrap()).unwrap();
    assert_eq!(
        payload["params"]["arguments"]["sql"],
        "DELETE FROM orders -- [github_token]"
    );
    assert!(!record.to_string().contains(SECRET) && !text(&answers[0]).contains(SECRET));
    ended.verify().unwrap();
}

#[test]
fn a_policy_that_cannot_be_evaluated_refuses() {
    let components = Components::find();
    let cluster = Cluster::start();
    let world = World::new(&cluster, "shop");
    let folder = TempDir::new().unwrap();
    let own = folder.path().join("own.cedar");
    fs::write(&own, OVERFLOWS).unwrap();
    let mut configuration = configuration(&world, &components);
    configuration.write(&format!("[policy]\nfiles = [{own:?}]"));
    let (gateway, token) = Gateway::guarded(&configuration, PERSON);
    let answers = through(&gateway, &token, "postgresql", &[(&TOOLS[0], "SELECT 1")]);
    let id = decision(&answers[0]).unwrap().to_owned();
    let ended = gateway.end();
    let records = ended.decision(&id);
    let [record] = records.as_slice() else {
        panic!("{records:#?}");
    };
    let verdict = &record["facts"]["verdict"];
    assert_eq!(verdict["decision"], "refused");
    let errors = verdict["errors"].to_string();
    assert!(errors.contains("overflows"), "{record:#}");
    ended.verify().unwrap();
}
