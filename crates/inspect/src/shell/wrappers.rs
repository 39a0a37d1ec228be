//! Programs that run the program that their arguments name.

mod elsewhere;

use super::facts::{Effect, Hazard, Unknown};
use super::syntax::{DYNAMIC, Word};
use super::walk::{Stdin, Walk};

/// How a wrapper's arguments go before the command begins.
struct Wrapper {
    name: &'static str,
    /// Flags that take the next argument.
    valued: &'static str,
    /// Operands before the command.
    operands: usize,
    effect: Option<Effect>,
    hazard: Option<Hazard>,
}

const fn plain(name: &'static str, valued: &'static str, operands: usize) -> Wrapper {
    Wrapper {
        name,
        valued,
        operands,
        effect: None,
        hazard: None,
    }
}

const fn acting(
    name: &'static str,
    valued: &'static str,
    operands: usize,
    effect: Effect,
) -> Wrapper {
    Wrapper {
        name,
        valued,
        operands,
        effect: Some(effect),
        hazard: None,
    }
}

const WRAPPERS: &[Wrapper] = &[
    acting(
        "sudo",
        "-u -g -h -p -C -T -r -t -U -D -R --user --group --host --prompt --close-from --chdir --chroot --role --type",
        0,
        Effect::Privilege,
    ),
    acting("doas", "-u -C", 0, Effect::Privilege),
    acting("pkexec", "--user", 0, Effect::Privilege),
    acting("gosu", "", 1, Effect::Privilege),
    acting("su-exec", "", 1, Effect::Privilege),
    plain("env", "-u --unset -C --chdir", 0),
    plain("nice", "-n --adjustment", 0),
    plain("ionice", "-c -n -p --class --classdata", 0),
    plain("chrt", "-p", 1),
    plain("taskset", "-c -p", 1),
    plain("timeout", "-s --signal -k --kill-after", 1),
    plain("nohup", "", 0),
    plain("setsid", "", 0),
    plain("stdbuf", "-i -o -e", 0),
    plain("unbuffer", "", 0),
    plain("time", "-f -o --format --output", 0),
    plain("coproc", "", 0),
    plain("exec", "-a", 0),
    plain("command", "", 0),
    plain("builtin", "", 0),
    plain("noglob", "", 0),
    plain("then", "", 0),
    plain("caffeinate", "-t -w", 0),
    plain("fakeroot", "", 0),
    plain("proot", "-r -b -w", 0),
    plain("firejail", "", 0),
    plain("dbus-run-session", "", 0),
    plain("xvfb-run", "-s -e -f -n -w", 0),
    plain("busybox", "", 0),
    plain("toybox", "", 0),
    plain("strace", "-e -o -p -s -u", 0),
    plain("ltrace", "-e -o -p -s -u", 0),
    plain("rlwrap", "", 0),
    plain("dotenv", "-e -f", 0),
    plain("direnv", "", 1),
    plain("op", "--env-file --account", 1),
    plain("aws-vault", "", 2),
    plain("entr", "", 0),
    plain("faketime", "", 1),
    acting("chroot", "--userspec --groups", 1, Effect::Privilege),
    Wrapper {
        name: "nsenter",
        valued: "-t -S -G --target --setuid --setgid",
        operands: 0,
        effect: Some(Effect::Privilege),
        hazard: Some(Hazard::ContainerEscape),
    },
    acting("unshare", "--map-user --map-group", 0, Effect::Privilege),
    acting(
        "systemd-run",
        "-p -u --unit --property --on-calendar --on-active --uid --gid",
        0,
        Effect::Service,
    ),
    acting("capsh", "", 0, Effect::Privilege),
];

impl Walk {
    /// Opens a wrapper. False where the program is none.
    pub(super) fn wrapper(
        &mut self,
        program: &str,
        arguments: &[Word],
        stdin: &Stdin<'_>,
        level: usize,
    ) -> bool {
        match program {
            "xargs" => self.xargs(arguments, stdin, level),
            "parallel" => self.parallel(arguments, stdin, level),
            "watch" => self.joined(skip_flags(arguments, "-n -d --interval"), level),
            "eval" => self.joined(arguments, level),
            "trap" => self.trap(arguments, level),
            "ssh" | "mosh" | "plink" => self.ssh(arguments, stdin, level),
            "su" | "runuser" | "script" | "sg" | "flock" => {
                self.with_command_flag(program, arguments, stdin, level)
            }
            "alias" => self.alias(arguments, level),
            "command"
                if arguments
                    .first()
                    .is_some_and(|word| matches!(word.text.as_str(), "-v" | "-V")) => {}
            "sudo"
                if arguments
                    .first()
                    .is_some_and(|word| matches!(word.text.as_str(), "-l" | "-v" | "-k")) =>
            {
                self.facts.effect(Effect::Privilege);
            }
            _ => match WRAPPERS.iter().find(|wrapper| wrapper.name == program) {
                Some(wrapper) => self.unwrap(wrapper, arguments, stdin, level),
                None => return false,
            },
        }
        true
    }

    fn unwrap(&mut self, wrapper: &Wrapper, arguments: &[Word], stdin: &Stdin<'_>, level: usize) {
        self.facts.effects.extend(wrapper.effect);
        self.facts.hazards.extend(wrapper.hazard);
        if let Some(split) = split_string(arguments).filter(|_| wrapper.name == "env") {
            return self.nested(&split, level);
        }
        let rest = skip_flags(arguments, wrapper.valued);
        let rest = self.skip_assignments(rest);
        let rest = rest.get(wrapper.operands..).unwrap_or_default();
        let rest = self.skip_assignments(rest);
        if rest.is_empty() {
            if wrapper.name == "env" {
                self.whole_environment();
            }
            if matches!(
                wrapper.name,
                "sudo" | "doas" | "pkexec" | "nsenter" | "unshare" | "chroot"
            ) {
                self.facts.hazard(Hazard::PrivilegeEscalation);
            }
            return;
        }
        self.words(rest, stdin, level + 1);
    }

    /// `A=b` before a command, as `env` and `sudo` take it.
    fn skip_assignments<'w>(&mut self, words: &'w [Word]) -> &'w [Word] {
        let mut rest = words;
        while let [first, tail @ ..] = rest
            && let Some((name, value)) = first.text.split_once('=')
            && name.chars().all(|c| c.is_alphanumeric() || c == '_')
            && !name.is_empty()
        {
            self.environment(name, value);
            rest = tail;
        }
        rest
    }

    /// What `xargs` appends is only known when it runs.
    fn parallel(&mut self, arguments: &[Word], stdin: &Stdin<'_>, level: usize) {
        let rest = skip_flags(
            arguments,
            "-j --jobs -a --arg-file --colsep -N -n --joblog --tmpdir --delay",
        );
        let end = rest
            .iter()
            .position(|word| word.text.starts_with(":::"))
            .unwrap_or(rest.len());
        let (command, values) = rest.split_at(end);
        match command {
            [] => {
                for value in values.iter().filter(|word| !word.text.starts_with(":::")) {
                    self.nested_word(value, level);
                }
                if stdin.is_some() {
                    self.fed(stdin, level);
                }
            }
            [only] => self.nested_word(only, level),
            _ => {
                let mut words = command.to_vec();
                words.extend(
                    values
                        .iter()
                        .filter(|word| !word.text.starts_with(":::"))
                        .cloned(),
                );
                words.push(Word::literal(DYNAMIC.to_string()));
                self.words(&words, &Stdin::default(), level + 1);
            }
        }
    }

    /// Programs that join their arguments and hand the text to a shell.
    pub(super) fn joined(&mut self, arguments: &[Word], level: usize) {
        if arguments.is_empty() {
            return;
        }
        let text = arguments
            .iter()
            .map(|word| word.text.as_str())
            .collect::<Vec<_>>()
            .join(" ");
        let scripts = arguments
            .iter()
            .flat_map(|word| word.scripts.iter().cloned())
            .collect();
        let decoded = arguments.iter().any(|word| word.decoded);
        self.nested_word(
            &Word {
                text,
                scripts,
                decoded,
                ..Word::default()
            },
            level,
        );
    }

    fn trap(&mut self, arguments: &[Word], level: usize) {
        match arguments {
            [first, ..] if !first.text.starts_with('-') => self.nested_word(first, level),
            _ => {}
        }
    }

    /// `su -c TEXT`, `script -c TEXT`, `flock FILE -c TEXT`, or a command after one operand.
    fn with_command_flag(
        &mut self,
        program: &str,
        arguments: &[Word],
        stdin: &Stdin<'_>,
        level: usize,
    ) {
        let privileged = matches!(program, "su" | "runuser" | "sg");
        if privileged {
            self.facts.effect(Effect::Privilege);
        }
        let flag = arguments.iter().position(|word| {
            let text = word.text.as_str();
            matches!(text, "-c" | "--command")
                || (text.starts_with('-') && !text.starts_with("--") && text.ends_with('c'))
        });
        if let Some(text) = flag.and_then(|at| arguments.get(at + 1)) {
            return self.nested_word(text, level);
        }
        if let Some(text) = arguments
            .iter()
            .find_map(|word| word.text.strip_prefix("--command="))
        {
            return self.nested(text, level);
        }
        match program {
            "flock" => {
                let rest = skip_flags(arguments, "-w -E --wait --timeout");
                self.words(rest.get(1..).unwrap_or_default(), stdin, level + 1);
            }
            "script" => {}
            // A shell of somebody else, which reads what comes next.
            _ => {
                self.facts.hazard(Hazard::PrivilegeEscalation);
                if stdin.is_some() {
                    self.fed(stdin, level);
                }
            }
        }
    }

    /// `alias name='command'`.
    fn alias(&mut self, arguments: &[Word], level: usize) {
        for word in arguments {
            if let Some((_, command)) = word.text.split_once('=') {
                self.nested(command, level);
            }
        }
    }

    /// A variable that a program starts with.
    pub(super) fn environment(&mut self, name: &str, value: &str) {
        const INJECTING: &[&str] = &[
            "LD_PRELOAD",
            "LD_LIBRARY_PATH",
            "LD_AUDIT",
            "DYLD_INSERT_LIBRARIES",
            "DYLD_LIBRARY_PATH",
            "BASH_ENV",
            "ENV",
            "PROMPT_COMMAND",
            "PERL5OPT",
            "PERL5LIB",
            "PYTHONSTARTUP",
            "RUBYOPT",
            "NODE_OPTIONS",
            "GIT_SSH_COMMAND",
            "GIT_EXTERNAL_DIFF",
            "GIT_PAGER",
            "GCONV_PATH",
            "JAVA_TOOL_OPTIONS",
            "PYTHONINSPECT",
            "GIT_EXEC_PATH",
            "GIT_CONFIG_COUNT",
            "LESSOPEN",
            "PS4",
            "SHELLOPTS",
            "BASHOPTS",
            "IFS",
        ];
        if INJECTING.contains(&name) && !value.is_empty() {
            self.facts.hazard(Hazard::EnvironmentInjection);
        }
        if matches!(name, "HISTFILE" | "HISTSIZE" | "HISTFILESIZE")
            && matches!(value, "" | "0" | "/dev/null")
        {
            self.facts.hazard(Hazard::LogTampering);
        }
        if matches!(name, "PATH")
            && value
                .split(':')
                .any(|part| part.starts_with("/tmp") || part == ".")
        {
            self.facts.hazard(Hazard::EnvironmentInjection);
        }
        if matches!(
            name,
            "NODE_TLS_REJECT_UNAUTHORIZED" | "GIT_SSL_NO_VERIFY" | "PYTHONHTTPSVERIFY"
        ) {
            self.facts.hazard(Hazard::ProtectionBypass);
        }
    }

    /// A text that a program runs as a shell would.
    pub(super) fn nested_word(&mut self, word: &Word, level: usize) {
        if word.is_literal() {
            if word.decoded {
                self.facts.obscured = true;
            }
            return self.nested(&word.text, level);
        }
        self.comes_out_of(&word.scripts);
        self.facts.hazard(Hazard::DynamicCommand);
        self.facts.unknown(Unknown::DynamicArgument);
        // What is literal of it is looked at all the same.
        let known = word.text.replace(DYNAMIC, "$_");
        self.nested(&known, level);
    }
}

/// The arguments after the flags; `valued` flags take the next argument with them.
pub(super) fn skip_flags<'w>(words: &'w [Word], valued: &str) -> &'w [Word] {
    let mut rest = words;
    while let [first, tail @ ..] = rest {
        let text = first.text.as_str();
        if text == "--" {
            return tail;
        }
        if !text.starts_with(['-', '+']) || text.len() < 2 {
            return rest;
        }
        let short = text
            .strip_prefix('-')
            .filter(|flags| !flags.starts_with('-') && flags.len() > 1);
        let last = short
            .and_then(|flags| flags.chars().next_back())
            .filter(|_| text.len() < 5);
        let takes = valued.split_whitespace().any(|flag| {
            flag == text
                || last.is_some_and(|last| {
                    flag.len() == 2 && flag.ends_with(last) && last.is_ascii_alphabetic()
                })
        });
        rest = if takes {
            tail.get(1..).unwrap_or_default()
        } else {
            tail
        };
    }
    rest
}

/// `env -S 'command with arguments'`.
fn split_string(arguments: &[Word]) -> Option<String> {
    let at = arguments.iter().position(|word| {
        word.text == "-S"
            || word.text.starts_with("--split-string")
            || (word.text.starts_with("-S") && word.is_literal())
    })?;
    let word = arguments.get(at)?;
    let text = match word.text.split_once('=') {
        Some(("--split-string", text)) => text.to_owned(),
        _ if word.text.len() > 2 && word.text.starts_with("-S") => word.text.get(2..)?.to_owned(),
        _ => arguments.get(at + 1)?.text.clone(),
    };
    Some(text)
}

/// Whether a program is known to run another one.
pub(super) fn is_wrapper(program: &str) -> bool {
    const RULED: &[&str] = &[
        "xargs", "parallel", "watch", "eval", "trap", "ssh", "mosh", "su", "runuser", "script",
        "flock", "alias",
    ];
    RULED.contains(&program) || WRAPPERS.iter().any(|wrapper| wrapper.name == program)
}
