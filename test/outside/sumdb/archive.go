package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

type archiveAnswer struct {
	Size        int64         `json:"size"`
	Checkpoints int           `json:"checkpoints"`
	Policies    []string      `json:"policies"`
	Entries     []entryAnswer `json:"entries"`
}

type entryAnswer struct {
	Leaf256  string           `json:"leaf256"`
	Leaf384  string           `json:"leaf384"`
	Chain    string           `json:"chain"`
	Sections []*sectionAnswer `json:"sections"`
}

// What was derived from what the archive carries of a slot; empty where it does not carry it.
type sectionAnswer struct {
	Commitment string `json:"commitment"`
	Sealed     string `json:"sealed"`
}

// An archive is read line by line (FORMAT.md, section 6) into the chain and the tree of section 4.
type archive struct {
	vkey   string
	origin string
	chain  []byte
	hashes storedHashes
	signed int64
	ended  bool
	given  archiveAnswer
	// Of the policies that were read.
	policyBytes int
}

// storedHashes are the hashes of all complete subtrees, by the checksum database's numbering.
type storedHashes []tlog.Hash

func (s storedHashes) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	var found []tlog.Hash
	for _, index := range indexes {
		if index >= int64(len(s)) {
			return nil, errors.New("a hash that is not there")
		}
		found = append(found, s[index])
	}
	return found, nil
}

// checkArchive refuses an archive unless every derived hash is the recorded one and the last entry is signed.
func checkArchive(data []byte, vkey string) (*archiveAnswer, error) {
	read := &archive{vkey: vkey, chain: make([]byte, 48), signed: -1}
	for number := 1; len(data) > 0; number++ {
		end := bytes.IndexByte(data, '\n')
		if end < 0 {
			return nil, fmt.Errorf("line %d does not end", number)
		}
		if err := read.line(number, data[:end]); err != nil {
			return nil, fmt.Errorf("line %d: %v", number, err)
		}
		data = data[end+1:]
	}
	if !read.ended || read.signed != read.given.Size {
		return nil, errors.New("the end is missing, or is not signed")
	}
	return &read.given, nil
}

func (a *archive) line(number int, line []byte) error {
	if a.ended || len(line) > 16<<20 {
		return errors.New("a line after the end, or one too long")
	}
	value, err := parse(line)
	if err != nil {
		return err
	}
	if number == 1 {
		return a.header(value)
	}
	if entry, err := members(value, "chain", "i", "leaf", "s"); err == nil {
		return a.entry(entry)
	}
	if policy, err := members(value, "policy", "rules"); err == nil {
		return a.policy(number, len(line), policy)
	}
	if checkpoint, err := members(value, "checkpoint"); err == nil {
		return a.checkpoint(checkpoint["checkpoint"])
	}
	end, err := members(value, "end")
	if err != nil {
		return err
	}
	a.ended = true
	if size, err := count(end["end"]); err != nil || size != a.given.Size {
		return errors.New("the end counts other entries")
	}
	return nil
}

func (a *archive) header(value interface{}) error {
	header, err := members(value, "caveat", "made", "origin")
	if err != nil {
		return err
	}
	if header["caveat"] != "archive/v1" {
		return errors.New("not an archive of version 1")
	}
	if _, err = text(header["made"], timePattern); err != nil {
		return err
	}
	a.origin, err = text(header["origin"], ".+")
	return err
}

func (a *archive) entry(entry map[string]interface{}) error {
	n := a.given.Size
	if index, err := count(entry["i"]); err != nil || index != n {
		return errors.New("an entry out of order")
	}
	leaf, err := bytesOfBase64(entry["leaf"])
	if err != nil {
		return err
	}
	leaf384 := sha384([]byte{0}, leaf)
	a.chain = sha384([]byte("caveat/audit/chain/v1"), u16be(len(a.origin)), []byte(a.origin), u64be(n), a.chain, leaf384)
	recorded, err := bytesOfHex(entry["chain"], 48)
	if err != nil || !bytes.Equal(recorded, a.chain) {
		return errors.New("another chain value")
	}
	sections, err := checkSections(leaf, entry["s"])
	if err != nil {
		return err
	}
	added, err := tlog.StoredHashes(n, leaf, a.hashes)
	if err != nil {
		return err
	}
	a.hashes = append(a.hashes, added...)
	leaf256 := sha256.Sum256(append([]byte{0}, leaf...))
	a.given.Entries = append(a.given.Entries, entryAnswer{
		hex.EncodeToString(leaf256[:]), hex.EncodeToString(leaf384), hex.EncodeToString(a.chain), sections,
	})
	a.given.Size++
	return nil
}

func (a *archive) checkpoint(value interface{}) error {
	note, ok := value.(string)
	if !ok {
		return errors.New("a checkpoint is a text")
	}
	tree, err := openCheckpoint([]byte(note), a.vkey)
	if err != nil {
		return err
	}
	root := tlog.Hash(sha256.Sum256(nil))
	if a.given.Size > 0 {
		if root, err = tlog.TreeHash(a.given.Size, a.hashes); err != nil {
			return err
		}
	}
	if tree.N != a.given.Size || tree.Hash != root {
		return errors.New("another root or size than was signed")
	}
	a.signed = tree.N
	a.given.Checkpoints++
	return nil
}
