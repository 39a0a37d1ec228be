//! The tests that `docs/testing.md` names are there.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

/// The page with the table.
const PAGE: &str = "docs/testing.md";

pub(super) fn check(root: &Path) -> Result<Vec<String>> {
    let page =
        fs::read_to_string(root.join(PAGE)).with_context(|| format!("cannot read {PAGE}"))?;
    let source = |file: &str| fs::read_to_string(root.join(file)).ok();
    Ok(findings(&page, source))
}

/// What `` `FILE::TEST` `` names and is not there.
fn findings(page: &str, source: impl Fn(&str) -> Option<String>) -> Vec<String> {
    let named = page.split('`').skip(1).step_by(2);
    let tests = named.filter_map(|code| code.split_once(".rs::"));
    tests
        .filter_map(|(file, test)| {
            let file = format!("{file}.rs");
            let Some(text) = source(&file) else {
                return Some(format!("{PAGE}: there is no `{file}`"));
            };
            let there = text.contains(&format!("fn {test}("));
            (!there).then(|| format!("{PAGE}: `{file}` has no test `{test}`"))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::findings;

    #[test]
    fn a_test_that_is_named_and_gone_is_found() {
        let source = |file: &str| (file == "a/b.rs").then(|| "fn here() {}".to_owned());
        let page = "`a/b.rs::here` and `a/b.rs::her`, `c.rs::x`; `cargo test`, `a/b.rs`";
        assert_eq!(
            findings(page, source),
            [
                "docs/testing.md: `a/b.rs` has no test `her`",
                "docs/testing.md: there is no `c.rs`"
            ]
        );
    }
}
