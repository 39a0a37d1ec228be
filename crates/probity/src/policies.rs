//! The operator's policies: reading them, watching them, putting each set that comes into force on
//! record.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use arc_swap::ArcSwap;
use inspect::pins::Kind;
use policy::{Mistake, Policy, RuleChange, Source, Tools, defaults};
use serde_json::{Value, json};
use store::{PinFile, WatchedStamp};

use crate::system::at;

/// How often a running gateway looks whether its policies were changed.
const WATCH: Duration = Duration::from_millis(500);

/// Where policies are.
#[derive(Debug, Clone)]
pub(crate) struct Policies {
    /// Those that the product brings along, by name.
    shipped: Vec<Arc<str>>,
    /// Files, and folders whose `.cedar` files are meant: as they are written, and where that is.
    places: Vec<(String, PathBuf)>,
    /// Where the definitions of the servers' tools are kept, whose arguments policies may name.
    data: Option<PathBuf>,
}

/// What the files were like when they were read.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Stamp {
    files: Vec<(String, Option<FileState>)>,
    tools: Option<WatchedStamp>,
}

/// What a file was like.
#[derive(Debug, Clone, PartialEq, Eq)]
struct FileState {
    modified: SystemTime,
    bytes: u64,
    owner_uid: u32,
}

/// A set that comes into force in the place of another.
pub(crate) struct Replaced<'a> {
    pub(crate) before: &'a Policy,
    pub(crate) fresh: &'a Policy,
    /// The files that are not as they were.
    files: Vec<(String, Option<FileState>)>,
}

impl Replaced<'_> {
    /// For the record: the digest of before, what was added, removed and changed, and whose files that
    /// was in. Who wrote them is not known; who owns them now is.
    pub(crate) fn told(&self) -> Value {
        let (mut added, mut removed, mut changed) = (Vec::new(), Vec::new(), Vec::new());
        for RuleChange { id, was, is } in self.fresh.changes_since(self.before) {
            let [was, is] = [was, is].map(|digest| digest.map(|digest| digest.to_string()));
            match (was, is) {
                (None, is) => added.push(json!({ "id": id, "digest": is })),
                (was, None) => removed.push(json!({ "id": id, "was": was })),
                (was, is) => changed.push(json!({ "id": id, "was": was, "digest": is })),
            }
        }
        let files = self.files.iter().map(|(file, state)| match state {
            Some(state) => json!({
                "file": file,
                "owner": format!("uid {}", state.owner_uid),
                "modified": at(state.modified).to_string(),
            }),
            None => json!({ "file": file, "gone": true }),
        });
        json!({
            "was": self.before.digest().to_string(),
            "added": added,
            "removed": removed,
            "changed": changed,
            "files": files.collect::<Vec<_>>(),
        })
    }
}

/// Everything that the product brings along.
impl Default for Policies {
    fn default() -> Self {
        Self::below(Path::new(""), []).with_shipped(defaults::names())
    }
}

impl Policies {
    /// Of these places, each as it is written, below `folder`.
    pub(crate) fn below(folder: &Path, written: impl IntoIterator<Item = String>) -> Self {
        let places = written.into_iter();
        let places = places.map(|written| (written.clone(), folder.join(written)));
        Self {
            shipped: Vec::new(),
            places: places.collect(),
            data: None,
        }
    }

    /// With the tools that servers have shown, as this data directory keeps them.
    pub(crate) fn with_tools_of(self, data: &Path) -> Self {
        let data = Some(data.to_owned());
        Self { data, ..self }
    }

    /// The tools whose arguments policies may name: each as the accepted definition has it, else as it
    /// was seen first.
    ///
    /// # Errors
    ///
    /// The definitions cannot be read.
    pub(crate) fn tools(&self) -> Result<Tools, Mistake> {
        let mut tools = Tools::default();
        let Some(data) = &self.data else {
            return Ok(tools);
        };
        let pins = PinFile::to_read(data).load().map_err(|error| Mistake {
            file: data.display().to_string().into(),
            line: None,
            what: error.to_string(),
            help: None,
        })?;
        for (key, pinned) in pins.iter().filter(|(key, _)| key.kind == Kind::Tool) {
            let definition: Value = serde_json::from_str(&pinned.version.text).unwrap_or_default();
            let schema = definition.get("inputSchema").unwrap_or(&Value::Null);
            tools.add(key.upstream.as_str(), &key.name, schema);
        }
        Ok(tools)
    }

    /// With these of those that the product brings along.
    pub(crate) fn with_shipped<'a>(self, names: impl IntoIterator<Item = &'a str>) -> Self {
        let shipped = names.into_iter().map(Arc::from).collect();
        Self { shipped, ..self }
    }

    /// Without one of those that the product brings along.
    pub(crate) fn without(mut self, name: &str) -> Self {
        self.shipped.retain(|shipped| &**shipped != name);
        self
    }

    /// As they are written; those that the product brings along as `default/NAME`, or together as
    /// `defaults`.
    pub(crate) fn written(&self) -> Vec<String> {
        let all =
            defaults::names().all(|name| self.shipped.iter().any(|shipped| &**shipped == name));
        let mut written = match all {
            true => vec!["defaults".to_owned()],
            false => self
                .shipped
                .iter()
                .map(|name| format!("default/{name}"))
                .collect(),
        };
        written.extend(self.places.iter().map(|(written, _)| written.clone()));
        written
    }

    /// The set as it is on disk now.
    ///
    /// # Errors
    ///
    /// Every mistake in it; a place that cannot be read, or is a folder without policies.
    pub(crate) fn load(&self) -> Result<Policy, Vec<Mistake>> {
        let mut sources = defaults::some(self.shipped.iter().map(|name| &**name));
        let mut mistakes = Vec::new();
        for (name, path) in self.files() {
            match path.and_then(fs::read_to_string) {
                Ok(text) => sources.push(Source {
                    name: name.into(),
                    text: text.into(),
                }),
                Err(error) => mistakes.push(Mistake {
                    file: name.into(),
                    line: None,
                    what: format!("cannot be read: {error}"),
                    help: None,
                }),
            }
        }
        let tools = self.tools().unwrap_or_else(|mistake| {
            mistakes.push(mistake);
            Tools::default()
        });
        if mistakes.is_empty() {
            Policy::load(&sources, tools)
        } else {
            Err(mistakes)
        }
    }

    /// Each file by its name and path, in the order of the places; within a folder by name.
    fn files(&self) -> Vec<(String, io::Result<PathBuf>)> {
        let mut files = Vec::new();
        for (written, path) in &self.places {
            if !path.is_dir() {
                files.push((written.clone(), Ok(path.clone())));
                continue;
            }
            let found = match cedar_files(path) {
                Ok(found) if found.is_empty() => Err(io::Error::other("no `.cedar` file in it")),
                found => found,
            };
            match found {
                Ok(found) => files.extend(found.into_iter().map(|name| {
                    let path = path.join(&name);
                    (
                        format!("{}/{name}", written.trim_end_matches('/')),
                        Ok(path),
                    )
                })),
                Err(error) => files.push((written.clone(), Err(error))),
            }
        }
        files
    }

    fn stamp(&self) -> Stamp {
        let files = self.files().into_iter();
        let files = files.filter_map(|(name, path)| Some((name, path.ok()?)));
        let data = self.data.as_deref();
        Stamp {
            tools: data.map(|data| PinFile::to_read(data).stamp()),
            files: files
                .map(|(name, path)| (name, FileState::of(&path)))
                .collect(),
        }
    }
}

impl FileState {
    fn of(path: &Path) -> Option<Self> {
        let metadata = fs::metadata(path).ok()?;
        Some(Self {
            modified: metadata.modified().ok()?,
            bytes: metadata.len(),
            owner_uid: metadata.uid(),
        })
    }
}

impl Stamp {
    /// The files that were otherwise before, or not there; and those that are gone.
    fn changed_since(&self, before: &Self) -> Vec<(String, Option<FileState>)> {
        let is_new = |file: &&(String, Option<FileState>)| !before.files.contains(file);
        let new = self.files.iter().filter(is_new).cloned();
        let is_gone = |name: &str| self.files.iter().all(|(other, _)| other != name);
        let old = before.files.iter().filter(|(name, _)| is_gone(name));
        new.chain(old.map(|(name, _)| (name.clone(), None)))
            .collect()
    }
}

fn cedar_files(folder: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name();
        let name = name.to_str().filter(|name| name.ends_with(".cedar"));
        names.extend(name.map(str::to_owned));
    }
    names.sort_unstable();
    Ok(names)
}

/// Replaces the set in force whenever its files change. A set with a mistake never replaces a good
/// one, and none comes into force before `record` has put it on record.
pub(crate) async fn watch<F>(
    policies: Policies,
    in_force: Arc<ArcSwap<Policy>>,
    record: impl Fn(Replaced<'_>) -> F + Send,
) where
    F: Future<Output = anyhow::Result<()>> + Send,
{
    let mut stamp = policies.stamp();
    // As the files were when the set in force was read from them.
    let mut read = stamp.clone();
    // What came between reading at the start and here is seen, too: the digests are compared.
    let mut unread = true;
    let recorded = |in_force: &ArcSwap<Policy>, fresh: &Policy, files| {
        let before = &in_force.load();
        record(Replaced {
            before,
            fresh,
            files,
        })
    };
    loop {
        tokio::time::sleep(WATCH).await;
        let now = policies.stamp();
        if now == stamp && !unread {
            continue;
        }
        (stamp, unread) = (now, false);
        match policies.load() {
            // The same policies over other tools: the definitions are on record by themselves.
            Ok(fresh) if fresh.digest() == in_force.load().digest() => {
                in_force.store(Arc::new(fresh));
                read.clone_from(&stamp);
            }
            Ok(fresh) => match recorded(&in_force, &fresh, stamp.changed_since(&read)).await {
                Ok(()) => {
                    read.clone_from(&stamp);
                    tracing::info!(digest = %fresh.digest(), "the policies changed and are in force");
                    in_force.store(Arc::new(fresh));
                }
                Err(error) => {
                    // It is tried again.
                    unread = true;
                    tracing::error!(
                        "the policies changed, and this cannot be put on record: {error:#}"
                    );
                }
            },
            Err(mistakes) => {
                for mistake in mistakes {
                    tracing::error!(
                        "the policies changed, and those of before stay in force: {mistake}"
                    );
                }
            }
        }
    }
}
