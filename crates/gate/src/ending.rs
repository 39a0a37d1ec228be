use std::sync::Arc;

use bytes::Bytes;
use ledger::Kind;
use mcp::reply::code;
use model::Halt;

use crate::told;

/// How a call ended without an answer from its server, or how its answer broke off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// No connection to the server.
    UpstreamUnreachable {
        /// What the operating system or the library says.
        detail: String,
    },
    /// The server said nothing for too long.
    UpstreamTimedOut {
        /// How long the gateway waited, in milliseconds.
        waited_ms: u64,
    },
    /// The connection broke, or the process ended, before the answer was complete.
    UpstreamBroke {
        /// What happened.
        detail: String,
        /// The bytes of the event that was cut off.
        cut: Bytes,
    },
    /// The answer is not what MCP allows.
    UpstreamMalformed {
        /// What is wrong with it.
        detail: String,
        /// The answer.
        bytes: Bytes,
    },
    /// The answer is larger than the limit.
    UpstreamTooLarge {
        /// The limit in bytes.
        bytes_max: u64,
    },
    /// The server refused the gateway's own credential.
    CredentialRefused {
        /// Its HTTP status.
        status: u16,
    },
    /// The client went away. In the modern era that cancels the call.
    ClientLeft {
        /// Whether the call was cancelled.
        cancelled: bool,
    },
    /// The client cancelled its request (`notifications/cancelled`), and the server did not answer
    /// it any more, as it should.
    Cancelled,
    /// The stream of events ended as streams do.
    StreamEnded,
    /// The gateway was stopped before the answer came.
    GatewayStopped,
    /// An operator stopped what it belongs to.
    Halted(Arc<Halt>),
    /// What masking left of the answer is no message, so it was withheld.
    Unmaskable,
    /// What masking left of a tool's structured result does not fit the tool's `outputSchema`, so it
    /// was withheld.
    Unfitting,
    /// The answer has definitions that could not be kept, so it was withheld.
    Unpinned {
        /// Why they could not.
        detail: String,
    },
    /// The answer could not be put on record, so it was withheld.
    Unrecorded {
        /// Why it could not.
        detail: String,
    },
}

impl Ending {
    /// Its name in records.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::UpstreamUnreachable { .. } => "upstream_unreachable",
            Self::UpstreamTimedOut { .. } => "upstream_timed_out",
            Self::UpstreamBroke { .. } => "upstream_broke",
            Self::UpstreamMalformed { .. } => "upstream_malformed",
            Self::UpstreamTooLarge { .. } => "upstream_too_large",
            Self::CredentialRefused { .. } => "upstream_credential_refused",
            Self::ClientLeft { .. } => "client_left",
            Self::Cancelled => "cancelled",
            Self::StreamEnded => "stream_ended",
            Self::GatewayStopped => "gateway_stopped",
            Self::Halted(_) => "stopped_by_operator",
            Self::Unmaskable => "unmaskable",
            Self::Unfitting => "unfitting",
            Self::Unpinned { .. } => "unpinned",
            Self::Unrecorded { .. } => "unrecorded",
        }
    }

    pub(crate) const fn kind(&self) -> Kind {
        match self {
            Self::StreamEnded | Self::ClientLeft { cancelled: false } => Kind::Transport,
            Self::UpstreamUnreachable { .. }
            | Self::UpstreamTimedOut { .. }
            | Self::UpstreamBroke { .. }
            | Self::UpstreamMalformed { .. }
            | Self::UpstreamTooLarge { .. }
            | Self::CredentialRefused { .. }
            | Self::ClientLeft { cancelled: true }
            | Self::Cancelled
            | Self::GatewayStopped
            | Self::Halted(_)
            | Self::Unmaskable
            | Self::Unfitting
            | Self::Unpinned { .. }
            | Self::Unrecorded { .. } => Kind::Failure,
        }
    }

    /// What the operator reads.
    pub(crate) fn detail(&self) -> Option<String> {
        match self {
            Self::UpstreamUnreachable { detail }
            | Self::UpstreamBroke { detail, .. }
            | Self::UpstreamMalformed { detail, .. }
            | Self::Unpinned { detail }
            | Self::Unrecorded { detail } => Some(detail.clone()),
            Self::UpstreamTimedOut { waited_ms } => Some(format!("waited {waited_ms} ms")),
            Self::UpstreamTooLarge { bytes_max } => Some(format!("the limit is {bytes_max} bytes")),
            Self::CredentialRefused { status } => Some(format!("the server answered {status}")),
            Self::Halted(halt) => Some(halt.to_string()),
            Self::ClientLeft { cancelled: true } => Some("the call was cancelled".to_owned()),
            Self::ClientLeft { cancelled: false }
            | Self::Cancelled
            | Self::StreamEnded
            | Self::Unmaskable
            | Self::Unfitting
            | Self::GatewayStopped => None,
        }
    }

    /// Whether a tool's caller is told of it as of a tool's own failure, which models read and no client
    /// holds to a schema.
    pub(crate) const fn is_for_models(&self) -> bool {
        matches!(self, Self::Unfitting | Self::Halted(_))
    }

    /// The bytes that prove it.
    pub fn evidence(&self) -> &[u8] {
        match self {
            Self::UpstreamBroke { cut, .. } => cut,
            Self::UpstreamMalformed { bytes, .. } => bytes,
            _ => &[],
        }
    }

    /// What the agent is told: HTTP status, JSON-RPC code and text. `None`: there is nobody to
    /// tell, or nothing to say.
    pub(crate) fn told(&self) -> Option<(u16, i64, String)> {
        let (status, text) = match self {
            Self::UpstreamUnreachable { .. } => (502, "the MCP server cannot be reached".into()),
            Self::UpstreamTimedOut { waited_ms } => (
                504,
                format!("the MCP server did not answer within {waited_ms} ms"),
            ),
            Self::UpstreamBroke { .. } => (
                502,
                "the MCP server's connection broke before its answer was complete".into(),
            ),
            Self::UpstreamMalformed { .. } => (
                502,
                "the MCP server's answer is not a valid MCP message".into(),
            ),
            Self::UpstreamTooLarge { bytes_max } => (
                502,
                format!("the MCP server's answer is larger than {bytes_max} bytes"),
            ),
            Self::CredentialRefused { .. } => (
                502,
                "the MCP server refused the gateway's credential".into(),
            ),
            Self::Unmaskable => (
                502,
                "the MCP server's answer could not be masked, so it is withheld".into(),
            ),
            Self::Unfitting => (
                200,
                "The tool's result has data that may not be shown here, and what is left of it does \
                 not fit the tool's outputSchema, so it is withheld."
                    .into(),
            ),
            Self::Halted(halt) => (200, told::halted(halt)),
            Self::Unpinned { .. } => (
                503,
                "the MCP server's definitions could not be kept, so they are withheld".into(),
            ),
            // Nobody waits for it; what was not begun still needs a body.
            Self::Cancelled => (200, "the request was cancelled".into()),
            Self::GatewayStopped => (503, "the gateway was stopped".into()),
            // The client is told by the constant that says so, before this is on record.
            Self::ClientLeft { .. } | Self::StreamEnded | Self::Unrecorded { .. } => return None,
        };
        let code = match self {
            Self::Halted(_) => code::BLOCKED,
            _ => code::INTERNAL_ERROR,
        };
        Some((status, code, text))
    }
}
