//! Which claims say what, as it is written.

use std::collections::BTreeMap;

use identity::{ClaimMap, ClaimPath};
use serde::Deserialize;

/// The `claims` table of an issuer. Paths are names with dots between them, or JSON Pointers.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ClaimsFile {
    subject: Option<String>,
    client: Option<Vec<String>>,
    groups: Option<String>,
    group_prefix: String,
    scopes: Option<Vec<String>>,
    service_when: BTreeMap<String, String>,
}

impl ClaimsFile {
    pub(super) fn resolve(&self) -> ClaimMap {
        let path = |text: &String| ClaimPath::new(text);
        let paths = |texts: &Vec<String>| texts.iter().map(path).collect();
        let given = ClaimMap::default();
        ClaimMap {
            subject: self.subject.as_ref().map_or(given.subject, path),
            client: self.client.as_ref().map_or(given.client, paths),
            groups: self.groups.as_ref().map(path),
            group_prefix: self.group_prefix.clone(),
            scopes: self.scopes.as_ref().map_or(given.scopes, paths),
            service_when: self
                .service_when
                .iter()
                .map(|(claim, is)| (path(claim), is.clone()))
                .collect(),
        }
    }
}

/// In one line.
pub(super) fn told(map: &ClaimMap) -> String {
    let join = |paths: &[ClaimPath]| {
        let all: Vec<&str> = paths.iter().map(ClaimPath::as_str).collect();
        all.join(" or ")
    };
    let groups = map.groups.as_ref().map_or("none", ClaimPath::as_str);
    let mut told = format!(
        "subject {}, client {}, groups {groups}, scopes {}",
        map.subject.as_str(),
        join(&map.client),
        join(&map.scopes)
    );
    if !map.group_prefix.is_empty() {
        told.push_str(&format!(", groups are called {}NAME", map.group_prefix));
    }
    for (claim, is) in &map.service_when {
        told.push_str(&format!(", a service when {} is {is}", claim.as_str()));
    }
    told
}
