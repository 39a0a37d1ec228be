//! What is on record, as lines that a test can expect.

use std::fmt;

use ledger::{Direction, Facts, Kind};
use model::SessionId;
use store::{Reader, RecordView};

/// One record.
#[derive(Clone)]
pub(crate) struct RecordLine {
    pub(crate) kind: Kind,
    pub(crate) session: SessionId,
    pub(crate) facts: Facts,
    pub(crate) payload: Vec<u8>,
}

/// Everything on record in the order of the log, without what the node says about itself.
pub(crate) fn lines(reader: &Reader) -> Vec<RecordLine> {
    let mut all: Vec<RecordView> = Vec::new();
    for session in reader.sessions().expect("the index can be read") {
        let records = reader.records(session.id, 0).expect("the session is there");
        all.extend(records.map(|record| record.expect("the record can be read")));
    }
    all.sort_by_key(|record| record.index);
    all.iter()
        .map(line)
        .filter(|line| {
            !matches!(
                line.kind,
                Kind::LogOpened | Kind::Heartbeat | Kind::Configuration
            )
        })
        .collect()
}

fn line(record: &RecordView) -> RecordLine {
    let body = record.body.open().expect("the key is there");
    RecordLine {
        kind: record.leaf.prefix.kind().expect("a known kind"),
        session: record.leaf.prefix.session,
        facts: body.facts.clone(),
        payload: body.payload.clone(),
    }
}

impl RecordLine {
    pub(crate) fn ending(&self) -> &str {
        self.facts.ending.as_deref().unwrap_or_default()
    }

    pub(crate) fn method(&self) -> &str {
        let message = self.facts.message.as_ref();
        message
            .and_then(|message| message.method.as_deref())
            .unwrap_or_default()
    }

    pub(crate) fn came_from_client(&self) -> bool {
        self.facts.direction == Some(Direction::ClientToServer)
    }
}

/// `kind direction message ending detail payload`, with what is absent left out.
impl fmt::Display for RecordLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.as_str())?;
        match self.facts.direction {
            Some(Direction::ClientToServer) => f.write_str(" >")?,
            Some(Direction::ServerToClient) => f.write_str(" <")?,
            None => {}
        }
        if let Some(message) = &self.facts.message {
            write!(f, " {}", message.kind)?;
            for part in [&message.method, &message.name].into_iter().flatten() {
                write!(f, " {part}")?;
            }
        }
        if self.facts.direction == Some(Direction::ServerToClient)
            && let Some(status) = self.facts.http.as_ref().and_then(|http| http.status)
        {
            write!(f, " {status}")?;
        }
        if let Some(ending) = &self.facts.ending {
            write!(f, " {ending}")?;
        }
        if let Some(detail) = &self.facts.detail {
            write!(f, " ({detail})")?;
        }
        if self.payload.is_empty() {
            return Ok(());
        }
        let payload = String::from_utf8_lossy(&self.payload);
        let mut shown: String = payload.chars().take(120).collect();
        if shown.len() < payload.len() {
            shown.push('…');
        }
        let shown = shown.replace('\r', "␍").replace('\n', "␊");
        f.write_str(" | ")?;
        shown.chars().try_for_each(|c| match c {
            // So that the expected text is text.
            '\u{feff}' | '\0'..='\u{1f}' => write!(f, "{}", c.escape_unicode()),
            c => write!(f, "{c}"),
        })
    }
}

impl fmt::Debug for RecordLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}
