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

/// The files, in the order in which they are read.
pub fn sources() -> Vec<Source> {
    let files = FILES.iter();
    files
        .map(|(name, text)| Source {
            name: format!("default/{name}.cedar").into(),
            text: (*text).into(),
        })
        .collect()
}

/// Their names, as an operator leaves one out.
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
