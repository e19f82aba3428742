package config

import (
	"fmt"
	"os"
	"runtime"
	"slices"

	"github.com/healthcheck-exporter/healthcheck_exporter/config/internal/document"
	"github.com/healthcheck-exporter/healthcheck_exporter/scrub"
)

// A text is a string of the file, expanded.
type text struct {
	value  string
	key    string // the last key on the way to it
	secret bool   // it is a secret by its type
	file   bool   // it is the path of a file
}

// A shortSecret is one that the scrubber cannot tell from a word.
type shortSecret struct {
	at   document.Place
	name string
	says string
}

// text returns the value of a string of the document and learns what is secret
// in it.
func (l *loading) text(n *document.Node) (string, error) {
	l.vault.at(n)
	e := &expander{lookup: os.LookupEnv, vault: l.vault, file: func(path string, c content) {
		l.beside[path] = c
		l.readableByAll(path, n)
	}}
	value, err := e.expand(n.Written())
	l.vault.text(text{value, n.Key(), n.Secret(), n.Path()})
	return value, err
}

// readableByAll warns if everybody can read a secret file. Windows has no such
// bits.
func (l *loading) readableByAll(file string, n *document.Node) {
	const byOthers = 0o004
	if info, err := os.Stat(file); err == nil && runtime.GOOS != "windows" && info.Mode().Perm()&byOthers != 0 {
		l.warning(n.Place(), "%s: everybody on this machine can read %s", n.Name(), file)
	}
}

// isShort notes a secret that the scrubber cannot tell from a word.
func (l *loading) isShort(n *document.Node, secret string) {
	found := shortSecret{n.Place(), n.Name(), fmt.Sprintf("a secret of fewer than %d characters cannot be kept out of every text", enough)}
	switch {
	case len(secret) < enough:
	case !scrub.CanLearn(secret):
		found.says = "the secret reads as a host name, a path or a word of this program, so it is masked only where it is named"
	default:
		return
	}
	if !slices.Contains(l.short, found) {
		l.short = append(l.short, found)
	}
}
