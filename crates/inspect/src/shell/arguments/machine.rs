//! Programs that work on the machine: processes, accounts, disks, services.

use super::Arguments;
use crate::shell::facts::{Effect, Hazard, Unknown};
use crate::shell::syntax::Word;
use crate::shell::walk::{Stdin, Walk};

/// Services whose end turns a protection off.
const PROTECTORS: &[&str] = &[
    "auditd",
    "firewalld",
    "ufw",
    "iptables",
    "nftables",
    "apparmor",
    "selinux",
    "fail2ban",
    "falcon-sensor",
    "crowdstrike",
    "osqueryd",
    "wazuh-agent",
    "clamav-daemon",
    "clamd",
    "rsyslog",
    "syslog",
    "systemd-journald",
    "falco",
    "sysmon",
    "ossec",
    "mdatp",
    "sentinelone",
    "snort",
    "suricata",
];

/// Groups whose members may become root.
const POWERFUL_GROUPS: &[&str] = &[
    "sudo", "wheel", "docker", "root", "admin", "lxd", "disk", "shadow", "adm",
];

impl Walk {
    pub(super) fn kill(&mut self, program: &str, arguments: &Arguments<'_>) {
        if arguments.is(&["-l", "-0", "--list"]) {
            return self.facts.effect(Effect::Read);
        }
        self.facts.effect(Effect::Process);
        let everything = arguments.all.iter().enumerate().any(|(at, word)| {
            let text = word.text.as_str();
            (text == "-1" && (at > 0 || arguments.all.len() == 1))
                || (text == "1" && program == "kill")
        });
        let broad = program != "kill"
            && arguments
                .operands
                .iter()
                .any(|word| matches!(word.text.as_str(), "." | ".*" | "init" | "systemd" | "sshd"));
        if everything && program == "kill" || broad {
            self.facts.hazard(Hazard::SystemHalt);
        }
        if arguments
            .operands
            .iter()
            .any(|word| PROTECTORS.contains(&word.text.as_str()))
        {
            self.facts.hazard(Hazard::SecurityDisabled);
        }
    }

    pub(super) fn schedule(
        &mut self,
        program: &str,
        arguments: &Arguments<'_>,
        stdin: &Stdin<'_>,
        level: usize,
    ) {
        if program == "crontab" && arguments.is(&["-l"]) || arguments.is(&["-q"]) && program == "at"
        {
            return self.facts.effect(Effect::Read);
        }
        self.facts.effect(Effect::Persist);
        self.facts.hazard(Hazard::Persistence);
        if program == "crontab" && arguments.is(&["-r"]) {
            self.facts.effect(Effect::Delete);
        }
        if stdin.is_some() && program != "crontab" {
            self.fed(stdin, level);
        }
    }

    pub(super) fn accounts(&mut self, program: &str, arguments: &Arguments<'_>) {
        self.facts.effect(Effect::Privilege);
        if program == "passwd" && arguments.is(&["-S", "--status"]) {
            return;
        }
        let powerful = arguments.any(|word| {
            word.split(',')
                .any(|group| POWERFUL_GROUPS.contains(&group))
        });
        let root = arguments
            .value(&["-u", "--uid"])
            .is_some_and(|uid| uid.text == "0");
        if powerful || root || matches!(program, "visudo" | "chpasswd") {
            self.facts.hazard(Hazard::PrivilegeEscalation);
        }
        self.facts.hazard(Hazard::AccessChange);
        if program == "userdel" {
            self.facts.effect(Effect::Delete);
        }
    }

    pub(super) fn mount(&mut self, arguments: &Arguments<'_>) {
        if arguments.operands.is_empty() && !arguments.is(&["-a"]) {
            return self.facts.effect(Effect::Read);
        }
        self.facts.effect(Effect::Privilege);
        let device = |word: &str| crate::paths::literal(word).device;
        if arguments.any(device) || arguments.any(|word| word.contains("remount")) {
            self.facts.hazard(Hazard::PrivilegeEscalation);
        }
    }

    pub(super) fn disk(&mut self, program: &str, arguments: &Arguments<'_>) {
        if arguments.is(&["-l", "--list", "print"])
            || (program == "wipefs" && arguments.all.len() == 1)
        {
            return self.facts.effect(Effect::Read);
        }
        self.facts.effect(Effect::Write);
        self.facts.effect(Effect::Delete);
        let disk = arguments
            .operands
            .iter()
            .any(|word| crate::paths::literal(&word.text).device || !word.is_literal());
        if disk {
            self.facts.hazard(Hazard::DeviceWrite);
        }
    }

    pub(super) fn service(&mut self, program: &str, arguments: &Arguments<'_>) {
        const READING: &[&str] = &[
            "status",
            "is-active",
            "is-enabled",
            "is-failed",
            "list-units",
            "list-unit-files",
            "list-timers",
            "list",
            "cat",
            "show",
            "list-dependencies",
            "list-sockets",
            "get-default",
            "print",
            "--status-all",
            "blame",
            "help",
        ];
        const ENDING: &[&str] = &[
            "stop", "disable", "mask", "kill", "unload", "bootout", "remove",
        ];
        let verb = if program == "service" {
            arguments.all.get(1)
        } else {
            arguments.operands.first().copied()
        };
        let verb = verb.map(|word| word.text.as_str()).unwrap_or_default();
        let reads = READING.contains(&verb)
            || (verb.is_empty() && program != "service")
            || arguments.is(&["--status-all"]);
        self.facts
            .effect(if reads { Effect::Read } else { Effect::Service });
        if reads {
            return;
        }
        let names = |word: &str| PROTECTORS.contains(&word.split('.').next().unwrap_or(word));
        if ENDING.contains(&verb) && arguments.any(names) {
            self.facts.hazard(Hazard::SecurityDisabled);
        }
        if matches!(
            verb,
            "poweroff" | "reboot" | "halt" | "emergency" | "rescue" | "kexec" | "isolate"
        ) {
            self.facts.hazard(Hazard::SystemHalt);
        }
        if matches!(
            verb,
            "enable" | "link" | "edit" | "load" | "bootstrap" | "submit"
        ) {
            self.facts.effect(Effect::Persist);
            self.facts.hazard(Hazard::Persistence);
        }
    }

    pub(super) fn shell_state(&mut self, program: &str, arguments: &Arguments<'_>) {
        if program == "unset" && arguments.is(&["HISTFILE"])
            || program == "set" && arguments.is(&["+o"]) && arguments.is(&["history"])
        {
            self.facts.hazard(Hazard::LogTampering);
        }
    }

    pub(super) fn terminal(&mut self, arguments: &Arguments<'_>, level: usize) {
        self.facts.effect(Effect::Execute);
        let command = |word: &&&Word| word.text.contains(' ');
        if let Some(text) = arguments.operands.iter().find(command) {
            self.nested(&text.text, level);
        } else if !arguments.is(&["ls", "list-sessions", "attach", "-ls", "-r"]) {
            self.facts.unknown(Unknown::DynamicArgument);
        }
    }
}
