//! Where the real clients and servers are installed.

use std::env;
use std::path::{Path, PathBuf};

/// The interpreters and packages that `cargo xtask test` installs.
pub(crate) struct Components {
    pub(crate) node: String,
    pub(crate) python: String,
    root: PathBuf,
}

impl Components {
    pub(crate) fn find() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"))
            .ancestors()
            .nth(2)
            .unwrap()
            .to_path_buf();
        let installed = |variable: &str, usual: &str| {
            let path = env::var_os(variable).map_or_else(|| root.join(usual), PathBuf::from);
            assert!(
                path.exists(),
                "`{}` is missing: `cargo xtask test` installs it",
                path.display()
            );
            path.to_str().unwrap().to_owned()
        };
        Self {
            node: installed("PROBITY_TEST_NODE", "tests/node/node_modules/.bin/node"),
            python: installed("PROBITY_TEST_PYTHON", "target/test-tools/python/bin/python"),
            root,
        }
    }

    /// A file of this repository.
    pub(crate) fn file(&self, path: &str) -> String {
        self.root.join(path).to_str().unwrap().to_owned()
    }

    /// The command line of an npm server, before its own arguments.
    pub(crate) fn npm_server(&self, package: &str) -> Vec<String> {
        let modules = "tests/node/node_modules/@modelcontextprotocol";
        let script = self.file(&format!("{modules}/{package}/dist/index.js"));
        vec![self.node.clone(), script]
    }

    /// The command line of a server from PyPI, before its own arguments.
    pub(crate) fn python_server(&self, program: &str) -> Vec<String> {
        let bin = Path::new(&self.python).parent().unwrap();
        vec![bin.join(program).to_str().unwrap().to_owned()]
    }
}
