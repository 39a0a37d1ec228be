//! Tables in text: which head stands over a value. Comma, semicolon, tab and bar, and aligned columns.

use std::ops::Range;

/// A line longer than this is no row of a table, in bytes.
const LINE_MAX: usize = 4096;

/// The tables of one text, in order.
#[derive(Debug, Default)]
pub(super) struct Columns {
    tables: Vec<Table>,
}

#[derive(Debug)]
struct Table {
    head: Range<usize>,
    until: usize,
    mark: Mark,
    marks: usize,
}

/// What parts the cells of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    Byte(u8),
    /// Two spaces or more; a cell belongs to the head above it.
    Gap,
}

impl Columns {
    /// One pass over the lines.
    pub(super) fn of(text: &str) -> Self {
        let mut columns = Self::default();
        if !text.contains('\n') {
            return columns;
        }
        let mut open: Option<Table> = None;
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            let span = start..start + line.len();
            start = span.end;
            let line = line.trim_end();
            let marks = Marks::of(line);
            match &mut open {
                Some(table) if table.goes_on(marks, line) => table.until = span.end,
                _ => {
                    columns.close(open.take());
                    open = Table::with_head(marks, line, span);
                }
            }
        }
        columns.close(open);
        columns
    }

    /// The cell that a value stands in, without spaces and quotes around it.
    pub(super) fn cell(&self, text: &str, span: &Range<usize>) -> Option<Range<usize>> {
        let mark = self.table(span)?.mark;
        let row = row_start(text, span)?;
        let ends = |rest: &str| match mark {
            Mark::Byte(mark) => rest.starts_with([char::from(mark), '\n']),
            Mark::Gap => rest.starts_with("  ") || rest.starts_with('\n'),
        };
        let line = text.get(row..)?.split('\n').next()?;
        let mut quoted = false;
        let mut cell = row..row + line.len();
        for (at, char) in line.char_indices().map(|(at, char)| (row + at, char)) {
            quoted ^= char == '"';
            if quoted || !ends(text.get(at..)?) {
                continue;
            }
            if at >= span.end {
                cell.end = at;
                break;
            }
            cell.start = at + char.len_utf8();
        }
        let padding = |char: char| char.is_whitespace() || char == '"';
        let written = text.get(cell.clone())?;
        let start = cell.start + written.len() - written.trim_start_matches(padding).len();
        Some(start..start + written.trim_matches(padding).len())
    }

    /// The head over a value, where it stands in a row of a table.
    pub(super) fn head<'t>(&self, text: &'t str, span: &Range<usize>) -> Option<&'t str> {
        let table = self.table(span)?;
        let before = text.get(row_start(text, span)?..span.start)?;
        let head = text.get(table.head.clone())?.trim_end();
        match table.mark {
            Mark::Byte(mark) => cell(head, mark, count(before, mark)),
            Mark::Gap => {
                let from = before.chars().count();
                head_above(head, from..from + span.len())
            }
        }
    }

    /// The table in whose rows a value stands.
    fn table(&self, span: &Range<usize>) -> Option<&Table> {
        let after = self
            .tables
            .partition_point(|table| table.head.start <= span.start);
        let table = self.tables.get(after.checked_sub(1)?)?;
        (table.head.end..table.until)
            .contains(&span.start)
            .then_some(table)
    }

    /// A head without rows is no table.
    fn close(&mut self, table: Option<Table>) {
        self.tables
            .extend(table.filter(|table| table.until > table.head.end));
    }
}

impl Table {
    fn with_head(marks: Marks, line: &str, head: Range<usize>) -> Option<Self> {
        if line.len() > LINE_MAX || is_rule(line) {
            return None;
        }
        let (mark, marks) = marks.first()?;
        // One cell and a mark at the end is an item of a list.
        if marks == 1 && matches!(mark, Mark::Byte(mark) if line.ends_with(char::from(mark))) {
            return None;
        }
        Some(Self {
            until: head.end,
            head,
            mark,
            marks,
        })
    }

    fn goes_on(&self, marks: Marks, line: &str) -> bool {
        let same = match self.mark {
            Mark::Byte(byte) => marks.of_byte(byte) == self.marks,
            Mark::Gap => marks.gaps > 0,
        };
        same || is_rule(line)
    }
}

/// How often each mark stands in a line outside of double quotes.
#[derive(Debug, Clone, Copy, Default)]
struct Marks {
    tabs: usize,
    bars: usize,
    commas: usize,
    semicolons: usize,
    gaps: usize,
}

impl Marks {
    fn of(line: &str) -> Self {
        let mut marks = Self::default();
        let mut quoted = false;
        let mut before = b'x';
        for byte in line.trim_start().bytes() {
            match byte {
                b'"' => quoted = !quoted,
                _ if quoted => {}
                b'\t' => marks.tabs += 1,
                b'|' => marks.bars += 1,
                b',' => marks.commas += 1,
                b';' => marks.semicolons += 1,
                b' ' if before == b' ' => marks.gaps += 1,
                _ => {}
            }
            before = byte;
        }
        marks
    }

    /// The mark of a table, and how many: the rarest in prose first.
    fn first(self) -> Option<(Mark, usize)> {
        [
            (Mark::Byte(b'\t'), self.tabs),
            (Mark::Byte(b'|'), self.bars),
            (Mark::Byte(b','), self.commas),
            (Mark::Byte(b';'), self.semicolons),
            (Mark::Gap, self.gaps),
        ]
        .into_iter()
        .find(|&(_, marks)| marks > 0)
    }

    const fn of_byte(self, mark: u8) -> usize {
        match mark {
            b'\t' => self.tabs,
            b'|' => self.bars,
            b',' => self.commas,
            _ => self.semicolons,
        }
    }
}

/// Where the line of a value begins, if that is not too far.
fn row_start(text: &str, span: &Range<usize>) -> Option<usize> {
    let row = text.get(..span.start)?.rfind('\n')? + 1;
    (span.start - row <= LINE_MAX).then_some(row)
}

/// How often one mark does.
fn count(line: &str, mark: u8) -> usize {
    let step = |(marks, quoted): (usize, bool), byte: u8| match byte {
        b'"' => (marks, !quoted),
        _ => (marks + usize::from(byte == mark && !quoted), quoted),
    };
    line.bytes().fold((0, false), step).0
}

/// The cell with a number, without its quotes.
fn cell(head: &str, mark: u8, place: usize) -> Option<&str> {
    let quoted = |cell: &'_ str| -> bool { cell.contains('"') };
    let cell = head.split(char::from(mark)).nth(place)?;
    let cell = cell.trim();
    match quoted(cell) {
        true => Some(cell.trim_matches('"')),
        false => Some(cell),
    }
}

/// A line of a table's frame: `|---|:--|`, `----+----`.
fn is_rule(line: &str) -> bool {
    line.contains('-') && line.bytes().all(|byte| b"-+|:= \t".contains(&byte))
}

/// The head whose columns of characters meet a value's.
fn head_above(head: &str, value: Range<usize>) -> Option<&str> {
    let mut rest = head;
    let mut column = 0;
    while !rest.is_empty() {
        let trimmed = rest.trim_start();
        column += rest.chars().count() - trimmed.chars().count();
        let word = trimmed.split("  ").next().unwrap_or_default();
        let width = word.chars().count();
        if column < value.end && value.start < column + width {
            return Some(word);
        }
        column += width;
        rest = trimmed.get(word.len()..)?;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::Columns;

    fn head_of<'t>(text: &'t str, value: &str) -> Option<&'t str> {
        let start = text.find(value).unwrap();
        Columns::of(text).head(text, &(start..start + value.len()))
    }

    #[test]
    fn a_value_has_the_head_of_its_column() {
        for text in [
            "id,name,ssn\n1,Bob,42\n",
            "id,\"name\",\"ssn\"\n1,\"Doe, Jane\",42\n",
            "Rows:\n\nid\tname\tssn\n1\tBob\t41\n2\tEve\t42",
            " id | name | ssn\n----+------+-----\n  1 | Bob  | 42",
            "| id | name | ssn |\n|----|:----:|-----|\n| 1 | Bob | 42 |",
            "id  name     ssn\n1   Bob Doe  42",
            "id  name     ssn\n1   Bob     42",
        ] {
            assert_eq!(head_of(text, "42"), Some("ssn"), "{text}");
        }
    }

    #[test]
    fn a_cell_has_no_spaces_and_quotes_around_it() {
        for (text, value, cell) in [
            ("a,b,c\n1,12 High St,3", "12", "12 High St"),
            ("a,b,c\n1, \"12, High St\" ,3", "12", "12, High St"),
            (
                "| a | b |\n|---|---|\n| x | 12 High St |",
                "12",
                "12 High St",
            ),
            ("a    b\nxy   12 High St  z", "12", "12 High St"),
        ] {
            let start = text.find(value).unwrap();
            let found = Columns::of(text).cell(text, &(start..start + value.len()));
            assert_eq!(text.get(found.unwrap()), Some(cell), "{text}");
        }
    }

    #[test]
    fn prose_has_no_columns() {
        for text in [
            "\"ssn\",\n\"42\",",
            "42",
            "a, b\nc 42",
            "ssn\n42",
            "a, 42\nb, c",
        ] {
            assert_eq!(head_of(text, "42"), None, "{text}");
        }
    }
}
