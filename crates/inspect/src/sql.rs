//! SQL to facts: what a text would do if a database ran it.
//!
//! The tree that [`sqlparser`] builds is walked node by node, and what the walk does not know is the
//! fact [`Facts::unknown`]. Text inside of literals, comments and names is never mistaken for code.
//! No verdicts in here: policies decide from the facts, by name.

mod dynamic;
mod fold;
mod functions;
mod lex;
mod meta;
mod names;
mod objects;
mod parse;
mod plain;
mod pragma;
mod relations;
mod rewrite;
mod settings;
mod sniff;
mod statement;
mod survey;
mod walk;
mod words;

use std::collections::BTreeSet;

use dynamic::Inner;

pub use names::{Dialect, Effect, Hazard, Unknown, UnknownDialect};
pub use sniff::sniff;

/// The longest text that is parsed, in bytes. Longer ones are [`Unknown::TooLong`].
pub const TEXT_BYTES_MAX: usize = 64 * 1024;
/// Most levels of texts that statements run as SQL.
const LEVELS_MAX: usize = 4;

/// What is known of a text of SQL. Facts only add up: a text of several statements has the facts of
/// all of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// Whose SQL it was read as.
    pub dialect: Dialect,
    /// How many statements it has.
    pub statements: u32,
    /// What they do.
    pub effects: BTreeSet<Effect>,
    /// Relations that are read, without quotes, in the dialect's case; names of common table
    /// expressions are none.
    pub reads: BTreeSet<String>,
    /// Relations and other objects that are changed, created or removed.
    pub writes: BTreeSet<String>,
    /// An UPDATE or DELETE, however nested, whose own WHERE is missing or selects every row, a
    /// MERGE that does the same, or a TRUNCATE.
    pub unfiltered: bool,
    /// Functions and procedures that are called and are not known to be pure, in lower case.
    pub functions: BTreeSet<String>,
    /// What is dangerous beyond the effects.
    pub hazards: BTreeSet<Hazard>,
    /// The text hides something from whoever reads it: code in comments, invisible characters,
    /// letters that look like others, statements that only some databases would see.
    pub obscured: bool,
    /// Why the facts may be incomplete. Treat such a text as dangerous.
    pub unknown: Option<Unknown>,
}

impl Facts {
    const fn none(dialect: Dialect) -> Self {
        Self {
            dialect,
            statements: 0,
            effects: BTreeSet::new(),
            reads: BTreeSet::new(),
            writes: BTreeSet::new(),
            unfiltered: false,
            functions: BTreeSet::new(),
            hazards: BTreeSet::new(),
            obscured: false,
            unknown: None,
        }
    }

    /// Keeps the first of several reasons, in the order of [`Unknown::ALL`].
    fn not_known(&mut self, why: Unknown) {
        self.unknown = Some(self.unknown.map_or(why, |known| known.min(why)));
    }

    /// Adds what a text within this one does.
    fn join(&mut self, inner: Self) {
        self.statements += inner.statements.saturating_sub(1);
        self.effects.extend(inner.effects);
        self.reads.extend(inner.reads);
        self.writes.extend(inner.writes);
        self.unfiltered |= inner.unfiltered;
        self.functions.extend(inner.functions);
        self.hazards.extend(inner.hazards);
        self.obscured |= inner.obscured;
        if let Some(why) = inner.unknown {
            self.not_known(why);
        }
    }

    fn add(&mut self, effects: &[Effect], hazards: &[Hazard]) {
        self.effects.extend(effects);
        self.hazards.extend(hazards);
    }
}

/// Reads a text as SQL of a dialect.
///
/// It cannot fail, and takes time and stack that the length and the nesting of the text bound: what
/// exceeds the bounds, and what does not parse, is [`Facts::unknown`]. The first words of statements
/// that do not parse still add effects and hazards, and so does text that a statement runs.
pub fn inspect(text: &str, dialect: Dialect) -> Facts {
    let mut inner = Inner::default();
    let mut facts = one(text, dialect, &mut inner);
    for _ in 0..LEVELS_MAX {
        for text in std::mem::take(&mut inner.texts) {
            facts.join(one(&text, dialect, &mut inner));
        }
    }
    if !inner.texts.is_empty() {
        facts.not_known(Unknown::TooDeep);
    }
    facts
}

/// Reads one text, and keeps those that its statements run.
fn one(text: &str, dialect: Dialect, inner: &mut Inner) -> Facts {
    let mut facts = Facts::none(dialect);
    if text.len() > TEXT_BYTES_MAX {
        facts.not_known(Unknown::TooLong);
        return facts;
    }
    if meta::describes(text) {
        facts.statements = 1;
        facts.effects.insert(Effect::Read);
        return facts;
    }
    let survey = survey::survey(text, dialect);
    facts.statements = count(survey.pieces.len());
    facts.obscured = survey.obscured || survey.executable_comment || survey.ambiguous;
    if survey.executable_comment {
        facts.hazards.insert(Hazard::ExecutableComment);
    }
    if survey.meta_command {
        facts.hazards.insert(Hazard::MetaCommand);
    }
    if survey.ambiguous {
        facts.not_known(Unknown::Ambiguous);
    }
    if survey.pieces.is_empty() {
        facts.not_known(Unknown::Empty);
    } else if survey.too_deep {
        facts.not_known(Unknown::TooDeep);
        look(&survey.pieces, &mut facts);
    } else {
        read(text, &survey.pieces, &mut facts, inner);
    }
    if survey.executable_comment {
        look(&survey.pieces, &mut facts);
    }
    facts
}

/// Parses the whole text, and where that fails each statement by itself.
fn read(text: &str, pieces: &[&str], facts: &mut Facts, inner: &mut Inner) {
    match parse::parse(text, facts.dialect) {
        Ok(parsed) => {
            walk::walk(&parsed.statements, facts, inner);
            if parsed.miscounted(pieces.len()) {
                facts.statements = facts.statements.max(count(parsed.statements.len()));
                facts.obscured = true;
                facts.not_known(Unknown::Ambiguous);
                look(pieces, facts);
            }
        }
        Err(why) => {
            // Pieces that parse, of a whole that does not, are read otherwise than it would be:
            // unless one of them is of those that only we read.
            let (mut judged, mut ours) = (true, false);
            for piece in pieces {
                match read_piece(piece, pieces.len() == 1, why, facts, inner) {
                    Ok(Reader::Parser) => {}
                    Ok(Reader::Ours) => ours = true,
                    Err(why) => {
                        judged = false;
                        facts.not_known(why);
                        look(&[piece], facts);
                    }
                }
            }
            if judged && !ours {
                facts.not_known(why);
            }
        }
    }
}

/// Who read a statement.
enum Reader {
    Parser,
    Ours,
}

/// Reads one statement of a text that does not parse: with the parser, as one of the statements that
/// it does not know, or written otherwise.
fn read_piece(
    piece: &str,
    single: bool,
    why: Unknown,
    facts: &mut Facts,
    inner: &mut Inner,
) -> Result<Reader, Unknown> {
    let parsed = match single {
        true => Err(why),
        false => parse::parse(piece, facts.dialect),
    };
    let why = match parsed {
        Ok(parsed) => {
            walk::walk(&parsed.statements, facts, inner);
            return Ok(Reader::Parser);
        }
        Err(why) => why,
    };
    if pragma::read(piece, facts) || dynamic::read(piece, facts, inner) || plain::read(piece, facts)
    {
        return Ok(Reader::Ours);
    }
    let Some(same) = rewrite::rewrite(piece, facts.dialect) else {
        return Err(why);
    };
    let parsed = parse::parse(&same.text, facts.dialect).map_err(|_| why)?;
    walk::walk(&parsed.statements, facts, inner);
    facts.add(same.effects, &[]);
    Ok(Reader::Ours)
}

/// Adds what the words of statements say that were not parsed.
fn look(pieces: &[&str], facts: &mut Facts) {
    for piece in pieces {
        words::look(piece, facts);
    }
}

fn count(statements: usize) -> u32 {
    u32::try_from(statements).unwrap_or(u32::MAX)
}
