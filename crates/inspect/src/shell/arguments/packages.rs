//! Programs that install software, and build with it.

use super::Arguments;
use crate::shell::facts::{Effect, Hazard, Unknown};
use crate::shell::walk::{Stdin, Walk};
use crate::shell::wrappers;

impl Walk {
    pub(super) fn packages(&mut self, program: &str, arguments: &Arguments<'_>, level: usize) {
        const READING: &[&str] = &[
            "list",
            "ls",
            "show",
            "search",
            "info",
            "outdated",
            "why",
            "view",
            "audit",
            "tree",
            "metadata",
            "freeze",
            "check-update",
            "policy",
            "version",
            "env",
            "doctor",
            "config",
            "help",
            "-v",
            "--version",
            "--list",
            "-l",
            "-L",
            "-s",
            "-Q",
            "-Qi",
            "licenses",
            "explain",
            "-V",
            "whoami",
            "ping",
            "depends",
            "rdepends",
            "locate-project",
            "pkgid",
        ];
        const BUILDING: &[&str] = &[
            "test",
            "t",
            "build",
            "run",
            "run-script",
            "start",
            "check",
            "clippy",
            "fmt",
            "bench",
            "doc",
            "vet",
            "lint",
            "dev",
            "exec",
            "tool",
            "clean",
            "watch",
            "generate",
            "nextest",
            "mod",
            "typecheck",
            "format",
            "serve",
        ];
        let verb = arguments
            .operands
            .first()
            .map(|word| word.text.as_str())
            .or(arguments.all.first().map(|word| word.text.as_str()));
        match verb {
            None => self.facts.effect(Effect::Package),
            Some("run" | "exec") if program == "uv" || program == "poetry" || program == "pipx" => {
                let start = arguments
                    .all
                    .iter()
                    .position(|word| matches!(word.text.as_str(), "run" | "exec"))
                    .unwrap_or(0);
                let rest = arguments.all.get(start + 1..).unwrap_or_default();
                self.words(
                    wrappers::skip_flags(rest, "--with --python -p"),
                    &Stdin::default(),
                    level + 1,
                );
            }
            Some(verb) if BUILDING.contains(&verb) => self.facts.effect(Effect::Execute),
            Some(verb) if READING.contains(&verb) => self.facts.effect(Effect::Read),
            Some(
                "publish" | "login" | "adduser" | "push" | "yank" | "unpublish" | "deprecate"
                | "owner" | "upload",
            ) => {
                self.facts.effect(Effect::Network);
                self.facts.effect(Effect::Write);
                self.facts
                    .hazards
                    .extend((verb == Some("unpublish")).then_some(Hazard::ResourceDestruction));
            }
            Some(_) => {
                self.facts.effect(Effect::Package);
                self.facts.effect(Effect::Network);
                if matches!(program, "npx" | "bunx" | "pipx") || verb == Some("dlx") {
                    self.facts.effect(Effect::Execute);
                    self.facts.unknown(Unknown::UnlistedProgram);
                }
                let remote = |word: &str| {
                    word.starts_with("http://")
                        || word.starts_with("git+http")
                        || word.starts_with("git+ssh")
                        || word.starts_with("https://")
                };
                if arguments.operands.iter().any(|word| remote(&word.text))
                    || arguments.any(|word| {
                        matches!(
                            word,
                            "--allow-unauthenticated" | "--trusted-host" | "--nogpgcheck"
                        )
                    })
                {
                    self.facts.hazard(Hazard::RemoteManifest);
                }
            }
        }
    }
}
