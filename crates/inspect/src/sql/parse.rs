//! From text to statements with `sqlparser`.

use std::panic::{AssertUnwindSafe, catch_unwind};

use sqlparser::ast::Statement;
use sqlparser::dialect::{
    BigQueryDialect, Dialect as Grammar, GenericDialect, MsSqlDialect, MySqlDialect,
    PostgreSqlDialect, SQLiteDialect, SnowflakeDialect,
};
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::Token;

use super::lex::{Kind, Rules, Tokens};
use super::{Dialect, Unknown, words};

/// How deep `sqlparser` may call itself, `sqlparser`'s own default.
const RECURSION_MAX: usize = 50;
/// The same for a text with many words that hold statements: a statement within a statement takes
/// far more of the stack than an expression within an expression.
const STATEMENT_RECURSION_MAX: usize = 16;
/// Words that hold statements, up to which a text has few of them.
const HOLDERS: usize = 8;

/// Statements that parse to the end of the text.
pub(super) struct Parsed {
    pub(super) statements: Vec<Statement>,
    /// Semicolons do not count the statements: some hold others, or the dialect needs none between.
    uncountable: bool,
}

impl Parsed {
    /// Whether the parser saw other statements than the semicolons say.
    pub(super) fn miscounted(&self, pieces: usize) -> bool {
        !self.uncountable && self.statements.len() != pieces
    }
}

pub(super) fn parse(text: &str, dialect: Dialect) -> Result<Parsed, Unknown> {
    // The parser is not ours: should it panic, the text does not parse.
    catch_unwind(AssertUnwindSafe(|| statements(text, dialect)))
        .unwrap_or(Err(ParserError::ParserError(String::new())))
        .map_err(|error| match error {
            ParserError::RecursionLimitExceeded => Unknown::TooDeep,
            ParserError::TokenizerError(_) | ParserError::ParserError(_) => Unknown::DoesNotParse,
        })
}

/// The loop of `Parser::parse_statements`, which takes END for the end of the text.
fn statements(text: &str, dialect: Dialect) -> Result<Parsed, ParserError> {
    let holders = Tokens::new(text, Rules::of(dialect))
        .filter(|(kind, word)| *kind == Kind::Word && words::holds_statements(word))
        .take(HOLDERS + 1)
        .count();
    let recursion_max = match holders > HOLDERS {
        true => STATEMENT_RECURSION_MAX,
        false => RECURSION_MAX,
    };
    let mut parser = Parser::new(grammar(dialect))
        .with_recursion_limit(recursion_max)
        .try_with_sql(text)?;
    let mut parsed = Parsed {
        statements: Vec::new(),
        uncountable: false,
    };
    loop {
        while parser.consume_token(&Token::SemiColon) {}
        if parser.peek_token_ref().token == Token::EOF {
            return Ok(parsed);
        }
        let statement = parser.parse_statement()?;
        parsed.uncountable |= holds_statements(&statement);
        parsed.statements.push(statement);
        match &parser.peek_token_ref().token {
            Token::EOF | Token::SemiColon => {}
            _ if dialect == Dialect::SqlServer => parsed.uncountable = true,
            other => return Err(ParserError::ParserError(format!("{other} after the end"))),
        }
    }
}

fn grammar(dialect: Dialect) -> &'static dyn Grammar {
    match dialect {
        Dialect::PostgreSql => &PostgreSqlDialect {},
        Dialect::MySql => &MySqlDialect {},
        Dialect::Sqlite => &SQLiteDialect {},
        Dialect::SqlServer => &MsSqlDialect {},
        Dialect::Snowflake => &SnowflakeDialect,
        Dialect::BigQuery => &BigQueryDialect {},
        Dialect::Generic => &GenericDialect {},
    }
}

const fn holds_statements(statement: &Statement) -> bool {
    matches!(
        statement,
        Statement::StartTransaction { .. }
            | Statement::If(_)
            | Statement::While(_)
            | Statement::Case(_)
            | Statement::CreateFunction(_)
            | Statement::CreateProcedure { .. }
            | Statement::CreateTrigger(_)
    )
}
