//! Programs that tell about the machine, unless a word or a flag changes it, and builtins that tell
//! or change what the shell knows.

use super::Arguments;
use crate::shell::facts::{Effect, Hazard};
use crate::shell::targets::Access;
use crate::shell::walk::Walk;

/// Beginnings of words with which a program that tells becomes one that changes.
const SETTERS: &[(&str, &[&str])] = &[
    ("date", &["-s", "--set"]),
    ("timedatectl", &["set-"]),
    ("hostnamectl", &["set-", "hostname"]),
    ("localectl", &["set-"]),
    (
        "loginctl",
        &[
            "terminate-",
            "kill-",
            "lock-",
            "unlock-",
            "enable-",
            "disable-",
            "attach",
            "flush-",
        ],
    ),
    (
        "ip",
        &[
            "set", "add", "del", "delete", "flush", "change", "replace", "append", "exec",
        ],
    ),
    ("route", &["add", "del", "flush", "-f"]),
    ("arp", &["-d", "-s", "--delete", "--set"]),
    (
        "dmesg",
        &[
            "-C",
            "-c",
            "-D",
            "-n",
            "--clear",
            "--read-clear",
            "--console-",
        ],
    ),
    (
        "ifconfig",
        &[
            "up", "down", "add", "del", "mtu", "hw", "promisc", "netmask",
        ],
    ),
    ("umask", &["0", "00", "000", "0000"]),
];

impl Walk {
    /// Programs of the table above. False: they only tell.
    pub(super) fn sets(&mut self, program: &str, arguments: &Arguments<'_>) -> bool {
        let listed = SETTERS.iter().find(|(name, _)| *name == program);
        let word = |word: &str| {
            listed.is_some_and(|(_, words)| {
                words.iter().any(|start| match start.strip_suffix('-') {
                    Some(_) if start.len() > 2 => word.starts_with(start),
                    _ => word == *start || word.starts_with(&format!("{start}=")),
                })
            })
        };
        // `hostname NAME` gives the machine another one.
        let renames = program == "hostname" && !arguments.operands.is_empty();
        let changes = arguments.any(word) || renames;
        if changes && program == "dmesg" {
            self.facts.hazard(Hazard::LogTampering);
        }
        if changes {
            self.facts.effect(Effect::Service);
        }
        changes
    }

    /// `getent shadow`: false where another database is asked.
    pub(super) fn looks_up(&mut self, arguments: &Arguments<'_>) -> bool {
        let secret = arguments.is(&["shadow", "gshadow"]);
        if secret {
            self.facts.effect(Effect::Read);
            self.facts.hazard(Hazard::SensitiveRead);
        }
        secret
    }

    /// Everything that the environment holds, secrets included.
    pub(in crate::shell) fn whole_environment(&mut self) {
        self.facts.effect(Effect::Read);
        self.facts.hazard(Hazard::SensitiveRead);
    }

    /// Builtins that load code, or keep it until a key or a word is typed.
    pub(super) fn loads(&mut self, program: &str, arguments: &Arguments<'_>) -> bool {
        let flags: &[&str] = match program {
            "bind" => &["-x"],
            "enable" => &["-f"],
            _ => &["-C", "-F"],
        };
        let loads = arguments.is(flags);
        if loads {
            self.facts.effect(Effect::Execute);
            self.facts.hazard(Hazard::EnvironmentInjection);
        }
        loads
    }

    /// `tcpdump -w FILE`, and `-z`, which runs a program on it. False: it only listens.
    pub(super) fn captures(&mut self, arguments: &Arguments<'_>) -> bool {
        if let Some(file) = arguments.value(&["-w"]) {
            self.touch(file, Access::Write);
        }
        if arguments.is(&["-z"]) {
            self.facts.hazard(Hazard::DynamicCommand);
        }
        false
    }
}
