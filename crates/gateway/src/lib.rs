//! The data path: the listener, the walk of every message, and the transports to the servers.
//!
//! The only crate that opens sockets to agents and servers. Deliberately absent: files and
//! databases (the ledger comes in as a value), decisions (they are made in `gate` and `policy`).

mod anchor;
mod approvals;
mod arrival;
mod config;
mod connect;
mod connection;
mod counters;
mod declining;
mod definitions;
mod detector;
mod door;
mod endpoint;
mod farewell;
mod flight;
mod halting;
mod log_endpoint;
mod ops;
mod outputs;
mod outside;
mod pages;
mod random;
mod relay;
mod respond;
mod running;
mod sessions;
mod shared;
mod sse_endpoint;
mod transit;
mod upstream;
mod upstreams;

pub use anchor::{AnchorConfig, AnchoredLogs, Anchoring, Anchors, Authority, Witness};
pub use approvals::{Approvals, RulingError};
pub use config::{
    Access, Config, HttpTarget, IdentityConfig, Limits, Secret, StdioTarget, Target, UpstreamConfig,
};
pub use connect::{ConnectError, ConnectOptions, ConnectSummary, connect};
pub use definitions::Definitions;
pub use detector::{DetectorConfig, OnFailure};
pub use gate::ArgumentSettings;
pub use log_endpoint::PublishedLogs;
pub use outside::{GuardedFetch, Network, OutsideConfig};
pub use pages::{PageAnswer, Pages};
pub use running::{Gateway, Running, StartError};
pub use shared::Wiring;
pub use transit::{Transit, TransitConfig, TransitError};
pub use upstream::TlsError;
