package config

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"strconv"
)

// A fingerprint identifies the definition of a check: its type, settings and
// secrets, however they are written. It is not shown: short secrets could be
// found by trying.
type fingerprint struct{ bytes.Buffer }

// add adds a text with its length, so that no two sequences of texts are alike.
func (f *fingerprint) add(s string) {
	f.Write(strconv.AppendInt(f.AvailableBuffer(), int64(len(s)), 10))
	f.WriteByte(':')
	f.WriteString(s)
}

func (f *fingerprint) sum() string {
	sum := sha256.Sum256(f.Bytes())
	return hex.EncodeToString(sum[:16])
}
