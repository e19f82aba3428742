package config

import (
	"context"
	"fmt"
	"reflect"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/checktype"
)

// build makes the Config of the decoded file.
func (l *loading) build(learn func(string)) {
	g := l.defaults()
	var nodes []*yaml.Node
	if list := member(l.root, "checks"); list != nil && list.Kind == yaml.SequenceNode {
		nodes = list.Content
	}
	all := make([]check, len(nodes))
	l.config.Checks = make([]checks.Check, 0, len(nodes))
	for i, n := range nodes {
		// One by one: the decoder drops what it cannot decode from a list.
		l.decodeNode(n, &all[i], fmt.Sprintf("checks[%d]", i))
		l.check(&all[i], i, n, g, learn)
	}
	l.connections(all)
	l.healthcheck()
	l.environment()
	l.config.Secrets = l.vault.literals
	l.warn(g)
}

// check makes a check of the i-th of the file.
func (l *loading) check(c *check, i int, n *yaml.Node, g global, learn func(string)) {
	path, about := fmt.Sprintf("checks[%d]", i), fmt.Sprintf("check %q: ", c.Name)
	if c.Name == "" {
		about = "check without a name: "
	}
	made := l.common(c, g, path, about)
	typeName, spec, is := c.chosen()
	typePath := path + "." + typeName
	if !is || l.faulty[typePath] {
		return // Told by the walk.
	}
	same := newFingerprint(&l.taken, typeName, member(n, typeName))
	if command := c.Exec; command != nil {
		l.vault.argv(command.Command)
	}
	l.secretFiles(reflect.ValueOf(spec), typePath, about+typeName, same)
	f, err := spec.Build()
	if err != nil {
		l.buildFaults(err, typeName, typePath, about)
		return
	}
	made.Func, made.Type, made.Fingerprint = told(f, learn), typeName, same.String()
	l.config.Checks = append(l.config.Checks, made)
}

// common makes of a check what does not depend on its type.
func (l *loading) common(c *check, g global, path, about string) checks.Check {
	fill(&c.Timeout, *g.Timeout)
	fill(&c.SuccessTTL, *g.SuccessTTL)
	fill(&c.FailedTTL, *g.FailedTTL)
	if c.Runbook != "" && !webAddress().MatchString(c.Runbook) {
		l.fault(path+".runbook", "%srunbook: want a URL that begins with http:// or https:// and has no user in it", about)
	}
	return checks.Check{
		Name:             c.Name,
		Timeout:          l.timeout(path+".timeout", about, *c.Timeout),
		SuccessTTL:       l.ttl(path+".success_ttl", about, *c.SuccessTTL),
		FailedTTL:        l.ttl(path+".failed_ttl", about, *c.FailedTTL),
		Optional:         c.Optional,
		FailureThreshold: l.threshold(path+".failure_threshold", about, c.FailureThreshold),
		SuccessThreshold: l.threshold(path+".success_threshold", about, c.SuccessThreshold),
		Tags:             c.Tags,
		DependsOn:        c.DependsOn,
		Description:      c.Description,
		Runbook:          c.Runbook,
	}
}

var (
	webAddress = pattern(`^https?://[^\s"'<>@]+$`)
	firstKey   = pattern(`^(?:[a-z_]+: )?([a-z_]+)`)
)

// buildFaults tells what a type says of its settings, at the line of the key
// with which the sentence begins, if it does.
func (l *loading) buildFaults(err error, typeName, path, about string) {
	for _, e := range flat(err) {
		said := strings.TrimPrefix(e.Error(), typeName+": ")
		at := path
		if m := firstKey().FindStringSubmatch(said); m != nil {
			for _, key := range []string{said[:strings.IndexAny(said+" ", " :")], m[1]} {
				if _, given := l.places[path+"."+key]; given {
					at = path + "." + key
				}
			}
		}
		l.fault(at, "%s%s: %s", about, typeName, l.vault.hide(said))
	}
}

// told makes the secrets that f reads again known before it uses them.
func told(f checks.Func, learn func(string)) checks.Func {
	if learn == nil {
		return f
	}
	return func(ctx context.Context) (string, error) {
		return f(checktype.WithSecretReceiver(ctx, learn))
	}
}

// flat returns the single errors of a tree of joined ones.
func flat(err error) []error {
	if err == nil {
		return nil
	}
	if joined, is := err.(interface{ Unwrap() []error }); is {
		var all []error
		for _, e := range joined.Unwrap() {
			all = append(all, flat(e)...)
		}
		return all
	}
	return []error{err}
}
