//! The four drivers at work, each library in its own process and on its own stage.

use std::collections::BTreeMap;
use std::thread;

use serde_json::Value;

use crate::compare::Difference;
use crate::components::Components;
use crate::gateway::{Configuration, Ended, Gateway, upstream_name};
use crate::matrix::{
    CLIENTS, Client, DEVIATIONS, LIBRARIES, Library, Outcome, SERVERS, Server, Transport, doors,
    outcome, speaks,
};
use crate::plan::{Plan, Step, Told, abandoned};
use crate::stage::Stage;
use crate::{compare, judge, record};

/// What each client saw of each server.
type Seen = BTreeMap<(&'static str, &'static str), Vec<Step>>;

/// The recordings of each run: its sessions, each with its records.
type Recordings = BTreeMap<String, Vec<Vec<Value>>>;

/// The drivers run once without the gateway and once through it, because the judge of the second
/// time is the first.
#[test]
fn every_client_holds_its_session_with_every_server_and_the_gateway_changes_nothing() {
    let components = Components::find();
    let without = each_library(|library| without_gateway(library, &components));
    let mut faults = Vec::new();
    for (library, seen) in &without {
        faults.extend(faults_of(*library, seen));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));

    let stages = each_library(|_| Stage::set(&components));
    let gateway = Gateway::start(&configuration(&stages, &components));
    let through = each_library(|library| {
        let stage = stage_of(&stages, library);
        through_gateway(library, &gateway, stage, &components)
    });
    let errors = gateway.errors();
    let ended = gateway.end();
    let recordings = recordings(&ended);
    for ((library, without), (_, through)) in without.iter().zip(&through) {
        faults.extend(changes(*library, without, through));
        faults.extend(gaps(*library, through, &recordings));
    }
    faults.extend(ended.verify().err());
    assert!(faults.is_empty(), "{}\n{errors}", faults.join("\n"));
}

/// Runs the four drivers at the same time.
fn each_library<T: Send>(work: impl Fn(Library) -> T + Sync) -> Vec<(Library, T)> {
    let work = &work;
    thread::scope(|scope| {
        let running = LIBRARIES.map(|library| scope.spawn(move || (library, work(library))));
        running
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    })
}

fn without_gateway(library: Library, components: &Components) -> Seen {
    let stage = Stage::set(components);
    let mut plan = Plan::default();
    for (client, server) in pairs(library) {
        if is_held(client, server) {
            let address = stage.address(server, components);
            let id = format!("{}/{}", client.name, server.name);
            plan.add(
                &id,
                client,
                server,
                server.transport,
                &address,
                stage.folder(),
            );
        }
    }
    plan.add_count(&stage.fixture());
    let told = plan.perform(library, components);
    let (counted, all) = abandoned(&told);
    assert_eq!(counted, all, "{library:?}");
    pairs(library)
        .filter_map(|(client, server)| {
            let steps = told.get(&format!("{}/{}", client.name, server.name))?;
            let steps = judge::plain(steps, stage.folder());
            Some(((client.name, server.name), steps))
        })
        .collect()
}

/// Every server of every stage, as an upstream.
fn configuration(stages: &[(Library, Stage)], components: &Components) -> Configuration {
    let mut configuration = Configuration::default();
    for (library, stage) in stages {
        for server in SERVERS {
            let name = upstream_name(server, *library);
            configuration.add(&name, server, &stage.address(server, components));
        }
    }
    configuration
}

fn stage_of(stages: &[(Library, Stage)], library: Library) -> &Stage {
    let stage = stages.iter().find(|(of, _)| *of == library);
    stage.map(|(_, stage)| stage).unwrap()
}

/// The sessions of one library through every door, by the id of the run.
fn through_gateway(
    library: Library,
    gateway: &Gateway,
    stage: &Stage,
    components: &Components,
) -> Told {
    let mut plan = Plan::default();
    for (client, server) in pairs(library) {
        for door in doors(client, server) {
            let address = gateway.door(door, &upstream_name(server, library));
            let id = run_id(client, server, door);
            plan.add(&id, client, server, door, &address, stage.folder());
        }
    }
    plan.add_count(&stage.fixture());
    let told = plan.perform(library, components);
    let (counted, all) = abandoned(&told);
    assert_eq!(
        counted, all,
        "{library:?}: aborted calls reach the server as such"
    );
    told.into_iter()
        .map(|(id, steps)| (id, judge::plain(&steps, stage.folder())))
        .collect()
}

fn run_id(client: Client, server: Server, door: Transport) -> String {
    format!("{}/{}/{door:?}", client.name, server.name).to_lowercase()
}

/// Everything that is not as the table says, or not as without the gateway.
fn changes(library: Library, without: &Seen, through: &Told) -> Vec<String> {
    let mut changes = Vec::new();
    for (client, server, door) in runs(library) {
        let id = run_id(client, server, door);
        let Some(steps) = through.get(&id) else {
            changes.push(format!("{id}: nothing was tried"));
            continue;
        };
        // A client that cannot speak to the server itself has no session to compare with.
        let found = match without.get(&(client.name, server.name)) {
            Some(without) => undeviating(server, door, compare::differences(without, steps)),
            None => judge::faults(client, server, steps),
        };
        changes.extend(found.into_iter().map(|change| format!("{id}: {change}")));
    }
    changes
}

/// The differences that the table does not know, and the deviations that it knows in vain.
fn undeviating(server: Server, door: Transport, found: Vec<Difference>) -> Vec<String> {
    let known = DEVIATIONS
        .iter()
        .filter(|known| known.server == server.name && known.door == door);
    let (expected, mut faults): (Vec<_>, Vec<_>) = found
        .into_iter()
        .partition(|difference| known.clone().any(|known| known.step == difference.step));
    let in_vain = known.filter(|known| !expected.iter().any(|found| found.step == known.step));
    faults.extend(in_vain.map(|known| Difference {
        step: known.step.to_owned(),
        text: format!(
            "`{}` is as it should be, but in DEVIATIONS: {}",
            known.step, known.why
        ),
    }));
    faults.into_iter().map(|fault| fault.text).collect()
}

/// Everything that should be on record and is not.
fn gaps(library: Library, through: &Told, recordings: &Recordings) -> Vec<String> {
    let mut gaps = Vec::new();
    for (client, server, door) in runs(library) {
        let id = run_id(client, server, door);
        let found = match (through.get(&id), recordings.get(&id)) {
            (Some(told), Some(recorded)) => record::gaps(client, server, told, recorded),
            (Some(_), None) => vec!["nothing is on record".to_owned()],
            (None, _) => continue,
        };
        gaps.extend(found.into_iter().map(|gap| format!("{id}: {gap}")));
    }
    gaps
}

/// What is on record, by the id of the run that the client named itself after.
fn recordings(ended: &Ended) -> Recordings {
    let mut recordings = Recordings::new();
    for session in ended.sessions() {
        let records = ended.records(session["id"].as_str().unwrap());
        let named = session["client"]["version"].as_str().map(str::to_owned);
        // A session on HTTP+SSE opens before the client has named itself.
        let run = named.or_else(|| records.iter().find_map(record::introduced));
        recordings
            .entry(run.unwrap_or_default())
            .or_default()
            .push(records);
    }
    recordings
}

/// Everything that a library does through the gateway.
fn runs(library: Library) -> impl Iterator<Item = (Client, Server, Transport)> {
    pairs(library)
        .filter(|(client, server)| !matches!(outcome(*client, *server), Outcome::Skipped(_)))
        .flat_map(|(client, server)| doors(client, server).map(move |door| (client, server, door)))
}

/// Everything that is not as the table says, in a session that the table says is held.
fn faults_of(library: Library, seen: &Seen) -> Vec<String> {
    let mut faults = Vec::new();
    for (client, server) in pairs(library).filter(|(client, server)| is_held(*client, *server)) {
        let found = match seen.get(&(client.name, server.name)) {
            Some(steps) => judge::faults(client, server, steps),
            None => vec!["nothing was tried".to_owned()],
        };
        let named = |fault| format!("{} with {}: {fault}", client.name, server.name);
        faults.extend(found.into_iter().map(named));
    }
    faults
}

/// Whether there is a session without the gateway.
fn is_held(client: Client, server: Server) -> bool {
    speaks(client, server.transport) && !matches!(outcome(client, server), Outcome::Skipped(_))
}

fn pairs(library: Library) -> impl Iterator<Item = (Client, Server)> {
    CLIENTS
        .into_iter()
        .filter(move |client| client.library == library)
        .flat_map(|client| SERVERS.map(|server| (client, server)))
}
