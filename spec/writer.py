#!/usr/bin/env python3
"""Writes the small log in `vectors/damage/base` and the damages beside it, from the pages of this
folder: the same bytes each time, for all keys and all content are derived from a fixed text.

    writer.py DIR       makes DIR/base and DIR/*.json

What each file means stands in README.md. Needs the packages of `reader.py`.
"""

import base64
import json
import sqlite3
import struct
import sys
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from reader import KINDS, ZEROS, Tree, hkdf, leaf_hash, root, sha256, tile_number

ORIGIN, NODE, EPOCH = "example.org/gw/n1/1", "n1", 1
BUCKET, BEGUN_US = 20_660, 1_785_031_200_000_000
PUBLISHED, BATCH = 270, 15
LOG = f"log/{NODE}/{EPOCH}"
WAL = f"wal/{EPOCH}"


def secret(*what):
    """32 bytes that are nobody's secret."""
    return sha256(b"probity test vectors", *(str(part).encode() + b"\0" for part in what))


def u32(n):
    return struct.pack(">I", n)


def u64(n):
    return struct.pack(">Q", n)


class Signer:
    def __init__(self, name, seed):
        self.name, self.seed = name, seed
        self.key = Ed25519PrivateKey.from_private_bytes(seed)
        public = self.key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.public = b"\x01" + public
        self.id = sha256(name.encode(), b"\n", self.public)[:4]

    def vkey(self):
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(self.public).decode()}\n"

    def private(self):
        encoded = base64.b64encode(b"\x01" + self.seed).decode()
        return f"PRIVATE+KEY+{self.name}+{self.id.hex()}+{encoded}\n"

    def checkpoint(self, size, digest, origin=None):
        text = f"{origin or self.name}\n{size}\n{base64.b64encode(digest).decode()}\n"
        signature = base64.b64encode(self.id + self.key.sign(text.encode())).decode()
        return f"{text}\n\u2014 {self.name} {signature}\n".encode()


SIGNER = Signer(ORIGIN, secret("log key"))
ORG_SIGNER = Signer(f"example.org/org/{NODE}/1", secret("org key"))


# leaf.md, body.md, keyring.md


class Session:
    def __init__(self, name, node=False):
        self.id, self.key, self.node = secret("session", name)[:16], secret("session key", name), node
        self.hashes, self.tree, self.calls = [], Tree(), {}
        self.first = self.last = None


class Writer:
    """The entries of a log, in their order."""

    def __init__(self):
        self.leaves, self.entries, self.tree = [], [], Tree()
        self.open = {}

    def record(self, session, kind, payload=b"", call=bytes(16), flags=0, seq=None):
        index = len(self.leaves)
        record, record_secret = secret("record", index)[:16], secret("record secret", index)
        facts = json.dumps({"upstream": "shop", "extra": {"number": index}}).encode()
        plaintext = u32(len(facts)) + facts + payload
        prefix = struct.pack(">BBBBI", 1, KINDS.index(kind) + 1, 0, flags | (4 if session.node else 0), EPOCH)
        prefix += record + session.id
        prefix += struct.pack(">QIII", BEGUN_US + index * 1000, len(plaintext) + 16, BUCKET, 0)
        names = [secret("pseudonym", name)[:16] for name in ("shop", "query", "ada")]
        prefix += call + b"".join(names) + ZEROS + u32(0)
        prefix += hkdf(record_secret, record, b"probity/v1/key-commitment") + ZEROS
        body = AESGCM(hkdf(record_secret, record, b"probity/v1/data")).encrypt(bytes(12), plaintext, prefix)
        number = len(session.hashes) if seq is None else seq
        leaf = prefix + sha256(body) + u64(number) + (session.hashes[-1] if session.hashes else ZEROS)
        if kind in ("session_closed", "session_abandoned"):
            leaf += root(list(session.hashes))
        place = b"probity/v1/record-secret" + session.id + record
        wrapped = AESGCM(session.key).encrypt(record[:12], record_secret, place)
        entry = struct.pack(">H", len(leaf)) + leaf
        entry += u64((1 << 64) - 1 if session.last is None else session.last) + wrapped
        entry += self.carry(session) if session.last is None else b"\0"
        entry += u32(len(body)) + body
        self.leaves.append(leaf)
        self.entries.append(entry)
        self.advance(session, kind, leaf_hash(leaf), index, call, flags)

    def advance(self, session, kind, hash_, index, call, flags):
        self.tree.push(hash_)
        session.hashes.append(hash_)
        session.tree.push(hash_)
        session.first = index if session.first is None else session.first
        session.last = index
        if kind == "intent" and flags & 2:
            session.calls[call] = index
        elif kind == "outcome":
            session.calls.pop(call, None)
        if kind == "session_closed":
            del self.open[session.id]
        else:
            self.open[session.id] = session

    def carry(self, session):
        number, nonce = u64(1), secret("carry", session.id.hex())[:12]
        place = b"probity/v1/session-carry" + number + session.id
        return b"\x01" + number + nonce + AESGCM(secret("transfer key")).encrypt(nonce, session.key, place)

    def snapshot(self, previous_end):
        out = u64(previous_end) + tree_bytes(self.tree) + u32(len(self.open))
        for session in sorted(self.open.values(), key=lambda session: session.id):
            out += session.id + bytes([session.node]) + u32(BUCKET)
            out += u64(session.first) + u64(session.last) + session.hashes[-1]
            out += tree_bytes(session.tree) + u32(len(session.calls))
            out += b"".join(call + u64(at) for call, at in sorted(session.calls.items()))
        return out


def tree_bytes(tree):
    return u64(tree.size) + b"".join(tree.roots)


# wal.md


class Wal:
    def __init__(self):
        self.files, self.frames = {}, []
        self.previous, self.number = sha256(b"probity/v1/chain\0", ORIGIN.encode()), 0
        self.name, self.end = None, 0

    def segment(self, writer):
        number = len(self.files)
        snapshot = writer.snapshot(self.end)
        self.name, self.end = f"{WAL}/{number:010}-{len(writer.leaves):016}.seg", 0
        self.files[self.name] = b""
        self.frame(1, 0, len(writer.leaves), snapshot, writer.tree.root())

    def batch(self, first, entries, digest):
        table, at = b"", 0
        for entry in entries:
            table, at = table + u32(at), at + len(entry)
        self.frame(2, len(entries), first, b"".join(entries) + table, digest)

    def frame(self, kind, count, first, payload, digest):
        head = b"PROBWAL1" + struct.pack(
            ">IIQQQIIQQ", kind, EPOCH, len(self.files) - 1, self.end, self.number, len(payload), count, first, self.number
        )
        head += self.previous + digest
        hash_ = sha256(head, payload)
        bytes_ = head + hash_ + SIGNER.key.sign(b"probity/v1/frame\0" + hash_) + payload
        bytes_ += bytes(-len(bytes_) % 4096)
        self.frames.append((self.name, self.end, len(bytes_)))
        self.files[self.name] += bytes_
        self.previous, self.number, self.end = hash_, self.number + 1, self.end + len(bytes_)


# log.md


def published(leaves, signer=SIGNER, folder=LOG):
    """The files of a log of these leaves, in its folder."""
    files, size = {"vkey": signer.vkey().encode()}, len(leaves)
    hashes = [leaf_hash(leaf) for leaf in leaves]
    files["checkpoint"] = signer.checkpoint(size, root(list(hashes)))
    for n in range(-(-size // 256)):
        part = leaves[n * 256 : n * 256 + 256]
        bundle = b"".join(struct.pack(">H", len(leaf)) + leaf for leaf in part)
        files[tile_path("entries", n, len(part))] = bundle
    level, nodes = 0, hashes
    while nodes:
        for n in range(-(-len(nodes) // 256)):
            part = nodes[n * 256 : n * 256 + 256]
            files[tile_path(level, n, len(part))] = b"".join(part)
        full = range(0, len(nodes) - 255, 256)
        level, nodes = level + 1, [root(nodes[i : i + 256]) for i in full]
    return {f"{folder}/{name}": content for name, content in files.items()}


def tile_path(level, n, width):
    return f"tile/{level}/{tile_number(n)}" + (f".p/{width}" if width < 256 else "")


# org.md


def org_entries(checkpoint):
    """The org log of a node that joined and published this checkpoint."""
    told = (
        ("log-opened", ORG_SIGNER, True, None),
        ("epoch-opened", SIGNER, True, None),
        ("node-joined", SIGNER, False, None),
        ("node-checkpoint", SIGNER, False, checkpoint),
    )
    for n, (kind, about, opens, note) in enumerate(told):
        text = f"probity/v1/org {kind}\ntime {BEGUN_US + n}\nlog {about.name}\n"
        text += f"key {about.vkey()}" if opens else ""
        text += f"checkpoint {'below' if note else 'none'}\n"
        yield text.encode() + (b"\n" + note if note else b"")


def story():
    """What is on record: the node's session, one that ended, one that is open."""
    yield "node", "log_opened", {}
    for name, count in (("first", 40), ("second", 96)):
        yield name, "session_opened", {}
        for n in range(count):
            call = secret("call", name, n)[:16]
            yield name, "intent", {"call": call, "flags": 2, "payload": b'{"ask":%d}' % n}
            if (name, n) != ("second", count - 1):
                yield name, "outcome", {"call": call, "payload": b'{"answer":%d}' % n}
        if name == "first":
            yield name, "session_closed", {}


def write():
    """The entries, the write-ahead log, and where its frames are."""
    sessions = {name: Session(name, name == "node") for name in ("node", "first", "second")}
    writer, wal, batch = Writer(), Wal(), []
    wal.segment(writer)
    for name, kind, more in story():
        if len(writer.leaves) == 10 * BATCH:
            wal.segment(writer)
        writer.record(sessions[name], kind, **more)
        batch.append(writer.entries[-1])
        if len(batch) == BATCH:
            wal.batch(len(writer.leaves) - BATCH, batch, writer.tree.root())
            batch = []
    wal.batch(len(writer.leaves) - len(batch), batch, writer.tree.root())
    return writer, wal, sessions


def identity():
    return (json.dumps({"format": 1, "org": "example.org", "node": NODE, "epoch": EPOCH}, indent=2) + "\n").encode()


def base_files():
    writer, wal, sessions = write()
    files = {"node.json": identity(), **wal.files, **published(writer.leaves[:PUBLISHED])}
    files[f"head/{EPOCH}"] = files[f"{LOG}/checkpoint"]
    files["keys/root.key"] = secret("root key").hex().encode() + b"\n"
    files[f"keys/log-{EPOCH}.key"] = SIGNER.private().encode()
    org = published(list(org_entries(files[f"{LOG}/checkpoint"])), ORG_SIGNER, "log/org/1")
    files |= {**org, "head/org-1": org["log/org/1/checkpoint"]}
    files["keys/org-1.key"] = ORG_SIGNER.private().encode()
    return files, writer, wal, sessions


def write_keyring(path, sessions, moved):
    path.unlink(missing_ok=True)
    db = sqlite3.connect(path)
    db.executescript(
        """
        CREATE TABLE root (name TEXT NOT NULL PRIMARY KEY) WITHOUT ROWID;
        CREATE TABLE root_wrapped (label TEXT NOT NULL, domain INTEGER NOT NULL, number INTEGER NOT NULL,
            wrapped BLOB NOT NULL, PRIMARY KEY (label, domain, number)) WITHOUT ROWID;
        CREATE TABLE session (id BLOB NOT NULL PRIMARY KEY, domain INTEGER NOT NULL, bucket INTEGER NOT NULL,
            principal BLOB NOT NULL, rekeyed INTEGER NOT NULL, nonce BLOB NOT NULL, wrapped BLOB NOT NULL)
            WITHOUT ROWID;
        CREATE TABLE record (session BLOB NOT NULL, record BLOB NOT NULL, wrapped BLOB NOT NULL,
            PRIMARY KEY (session, record)) WITHOUT ROWID;
        CREATE TABLE held (hold INTEGER NOT NULL, session BLOB NOT NULL, nonce BLOB NOT NULL,
            wrapped BLOB NOT NULL, PRIMARY KEY (hold, session)) WITHOUT ROWID;
        CREATE TABLE progress (epoch INTEGER NOT NULL PRIMARY KEY, moved INTEGER NOT NULL) WITHOUT ROWID;
        INSERT INTO root VALUES ('file');
        """
    )
    nonce = secret("bucket nonce")[:12]
    place = b"probity/v1/root/bucket\0" + struct.pack(">IQ", 0, BUCKET)
    wrapped = nonce + AESGCM(secret("root key")).encrypt(nonce, secret("bucket key"), place)
    db.execute("INSERT INTO root_wrapped VALUES ('bucket', 0, ?, ?)", (BUCKET, wrapped))
    principal = secret("pseudonym", "ada")[:16]
    for session in sessions.values():
        nonce = secret("session nonce", session.id.hex())[:12]
        wrapped = AESGCM(secret("bucket key")).encrypt(nonce, session.key, b"probity/v1/session-key" + session.id)
        row = (session.id, BUCKET, principal, nonce, wrapped)
        db.execute("INSERT INTO session VALUES (?, 0, ?, ?, 0, ?, ?)", row)
    db.execute("INSERT INTO progress VALUES (?, ?)", (EPOCH, moved))
    db.commit()
    db.close()


def main(arguments):
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    from damages import damages

    out = Path(arguments[0])
    files, writer, wal, sessions = base_files()
    for name, content in files.items():
        path = out / "base" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    write_keyring(out / "base/keys/keyring.db", sessions, len(writer.leaves))
    for name, damage in damages(files, writer, wal).items():
        (out / f"{name}.json").write_text(json.dumps(damage, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
