//! What is different between two versions of a definition.

use serde_json::Value;

use crate::canonical;

/// Most changes that are told one by one.
const CHANGES_MAX: usize = 200;

/// What changed from one JSON document to another.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Difference {
    /// In the order of the members' names; elements of arrays by their place.
    pub changes: Vec<Change>,
    /// How many more there are.
    pub more: usize,
}

/// One member or element that changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// JSON Pointer (RFC 6901).
    pub path: String,
    /// What was there, as canonical JSON; `None`: nothing.
    pub old: Option<String>,
    /// What is there now; `None`: nothing.
    pub new: Option<String>,
}

/// The changes from `old` to `new`; what has no canonical form counts as nothing.
pub fn difference(old: &[u8], new: &[u8]) -> Difference {
    let read = |text| serde_json::from_slice::<Value>(&canonical(text)?).ok();
    let mut found = Difference::default();
    compare(
        read(old).as_ref(),
        read(new).as_ref(),
        &mut String::new(),
        &mut found,
    );
    found
}

/// Adds one step to a JSON Pointer.
pub(crate) fn pointer(path: &mut String, name: &str) {
    path.push('/');
    path.push_str(&name.replace('~', "~0").replace('/', "~1"));
}

fn compare(old: Option<&Value>, new: Option<&Value>, path: &mut String, found: &mut Difference) {
    let step = |path: &mut String, name: &str, old, new, found: &mut Difference| {
        let length = path.len();
        pointer(path, name);
        compare(old, new, path, found);
        path.truncate(length);
    };
    match (old, new) {
        (old, new) if old == new => {}
        (Some(Value::Object(old)), Some(Value::Object(new))) => {
            let mut names: Vec<&String> = old.keys().chain(new.keys()).collect();
            names.sort_unstable();
            names.dedup();
            for name in names {
                step(path, name, old.get(name), new.get(name), found);
            }
        }
        (Some(Value::Array(old)), Some(Value::Array(new))) => {
            for at in 0..old.len().max(new.len()) {
                step(path, &at.to_string(), old.get(at), new.get(at), found);
            }
        }
        (old, new) if found.changes.len() < CHANGES_MAX => found.changes.push(Change {
            path: path.clone(),
            old: old.map(ToString::to_string),
            new: new.map(ToString::to_string),
        }),
        _ => found.more += 1,
    }
}
