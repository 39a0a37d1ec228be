//! Programs that work on files.

use super::Arguments;
use crate::paths;
use crate::shell::facts::{Effect, Hazard, Unknown};
use crate::shell::syntax::{DYNAMIC, Word};
use crate::shell::targets::Access;
use crate::shell::walk::{Stdin, Walk};

impl Walk {
    pub(super) fn rm(&mut self, arguments: &Arguments<'_>) {
        self.facts.effect(Effect::Delete);
        let tree = arguments.has("recursive", 'r') || arguments.has("recursive", 'R');
        let access = if tree {
            Access::DeleteTree
        } else {
            Access::Delete
        };
        if arguments.is(&["--no-preserve-root"]) {
            self.facts.hazard(Hazard::RecursiveDelete);
        }
        for operand in &arguments.operands {
            self.touch(operand, access);
        }
    }

    pub(super) fn copy(&mut self, program: &str, arguments: &Arguments<'_>) {
        let mut operands = arguments.operands.clone();
        let target = match arguments.value(&["-t", "--target-directory"]) {
            Some(target) => {
                operands.retain(|word| word.text != target.text);
                Some(target)
            }
            None => operands.pop(),
        };
        if let Some(target) = target {
            let lost = program == "mv" && target.text.starts_with("/dev/null");
            self.touch(target, if lost { Access::Delete } else { Access::Write });
            if lost {
                self.facts.effect(Effect::Delete);
            }
        }
        for source in operands {
            match program {
                "mv" => {
                    self.facts.effect(Effect::Write);
                    self.touch(source, Access::Delete);
                }
                _ => self.touch(source, Access::Read),
            }
            // The null device empties what it is copied over.
            if source.text == "/dev/null" {
                self.facts.effect(Effect::Delete);
            }
        }
    }

    pub(super) fn dd(&mut self, arguments: &Arguments<'_>) {
        for word in arguments.all {
            match word.text.split_once('=') {
                Some(("of", path)) => self.touch_text(path, Access::Write),
                Some(("if", path)) => self.touch_text(path, Access::Read),
                _ => {}
            }
        }
    }

    pub(super) fn chmod(&mut self, arguments: &Arguments<'_>) {
        self.facts.effect(Effect::Write);
        let Some((mode, paths)) = arguments.operands.split_first() else {
            return;
        };
        let mode = mode.text.as_str();
        let octal = mode.bytes().all(|byte| byte.is_ascii_digit());
        let bits = u32::from_str_radix(mode, 8).unwrap_or_default();
        let special = if octal {
            bits & 0o6000 != 0
        } else {
            mode.contains('s') && mode.contains('+')
        };
        let open = if octal {
            bits & 0o002 != 0
        } else {
            mode.contains("o+w")
                || mode.contains("a+w")
                || mode.contains("a+rwx")
                || mode.contains("o+rwx")
                || mode.contains("a=rwx")
                || mode.contains("ugo+rwx")
        };
        if special {
            self.facts.effect(Effect::Privilege);
            self.facts.hazard(Hazard::PrivilegeEscalation);
        }
        if open {
            self.facts.hazard(Hazard::OpenPermissions);
        }
        for path in paths {
            self.touch(path, Access::Write);
        }
    }

    pub(super) fn chown(&mut self, arguments: &Arguments<'_>) {
        self.facts.effect(Effect::Privilege);
        for path in arguments.operands.iter().skip(1) {
            self.touch(path, Access::Write);
        }
    }

    pub(super) fn find(&mut self, words: &[Word], level: usize) {
        self.facts.effect(Effect::Read);
        let roots: Vec<&Word> = words
            .iter()
            .take_while(|word| !word.text.starts_with(['-', '(', '!']))
            .collect();
        for root in &roots {
            self.touch(root, Access::Read);
        }
        // What is found by the name of a secret is read by whatever runs on it.
        let secret = words.windows(2).any(|pair| match pair {
            [flag, name] => {
                matches!(
                    flag.text.as_str(),
                    "-name" | "-iname" | "-path" | "-wholename"
                ) && (paths::literal(&name.text).sensitive || name.text.ends_with(".pem"))
            }
            _ => false,
        });
        if secret
            && words
                .iter()
                .any(|word| word.text.starts_with("-exec") || word.text.starts_with("-ok"))
        {
            self.facts.hazard(Hazard::SensitiveRead);
        }
        let here = Word::literal(".");
        let alone = vec![&here];
        let mut at = 0;
        let narrowed = words.iter().any(|word| {
            matches!(
                word.text.as_str(),
                "-name" | "-iname" | "-path" | "-regex" | "-empty" | "-ipath" | "-wholename"
            )
        });
        while let Some(word) = words.get(at) {
            at += 1;
            match word.text.as_str() {
                "-delete" => {
                    for root in if roots.is_empty() { &alone } else { &roots } {
                        let broad = !narrowed || root.text.starts_with(['/', '~', DYNAMIC]);
                        self.touch(
                            root,
                            if broad {
                                Access::DeleteTree
                            } else {
                                Access::Delete
                            },
                        );
                    }
                }
                "-fprint" | "-fprintf" | "-fls" => {
                    if let Some(path) = words.get(at) {
                        self.touch(path, Access::Write);
                    }
                }
                "-exec" | "-execdir" | "-ok" | "-okdir" | "-x" | "-X" | "--exec"
                | "--exec-batch" => {
                    let inner: Vec<Word> = words
                        .iter()
                        .skip(at)
                        .take_while(|word| !matches!(word.text.as_str(), ";" | "+" | "\\;"))
                        .map(|word| found(word, &roots))
                        .collect();
                    at += inner.len();
                    self.words(&inner, &Stdin::default(), level + 1);
                }
                _ => {}
            }
        }
    }

    pub(super) fn tar(&mut self, arguments: &Arguments<'_>, level: usize) {
        let mode = arguments
            .all
            .first()
            .map(|word| word.text.as_str())
            .unwrap_or_default();
        let letters = mode.trim_start_matches('-');
        let extracts = (!mode.starts_with("--") && letters.contains('x'))
            || arguments.is(&["--extract", "--get"]);
        let lists = !mode.starts_with("--") && letters.contains('t') && !extracts;
        self.facts
            .effect(if lists { Effect::Read } else { Effect::Write });
        for word in arguments.all {
            let text = word.text.as_str();
            for flag in [
                "--to-command=",
                "--use-compress-program=",
                "--checkpoint-action=exec=",
                "--rsh-command=",
            ] {
                if let Some(command) = text.strip_prefix(flag) {
                    self.nested(command, level);
                }
            }
        }
        if let Some(folder) = arguments.value(&["-C", "--directory"]) {
            self.touch(
                folder,
                if extracts {
                    Access::Write
                } else {
                    Access::Read
                },
            );
        }
        if !extracts && !lists {
            for operand in arguments
                .operands
                .iter()
                .skip(usize::from(!mode.starts_with('-')) + 1)
            {
                self.touch(operand, Access::Read);
            }
        }
    }

    pub(super) fn sed(&mut self, arguments: &Arguments<'_>) {
        let in_place = arguments.has("in-place", 'i');
        self.facts.effect(if in_place {
            Effect::Write
        } else {
            Effect::Read
        });
        let given = arguments.is(&["-e", "-f", "--expression", "--file"])
            || arguments.any(|word| word.starts_with("--expression="));
        self.script_in_a_file(arguments);
        let scripts = arguments.operands.iter().take(1);
        for script in scripts {
            // `e` runs the line, `w FILE` writes it.
            let flags = script.text.rsplit('/').next().unwrap_or_default();
            let runs = script.text.starts_with('s') && flags.contains('e') && flags.len() < 4;
            if runs
                || script.text == "e"
                || script.text.contains(";e ")
                || script.text.starts_with("1e")
            {
                self.facts.effect(Effect::Execute);
                self.facts.hazard(Hazard::InlineCode);
            }
        }
        for (command, file) in sed_files(&arguments.operands, given) {
            let writes = command.eq_ignore_ascii_case(&'w');
            self.touch_text(file, if writes { Access::Write } else { Access::Read });
        }
        for file in arguments.operands.iter().skip(usize::from(!given)) {
            self.touch(
                file,
                if in_place {
                    Access::Write
                } else {
                    Access::Read
                },
            );
        }
    }

    /// `sed -f FILE`, `awk -nf FILE`: a script that nobody has read.
    fn script_in_a_file(&mut self, arguments: &Arguments<'_>) {
        let names = |word: &str| match word.strip_prefix("--") {
            Some(long) => ["file", "exec", "include", "load"]
                .iter()
                .any(|flag| long.split('=').next() == Some(*flag)),
            None => word.strip_prefix('-').is_some_and(|short| {
                let before = short.split('f').next().unwrap_or_default();
                short.contains('f') && before.chars().all(|c| "nrsuzEW".contains(c))
            }),
        };
        let words = arguments.all.iter().take_while(|word| word.text != "--");
        if words.into_iter().any(|word| names(&word.text)) {
            self.facts.unknown(Unknown::DynamicArgument);
        }
    }

    pub(super) fn awk(&mut self, arguments: &Arguments<'_>, level: usize) {
        self.facts.effect(Effect::Read);
        let given = arguments.is(&["-f", "--file"]);
        self.script_in_a_file(arguments);
        let program = arguments
            .operands
            .iter()
            .find(|word| word.text.contains(['{', '/', '$', '(']));
        if let Some(program) = program.filter(|_| !given) {
            let text = program.text.as_str();
            if let Some(command) = text
                .split("system(\"")
                .nth(1)
                .and_then(|rest| rest.split('"').next())
            {
                self.facts.effect(Effect::Execute);
                self.nested(command, level);
            } else if text.contains("system(")
                || text.contains("| getline")
                || text.contains("print | \"")
                || text.contains("| \"")
            {
                self.facts.effect(Effect::Execute);
                self.facts.hazard(Hazard::InlineCode);
            }
            if text.contains("/inet/") {
                self.facts.effect(Effect::Network);
                self.facts.hazard(Hazard::ReverseShell);
            }
            for file in text.split("getline").skip(1) {
                let from = file.split_once('<').map(|(_, rest)| rest.trim_start());
                let quoted = from.and_then(|rest| rest.strip_prefix('"'));
                if let Some((file, _)) = quoted.and_then(|rest| rest.split_once('"')) {
                    self.touch_text(file, Access::Read);
                }
            }
            if text.contains("print >") || text.contains(" > \"") {
                self.facts.effect(Effect::Write);
            }
        }
        let files = arguments
            .operands
            .iter()
            .filter(|word| !word.text.contains(['{', '}', '(', '$']));
        for file in files.filter(|word| !word.text.contains('=') && word.text.len() > 1) {
            self.touch(file, Access::Read);
        }
    }

    pub(super) fn editor(&mut self, arguments: &Arguments<'_>) {
        self.facts.effect(Effect::Write);
        if arguments.any(|word| {
            word.starts_with("+!") || word.starts_with(":!") || word.contains("system(")
        }) {
            self.facts.hazard(Hazard::InlineCode);
            self.facts.effect(Effect::Execute);
        }
        for file in &arguments.operands {
            self.touch(file, Access::Write);
        }
    }
}

/// `{}` of `find` is something below the folders that it searches.
fn found(word: &Word, roots: &[&Word]) -> Word {
    if !word.text.contains("{}") {
        return word.clone();
    }
    let root = roots.first().map_or(".", |root| root.text.as_str());
    let below = match root {
        "." | "./" => "./_".to_owned(),
        root => format!("{}/{DYNAMIC}", root.trim_end_matches('/')),
    };
    Word {
        text: word.text.replace("{}", &below),
        ..word.clone()
    }
}

/// The files that `w FILE` and `r FILE` name in the script of sed. Such a command stands at the
/// beginning, after an address, or after the last slash of `s/…/…/`.
fn sed_files<'w>(operands: &[&'w Word], given: bool) -> Vec<(char, &'w str)> {
    let script = operands.first().filter(|_| !given);
    let script = script.map(|word| word.text.as_str()).unwrap_or_default();
    let mut out = Vec::new();
    for (at, letter) in script.char_indices() {
        let before = script.get(..at).unwrap_or_default().chars().next_back();
        let begins =
            before.is_none_or(|c| c.is_ascii_digit() || matches!(c, '/' | '$' | '{' | ';' | '}'));
        let rest = script.get(at + letter.len_utf8()..).unwrap_or_default();
        if begins && matches!(letter, 'w' | 'W' | 'r' | 'R') && rest.starts_with(' ') {
            let file = rest.trim_start().split([';', '\n', '}']).next();
            out.extend(file.map(|file| (letter, file.trim_end())));
        }
    }
    out
}
