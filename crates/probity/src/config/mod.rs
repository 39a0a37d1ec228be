//! Configuration: one TOML file, `PROBITY_…` variables and flags over it, parsed once at the door.
//!
//! A [`ConfigFile`](file::ConfigFile) is what somebody wrote; a [`Config`] cannot be wrong any more.
//! All mistakes are reported together, each with its place.

mod anchors;
mod arguments;
mod document;
mod file;
mod identity;
mod masking;
mod mistake;
mod overrides;
mod policy;
mod print;
mod resolve;
mod setting;
mod template;
mod vault;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use gateway::{Access, AnchorConfig, Limits, Target, TransitConfig};
use model::UpstreamName;

use crate::policies::Policies;
use crate::root;

pub(crate) use identity::Identity;
pub(crate) use masking::Masking;
pub(crate) use mistake::{Mistake, Mistakes};
pub(crate) use overrides::{Given, Override};
pub(crate) use policy::mistake as policy_mistake;
pub(crate) use print::{print_json, print_text};
pub(crate) use setting::Source;
pub(crate) use template::TEMPLATE;

/// Where the gateway listens unless it is told otherwise.
pub(crate) const LISTEN_DEFAULT: &str = "127.0.0.1:8808";
/// Where data is kept unless it is told otherwise, beside the configuration file.
pub(crate) const DATA_DEFAULT: &str = "probity-data";
/// The configuration file that is taken if it is there and no other is named.
pub(crate) const FILE_DEFAULT: &str = "probity.toml";

/// The resolved configuration.
#[derive(Debug, Clone)]
pub(crate) struct Config {
    /// Where to listen.
    pub(crate) listen: SocketAddr,
    /// The data directory.
    pub(crate) data: PathBuf,
    /// Who runs this: the first part of the log's origin.
    pub(crate) org: String,
    /// This machine's name in the log's origin.
    pub(crate) node: String,
    /// The URL below which clients reach it, if that is not where it listens.
    pub(crate) public_url: Option<Arc<str>>,
    /// Who vouches for callers.
    pub(crate) identity: Identity,
    /// Host names that requests may name besides loopback's own.
    pub(crate) hosts: Vec<Arc<str>>,
    /// Origins of web pages that may call.
    pub(crate) origins: Vec<Arc<str>>,
    /// Whether answers carry receipts.
    pub(crate) receipts: bool,
    /// Whether the published log is served under `/log/`.
    pub(crate) serve_log: bool,
    /// The MCP servers, by name.
    pub(crate) upstreams: BTreeMap<UpstreamName, Upstream>,
    /// Which policies decide.
    pub(crate) policies: Policies,
    /// What is masked for whom.
    pub(crate) masking: Masking,
    /// Who attests the logs' checkpoints.
    pub(crate) anchors: AnchorConfig,
    /// The limits of the data path.
    pub(crate) limits: Limits,
    /// The root key's place, if it is not a file in the data directory.
    pub(crate) root: Option<Vault>,
    /// How many people must approve a purge.
    pub(crate) purge_approvals_min: usize,
}

/// A data directory, and what it takes to open it: for commands that need nothing else.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    /// The data directory.
    pub(crate) data: PathBuf,
    /// The root key's place, if it is not a file there.
    root: Option<Vault>,
    purge_approvals_min: usize,
}

/// A key in Vault's transit engine, with where its token comes from.
#[derive(Debug, Clone)]
pub(crate) struct Vault {
    /// How it is asked, the token filled in.
    pub(crate) transit: TransitConfig,
    /// Where the token comes from, for printing.
    pub(crate) token: Source,
}

impl Place {
    /// The root key, if it is not a file in the data directory.
    pub(crate) fn root(&self) -> anyhow::Result<Option<Arc<dyn store::RootKey>>> {
        let vault = self.root.as_ref();
        vault.map(|vault| root::open(&vault.transit)).transpose()
    }

    /// What the store is told of a directory that exists.
    pub(crate) fn store(&self) -> anyhow::Result<store::Options> {
        Ok(store::Options {
            root: self.root()?,
            purge_approvals_min: self.purge_approvals_min,
            ..store::Options::default()
        })
    }
}

/// One MCP server, with where its secrets come from.
#[derive(Debug, Clone)]
pub(crate) struct Upstream {
    /// How it is reached, secrets filled in.
    pub(crate) target: Target,
    /// What opens it.
    pub(crate) access: Access,
    /// Header fields or environment variables that the gateway adds, for printing.
    pub(crate) settings: Vec<(String, Source)>,
    /// What its tools' arguments are.
    pub(crate) arguments: Arc<inspect::arguments::Settings>,
}

impl Config {
    /// The URL below which clients reach it.
    pub(crate) fn public_url(&self) -> Arc<str> {
        let listened = || format!("http://{}", self.listen).into();
        self.public_url.clone().unwrap_or_else(listened)
    }

    /// What the data path is told.
    pub(crate) fn gateway(&self) -> gateway::Config {
        gateway::Config {
            public_url: self.public_url.clone(),
            identity: self.identity.config.clone(),
            hosts: self.hosts.clone(),
            origins: self.origins.clone(),
            receipts: self.receipts,
            detector: self.masking.detector(),
            limits: self.limits.clone(),
            upstreams: self
                .upstreams
                .iter()
                .map(|(name, upstream)| {
                    let config = gateway::UpstreamConfig {
                        target: upstream.target.clone(),
                        access: upstream.access.clone(),
                        arguments: upstream.arguments.clone(),
                    };
                    (name.clone(), config)
                })
                .collect(),
            ..gateway::Config::new(self.listen)
        }
    }

    /// What the store is told.
    pub(crate) fn store(&self) -> anyhow::Result<store::Options> {
        let place = Place {
            data: self.data.clone(),
            root: self.root.clone(),
            purge_approvals_min: self.purge_approvals_min,
        };
        Ok(store::Options {
            org: self.org.clone(),
            node: self.node.clone(),
            ..place.store()?
        })
    }
}

/// Reads the file, lays the overrides over it, and resolves the result.
///
/// Without a `file`, [`FILE_DEFAULT`] is taken if it exists, else defaults alone.
///
/// # Errors
///
/// Every mistake that could be found, not only the first.
pub(crate) fn load(file: Option<&Path>, flags: Vec<Override>) -> Result<Config, Mistakes> {
    let (name, text, folder) = locate(file)?;
    let mut mistakes = Mistakes::default();
    let mut overrides = overrides::from_environment(std::env::vars_os(), &mut mistakes);
    overrides.extend(flags);
    parse(&name, &text, &folder, overrides, mistakes)
}

/// The data directory that a configuration means, and how to get at its keys; no other secrets are
/// looked up.
///
/// # Errors
///
/// The file cannot be read or is no TOML, or what it says about the keys is wrong.
pub(crate) fn place(file: Option<&Path>, flags: Vec<Override>) -> Result<Place, Mistakes> {
    let (name, text, folder) = locate(file)?;
    let mut overrides = overrides::from_environment(std::env::vars_os(), &mut Mistakes::default());
    overrides.extend(flags);
    let (mut shape, mut mistakes) = (Mistakes::default(), Mistakes::default());
    let document = document::Document::new(&name, &text, overrides);
    let file = document.read(&mut shape);
    let (root, purge_approvals_min) = resolve::custody(&file, &folder, &document, &mut mistakes);
    let data = match (&file.data, shape.is_empty()) {
        (Some(dir), _) => folder.join(dir.get_ref()),
        (None, true) => folder.join(DATA_DEFAULT),
        (None, false) => return Err(shape),
    };
    if mistakes.is_empty() {
        Ok(Place {
            data,
            root,
            purge_approvals_min,
        })
    } else {
        Err(mistakes)
    }
}

/// The data directory that a configuration means, for commands that need nothing else of it:
/// secrets are not looked up.
///
/// # Errors
///
/// The file cannot be read, or is no TOML.
pub(crate) fn data_dir(file: Option<&Path>, flags: Vec<Override>) -> Result<PathBuf, Mistakes> {
    let (name, text, folder) = locate(file)?;
    let mut overrides = overrides::from_environment(std::env::vars_os(), &mut Mistakes::default());
    overrides.extend(flags);
    let mut mistakes = Mistakes::default();
    let file = document::Document::new(&name, &text, overrides).read(&mut mistakes);
    match file.data {
        Some(dir) => Ok(folder.join(dir.get_ref())),
        None if mistakes.is_empty() => Ok(folder.join(DATA_DEFAULT)),
        None => Err(mistakes),
    }
}

/// The name, the text and the folder of the file that is meant.
fn locate(file: Option<&Path>) -> Result<(String, String, PathBuf), Mistakes> {
    let default = Path::new(FILE_DEFAULT);
    let Some(path) = file.or_else(|| default.exists().then_some(default)) else {
        return Ok(("defaults".to_owned(), String::new(), PathBuf::new()));
    };
    let folder = path.parent().unwrap_or(Path::new("")).to_owned();
    Ok((path.display().to_string(), read(path)?, folder))
}

fn read(path: &Path) -> Result<String, Mistakes> {
    std::fs::read_to_string(path).map_err(|error| {
        Mistakes::one(Mistake::nowhere(
            &path.display().to_string(),
            format!("cannot be read: {error}; `probity init` writes one"),
        ))
    })
}

fn parse(
    name: &str,
    text: &str,
    folder: &Path,
    overrides: Vec<Override>,
    mut mistakes: Mistakes,
) -> Result<Config, Mistakes> {
    let document = document::Document::new(name, text, overrides);
    let file = document.read(&mut mistakes);
    let config = resolve::resolve(&file, folder, &document, &mut mistakes);
    match config {
        Some(config) if mistakes.is_empty() => Ok(config),
        _ => Err(mistakes),
    }
}

#[cfg(test)]
mod tests;
