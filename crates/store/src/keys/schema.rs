/// `spec/keyring.md` has what each table is for. Wrapped keys are rows; everything else that
/// stands here is opaque, besides the grounds and names of a purge or a hold that is under way.
pub(super) const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS root (name TEXT NOT NULL PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS root_wrapped (
    label TEXT NOT NULL, domain INTEGER NOT NULL, number INTEGER NOT NULL, wrapped BLOB NOT NULL,
    PRIMARY KEY (label, domain, number)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS session (
    id BLOB NOT NULL PRIMARY KEY, domain INTEGER NOT NULL, bucket INTEGER NOT NULL,
    principal BLOB NOT NULL, rekeyed INTEGER NOT NULL, nonce BLOB NOT NULL, wrapped BLOB NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS session_bucket ON session (domain, bucket);
CREATE INDEX IF NOT EXISTS session_principal ON session (principal);
CREATE TABLE IF NOT EXISTS record (
    session BLOB NOT NULL, record BLOB NOT NULL, wrapped BLOB NOT NULL,
    PRIMARY KEY (session, record)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS progress (
    epoch INTEGER NOT NULL PRIMARY KEY, moved INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS purge (
    id BLOB NOT NULL PRIMARY KEY, stage INTEGER NOT NULL,
    session BLOB, seq INTEGER, domain INTEGER, bucket INTEGER,
    session_epoch INTEGER NOT NULL, epoch INTEGER NOT NULL, leaf INTEGER NOT NULL,
    grounds TEXT NOT NULL, approved_by TEXT NOT NULL, keys TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS hold (
    number INTEGER NOT NULL PRIMARY KEY, stage INTEGER NOT NULL, matter TEXT NOT NULL,
    scope TEXT NOT NULL, session BLOB, domain INTEGER, bucket INTEGER, principal BLOB,
    at INTEGER NOT NULL, people TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS held (
    hold INTEGER NOT NULL, session BLOB NOT NULL, nonce BLOB NOT NULL, wrapped BLOB NOT NULL,
    PRIMARY KEY (hold, session)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS held_session ON held (session);
";
