package main

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"sort"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

var integer = regexp.MustCompile(`^(0|-?[1-9][0-9]{0,15})$`)

// parse reads canonical JSON (FORMAT.md, section 1): what is written anew must be the same bytes. Unicode normal form C is not
// looked at, because the tables for it are not in Go's own library, and no hash depends on it.
func parse(text []byte) (interface{}, error) {
	if !utf8.Valid(text) {
		return nil, errors.New("not UTF-8")
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var value interface{}
	if err := decoder.Decode(&value); err != nil {
		return nil, err
	}
	var written bytes.Buffer
	if err := write(&written, value, 0); err != nil {
		return nil, err
	}
	if !bytes.Equal(written.Bytes(), text) {
		return nil, errors.New("not in canonical form")
	}
	return value, nil
}

func write(to *bytes.Buffer, value interface{}, depth int) error {
	if depth > 32 {
		return errors.New("nested too deep")
	}
	switch value := value.(type) {
	case nil:
		to.WriteString("null")
	case bool:
		fmt.Fprint(to, value)
	case json.Number:
		number, err := value.Int64()
		if err != nil || !integer.MatchString(value.String()) || number >= 1<<53 || number <= -1<<53 {
			return errors.New("a number that is not allowed")
		}
		to.WriteString(value.String())
	case string:
		writeText(to, value)
	case []interface{}:
		to.WriteByte('[')
		for i, item := range value {
			if i > 0 {
				to.WriteByte(',')
			}
			if err := write(to, item, depth+1); err != nil {
				return err
			}
		}
		to.WriteByte(']')
	case map[string]interface{}:
		var names []string
		for name := range value {
			names = append(names, name)
		}
		sort.Slice(names, func(a, b int) bool { return before(names[a], names[b]) })
		to.WriteByte('{')
		for i, name := range names {
			if i > 0 {
				to.WriteByte(',')
			}
			writeText(to, name)
			to.WriteByte(':')
			if err := write(to, value[name], depth+1); err != nil {
				return err
			}
		}
		to.WriteByte('}')
	}
	return nil
}

// before orders by UTF-16 code units, as RFC 8785 does.
func before(a, b string) bool {
	x, y := utf16.Encode([]rune(a)), utf16.Encode([]rune(b))
	for i := 0; i < len(x) && i < len(y); i++ {
		if x[i] != y[i] {
			return x[i] < y[i]
		}
	}
	return len(x) < len(y)
}

func writeText(to *bytes.Buffer, text string) {
	to.WriteByte('"')
	for _, char := range text {
		if at := strings.IndexRune("\b\t\n\f\r\"\\", char); at >= 0 {
			to.WriteByte('\\')
			to.WriteByte("btnfr\"\\"[at])
		} else if char < 0x20 {
			fmt.Fprintf(to, "\\u%04x", char)
		} else {
			to.WriteRune(char)
		}
	}
	to.WriteByte('"')
}

// members gives an object that has exactly these members.
func members(value interface{}, names ...string) (map[string]interface{}, error) {
	object, ok := value.(map[string]interface{})
	if !ok || len(object) != len(names) {
		return nil, fmt.Errorf("not exactly the members %v", names)
	}
	for _, name := range names {
		if _, ok := object[name]; !ok {
			return nil, fmt.Errorf("not exactly the members %v", names)
		}
	}
	return object, nil
}

// text gives a string that matches the pattern as a whole.
func text(value interface{}, pattern string) (string, error) {
	found, ok := value.(string)
	if !ok || !regexp.MustCompile(`(?s)^(?:`+pattern+`)$`).MatchString(found) {
		return "", fmt.Errorf("not a text of the form %s", pattern)
	}
	return found, nil
}

func count(value interface{}) (int64, error) {
	number, ok := value.(json.Number)
	if !ok {
		return 0, errors.New("not a number")
	}
	found, err := number.Int64()
	if err != nil || found < 0 {
		return 0, errors.New("not a count")
	}
	return found, nil
}

func bytesOfHex(value interface{}, length int) ([]byte, error) {
	found, err := text(value, fmt.Sprintf("[0-9a-f]{%d}", 2*length))
	if err != nil {
		return nil, err
	}
	return hex.DecodeString(found)
}

func bytesOfBase64(value interface{}) ([]byte, error) {
	found, ok := value.(string)
	if !ok || strings.ContainsAny(found, "\r\n") {
		return nil, errors.New("not base64")
	}
	return base64.StdEncoding.Strict().DecodeString(found)
}
