package config

import (
	"errors"
	"strings"

	"github.com/healthcheck-exporter/healthcheck_exporter/config/internal/document"
)

// A faulty error knows which setting is wrong: the path of its key.
type faulty interface {
	error
	Setting() string
}

// faults reports what another package says is wrong with the settings at n, each
// fault at the line of its key. Prefix is cut off if it begins a text: the name
// of n says it already.
func (l *loading) faults(n *document.Node, err error, prefix string) {
	for _, e := range flat(err) {
		said := strings.TrimPrefix(e.Error(), prefix)
		at := n
		if f, ok := errors.AsType[faulty](e); ok {
			at = n.Find(f.Setting())
		}
		if at == n || !at.Bad() { // Reported by decoding otherwise.
			n.FaultAt(at, "%s", l.vault.hide(said))
		}
	}
}

// flat returns the single errors of a tree of joined ones.
func flat(err error) []error {
	if err == nil {
		return nil
	}
	if joined, is := err.(interface{ Unwrap() []error }); is {
		var all []error
		for _, e := range joined.Unwrap() {
			all = append(all, flat(e)...)
		}
		return all
	}
	return []error{err}
}
