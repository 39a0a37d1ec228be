//! Which policies decide.

use std::path::Path;

use serde::Deserialize;
use toml::Spanned;

use super::document::Document;
use super::{Mistake, Mistakes};
use crate::policies::Policies;

/// The `[policy]` table.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct PolicyFile {
    files: Option<Spanned<Vec<String>>>,
}

/// The policies, which are read once to see that they are without a mistake.
pub(super) fn resolve(
    file: &PolicyFile,
    folder: &Path,
    document: &Document<'_>,
    mistakes: &mut Mistakes,
) -> Policies {
    let Some(files) = &file.files else {
        return Policies::default();
    };
    if files.get_ref().is_empty() {
        // Nobody should believe that this refuses everything, or that it permits everything.
        let message = "`files` names no file; leave it out, or name one";
        mistakes.push(document.at(&files.span(), message.to_owned()));
    }
    let policies = Policies::below(folder, files.get_ref().iter().cloned());
    if let Err(found) = policies.load() {
        for found in found {
            mistakes.push(mistake(&found));
        }
    }
    policies
}

pub(crate) fn mistake(found: &policy::Mistake) -> Mistake {
    let help = found.help.as_ref().map(|help| format!(" ({help})"));
    Mistake {
        source: found.file.to_string(),
        position: found.line.map(|line| (line, 1)),
        message: format!("{}{}", found.what, help.unwrap_or_default()),
    }
}
