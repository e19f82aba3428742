package scrub

// A rule is the reason why something was masked.
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
	v15           // a flag in a text
	v16           // a strong value after a name
	flag          // a word of a command line
	limit         // too deep, too large, cyclic, no JSON
	numRules      // how many there are
)

// ruleWords are the names of the rules as in the documentation, and their
// meanings.
var ruleWords = [numRules][2]string{
	none:  {"", ""},
	n1:    {"N1", "the name contains key, token or pass"},
	n2:    {"N2", "the name contains a word such as secret, credential, cookie or dsn"},
	n3:    {"N3", "a part of the name is a word such as auth, pin, salt or pem"},
	n4:    {"N4", "the name is known to hold secrets"},
	extra: {"names", "the name contains a word of environment.scrub.names"},
	v1:    {"V1", "the value contains a secret of the configuration"},
	v2:    {"V2", "the value is JSON or a name and value pair with a secret in it"},
	v3:    {"V3", "the value contains a private key"},
	v4:    {"V4", "the value contains a web-hook URL, whose path is a secret"},
	v5:    {"V5", "the value contains a header that carries credentials"},
	v6:    {"V6", "the value contains a URL with a password or token"},
	v7:    {"V7", "the value contains user:password@protocol(address)"},
	v8:    {"V8", "the value contains user:password@host"},
	v9:    {"V9", "the value contains a query parameter with a sensitive name"},
	v10:   {"V10", "the value contains name = value with a sensitive name"},
	v11:   {"V11", "the value contains name: value with a sensitive name"},
	v12:   {"V12", "the value contains Bearer, Basic or Digest credentials"},
	v13:   {"V13", "the value contains a token of a well-known form"},
	v14:   {"V14", "the value contains bytes that are not UTF-8"},
	v15:   {"V15", "the value contains a command-line flag that takes a secret"},
	v16:   {"V16", "the value contains a sensitive name followed by a secret"},
	flag:  {"argv", "the word follows a flag that takes a secret"},
	limit: {"limit", "the value is nested too deep, too large, cyclic or not JSON"},
}

// String returns the name of the rule as in the documentation.
func (r rule) String() string { return ruleWords[r][0] }

// Meaning returns the meaning of a Hit's Rule in words: "the name contains key,
// token or pass" for N1. It is empty for a rule that does not exist.
func Meaning(rule string) string {
	for _, r := range ruleWords {
		if r[0] == rule {
			return r[1]
		}
	}
	return ""
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
