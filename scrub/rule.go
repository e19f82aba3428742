package scrub

// A rule is why something was masked.
type rule uint8

const (
	none     rule = iota
	n1            // a name: substring key, token, pass
	n2            // a name: further substrings
	n3            // a name: whole segment
	n4            // a name: exact
	extra         // a name of the configuration
	v1            // a literal secret
	v2            // JSON in a text
	v3            // a private key
	v4            // a web hook
	v5            // a header
	v6            // user-info of a URL
	v7            // user:pass@proto(addr)
	v8            // user:pass@host
	v9            // a query parameter
	v10           // name = value
	v11           // name: value
	v12           // Bearer, Digest, Basic
	v13           // a token
	v14           // invalid UTF-8
	flag          // a word of a command line
	limit         // too deep, too large, cyclic, no JSON
	numRules      // how many there are
)

// String is the name of the rule as the documentation has it.
func (r rule) String() string {
	return [numRules]string{"", "N1", "N2", "N3", "N4", "names", "V1", "V2", "V3", "V4", "V5", "V6",
		"V7", "V8", "V9", "V10", "V11", "V12", "V13", "V14", "argv", "limit"}[r]
}

// A trace collects the rules that applied to one value. Nil collects nothing.
type trace uint32

func (t *trace) note(r rule) {
	if t != nil {
		*t |= 1 << r
	}
}

// each calls f for every rule noted, in their order.
func (t trace) each(f func(rule)) {
	for r := none + 1; r < numRules; r++ {
		if t&(1<<r) != 0 {
			f(r)
		}
	}
}
