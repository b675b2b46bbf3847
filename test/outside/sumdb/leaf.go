package main

import (
	"bytes"
	"crypto/sha512"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

const timePattern = `[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z`

// The kinds of entries and the slots that each uses (FORMAT.md, section 2).
var slotsOfKind = map[string]string{
	"operation.request": "actor request",
	"operation.outcome": "actor outcome detail", "operation.part": "actor outcome detail",
	"mutation.outcome": "actor outcome detail",
	"refused": "detail", "log.boot": "detail", "log.shutdown": "detail", "log.heartbeat": "detail",
	"log.commitment": "detail", "log.checkpoint.released": "detail",
	"delivery.approval": "outcome", "delivery.release": "outcome",
	"proposal.request": "outcome", "proposal.approval": "outcome", "proposal.withdrawal": "outcome",
	"authority.revocation": "outcome", "marking.change": "outcome", "policy.activation": "outcome",
	"section.erasure": "outcome",
}

var slotNames = []string{"actor", "request", "outcome", "detail"}

func sha384(parts ...[]byte) []byte {
	sum := sha512.Sum384(bytes.Join(parts, nil))
	return sum[:]
}

func u16be(n int) []byte {
	return []byte{byte(n >> 8), byte(n)}
}

func u64be(n int64) []byte {
	var out [8]byte
	binary.BigEndian.PutUint64(out[:], uint64(n))
	return out[:]
}

// lp puts the length before the bytes, in four bytes.
func lp(part []byte) []byte {
	var out [4]byte
	binary.BigEndian.PutUint32(out[:], uint32(len(part)))
	return append(out[:], part...)
}

// readLeaf gives the kind of a leaf and its four slots.
func readLeaf(leaf []byte) (string, []interface{}, error) {
	if len(leaf) > 16384 {
		return "", nil, errors.New("a leaf too long")
	}
	value, err := parse(leaf)
	if err != nil {
		return "", nil, err
	}
	object, err := members(value, "id", "k", "p", "s", "t", "v", "z")
	if err != nil {
		return "", nil, err
	}
	producer, err := members(object["p"], "b", "q", "r")
	if err != nil {
		return "", nil, err
	}
	if _, err := count(producer["q"]); err != nil {
		return "", nil, err
	}
	for _, each := range []struct {
		value   interface{}
		pattern string
	}{
		{object["id"], `[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}`},
		{producer["b"], `[0-9a-f]{32}`},
		{producer["r"], `[!-~]{1,64}`},
		{object["t"], timePattern},
		{object["z"], `[0-9a-f]{32}`},
	} {
		if _, err := text(each.value, each.pattern); err != nil {
			return "", nil, err
		}
	}
	kind, _ := object["k"].(string)
	slots, _ := object["s"].([]interface{})
	if slotsOfKind[kind] == "" || len(slots) != 4 || object["v"] != json.Number("1") {
		return "", nil, errors.New("a leaf of an unknown kind, version or number of slots")
	}
	return kind, slots, nil
}

// checkSections derives the two hashes of each section that is carried and compares them with those of the leaf.
func checkSections(leaf []byte, carried interface{}) ([]*sectionAnswer, error) {
	kind, slots, err := readLeaf(leaf)
	if err != nil {
		return nil, err
	}
	given, ok := carried.([]interface{})
	if !ok || len(given) != 4 {
		return nil, errors.New("not four sections")
	}
	derived := make([]*sectionAnswer, 4)
	for i, name := range slotNames {
		hashes, err := members(slots[i], "c", "h")
		if err != nil {
			return nil, err
		}
		for _, hash := range hashes {
			if _, err := bytesOfHex(hash, 48); err != nil {
				return nil, err
			}
		}
		if given[i] == nil {
			if strings.Contains(slotsOfKind[kind], name) {
				return nil, fmt.Errorf("nothing is carried of the section %s", name)
			}
			continue
		}
		if derived[i], err = checkSection(name, hashes, given[i]); err != nil {
			return nil, fmt.Errorf("section %s: %v", name, err)
		}
	}
	return derived, nil
}

func checkSection(name string, hashes map[string]interface{}, carried interface{}) (*sectionAnswer, error) {
	slot, err := members(carried, "open", "sealed")
	if err != nil {
		return nil, err
	}
	if slot["open"] == nil && slot["sealed"] == nil {
		return nil, errors.New("an empty section")
	}
	derived := &sectionAnswer{}
	if slot["sealed"] != nil {
		sealed, err := bytesOfBase64(slot["sealed"])
		if err != nil {
			return nil, err
		}
		derived.Sealed = hex.EncodeToString(sha384(sealed))
		if derived.Sealed != hashes["h"] {
			return nil, errors.New("other sealed bytes")
		}
	}
	if slot["open"] == nil {
		return derived, nil
	}
	opening, err := members(slot["open"], "marking", "name", "plaintext", "salt")
	if err != nil {
		return nil, err
	}
	salt, err := bytesOfBase64(opening["salt"])
	if err != nil || len(salt) != 32 || opening["name"] != name {
		return nil, errors.New("another name, or a salt of another length")
	}
	parts := [][]byte{[]byte("caveat/audit/section/v1")}
	for _, member := range []interface{}{opening["marking"], name, string(salt), opening["plaintext"]} {
		part, ok := member.(string)
		if !ok {
			return nil, errors.New("an opening without its texts")
		}
		parts = append(parts, lp([]byte(part)))
	}
	derived.Commitment = hex.EncodeToString(sha384(parts...))
	if derived.Commitment != hashes["c"] {
		return nil, errors.New("an opening of another commitment")
	}
	return derived, nil
}
