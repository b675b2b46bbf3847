package main

import (
	"encoding/hex"
	"errors"
	"sort"
)

const mostPolicyBytes = 16 << 20

// policy derives the version of the rule files that a line carries (FORMAT.md, sections 6 and 10) and refuses any other. The
// line has to stand directly behind the first line and other policies, all in ascending order.
func (a *archive) policy(number int, bytes int, line map[string]interface{}) error {
	a.policyBytes += bytes
	known := a.given.Policies
	if number != len(known)+2 || a.policyBytes > mostPolicyBytes {
		return errors.New("a policy that is out of place, or too many bytes of them")
	}
	version, err := text(line["policy"], "sha384:[0-9a-f]{96}")
	if err != nil {
		return err
	}
	if len(known) > 0 && known[len(known)-1] >= version {
		return errors.New("policies out of order")
	}
	derived, err := policyVersion(line["rules"])
	if err != nil {
		return err
	}
	if derived != version {
		return errors.New("rule files of another policy")
	}
	a.given.Policies = append(known, derived)
	return nil
}

func policyVersion(value interface{}) (string, error) {
	files, ok := value.(map[string]interface{})
	if !ok || len(files) == 0 || len(files) > 64 {
		return "", errors.New("not 1 to 64 rule files")
	}
	var names []string
	for name := range files {
		if _, err := text(name, `[a-z][a-z0-9-]{0,63}\.json`); err != nil {
			return "", err
		}
		names = append(names, name)
	}
	sort.Strings(names)
	parts := [][]byte{[]byte("caveat/policy/v1")}
	for _, name := range names {
		content, err := text(files[name], ".+")
		if err != nil {
			return "", err
		}
		parts = append(parts, lp([]byte(name)), lp([]byte(content)))
	}
	return "sha384:" + hex.EncodeToString(sha384(parts...)), nil
}
