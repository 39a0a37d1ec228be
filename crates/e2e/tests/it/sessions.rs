//! The four drivers at work, each library in its own process and on its own stage.

use std::collections::BTreeMap;
use std::thread;

use crate::components::Components;
use crate::judge;
use crate::matrix::{
    CLIENTS, Client, LIBRARIES, Library, Outcome, SERVERS, Server, outcome, speaks,
};
use crate::plan::{Plan, Step};
use crate::stage::Stage;

/// What each client saw of each server.
type Seen = BTreeMap<(&'static str, &'static str), Vec<Step>>;

#[test]
fn every_client_holds_its_session_with_every_server() {
    let components = Components::find();
    let mut faults = Vec::new();
    for (library, seen) in each_library(|library| without_gateway(library, &components)) {
        faults.extend(faults_of(library, &seen));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
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
    let told = plan.perform(library, components);
    pairs(library)
        .filter_map(|(client, server)| {
            let steps = told.get(&format!("{}/{}", client.name, server.name))?;
            let steps = judge::plain(steps, stage.folder());
            Some(((client.name, server.name), steps))
        })
        .collect()
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
