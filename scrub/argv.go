package scrub

import "strings"

// Argv scrubs a command line and keeps its number of words. It masks the values
// of sensitive names in --name=v, --name v, -name v, /name:v and NAME=v, and of
// the short flags of well-known programs. All other words are scrubbed as texts
// of a dump, and a script after -c as a command line.
//
// A following word that begins with "-" is not a value; --no-name, --ask-name,
// --name-stdin and --name-prompt have no value.
func (s *Scrubber) Argv(argv []string) []string {
	return s.argv(argv, 0, make([]trace, len(argv)))
}

func (s *Scrubber) argv(argv []string, depth int, traces []trace) []string {
	c := commandLine{s: s, argv: argv, out: make([]string, len(argv)), depth: depth, traces: traces, tool: &tool{}}
	for i := 0; i < len(argv); i++ {
		if t := toolAt(argv[i]); t != nil {
			c.tool, c.login = t, false
		}
		c.login = c.login || argv[i] == "login"
		kind := c.flag(argv[i])
		if kind == noValue && argv[i] == "-a" && c.hasNext(i) && loginColon(argv[i+1]) > 0 {
			kind = userValue
		}
		if kind != noValue && c.hasNext(i) {
			c.text(i)
			i++
			c.value(i, kind, argv[i-1])
			continue
		}
		c.word(i)
	}
	return c.out
}

// A commandLine is a command line that is being scrubbed.
type commandLine struct {
	s      *Scrubber
	argv   []string
	out    []string
	depth  int
	traces []trace

	tool  *tool // the last tool named
	login bool  // its subcommand is login
}

// A valueKind says how the value of a flag is treated.
type valueKind int

const (
	noValue valueKind = iota
	secretValue
	passwordValue // a secret, unless it is a number or a path
	userValue     // user:password
	percentValue  // user%password
	headerValue
	shellValue
)

func (c *commandLine) hasNext(i int) bool {
	return i+1 < len(c.argv) && !strings.HasPrefix(c.argv[i+1], "-")
}

// flag returns the kind of the word after this one.
func (c *commandLine) flag(word string) valueKind {
	if len(word) < 2 || word[0] != '-' || strings.ContainsAny(word, "= \t\n") {
		return noValue
	}
	name := strings.TrimLeft(word, "-")
	switch {
	case len(word) == 2:
		return c.shortFlag(word[1])
	case word == "--header":
		return headerValue
	case isUserName(name):
		return userValue
	case c.tool.attached != "" && strings.IndexByte(c.tool.attached, word[1]) >= 0:
		return noValue
	case strings.HasSuffix(word, "c") && len(word) <= 5 && strings.Trim(word, "-acefilux") == "": // -lc, -ec
		return shellValue
	case isIdentifier(name) && !isSwitch(name) && c.s.Name(name):
		return secretValue
	case strings.EqualFold(word, "-command"): // PowerShell
		return shellValue
	}
	return noValue
}

func (c *commandLine) shortFlag(f byte) valueKind {
	switch {
	case strings.IndexByte(c.tool.users, f) >= 0, f == 'u' || f == 'U' && c.tool.percents == "":
		return userValue
	case strings.IndexByte(c.tool.percents, f) >= 0:
		return percentValue
	case f == 'p':
		if c.tool.plainP && !c.login {
			return noValue
		}
		return passwordValue
	case f == 'H':
		return headerValue
	case c.tool.takes(f):
		return secretValue
	case f == 'c':
		return shellValue
	}
	return noValue
}

// isSwitch lists flags that only look as if they took a secret.
func isSwitch(name string) bool {
	return strings.HasPrefix(name, "no-") || strings.HasPrefix(name, "ask-") ||
		strings.HasSuffix(name, "-stdin") || strings.HasSuffix(name, "-prompt")
}

func isUserName(name string) bool {
	switch name {
	case "user", "username", "proxy-user":
		return true
	}
	return false
}

func isIdentifier(name string) bool {
	return name != "" && nameBytes.run(name, 0) == len(name)
}

// value scrubs word i as the value of a flag.
func (c *commandLine) value(i int, kind valueKind, name string) {
	word := c.argv[i]
	switch kind {
	case headerValue:
		c.header(i)
	case userValue:
		if n := loginColon(word); n > 0 && word[n] != ':' { // lftp -u bob,x
			c.user(i, 0, word[n:n+1])
			return
		}
		c.user(i, 0, ":")
	case percentValue:
		c.user(i, 0, "%")
	case shellValue:
		c.out[i] = c.s.text(word, script, c.depth, &c.traces[i])
	case passwordValue:
		if isNoPassword(word) {
			c.text(i)
			return
		}
		c.mask(i, 0, flag)
	default:
		c.secret(i, 0, strings.TrimLeft(name, "-"))
	}
}

// secret masks the value of a sensitive name, starting at byte from, unless the
// value is the path of the file that contains the secret.
func (c *commandLine) secret(i, from int, name string) {
	r := c.s.nameRule(name)
	if r == none {
		r = flag
	}
	if value := c.argv[i][from:]; isFileOf(name, value) {
		c.prefixed(i, from, c.text)
		return
	}
	c.mask(i, from, r)
}

// isFileOf reports whether the value of a flag of this name is the path of a
// file.
func isFileOf(name, value string) bool {
	if !isPath(value) || value[0] == '\\' {
		return false
	}
	name = strings.ToLower(name)
	for _, ending := range [...]string{"file", "key", "path", "store"} {
		if strings.HasSuffix(name, ending) {
			return true
		}
	}
	return false
}

// word scrubs a word that is not the value of a flag.
func (c *commandLine) word(i int) {
	word := c.argv[i]
	switch f, joined := shortOf(word); {
	case joined && strings.IndexByte(c.tool.attached, f) >= 0:
		c.mask(i, 2, flag)
	case joined && word[2] == '=' && (f == 'p' || c.tool.takes(f)):
		c.mask(i, 3, flag)
	case joined && c.tool.users != "" && strings.IndexByte(c.tool.users, f) >= 0 && c.tool.next != "":
		c.user(i, 2, ":")
	case joined && strings.IndexByte(c.tool.percents, f) >= 0:
		c.user(i, 2, "%")
	case joined && f == 'H':
		c.prefixed(i, 2, c.header)
	case strings.HasPrefix(word, "--header="):
		c.prefixed(i, len("--header="), c.header)
	case c.isOperand(i):
		c.mask(i, 0, flag)
	case c.tool.slash && strings.IndexByte(word, '/') > 0 && strings.Contains(word, "@"):
		c.slashLogin(i)
	case strings.HasPrefix(word, "/"):
		c.slash(i)
	default:
		c.pair(i)
	}
}

// isOperand reports whether word i is a secret without a flag.
func (c *commandLine) isOperand(i int) bool {
	if i == 0 || !isStrong(c.argv[i]) {
		return false
	}
	before := c.argv[i-1]
	switch {
	case c.tool.words, isIdentifier(before) && before[0] != '-' && c.s.classOf(before, "") != notName: // aws configure set aws_secret_access_key x
		return true
	case i == 1:
		return false
	}
	return before == "login" && strings.HasSuffix(c.argv[i-2], "vault") || isAccountCommand(c.argv[i-2])
}

// slashLogin masks the password of user/password@address.
func (c *commandLine) slashLogin(i int) {
	word := c.argv[i]
	slash, at := strings.IndexByte(word, '/'), strings.LastIndexByte(word, '@')
	if at < slash {
		c.text(i)
		return
	}
	c.mask(i, slash+1, flag)
	c.out[i] += c.s.text(word[at:], dump, c.depth, &c.traces[i])
}

// shortOf returns the letter of a short flag, and whether more of its word
// follows.
func shortOf(word string) (f byte, joined bool) {
	if len(word) < 2 || word[0] != '-' || word[1] == '-' {
		return 0, false
	}
	return word[1], len(word) > 2
}

// slash scrubs /password:v.
func (c *commandLine) slash(i int) {
	name, _, found := strings.Cut(c.argv[i][1:], ":")
	if found && isIdentifier(name) && c.s.Name(name) {
		c.mask(i, len("/:")+len(name), c.s.nameRule(name))
		return
	}
	c.text(i)
}

// pair scrubs NAME=v and --name=v; in --env=NAME=v both names count.
func (c *commandLine) pair(i int) {
	word := c.argv[i]
	for start := 0; ; {
		n := strings.IndexByte(word[start:], '=')
		if n < 0 || !isIdentifier(word[start:start+n]) {
			break
		}
		name, value := strings.TrimLeft(word[start:start+n], "-"), start+n+1
		switch {
		case c.s.valueRule(name, word[value:]) != none:
			c.secret(i, value, name)
			return
		case isUserName(name):
			c.user(i, value, ":")
			return
		}
		start = value
	}
	c.text(i)
}

// header scrubs a word that is a header line.
func (c *commandLine) header(i int) {
	name, value, ok := strings.Cut(c.argv[i], ":")
	if r := c.s.nameRule(strings.TrimSpace(name)); ok && r != none && strings.TrimSpace(value) != "" {
		blanks := len(value) - len(strings.TrimLeft(value, " \t"))
		c.mask(i, len(name)+1+blanks, v5)
		return
	}
	c.text(i)
}

// user masks the password of the user:pass that begins at byte from of word i.
func (c *commandLine) user(i, from int, colon string) {
	user, password, found := strings.Cut(c.argv[i][from:], colon)
	if !found || strings.HasPrefix(password, "//") || isDigits(user) && isDigits(password) {
		c.text(i)
		return
	}
	user = c.s.literals().replace(validUTF8(user), &c.traces[i]) // It can be a token.
	c.keep(i, validUTF8(c.argv[i][:from])+user+colon, flag)
}

// prefixed scrubs word i after its first bytes.
func (c *commandLine) prefixed(i, from int, scrub func(int)) {
	whole := c.argv[i]
	c.argv = append([]string(nil), c.argv...)
	c.argv[i] = whole[from:]
	scrub(i)
	c.out[i] = whole[:from] + c.out[i]
}

func (c *commandLine) text(i int) {
	c.out[i] = c.s.text(c.argv[i], dump, c.depth, &c.traces[i])
}

// mask masks word i starting at a byte. The part before that byte is a name, in
// which literal secrets are not replaced.
func (c *commandLine) mask(i, from int, r rule) { c.keep(i, validUTF8(c.argv[i][:from]), r) }

// keep masks word i except for its beginning.
func (c *commandLine) keep(i int, beginning string, r rule) {
	kept := c.s.scan(beginning, dump, nil)
	c.out[i] = strings.TrimSuffix(kept, Mask) + Mask
	c.traces[i].note(r)
}
