use super::{Sensitive, sensitive};

fn check(what: Option<Sensitive>, names: &[&str]) {
    for name in names {
        assert_eq!(sensitive(name), what, "{name}");
    }
}

#[test]
fn passwords_and_secrets() {
    check(
        Some(Sensitive::Password),
        &[
            "password",
            "Password",
            "DB_PASSWORD",
            "userPassword",
            "new-password",
            "password2",
            "password_confirmation",
            "PGPASSWORD",
            "MYSQL_ROOT_PASSWORD",
            "spring.mail.password",
            "passphrase",
            "--password",
            "pwd",
            "passwd",
            "contraseña",
            "Mot de passe",
            "senha",
            "Passwort",
            "пароль",
            "パスワード",
            "密码",
            "비밀번호",
            "ｐａｓｓｗｏｒｄ",
            "my password",
            "db_pass",
            "psk",
        ],
    );
    check(
        Some(Sensitive::Secret),
        &[
            "secret",
            "client_secret",
            "clientSecret",
            "webhook-secret",
            "SecretString",
            "credentials",
            "SECRET_KEY",
        ],
    );
    check(Some(Sensitive::Pass), &["pass", "--pass", "pw"]);
}

#[test]
fn tokens_and_keys() {
    check(
        Some(Sensitive::Token),
        &[
            "token",
            "access_token",
            "refreshToken",
            "X-Auth-Token",
            "csrf_token",
            "authtoken",
            "password_reset_token",
            "GITHUB_TOKEN",
            "api_token",
            "id_token",
            "bearer",
            "jwt",
            "csrfmiddlewaretoken",
            "access_tokens",
        ],
    );
    check(
        Some(Sensitive::ApiKey),
        &[
            "api_key",
            "apiKey",
            "X-API-Key",
            "APIKEY",
            "secret_access_key",
            "AWSSecretAccessKey",
            "AccountKey",
            "SharedAccessKey",
            "signing_key",
            "OPENAI_KEY",
            "encryption-key",
        ],
    );
    check(
        Some(Sensitive::PrivateKey),
        &["private_key", "privateKey", "PrivateKey", "ssh_key"],
    );
    check(
        Some(Sensitive::Authorization),
        &["Authorization", "Proxy-Authorization", "auth"],
    );
    check(
        Some(Sensitive::Cookie),
        &["cookie", "Set-Cookie", "cookies"],
    );
    check(
        Some(Sensitive::ConnectionString),
        &["connection_string", "ConnectionString", "conn_str"],
    );
    check(Some(Sensitive::Hash), &["password_hash", "passwd_hash"]);
    check(
        Some(Sensitive::SeedPhrase),
        &["mnemonic", "seed_phrase", "recovery words"],
    );
    check(Some(Sensitive::Pin), &["pin", "card_pin", "PIN code"]);
    check(
        Some(Sensitive::SecurityCode),
        &["cvv", "CVC", "cvv2", "security_code"],
    );
    check(
        Some(Sensitive::OneTimeCode),
        &["otp", "mfa_code", "verification_code", "2fa_code"],
    );
    check(
        Some(Sensitive::Session),
        &["session_id", "PHPSESSID", "sessionid", "session"],
    );
}

#[test]
fn names_that_say_something_else() {
    check(
        None,
        &[
            "max_tokens",
            "prompt_tokens",
            "totalTokens",
            "token_type",
            "tokenizer",
            "token_count",
            "next_page_token",
            "nextToken",
            "nextPageToken",
            "continuationToken",
            "progressToken",
            "nextCursor",
            "requestState",
            "token_url",
            "tokenUrl",
            "authorization_endpoint",
            "auth_url",
            "password_policy",
            "passwordPolicy",
            "public_key",
            "publicKey",
            "publishable_key",
            "key_name",
            "key_id",
            "AccessKeyId",
            "kid",
            "key",
            "keys",
            "partition_key",
            "sort_key",
            "primary_key",
            "idempotency_key",
            "cache_key",
            "foreign_key",
            "password_reset_url",
            "password_required",
            "password_enabled",
            "password_length",
            "has_password",
            "secret_name",
            "secretName",
            "secretKeyRef",
            "existingSecret",
            "imagePullSecrets",
            "imagePullSecret",
            "author",
            "authority",
            "authored_by",
            "session_count",
            "sessionName",
            "Mcp-Session-Id",
            "pin_memory",
            "typing",
            "seed_nodes",
            "passed",
            "bypass",
            "compass",
            "tokens",
            "token_ids",
            "secretary",
            "keyboard",
            "monkey",
            "passenger",
            "cookie_policy",
            "apiKeyName",
            "client_request_token",
            "ssh_public_key",
            "hash",
            "username",
            "user",
            "",
        ],
    );
}
