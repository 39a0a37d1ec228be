//! Which program does what: the table.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::facts::Effect;

/// What a program does with its operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// Its operands are texts, and it touches nothing.
    Silent,
    /// Tells about the machine; its operands are no paths.
    Query,
    /// Reads the files it is given.
    Reader,
    /// Reads the files after a first operand that is a pattern or a program.
    Pattern,
    /// Writes the files it is given.
    Writer,
    /// Deletes the files it is given.
    Deleter,
    /// Reads all operands but the last, which it writes.
    Copier,
    /// Does this, whatever its operands are.
    Does(Effect),
    /// Its rule stands in `arguments.rs`, or its verbs in `cli`.
    Ruled,
}

const TABLE: &[(Class, &str)] = &[
    (
        Class::Silent,
        "echo printf true false : test [ expr seq yes sleep basename dirname exit return break continue shift set shopt \
         export declare typeset local readonly unset let read wait cd pushd popd dirs pwd tput clear reset getopts hash \
         alias unalias jobs fg bg times ulimit umask bc dc factor cal tsort rev-parse mapfile readarray type which whereis \
         command-v builtin-v man info help apropos whatis complete compgen enable caller disown bind logname nproc \
         mktemp uuidgen tty",
    ),
    (
        Class::Query,
        "date whoami id groups users who w uptime uname hostname hostnamectl arch lscpu lsblk lsusb lspci lsmod free df \
         vmstat iostat mpstat ps top htop pgrep pidof pstree netstat ss ifconfig ip route arp lsof env printenv getent \
         locale localectl timedatectl loginctl last lastlog dmesg sw_vers finger nvidia-smi sar tree-kill lsns findmnt \
         blkid getconf getfacl getcap ldconfig-p sestatus getenforce history finger rustup-show tracepath",
    ),
    (
        Class::Reader,
        "cat tac nl head tail less more bat ls dir ll la tree exa eza stat file wc du md5sum sha1sum sha224sum sha256sum \
         sha384sum sha512sum b2sum cksum sum cmp diff diff3 comm paste join sort uniq cut column fold fmt pr expand \
         unexpand strings od hexdump xxd hd base64 base32 zcat zless zmore bzcat xzcat readlink realpath nm objdump ldd \
         size readelf rev tr split csplit look vdiff colordiff jless wcstat cloc tokei scc zipinfo lsattr md5 shasum \
         openssl-dgst gzip-l iconv shellcheck hadolint yamllint jsonlint xmllint mediainfo identify exiftool pdftotext \
         ffprobe fdfind shuf numfmt tsc-noemit visidata csvlook csvcut csvstat mdcat glow",
    ),
    (
        Class::Pattern,
        "grep egrep fgrep zgrep rg ag ack ripgrep jq yq gron pcregrep pgrep-f xq tomlq htmlq locate mlocate plocate",
    ),
    (
        Class::Writer,
        "touch mkdir mkfifo mknod tee nano vi vim nvim emacs ed ex pico code subl patch gzip gunzip bzip2 bunzip2 xz unxz \
         zstd compress uncompress unzip zip 7z 7za unrar dos2unix unix2dos prettier black gofmt rustfmt autopep8 isort \
         clang-format fallocate setfacl chattr",
    ),
    (Class::Deleter, "rmdir unlink"),
    (Class::Copier, "cp mv ln install rsync-local ditto"),
    (
        Class::Does(Effect::Network),
        "ping ping6 traceroute mtr dig nslookup host whois telnet ftp tftp tcpdump tshark wireshark arping \
         ssh-keyscan iperf iperf3 speedtest ab wrk hey vegeta httpx openvpn wg wg-quick cloudflared ngrok chisel rclone",
    ),
    (
        Class::Does(Effect::Execute),
        "make gmake cmake ninja meson bazel gcc g++ clang clang++ cc c++ ld ar as rustc javac java kotlinc scalac mvn gradle \
         gradlew ant sbt dotnet msbuild pytest tox nox ruff mypy flake8 pylint eslint tsc jest vitest mocha webpack vite \
         rollup esbuild next nuxt turbo nx lerna rake rspec rubocop phpunit composer-run ctest valgrind perf just task \
         pre-commit ansible-lint tflint swift xcodebuild ghc cabal stack mix elixir erl rebar3 zig nim crystal dart \
         flutter protoc buf sphinx-build mkdocs hugo jekyll playwright cypress",
    ),
    (Class::Does(Effect::Process), "renice strace-p gcore"),
    (
        Class::Does(Effect::Package),
        "apt apt-get aptitude dpkg yum dnf rpm zypper pacman apk brew port snap flatpak pip pip3 pipx uv poetry conda mamba \
         gem bundle composer npm-install rustup nix nix-env choco winget scoop easy_install pnpm yarn npm npx bun deno \
         cargo go",
    ),
    (
        Class::Ruled,
        "rm shred truncate dd chmod chown chgrp find fd tar cpio curl wget fetch nc ncat netcat socat scp sftp rsync ftp kill \
         pkill killall crontab at batch sed awk gawk mawk nawk iptables ip6tables nft ufw firewall-cmd setenforce sysctl \
         useradd adduser usermod userdel groupadd groupdel passwd chpasswd visudo setcap mount umount mkfs fdisk parted \
         sfdisk wipefs mkswap swapoff shutdown reboot halt poweroff init telinit systemctl service journalctl logrotate \
         auditctl modprobe insmod rmmod kexec git gh glab hub kubectl k oc helm terraform tofu terragrunt aws gcloud gsutil bq az docker \
         podman nerdctl docker-compose psql mysql mariadb sqlite3 mongo mongosh redis-cli launchctl spctl csrutil defaults \
         openssl gpg tmux screen http https pg_dump mysqldump dropdb createdb mysqladmin pkexec crictl ctr passwd",
    ),
];

/// Families whose names go on: `mkfs.ext4`, `python3.12`.
const FAMILIES: &[(&str, &str)] = &[("mkfs.", "mkfs"), ("fsck.", "fsck")];

static CLASSES: LazyLock<HashMap<&'static str, Class>> = LazyLock::new(|| {
    let mut classes = HashMap::new();
    for (class, names) in TABLE {
        for name in names.split_whitespace() {
            classes.insert(name, *class);
        }
    }
    classes
});

/// What is known about a program; nothing where it is in no table.
pub(super) fn class(program: &str) -> Option<Class> {
    CLASSES.get(program).copied()
}

/// The name that the tables know a program by.
pub(super) fn family(program: &str) -> &str {
    FAMILIES
        .iter()
        .find(|(start, _)| program.starts_with(start))
        .map_or(program, |(_, family)| family)
}

/// Programs that run a text or a file as code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Interpreter {
    /// Speaks the language that `shell` reads.
    Shell,
    /// Speaks another language; `-c`, `-e` or the like gives code.
    Other(&'static [&'static str]),
    /// Windows PowerShell.
    PowerShell,
}

const INTERPRETERS: &[(&str, Interpreter)] = &[
    ("sh", Interpreter::Shell),
    ("bash", Interpreter::Shell),
    ("dash", Interpreter::Shell),
    ("zsh", Interpreter::Shell),
    ("ksh", Interpreter::Shell),
    ("mksh", Interpreter::Shell),
    ("ash", Interpreter::Shell),
    ("fish", Interpreter::Shell),
    ("rbash", Interpreter::Shell),
    ("csh", Interpreter::Shell),
    ("tcsh", Interpreter::Shell),
    ("python", Interpreter::Other(&["-c"])),
    ("pypy", Interpreter::Other(&["-c"])),
    ("perl", Interpreter::Other(&["-e", "-E"])),
    ("ruby", Interpreter::Other(&["-e"])),
    (
        "node",
        Interpreter::Other(&["-e", "--eval", "-p", "--print", "-pe"]),
    ),
    (
        "nodejs",
        Interpreter::Other(&["-e", "--eval", "-p", "--print", "-pe"]),
    ),
    ("php", Interpreter::Other(&["-r"])),
    ("lua", Interpreter::Other(&["-e"])),
    ("osascript", Interpreter::Other(&["-e"])),
    ("Rscript", Interpreter::Other(&["-e"])),
    ("tclsh", Interpreter::Other(&[])),
    ("expect", Interpreter::Other(&["-c"])),
    ("julia", Interpreter::Other(&["-e", "-E"])),
    ("guile", Interpreter::Other(&["-c"])),
    ("gdb", Interpreter::Other(&["-ex", "-eval-command"])),
    ("powershell", Interpreter::PowerShell),
    ("powershell.exe", Interpreter::PowerShell),
    ("pwsh", Interpreter::PowerShell),
];

/// How a program runs code, if it does; versions after its name do not matter.
pub(super) fn interpreter(program: &str) -> Option<Interpreter> {
    let bare = program.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
    INTERPRETERS
        .iter()
        .find(|(name, _)| *name == program || (*name == bare && !bare.is_empty()))
        .map(|(_, interpreter)| *interpreter)
}

/// Programs that print what another machine sends.
pub(super) const DOWNLOADERS: &[&str] = &[
    "curl", "wget", "fetch", "aria2c", "nc", "ncat", "netcat", "socat", "lynx", "http", "https",
    "ftp", "dig", "ssh",
];
