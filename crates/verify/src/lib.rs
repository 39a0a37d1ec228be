//! The auditor's library: verifies a data directory or a published log with nothing but the log's
//! public key.
//!
//! Deliberately absent: keys that open anything, the store, SQLite. Its only socket is that of a client
//! that fetches a published log. It shares the format crate with the product and nothing else.

mod directory;
mod display;
mod epoch;
mod handed;
mod journal;
mod monitor;
mod org;
mod org_report;
mod published;
mod purges;
mod report;
mod source;
mod stamps;
mod state;
mod web;
mod witness;

pub use directory::{Options, VerifyError, verify, verify_target};
pub use handed::{HandedReport, Proven, verify_handed};
pub use monitor::{Monitor, monitor};
pub use org_report::{NodeReport, NodeState, OrgReport};
pub use report::{
    Attested, Contradiction, Counts, EpochReport, Exit, LeafVerdict, Problem, Progress, Report,
    Sessions,
};
pub use source::Target;
pub use witness::{Cosigned, Witnessed};
