//! The words that names are judged by.

use super::Sensitive;

type Word = &'static [u8];

/// What a word says that stands alone or last.
pub(super) fn single(word: &[u8]) -> Option<Sensitive> {
    Some(match word {
        b"password" | b"passwords" | b"passwd" | b"pwd" | b"passphrase" | b"passcode" | b"psk"
        | b"psw" | b"passwrd" | b"userpass" | b"dbpass" | b"rootpw" | b"requirepass" | b"masterauth" | b"bindpw" | b"masterpass"
        // German, Dutch, Spanish, Portuguese, French, Polish, Czech, Swedish, Norwegian, Danish,
        // Finnish, Turkish, Italian and Romanian, Hungarian, Indonesian.
        | b"passwort" | b"kennwort" | b"wachtwoord" | b"contrasena" | b"senha" | b"motdepasse" | b"passe"
        | b"mdp" | b"haslo" | b"heslo" | b"losenord" | b"passord" | b"adgangskode" | b"salasana"
        | b"sifre" | b"parola" | b"jelszo" | b"sandi" => Sensitive::Password,
        b"secret" | b"secrets" | b"credential" | b"credentials" | b"creds" | b"cred" => {
            Sensitive::Secret
        }
        b"jwt" | b"bearer" | b"csrf" | b"xsrf" | b"pat" => Sensitive::Token,
        b"apikey" | b"apikeys" | b"accesskey" | b"accountkey" | b"authkey" | b"appkey"
        | b"masterkey" | b"sharedkey" | b"presharedkey" | b"signingkey" | b"encryptionkey"
        | b"sessionkey" | b"servicekey" => Sensitive::ApiKey,
        b"secretkey" => Sensitive::Secret,
        b"privatekey" | b"privkey" | b"sshkey" => Sensitive::PrivateKey,
        b"authorization" | b"authorisation" => Sensitive::Authorization,
        b"cookie" | b"cookies" => Sensitive::Cookie,
        b"session" | b"sessionid" | b"phpsessid" | b"jsessionid" | b"sessid" => Sensitive::Session,
        b"connectionstring" | b"connstr" | b"connstring" | b"dsn" => Sensitive::ConnectionString,
        b"passwordhash" | b"pwdhash" => Sensitive::Hash,
        b"mnemonic" | b"mnemonics" | b"seed" | b"seedphrase" => Sensitive::SeedPhrase,
        b"pin" => Sensitive::Pin,
        b"cvv" | b"cvc" | b"cvn" => Sensitive::SecurityCode,
        b"otp" | b"totp" => Sensitive::OneTimeCode,
        _ => return None,
    })
}

/// What a word says into which others were fused: `pgpassword`, `authtoken`.
pub(super) fn fused(word: &[u8]) -> Option<Sensitive> {
    const TAILS: &[(Word, Sensitive)] = &[
        (b"password", Sensitive::Password),
        (b"passwd", Sensitive::Password),
        (b"passphrase", Sensitive::Password),
        (b"secret", Sensitive::Secret),
        (b"apikey", Sensitive::ApiKey),
        (b"accesskey", Sensitive::ApiKey),
        (b"accountkey", Sensitive::ApiKey),
        (b"secretkey", Sensitive::Secret),
        (b"privatekey", Sensitive::PrivateKey),
    ];
    if let Some(head) = word.strip_suffix(b"token") {
        let other = is_no_token(head) || matches!(head, b"nextpage" | b"nextsync" | b"pagesync");
        return (!other && !head.is_empty()).then_some(Sensitive::Token);
    }
    TAILS
        .iter()
        .find(|(tail, _)| word.ends_with(tail))
        .map(|(_, what)| *what)
}

/// Words that say which one, not what.
pub(super) fn is_modifier(word: &[u8]) -> bool {
    word.iter().all(u8::is_ascii_digit)
        || matches!(
            word,
            b"v" | b"value"
                | b"val"
                | b"plain"
                | b"plaintext"
                | b"cleartext"
                | b"raw"
                | b"old"
                | b"new"
                | b"current"
                | b"previous"
                | b"prev"
                | b"confirm"
                | b"confirmation"
                | b"repeat"
                | b"again"
                | b"prod"
                | b"production"
                | b"dev"
                | b"development"
                | b"staging"
                | b"stage"
                | b"test"
                | b"live"
                | b"sandbox"
                | b"primary"
                | b"secondary"
                | b"backup"
                | b"string"
                | b"str"
                | b"base"
                | b"b"
                | b"encoded"
                | b"encrypted"
                | b"data"
                | b"env"
                | b"a"
                | b"one"
                | b"two"
        )
}

/// What a word before the head takes away: `existing_secret` names an object, `has_password` is
/// true or false.
pub(super) fn denies(found: Sensitive, before: &[u8]) -> bool {
    let asked = matches!(
        before,
        b"has"
            | b"is"
            | b"show"
            | b"hide"
            | b"require"
            | b"requires"
            | b"needs"
            | b"uses"
            | b"use"
            | b"forgot"
            | b"no"
            | b"without"
            | b"allow"
            | b"enable"
            | b"disable"
            | b"remember"
            | b"supports"
            | b"with"
            | b"missing"
            | b"invalid"
    );
    asked
        || match found {
            Sensitive::Secret => matches!(before, b"existing" | b"pull" | b"image" | b"kind"),
            Sensitive::Pin => matches!(
                before,
                b"gpio"
                    | b"led"
                    | b"data"
                    | b"input"
                    | b"output"
                    | b"clock"
                    | b"reset"
                    | b"cs"
                    | b"map"
                    | b"drop"
                    | b"push"
            ),
            Sensitive::SeedPhrase => matches!(before, b"random" | b"rng" | b"global"),
            Sensitive::Session => matches!(before, b"mcp" | b"chat" | b"training" | b"agent"),
            _ => false,
        }
}

/// Words before `key` that make it a credential.
pub(super) fn makes_key(word: &[u8]) -> bool {
    matches!(
        word,
        b"api"
            | b"access"
            | b"auth"
            | b"signing"
            | b"sign"
            | b"encryption"
            | b"encrypt"
            | b"decryption"
            | b"crypt"
            | b"cipher"
            | b"shared"
            | b"preshared"
            | b"master"
            | b"account"
            | b"storage"
            | b"service"
            | b"app"
            | b"application"
            | b"deploy"
            | b"client"
            | b"consumer"
            | b"subscription"
            | b"webhook"
            | b"hmac"
            | b"aes"
            | b"session"
            | b"admin"
            | b"write"
            | b"ingest"
            | b"ingestion"
            | b"integration"
            | b"developer"
            | b"server"
            | b"license"
            | b"role"
            | b"jwt"
            | b"cookie"
            | b"token"
            | b"root"
            | b"bot"
            | b"user"
            | b"vault"
            | b"unseal"
            | b"data"
            | b"tls"
            | b"ssl"
            | b"wireguard"
            | b"wg"
            | b"secure"
            | b"openai"
            | b"anthropic"
            | b"claude"
            | b"gemini"
            | b"google"
            | b"gcp"
            | b"maps"
            | b"aws"
            | b"azure"
            | b"stripe"
            | b"sendgrid"
            | b"mailgun"
            | b"twilio"
            | b"slack"
            | b"github"
            | b"gitlab"
            | b"datadog"
            | b"dd"
            | b"relic"
            | b"sentry"
            | b"cohere"
            | b"mistral"
            | b"groq"
            | b"huggingface"
            | b"hf"
            | b"algolia"
            | b"pinecone"
            | b"cloudflare"
            | b"heroku"
            | b"firebase"
            | b"supabase"
            | b"openrouter"
            | b"deepseek"
            | b"tavily"
            | b"serpapi"
            | b"brave"
            | b"exa"
            | b"linear"
            | b"notion"
            | b"airtable"
            | b"hubspot"
    )
}

/// Words before `key` that make it a name, though a secret is near: `secret_key_name` is one, and
/// `secret_object_key` another.
pub(super) fn is_no_key(word: &[u8]) -> bool {
    matches!(
        word,
        b"object"
            | b"primary"
            | b"partition"
            | b"sort"
            | b"cache"
            | b"foreign"
            | b"row"
            | b"map"
            | b"hash"
            | b"range"
            | b"idempotency"
            | b"routing"
            | b"group"
            | b"registry"
            | b"property"
            | b"json"
            | b"yaml"
            | b"host"
            | b"s"
            | b"storage"
            | b"index"
            | b"lookup"
    )
}

/// Words before `token` that make it a place in a list or a unit of text.
pub(super) fn is_no_token(word: &[u8]) -> bool {
    matches!(
        word,
        b"next"
            | b"page"
            | b"continuation"
            | b"pagination"
            | b"cursor"
            | b"progress"
            | b"sync"
            | b"start"
            | b"end"
            | b"stop"
            | b"pad"
            | b"bos"
            | b"eos"
            | b"unk"
            | b"mask"
            | b"sep"
            | b"cls"
            | b"count"
            | b"max"
            | b"min"
            | b"num"
            | b"special"
            | b"resume"
            | b"change"
            | b"delta"
            | b"shard"
            | b"request"
            | b"marker"
            | b"design"
            | b"color"
            | b"per"
            | b"first"
            | b"last"
            | b"cancellation"
            | b"cancel"
            | b"idempotency"
            | b"native"
            | b"pool"
            | b"erc"
            | b"nft"
            | b"base"
            | b"quote"
            | b"input"
            | b"output"
            | b"prompt"
            | b"completion"
            | b"total"
            | b"watch"
            | b"list"
            | b"skip"
            | b"position"
            | b"state"
            | b"image"
            | b"thinking"
            | b"reasoning"
            | b"client"
    )
}

/// Words before `tokens` that make them credentials.
pub(super) fn is_issued(word: &[u8]) -> bool {
    matches!(
        word,
        b"access"
            | b"refresh"
            | b"auth"
            | b"api"
            | b"bearer"
            | b"session"
            | b"oauth"
            | b"secret"
            | b"deploy"
            | b"personal"
    )
}

/// Words before `phrase` and `words` that make them a wallet's.
pub(super) fn is_of_seeds(word: &[u8]) -> bool {
    matches!(
        word,
        b"seed" | b"recovery" | b"mnemonic" | b"secret" | b"backup" | b"wallet"
    )
}

/// Words before `pass` that make it a way or a ticket.
pub(super) fn is_no_pass(word: &[u8]) -> bool {
    matches!(
        word,
        b"by"
            | b"first"
            | b"second"
            | b"multi"
            | b"render"
            | b"low"
            | b"high"
            | b"band"
            | b"boarding"
            | b"proxy"
            | b"single"
            | b"must"
            | b"tests"
            | b"test"
            | b"did"
            | b"checks"
            | b"ski"
            | b"season"
    )
}

/// Words of other scripts, by which a name is known if it contains one.
pub(super) const LOCAL: &[(&str, Sensitive)] = &[
    ("contraseña", Sensitive::Password),
    ("clave privada", Sensitive::PrivateKey),
    ("clé privée", Sensitive::PrivateKey),
    ("clé secrète", Sensitive::PrivateKey),
    ("clé api", Sensitive::ApiKey),
    ("clé d'api", Sensitive::ApiKey),
    ("mot_de_passe", Sensitive::Password),
    ("mot de passe", Sensitive::Password),
    ("hasło", Sensitive::Password),
    ("lösenord", Sensitive::Password),
    ("şifre", Sensitive::Password),
    ("parolă", Sensitive::Password),
    ("jelszó", Sensitive::Password),
    ("mật khẩu", Sensitive::Password),
    ("пароль", Sensitive::Password),
    ("парол", Sensitive::Password),
    ("секретный ключ", Sensitive::PrivateKey),
    ("секрет", Sensitive::Secret),
    ("токен", Sensitive::Token),
    ("ключ api", Sensitive::ApiKey),
    ("κωδικός", Sensitive::Password),
    ("סיסמה", Sensitive::Password),
    ("كلمة المرور", Sensitive::Password),
    ("कूटशब्द", Sensitive::Password),
    ("पासवर्ड", Sensitive::Password),
    ("รหัสผ่าน", Sensitive::Password),
    // NFKC has composed the marks of kana.
    ("パスワード", Sensitive::Password),
    ("暗証番号", Sensitive::Pin),
    ("トークン", Sensitive::Token),
    ("秘密鍵", Sensitive::PrivateKey),
    ("apiキー", Sensitive::ApiKey),
    ("密码", Sensitive::Password),
    ("密碼", Sensitive::Password),
    ("口令", Sensitive::Password),
    ("密钥", Sensitive::PrivateKey),
    ("令牌", Sensitive::Token),
    ("비밀번호", Sensitive::Password),
    ("암호", Sensitive::Password),
    ("토큰", Sensitive::Token),
];
