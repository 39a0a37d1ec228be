//! The grammar's parser, within bounds that hold for any text.

use std::cell::{Cell, RefCell};
use std::ops::ControlFlow;

use tree_sitter::{ParseOptions, ParseState, Parser, Tree};

/// How often the parser may ask whether to go on; it asks every hundred operations.
const PARSER_STEPS_MAX: usize = 4_000;
/// How often it may ask once the text is broken: mending takes time with the square of the length.
const MENDING_STEPS_MAX: usize = 100;

/// How much of the text the parser is handed at once.
const CHUNK_BYTES: usize = 512;
/// How often the parser may come back for each chunk, on average.
const READS_PER_CHUNK_MAX: usize = 32;

thread_local! {
    static PARSER: RefCell<Option<Parser>> = RefCell::new(parser());
}

fn parser() -> Option<Parser> {
    let mut parser = Parser::new();
    parser
        .set_language(&tree_sitter_bash::LANGUAGE.into())
        .ok()?;
    Some(parser)
}

/// The tree, or nothing where the parser would go on for too long.
pub(super) fn parse(text: &str) -> Option<Tree> {
    PARSER.with(|slot| {
        let mut slot = slot.try_borrow_mut().ok()?;
        let parser = slot.as_mut()?;
        parser.reset();
        // The grammar's scanner looks digits up in a table of bytes, with any letter. To a shell a
        // letter outside of ASCII is a letter of a word: the parser is shown one of the same width.
        let ascii: Vec<u8> = text
            .bytes()
            .map(|byte| if byte.is_ascii() { byte } else { b'x' })
            .collect();
        let (mut steps, mut mending) = (0, 0);
        let reads = Cell::new(0_usize);
        let reads_max = READS_PER_CHUNK_MAX * (1 + text.len() / CHUNK_BYTES);
        let mut ask = |state: &ParseState| {
            steps += 1;
            mending += usize::from(state.has_error());
            let over = steps > PARSER_STEPS_MAX || mending > MENDING_STEPS_MAX;
            if over || reads.get() > reads_max {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        };
        let options = ParseOptions::new().progress_callback(&mut ask);
        // Some rules look ahead to the end of the text at every word: past the limit there is none.
        let mut read = |at: usize, _| {
            reads.set(reads.get() + 1);
            let end = (at + CHUNK_BYTES).min(text.len());
            let chunk = ascii.get(at..end).unwrap_or_default();
            if reads.get() > reads_max { &[] } else { chunk }
        };
        let tree = parser.parse_with_options(&mut read, None, Some(options));
        tree.filter(|_| reads.get() <= reads_max)
    })
}
