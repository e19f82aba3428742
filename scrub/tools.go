package scrub

import (
	"path"
	"strings"
)

// A tool is a program, or several of one kind, whose short flags take secrets.
type tool struct {
	names    string // with * for any rest
	next     string // flags whose next word is a secret, -p apart
	attached string // flags that a secret follows at once, as in -psecret
	users    string // flags of user:password
	percents string // flags of user%password
	// slash: a word such as user/password@address is a login.
	slash bool
	// plainP: -p means something else, such as a port or a path.
	plainP bool
	// words: a word that looks like a secret is one, without a flag.
	words bool
}

// A stem is the name of a tool, or the beginning of one.
type stem struct {
	text string
	open bool
	tool *tool
}

// stems are those of all tools by their first letter.
var stems = func() (table [128][]stem) {
	tools := []tool{
		{names: "mysql* mariadb* sshpass", attached: "p"},
		{names: "7z 7za", attached: "p"},
		{names: "unzip zip", next: "P", attached: "P"},
		{names: "redis-* valkey-*", next: "a"},
		{names: "check_http* check_curl*", users: "ab"},
		{names: "check_ldap* ipmitool ipmipower sqlcmd bcp osql tsql", next: "P"},
		{names: "ldap*", next: "w", attached: "w"},
		{names: "check_snmp*", next: "CAX"},
		{names: "snmp*", next: "cCAX"},
		{names: "curl", next: "b", users: "uUE"},
		{names: "smbclient rpcclient smbget smbmap winexe", percents: "U"},
		{names: "sqlplus sqlldr rman expdp impdp", slash: true},
		{names: "openssl", next: "kK"},
		{names: "htpasswd createUser", words: true},
		{names: "mkdir cp java docker podman nerdctl ssh tar", plainP: true},
		{names: "mongo* psql check_* rabbitmqadmin"},
	}
	for i := range tools {
		for name := range strings.FieldsSeq(tools[i].names) {
			text, open := strings.CutSuffix(name, "*")
			table[text[0]] = append(table[text[0]], stem{text, open, &tools[i]})
		}
	}
	return table
}()

// toolNamed returns the tool of that name, or nil.
func toolNamed(name string) *tool {
	if name == "" || name[0] >= 128 {
		return nil
	}
	for _, s := range stems[name[0]] {
		if s.text == name || s.open && strings.HasPrefix(name, s.text) {
			return s.tool
		}
	}
	return nil
}

// toolAt returns the tool that is called by a path, or nil.
func toolAt(word string) *tool {
	return toolNamed(path.Base(strings.ReplaceAll(strings.TrimSuffix(word, ".exe"), `\`, "/")))
}

// takes reports whether the tool's short flag f takes a secret as its next word.
func (t *tool) takes(f byte) bool {
	return strings.IndexByte(t.next, f) >= 0 || f == 'p' && !t.plainP
}

// isNoPassword matches the word after a -p that does not take a password: a
// number, a port mapping or list, a path.
func isNoPassword(v string) bool {
	return strings.Trim(v, "0123456789:,-./") == "" && v != "" || isPath(v) ||
		strings.HasSuffix(v, "/tcp") || strings.HasSuffix(v, "/udp")
}

// flagAt is V15 at a word that begins with a dash, except for flags that have
// the name of a secret. It returns start if there is nothing to mask.
func (p *scan) flagAt(start, end int) int {
	if value := skipSpaces(p.in, end); value < len(p.in) && isUserName(strings.TrimLeft(p.in[start:end], "-")) && (value > end || p.in[value] == '=') {
		if p.in[value] == '=' {
			value++
		}
		return p.userFlag(start, p.candidate(value, false), ':')
	}
	if p.tool != nil && start < p.toolEnd {
		return p.shortFlag(start, end)
	}
	if end-start != len("-p") || skipSpaces(p.in, end) == end {
		return start
	}
	v := p.candidate(skipSpaces(p.in, end), false) // of an unknown program
	if isAddress(v.text) {
		return start
	}
	switch p.in[start+1] {
	case 'p', 'P':
		if isStrong(v.text) {
			return p.mask(v.start, p.candidateEnd(v), v15)
		}
	case 'a', 'u', 'U':
		if n := loginColon(v.text); n > 0 {
			return p.mask(v.start+n+1, p.candidateEnd(v), v15)
		}
	}
	return start
}

// loginColon returns the position of the sign between a user and a strong
// password, as in user:x, user,x and user%x, or -1.
func loginColon(v string) int {
	n := strings.IndexAny(v, ":,%")
	if n < 1 || !isStrong(v[n+1:]) || isAddress(v) {
		return -1
	}
	return n
}

// shortFlag is V15 at a word of a command in a text that begins with a dash and
// follows the name of a tool. It returns start when there is nothing to mask.
func (p *scan) shortFlag(start, end int) int {
	if end-start < 2 || p.in[start+1] == '-' || start > 0 && !isBlank(p.in[start-1]) {
		return start
	}
	f, at := p.in[start+1], start+2
	joined := end > at || at < len(p.in) && !isBlank(p.in[at])
	value := at
	if !joined {
		value = skipSpaces(p.in, at)
	}
	if value >= len(p.in) || isBlank(p.in[value]) || p.in[value] == '-' {
		return start
	}
	v := p.candidate(value, false)
	switch {
	case p.isMasked(v.start):
		return start
	case strings.IndexByte(p.tool.users, f) >= 0:
		return p.userFlag(start, v, ':')
	case strings.IndexByte(p.tool.percents, f) >= 0:
		return p.userFlag(start, v, '%')
	case joined && strings.IndexByte(p.tool.attached, f) < 0, !joined && !p.tool.takes(f),
		isNoPassword(v.text), p.reg != script && !isWeak(v.text, weakPassword) && !isStrong(v.text):
		return start
	}
	return p.mask(value, p.valueEnd(value), v15)
}

// userFlag masks the password of user:password.
func (p *scan) userFlag(start int, v candidate, colon byte) int {
	n := strings.IndexByte(v.text, colon)
	if n < 0 || p.isMasked(v.start+n+1) {
		return start
	}
	password := v.text[n+1:]
	if password == "" || p.reg != script && !isWeak(password, weakPassword) && !isStrong(password) {
		return start
	}
	return p.mask(v.start+n+1, v.start+len(v.text), v15)
}

// slashLogin masks the password of user/password@address at the end of a word.
func (p *scan) slashLogin(start, end int) int {
	if end == len(p.in) || p.in[end] != '/' || end+1 < len(p.in) && p.in[end+1] == '/' {
		return start
	}
	at := p.nextAt(end)
	if at >= p.nextBlank(end) || at == end+1 || at > end+maxBare || p.isMasked(end+1) {
		return start
	}
	return p.mask(end+1, at, v15)
}

// operand masks a word of a command that takes a secret without a flag.
func (p *scan) operand(start, end int) int {
	switch {
	case p.tool.slash:
		return p.slashLogin(start, end)
	case p.tool.words:
		if v := p.candidate(start, false); isStrong(v.text) {
			return p.mask(start, start+len(v.text), v15)
		}
	}
	return start
}
