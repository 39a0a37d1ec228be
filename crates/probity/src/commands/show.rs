use std::io::{self, Write};
use std::time::Duration;

use anyhow::Result;
use model::CallId;
use store::{Reader, SessionState, SessionView};

use super::recordings;
use crate::cli::ShowArgs;
use crate::exit::{Exit, NotFound};
use crate::view::{
    Calls, PAYLOAD_CHARS_MAX, Paint, Shown, record_json, write_record, write_sessions,
};

/// How often new records are looked for with `--follow`.
const FOLLOW: Duration = Duration::from_millis(200);

pub(super) fn run(args: &ShowArgs) -> Result<Exit> {
    let mut reader = recordings::open(&args.config)?;
    let mut out = io::stdout().lock();
    let mut printer = Printer {
        json: args.json,
        payload_chars_max: if args.full {
            usize::MAX
        } else {
            PAYLOAD_CHARS_MAX
        },
        paint: Paint::for_stdout(),
        calls: Calls::default(),
    };
    let Some(session) = &args.session else {
        let decision = args.decision.as_deref().unwrap_or_default();
        return printer.decision(&mut out, &reader, decision);
    };
    let view = recordings::find(&reader, session)?;
    printer.session(&mut out, &reader, &view)?;
    let mut next = printer.records(&mut out, &reader, &view, 0)?;
    if args.follow {
        let mut state = view.state;
        while state == SessionState::Open {
            std::thread::sleep(FOLLOW);
            reader.refresh()?;
            // What is appended after the state was read is printed in the next round.
            state = reader.session(view.id)?.map_or(state, |now| now.state);
            next = printer.records(&mut out, &reader, &view, next)?;
        }
    }
    Ok(Exit::Ok)
}

/// Prints a session: for `show` and for the demo.
pub(super) struct Printer {
    pub(super) json: bool,
    /// Longer messages are cut, in characters.
    pub(super) payload_chars_max: usize,
    pub(super) paint: Paint,
    pub(super) calls: Calls,
}

impl Printer {
    /// Prints whose session it is.
    pub(super) fn session(
        &mut self,
        out: &mut impl Write,
        reader: &Reader,
        view: &SessionView,
    ) -> Result<()> {
        if !self.json {
            let listed = recordings::listed(reader, view.clone())?;
            write_sessions(out, &[listed], self.paint)?;
            writeln!(out)?;
        }
        Ok(())
    }

    /// Prints the records of one decision, with whose session it belongs to.
    fn decision(&mut self, out: &mut impl Write, reader: &Reader, decision: &str) -> Result<Exit> {
        let call: CallId = decision
            .parse()
            .map_err(|_| NotFound(format!("`{decision}` is no id of a decision")))?;
        for view in reader.sessions()? {
            let mut found = false;
            for record in reader.records(view.id, 0)? {
                let record = record?;
                if record.leaf.prefix.call != Some(call) {
                    continue;
                }
                if !found {
                    self.session(out, reader, &view)?;
                    found = true;
                }
                let mut shown = Shown::from(record);
                self.calls.follow(&mut shown);
                self.record(out, &shown, &view)?;
            }
            if found {
                out.flush()?;
                return Ok(Exit::Ok);
            }
        }
        Err(NotFound(format!("no record is of the decision `{decision}`")).into())
    }

    fn record(&self, out: &mut impl Write, shown: &Shown, view: &SessionView) -> Result<()> {
        if self.json {
            writeln!(out, "{}", record_json(shown))?;
        } else {
            write_record(
                out,
                shown,
                view.opened_at,
                self.payload_chars_max,
                self.paint,
            )?;
        }
        Ok(())
    }

    /// Prints the records from `from_seq` on; returns the number of the next one.
    pub(super) fn records(
        &mut self,
        out: &mut impl Write,
        reader: &Reader,
        view: &SessionView,
        from_seq: u64,
    ) -> Result<u64> {
        let mut next = from_seq;
        for record in reader.records(view.id, from_seq)? {
            let mut shown = Shown::from(record?);
            self.calls.follow(&mut shown);
            next = shown.seq + 1;
            self.record(out, &shown, view)?;
        }
        out.flush()?;
        Ok(next)
    }
}
