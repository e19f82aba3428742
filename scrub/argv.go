package scrub

import (
	"path"
	"strings"
)

// Argv scrubs a command line, which keeps its number of words.
//
//	--name=v, --name v, -name v, NAME=v   by the rules for names
//	-p v                                  always; -pv for MySQL's programs
//	-a v                                  for Redis' programs
//	-u a:b, -H v                          the password, the header
//
// A next word that begins with "-" is no value; --no-name, --ask-name,
// --name-stdin and --name-prompt take none. All other words are scrubbed as text.
func (s *Scrubber) Argv(argv []string) []string {
	return s.argv(argv, 0, make([]trace, len(argv)))
}

func (s *Scrubber) argv(argv []string, depth int, traces []trace) []string {
	c := command{s: s, argv: argv, out: make([]string, len(argv)), depth: depth, traces: traces}
	for i := 0; i < len(argv); i++ {
		word := argv[i]
		c.program(word)
		switch {
		case i > 0 && c.takesValue(i):
			c.text(i)
			i++
			c.value(i, argv[i-1])
		case i > 0:
			c.word(i)
		default:
			c.text(i)
		}
	}
	return c.out
}

// A command is a command line while it is scrubbed.
type command struct {
	s      *Scrubber
	argv   []string
	out    []string
	depth  int
	traces []trace

	mysql, redis, curl bool // such a program was named
}

// program notes the programs whose short flags are known; others, such as sudo
// and env, can stand before them.
func (c *command) program(word string) {
	name := path.Base(strings.ReplaceAll(word, `\`, "/"))
	switch {
	case strings.HasPrefix(name, "mysql"), strings.HasPrefix(name, "mariadb"), name == "sshpass":
		c.mysql = true
	case strings.HasPrefix(name, "redis"), strings.HasPrefix(name, "valkey"):
		c.redis = true
	case strings.HasPrefix(name, "curl"):
		c.curl = true
	}
}

// takesValue says whether word i is a flag whose next word is for us to judge.
func (c *command) takesValue(i int) bool {
	if i+1 == len(c.argv) || strings.HasPrefix(c.argv[i+1], "-") {
		return false
	}
	switch word := c.argv[i]; {
	case word == "-p", word == "-a" && c.redis, isHeaderFlag(word), isUserFlag(word), word == "-c":
		return true
	case len(word) < 3 || word[0] != '-' || strings.ContainsAny(word, "= \t\n"):
		return false
	case c.mysql && strings.HasPrefix(word, "-p"):
		return false
	default:
		name := strings.TrimLeft(word, "-")
		return isIdentifier(name) && !isSwitch(name) && c.s.Name(name)
	}
}

// isSwitch lists flags that only look as if they took a secret.
func isSwitch(name string) bool {
	return strings.HasPrefix(name, "no-") || strings.HasPrefix(name, "ask-") ||
		strings.HasSuffix(name, "-stdin") || strings.HasSuffix(name, "-prompt")
}

func isHeaderFlag(word string) bool { return word == "-H" || word == "--header" }

func isUserFlag(word string) bool {
	switch strings.TrimLeft(word, "-") {
	case "u", "U", "user", "username", "proxy-user":
		return word[0] == '-'
	}
	return false
}

// value scrubs word i as the value of a flag.
func (c *command) value(i int, name string) {
	switch {
	case isHeaderFlag(name):
		c.header(i)
	case isUserFlag(name):
		c.user(i, 0)
	case name == "-c":
		c.shell(i)
	default:
		c.mask(i, 0, c.flagRule(name))
	}
}

func (c *command) flagRule(name string) rule {
	if r := c.s.nameRule(strings.TrimLeft(name, "-")); r != none {
		return r
	}
	return flag
}

// word scrubs a word that stands for itself.
func (c *command) word(i int) {
	word := c.argv[i]
	switch {
	case c.mysql && strings.HasPrefix(word, "-p") && len(word) > 2:
		c.mask(i, 2, flag)
	case strings.HasPrefix(word, "-p="):
		c.mask(i, 3, flag)
	case c.redis && strings.HasPrefix(word, "-a="):
		c.mask(i, 3, flag)
	case c.curl && strings.HasPrefix(word, "-u"):
		c.user(i, 2)
	case c.curl && strings.HasPrefix(word, "-H"):
		c.prefixed(i, 2, c.header)
	case strings.HasPrefix(word, "--header="):
		c.prefixed(i, len("--header="), c.header)
	default:
		c.pair(i)
	}
}

// pair scrubs NAME=v and --name=v; in --env=NAME=v both names count.
func (c *command) pair(i int) {
	word := c.argv[i]
	for start := 0; ; {
		n := strings.IndexByte(word[start:], '=')
		if n < 0 || !isIdentifier(word[start:start+n]) {
			break
		}
		name := strings.TrimLeft(word[start:start+n], "-")
		if r := c.s.nameRule(name); r != none {
			c.mask(i, start+n+1, r)
			return
		}
		if isUserFlag(word[start : start+n]) {
			c.user(i, start+n+1)
			return
		}
		start += n + 1
	}
	c.text(i)
}

func isIdentifier(name string) bool {
	for i := range len(name) {
		if !nameBytes[name[i]] {
			return false
		}
	}
	return name != ""
}

// header scrubs a word that is a header line.
func (c *command) header(i int) {
	name, value, ok := strings.Cut(c.argv[i], ":")
	if r := c.s.nameRule(strings.TrimSpace(name)); ok && r != none && strings.TrimSpace(value) != "" {
		blanks := len(value) - len(strings.TrimLeft(value, " \t"))
		c.mask(i, len(name)+1+blanks, v5)
		return
	}
	c.text(i)
}

// user masks the password of the user:pass that begins at byte from of word i.
func (c *command) user(i, from int) {
	rest := c.argv[i][from:]
	n := strings.IndexByte(rest, ':')
	if n < 0 || strings.HasPrefix(rest[n:], "://") {
		c.text(i)
		return
	}
	user := c.s.literals().replace(validUTF8(rest[:n]), &c.traces[i]) // It can be a token.
	c.keep(i, validUTF8(c.argv[i][:from])+user+":", flag)
}

// prefixed scrubs word i behind its first bytes.
func (c *command) prefixed(i, from int, scrub func(int)) {
	whole := c.argv[i]
	c.argv = append([]string(nil), c.argv...)
	c.argv[i] = whole[from:]
	scrub(i)
	c.out[i] = whole[:from] + c.out[i]
}

// shell scrubs the command line in one word of sh -c, then the word as text.
func (c *command) shell(i int) {
	words := strings.Split(c.argv[i], " ")
	traces := make([]trace, len(words))
	line := strings.Join(c.s.argv(words, c.depth, traces), " ")
	for _, t := range traces {
		c.traces[i] |= t
	}
	c.out[i] = c.s.text(line, c.depth, &c.traces[i])
}

func (c *command) text(i int) {
	c.out[i] = c.s.text(c.argv[i], c.depth, &c.traces[i])
}

// mask masks word i from a byte on. What stands before it is a name, which
// literal secrets do not touch.
func (c *command) mask(i, from int, r rule) { c.keep(i, validUTF8(c.argv[i][:from]), r) }

// keep masks word i but for its beginning.
func (c *command) keep(i int, beginning string, r rule) {
	kept := c.s.patterns(beginning, nil)
	c.out[i] = strings.TrimSuffix(kept, Mask) + Mask
	c.traces[i].note(r)
}
