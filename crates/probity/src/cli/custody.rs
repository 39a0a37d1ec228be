//! Commands that destroy what must be forgotten, and keep what must not.

use std::str::FromStr;

use clap::{ArgGroup, Args, Subcommand};
use model::{EntryIndex, SessionId, Timestamp};

use super::ConfigArgs;

/// Microseconds of a day.
const DAY_US: u64 = 86_400_000_000;

#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Destroys the keys of what is named, so that nobody can read it any more, and puts on record that this
was done on purpose: `verify` then says PURGED-AUTHORISED of it, and everything else stays as it is.
This cannot be taken back, and copies of the keyring elsewhere undo it: find them first.

Refused while a legal hold covers any of it, and while the gateway runs: stop it, purge, start it
again. A purge that a crash interrupts goes on at the next start.")]
pub(crate) struct PurgeArgs {
    #[command(subcommand)]
    pub(crate) what: PurgeWhat,
}

#[derive(Debug, Clone, Subcommand)]
pub(crate) enum PurgeWhat {
    /// One record
    Record {
        /// Its index in the log, as `show` prints it behind `#`
        index: u64,
        /// The epoch of its log; the current one if none is named
        #[arg(long, value_name = "N")]
        epoch: Option<u32>,
        #[command(flatten)]
        grounds: GroundsArgs,
    },
    /// All records of a session
    Session {
        /// The session's id
        id: SessionId,
        #[command(flatten)]
        grounds: GroundsArgs,
    },
    /// All sessions that opened on a day, in UTC
    Bucket {
        /// The day, as 2026-07-28
        day: Day,
        #[command(flatten)]
        grounds: GroundsArgs,
    },
}

/// Why, and on whose word.
#[derive(Debug, Clone, Args)]
pub(crate) struct GroundsArgs {
    /// Why: it goes on record
    #[arg(long, value_name = "TEXT")]
    pub(crate) grounds: String,
    /// Who approves; may be repeated, and goes on record
    #[arg(long, value_name = "NAME", required = true, num_args = 1..)]
    pub(crate) approved_by: Vec<String>,
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
}

#[derive(Debug, Clone, Args)]
#[command(after_help = "\
What is held for a case is not purged, whatever retention says, until two people release it. A hold
over some records of a session holds all of it. Placing and releasing are on record, and so is each
purge that met a hold. The gateway must be stopped for both; `list` reads beside it.")]
pub(crate) struct HoldArgs {
    #[command(subcommand)]
    pub(crate) command: HoldCommand,
}

#[derive(Debug, Clone, Subcommand)]
pub(crate) enum HoldCommand {
    /// Hold something for a case
    Place(HoldPlaceArgs),
    /// Release everything that is held for a case
    Release(HoldReleaseArgs),
    /// List what is held
    List(HoldListArgs),
}

#[derive(Debug, Clone, Args)]
#[command(group = ArgGroup::new("scope").required(true))]
pub(crate) struct HoldPlaceArgs {
    /// The case
    #[arg(long, value_name = "NAME")]
    pub(crate) case: String,
    /// A session
    #[arg(long, value_name = "ID", group = "scope")]
    pub(crate) session: Option<SessionId>,
    /// The sessions of these records, as 17-42
    #[arg(long, value_name = "FIRST-LAST", group = "scope")]
    pub(crate) records: Option<Range>,
    /// All sessions of a day in UTC, as 2026-07-28
    #[arg(long, value_name = "DAY", group = "scope")]
    pub(crate) day: Option<Day>,
    /// All sessions of a principal, as `kind|issuer|subject`, and those that come
    #[arg(long, value_name = "PRINCIPAL", group = "scope")]
    pub(crate) principal: Option<String>,
    /// The epoch of the records' log; the current one if none is named
    #[arg(long, value_name = "N", requires = "records")]
    pub(crate) epoch: Option<u32>,
    /// Who wants it; may be repeated, and goes on record
    #[arg(long, value_name = "NAME", required = true, num_args = 1..)]
    pub(crate) by: Vec<String>,
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct HoldReleaseArgs {
    /// The case
    #[arg(long, value_name = "NAME")]
    pub(crate) case: String,
    /// Who releases it: two people at least; goes on record
    #[arg(long, value_name = "NAME", required = true, num_args = 1..)]
    pub(crate) by: Vec<String>,
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct HoldListArgs {
    /// Print one JSON object per hold
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
}

/// A day in UTC, counted from 1970-01-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Day(pub(crate) u32);

impl FromStr for Day {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is no day; write it like 2026-07-28");
        let mut parts = text.split('-').map(str::parse::<u32>);
        let (Some(Ok(year)), Some(Ok(month)), Some(Ok(day)), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(wrong());
        };
        if !(1970..=9999).contains(&year) || !(1..=12).contains(&month) {
            return Err(wrong());
        }
        // Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", `days_from_civil`.
        let (years, months) = if month > 2 {
            (year, month - 3)
        } else {
            (year - 1, month + 9)
        };
        let of_year = (153 * months + 2) / 5 + day.saturating_sub(1);
        let days = years * 365 + years / 4 - years / 100 + years / 400 + of_year;
        let days = days.checked_sub(719_468).ok_or_else(wrong)?;
        // Only a day that there is has this name.
        let named = Timestamp::from_unix_us(u64::from(days) * DAY_US).to_string();
        if named.split('T').next() == Some(text) {
            Ok(Self(days))
        } else {
            Err(wrong())
        }
    }
}

/// The first and the last of some records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Range(pub(crate) EntryIndex, pub(crate) EntryIndex);

impl FromStr for Range {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (first, last) = text.split_once('-').unwrap_or((text, text));
        match (first.parse(), last.parse()) {
            (Ok(first), Ok(last)) if first <= last => Ok(Self(EntryIndex(first), EntryIndex(last))),
            _ => Err(format!("`{text}` is no range; write it like 17-42")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Day, Range};

    #[test]
    fn days_are_read() {
        for (text, day) in [
            ("1970-01-01", Some(0)),
            ("1970-03-01", Some(59)),
            ("2000-02-29", Some(11_016)),
            ("2026-07-28", Some(20_662)),
            ("2026-02-29", None),
            ("2026-7-28", None),
            ("2026-07-00", None),
            ("1969-12-31", None),
            ("2026-07-28-01", None),
            ("today", None),
        ] {
            assert_eq!(text.parse().ok(), day.map(Day), "{text}");
        }
    }

    #[test]
    fn ranges_are_read() {
        for (text, fits) in [("3-5", true), ("4", true), ("5-3", false), ("a-b", false)] {
            assert_eq!(text.parse::<Range>().is_ok(), fits, "{text}");
        }
    }
}
