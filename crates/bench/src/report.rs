//! The numbers, for people and for programs.

use std::fmt;

use serde_json::{Value, json};

use crate::cells::{Cell, Measured, float};
use crate::memory::OpenSessions;
use crate::streams::{OpenStreams, Opened};
use crate::subject::Kind;

pub(crate) struct Report {
    pub(crate) quick: bool,
    /// Its version, if it is installed.
    pub(crate) nginx: Option<String>,
    pub(crate) cells: Vec<Cell>,
    pub(crate) sessions: Option<OpenSessions>,
    pub(crate) streams: Option<OpenStreams>,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f)?;
        match &self.nginx {
            Some(version) => writeln!(f, "floor: {version}, one worker")?,
            None => writeln!(f, "floor: SKIPPED, nginx is not installed")?,
        }
        if self.quick {
            writeln!(f, "quick: short turns, the numbers scatter more")?;
        }
        writeln!(f)?;
        table(f, &self.cells)?;
        writeln!(f)?;
        syncs(f, &self.cells)?;
        if let Some(open) = &self.sessions {
            writeln!(f)?;
            sessions(f, open)?;
        }
        if let Some(open) = &self.streams {
            writeln!(f)?;
            streams(f, open)?;
        }
        Ok(())
    }
}

fn table(f: &mut fmt::Formatter<'_>, cells: &[Cell]) -> fmt::Result {
    writeln!(
        f,
        "{:<16} {:<7} {:>4}  {:<8} {:>9} {:>7} {:>9} {:>7} {:>8} {:>7} {:>9} {:>7} {:>8}",
        "",
        "era",
        "at",
        "through",
        "p50 ms",
        "x",
        "p99 ms",
        "x",
        "calls/s",
        "x",
        "CPU us",
        "x nginx",
        "peak MiB",
    )?;
    for cell in cells {
        for measured in &cell.results {
            row(f, cell, measured)?;
        }
    }
    writeln!(
        f,
        "x: ratio to direct. CPU us: processor time of the process under test per call, what runs \
         behind the calls included."
    )
}

fn row(f: &mut fmt::Formatter<'_>, cell: &Cell, measured: &Measured) -> fmt::Result {
    let ratio = |of: fn(&Measured) -> f64| to_direct(cell, measured, of);
    writeln!(
        f,
        "{:<16} {:<7} {:>4}  {:<8} {:>9.3} {:>7} {:>9.3} {:>7} {:>8.0} {:>7} {:>9} {:>7} {:>8}",
        cell.shape.title(),
        cell.era.name(),
        cell.clients,
        measured.kind.name(),
        measured.p50_us / 1e3,
        fixed(ratio(|m| m.p50_us), 2),
        measured.p99_us / 1e3,
        fixed(ratio(|m| m.p99_us), 2),
        measured.calls_per_s,
        fixed(ratio(|m| m.calls_per_s), 3),
        fixed(measured.cpu_us_per_call, 1),
        fixed(to_nginx(cell, measured), 2),
        fixed(measured.memory_peak_kib.map(|kib| float(kib) / 1_024.0), 1),
    )
}

/// The disk's part: what a sync takes alone, and how the log used it.
fn syncs(f: &mut fmt::Formatter<'_>, cells: &[Cell]) -> fmt::Result {
    writeln!(
        f,
        "{:<16} {:<7} {:>4}  {:>9} {:>9} {:>7} {:>7} {:>12} {:>12} {:>9}",
        "probity's log",
        "era",
        "at",
        "disk p50",
        "disk p99",
        "syncs",
        "ms each",
        "records/sync",
        "records/call",
        "disk busy",
    )?;
    for cell in cells {
        let Some(measured) = cell.of(Kind::Probity) else {
            continue;
        };
        let sync = Sync::of(cell, measured);
        writeln!(
            f,
            "{:<16} {:<7} {:>4}  {:>9.3} {:>9.3} {:>7.0} {:>7.3} {:>12.1} {:>12.1} {:>8.1}%",
            cell.shape.title(),
            cell.era.name(),
            cell.clients,
            cell.disk.p50_us / 1e3,
            cell.disk.p99_us / 1e3,
            cell.ledger.batches,
            sync.ms_each,
            sync.records_each,
            cell.ledger.entries / float(measured.calls),
            sync.share * 100.0,
        )?;
    }
    writeln!(
        f,
        "disk p50, p99: ms for a bare write of 4 KiB and its fdatasync, between the turns. ms each: the \
         log's write and sync. disk busy: the part of the turns' time during which one was under way."
    )
}

fn sessions(f: &mut fmt::Formatter<'_>, open: &OpenSessions) -> fmt::Result {
    writeln!(
        f,
        "{} open legacy sessions: {:.1} MiB before, {:.1} MiB after, {:.0} bytes each; \
         small call at 16: p50 {:.3} ms before, {:.3} ms after",
        open.sessions,
        float(open.before_kib) / 1_024.0,
        float(open.after_kib) / 1_024.0,
        open.bytes_each(),
        open.p50_before_us / 1e3,
        open.p50_after_us / 1e3,
    )
}

fn streams(f: &mut fmt::Formatter<'_>, open: &OpenStreams) -> fmt::Result {
    writeln!(
        f,
        "{} streams, each open while the server keeps back its second event; the first has a masked value",
        open.streams
    )?;
    for opened in &open.results {
        writeln!(
            f,
            "{:<8} first event p50 {:>8.3} ms, p99 {:>8.3} ms, {:>7} bytes of memory each",
            opened.kind.name(),
            opened.first_p50_us / 1e3,
            opened.first_p99_us / 1e3,
            fixed(opened.bytes_each, 0),
        )?;
    }
    Ok(())
}

fn stream_json(opened: &Opened) -> Value {
    json!({
        "through": opened.kind.name(),
        "first_event_p50_us": opened.first_p50_us,
        "first_event_p99_us": opened.first_p99_us,
        "bytes_per_stream": opened.bytes_each,
    })
}

/// How the log used the disk during the turns of a cell.
struct Sync {
    ms_each: f64,
    records_each: f64,
    share: f64,
}

impl Sync {
    fn of(cell: &Cell, measured: &Measured) -> Self {
        let ledger = cell.ledger;
        let batches = ledger.batches.max(1.0);
        Self {
            ms_each: ledger.sync_us / batches / 1e3,
            records_each: ledger.entries / batches,
            share: ledger.sync_us / 1e6 / measured.elapsed.as_secs_f64(),
        }
    }
}

fn to_direct(cell: &Cell, measured: &Measured, of: fn(&Measured) -> f64) -> Option<f64> {
    let direct = cell.of(Kind::Direct)?;
    Some(of(measured) / of(direct))
}

fn to_nginx(cell: &Cell, measured: &Measured) -> Option<f64> {
    let nginx = cell.of(Kind::Nginx)?.cpu_us_per_call?;
    Some(measured.cpu_us_per_call? / nginx)
}

fn fixed(value: Option<f64>, digits: usize) -> String {
    value.map_or_else(|| "-".to_owned(), |value| format!("{value:.digits$}"))
}

impl Report {
    /// The same as one JSON object.
    pub(crate) fn to_json(&self) -> String {
        let value = json!({
            "quick": self.quick,
            "nginx": self.nginx,
            "cells": self.cells.iter().map(cell_json).collect::<Vec<_>>(),
            "open_sessions": self.sessions.as_ref().map(|open| json!({
                "sessions": open.sessions,
                "rss_before_kib": open.before_kib,
                "rss_after_kib": open.after_kib,
                "bytes_per_session": open.bytes_each(),
                "small_call_p50_before_us": open.p50_before_us,
                "small_call_p50_after_us": open.p50_after_us,
            })),
            "open_streams": self.streams.as_ref().map(|open| json!({
                "streams": open.streams,
                "results": open.results.iter().map(stream_json).collect::<Vec<_>>(),
            })),
        });
        format!("{value:#}\n")
    }
}

fn cell_json(cell: &Cell) -> Value {
    let results = cell.results.iter().map(|m| {
        json!({
            "through": m.kind.name(),
            "calls": m.calls,
            "p50_us": m.p50_us,
            "p50_to_direct": to_direct(cell, m, |m| m.p50_us),
            "p99_us": m.p99_us,
            "p99_to_direct": to_direct(cell, m, |m| m.p99_us),
            "calls_per_s": m.calls_per_s,
            "calls_per_s_to_direct": to_direct(cell, m, |m| m.calls_per_s),
            "cpu_us_per_call": m.cpu_us_per_call,
            "cpu_to_nginx": to_nginx(cell, m),
            "memory_peak_kib": m.memory_peak_kib,
        })
    });
    let results: Vec<Value> = results.collect();
    let sync = cell.of(Kind::Probity).map(|measured| {
        let sync = Sync::of(cell, measured);
        json!({
            "syncs": cell.ledger.batches,
            "records": cell.ledger.entries,
            "ms_per_sync": sync.ms_each,
            "records_per_sync": sync.records_each,
            "share_of_time": sync.share,
        })
    });
    json!({
        "shape": cell.shape.name(),
        "era": cell.era.name(),
        "clients": cell.clients,
        "results": results,
        "probity_sync": sync,
        "disk_alone": { "sync_p50_us": cell.disk.p50_us, "sync_p99_us": cell.disk.p99_us },
    })
}
