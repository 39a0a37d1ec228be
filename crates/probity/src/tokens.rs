//! The keys with which callers show who they are: making, keeping, watching them.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use arc_swap::ArcSwap;
use identity::{ApiKey, ApiKeys, IssuedKey, KeySecret, Role};
use model::{Timestamp, UpstreamName};
use store::ApiKeyFile;

use crate::system::{now, random};

/// How often a running gateway looks whether keys were made or revoked.
const WATCH: Duration = Duration::from_millis(500);

/// Whom a new token stands for, and what it opens.
#[derive(Debug, Clone)]
pub(crate) struct Wanted<'a> {
    pub(crate) subject: &'a str,
    pub(crate) role: Role,
    /// The groups that it puts them in.
    pub(crate) groups: &'a [Arc<str>],
    /// Empty: all upstreams.
    pub(crate) upstreams: &'a [UpstreamName],
    pub(crate) expires: Option<Timestamp>,
}

/// The keys of a data directory, which is created if it is missing.
pub(crate) fn open(data: &Path) -> Result<ApiKeyFile> {
    ApiKeyFile::open(data, random)
        .with_context(|| format!("cannot use the keys of `{}`", data.display()))
}

/// Makes a key and keeps its hash.
pub(crate) fn issue(file: &ApiKeyFile, wanted: &Wanted<'_>) -> Result<IssuedKey> {
    let secret = KeySecret {
        id: random(),
        secret: random(),
    };
    let pepper = file.pepper();
    let mut issued = ApiKey::issue(&secret, pepper, wanted.subject, wanted.role, now());
    issued.key.groups = wanted.groups.to_vec();
    issued.key.expires = wanted.expires;
    issued.key.upstreams = (!wanted.upstreams.is_empty()).then(|| wanted.upstreams.to_vec());
    file.insert(issued.key.clone())?;
    Ok(issued)
}

/// Whether any of the keys still opens something.
pub(crate) fn any_usable(keys: &[ApiKey]) -> bool {
    let now = now();
    keys.iter()
        .any(|key| key.revoked.is_none_or(|at| at > now) && key.expires.is_none_or(|at| at > now))
}

/// What the gateway asks who calls.
pub(crate) fn known(file: &ApiKeyFile) -> Result<ApiKeys> {
    Ok(ApiKeys::new(file.pepper().clone(), file.load()?))
}

/// Keeps `keys` as the file says, for ever. A file that cannot be read changes nothing: keys that
/// were good stay good, and the operator reads why.
pub(crate) async fn watch(file: ApiKeyFile, keys: Arc<ArcSwap<ApiKeys>>) {
    let mut stamp = file.stamp();
    loop {
        tokio::time::sleep(WATCH).await;
        let now = file.stamp();
        if now == stamp {
            continue;
        }
        match known(&file) {
            Ok(fresh) => {
                keys.store(Arc::new(fresh));
                stamp = now;
                tracing::info!("the API keys changed and are in force");
            }
            Err(error) => tracing::error!("the API keys changed and cannot be read: {error:#}"),
        }
    }
}
