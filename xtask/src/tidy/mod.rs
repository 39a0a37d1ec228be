//! `cargo xtask tidy`: what the compiler does not check. All findings are reported together.

mod edges;
mod testing;
mod text;

use std::path::Path;

use anyhow::{Result, bail};

/// Checks the imports and every tracked file.
///
/// # Errors
///
/// Anything that may not stay, after all of it was printed.
pub(crate) fn run(root: &Path) -> Result<()> {
    let mut findings = edges::check(root)?;
    findings.extend(text::check(root)?);
    findings.extend(testing::check(root)?);
    for finding in &findings {
        eprintln!("tidy: {finding}");
    }
    match findings.len() {
        0 => Ok(()),
        n => bail!("{n} findings; each line above says what to change"),
    }
}
