package main

import (
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

// A claim is an inclusion proof ("inclusion": the leaf First with the hash FirstHash is in the tree) or a consistency proof
// ("consistency": the tree of size First with the root FirstHash is the beginning of the tree). Hashes are base64.
type claim struct {
	Kind      string   `json:"kind"`
	First     int64    `json:"first"`
	FirstHash string   `json:"firstHash"`
	Size      int64    `json:"size"`
	Root      string   `json:"root"`
	Proof     []string `json:"proof"`
}

// holds says whether the checksum database's own checker accepts the proof.
func (one claim) holds() bool {
	firstHash, err := tlog.ParseHash(one.FirstHash)
	if err != nil {
		return false
	}
	root, err := tlog.ParseHash(one.Root)
	if err != nil {
		return false
	}
	var proof []tlog.Hash
	for _, text := range one.Proof {
		hash, err := tlog.ParseHash(text)
		if err != nil {
			return false
		}
		proof = append(proof, hash)
	}
	switch one.Kind {
	case "inclusion":
		return tlog.CheckRecord(proof, one.Size, root, one.First, firstHash) == nil
	case "consistency":
		return tlog.CheckTree(proof, one.Size, root, one.First, firstHash) == nil
	}
	return false
}

// make proves, from tiles alone, what the claim says of First and Size.
func (one claim) make(log *treeLog) (claim, error) {
	if log == nil {
		return one, fmt.Errorf("no tiles to make a proof from")
	}
	root, err := tlog.TreeHash(one.Size, log.reader)
	if err != nil {
		return one, err
	}
	one.Root = root.String()
	var proof []tlog.Hash
	switch one.Kind {
	case "inclusion":
		hashes, err := log.reader.ReadHashes([]int64{tlog.StoredHashIndex(0, one.First)})
		if err != nil {
			return one, err
		}
		one.FirstHash = hashes[0].String()
		if proof, err = tlog.ProveRecord(one.Size, one.First, log.reader); err != nil {
			return one, err
		}
	case "consistency":
		first, err := tlog.TreeHash(one.First, log.reader)
		if err != nil {
			return one, err
		}
		one.FirstHash = first.String()
		if proof, err = tlog.ProveTree(one.Size, one.First, log.reader); err != nil {
			return one, err
		}
	default:
		return one, fmt.Errorf("no such proof: %s", one.Kind)
	}
	one.Proof = []string{}
	for _, hash := range proof {
		one.Proof = append(one.Proof, hash.String())
	}
	return one, nil
}
