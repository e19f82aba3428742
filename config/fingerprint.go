package config

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// A fingerprint makes two definitions of a check the same: its type, settings
// and secrets, in whichever order the keys stand. It is not to be shown: short
// secrets could be found by trying.
type fingerprint struct{ taken *bytes.Buffer }

// newFingerprint begins one in a buffer that an earlier one has left.
func newFingerprint(b *bytes.Buffer, typeName string, settings *yaml.Node) fingerprint {
	b.Reset()
	f := fingerprint{b}
	f.add(typeName)
	f.node(settings)
	return f
}

// add takes a text in, such as the content of a secret file.
func (f fingerprint) add(s string) {
	f.taken.Write(strconv.AppendInt(f.taken.AvailableBuffer(), int64(len(s)), 10))
	f.taken.WriteByte(':')
	f.taken.WriteString(s)
}

func (f fingerprint) node(n *yaml.Node) {
	f.add(n.ShortTag())
	f.add(n.Value)
	order := make([]int, 0, len(n.Content))
	step := 1
	if n.Kind == yaml.MappingNode {
		step = 2
	}
	for i := 0; i < len(n.Content); i += step {
		order = append(order, i)
	}
	if n.Kind == yaml.MappingNode {
		slices.SortFunc(order, func(a, b int) int {
			return strings.Compare(n.Content[a].Value, n.Content[b].Value)
		})
	}
	for _, i := range order {
		for _, c := range n.Content[i : i+step] {
			f.node(c)
		}
	}
	f.add("end")
}

func (f fingerprint) String() string {
	sum := sha256.Sum256(f.taken.Bytes())
	return hex.EncodeToString(sum[:16])
}
