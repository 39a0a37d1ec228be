"""The damages of `vectors/damage`: what is done to the base, and what a verifier must say."""

import base64
import struct

from reader import leaf_hash, root
from writer import EPOCH, LOG, ORIGIN, PUBLISHED, WAL, Signer, published, secret

HEAD = f"head/{EPOCH}"
CHECKPOINT, VKEY = f"{LOG}/checkpoint", f"{LOG}/vkey"
TILE, EDGE, UPPER = f"{LOG}/tile/0/000", f"{LOG}/tile/0/001.p/14", f"{LOG}/tile/1/000.p/1"
ORG_BUNDLE = "log/org/1/tile/entries/000.p/4"
BUNDLE, LAST_BUNDLE = f"{LOG}/tile/entries/000", f"{LOG}/tile/entries/001.p/14"


def flip(file, byte, bit=0):
    return {"op": "flip", "file": file, "byte": byte, "bit": bit}


def truncate(file, bytes_):
    return {"op": "truncate", "file": file, "bytes": bytes_}


def delete(file):
    return {"op": "delete", "file": file}


def cut(file, at, bytes_):
    return {"op": "cut", "file": file, "at": at, "bytes": bytes_}


def double(file, at, bytes_):
    return {"op": "double", "file": file, "at": at, "bytes": bytes_}


def swap(file, at, bytes_, other):
    return {"op": "swap", "file": file, "at": at, "other": other, "bytes": bytes_}


def zero(file, at, bytes_):
    return {"op": "zero", "file": file, "at": at, "bytes": bytes_}


def replace(file, content):
    return {"op": "replace", "file": file, "base64": base64.b64encode(content).decode()}


def damages(files, writer, wal):
    """By name: the edits, and the verdict with the file that it names."""
    all_ = {}

    def add(name, about, verdict, file, *edits):
        exit_ = {"INTACT": 0, "MISSING": 4, "CORRUPT": 5}[verdict]
        expected = {"verdict": verdict, "exit": exit_, "file": file}
        all_[name] = {"about": about, "edits": list(edits), "expected": expected}

    first = wal.frames[0][0]
    in_first = [(at, size) for name, at, size in wal.frames if name == first]
    last, tail, tail_bytes = wal.frames[-1]
    size = len(files[first])
    leaf = len(writer.leaves[0]) + 2

    flips(add, first, in_first, last, leaf)
    losses(add, files, first, last, size, tail, tail_bytes)
    orders(add, first, in_first, leaf)
    forgeries(add, files, writer, last)
    return all_


def flips(add, first, in_first, last, leaf):
    one = "one bit is flipped in "
    for name, about, file, byte in (
        ("flip-checkpoint-size", "the checkpoint's size", CHECKPOINT, len(ORIGIN) + 1),
        ("flip-checkpoint-root", "the checkpoint's root", CHECKPOINT, len(ORIGIN) + 10),
        ("flip-checkpoint-signature", "the checkpoint's signature", CHECKPOINT, 120),
        ("flip-head", "the signer's head", HEAD, len(ORIGIN) + 10),
        ("flip-tile", "a full tile of leaf hashes", TILE, 32 * 77 + 5),
        ("flip-tile-partial", "the partial tile of leaf hashes", EDGE, 32 * 3 + 5),
        ("flip-tile-upper", "the tile above", UPPER, 9),
        ("flip-bundle", "an entry of a full bundle", BUNDLE, leaf * 100 + 2 + 60),
        ("flip-bundle-length", "the length of an entry", BUNDLE, leaf * 100 + 1),
        ("flip-org-entry", "an entry of the org log", ORG_BUNDLE, 60),
        ("flip-org-head", "the memory of the org log's signer", "head/org-1", len(ORIGIN) + 30),
        ("flip-bundle-partial", "an entry of the partial bundle", LAST_BUNDLE, leaf * 2 + 2 + 200),
    ):
        add(name, one + about, "CORRUPT", file, flip(file, byte))
    at = in_first[4][0]
    for name, about, byte in (
        ("flip-frame-magic", "the beginning of a frame", at),
        ("flip-frame-chain", "the hash of the frame before", at + 70),
        ("flip-frame-hash", "a frame's own hash", at + 130),
        ("flip-frame-signature", "a frame's signature", at + 170),
        ("flip-wal-leaf", "a leaf in the write-ahead log", at + 224 + 2 + 60),
        ("flip-wal-body", "a sealed body", at + 224 + leaf + 8 + 48 + 1 + 4 + 10),
        ("flip-wal-padding", "the padding behind a frame", at + in_first[4][1] - 1),
        ("flip-segment-start", "the state with which a segment begins", 230),
    ):
        add(name, one + about, "CORRUPT", first, flip(first, byte))


def losses(add, files, first, last, size, tail, tail_bytes):
    for name, about, file in (
        ("delete-checkpoint", "the checkpoint is gone", CHECKPOINT),
        ("delete-org-checkpoint", "the org log's checkpoint is gone", "log/org/1/checkpoint"),
        ("delete-org-bundle", "the org log's entries are gone", ORG_BUNDLE),
        ("delete-head", "the signer's head is gone", HEAD),
        ("delete-tile", "a full tile is gone", TILE),
        ("delete-tile-partial", "the partial tile is gone, and there is no full one", EDGE),
        ("delete-bundle", "a full bundle is gone", BUNDLE),
    ):
        add(name, about, "MISSING", file, delete(file))
    add("delete-segment-first", "the first segment is gone", "MISSING", last, delete(first))
    add("delete-segment-last", "the last segment is gone, with published entries", "MISSING", WAL, delete(last))
    add("truncate-tile", "a tile ends early", "CORRUPT", TILE, truncate(TILE, 8_000))
    add("truncate-bundle", "a bundle ends within an entry", "CORRUPT", BUNDLE, truncate(BUNDLE, 10_000))
    add("truncate-checkpoint", "the checkpoint has lost its signature", "CORRUPT", CHECKPOINT,
        truncate(CHECKPOINT, files[CHECKPOINT].index(b"\n\n") + 2))
    add("truncate-segment", "a segment ends before the place that the next one states", "CORRUPT", first,
        truncate(first, size - 5_000))
    add("truncate-published", "the last segment ends among published entries", "MISSING", WAL,
        truncate(last, 4_096))
    add("zero-published", "published frames are zeros", "MISSING", WAL, zero(last, 4_096, len(files[last]) - 4_096))
    add("torn-tail", "the last frame, which no checkpoint covers, is torn: no verifier can know that it was "
        "acknowledged; receipts and witnesses can", "INTACT", last, truncate(last, tail + tail_bytes - 4_000))


def orders(add, first, in_first, leaf):
    (at, bytes_), (next_, next_bytes) = in_first[3], in_first[4]
    assert bytes_ == next_bytes
    add("drop-frame", "a frame is taken out", "CORRUPT", first, cut(first, at, bytes_))
    add("double-frame", "a frame is there twice", "CORRUPT", first, double(first, at, bytes_))
    add("swap-frames", "two frames have changed places", "CORRUPT", first, swap(first, at, bytes_, next_))
    record = leaf * 50
    add("drop-record", "a record is taken out of a bundle", "CORRUPT", BUNDLE, cut(BUNDLE, record, leaf))
    add("double-record", "a record is there twice in a bundle", "CORRUPT", BUNDLE, double(BUNDLE, record, leaf))
    add("swap-records", "two records have changed places in a bundle", "CORRUPT", BUNDLE,
        swap(BUNDLE, record, leaf, record + leaf))
    add("swap-hashes", "two hashes have changed places in a tile", "CORRUPT", TILE, swap(TILE, 320, 32, 640))


def forgeries(add, files, writer, last):
    signer = Signer(ORIGIN, secret("log key"))
    digest = root([leaf_hash(leaf) for leaf in writer.leaves[:PUBLISHED]])
    add("wrong-origin", "the log's key signed a checkpoint of another log", "CORRUPT", CHECKPOINT,
        replace(CHECKPOINT, signer.checkpoint(PUBLISHED, digest, "example.org/gw/n2/1")))
    thief = Signer(ORIGIN, secret("another key"))
    add("other-key", "another key of the same name signed the checkpoint", "CORRUPT", CHECKPOINT,
        replace(CHECKPOINT, thief.checkpoint(PUBLISHED, digest)))
    add("forged-size", "the log's key signed a larger size with the same root", "CORRUPT", CHECKPOINT,
        replace(CHECKPOINT, signer.checkpoint(PUBLISHED + 2, digest)))
    add("forged-root", "the log's key signed another root", "CORRUPT", CHECKPOINT,
        replace(CHECKPOINT, signer.checkpoint(PUBLISHED, secret("no root"))))

    # The last published leaf, altered; everything above it hashed and signed again.
    altered = [*writer.leaves[:PUBLISHED]]
    altered[-1] = altered[-1][:100] + bytes([altered[-1][100] ^ 1]) + altered[-1][101:]
    fork = published(altered)
    changed = [name for name in fork if fork[name] != files.get(name)]
    edits = [replace(name, fork[name]) for name in changed]
    add("forked", "the published log was written again with another last record, and signed", "CORRUPT", HEAD, *edits)
    add("forked-with-head", "the same, and the signer's head was replaced too", "CORRUPT", last,
        *edits, replace(HEAD, fork[CHECKPOINT]))

    # A record with the wrong number in its session, under a root that was signed.
    gap = [*writer.leaves[:PUBLISHED]]
    gap[-1] = gap[-1][:256] + struct.pack(">Q", 7) + gap[-1][264:]
    framed = published(gap)
    edits = [replace(name, framed[name]) for name in framed if framed[name] != files.get(name)]
    add("session-gap", "a record has a wrong number in its session, under a root that was signed", "CORRUPT",
        LAST_BUNDLE, *edits, replace(HEAD, framed[CHECKPOINT]))

    old = published(writer.leaves[: PUBLISHED - 10])
    edits = [delete(name) for name in files if name.startswith(f"{LOG}/tile") and name not in old]
    edits += [replace(name, old[name]) for name in old if old[name] != files.get(name)]
    add("rolled-back", "an older state of the published log was put back", "MISSING", HEAD, *edits)
