// Command sumdb is the outside verifier that this project's tests ask: Go's checksum database packages
// (golang.org/x/mod/sumdb/note and tlog, as Debian ships them) judge our notes, tiles and proofs, and the hashes of an archive
// are derived anew from audit/FORMAT.md. No code of the project is used and nothing is shared with it but the files.
//
// It reads a JSON list of requests from standard input and writes the list of answers to standard output.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"

	"golang.org/x/mod/sumdb/tlog"
)

type request struct {
	Vkey    string
	Tiles   string // folder of tiles, or empty
	Archive string // archive file, or empty
	Claims  []claim
	Wanted  []claim
	Paths   []tilePlace
	Flips   []flip
}

// A flip is one bit of one file; Path is below the folder of tiles, or empty for the archive.
type flip struct {
	Path string
	Bit  int
}

type tilePlace struct{ Level, Number, Width int }

type answer struct {
	Go      string         `json:"go"`
	Tiles   *tilesAnswer   `json:"tiles"`
	Archive *archiveAnswer `json:"archive"`
	Judged  []bool         `json:"judged"`
	Made    []claim        `json:"made"`
	Paths   []string       `json:"paths"`
	// For each flip, whether everything was accepted all the same.
	Accepted []bool `json:"accepted"`
	Refused  string `json:"refused"`
}

// files reads a file below a folder, or the archive under the empty name.
type files func(path string) ([]byte, error)

func main() {
	var requests []request
	if err := json.NewDecoder(os.Stdin).Decode(&requests); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	answers := make([]answer, len(requests))
	for i, asked := range requests {
		answers[i] = reply(asked)
	}
	if err := json.NewEncoder(os.Stdout).Encode(answers); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
}

func reply(asked request) answer {
	read := asked.files()
	given, log, err := asked.check(read)
	given.Go = runtime.Version()
	if err != nil {
		given.Refused = err.Error()
		return given
	}
	for _, one := range asked.Claims {
		given.Judged = append(given.Judged, one.holds())
	}
	for _, one := range asked.Wanted {
		made, err := one.make(log)
		if err != nil {
			given.Refused = err.Error()
			return given
		}
		given.Made = append(given.Made, made)
	}
	for _, place := range asked.Paths {
		given.Paths = append(given.Paths, pathOf(tlog.Tile{H: tileHeight, L: place.Level, N: int64(place.Number), W: place.Width}))
	}
	for _, one := range asked.Flips {
		_, _, err := asked.check(one.over(read))
		given.Accepted = append(given.Accepted, err == nil)
	}
	return given
}

// check reads everything that was named and refuses what does not hold.
func (asked request) check(read files) (answer, *treeLog, error) {
	var given answer
	var log *treeLog
	var err error
	if asked.Tiles != "" {
		if given.Tiles, log, err = checkTiles(read, asked.Vkey); err != nil {
			return given, nil, err
		}
	}
	if asked.Archive != "" {
		text, err := read("")
		if err != nil {
			return given, nil, err
		}
		if given.Archive, err = checkArchive(text, asked.Vkey); err != nil {
			return given, nil, err
		}
	}
	return given, log, nil
}

// files keeps what it has read, for the same files are checked once for every flip.
func (asked request) files() files {
	kept := map[string][]byte{}
	return func(path string) ([]byte, error) {
		if data, ok := kept[path]; ok {
			return data, nil
		}
		whole := asked.Archive
		if path != "" {
			whole = filepath.Join(asked.Tiles, filepath.FromSlash(path))
		}
		data, err := os.ReadFile(whole)
		if err == nil {
			kept[path] = data
		}
		return data, err
	}
}

func (one flip) over(read files) files {
	return func(path string) ([]byte, error) {
		data, err := read(path)
		if err != nil || path != one.Path {
			return data, err
		}
		changed := append([]byte(nil), data...)
		changed[one.Bit/8] ^= 1 << uint(one.Bit%8)
		return changed, nil
	}
}
