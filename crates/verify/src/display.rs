//! Reports as people read them.

use std::fmt;

use model::TreeSize;

use crate::report::{EpochReport, Report, printable};

/// For people: a paragraph per epoch, a line per problem.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.orgs.iter().try_for_each(|org| org.fmt(f))?;
        self.epochs.iter().try_for_each(|epoch| epoch.fmt(f))
    }
}

impl fmt::Display for EpochReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.fmt_head(f)?;
        if self.contradiction.is_some() {
            return Ok(());
        }
        writeln!(
            f,
            "org log   {} checkpoints of this log are kept there",
            self.kept
        )?;
        writeln!(
            f,
            "behind    {} entries under signed frames, {} torn bytes",
            self.tail, self.torn_bytes
        )?;
        self.fmt_third_parties(f)?;
        writeln!(
            f,
            "sessions  {} opened, {} ended",
            self.sessions.opened, self.sessions.ended
        )?;
        let bodies = if self.bodies {
            ""
        } else {
            "  (leaves only: no bodies here)"
        };
        writeln!(
            f,
            "leaves    {} INTACT, {} PURGED-AUTHORISED, {} MISSING, {} CORRUPT{bodies}",
            self.counts.intact, self.counts.purged, self.counts.missing, self.counts.corrupt
        )?;
        self.fmt_problems(f)
    }
}

impl EpochReport {
    pub(crate) fn fmt_head(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "log       {}", self.origin)?;
        let source = if self.key_from_log {
            "  (came with the log: compare it with one from elsewhere)"
        } else {
            ""
        };
        writeln!(f, "key       {}{source}", self.vkey)?;
        if let Some(found) = &self.contradiction {
            return writeln!(f, "{:<9} {found}", found.as_str());
        }
        if self.verified_before > TreeSize(0) {
            let before = self.verified_before;
            writeln!(f, "before    {before} entries verified on earlier visits")?;
        }
        writeln!(f, "complete  up to entry {}, root {}", self.size, self.root)
    }

    /// What others say of it: its witnesses, and the authorities that timestamped it.
    pub(crate) fn fmt_third_parties(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "witness   {}", self.witnessed)?;
        let (Some(first), Some(last)) = (self.attested.first(), self.attested.last()) else {
            return Ok(());
        };
        writeln!(
            f,
            "attested  {} RFC 3161 timestamps: {} entries at {}, {} at {}  (their signatures: openssl ts -verify)",
            self.attested.len(),
            first.size,
            first.at(),
            last.size,
            last.at()
        )
    }

    pub(crate) fn fmt_problems(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for problem in &self.problems {
            let leaves = match problem.leaves {
                Some((first, last)) if first == last => format!(" entry {first}"),
                Some((first, last)) => format!(" entries {first} to {last}"),
                None => String::new(),
            };
            writeln!(
                f,
                "{:<9} `{}`{leaves}: {}",
                problem.verdict.as_str(),
                printable(&problem.file),
                printable(&problem.what)
            )?;
        }
        if self.problems_total > self.problems.len() as u64 {
            let more = self.problems_total - self.problems.len() as u64;
            writeln!(f, "          and {more} problems more")?;
        }
        Ok(())
    }
}
