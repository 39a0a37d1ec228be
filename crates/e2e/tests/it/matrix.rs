//! The matrix as data: who speaks to whom, over what, and what must come of it.

/// A client library; each has a driver program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Library {
    /// npm `@modelcontextprotocol/client` 2.4.0.
    V2,
    /// npm `@modelcontextprotocol/sdk` 1.32.2.
    V1,
    /// PyPI `mcp` 2.3.0.
    Python,
    /// crates.io `rmcp` 3.9.0.
    Rmcp,
}

/// How a client opens a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// `initialize`.
    Legacy,
    /// `server/discover`, and `initialize` where the server is legacy.
    Auto,
    /// 2026-07-28 and nothing else.
    Pinned,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Transport {
    Http,
    Sse,
    Stdio,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Era {
    Legacy,
    Modern,
}

/// What a client must get from a server, directly and through the gateway alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// A session in which every step of the server's scenario comes out as the scenario says.
    Session(Era),
    /// `connect` fails, with the client's own error for a server that does not speak its revision.
    Refused,
    /// Not run, and why.
    Skipped(&'static str),
}

/// One client: a library in a mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Client {
    pub(crate) library: Library,
    pub(crate) mode: Mode,
    pub(crate) name: &'static str,
}

/// One kind of server on one transport.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Server {
    pub(crate) name: &'static str,
    pub(crate) transport: Transport,
    /// The entry of `tests/clients/scenarios.json`.
    pub(crate) scenario: &'static str,
    /// Whether it speaks 2026-07-28 too; every server here speaks the legacy revisions.
    pub(crate) modern: bool,
}

const fn client(name: &'static str, library: Library, mode: Mode) -> Client {
    Client {
        library,
        mode,
        name,
    }
}

const fn server(
    name: &'static str,
    transport: Transport,
    scenario: &'static str,
    modern: bool,
) -> Server {
    Server {
        name,
        transport,
        scenario,
        modern,
    }
}

pub(crate) const LIBRARIES: [Library; 4] =
    [Library::V2, Library::V1, Library::Python, Library::Rmcp];

pub(crate) const CLIENTS: [Client; 10] = [
    client("v2-auto", Library::V2, Mode::Auto),
    client("v2-legacy", Library::V2, Mode::Legacy),
    client("v2-pinned", Library::V2, Mode::Pinned),
    client("v1", Library::V1, Mode::Legacy),
    client("python-auto", Library::Python, Mode::Auto),
    client("python-legacy", Library::Python, Mode::Legacy),
    client("python-pinned", Library::Python, Mode::Pinned),
    client("rmcp-auto", Library::Rmcp, Mode::Auto),
    client("rmcp-legacy", Library::Rmcp, Mode::Legacy),
    client("rmcp-pinned", Library::Rmcp, Mode::Pinned),
];

pub(crate) const SERVERS: [Server; 10] = [
    server("everything-http", Transport::Http, "everything", false),
    server("everything-sse", Transport::Sse, "everything", false),
    server("everything-stdio", Transport::Stdio, "everything", false),
    server("filesystem", Transport::Stdio, "filesystem", false),
    server("memory", Transport::Stdio, "memory", false),
    server("git", Transport::Stdio, "git", true),
    server("time", Transport::Stdio, "time", true),
    server("fixture-http", Transport::Http, "fixture", true),
    server("fixture-stdio", Transport::Stdio, "fixture", true),
    // HTTP+SSE belongs to 2024-11-05: there is no modern era on it.
    server("fixture-sse", Transport::Sse, "fixture", false),
];

/// What must come of it when this client meets this server.
pub(crate) fn outcome(client: Client, server: Server) -> Outcome {
    match (client.mode, server.modern) {
        (Mode::Legacy, _) | (Mode::Auto, false) => Outcome::Session(Era::Legacy),
        (Mode::Auto | Mode::Pinned, true) => Outcome::Session(Era::Modern),
        (Mode::Pinned, false) if client.library == Library::Python => Outcome::Skipped(
            "this client sends modern requests without asking first; what a legacy server makes of them is its own affair",
        ),
        (Mode::Pinned, false) => Outcome::Refused,
    }
}

/// Whether the client can speak to a server that offers this transport.
pub(crate) fn speaks(client: Client, transport: Transport) -> bool {
    match transport {
        Transport::Http | Transport::Stdio => true,
        // `rmcp` has no HTTP+SSE.
        Transport::Sse => client.library != Library::Rmcp,
    }
}

/// The doors of the gateway that the client tries: `/mcp/…`, `/sse/…` and `probity connect`.
pub(crate) fn doors(client: Client, server: Server) -> impl Iterator<Item = Transport> {
    [Transport::Http, Transport::Sse, Transport::Stdio]
        .into_iter()
        // Only a client that opens with `initialize` has business on the 2024-11-05 transport.
        .filter(move |door| *door != Transport::Sse || client.mode == Mode::Legacy)
        .filter(move |door| speaks(client, *door))
        .filter(move |door| *door == Transport::Http || !ONE_DOOR.contains(&server.name))
}

/// Servers of a kind that another server shows at every door already; each start of one costs a second.
const ONE_DOOR: [&str; 3] = ["filesystem", "memory", "time"];

/// A step that is known to come out differently through the gateway.
pub(crate) struct Deviation {
    pub(crate) server: &'static str,
    pub(crate) door: Transport,
    pub(crate) step: &'static str,
    pub(crate) why: &'static str,
}

/// All that are known, for every client. One that does not occur any more is a fault of this table.
pub(crate) const DEVIATIONS: &[Deviation] = &[];
