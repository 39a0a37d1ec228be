//! Tables in text: CSV, TSV, psql and Markdown, aligned columns. The label is a column's header.

use std::ops::Range;

use super::super::values::Found;
use super::{Label, Value, take, window};
use crate::detect::Hit;

/// Most rows that are read behind one header.
const ROWS_MAX: usize = 10_000;

/// How a table's cells are parted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Parted {
    By(char),
    /// By two spaces or more: a cell begins where its header does.
    Aligned,
}

/// Takes the cells below the label, if it is a cell of a table's first line.
pub(super) fn column(label: &Label<'_>, hits: &mut Vec<Hit>) {
    let text = label.text;
    let line_start = window::line_start(text, label.name.start);
    // Further into a line than a window there is no heading.
    let begins = line_start == 0 || text.as_bytes().get(line_start - 1) == Some(&b'\n');
    let Some(line) = line_at(text, line_start).filter(|_| begins) else {
        return;
    };
    let Some(parted) = parting(label, line, line_start) else {
        return;
    };
    let header = cells(line, line_start, parted);
    label.work.read(line.len());
    let Some(place) = header
        .iter()
        .position(|cell| cell.start <= label.name.start && label.name.end <= cell.end)
    else {
        return;
    };
    let whole = header
        .get(place)
        .and_then(|cell| text.get(cell.clone()))
        .is_some_and(|cell| cell.len() <= label.name.len() + 24);
    if header.len() < 2 || !whole || !is_first(text, line_start, parted, header.len()) {
        row(label, &header, place, line_start, hits);
        return;
    }
    let names = header.iter().enumerate().all(|(number, cell)| {
        text.get(cell.clone()).is_some_and(|name| {
            // An index may have no heading; a line of code ends with a comma.
            (number == 0 || !name.is_empty())
                && name.len() <= 48
                && (name.split(' ').count() <= 3 || number == 0)
                // A sentence may lead to the first: `rows found: id | name | secret`.
                && (is_heading(name) || number == 0 && parted == Parted::By('|'))
        })
    });
    if !names {
        return;
    }
    let mut at = line_start + line.len() + 1;
    let aligned = header.get(place).map(|cell| cell.start - line_start);
    let next = header.get(place + 1).map(|cell| cell.start - line_start);
    for _ in 0..ROWS_MAX {
        let Some(line) = line_at(text, at) else {
            return;
        };
        let cell = match parted {
            Parted::Aligned if is_rule(line) => None,
            Parted::Aligned => {
                if cells(line, at, parted).len() < 2 {
                    return;
                }
                aligned.and_then(|from| aligned_cell(line, at, from, next))
            }
            Parted::By(_) if is_rule(line) => None,
            Parted::By(_) => {
                let row = cells(line, at, parted);
                if row.len() != header.len() {
                    return;
                }
                row.get(place).cloned()
            }
        };
        if line.trim().is_empty() {
            return;
        }
        if let Some(span) = cell {
            take(
                label,
                &Value {
                    span,
                    found: Found::Whole,
                },
                hits,
            );
        }
        label.work.read(line.len());
        at += line.len() + 1;
    }
}

/// Whether a cell could be a heading: words, without the signs of code and sentences.
fn is_heading(cell: &str) -> bool {
    cell.chars()
        .all(|c| c.is_alphanumeric() || matches!(c, ' ' | '_' | '-' | '.' | '#' | '/' | '*'))
        && !cell.ends_with('.')
}

/// A row of two cells whose first is the label, under a header that calls the second a value, or in
/// psql's expanded form.
fn row(
    label: &Label<'_>,
    cells: &[Range<usize>],
    place: usize,
    line_start: usize,
    hits: &mut Vec<Hit>,
) {
    let Some(span) = cells.get(place + 1).filter(|_| place == 0) else {
        return;
    };
    let near = window::before(label.text, line_start).to_ascii_lowercase();
    let expanded = near.contains("[ record");
    let named = cells.len() == 2 && near.contains("value");
    if expanded || named {
        take(
            label,
            &Value {
                span: span.clone(),
                found: Found::Whole,
            },
            hits,
        );
    }
}

/// How the label is parted from its neighbours.
fn parting(label: &Label<'_>, line: &str, line_start: usize) -> Option<Parted> {
    let name = label.name.start - line_start..label.name.end - line_start;
    let head = line.get(..name.start)?.trim_end_matches(['"', '\'']);
    let tail = line.get(name.end..)?.trim_start_matches(['"', '\'']);
    let sides = |c: char| {
        head.trim_end_matches(' ').ends_with(c) || tail.trim_start_matches(' ').starts_with(c)
    };
    if let Some(c) = ['|', '│', '┃', '\t', ',', ';']
        .into_iter()
        .find(|c| sides(*c))
    {
        return Some(Parted::By(c));
    }
    // A header alone on its line is no table.
    let wide = head.ends_with("  ") || tail.starts_with("  ");
    wide.then_some(Parted::Aligned)
}

/// The places of a line's cells, without the space and quotes around them.
fn cells(line: &str, line_start: usize, parted: Parted) -> Vec<Range<usize>> {
    let mut spans = Vec::new();
    match parted {
        Parted::By(c) => {
            let framed = matches!(c, '|' | '│' | '┃');
            let inner = if framed {
                line.trim_end().trim_end_matches(c)
            } else {
                line.trim_end_matches('\r')
            };
            let lead = if framed {
                let stripped = inner.trim_start();
                inner.len() - stripped.strip_prefix(c).unwrap_or(stripped).len()
            } else {
                0
            };
            let mut at = lead;
            let mut in_quotes = false;
            let mut start = lead;
            for (place, letter) in inner.char_indices().filter(|(place, _)| *place >= lead) {
                at = place + letter.len_utf8();
                if letter == '"' && !framed {
                    in_quotes = !in_quotes;
                } else if letter == c && !in_quotes {
                    spans.push(stripped(line, start..place, line_start));
                    start = at;
                }
            }
            spans.push(stripped(line, start..at.max(start), line_start));
        }
        Parted::Aligned => {
            let mut at = 0;
            for part in line.split("  ") {
                if !part.trim().is_empty() {
                    spans.push(stripped(line, at..at + part.len(), line_start));
                }
                at += part.len() + 2;
            }
        }
    }
    spans
}

fn stripped(line: &str, span: Range<usize>, line_start: usize) -> Range<usize> {
    let cell = line.get(span.clone()).unwrap_or_default();
    let trimmed = cell.trim();
    let mut start = span.start + cell.len() - cell.trim_start().len();
    let mut end = start + trimmed.len();
    if trimmed.len() >= 2 && trimmed.starts_with('"') && trimmed.ends_with('"') {
        start += 1;
        end -= 1;
    }
    line_start + start..line_start + end
}

/// The cell that begins at its header's column.
fn aligned_cell(
    line: &str,
    line_start: usize,
    from: usize,
    next: Option<usize>,
) -> Option<Range<usize>> {
    let begins = from == 0 || line.get(..from)?.ends_with(' ');
    begins.then_some(())?;
    let to = next.unwrap_or(line.len()).min(line.len());
    let cell = line.get(from..to)?;
    // What runs on into the next column is no cell.
    let ends = to == line.len() || cell.ends_with(' ');
    (ends && !cell.starts_with(' ')).then_some(())?;
    let value = cell.split("  ").next()?.trim_end();
    Some(line_start + from..line_start + from + value.len())
}

/// Whether no line of the same table stands above.
fn is_first(text: &str, line_start: usize, parted: Parted, count: usize) -> bool {
    let Some(above_end) = line_start.checked_sub(1) else {
        return true;
    };
    let above_start = window::line_start(text, above_end);
    let above = text.get(above_start..above_end).unwrap_or_default();
    above.trim().is_empty()
        || is_rule(above)
        || parted == Parted::Aligned
        || cells(above, above_start, parted).len() != count
}

/// A line that only draws: `---+---`, `|:--|`, `├──┼──┤`.
fn is_rule(line: &str) -> bool {
    !line.trim().is_empty()
        && line.chars().all(|c| {
            matches!(c, '-' | '+' | '|' | ':' | '=' | ' ' | '\r')
                || ('\u{2500}'..='\u{257f}').contains(&c)
        })
}

fn line_at(text: &str, at: usize) -> Option<&str> {
    (at < text.len()).then(|| window::line(text, at))
}
