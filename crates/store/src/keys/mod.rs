//! Where keys are kept: the root key and the log's signing key as files, all others wrapped in a
//! small database that forgets what is deleted.

mod files;
mod holds;
mod keyring;
mod purges;
mod root;
mod schema;

pub use files::KeyFileError;
pub(crate) use files::{
    ROOT_KEY, create_log_key, create_org_key, create_root_key, load_log_key, load_org_key,
    load_root_key, log_key_path, org_key_path,
};
pub(crate) use holds::{Held, HoldRow, HoldStage, Placing};
pub use keyring::KeyringError;
pub(crate) use keyring::{Arrival, Keyring, SessionKey};
pub use purges::KeysDestroyed;
pub(crate) use purges::{PurgeRow, Stage, Wrapped};
pub(crate) use root::FileRoot;
pub use root::{RootKey, RootKeyError};
