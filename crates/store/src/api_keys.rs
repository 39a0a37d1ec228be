//! The API keys: hashes in one file, the pepper that they were made with in another.

use std::path::Path;

use identity::{ApiKey, Pepper, Role};
use model::Timestamp;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::watched::{WatchedError, WatchedFile, WatchedStamp};

/// The pepper's file in a data directory: 32 bytes.
const PEPPER: &str = "keys/api-keys.pepper";
/// The file of hashes.
const HASHES: &str = "keys/api-keys.json";

/// The API keys of a data directory. Several processes may use it at once.
#[derive(Debug, Clone)]
pub struct ApiKeyFile {
    file: WatchedFile,
    pepper: Pepper,
}

impl ApiKeyFile {
    /// Opens the keys of `data`, creating folder and pepper on first use from `random`.
    ///
    /// # Errors
    ///
    /// [`WatchedError`]: a file cannot be used, or the pepper has another length than 32 bytes.
    pub fn open(data: &Path, random: impl FnOnce() -> [u8; 32]) -> Result<Self, WatchedError> {
        let file = WatchedFile::new(data, HASHES, "hold API keys");
        file.create_folder()?;
        let _lock = file.lock()?;
        let kept = WatchedFile::new(data, PEPPER, "hold a pepper");
        let bytes = match kept.read()? {
            Some(bytes) => Zeroizing::new(bytes),
            None => {
                let bytes = Zeroizing::new(random().to_vec());
                kept.replace(&bytes)?;
                bytes
            }
        };
        let bytes: &[u8; 32] = bytes
            .as_slice()
            .try_into()
            .map_err(|_| kept.wrong(format!("{} bytes, and a pepper has 32", bytes.len())))?;
        let pepper = Pepper::new(bytes);
        Ok(Self { file, pepper })
    }

    /// What hashes are made with.
    pub const fn pepper(&self) -> &Pepper {
        &self.pepper
    }

    /// All keys, the oldest first.
    ///
    /// # Errors
    ///
    /// [`WatchedError`]: the file cannot be read, or is not what this version wrote.
    pub fn load(&self) -> Result<Vec<ApiKey>, WatchedError> {
        let Some(text) = self.file.read()? else {
            return Ok(Vec::new());
        };
        serde_json::from_slice::<Vec<Kept>>(&text)
            .map_err(|error| error.to_string())
            .and_then(|all| all.into_iter().map(Kept::into_key).collect())
            .map_err(|reason| self.file.wrong(reason))
    }

    /// Keeps a new key; durable on return.
    ///
    /// # Errors
    ///
    /// As [`ApiKeyFile::load`], and the file cannot be written.
    pub fn insert(&self, key: ApiKey) -> Result<(), WatchedError> {
        let _lock = self.file.lock()?;
        let mut all = self.load()?;
        all.retain(|other| other.id != key.id);
        all.push(key);
        self.save(&all)
    }

    /// Refuses a key from `at` on; durable on return. `false`: there is no such key.
    ///
    /// # Errors
    ///
    /// As [`ApiKeyFile::load`], and the file cannot be written.
    pub fn revoke(&self, id: &str, at: Timestamp) -> Result<bool, WatchedError> {
        let _lock = self.file.lock()?;
        let mut all = self.load()?;
        let Some(key) = all.iter_mut().find(|key| key.id.as_ref() == id) else {
            return Ok(false);
        };
        key.revoked = Some(key.revoked.map_or(at, |earlier| earlier.min(at)));
        self.save(&all)?;
        Ok(true)
    }

    /// Changes whenever the keys change: to notice it without reading them.
    pub fn stamp(&self) -> WatchedStamp {
        self.file.stamp()
    }

    fn save(&self, keys: &[ApiKey]) -> Result<(), WatchedError> {
        let kept: Vec<Kept> = keys.iter().map(Kept::from_key).collect();
        let text = serde_json::to_vec_pretty(&kept).map_err(|error| self.file.wrong(error))?;
        self.file.replace(&text)
    }
}

/// One key as it stands in the file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    id: String,
    subject: String,
    role: KeptRole,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    groups: Vec<std::sync::Arc<str>>,
    hash: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    upstreams: Option<Vec<String>>,
    created_us: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_us: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    revoked_us: Option<u64>,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum KeptRole {
    Person,
    Service,
}

impl Kept {
    fn from_key(key: &ApiKey) -> Self {
        let upstreams = key.upstreams.as_ref();
        Self {
            id: key.id.to_string(),
            subject: key.subject.to_string(),
            role: match key.role {
                Role::Person => KeptRole::Person,
                Role::Service => KeptRole::Service,
            },
            groups: key.groups.clone(),
            hash: key.hash.iter().map(|b| format!("{b:02x}")).collect(),
            upstreams: upstreams.map(|names| names.iter().map(ToString::to_string).collect()),
            created_us: key.created.unix_us(),
            expires_us: key.expires.map(Timestamp::unix_us),
            revoked_us: key.revoked.map(Timestamp::unix_us),
        }
    }

    fn into_key(self) -> Result<ApiKey, String> {
        let upstreams = self.upstreams.map(|names| {
            names
                .iter()
                .map(|name| name.parse().map_err(|e| format!("`{name}`: {e}")))
                .collect::<Result<Vec<_>, String>>()
        });
        Ok(ApiKey {
            hash: hash(&self.hash).ok_or("a hash has 64 hexadecimal digits")?,
            groups: self.groups,
            id: self.id.into(),
            subject: self.subject.into(),
            role: match self.role {
                KeptRole::Person => Role::Person,
                KeptRole::Service => Role::Service,
            },
            upstreams: upstreams.transpose()?,
            created: Timestamp::from_unix_us(self.created_us),
            expires: self.expires_us.map(Timestamp::from_unix_us),
            revoked: self.revoked_us.map(Timestamp::from_unix_us),
        })
    }
}

fn hash(text: &str) -> Option<[u8; 32]> {
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let mut hash = [0; 32];
    if pairs.len() != hash.len() || !rest.is_empty() {
        return None;
    }
    for (byte, [high, low]) in hash.iter_mut().zip(pairs) {
        let digit = |c: u8| char::from(c).to_digit(16);
        *byte = u8::try_from(digit(*high)? << 4 | digit(*low)?).ok()?;
    }
    Some(hash)
}
