//! Programs whose arguments decide what they do.

mod files;
mod machine;
mod network;
mod outputs;
mod packages;
mod readers;
mod state;

use crate::cli;

use super::facts::{Effect, Hazard, Unknown};
use super::syntax::Word;
use super::targets::Access;
use super::walk::{Stdin, Walk};

/// One program's arguments, sorted.
struct Arguments<'w> {
    all: &'w [Word],
    operands: Vec<&'w Word>,
}

impl<'w> Arguments<'w> {
    fn new(all: &'w [Word]) -> Self {
        let end = all
            .iter()
            .position(|word| word.text == "--")
            .unwrap_or(all.len());
        let operands = all
            .iter()
            .enumerate()
            .filter(|(at, word)| {
                *at > end || (*at < end && !(word.text.starts_with('-') && word.text.len() > 1))
            })
            .map(|(_, word)| word)
            .collect();
        Self { all, operands }
    }

    /// Whether a flag is given: a long one, or a letter among short ones.
    fn has(&self, long: &str, short: char) -> bool {
        self.all
            .iter()
            .take_while(|word| word.text != "--")
            .any(|word| {
                let text = word.text.as_str();
                match text.strip_prefix("--") {
                    Some(name) => {
                        !long.is_empty()
                            && name.len() > 2
                            && long.starts_with(name.split('=').next().unwrap_or(name))
                    }
                    None => text.starts_with('-') && text.contains(short),
                }
            })
    }

    fn is(&self, flags: &[&str]) -> bool {
        self.all
            .iter()
            .any(|word| flags.contains(&word.text.as_str()))
    }

    fn any(&self, is: impl Fn(&str) -> bool) -> bool {
        self.all.iter().any(|word| is(&word.text))
    }

    /// The value of a flag, as the next argument or after `=`.
    fn value(&self, flags: &[&str]) -> Option<&'w Word> {
        let at = self
            .all
            .iter()
            .position(|word| flags.contains(&word.text.as_str()))?;
        self.all.get(at + 1)
    }
}

/// Verbs and flags that turn a protection off, as `(program, words that must all stand there)`.
const PROTECTION_OFF: &[(&str, &[&str])] = &[
    ("setenforce", &["0"]),
    ("setenforce", &["Permissive"]),
    ("ufw", &["disable"]),
    ("ufw", &["reset"]),
    ("iptables", &["-F"]),
    ("iptables", &["--flush"]),
    ("iptables", &["-X"]),
    ("iptables", &["-P", "ACCEPT"]),
    ("ip6tables", &["-F"]),
    ("nft", &["flush", "ruleset"]),
    ("firewall-cmd", &["--panic-off"]),
    ("auditctl", &["-e", "0"]),
    ("auditctl", &["-D"]),
    ("spctl", &["--master-disable"]),
    ("csrutil", &["disable"]),
    ("sysctl", &["kernel.randomize_va_space=0"]),
    ("sysctl", &["-w", "kernel.randomize_va_space=0"]),
    ("swapoff", &["-a"]),
];

impl Walk {
    /// Applies a program's rule. False where it has none.
    pub(super) fn ruled(
        &mut self,
        program: &str,
        words: &[Word],
        stdin: &Stdin<'_>,
        level: usize,
    ) -> bool {
        let arguments = Arguments::new(words);
        if PROTECTION_OFF.iter().any(|(name, needed)| {
            *name == program && needed.iter().all(|needed| arguments.is(&[needed]))
        }) {
            self.facts.hazard(Hazard::SecurityDisabled);
        }
        self.evaluates(program, &arguments);
        self.writes_besides(program, &arguments);
        match program {
            "cd" | "pushd" | "popd" => self.moves(program, &arguments),
            "printenv" | "env" if arguments.operands.is_empty() => self.whole_environment(),
            "export" | "declare" | "typeset"
                if arguments.is(&["-p", "-x"]) && arguments.operands.is_empty() =>
            {
                self.whole_environment();
            }
            "set" if words.is_empty() => self.whole_environment(),
            "printenv" => self.prints(&arguments),
            "getent" => return self.looks_up(&arguments),
            "bind" | "enable" | "complete" => return self.loads(program, &arguments),
            "tcpdump" => return self.captures(&arguments),
            "hostname" | "date" | "timedatectl" | "hostnamectl" | "localectl" | "loginctl"
            | "ip" | "route" | "arp" | "dmesg" | "ifconfig" | "umask" => {
                return self.sets(program, &arguments);
            }
            "less" | "more" | "most" | "man" => return self.pager(program, words, level),
            "sort" => return self.sorts(&arguments),
            "jq" | "yq" | "gojq" => return self.filters(&arguments),
            "grep" | "egrep" | "fgrep" | "zgrep" | "rg" | "ag" | "ack" | "diff" => {
                return self.searches(program, &arguments);
            }
            "gzip" | "gunzip" | "bzip2" | "bunzip2" | "xz" | "unxz" | "zstd" | "unzip" | "7z" => {
                return self.unpacks(program, &arguments);
            }
            "rpm" => return self.queries(words),
            "rm" => self.rm(&arguments),
            "shred" | "truncate" => {
                for operand in sizes_aside(&arguments) {
                    self.touch(operand, Access::Delete);
                }
            }
            "mv" | "cp" | "ln" | "install" | "ditto" => self.copy(program, &arguments),
            "dd" => self.dd(&arguments),
            "chmod" => self.chmod(&arguments),
            "chown" | "chgrp" => self.chown(&arguments),
            "find" | "fd" | "fdfind" => self.find(words, level),
            "tar" => self.tar(&arguments, level),
            "curl" | "wget" | "http" | "https" | "fetch" => self.transfer(program, words),
            "nmap" | "zenmap" | "masscan" | "zmap" | "rustscan" | "unicornscan" | "hping3"
            | "arp-scan" => {
                // What it asks of which machines, and with which scripts, is not read.
                self.facts.effect(Effect::Network);
                self.facts.unknown(Unknown::UnlistedProgram);
            }
            "nc" | "ncat" | "netcat" | "socat" => self.netcat(program, &arguments, stdin, level),
            "scp" | "sftp" | "rsync" | "ftp" | "rclone" => {
                self.copy_over_network(program, &arguments)
            }
            "kill" | "pkill" | "killall" => self.kill(program, &arguments),
            "crontab" | "at" | "batch" => self.schedule(program, &arguments, stdin, level),
            "sed" => self.sed(&arguments),
            "awk" | "gawk" | "mawk" | "nawk" => self.awk(&arguments, level),
            "tee" => {
                self.facts.effect(Effect::Write);
                arguments
                    .operands
                    .iter()
                    .for_each(|word| self.touch(word, Access::Write));
            }
            "iptables" | "ip6tables" | "nft" | "ufw" | "firewall-cmd" | "setenforce"
            | "auditctl" | "spctl" | "csrutil" => {
                self.facts.effect(Effect::Service);
            }
            "sysctl" => {
                let writes =
                    arguments.any(|word| word.contains('=') || word == "-w" || word == "-p");
                self.facts.effect(if writes {
                    Effect::Service
                } else {
                    Effect::Read
                });
            }
            "useradd" | "adduser" | "usermod" | "userdel" | "groupadd" | "groupdel" | "passwd"
            | "chpasswd" | "visudo" | "gpasswd" => self.accounts(program, &arguments),
            "setcap" => {
                self.facts.effect(Effect::Privilege);
                self.facts.hazard(Hazard::PrivilegeEscalation);
            }
            "mount" | "umount" => self.mount(&arguments),
            "mkfs" | "fdisk" | "parted" | "sfdisk" | "wipefs" | "mkswap" | "sgdisk" | "mke2fs" => {
                self.disk(program, &arguments)
            }
            "shutdown" | "reboot" | "halt" | "poweroff" | "init" | "telinit" | "kexec" => {
                self.facts.effect(Effect::Service);
                if !arguments.is(&["-c", "--help"]) {
                    self.facts.hazard(Hazard::SystemHalt);
                }
            }
            "systemctl" | "service" | "launchctl" | "rc-service" => {
                self.service(program, &arguments)
            }
            "modprobe" | "insmod" | "rmmod" => {
                self.facts.effect(Effect::Privilege);
                self.facts.hazard(Hazard::PrivilegeEscalation);
            }
            "history" => {
                self.facts.effect(Effect::Read);
                if arguments.has("", 'c') || arguments.has("", 'w') {
                    self.facts.hazard(Hazard::LogTampering);
                }
            }
            "journalctl" => {
                let vacuums =
                    arguments.any(|word| word.starts_with("--vacuum") || word == "--rotate");
                self.facts.effect(if vacuums {
                    Effect::Delete
                } else {
                    Effect::Read
                });
                if vacuums {
                    self.facts.hazard(Hazard::LogTampering);
                }
            }
            "unset" | "set" | "export" => self.shell_state(program, &arguments),
            "env" => self.facts.effect(Effect::Read),
            "base64" | "xxd" | "openssl" | "gpg" => self.encode(program, &arguments),
            "tmux" | "screen" => self.terminal(&arguments, level),
            "vi" | "vim" | "nvim" | "ed" | "ex" | "emacs" | "nano" => self.editor(&arguments),
            "uv" | "npx" | "bunx" | "pnpm" | "npm" | "yarn" | "pip" | "pip3" | "cargo" | "go"
            | "gem" | "poetry" | "bun" | "deno" | "pipx" | "conda" | "brew" | "apt" | "apt-get"
            | "dnf" | "yum" | "apk" | "dpkg" | "pacman" => {
                self.packages(program, &arguments, level);
            }
            _ => return self.managed(program, words, level),
        }
        true
    }

    /// Programs that manage clusters, clouds, repositories, containers and databases.
    fn managed(&mut self, program: &str, words: &[Word], level: usize) -> bool {
        let texts: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
        let Some(outcome) = cli::inspect(program, &texts) else {
            return false;
        };
        self.facts.effects.extend(outcome.effects);
        self.facts.hazards.extend(outcome.hazards);
        self.facts.cloud.extend(outcome.calls);
        self.facts.sql.extend(outcome.sql);
        for path in outcome.reads {
            self.touch_text(&path, Access::Read);
        }
        for path in outcome.writes {
            self.touch_text(&path, Access::Write);
        }
        for text in outcome.shell {
            self.nested(&text, level);
        }
        if let Some(why) = outcome.unknown {
            self.facts.unknown(why);
        }
        if let Some(inner) = outcome
            .inner
            .and_then(|at| words.get(at..))
            .filter(|inner| !inner.is_empty())
        {
            self.words(inner, &Stdin::default(), level + 1);
        }
        true
    }
}

/// `truncate -s 0 FILE`: the size is no file.
fn sizes_aside<'w>(arguments: &Arguments<'w>) -> Vec<&'w Word> {
    let size = arguments.value(&["-s", "--size", "-n", "--iterations"]);
    arguments
        .operands
        .iter()
        .copied()
        .filter(|word| size.is_none_or(|size| !std::ptr::eq(*word, size)))
        .collect()
}
