//! The configurations in the documents are ones that the program takes.

use std::fs;
use std::path::Path;

use crate::program::probity;

/// The documents with configurations in them.
const DOCUMENTS: &[&str] = &["README.md", "docs/masking.md"];

/// The indented blocks of a document that begin as configuration does.
fn configurations(text: &str) -> Vec<String> {
    let mut blocks: Vec<String> = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        match line.strip_prefix("    ") {
            Some(code) if inside => {
                let block = blocks.last_mut().expect("a block");
                *block += code;
                *block += "\n";
            }
            Some(code) => {
                inside = true;
                blocks.push(format!("{code}\n"));
            }
            // An empty line is inside of a block if the block goes on.
            None if line.is_empty() && inside => {
                blocks.last_mut().expect("a block").push('\n');
            }
            None => inside = false,
        }
    }
    blocks.retain(|block| block.starts_with('['));
    blocks
}

#[test]
fn every_configuration_in_the_documents_is_taken() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    for document in DOCUMENTS {
        let text = fs::read_to_string(root.join(document)).expect("it can be read");
        let configurations = configurations(&text);
        assert!(!configurations.is_empty(), "{document} has none");
        for configuration in configurations {
            let dir = tempfile::tempdir().expect("a folder");
            let path = dir.path().join("probity.toml");
            fs::write(&path, &configuration).expect("written");
            let output = probity(&["check", "-c"])
                .arg(&path)
                .env("GITHUB_TOKEN", "a token")
                .output()
                .expect("it starts");
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(
                output.status.success(),
                "{document}: {configuration}\n{said}"
            );
        }
    }
}
