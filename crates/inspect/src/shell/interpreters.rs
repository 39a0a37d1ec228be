//! Shells and other interpreters: where the code that they run comes from.

use super::decode;
use super::facts::{Effect, Hazard, Unknown};
use super::programs::Interpreter;
use super::syntax::{DYNAMIC, Word};
use super::targets::Access;
use super::walk::{Stdin, Walk, is_downloader};

impl Walk {
    /// `source FILE`: what the file holds is not known.
    pub(super) fn source(&mut self, arguments: &[Word]) {
        self.facts.effect(Effect::Execute);
        let Some(file) = arguments.first() else {
            return;
        };
        if file.scripts.is_empty() {
            self.touch(file, Access::Read);
        } else {
            self.facts.hazard(Hazard::DynamicCommand);
            self.comes_out_of(&file.scripts);
        }
        self.facts.unknown(Unknown::UnlistedProgram);
    }

    pub(super) fn interpreter(
        &mut self,
        name: &str,
        kind: Interpreter,
        arguments: &[Word],
        stdin: &Stdin<'_>,
        level: usize,
    ) {
        match kind {
            Interpreter::Shell => self.shell(arguments, stdin, level),
            Interpreter::Other(flags) => self.inline(name, flags, arguments, stdin, level),
            Interpreter::PowerShell => super::powershell::arguments(self, arguments, level),
        }
    }

    /// A shell: `-c TEXT`, a script's path, or what it is fed.
    fn shell(&mut self, arguments: &[Word], stdin: &Stdin<'_>, level: usize) {
        let mut rest = arguments;
        while let [flag, tail @ ..] = rest {
            let text = flag.text.as_str();
            if !text.starts_with(['-', '+']) || text == "-" {
                break;
            }
            rest = tail;
            if !text.starts_with("--") && text.contains('c') {
                let code = tail.iter().find(|word| !word.text.starts_with(['-', '+']));
                return match code {
                    Some(code) => self.nested_word(code, level),
                    None => self.facts.unknown(Unknown::ParseError),
                };
            }
            if matches!(text, "-o" | "+o" | "-O" | "+O" | "--rcfile" | "--init-file") {
                rest = rest.get(1..).unwrap_or_default();
            } else if text.ends_with('i') && stdin.is_some() {
                self.facts.effect(Effect::Execute);
            } else if matches!(text, "--version" | "--help") {
                return;
            }
            if text == "-s" {
                rest = &[];
            }
        }
        self.facts.effect(Effect::Execute);
        match rest
            .first()
            .filter(|word| word.text != "-" && word.text != "/dev/stdin")
        {
            Some(file) if !file.scripts.is_empty() => {
                self.facts.hazard(Hazard::DynamicCommand);
                self.facts.unknown(Unknown::DynamicArgument);
                self.comes_out_of(&file.scripts);
            }
            Some(file) => {
                self.touch(file, Access::Read);
                self.facts.unknown(Unknown::UnlistedProgram);
            }
            None if stdin.is_some() => self.fed(stdin, level),
            None => self.facts.unknown(Unknown::DynamicArgument),
        }
    }

    /// An interpreter that runs what it reads.
    pub(super) fn fed(&mut self, stdin: &Stdin<'_>, level: usize) {
        self.facts.effect(Effect::Execute);
        self.provenance(stdin);
        match stdin.literal() {
            Some(text) => self.nested(&text, level),
            None => {
                self.facts.hazard(Hazard::DynamicCommand);
                self.facts.unknown(Unknown::DynamicArgument);
                if let Some(word) = stdin.text {
                    self.nested(&word.text.replace(DYNAMIC, "$_"), level);
                }
            }
        }
    }

    /// Where code that is run comes from.
    pub(super) fn provenance(&mut self, stdin: &Stdin<'_>) {
        if stdin.comes_from(is_downloader) {
            self.facts.hazard(Hazard::DownloadIntoInterpreter);
        }
        if stdin.comes_from(decode::is_decoder) {
            self.facts.hazard(Hazard::DecodeIntoInterpreter);
            self.facts.obscured = true;
        }
    }
}
