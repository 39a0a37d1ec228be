//! What the operator says of a server's arguments: the dialect of its SQL, the folders that it may
//! touch, and what single arguments are.

use std::sync::Arc;

use inspect::arguments::{Argument, Language, Settings};
use inspect::sql::Dialect;
use serde::Deserialize;
use toml::Spanned;

use super::Mistakes;
use super::document::Document;

/// One argument, as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ArgumentFile {
    tool: Option<String>,
    argument: Spanned<String>,
    is: Spanned<String>,
}

/// Everything that is written of one server.
pub(super) fn resolve(
    dialect: Option<&Spanned<String>>,
    roots: &[String],
    arguments: &[ArgumentFile],
    document: &Document<'_>,
    mistakes: &mut Mistakes,
) -> Settings {
    let dialect = dialect.and_then(|written| match written.get_ref().parse::<Dialect>() {
        Ok(dialect) => Some(dialect),
        Err(error) => {
            mistakes.push(document.at(&written.span(), error.to_string()));
            None
        }
    });
    let mut read = Vec::new();
    for file in arguments {
        let is = file.is.get_ref();
        let Some(language) = Language::ALL
            .iter()
            .find(|language| language.as_str() == is)
        else {
            let known: Vec<&str> = Language::ALL
                .iter()
                .map(|language| language.as_str())
                .collect();
            let message = format!("an argument is one of `{}`, not `{is}`", known.join("`, `"));
            mistakes.push(document.at(&file.is.span(), message));
            continue;
        };
        if file.argument.get_ref().is_empty() {
            let message =
                "`argument` is a name, or a JSON Pointer such as `/options/query`".to_owned();
            mistakes.push(document.at(&file.argument.span(), message));
        }
        read.push(Argument {
            tool: file.tool.as_deref().map(Arc::from),
            argument: file.argument.get_ref().as_str().into(),
            language: *language,
        });
    }
    Settings {
        dialect,
        roots: roots.to_vec(),
        arguments: read,
    }
}

/// For printing: what is said, and how.
pub(super) fn lines(settings: &Settings) -> Vec<(String, String)> {
    let mut lines = Vec::new();
    lines.extend(
        settings
            .dialect
            .map(|dialect| ("dialect".to_owned(), dialect.to_string())),
    );
    if !settings.roots.is_empty() {
        lines.push(("roots".to_owned(), settings.roots.join(", ")));
    }
    lines.extend(settings.arguments.iter().map(|argument| {
        let tool = argument.tool.as_deref().unwrap_or("every tool");
        (
            format!("argument {} of {tool}", argument.argument),
            argument.language.to_string(),
        )
    }));
    lines
}
