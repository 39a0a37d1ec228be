//! Who may import whom: the picture in `ARCHITECTURE.md` as a table.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use anyhow::{Context, Result};
use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package, PackageId};

/// What a crate may import.
enum May {
    /// Exactly these crates of the workspace.
    Import(&'static [&'static str]),
    /// Any crate of the workspace: it is for development only, so nothing may import it.
    ImportAnything,
}

const PURE: &[&str] = &[
    "model", "mcp", "inspect", "policy", "mask", "ledger", "identity", "gate",
];

const BELOW_THE_LINE: &[&str] = PURE;

const EDGES: &[(&str, May)] = &[
    ("model", May::Import(&[])),
    ("mcp", May::Import(&["model"])),
    ("inspect", May::Import(&["model"])),
    ("policy", May::Import(&["model"])),
    ("mask", May::Import(&["model"])),
    ("ledger", May::Import(&["model"])),
    ("identity", May::Import(&["model"])),
    (
        "gate",
        May::Import(&["model", "mcp", "inspect", "policy", "mask", "ledger"]),
    ),
    ("store", May::Import(BELOW_THE_LINE)),
    ("gateway", May::Import(BELOW_THE_LINE)),
    ("console", May::Import(BELOW_THE_LINE)),
    ("verify", May::Import(&["model", "ledger"])),
    ("sample", May::Import(&[])),
    (
        "probity",
        May::Import(&[
            "model", "mcp", "inspect", "policy", "mask", "ledger", "identity", "gate", "store",
            "gateway", "console", "verify", "sample",
        ]),
    ),
    ("testkit", May::ImportAnything),
    ("e2e", May::ImportAnything),
    ("bench", May::ImportAnything),
    ("xtask", May::Import(&[])),
];

/// Packages that no pure crate may reach, at any depth: runtimes, sockets, databases.
const IO_PACKAGES: &[&str] = &[
    "async-std",
    "axum",
    "hyper",
    "mio",
    "reqwest",
    "rusqlite",
    "smol",
    "socket2",
    "sqlx",
    "tokio",
    "tower",
];

/// Packages that the data path may not reach: they parse and print messages their own way.
const NOT_IN_THE_DATA_PATH: &[&str] = &["rmcp"];

pub(super) fn check(root: &Path) -> Result<Vec<String>> {
    let metadata = MetadataCommand::new()
        .current_dir(root)
        .exec()
        .context("cannot read cargo's metadata")?;
    let mut findings = Vec::new();
    for package in metadata.workspace_packages() {
        findings.extend(imports(package));
        let name = package.name.as_str();
        if PURE.contains(&name) || name == "verify" {
            findings.extend(reaches(&metadata, package, IO_PACKAGES));
        }
        if name == "gateway" {
            findings.extend(reaches(&metadata, package, NOT_IN_THE_DATA_PATH));
        }
    }
    Ok(findings)
}

/// The forbidden imports of one crate. Dev-dependencies are free: tests may meet anybody.
fn imports(package: &Package) -> Vec<String> {
    let name = package.name.as_str();
    let Some((_, may)) = EDGES.iter().find(|(known, _)| *known == name) else {
        return vec![format!(
            "crate `{name}` is in no picture: add it to ARCHITECTURE.md and to xtask's table"
        )];
    };
    let May::Import(allowed) = may else {
        return Vec::new();
    };
    package
        .dependencies
        .iter()
        .filter(|d| d.path.is_some() && d.kind != DependencyKind::Development)
        .filter(|d| !allowed.contains(&d.name.as_str()))
        .map(|d| format!("crate `{name}` may not import `{}`", d.name))
        .collect()
}

/// Which of `forbidden` a crate reaches through normal dependencies, and through whom.
fn reaches(metadata: &Metadata, from: &Package, forbidden: &[&str]) -> Vec<String> {
    let names: HashMap<&PackageId, &str> = metadata
        .packages
        .iter()
        .map(|p| (&p.id, p.name.as_str()))
        .collect();
    let nodes: HashMap<_, _> = metadata
        .resolve
        .iter()
        .flat_map(|resolve| resolve.nodes.iter().map(|node| (&node.id, node)))
        .collect();
    let (mut seen, mut waiting) = (HashSet::new(), vec![&from.id]);
    let mut findings = Vec::new();
    while let Some(id) = waiting.pop() {
        let Some(node) = nodes.get(id) else { continue };
        let normal = node.deps.iter().filter(|dep| {
            dep.dep_kinds
                .iter()
                .any(|kind| kind.kind == DependencyKind::Normal)
        });
        for dep in normal {
            if !seen.insert(&dep.pkg) {
                continue;
            }
            let name = names.get(&dep.pkg).copied().unwrap_or_default();
            if forbidden.contains(&name) {
                let via = names.get(id).copied().unwrap_or_default();
                findings.push(format!(
                    "crate `{}` may not reach `{name}` (through `{via}`)",
                    from.name
                ));
            }
            waiting.push(&dep.pkg);
        }
    }
    findings
}
