package main

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Height of a tile in C2SP tlog-tiles, where it is fixed and therefore not in the path.
const tileHeight = 8

// A treeLog is a signed tree whose hashes are read through tiles.
type treeLog struct {
	tree   tlog.Tree
	reader tlog.HashReader
}

type tilesAnswer struct {
	Size   int64    `json:"size"`
	Root   string   `json:"root"`
	Leaves []string `json:"leaves"` // leaf hashes, hex
}

// pathOf gives the path of a tile by C2SP tlog-tiles, which are those of the checksum database without the height.
func pathOf(tile tlog.Tile) string {
	rest := strings.TrimPrefix(tile.Path(), "tile/8/")
	if data := strings.TrimPrefix(rest, "data/"); data != rest {
		rest = "entries/" + data
	}
	return "tile/" + rest
}

type tileFiles struct{ read files }

func (f tileFiles) Height() int                     { return tileHeight }
func (f tileFiles) SaveTiles([]tlog.Tile, [][]byte) {}
func (f tileFiles) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range tiles {
		data, err := f.read(pathOf(tile))
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}

// openCheckpoint verifies a checkpoint of the key's own log (FORMAT.md, section 5).
func openCheckpoint(text []byte, vkey string) (tlog.Tree, error) {
	var tree tlog.Tree
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return tree, err
	}
	opened, err := note.Open(text, note.VerifierList(verifier))
	if err != nil {
		return tree, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[3] != "" || lines[0] != verifier.Name() {
		return tree, errors.New("not a checkpoint of this log")
	}
	if tree.N, err = strconv.ParseInt(lines[1], 10, 64); err != nil {
		return tree, err
	}
	if tree.Hash, err = tlog.ParseHash(lines[2]); err != nil {
		return tree, err
	}
	if tree.N < 0 || strconv.FormatInt(tree.N, 10) != lines[1] || tree.Hash.String() != lines[2] {
		return tree, errors.New("a checkpoint in another spelling")
	}
	return tree, nil
}

// checkTiles opens the folder's checkpoint, reads every leaf hash through tiles that lead to its root, and hashes every leaf.
func checkTiles(read files, vkey string) (*tilesAnswer, *treeLog, error) {
	text, err := read("checkpoint")
	if err != nil {
		return nil, nil, err
	}
	tree, err := openCheckpoint(text, vkey)
	if err != nil {
		return nil, nil, err
	}
	log := &treeLog{tree, tlog.TileHashReader(tree, tileFiles{read})}
	indexes := make([]int64, tree.N)
	for n := range indexes {
		indexes[n] = tlog.StoredHashIndex(0, int64(n))
	}
	hashes, err := log.reader.ReadHashes(indexes)
	if err != nil {
		return nil, nil, err
	}
	given := &tilesAnswer{Size: tree.N, Root: hex.EncodeToString(tree.Hash[:])}
	for n, hash := range hashes {
		given.Leaves = append(given.Leaves, hex.EncodeToString(hash[:]))
		if n%256 != 0 {
			continue
		}
		leaves, err := readBundle(read, int64(n)/256, min64(256, tree.N-int64(n)))
		if err != nil {
			return nil, nil, err
		}
		for i, leaf := range leaves {
			if tlog.RecordHash(leaf) != hashes[n+i] {
				return nil, nil, fmt.Errorf("leaf %d is not the one of its tile", n+i)
			}
		}
	}
	return given, log, nil
}

// readBundle reads a bundle of leaves: each with its length before it in two bytes, big-endian.
func readBundle(read files, number, width int64) ([][]byte, error) {
	path := pathOf(tlog.Tile{H: tileHeight, L: -1, N: number, W: int(width)})
	data, err := read(path)
	if err != nil {
		return nil, err
	}
	var leaves [][]byte
	for len(data) > 0 {
		if len(data) < 2 || len(data)-2 < int(data[0])<<8|int(data[1]) {
			return nil, fmt.Errorf("%s ends inside a leaf", path)
		}
		end := 2 + (int(data[0])<<8 | int(data[1]))
		leaves = append(leaves, data[2:end])
		data = data[end:]
	}
	if int64(len(leaves)) != width {
		return nil, fmt.Errorf("%s has %d leaves and not %d", path, len(leaves), width)
	}
	return leaves, nil
}

func min64(a, b int64) int64 {
	if a < b {
		return a
	}
	return b
}
