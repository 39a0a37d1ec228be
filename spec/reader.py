#!/usr/bin/env python3
"""Reads and verifies a record of Probity, from the pages beside it and from nothing else.

    reader.py DATA_DIR          verifies everything, prints one JSON object per record
    reader.py --vectors FILE    opens the records of a vector file and compares
    reader.py --fields FILE     computes the field commitments of a vector file and compares

Needs the packages `cryptography` and `zstandard`.
"""

import base64
import hashlib
import hmac
import json
import sqlite3
import struct
import sys
from pathlib import Path

import zstandard
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KINDS = """log_opened session_opened session_closed session_abandoned intent refusal hold ruling outcome
failure outcome_unknown login_refused stderr heartbeat configuration transport access purge legal_hold
membership node_checkpoint definition""".split()
ZEROS = bytes(32)


class Wrong(Exception):
    """Something is not as the pages say."""


def need(condition, what):
    if not condition:
        raise Wrong(what)


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


# RFC 6962 §2.1


def leaf_hash(leaf):
    return sha256(b"\0", leaf)


def root(hashes):
    if not hashes:
        return sha256()
    while len(hashes) > 1:
        pairs = [sha256(b"\1", a, b) for a, b in zip(hashes[::2], hashes[1::2])]
        hashes = pairs + (hashes[-1:] if len(hashes) % 2 else [])
    return hashes[0]


class Tree:
    """The roots of the perfect subtrees of a growing tree."""

    def __init__(self):
        self.size = 0
        self.roots = []

    def push(self, node):
        size = self.size
        while size & 1:
            node = sha256(b"\1", self.roots.pop(), node)
            size >>= 1
        self.roots.append(node)
        self.size += 1

    def root(self):
        if not self.roots:
            return sha256()
        node = self.roots[-1]
        for left in reversed(self.roots[:-1]):
            node = sha256(b"\1", left, node)
        return node


# leaf.md


class Leaf:
    PREFIX = 224

    def __init__(self, raw):
        self.raw = raw
        need(len(raw) in (296, 328, 348) and raw[0] == 1, "leaf: length or version")
        self.kind, self.verdict, flags = raw[1], raw[2], raw[3]
        need(flags < 8, "leaf: flags")
        self.compressed, self.awaits, self.node = flags & 1, flags & 2, flags & 4
        (self.epoch,) = struct.unpack_from(">I", raw, 4)
        self.record, self.session = raw[8:24], raw[24:40]
        self.at, self.body_bytes, self.bucket, self.domain = struct.unpack_from(">QIII", raw, 40)
        self.call = raw[60:76]
        self.key_commitment, self.fields_root = raw[160:192], raw[192:224]
        self.body_hash = raw[224:256]
        (self.seq,) = struct.unpack_from(">Q", raw, 256)
        self.previous = raw[264:296]
        self.session_root = raw[296:] if self.kind in (3, 4) else None
        self.purge = Purge(raw[296:]) if self.kind == 18 else None
        behind = {3: 32, 4: 32, 18: 52}.get(self.kind, 0)
        need(len(raw) == 296 + behind, "leaf: length for its kind")
        self.hash = leaf_hash(raw)


# purge.md


class Purge:
    def __init__(self, raw):
        need(len(raw) == 52, "purge: length")
        self.step, self.scope, self.approvals, zero = raw[:4]
        self.id, self.session = raw[4:20], raw[20:36]
        self.seq, self.domain, self.bucket = struct.unpack_from(">QII", raw, 36)
        need(self.step in (1, 2) and zero == 0, "purge: step")
        of_record, of_bucket = self.scope == 1, self.scope == 3
        need(self.scope in (1, 2, 3), "purge: scope")
        need(of_record or self.seq == 0, "purge: number")
        need(of_bucket or (self.domain, self.bucket) == (0, 0), "purge: bucket")
        need(not of_bucket or self.session == bytes(16), "purge: session")

    def covers(self, leaf):
        return leaf.domain != 1 and {
            1: (leaf.session, leaf.seq) == (self.session, self.seq),
            2: leaf.session == self.session,
            3: (leaf.domain, leaf.bucket) == (self.domain, self.bucket),
        }[self.scope]


def read_purges(leaves):
    """The completed purges of a log, each with its index."""
    begun, completed = set(), []
    for index, leaf in enumerate(leaves):
        purge = leaf.purge
        if purge is None:
            continue
        need(leaf.node and leaf.domain == 1, f"entry {index}: a purge outside of custody")
        need(purge.scope != 3 or purge.domain != 1, f"entry {index}: custody is never purged")
        name = (purge.id, leaf.raw[297], purge.session, purge.seq, purge.domain, purge.bucket)
        if purge.step == 1:
            begun.add(name)
        else:
            need(name in begun, f"entry {index}: a purge that never began")
            completed.append((index, purge))
    return completed


# sessions.md


class Sessions:
    def __init__(self):
        self.open = {}

    def take(self, leaf):
        name = leaf.session.hex()
        hashes = self.open.get(leaf.session)
        if leaf.kind in (1, 2):
            need(hashes is None, f"session {name} is opened twice")
            hashes = self.open[leaf.session] = []
        need(hashes is not None, f"session {name} is not open")
        need(leaf.seq == len(hashes), f"session {name}: number {leaf.seq}")
        need(leaf.previous == (hashes[-1] if hashes else ZEROS), f"session {name}: link")
        if leaf.session_root is not None:
            need(leaf.session_root == root(list(hashes)), f"session {name}: root")
            del self.open[leaf.session]
        else:
            hashes.append(leaf.hash)


# body.md, keyring.md


def unwrap(key, nonce, wrapped, place):
    try:
        return AESGCM(key).decrypt(nonce, wrapped, place)
    except InvalidTag:
        raise Wrong(f"a wrapped key does not open: {place[:24]!r}") from None


def hkdf(secret, salt, info):
    prk = hmac.digest(salt, secret, "sha256")
    return hmac.digest(prk, info + b"\x01", "sha256")


def record_secret(leaf, wrapped, session_key):
    place = b"probity/v1/record-secret" + leaf.session + leaf.record
    return unwrap(session_key, leaf.record[:12], wrapped, place)


def session_key_from_carry(leaf, carry, transfer_key):
    number, nonce, wrapped = carry[:8], carry[8:20], carry[20:]
    place = b"probity/v1/session-carry" + number + leaf.session
    return unwrap(transfer_key, nonce, wrapped, place)


def open_body(leaf, sealed, secret):
    need(sha256(sealed) == leaf.body_hash, "body: altered")
    need(len(sealed) == leaf.body_bytes, "body: length")
    commitment = hkdf(secret, leaf.record, b"probity/v1/key-commitment")
    need(hmac.compare_digest(commitment, leaf.key_commitment), "body: another key")
    key = hkdf(secret, leaf.record, b"probity/v1/data")
    try:
        plaintext = AESGCM(key).decrypt(bytes(12), sealed, leaf.raw[: Leaf.PREFIX])
    except InvalidTag:
        raise Wrong("body: does not open") from None
    if leaf.compressed:
        plaintext = zstandard.ZstdDecompressor().decompress(plaintext)
    (length,) = struct.unpack_from(">I", plaintext)
    need(4 + length <= len(plaintext), "body: framing")
    facts, payload = plaintext[4 : 4 + length], plaintext[4 + length :]
    if leaf.fields_root != ZEROS:
        hashes = [leaf_hash(c) for _, c in commitments(secret, leaf.record, fields(facts, payload))]
        need(root(hashes) == leaf.fields_root, "body: field commitments")
    return json.loads(facts), payload


# fields.md

TYPES = "bytes json null bool number string empty_object empty_array".split()


class Lexeme(str):
    """A number, or true, false and null, as they were written."""


class Whole(Exception):
    """The payload is not split."""


def members(pairs):
    if len({name for name, _ in pairs}) < len(pairs):
        raise Whole
    return dict(pairs)


def not_json(constant):
    raise Whole


def facts_fields(facts):
    text = facts.decode()
    decoder = json.JSONDecoder()

    def space(at):
        return next(n for n in range(at, len(text) + 1) if text[n : n + 1] not in tuple(" \t\n\r"))

    at, found = space(text.index("{") + 1), []
    while text[at] != "}":
        name, at = decoder.raw_decode(text, at)
        at = space(at)
        need(text[at] == ":", "facts: no colon")
        start = space(at + 1)
        _, at = decoder.raw_decode(text, start)
        found.append((f"/facts/{pointer(name)}", "json", text[start:at].encode()))
        at = space(at)
        at = space(at + 1) if text[at] == "," else at
    need(len({path for path, _, _ in found}) == len(found), "facts: a name twice")
    return found


def pointer(name):
    return name.replace("~", "~0").replace("/", "~1")


def payload_fields(payload):
    try:
        text = payload.decode()
        value = json.loads(
            text,
            object_pairs_hook=members,
            parse_int=Lexeme,
            parse_float=Lexeme,
            parse_constant=not_json,
        )
        found = list(walk("/payload", value, 0))
        if len(found) > 1024:
            raise Whole
        return found
    except (Whole, ValueError, RecursionError):
        return [("/payload", "bytes", payload)]


def walk(path, value, depth):
    if depth > 128 or len(path.encode()) > 1024:
        raise Whole
    if value is None:
        yield path, "null", b""
    elif isinstance(value, bool):
        yield path, "bool", str(value).lower().encode()
    elif isinstance(value, Lexeme):
        yield path, "number", value.encode()
    elif isinstance(value, str):
        yield path, "string", value.encode()
    elif not value:
        yield path, "empty_object" if isinstance(value, dict) else "empty_array", b""
    else:
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for name, item in items:
            yield from walk(f"{path}/{pointer(str(name))}", item, depth + 1)


def fields(facts, payload):
    return facts_fields(facts) + payload_fields(payload)


def field_commitment(key, path, kind, value):
    path, code = path.encode(), bytes([TYPES.index(kind) + 1])
    return hmac.digest(key, struct.pack(">I", len(path)) + path + code + value, "sha256")


def commitments(secret, record, found):
    """The key of each field and its commitment."""
    for number, field in enumerate(found):
        key = hkdf(secret, record, b"probity/v1/field" + struct.pack(">I", number))
        yield key, field_commitment(key, *field)


def check_fields(path):
    vectors = json.loads(path.read_text())
    secret, record = bytes.fromhex(vectors["secret"]), bytes.fromhex(vectors["record"])
    for vector in vectors["records"]:
        found = fields(vector["facts"].encode(), bytes.fromhex(vector["payload"]))
        made = list(commitments(secret, record, found))
        rows = [
            {
                "path": path,
                "type": kind,
                "value": value.hex(),
                "key": key.hex(),
                "commitment": commitment.hex(),
            }
            for (path, kind, value), (key, commitment) in zip(found, made)
        ]
        need(rows == vector["fields"], "vectors: fields")
        hashes = [leaf_hash(commitment) for _, commitment in made]
        need(root(hashes).hex() == vector["fields_root"], "vectors: root over the fields")


class Keyring:
    def __init__(self, keys):
        self.root = bytes.fromhex((keys / "root.key").read_text().strip())
        self.db = sqlite3.connect(f"file:{keys / 'keyring.db'}?mode=ro", uri=True)
        self.sessions = {}

    def under_root(self, label, domain, number):
        row = self.db.execute(
            "SELECT wrapped FROM root_wrapped WHERE label = ? AND domain = ? AND number = ?",
            (label, domain, number),
        ).fetchone()
        if row is None:
            return None
        place = b"probity/v1/root/" + label.encode() + b"\0" + struct.pack(">IQ", domain, number)
        return unwrap(self.root, row[0][:12], row[0][12:], place)

    def session_key(self, entry):
        """Call it with the session's entries in order: the first may bring the key."""
        leaf = entry.leaf
        if leaf.session not in self.sessions:
            self.sessions[leaf.session] = self.find(entry)
        return self.sessions[leaf.session]

    def find(self, entry):
        leaf = entry.leaf
        row = self.db.execute(
            "SELECT domain, bucket, nonce, wrapped FROM session WHERE id = ?", (leaf.session,)
        ).fetchone()
        bucket = row and self.under_root("bucket", row[0], row[1])
        if bucket:
            return unwrap(bucket, row[2], row[3], b"probity/v1/session-key" + leaf.session)
        row = self.db.execute(
            "SELECT hold, nonce, wrapped FROM held WHERE session = ?", (leaf.session,)
        ).fetchone()
        hold = row and self.under_root("hold", 0, row[0])
        if hold:
            number = struct.pack(">Q", row[0])
            place = b"probity/v1/held-session-key" + number + leaf.session
            return unwrap(hold, row[1], row[2], place)
        if entry.carry is not None:
            (number,) = struct.unpack_from(">Q", entry.carry)
            transfer = self.under_root("transfer", 0, number)
            if transfer is not None:
                return session_key_from_carry(leaf, entry.carry, transfer)
        return None

    def secret(self, entry):
        """The record's secret; None if it was destroyed."""
        leaf, key, wrapped = entry.leaf, self.session_key(entry), entry.wrapped_secret
        if key is None:
            return None
        rows = self.db.execute(
            "SELECT 1 FROM session WHERE id = ? AND rekeyed = 1", (leaf.session,)
        )
        if rows.fetchone() is not None:
            row = self.db.execute(
                "SELECT wrapped FROM record WHERE session = ? AND record = ?",
                (leaf.session, leaf.record),
            ).fetchone()
            if row is None:
                return None
            (wrapped,) = row
        return record_secret(leaf, wrapped, key)


# wal.md


class Entry:
    def __init__(self, raw):
        (length,) = struct.unpack_from(">H", raw)
        at = 2 + length
        self.leaf = Leaf(raw[2:at])
        (self.previous_index,) = struct.unpack_from(">Q", raw, at)
        self.wrapped_secret = raw[at + 8 : at + 56]
        at += 56
        need(raw[at] in (0, 1), "entry: carry")
        self.carry = raw[at + 1 : at + 69] if raw[at] else None
        at += 69 if raw[at] else 1
        (length,) = struct.unpack_from(">I", raw, at)
        self.body = raw[at + 4 :]
        need(len(self.body) == length, "entry: body")


def frames(segment, number, end):
    """The frames of a segment; the last segment ends where no frame is."""
    at = 0
    while at < (len(segment) if end is None else end):
        head = segment[at : at + 224]
        if len(head) < 224 or head[:8] != b"PROBWAL1":
            need(end is None, f"segment {number}: no frame at {at}")
            return
        kind, epoch, where, position, frame, length, count, first, _ = struct.unpack_from(
            ">IIQQQIIQQ", head, 8
        )
        payload = segment[at + 224 : at + 224 + length]
        if sha256(head[:128], payload) != head[128:160]:
            need(end is None, f"segment {number}: checksum at {at}")
            return
        need((where, position) == (number, at), f"segment {number}: place at {at}")
        following = at + -(-(224 + length) // 4096) * 4096
        need(not any(segment[at + 224 + length : following]), f"segment {number}: padding at {at}")
        yield kind, epoch, frame, count, first, head, payload
        at = following


def entries_of(payload, count):
    table = struct.unpack_from(f">{count}I", payload, len(payload) - 4 * count)
    ends = [*table[1:], len(payload) - 4 * count]
    return [Entry(payload[a:b]) for a, b in zip(table, ends)]


def read_wal(folder, epoch, key, origin):
    names = sorted(folder.glob("*.seg"))
    chain, number, size, tree = sha256(b"probity/v1/chain\0", origin.encode()), 0, 0, Tree()
    for n, name in enumerate(names):
        need(int(name.name[:10]) == n, f"segment {n} is missing")
        end = None
        if n + 1 < len(names):
            with open(names[n + 1], "rb") as following:
                (end,) = struct.unpack_from(">Q", following.read(232), 224)
        for kind, said, frame, count, first, head, payload in frames(name.read_bytes(), n, end):
            need(said == epoch and frame == number and head[64:96] == chain, f"frame {frame}: chain")
            need(first == size, f"frame {frame}: index {first}")
            verify(key, head[160:224], b"probity/v1/frame\0" + head[128:160], f"frame {frame}")
            chain, number = head[128:160], number + 1
            if kind == 2:
                for entry in entries_of(payload, count):
                    tree.push(entry.leaf.hash)
                    yield entry
                    size += 1
            need(head[96:128] == tree.root(), f"frame {frame}: root")


def verify(key, signature, message, what):
    try:
        key.verify(signature, message)
    except InvalidSignature:
        raise Wrong(f"{what}: signature") from None


# log.md


def parse_vkey(text):
    name, key_id, encoded = text.strip().split("+", 2)
    raw = base64.b64decode(encoded)
    need(len(raw) == 33 and raw[0] == 1, "vkey: type")
    need(sha256(name.encode(), b"\n", raw)[:4].hex() == key_id, "vkey: id")
    return name, bytes.fromhex(key_id), Ed25519PublicKey.from_public_bytes(raw[1:])


def read_checkpoint(note, name, key_id, key):
    text, lines = note.rsplit(b"\n\n", 1)
    text += b"\n"
    for line in lines.decode().splitlines():
        dash, signer, encoded = line.split(" ")
        raw = base64.b64decode(encoded)
        if dash == "\u2014" and signer == name and raw[:4] == key_id:
            verify(key, raw[4:], text, "checkpoint")
            break
    else:
        raise Wrong("checkpoint: not signed by the log's key")
    origin, size, digest = text.decode().splitlines()[:3]
    need(origin == name, "checkpoint: origin")
    return int(size), base64.b64decode(digest)


def read_signed(log, head, *key):
    """The checkpoint; what was signed and not yet shown counts too, for then its tiles are there."""
    shown = read_checkpoint((log / "checkpoint").read_bytes(), *key)
    signed = read_checkpoint(head.read_bytes(), *key)
    need(signed[0] != shown[0] or signed == shown, "head: another root at the checkpoint's size")
    return max(shown, signed)


def tile_number(n):
    text = f"{n % 1000:03}"
    while n := n // 1000:
        text = f"x{n % 1000:03}/{text}"
    return text


def read_tile(log, level, n, width):
    path = f"tile/{level}/{tile_number(n)}" + (f".p/{width}" if width < 256 else "")
    return (log / path).read_bytes()


def read_published(log, size, expected):
    """The published entries and their hashes, checked up to the root."""
    hashes, entries = [], []
    for n in range(-(-size // 256)):
        width = min(256, size - n * 256)
        bundle, found = read_tile(log, "entries", n, width), []
        while bundle:
            (length,) = struct.unpack_from(">H", bundle)
            entries.append(bundle[2 : 2 + length])
            found.append(leaf_hash(entries[-1]))
            bundle = bundle[2 + length :]
        need(b"".join(found) == read_tile(log, 0, n, width), f"bundle {n} and its tile differ")
        hashes += found
    level, nodes = 0, hashes
    while len(nodes) >= 256:
        nodes = [root(nodes[i : i + 256]) for i in range(0, len(nodes) - 255, 256)]
        level += 1
        for n in range(-(-len(nodes) // 256)):
            part = nodes[n * 256 : n * 256 + 256]
            need(b"".join(part) == read_tile(log, level, n, len(part)), f"tile {level}/{n}")
    need(root(list(hashes)) == expected, "checkpoint: root")
    return entries, hashes


# org.md


def org_entry(raw):
    """Kind, origin, key and checkpoint of an entry."""
    head, _, note = raw.decode().partition("\n\n")
    lines = head.removesuffix("\n").split("\n")
    starts = ["probity/v1/org ", "time ", "log ", "key ", "checkpoint "]
    if len(lines) == 4:
        del starts[3]
    need(len(lines) == len(starts), "org log: lines of an entry")
    fields = {}
    for line, start in zip(lines, starts):
        need(line.startswith(start), "org log: an entry's lines")
        fields[start] = line.removeprefix(start)
    kind, stated = fields[starts[0]], fields["checkpoint "]
    need(("key " in fields) == (kind in ("log-opened", "epoch-opened")), "org log: key")
    need(stated in ("none", "unknown", "below") and (stated == "below") == bool(note), "org log: note")
    return kind, fields["log "], fields.get("key "), note.encode() or None


class Org:
    """What the org logs say about the nodes' logs."""

    def __init__(self):
        self.keys, self.kept, self.open = {}, {}, None

    def read(self, log):
        origin, key_id, key = parse_vkey((log / "vkey").read_text())
        head = log.parents[2] / "head" / f"org-{log.name}"
        size, expected = read_signed(log, head, origin, key_id, key)
        self.keys[origin], self.open = (origin, key_id, key), None
        for index, raw in enumerate(read_published(log, size, expected)[0]):
            kind, name, vkey, note = org_entry(raw)
            need((kind == "log-opened") == (index == 0), f"org log: entry {index} is {kind}")
            if kind == "log-opened":
                need(name == origin and parse_vkey(vkey) == self.keys[origin], "org log: opens another log")
            elif kind == "epoch-opened":
                need(self.open is None and parse_vkey(vkey)[0] == name, f"org log: {name} opened")
                self.keys[name], self.open = parse_vkey(vkey), name
                self.kept.setdefault(name, [])
            else:
                need(name == self.open, f"org log: {name} is not open at entry {index}")
            if kind == "epoch-closed":
                self.open = None
            if note is not None:
                of = note.split(b"\n")[0].decode()
                need(of in self.keys, f"org log: {of} was never opened")
                checkpoint = read_checkpoint(note, *self.keys[of])
                if kind in ("node-checkpoint", "node-left"):
                    last = self.kept[of][-1] if self.kept[of] else (0, checkpoint[1])
                    grows = checkpoint[0] > last[0] or checkpoint == last
                    need(of == name and grows, f"org log: entry {index} contradicts the one before")
                    self.kept[of].append(checkpoint)

    def compare(self, key, hashes):
        """The log is the one whose key is named and whose checkpoints are kept here."""
        origin = key[0]
        need(origin in self.kept, f"the org log does not name {origin}")
        need(self.keys[origin] == key, f"the org log names another key for {origin}")
        tree = Tree()
        waiting = list(self.kept[origin])
        for leaf in hashes:
            tree.push(leaf)
            while waiting and waiting[0][0] == tree.size:
                need(waiting.pop(0)[1] == tree.root(), f"{origin} is forked at {tree.size}")
        need(not waiting, f"{origin} was rolled back")


def kind_name(code):
    return KINDS[code - 1] if 0 < code <= len(KINDS) else str(code)


def read_directory(path):
    identity = json.loads((path / "node.json").read_text())
    node, epoch = identity["node"], identity["epoch"]
    log = path / "log" / node / str(epoch)
    origin, key_id, key = parse_vkey((log / "vkey").read_text())
    size, expected = read_signed(log, path / "head" / str(epoch), origin, key_id, key)
    published = read_published(log, size, expected)[1]
    org = Org()
    for number in sorted((path / "log" / "org").iterdir(), key=lambda folder: int(folder.name)):
        org.read(number)
    org.compare((origin, key_id, key), published)
    for name in org.kept:
        of, number = name.split("/")[-2:]
        need((path / "log" / of / number).is_dir(), f"{name} is missing")
    keyring, sessions = Keyring(path / "keys"), Sessions()
    index = -1
    entries = list(read_wal(path / "wal" / str(epoch), epoch, key, origin))
    purges = read_purges(entry.leaf for entry in entries[:size])
    for index, entry in enumerate(entries):
        leaf = entry.leaf
        need(leaf.epoch == epoch, f"entry {index}: epoch")
        if index < size:
            need(leaf.hash == published[index], f"entry {index} is not the one that was signed")
        sessions.take(leaf)
        record = {
            "index": index,
            "session": leaf.session.hex(),
            "seq": leaf.seq,
            "kind": kind_name(leaf.kind),
            "leaf": leaf.hash.hex(),
        }
        purge = next((at for at, purge in purges if index < at and purge.covers(leaf)), None)
        secret = keyring.secret(entry)
        need(secret is not None or purge is not None, f"entry {index}: no key")
        need(secret is None or purge is None, f"entry {index} was purged, and has its key")
        if purge is None:
            facts, payload = open_body(leaf, entry.body, secret)
            record |= {"verdict": "INTACT", "facts": facts, "payload": payload.hex()}
        else:
            record |= {"verdict": "PURGED-AUTHORISED", "purge": purge}
        print(json.dumps(record))
    need(index + 1 >= size, "the write-ahead log is shorter than the published log")


def check_vectors(path):
    vectors = json.loads(path.read_text())
    transfer_key, session_key = bytes.fromhex(vectors["transfer_key"]), None
    for vector in vectors["records"]:
        entry = Entry(bytes.fromhex(vector["entry"]))
        if entry.carry is not None:
            session_key = session_key_from_carry(entry.leaf, entry.carry, transfer_key)
        secret = record_secret(entry.leaf, entry.wrapped_secret, session_key)
        facts, payload = open_body(entry.leaf, entry.body, secret)
        need(entry.leaf.hash.hex() == vector["leaf_hash"], "vectors: leaf hash")
        need(kind_name(entry.leaf.kind) == vector["kind"], "vectors: kind")
        need(facts == vector["facts"] and payload.hex() == vector["payload"], "vectors: body")


def main(arguments):
    try:
        if len(arguments) == 2 and arguments[0] == "--vectors":
            check_vectors(Path(arguments[1]))
        elif len(arguments) == 2 and arguments[0] == "--fields":
            check_fields(Path(arguments[1]))
        elif len(arguments) == 1:
            read_directory(Path(arguments[0]))
        else:
            print(__doc__, file=sys.stderr)
            return 2
    except (Wrong, OSError, ValueError, struct.error, KeyError, IndexError) as error:
        print(f"wrong: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
