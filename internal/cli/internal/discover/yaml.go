package discover

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

const head = `# yaml-language-server: $schema=healthcheck.schema.json
# (That file is written by: healthcheck_exporter config schema >healthcheck.schema.json)
#
# Written by healthcheck_exporter config init from what listens and runs on this
# machine. It is a beginning: delete what your service does not depend on, and add
# what it needs elsewhere. An entry behind # needs something that only you know.
#
# Try it: healthcheck_exporter --config.file=FILE check
# Settings: healthcheck_exporter config types redis
checks:
`

const machine = `
  # This machine.
  - name: disk
    disk: {path: /}
  - name: memory
    memory: {warn_percent: 90, fail_percent: 97}
  - name: load
    load: {warn_per_cpu: 4}
`

// A found is a service at one port or Unix socket.
type found struct {
	service *service
	at      place
	process *Process // nil: guessed from the port
}

// YAML returns the configuration of a machine. The same machine gives the same
// text.
func YAML(m Machine) string {
	known, others := m.identify()
	var b strings.Builder
	b.WriteString(head)
	taken := map[string]int{}
	for _, f := range known {
		taken[f.service.name]++
	}
	for i, f := range known {
		name := f.service.name
		switch {
		case taken[name] > 1 && f.at.port != 0:
			name += "_" + strconv.Itoa(int(f.at.port))
		case taken[name] > 1:
			name += "_socket_" + strconv.Itoa(i)
		}
		f.write(&b, name)
	}
	m.mentionHidden(&b, known)
	if len(others) > 0 {
		b.WriteString("\n  # Unknown programs that listen:\n")
	}
	for _, l := range others {
		at := placeOf(l)
		fmt.Fprintf(&b, "  # - {name: port_%d, tcp: {address: %q}}%s\n", at.port, at.address, strings.Replace(whose(l.Process), " (", " # (", 1))
	}
	b.WriteString(machine)
	return b.String()
}

// identify finds the known services, in the order of their names and ports, and the
// other ports. A service with a port is not checked at its Unix sockets too.
func (m Machine) identify() (known []found, others []Listener) {
	table := serviceTable()
	ports, checked := map[uint16]bool{}, map[*Process]bool{}
	for _, l := range slices.SortedStableFunc(slices.Values(m.Listeners), preference) {
		s, at := m.serviceOf(table, l), placeOf(l)
		switch {
		case l.Path != "" && (s == nil || s.check(at) == (entry{}) || checked[l.Process] || !plainPath.MatchString(l.Path)):
		case l.Path == "" && (ports[at.port] || l.own()):
		case s == nil || s.check(at) == (entry{}):
			ports[at.port] = true
			others = append(others, l)
		default:
			ports[at.port] = true
			if l.Process != nil {
				checked[l.Process] = true
			}
			known = append(known, found{s, at, l.Process})
		}
	}
	slices.SortStableFunc(known, func(a, b found) int {
		return cmp.Or(cmp.Compare(a.service.name, b.service.name), cmp.Compare(a.at.port, b.at.port))
	})
	slices.SortStableFunc(others, func(a, b Listener) int { return cmp.Compare(a.Addr.Port(), b.Addr.Port()) })
	return known, others
}

// own reports whether the listener is an exporter like this one.
func (l Listener) own() bool {
	return l.Process != nil && strings.HasPrefix(l.Process.Name, "healthcheck_exp")
}

// plainPath is the path of a Unix socket that needs no care in YAML.
var plainPath = regexp.MustCompile(`^/[A-Za-z0-9_./+-]+$`)

// serviceOf returns the service of a listener, or nil. Where /proc hides the owner
// of a socket, the usual port and a running process identify the service.
func (m Machine) serviceOf(table []service, l Listener) *service {
	for i := range table {
		s := &table[i]
		if l.Process != nil && s.runs(l.Process) {
			return s
		}
		runs := func(p Process) bool { return s.runs(&p) }
		if l.Process == nil && l.Path == "" && slices.Contains(s.ports, l.Addr.Port()) && slices.ContainsFunc(m.Processes, runs) {
			return s
		}
	}
	return nil
}

// write writes the entry of a service.
func (f found) write(b *strings.Builder, name string) {
	e := f.service.check(f.at)
	fmt.Fprintf(b, "\n  # %s at %s%s\n", f.service.name, f.at.address, whose(f.process))
	if e.note != "" {
		fmt.Fprintf(b, "  # %s\n", e.note)
	}
	if e.spec != "" {
		fmt.Fprintf(b, "  - name: %s\n    %s\n", name, e.spec)
	}
	if e.better != "" {
		if e.spec != "" {
			name += "_login"
		}
		fmt.Fprintf(b, "  # %s\n  # - name: %s\n  #   %s\n", e.advice, name, e.better)
	}
}

// mentionHidden names the known programs that run, but whose sockets /proc does not
// show to this user.
func (m Machine) mentionHidden(b *strings.Builder, known []found) {
	for _, s := range serviceTable() {
		if slices.ContainsFunc(known, func(f found) bool { return f.service.name == s.name }) ||
			slices.ContainsFunc(m.Listeners, func(l Listener) bool { return l.Process != nil && s.runs(l.Process) }) {
			continue
		}
		if i := slices.IndexFunc(m.Processes, func(p Process) bool { return s.runs(&p) }); i >= 0 {
			fmt.Fprintf(b, "\n  # %s runs%s, but not where it listens can be seen. As root, config init sees more.\n", s.name, whose(&m.Processes[i]))
		}
	}
}

// whose names a process in a comment. A process can choose its name, which must not
// end the comment.
func whose(p *Process) string {
	switch {
	case p == nil:
		return ""
	case p.Unit != "" && plainWord.MatchString(p.Unit):
		return " (" + p.Unit + ")"
	case plainWord.MatchString(p.Name):
		return " (" + p.Name + ")"
	}
	return " (" + strconv.QuoteToASCII(p.Name) + ")"
}

var plainWord = regexp.MustCompile(`^[A-Za-z0-9_.:@-]+$`)
