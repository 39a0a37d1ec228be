//! What the configuration says about the keys and their end.

use gateway::TransitConfig;
use toml::Spanned;

use super::Vault;
use super::file::{PurgeFile, RootFile};
use super::resolve::Resolver;

/// Where the transit engine is mounted unless something else is said.
const MOUNT_DEFAULT: &str = "transit";
/// How long the server may take for an answer unless something else is said, in milliseconds.
const ANSWER_MS_MAX_DEFAULT: u64 = 5_000;

impl Resolver<'_> {
    /// The key in Vault, if there is one.
    pub(super) fn root(&mut self, file: &RootFile) -> Option<Vault> {
        let written = file.vault.as_ref()?;
        let (vault, span) = (written.get_ref(), written.span());
        let (Some(url), Some(key), Some(token)) = (&vault.url, &vault.key, &vault.token) else {
            let message = "a key in Vault needs a `url`, a `key` and a `token`";
            self.mistake(&span, message.to_owned());
            return None;
        };
        let mount = self.part(vault.mount.as_ref(), MOUNT_DEFAULT);
        let key = self.part(Some(key), "");
        let uri = self.url(url);
        let token = self.setting(token, true);
        let authorities_pem = self.authorities(vault.authorities.as_ref());
        let answer_ms_max = vault.answer_ms_max.as_ref();
        if let Some(zero) = answer_ms_max.filter(|ms| *ms.get_ref() == 0) {
            self.mistake(&zero.span(), "`answer_ms_max` is at least 1".to_owned());
        }
        let token = token?;
        Some(Vault {
            transit: TransitConfig {
                url: uri?,
                mount,
                key,
                namespace: vault.namespace.as_ref().map(|n| n.get_ref().clone()),
                token: token.value,
                authorities_pem,
                answer_ms_max: answer_ms_max.map_or(ANSWER_MS_MAX_DEFAULT, |ms| *ms.get_ref()),
            },
            token: token.source,
        })
    }

    /// How many people must approve a purge.
    pub(super) fn approvals(&mut self, file: &PurgeFile) -> usize {
        let Some(min) = &file.approvals_min else {
            return 1;
        };
        if *min.get_ref() == 0 {
            let message = "somebody must approve a purge: `approvals_min` is at least 1";
            self.mistake(&min.span(), message.to_owned());
        }
        *min.get_ref()
    }

    /// A part of a path in Vault.
    fn part(&mut self, text: Option<&Spanned<String>>, default: &str) -> String {
        let Some(text) = text else {
            return default.to_owned();
        };
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/');
        let (name, span) = (text.get_ref(), text.span());
        if name.is_empty() || !name.chars().all(allowed) {
            let message =
                format!("`{name}` is no name in Vault: letters, digits, `-`, `_`, `.`, `/`");
            self.mistake(&span, message);
        }
        name.trim_matches('/').to_owned()
    }
}
