//! Programs that speak with other machines, and those that encode what leaves.

use super::Arguments;
use crate::http;
use crate::shell::facts::{Effect, Hazard, Unknown};
use crate::shell::syntax::Word;
use crate::shell::targets::Access;
use crate::shell::walk::{self, Stdin, Walk};

impl Walk {
    pub(super) fn transfer(&mut self, program: &str, words: &[Word]) {
        self.facts.effect(Effect::Network);
        let texts: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
        let request = http::command_line(program, &texts);
        for facts in request.requests {
            if let Some(host) = &facts.host {
                self.facts.hosts.insert(host.clone());
            }
            self.facts.obscured |= facts.hazards.contains(&http::Hazard::ObscuredAddress);
            self.facts.hazards.extend(
                facts
                    .hazards
                    .iter()
                    .filter_map(|hazard| hazard.of_a_command()),
            );
            match facts.effect {
                http::Effect::Read => {}
                http::Effect::Unknown => self.facts.unknown(Unknown::DynamicArgument),
                http::Effect::Write => self.facts.effect(Effect::Write),
                http::Effect::Delete => self.facts.effect(Effect::Delete),
            }
        }
        for path in request.uploads {
            self.facts.hazard(Hazard::DataUpload);
            self.touch_text(&path, Access::Read);
        }
        for path in request.reads {
            self.touch_text(&path, Access::Read);
        }
        for path in request.outputs {
            self.touch_text(&path, Access::Write);
        }
        if request.unseen {
            self.facts.unknown(Unknown::DynamicArgument);
        }
        if request.unverified {
            self.facts.hazard(Hazard::ProtectionBypass);
        }
        if words
            .iter()
            .any(|word| word.scripts.iter().any(walk::reads_files))
        {
            self.facts.hazard(Hazard::DataUpload);
        } else if words.iter().any(|word| !word.scripts.is_empty()) {
            // What a command prints leaves with the request.
            self.facts.unknown(Unknown::DynamicArgument);
        }
    }

    pub(super) fn netcat(
        &mut self,
        program: &str,
        arguments: &Arguments<'_>,
        stdin: &Stdin<'_>,
        level: usize,
    ) {
        self.facts.effect(Effect::Network);
        if stdin.is_some() {
            self.facts.hazard(Hazard::DataUpload);
        }
        let flag = |word: &str| {
            word.starts_with('-')
                && !word.starts_with("--")
                && (word.contains('e') || word.contains('c'))
        };
        if program == "socat" {
            for word in arguments.all {
                let lower = word.text.to_ascii_lowercase();
                if lower.starts_with("exec:") || lower.starts_with("system:") {
                    self.facts.hazard(Hazard::ReverseShell);
                    let command = word
                        .text
                        .split_once(':')
                        .map(|(_, rest)| rest)
                        .unwrap_or_default();
                    self.nested(command.split(',').next().unwrap_or_default(), level);
                }
            }
        } else if arguments.any(flag) || arguments.is(&["--exec", "--sh-exec"]) {
            self.facts.hazard(Hazard::ReverseShell);
        }
        for operand in arguments
            .operands
            .iter()
            .filter(|word| word.is_literal())
            .take(1)
        {
            self.facts.hosts.insert(operand.text.clone());
        }
    }

    pub(super) fn copy_over_network(&mut self, program: &str, arguments: &Arguments<'_>) {
        let remote = |text: &str| text.contains(':') && !text.starts_with(['/', '.']);
        if arguments.any(remote) || matches!(program, "sftp" | "ftp") {
            self.facts.effect(Effect::Network);
        }
        if program == "rsync" && arguments.any(|word| word.starts_with("--delete")) {
            self.facts.effect(Effect::Delete);
        }
        let Some((last, sources)) = arguments.operands.split_last() else {
            return;
        };
        for source in sources.iter().filter(|word| !remote(&word.text)) {
            self.touch(source, Access::Read);
            if remote(&last.text) {
                self.facts.hazard(Hazard::DataUpload);
            }
        }
        if remote(&last.text) {
            self.facts.effect(Effect::Write);
        } else if !matches!(program, "sftp" | "ftp") {
            self.touch(last, Access::Write);
        }
    }

    pub(super) fn encode(&mut self, program: &str, arguments: &Arguments<'_>) {
        self.facts.effect(Effect::Read);
        if program == "gpg" && arguments.is(&["--export-secret-keys", "--export-secret-subkeys"]) {
            self.facts.hazard(Hazard::SecretDisclosure);
        }
        if program == "openssl" {
            if arguments.is(&["s_client", "s_server"]) {
                self.facts.effect(Effect::Network);
            }
            for path in ["-in", "-inkey"]
                .iter()
                .filter_map(|flag| arguments.value(&[flag]))
            {
                self.touch(path, Access::Read);
            }
            if let Some(path) = arguments.value(&["-out", "-keyout"]) {
                self.touch(path, Access::Write);
            }
            return;
        }
        for operand in &arguments.operands {
            self.touch(operand, Access::Read);
        }
    }
}
