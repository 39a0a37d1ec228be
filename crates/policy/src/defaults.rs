//! The policies that decide where the operator names none.

use crate::Source;

macro_rules! shipped {
    ($($name:literal)*) => {
        /// By their names.
        const FILES: &[(&str, &str)] = &[
            $(($name, include_str!(concat!("../policies/", $name, ".cedar"))),)*
        ];
    };
}

shipped! { "allow" "sql" "shell" "cloud" "http" "paths" "nosql" "tools" }

/// All files, in the order in which they are read.
pub fn sources() -> Vec<Source> {
    some(names())
}

/// Those of these names, in the order of the names; nothing for a name that there is not.
pub fn some<'a>(wanted: impl IntoIterator<Item = &'a str>) -> Vec<Source> {
    let files = wanted.into_iter();
    files
        .filter_map(|wanted| FILES.iter().find(|(name, _)| *name == wanted))
        .map(|(name, text)| Source {
            name: format!("default/{name}.cedar").into(),
            text: (*text).into(),
        })
        .collect()
}

/// The names of all files.
pub fn names() -> impl Iterator<Item = &'static str> {
    FILES.iter().map(|(name, _)| *name)
}

#[cfg(test)]
mod tests {
    use super::sources;
    use crate::{Policy, Tools};

    #[test]
    fn they_are_without_a_mistake_and_each_has_a_name_and_a_reason() {
        let policy = Policy::load(&sources(), Tools::default()).unwrap();
        for rule in policy.rules() {
            assert!(!rule.id.contains('/'), "{}", rule.id);
            let permits = rule.says == crate::Says::Permit;
            assert_eq!(rule.told.is_none(), permits, "{}", rule.id);
        }
    }
}
