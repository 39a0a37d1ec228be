//! Programs that read, except where an option or an operand has them write or run something.

use super::Arguments;
use crate::shell::facts::{Effect, Hazard};
use crate::shell::targets::Access;
use crate::shell::walk::Walk;

/// Options behind which the file to write stands.
const OUTPUTS: &[(&str, &[&str])] = &[
    ("shuf", &["-o", "--output"]),
    ("iconv", &["-o", "--output"]),
    ("base64", &["-o", "--output"]),
    ("tree", &["-o", "--output"]),
    ("strace", &["-o", "--output"]),
];

/// Options behind which a command stands, or the file with one.
const COMMANDS: &[(&str, &[&str])] = &[
    ("split", &["--filter"]),
    ("mapfile", &["-C"]),
    ("readarray", &["-C"]),
    ("compgen", &["-C"]),
    ("hash", &["-p"]),
    ("bat", &["--pager"]),
    ("ag", &["--pager"]),
    ("ack", &["--pager"]),
    ("rg", &["--hostname-bin"]),
    ("tar", &["-I", "--use-compress-program"]),
];

impl Walk {
    /// Adds to what the program's own rule says.
    pub(super) fn writes_besides(&mut self, program: &str, arguments: &Arguments<'_>) {
        let given = |options: &[&str]| {
            let with_value = |word: &str| {
                word.split_once('=')
                    .is_some_and(|(name, _)| options.contains(&name))
            };
            arguments.is(options) || arguments.any(with_value)
        };
        let listed = |table: &[(&str, &[&str])]| {
            table
                .iter()
                .any(|(name, options)| *name == program && given(options))
        };
        if listed(OUTPUTS) || matches!(program, "split" | "csplit") {
            self.facts.effect(Effect::Write);
        }
        if listed(COMMANDS) {
            self.facts.hazard(Hazard::DynamicCommand);
        }
        match program {
            // The second file is the one to write.
            "uniq" | "xxd" => {
                let number = |text: &str| text.chars().all(|c| c.is_ascii_digit());
                let mut files = arguments.operands.iter().filter(|word| !number(&word.text));
                if let Some(output) = files.nth(1) {
                    self.touch(output, Access::Write);
                    self.facts.effect(Effect::Write);
                }
            }
            "less" => {
                let mut files = arguments.all.iter().map(|word| word.text.as_str());
                while let Some(word) = files.next() {
                    let glued = ["--log-file=", "--LOG-FILE=", "-o", "-O"]
                        .iter()
                        .find_map(|flag| word.strip_prefix(flag));
                    let file = match glued {
                        Some("") => files.next(),
                        None if ["--log-file", "--LOG-FILE"].contains(&word) => files.next(),
                        glued => glued,
                    };
                    if let Some(file) = file {
                        self.touch_text(file, Access::Write);
                        self.facts.effect(Effect::Write);
                    }
                }
            }
            // The compiled list of magic numbers is written beside the list.
            "file" if arguments.has("compile", 'C') => self.facts.effect(Effect::Write),
            "yq" if given(&["-i", "--inplace"]) => self.facts.effect(Effect::Write),
            "gawk" if arguments.any(|word| word == "inplace") => self.facts.effect(Effect::Write),
            "sed" if arguments.all.iter().any(|word| acts(&word.text)) => {
                self.facts.hazard(Hazard::DynamicCommand);
            }
            _ => {}
        }
    }
}

/// Whether a script of `sed` begins with, or its substitution ends in, a command that writes a file or runs one.
fn acts(word: &str) -> bool {
    let script = word.strip_prefix("--expression=").unwrap_or(word);
    let command = script
        .trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '$' | ',' | '{' | ' '));
    if ["w ", "W ", "e "]
        .iter()
        .any(|verb| command.starts_with(verb))
    {
        return true;
    }
    let mut rest = command.chars();
    let (Some('s'), Some(delimiter)) = (rest.next(), rest.next()) else {
        return false;
    };
    // Behind the pattern and the replacement.
    let flags = rest
        .as_str()
        .splitn(3, delimiter)
        .nth(2)
        .unwrap_or_default();
    let flag = |c: char| matches!(c, 'g' | 'p' | 'i' | 'I' | 'm' | 'M') || c.is_ascii_digit();
    !delimiter.is_alphanumeric() && flags.trim_start_matches(flag).starts_with("w ")
}
