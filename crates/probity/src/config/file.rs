//! The configuration as it is written: every member optional, nothing checked but its shape.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::arguments::ArgumentFile;
use super::identity::IdentityFile;
use super::masking::MaskingFile;
use super::policy::PolicyFile;
use super::setting::Written;

/// A whole file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ConfigFile {
    pub(super) listen: Option<Spanned<String>>,
    pub(super) data: Option<Spanned<String>>,
    pub(super) org: Option<Spanned<String>>,
    pub(super) node: Option<Spanned<String>>,
    pub(super) hosts: Vec<Spanned<String>>,
    pub(super) origins: Vec<Spanned<String>>,
    pub(super) receipts: bool,
    pub(super) serve_log: Option<bool>,
    pub(super) anonymous: Option<Spanned<bool>>,
    pub(super) public_url: Option<Spanned<String>>,
    pub(super) identity: IdentityFile,
    pub(super) upstreams: BTreeMap<Spanned<String>, Spanned<UpstreamFile>>,
    pub(super) policy: PolicyFile,
    pub(super) masking: MaskingFile,
    pub(super) witnesses: Vec<Spanned<WitnessFile>>,
    pub(super) timestamps: Vec<Spanned<AuthorityFile>>,
    pub(super) limits: LimitsFile,
    pub(super) keys: KeysFile,
    pub(super) purge: PurgeFile,
}

/// Where the keyring hangs.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct KeysFile {
    pub(super) root: RootFile,
}

/// Where the root key is; a file in the data directory if nothing is said.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RootFile {
    pub(super) vault: Option<Spanned<VaultFile>>,
}

/// A key in Vault's transit engine.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct VaultFile {
    pub(super) url: Option<Spanned<String>>,
    pub(super) mount: Option<Spanned<String>>,
    pub(super) key: Option<Spanned<String>>,
    pub(super) namespace: Option<Spanned<String>>,
    pub(super) token: Option<Spanned<Written>>,
    pub(super) authorities: Option<Spanned<String>>,
    pub(super) answer_ms_max: Option<Spanned<u64>>,
}

/// What a purge takes.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct PurgeFile {
    pub(super) approvals_min: Option<Spanned<usize>>,
}

/// A witness of the logs.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct WitnessFile {
    pub(super) url: Option<Spanned<String>>,
    pub(super) vkey: Option<Spanned<String>>,
    pub(super) logs: Option<Vec<Spanned<String>>>,
    pub(super) interval_ms: Option<Spanned<u64>>,
}

/// A timestamp authority.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct AuthorityFile {
    pub(super) url: Option<Spanned<String>>,
    pub(super) logs: Option<Vec<Spanned<String>>>,
    pub(super) interval_ms: Option<Spanned<u64>>,
}

/// One MCP server: a `url` or a `command`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct UpstreamFile {
    pub(super) url: Option<Spanned<String>>,
    pub(super) transport: Option<Spanned<String>>,
    pub(super) credential: Option<CredentialFile>,
    pub(super) headers: BTreeMap<Spanned<String>, Spanned<Written>>,
    pub(super) authorities: Option<Spanned<String>>,
    pub(super) command: Option<Spanned<Vec<Spanned<String>>>>,
    pub(super) env: BTreeMap<Spanned<String>, Spanned<Written>>,
    pub(super) dir: Option<Spanned<String>>,
    pub(super) anonymous: Option<Spanned<bool>>,
    pub(super) authentication: Option<Spanned<Vec<Spanned<String>>>>,
    pub(super) scopes: Vec<Spanned<String>>,
    pub(super) tool_scopes: BTreeMap<String, Vec<Spanned<String>>>,
    pub(super) dialect: Option<Spanned<String>>,
    pub(super) roots: Vec<String>,
    pub(super) arguments: Vec<ArgumentFile>,
}

/// How the gateway shows who it is to a server.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct CredentialFile {
    pub(super) bearer: Option<Spanned<Written>>,
}

macro_rules! limits {
    ($($(#[$doc:meta])* $name:ident: $type:ty,)*) => {
        /// The limits, named as the data path names them.
        #[derive(Debug, Default, Deserialize)]
        #[serde(deny_unknown_fields, default)]
        pub(super) struct LimitsFile { $(pub(super) $name: Option<Spanned<$type>>,)* }

        impl LimitsFile {
            /// Lays what is written over the defaults; returns what is zero, which no limit may be.
            pub(super) fn apply(
                &self,
                limits: &mut gateway::Limits,
            ) -> Vec<(&'static str, std::ops::Range<usize>)> {
                let mut zero = Vec::new();
                $(if let Some(value) = &self.$name {
                    if *value.get_ref() == 0 {
                        zero.push((stringify!($name), value.span()));
                    }
                    limits.$name = *value.get_ref();
                })*
                zero
            }
        }

        /// Every limit and its value.
        pub(super) fn limits_table(limits: &gateway::Limits) -> Vec<(&'static str, u64)> {
            vec![$((stringify!($name), u64::try_from(limits.$name).unwrap_or(u64::MAX)),)*]
        }
    };
}

limits! {
    body_bytes_max: usize,
    answer_bytes_max: usize,
    head_bytes_max: usize,
    head_ms_max: u64,
    body_ms_max: u64,
    depth_max: usize,
    connections_max: usize,
    sessions_max: usize,
    session_streams_max: usize,
    calls_max: usize,
    answer_ms_max: u64,
    connect_ms_max: u64,
    session_idle_ms_max: u64,
    keep_alive_ms: u64,
    approval_wait_ms_max: u64,
    drain_ms_max: u64,
    stream_ahead_max: usize,
}
