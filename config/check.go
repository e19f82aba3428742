package config

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/config/internal/document"
)

// UnmarshalNode decodes a check, whose name begins the messages about it.
func (c *check) UnmarshalNode(n *document.Node) {
	c.node = n
	written := n.Get("name").Written()
	if checks.ValidName(written) {
		n.SetTitle(fmt.Sprintf("check %q: ", written))
	} else {
		n.SetNumbered("check")
	}
	known := n.Fields(c)
	keys := n.Keys()
	if keys == nil {
		return
	}
	if c.Name == "" && !strings.Contains(written, "$") { // What is expanded is judged later.
		n.Refuse("has no name")
	}
	c.oneType(keys, known)
}

// oneType reports a check that does not have exactly one type.
func (c *check) oneType(keys []string, known bool) {
	all := TypeNames()
	var types []string
	for _, key := range keys {
		if slices.Contains(all, key) && !slices.Contains(types, key) {
			types = append(types, key)
		}
	}
	switch {
	case len(types) == 0 && known: // An unknown key was meant as the type.
		c.node.Refuse("has no type, want one of %s", strings.Join(all, ", "))
	case len(types) == 2:
		c.node.Refuse("has two types, %s and %s", types[0], types[1])
	case len(types) > 2:
		c.node.Refuse("has %d types, %s", len(types), strings.Join(types, ", "))
	}
}

// check makes a check ready for the collector.
func (l *loading) check(c *check) {
	if l.document.Full() {
		return
	}
	written := c.node.Get("name").Written()
	if !checks.ValidName(written) && (c.Name != "" || strings.Contains(written, "$")) {
		c.node.SetTitle(l.vault.hide(fmt.Sprintf("check %q: ", c.Name)))
	}
	made := l.common(c)
	typeName, spec, is := c.chosen()
	n := c.node.Get(typeName)
	if !is || n.Bad() {
		return // Reported by decoding.
	}
	if command := c.Exec; command != nil {
		l.vault.at(n.Get("command")).argv(command.Command)
	}
	l.taken.Reset()
	l.taken.add(typeName)
	if !l.settings(reflect.ValueOf(spec), n) {
		return
	}
	f, err := spec.Build()
	l.faults(n, err, typeName+": ")
	made.Func, made.Type, made.Fingerprint = f, typeName, l.taken.sum()
	made.Receiver, _ = spec.(checks.Receiver)
	if err == nil {
		made.ByHand, made.Limits = checks.Explain(spec)
		l.config.Checks = append(l.config.Checks, made)
	}
}

// common makes the part of a check that does not depend on its type.
func (l *loading) common(c *check) checks.Check {
	durations(c.node, c.Timeout, c.SuccessTTL, c.FailedTTL)
	within(c.node.Get("failure_threshold"), c.FailureThreshold, 1, maxThreshold, "1 to 1000")
	within(c.node.Get("success_threshold"), c.SuccessThreshold, 1, maxThreshold, "1 to 1000")
	if c.Runbook != "" && !webAddress(c.Runbook) {
		c.node.Get("runbook").Fault("want a URL that begins with http:// or https:// and has no user in it")
	}
	global := l.config.Collector
	made := checks.Check{
		Name:        c.Name,
		Timeout:     duration(c.Timeout, global.Timeout),
		SuccessTTL:  duration(c.SuccessTTL, global.SuccessTTL),
		FailedTTL:   duration(c.FailedTTL, global.FailedTTL),
		Optional:    c.Optional,
		Severity:    checks.Severity(c.Severity),
		Labels:      c.Labels,
		Tags:        c.Tags,
		DependsOn:   c.DependsOn,
		Description: c.Description,
		Runbook:     c.Runbook,
	}
	if c.FailureThreshold != nil {
		made.FailureThreshold = *c.FailureThreshold
	}
	if c.SuccessThreshold != nil {
		made.SuccessThreshold = *c.SuccessThreshold
	}
	return made
}

// webAddress reports whether s is a URL for a browser.
func webAddress(s string) bool {
	after, found := strings.CutPrefix(s, "https://")
	if !found {
		after, found = strings.CutPrefix(s, "http://")
	}
	return found && after != "" && !strings.ContainsAny(after, "\"'<>@ \t\r\n\f")
}
