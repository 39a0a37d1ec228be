//! What the org logs say, for people and for programs.

use std::fmt;

use crate::report::{EpochReport, quoted};

/// What a node's log is, by what the org log says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NodeState {
    /// It was opened, and no process ever wrote it in order.
    Opened,
    /// A process joined and has not left: it runs, it crashed, or it vanished.
    Joined,
    /// The last process left in order.
    Left,
    /// The node goes on in another epoch.
    Closed,
}

/// What the org log says about one node's log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeReport {
    /// The log's origin.
    pub log: String,
    /// What it is.
    pub state: NodeState,
    /// How often a process joined.
    pub joined: u64,
    /// How often one left in order.
    pub left: u64,
    /// How many of its checkpoints are kept.
    pub checkpoints: u64,
}

/// The result for one org log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrgReport {
    /// The log itself.
    pub log: EpochReport,
    /// The nodes' logs that the org logs name; in the report of the last one.
    pub nodes: Vec<NodeReport>,
}

impl NodeState {
    /// Its name in reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Joined => "joined",
            Self::Left => "left",
            Self::Closed => "closed",
        }
    }
}

impl NodeReport {
    pub(crate) fn new(log: &str) -> Self {
        Self {
            log: log.to_owned(),
            state: NodeState::Opened,
            joined: 0,
            left: 0,
            checkpoints: 0,
        }
    }

    fn to_json(&self) -> String {
        format!(
            "{{\"log\":{},\"state\":\"{}\",\"joined\":{},\"left\":{},\"checkpoints\":{}}}",
            quoted(&self.log),
            self.state.as_str(),
            self.joined,
            self.left,
            self.checkpoints,
        )
    }
}

impl OrgReport {
    pub(crate) const fn new(log: EpochReport) -> Self {
        Self {
            log,
            nodes: Vec::new(),
        }
    }

    pub(crate) fn to_json(&self) -> String {
        let nodes: Vec<_> = self.nodes.iter().map(NodeReport::to_json).collect();
        format!(
            "{{\"log\":{},\"nodes\":[{}]}}",
            self.log.to_json(),
            nodes.join(",")
        )
    }
}

/// For people: the org log, and a line per node's log.
impl fmt::Display for OrgReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.log.fmt_head(f)?;
        for node in &self.nodes {
            let says = match node.state {
                NodeState::Opened => "opened, and nobody joined",
                NodeState::Joined => "joined and has not left: it runs, crashed or vanished",
                NodeState::Left => "left in order",
                NodeState::Closed => "closed: the node goes on in another epoch",
            };
            writeln!(
                f,
                "node      {} {says}; joined {}, left {}; {} checkpoints",
                node.log, node.joined, node.left, node.checkpoints
            )?;
        }
        self.log.fmt_third_parties(f)?;
        self.log.fmt_problems(f)
    }
}
