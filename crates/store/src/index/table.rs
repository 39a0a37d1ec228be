//! The same in memory, for what is not in the index yet.

use std::collections::HashMap;

use ledger::{Kind, Leaf};
use model::{EntryIndex, SessionId};

use crate::reader::{SessionState, SessionView};

/// A session's records within one segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    /// The number of the segment.
    pub(crate) segment: u64,
    /// How many records.
    pub(crate) count: u64,
    /// The index of the last of them; each entry names the one before it.
    pub(crate) last: u64,
}

#[derive(Debug)]
struct Row {
    view: SessionView,
    spans: Vec<Span>,
}

/// The sessions of a log.
#[derive(Debug, Default)]
pub(crate) struct SessionTable {
    rows: HashMap<SessionId, Row>,
}

impl SessionTable {
    /// Takes in a leaf.
    pub(crate) fn add(&mut self, segment: u64, index: EntryIndex, leaf: &Leaf) {
        let prefix = &leaf.prefix;
        let row = self.rows.entry(prefix.session).or_insert_with(|| Row {
            view: SessionView {
                id: prefix.session,
                node: prefix.node,
                state: SessionState::Open,
                records: 0,
                opened_at: prefix.at,
                last_at: prefix.at,
                first: index,
                last: index,
            },
            spans: Vec::new(),
        });
        row.view.records += 1;
        row.view.last = index;
        row.view.last_at = prefix.at;
        match prefix.kind() {
            Some(Kind::SessionClosed) => row.view.state = SessionState::Closed,
            Some(Kind::SessionAbandoned) => row.view.state = SessionState::Abandoned,
            _ => {}
        }
        match row.spans.last_mut() {
            Some(span) if span.segment == segment => {
                span.count += 1;
                span.last = index.0;
            }
            _ => row.spans.push(Span {
                segment,
                count: 1,
                last: index.0,
            }),
        }
    }

    /// The number of sessions.
    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    /// All sessions with their spans, in no order.
    pub(crate) fn rows(&self) -> impl Iterator<Item = (&SessionView, &[Span])> {
        self.rows
            .values()
            .map(|row| (&row.view, row.spans.as_slice()))
    }

    /// One session and its spans.
    pub(crate) fn row(&self, id: SessionId) -> Option<(&SessionView, &[Span])> {
        self.rows
            .get(&id)
            .map(|row| (&row.view, row.spans.as_slice()))
    }
}

/// A session of which the earlier records are in `older`, and the rest in `newer`.
pub(crate) fn merge(older: SessionView, newer: &SessionView) -> SessionView {
    SessionView {
        state: newer.state,
        records: older.records + newer.records,
        last_at: newer.last_at,
        last: newer.last,
        ..older
    }
}
