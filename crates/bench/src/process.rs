//! What a process used, from `/proc`, and its end.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

/// Ticks per second in `/proc/PID/stat`: `USER_HZ`, which is 100 on every architecture that Linux
/// exports it to programs on (proc_pid_stat(5)).
const TICKS_PER_S: u64 = 100;

/// A process that said that it is ready. Killed, by its id, when dropped.
pub(crate) struct Process {
    child: Child,
    /// Open until the end: the origin ends when it closes.
    _stdin: Option<ChildStdin>,
    _stdout: Option<BufReader<ChildStdout>>,
}

impl Process {
    /// Starts a program, and gives the rest of its first line after `ready`.
    ///
    /// # Errors
    ///
    /// It does not start, or says something else.
    pub(crate) fn ready(command: &mut Command, ready: &str) -> Result<(Self, String)> {
        let mut process = Self::start(command.stdin(Stdio::piped()).stdout(Stdio::piped()))?;
        let stdout = process.child.stdout.take().context("it has an output")?;
        let mut stdout = BufReader::new(stdout);
        let mut line = String::new();
        stdout.read_line(&mut line)?;
        process._stdout = Some(stdout);
        match line.trim_end().strip_prefix(ready) {
            Some(rest) => Ok((process, rest.to_owned())),
            None => bail!("{command:?} did not say that it is ready, but `{line}`"),
        }
    }

    /// Starts a program.
    ///
    /// # Errors
    ///
    /// It does not start.
    pub(crate) fn start(command: &mut Command) -> Result<Self> {
        let child = command.spawn();
        let mut child = child.with_context(|| format!("cannot start {command:?}"))?;
        Ok(Self {
            _stdin: child.stdin.take(),
            _stdout: None,
            child,
        })
    }

    /// Processor time of it and its children until now.
    ///
    /// # Errors
    ///
    /// It ended.
    pub(crate) fn cpu(&self) -> Result<Duration> {
        let ticks = self
            .family()?
            .into_iter()
            .map(|stat| stat.ticks)
            .sum::<u64>();
        Ok(Duration::from_millis(ticks * 1_000 / TICKS_PER_S))
    }

    /// The most memory that it and its children ever held, in KiB.
    ///
    /// # Errors
    ///
    /// It ended.
    pub(crate) fn memory_peak_kib(&self) -> Result<u64> {
        self.memory("VmHWM:")
    }

    /// The memory that it and its children hold now, in KiB.
    ///
    /// # Errors
    ///
    /// It ended.
    pub(crate) fn memory_kib(&self) -> Result<u64> {
        self.memory("VmRSS:")
    }

    fn memory(&self, key: &str) -> Result<u64> {
        let mut kib = 0;
        for stat in self.family()? {
            let status = fs::read_to_string(format!("/proc/{}/status", stat.pid))?;
            let line = status.lines().find_map(|line| line.strip_prefix(key));
            let number = line.and_then(|line| line.trim().strip_suffix(" kB"));
            kib += number.context("the process has memory")?.parse::<u64>()?;
        }
        Ok(kib)
    }

    /// The process and its children.
    fn family(&self) -> Result<Vec<Stat>> {
        let parent = self.child.id();
        let mut family = Vec::new();
        for entry in fs::read_dir("/proc")? {
            let name = entry?.file_name();
            let Some(pid) = name.to_str().and_then(|name| name.parse().ok()) else {
                continue;
            };
            // Others come and go while this looks at them.
            let Ok(text) = fs::read_to_string(format!("/proc/{pid}/stat")) else {
                continue;
            };
            let stat = Stat::parse(pid, &text).context("`/proc/PID/stat` has another form")?;
            if pid == parent || stat.parent == parent {
                family.push(stat);
            }
        }
        if !family.iter().any(|stat| stat.pid == parent) {
            bail!("the process under test ended");
        }
        Ok(family)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // A tree of processes ends with its parent's orderly end, so that is asked for first.
        let pid = self.child.id().to_string();
        let asked = Command::new("kill").args(["-TERM", &pid]).status();
        for _ in 0..200 {
            if asked.is_err() || !matches!(self.child.try_wait(), Ok(None)) {
                break;
            }
            std::thread::sleep(Duration::from_millis(25));
        }
        // Both fail only where it already ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

struct Stat {
    pid: u32,
    parent: u32,
    ticks: u64,
}

impl Stat {
    /// Of `/proc/PID/stat`; the name in parentheses may have spaces.
    fn parse(pid: u32, text: &str) -> Option<Self> {
        let (_, rest) = text.rsplit_once(") ")?;
        let fields: Vec<&str> = rest.split(' ').collect();
        let number = |at: usize| fields.get(at)?.parse::<u64>().ok();
        Some(Self {
            pid,
            parent: u32::try_from(number(1)?).ok()?,
            ticks: number(11)? + number(12)?,
        })
    }
}
