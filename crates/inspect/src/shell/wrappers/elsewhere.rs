//! Wrappers whose command runs on another machine, or on arguments from elsewhere.

use super::skip_flags;
use crate::shell::facts::{Effect, Hazard};
use crate::shell::syntax::{DYNAMIC, Word};
use crate::shell::targets::Access;
use crate::shell::walk::{Stdin, Walk};

/// Longest printed text that is taken for the arguments of `xargs`, in bytes.
const ARGUMENTS_BYTES_MAX: usize = 4096;

impl Walk {
    /// `xargs`: what it is fed are arguments.
    pub(super) fn xargs(&mut self, arguments: &[Word], stdin: &Stdin<'_>, level: usize) {
        let file = arguments
            .iter()
            .position(|word| matches!(word.text.as_str(), "-a" | "--arg-file"));
        if let Some(file) = file.and_then(|at| arguments.get(at + 1)) {
            self.touch(file, Access::Read);
        }
        let rest = skip_flags(
            arguments,
            "-I -i -n -P -L -d -s -a -E --max-args --max-procs --delimiter --arg-file --replace --max-lines",
        );
        if rest.is_empty() {
            return;
        }
        let mut words = rest.to_vec();
        match stdin
            .literal()
            .filter(|text| text.len() <= ARGUMENTS_BYTES_MAX)
        {
            Some(text) => words.extend(text.split_whitespace().map(Word::literal)),
            None => words.push(Word::literal(DYNAMIC.to_string())),
        }
        self.words(&words, &Stdin::default(), level + 1);
    }

    /// `ssh`: what follows the host runs there; without it, what comes in does.
    pub(super) fn ssh(&mut self, arguments: &[Word], stdin: &Stdin<'_>, level: usize) {
        self.facts.effect(Effect::Network);
        for word in arguments {
            // A port of one machine becomes a port of another.
            if ["-L", "-R", "-D", "-w"]
                .iter()
                .any(|flag| word.text.starts_with(flag))
            {
                self.facts.effect(Effect::Service);
            }
            if word.text.starts_with("-R") {
                self.facts.hazard(Hazard::ReverseShell);
            }
            let lower = word.text.to_ascii_lowercase();
            if lower.contains("proxycommand=") || lower.contains("localcommand=") {
                let command = word
                    .text
                    .split_once('=')
                    .map(|(_, command)| command)
                    .unwrap_or_default();
                self.nested(command, level);
            }
            if lower.contains("stricthostkeychecking=no") {
                self.facts.hazard(Hazard::ProtectionBypass);
            }
        }
        let rest = skip_flags(
            arguments,
            "-b -c -D -E -e -F -I -i -J -L -l -m -O -o -p -Q -R -S -W -w",
        );
        let Some((host, command)) = rest.split_first() else {
            return;
        };
        let name = host.text.rsplit('@').next().unwrap_or_default();
        if host.is_literal() {
            self.facts.hosts.insert(name.to_owned());
        }
        // What runs there is judged as if it ran here; a shell that waits for commands cannot be.
        if !command.is_empty() {
            self.joined(skip_flags(command, ""), level);
        } else {
            self.facts.effect(Effect::Execute);
            if stdin.is_some() {
                self.fed(stdin, level);
            }
        }
    }
}
