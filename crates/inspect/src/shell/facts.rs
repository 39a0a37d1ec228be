//! What is said about a command: the words that policies use.

use std::collections::BTreeSet;

use crate::cli::Call;
use crate::names::named;

named! {
    /// The language that a command is written in.
    pub enum Dialect {
        /// Bash, and the POSIX shells whose language it contains.
        Bash = "bash",
        /// Windows PowerShell and PowerShell 7.
        PowerShell = "power_shell",
    }
}

named! {
    /// What a program does to the world around it.
    pub enum Effect {
        /// Reads files or state.
        Read = "read",
        /// Creates or changes files or state.
        Write = "write",
        /// Deletes files or state.
        Delete = "delete",
        /// Runs code that is not part of the command itself: scripts, build steps, containers.
        Execute = "execute",
        /// Speaks with another machine.
        Network = "network",
        /// Acts as somebody else or changes who may do what.
        Privilege = "privilege",
        /// Ends or traces processes.
        Process = "process",
        /// Installs or removes software.
        Package = "package",
        /// Starts, stops or configures services, or the machine.
        Service = "service",
        /// Arranges that something runs later.
        Persist = "persist",
    }
}

named! {
    /// A pattern that is dangerous whatever the arguments are.
    pub enum Hazard {
        /// Deletes a tree at an absolute, home, parent or unknown path, or everything here.
        RecursiveDelete = "recursive_delete",
        /// Writes to a block device or a file system's structures.
        DeviceWrite = "device_write",
        /// Writes to or deletes below a folder of the operating system.
        SystemPath = "system_path",
        /// Writes to a hidden file of a home folder: start-up files, keys, configuration.
        HomeDotfile = "home_dotfile",
        /// Reads keys, tokens, password hashes or an environment.
        SensitiveRead = "sensitive_read",
        /// Sends a file's content to another machine.
        DataUpload = "data_upload",
        /// Runs what another machine sends.
        DownloadIntoInterpreter = "download_into_interpreter",
        /// Runs what a decoder gives.
        DecodeIntoInterpreter = "decode_into_interpreter",
        /// Which program runs, or which code, is only known when it runs.
        DynamicCommand = "dynamic_command",
        /// Ties a shell to a connection.
        ReverseShell = "reverse_shell",
        /// Becomes root, or makes it possible: sudo, setuid, capabilities, sudoers.
        PrivilegeEscalation = "privilege_escalation",
        /// Makes files accessible to everybody.
        OpenPermissions = "open_permissions",
        /// Turns off a firewall, an audit, a policy or a scanner.
        SecurityDisabled = "security_disabled",
        /// Deletes or empties logs or the history.
        LogTampering = "log_tampering",
        /// Arranges that something runs at a later time or start.
        Persistence = "persistence",
        /// Changes how programs start: `LD_PRELOAD`, `BASH_ENV` and their kin.
        EnvironmentInjection = "environment_injection",
        /// Starts itself without end.
        ForkBomb = "fork_bomb",
        /// Ends every process, init, or the machine.
        SystemHalt = "system_halt",
        /// Destroys resources of a cluster, a cloud, a registry or a database server.
        ResourceDestruction = "resource_destruction",
        /// Rewrites or drops the history of a repository.
        HistoryRewrite = "history_rewrite",
        /// Prints or fetches a stored secret.
        SecretDisclosure = "secret_disclosure",
        /// Changes who may do what in a cluster, a cloud or a database.
        AccessChange = "access_change",
        /// Gives a container the machine that it runs on.
        ContainerEscape = "container_escape",
        /// Asks a cloud's metadata service, which hands out credentials.
        MetadataService = "metadata_service",
        /// Runs a configuration, manifest or package that another machine holds.
        RemoteManifest = "remote_manifest",
        /// Takes code out of an inline program that deletes, runs or connects.
        InlineCode = "inline_code",
        /// Takes the protection off something: an unverified certificate, a skipped hook.
        ProtectionBypass = "protection_bypass",
    }
}

named! {
    /// Why a command could not be judged in full. The first reason is kept.
    pub enum Unknown {
        /// It is no sentence of its language.
        ParseError = "parse_error",
        /// It has a construct that nothing is known about.
        UnlistedNode = "unlisted_node",
        /// It runs a program, or a verb of one, that nothing is known about.
        UnlistedProgram = "unlisted_program",
        /// What it does depends on a value that is only known when it runs.
        DynamicArgument = "dynamic_argument",
        /// It is longer than the limit, or grows past it when unwrapped.
        TooLong = "too_long",
        /// It is nested deeper than the limit.
        TooDeep = "too_deep",
    }
}

/// What a command does, as far as its text tells.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// Every program that the command runs, without its folder, the nested ones included.
    pub programs: BTreeSet<String>,
    /// What these programs do.
    pub effects: BTreeSet<Effect>,
    /// The paths that are read, as far as they are literal.
    pub reads: BTreeSet<String>,
    /// The paths that are written, as far as they are literal.
    pub writes: BTreeSet<String>,
    /// The paths that are deleted, as far as they are literal.
    pub deletes: BTreeSet<String>,
    /// The hosts that are spoken with, as far as they are literal.
    pub hosts: BTreeSet<String>,
    /// The dangerous patterns that were found.
    pub hazards: BTreeSet<Hazard>,
    /// What is asked of the programs that manage systems.
    pub cloud: Vec<Call>,
    /// The texts that are handed to a database's client.
    pub sql: Vec<String>,
    /// Whether the text plainly hides what it does.
    pub obscured: bool,
    /// Why the command could not be judged in full.
    pub unknown: Option<Unknown>,
}

impl Facts {
    /// Keeps the first reason.
    pub(crate) fn unknown(&mut self, why: Unknown) {
        self.unknown.get_or_insert(why);
    }

    pub(crate) fn hazard(&mut self, hazard: Hazard) {
        self.hazards.insert(hazard);
    }

    pub(crate) fn effect(&mut self, effect: Effect) {
        self.effects.insert(effect);
    }
}
