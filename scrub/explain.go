package scrub

import "unicode/utf8"

// A Hit says where something was masked and why, never what.
type Hit struct {
	// Path has the names from the root, and the indices of lists, with dots
	// between: "process.environ.DB_PASSWORD", "process.argv.3".
	Path string
	// Rule is N1 to N4 and V1 to V16 as documented, "names" for a name of the
	// configuration, "argv" for the word of a flag, "limit" for what is too
	// deep, too large, cyclic or no JSON.
	Rule string
}

// Explain says what Tree masks in v, in its order. One value can have several
// hits, one for each rule.
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

// ExplainArgv says what Argv masks; the paths are indices.
func (s *Scrubber) ExplainArgv(argv []string) []Hit {
	return s.Explain(append([]string{}, argv...))
}
