package scrub

import "unicode/utf8"

// A Hit says where and why something was masked, but never contains the secret.
type Hit struct {
	// Path is the place of the value: the names from the root, and the indices
	// of lists, separated by dots: "process.environ.DB_PASSWORD",
	// "process.argv.3".
	Path string
	// Rule is N1 to N4 and V1 to V16 as documented, "names" for a name of the
	// configuration, "argv" for the word of a flag, "limit" for what is too
	// deep, too large, cyclic or no JSON.
	Rule string
}

// Explain returns what Tree masks in v, in the same order. One value can have
// several hits, one for each rule.
func (s *Scrubber) Explain(v any) []Hit {
	raw := encodeTree(v)
	if !utf8.Valid(raw) {
		raw = []byte(validUTF8(string(raw)))
	}
	var hits []Hit
	w := walker{s: s, in: string(raw), visit: func(path string, r rule) {
		hits = append(hits, Hit{path, r.String()})
	}}
	w.walk(0)
	return hits
}

// ExplainArgv returns what Argv masks; the paths are indices.
func (s *Scrubber) ExplainArgv(argv []string) []Hit {
	return s.Explain(append([]string{}, argv...))
}
