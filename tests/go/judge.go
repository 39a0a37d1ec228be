// Judges a published log with Go's own code for signed notes and transparency logs, which knows
// nothing of Probity: golang.org/x/mod/sumdb/note and golang.org/x/mod/sumdb/tlog.
//
//	judge DIR
//
// It accepts the checkpoint, an inclusion proof of every entry and consistency proofs between the
// published tree and smaller ones, and sees that each of them is refused with one bit flipped.
package main

import (
	"encoding/binary"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8

// tiles reads the files of C2SP tlog-tiles, which have no height in their path.
type tiles string

func (dir tiles) Height() int                     { return height }
func (dir tiles) SaveTiles([]tlog.Tile, [][]byte) {}

func (dir tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range wanted {
		data, err := dir.read(strings.Replace(tile.Path(), "tile/8/", "tile/", 1))
		if err != nil {
			return nil, err
		}
		if len(data) < tile.W*tlog.HashSize {
			return nil, fmt.Errorf("%s is too short", tile.Path())
		}
		all = append(all, data[:tile.W*tlog.HashSize])
	}
	return all, nil
}

// read falls back to the full tile where a partial one is gone.
func (dir tiles) read(path string) ([]byte, error) {
	data, err := os.ReadFile(filepath.Join(string(dir), path))
	if full, _, partial := strings.Cut(path, ".p/"); partial && os.IsNotExist(err) {
		return os.ReadFile(filepath.Join(string(dir), full))
	}
	return data, err
}

func (dir tiles) checkpoint() (tree tlog.Tree, flips int) {
	vkey := must(dir.read("vkey"))
	verifier := must(note.NewVerifier(strings.TrimSpace(string(vkey))))
	signed := must(dir.read("checkpoint"))
	opened := must(note.Open(signed, note.VerifierList(verifier)))
	lines := strings.Split(opened.Text, "\n")
	if lines[0] != verifier.Name() {
		log.Fatalf("a checkpoint of %q", lines[0])
	}
	tree.N = must(strconv.ParseInt(lines[1], 10, 64))
	tree.Hash = must(tlog.ParseHash(lines[2]))
	for at := range opened.Text {
		changed := append([]byte(nil), signed...)
		changed[at] ^= 1
		if _, err := note.Open(changed, note.VerifierList(verifier)); err == nil {
			log.Fatalf("a checkpoint with byte %d changed is accepted", at)
		}
		flips++
	}
	return tree, flips
}

func (dir tiles) entries(size int64) (all [][]byte) {
	for n := int64(0); n*256 < size; n++ {
		tile := tlog.Tile{H: height, L: 0, N: n, W: int(min(256, size-n*256))}
		path := strings.Replace(tile.Path(), "tile/8/0/", "tile/entries/", 1)
		bundle := must(dir.read(path))
		for k := 0; k < tile.W; k++ {
			end := 2 + int(binary.BigEndian.Uint16(bundle))
			all, bundle = append(all, bundle[2:end]), bundle[end:]
		}
	}
	return all
}

func main() {
	log.SetFlags(0)
	dir := tiles(os.Args[1])
	tree, flips := dir.checkpoint()
	reader := tlog.TileHashReader(tree, dir)
	for at, entry := range dir.entries(tree.N) {
		index, hash := int64(at), tlog.RecordHash(entry)
		proof := must(tlog.ProveRecord(tree.N, index, reader))
		check := func() error { return tlog.CheckRecord(proof, tree.N, tree.Hash, index, hash) }
		flips += judge(check, append(pointers(proof), &hash), fmt.Sprintf("entry %d", at))
	}
	sizes := 0
	for old := int64(1); old < tree.N; old += 1 + tree.N/200 {
		hash := must(tlog.TreeHash(old, reader))
		proof := must(tlog.ProveTree(tree.N, old, reader))
		check := func() error { return tlog.CheckTree(proof, tree.N, tree.Hash, old, hash) }
		flips += judge(check, append(pointers(proof), &hash), fmt.Sprintf("size %d", old))
		sizes++
	}
	fmt.Printf("checkpoint of %d entries, %d consistency proofs, %d flips refused\n", tree.N, sizes, flips)
}

// judge wants the proof accepted as it is, and refused with one bit flipped in any of its hashes.
func judge(check func() error, hashes []*tlog.Hash, what string) int {
	if err := check(); err != nil {
		log.Fatalf("%s: %v", what, err)
	}
	for k, hash := range hashes {
		hash[k%len(hash)] ^= 1 << (k % 8)
		if check() == nil {
			log.Fatalf("%s: accepted with hash %d of the proof changed", what, k)
		}
		hash[k%len(hash)] ^= 1 << (k % 8)
	}
	return len(hashes)
}

func pointers(proof []tlog.Hash) (all []*tlog.Hash) {
	for k := range proof {
		all = append(all, &proof[k])
	}
	return all
}

func min(a, b int64) int64 {
	if a < b {
		return a
	}
	return b
}

func must[T any](value T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}
