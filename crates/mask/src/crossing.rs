/// Which way a message goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// From the agent.
    ClientToServer,
    /// From the server.
    ServerToClient,
}

/// Where a message crosses: what rules may depend on besides its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Crossing<'a> {
    /// Which way it goes.
    pub direction: Direction,
    /// The name of the server behind the gateway.
    pub upstream: &'a str,
    /// The tool that is called or that answers.
    pub tool: Option<&'a str>,
}

impl<'a> Crossing<'a> {
    /// From an agent to this upstream.
    pub const fn to_server(upstream: &'a str) -> Self {
        Self {
            direction: Direction::ClientToServer,
            upstream,
            tool: None,
        }
    }

    /// From this upstream to an agent.
    pub const fn to_agent(upstream: &'a str) -> Self {
        Self {
            direction: Direction::ServerToClient,
            upstream,
            tool: None,
        }
    }

    /// About this tool.
    #[must_use]
    pub const fn of_tool(mut self, tool: Option<&'a str>) -> Self {
        self.tool = tool;
        self
    }
}
