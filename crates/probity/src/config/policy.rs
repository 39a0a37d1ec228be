//! Which policies decide.

use std::path::Path;

use ::policy::defaults;
use serde::Deserialize;
use toml::Spanned;

use super::document::Document;
use super::{Mistake, Mistakes};
use crate::policies::Policies;

/// The `[policy]` table.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct PolicyFile {
    defaults: Option<Spanned<Vec<Spanned<String>>>>,
    files: Option<Spanned<Vec<String>>>,
}

/// The policies: some of those that the product brings along, and the operator's own.
pub(super) fn resolve(
    file: &PolicyFile,
    folder: &Path,
    data: &Path,
    document: &Document<'_>,
    mistakes: &mut Mistakes,
) -> Policies {
    let none = Vec::new();
    let files = file.files.as_ref().map_or(&none, Spanned::get_ref);
    let policies = Policies::below(folder, files.iter().cloned()).with_tools_of(data);
    let Some(shipped) = &file.defaults else {
        return checked(policies.with_shipped(defaults::names()), mistakes);
    };
    for name in shipped.get_ref() {
        if !defaults::names().any(|known| known == name.get_ref()) {
            let known: Vec<&str> = defaults::names().collect();
            let message = format!(
                "there is no default policy `{}`; there are `{}`",
                name.get_ref(),
                known.join("`, `")
            );
            mistakes.push(document.at(&name.span(), message));
        }
    }
    if shipped.get_ref().is_empty() && files.is_empty() {
        // Nobody should believe that this permits everything.
        let message =
            "no policy is left, which refuses everything; name `files`, or some of the defaults"
                .to_owned();
        mistakes.push(document.at(&shipped.span(), message));
    }
    let names = shipped.get_ref().iter().map(|name| name.get_ref().as_str());
    checked(policies.with_shipped(names), mistakes)
}

/// The policies, which are read once to see that they are without a mistake.
fn checked(policies: Policies, mistakes: &mut Mistakes) -> Policies {
    if let Err(found) = policies.load() {
        for found in found {
            mistakes.push(mistake(&found));
        }
    }
    policies
}

pub(crate) fn mistake(found: &::policy::Mistake) -> Mistake {
    let help = found.help.as_ref().map(|help| format!(" ({help})"));
    Mistake {
        source: found.file.to_string(),
        position: found.line.map(|line| (line, 1)),
        message: format!("{}{}", found.what, help.unwrap_or_default()),
    }
}
