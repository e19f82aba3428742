package config

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/envinfo"
)

// Limits of the file. A TTL of 0 is off; the library takes any.
const (
	minTTL         = 100 * time.Millisecond
	maxTTL         = 24 * time.Hour
	minTimeout     = time.Millisecond
	maxTimeout     = 5 * time.Minute
	maxConcurrency = 10_000
	maxThreshold   = 1000

	// DefaultMaxWait is how long a reader waits for a run when the file does
	// not say: haproxy's own patience with a check is 2 s or more.
	DefaultMaxWait = time.Second
)

// build makes the Config of the decoded file.
func (l *loading) build(learn func(string)) {
	g := l.defaults()
	settings := l.settings()
	for i := range l.file.Checks {
		l.check(&l.file.Checks[i], i, g, settings, learn)
	}
	l.connections()
	l.healthcheck()
	l.environment()
	l.config.Secrets = l.vault.literals
	l.warn(g)
}

// defaults returns the section global with everything filled in.
func (l *loading) defaults() global {
	g := l.file.Global
	fill(&g.Timeout, collector.DefaultTimeout)
	fill(&g.SuccessTTL, collector.DefaultSuccessTTL)
	fill(&g.FailedTTL, collector.DefaultFailedTTL)
	fill(&g.MaxWait, DefaultMaxWait)
	fill(&g.Concurrency, collector.DefaultConcurrency)
	l.timeout("global.timeout", "global.", *g.Timeout)
	l.ttl("global.success_ttl", "global.", *g.SuccessTTL)
	l.ttl("global.failed_ttl", "global.", *g.FailedTTL)
	if *g.MaxWait < 0 || *g.MaxWait > maxTimeout {
		l.fault("global.max_wait", "global.max_wait: %v, want 0s to 5m", *g.MaxWait)
	}
	if *g.Concurrency < 1 || *g.Concurrency > maxConcurrency {
		l.fault("global.concurrency", "global.concurrency: %d, want 1 to %d", *g.Concurrency, maxConcurrency)
	}
	l.config.MaxWait, l.config.Concurrency = *g.MaxWait, *g.Concurrency
	return g
}

func fill[T any](p **T, v T) {
	if *p == nil {
		*p = &v
	}
}

func (l *loading) fault(path, format string, a ...any) {
	at, known := l.places[path]
	for !known && path != "" {
		path = path[:max(strings.LastIndexAny(path, ".["), 0)]
		at, known = l.places[path]
	}
	if !known {
		at.file = strings.Join(l.config.Files, ", ")
	}
	l.faults.add(at, format, a...)
}

func (l *loading) timeout(path, about string, d time.Duration) {
	if d < minTimeout || d > maxTimeout {
		l.fault(path, "%stimeout: %v, want 1ms to 5m", about, d)
	}
}

func (l *loading) ttl(path, about string, d time.Duration) {
	if d != 0 && (d < minTTL || d > maxTTL) {
		l.fault(path, "%s%s: %v, want 0s (off) or 100ms to 24h", about, path[strings.LastIndexByte(path, '.')+1:], d)
	}
}

func (l *loading) threshold(path, about string, n *int) int {
	if n == nil {
		return 1
	}
	if *n < 1 || *n > maxThreshold {
		l.fault(path, "%s%s: %d, want 1 to %d", about, path[strings.LastIndexByte(path, '.')+1:], *n, maxThreshold)
	}
	return *n
}

// settings returns the node of each check.
func (l *loading) settings() []*yaml.Node {
	if list := member(l.root, "checks"); list != nil {
		return list.Content
	}
	return nil
}

// check makes a check of the i-th of the file.
func (l *loading) check(c *check, i int, g global, settings []*yaml.Node, learn func(string)) {
	path, about := fmt.Sprintf("checks[%d]", i), fmt.Sprintf("check %q: ", c.Name)
	if l.faulty[path] {
		return
	}
	if c.Name == "" {
		l.fault(path, "check number %d: has no name", i+1)
		return
	}
	fill(&c.Timeout, *g.Timeout)
	fill(&c.SuccessTTL, *g.SuccessTTL)
	fill(&c.FailedTTL, *g.FailedTTL)
	l.timeout(path+".timeout", about, *c.Timeout)
	l.ttl(path+".success_ttl", about, *c.SuccessTTL)
	l.ttl(path+".failed_ttl", about, *c.FailedTTL)
	l.runbook(c, path, about)

	names, specs := c.chosen()
	if len(specs) != 1 {
		return // Told by the walk.
	}
	if command := c.Exec; command != nil {
		l.vault.argv(command.Command)
	}
	l.secretFiles(reflect.ValueOf(specs[0]), path+"."+names[0], about+names[0])
	f, err := specs[0].Build()
	if err != nil {
		for _, e := range flat(err) {
			l.fault(path+"."+names[0], "%s%s", about, strings.TrimPrefix(e.Error(), about))
		}
		return
	}
	node := settings[i]
	if node.Kind == yaml.AliasNode {
		node = node.Alias
	}
	typeNode := member(node, names[0])
	if typeNode == nil {
		typeNode = node // Merged in from elsewhere.
	}
	l.config.Checks = append(l.config.Checks, checks.Check{
		Name: c.Name, Func: told(f, learn), Type: names[0],
		Timeout: *c.Timeout, SuccessTTL: off(*c.SuccessTTL), FailedTTL: off(*c.FailedTTL),
		Optional:         c.Optional,
		FailureThreshold: l.threshold(path+".failure_threshold", about, c.FailureThreshold),
		SuccessThreshold: l.threshold(path+".success_threshold", about, c.SuccessThreshold),
		Tags:             c.Tags, DependsOn: c.DependsOn,
		Description: c.Description, Runbook: c.Runbook,
		Fingerprint: fingerprint(names[0], typeNode),
	})
}

// off turns the file's 0, which is off, into the library's negative.
func off(ttl time.Duration) time.Duration {
	if ttl == 0 {
		return -1
	}
	return ttl
}

// told makes the secrets that f reads again known before it uses them.
func told(f checks.Func, learn func(string)) checks.Func {
	if learn == nil {
		return f
	}
	return func(ctx context.Context) (string, error) {
		return f(checks.WithSecretReceiver(ctx, learn))
	}
}

var webAddress = regexp.MustCompile(`^https?://[^\s"'<>@]+$`)

func (l *loading) runbook(c *check, path, about string) {
	if c.Runbook != "" && !webAddress.MatchString(c.Runbook) {
		l.fault(path+".runbook", "%srunbook: want a URL that begins with http:// or https:// and has no user in it", about)
	}
}

// secretFiles looks at every secret file that the settings of a check name.
func (l *loading) secretFiles(v reflect.Value, path, about string) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			l.secretFiles(v.Elem(), path, about)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() {
				l.secretFiles(v.Field(i), path+"."+yamlName(f), about+"."+yamlName(f))
			}
		}
	case reflect.String:
		if file, is := v.Interface().(checks.SecretFile); is && file != "" {
			l.secretFile(file, path, about)
		}
	}
}

func (l *loading) secretFile(file checks.SecretFile, path, about string) {
	value, err := file.Read(context.Background())
	if err != nil {
		l.fault(path, "%s: %s", about, strings.TrimPrefix(err.Error(), "local: "))
		return
	}
	l.vault.add(value)
	if info, err := os.Stat(string(file)); err == nil && info.Mode().Perm()&0o004 != 0 {
		l.warning(path, "%s: everybody on this machine can read %s", about, file)
	}
}

var checkName = regexp.MustCompile(`^check "([^"]*)": `)

// connections lets the collector say what is wrong with the checks together:
// names, tags, dependencies; also of those whose own settings are faulty.
func (l *loading) connections() {
	var all []checks.Check
	for _, c := range l.file.Checks {
		if c.Name != "" {
			idle := func(context.Context) (string, error) { return "", nil }
			all = append(all, checks.Check{Name: c.Name, Func: idle, Tags: c.Tags, DependsOn: c.DependsOn})
		}
	}
	_, err := collector.New(collector.Options{}, all...)
	for _, e := range flat(err) {
		path := ""
		if m := checkName.FindStringSubmatch(e.Error()); m != nil {
			for i, c := range l.file.Checks { // The last of that name, where it is taken twice.
				if c.Name == m[1] {
					path = fmt.Sprintf("checks[%d].name", i)
				}
			}
		}
		l.fault(path, "%s", e.Error())
	}
}

// flat returns the single errors of a tree of joined ones.
func flat(err error) []error {
	if err == nil {
		return nil
	}
	if joined, is := err.(interface{ Unwrap() []error }); is { //nolint:errorlint // The tree is walked here.
		var all []error
		for _, e := range joined.Unwrap() {
			all = append(all, flat(e)...)
		}
		return all
	}
	return []error{err}
}

func (l *loading) healthcheck() {
	h := l.file.Healthcheck
	l.config.Healthcheck = Healthcheck{
		Format: h.Format, SuccessStatus: h.SuccessStatus, FailedStatus: h.FailedStatus, DrainingStatus: h.DrainingStatus,
		SuccessHeaders: h.SuccessHeaders, FailedHeaders: h.FailedHeaders,
		Sections: l.sections("healthcheck.sections", &h.Sections),
	}
	formats := []string{"json", "text", "health+json", "plain"}
	if h.Format != "" && !slices.Contains(formats, h.Format) {
		l.fault("healthcheck.format", "healthcheck.format: %q, want %s", h.Format, strings.Join(formats, ", "))
	}
	for _, s := range []struct {
		key   string
		value int
	}{{"success_status", h.SuccessStatus}, {"failed_status", h.FailedStatus}, {"draining_status", h.DrainingStatus}} {
		if _, given := l.places["healthcheck."+s.key]; given && (s.value < 200 || s.value > 599) {
			l.fault("healthcheck."+s.key, "healthcheck.%s: %d, want 200 to 599", s.key, s.value)
		}
	}
	l.headers("healthcheck.success_headers", h.SuccessHeaders)
	l.headers("healthcheck.failed_headers", h.FailedHeaders)
	for _, s := range l.config.Healthcheck.Sections {
		if slices.Contains([]string{"hostname", "status", "timestamp", "results", "degraded", "draining"}, s.Name) {
			l.fault("healthcheck.sections."+s.Name, "healthcheck.sections.%s: the name is taken, every answer has such a member", s.Name)
		}
	}
}

var (
	headerName  = regexp.MustCompile("^[A-Za-z0-9!#$%&'*+.^_`|~-]+$")
	headerValue = regexp.MustCompile(`^[\t\x20-\x7e\x80-\xff]*$`)
)

func (l *loading) headers(path string, headers map[string]string) {
	for name, value := range headers {
		switch {
		case !headerName.MatchString(name):
			l.fault(path, "%s: a name has characters that no header may have", path)
		case !headerValue.MatchString(value):
			l.fault(path+"."+name, "%s.%s: the value has characters that no header may have", path, name)
		case strings.EqualFold(name, "Content-Length") || strings.EqualFold(name, "Transfer-Encoding"):
			l.fault(path+"."+name, "%s.%s: is set by the server", path, name)
		}
	}
}

func (l *loading) environment() {
	e := l.file.Environment
	l.config.Environment = Environment{
		Disable: e.Disable, Labels: e.Labels,
		Sections:   l.sections("environment.sections", &e.Sections),
		ScrubNames: e.Scrub.Names, ScrubAllow: e.Scrub.Allow,
	}
	o := envinfo.Options{Disable: e.Disable, Labels: e.Labels}
	for _, s := range l.config.Environment.Sections {
		o.Sections = append(o.Sections, envinfo.Section{Name: s.Name, Value: s.Value})
	}
	if _, err := envinfo.New(o); err != nil {
		for _, e := range flat(err) {
			l.fault("environment", "environment: %s", e)
		}
	}
	if _, err := envinfo.Labels(o); err != nil {
		for _, e := range flat(err) {
			l.fault("environment.labels", "environment.labels: %s", e)
		}
	}
}

// sections turns the members of a mapping into sections.
func (l *loading) sections(path string, n *yaml.Node) []Section {
	if n.Kind == 0 || isNull(n) {
		return nil
	}
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if n.Kind != yaml.MappingNode {
		l.fault(path, "%s: is %s, want a mapping of names to values", path, kindOf(n))
		return nil
	}
	var all []Section
	for i := 0; i+1 < len(n.Content); i += 2 {
		name := n.Content[i].Value
		value, err := toJSON(n.Content[i+1])
		if err != nil {
			l.fault(path+"."+name, "%s.%s: %s", path, name, err)
			continue
		}
		all = append(all, Section{Name: name, Value: json.RawMessage(value), Where: l.places[path+"."+name].String()})
	}
	return all
}

func (l *loading) warning(path, format string, a ...any) {
	l.config.Warnings = append(l.config.Warnings, l.places[path].String()+": "+fmt.Sprintf(format, a...))
}

// warn says what is allowed but will hurt.
func (l *loading) warn(g global) {
	for _, t := range l.texts {
		if t.secret && t.node.Value != "" && len(t.node.Value) < 8 {
			l.config.Warnings = append(l.config.Warnings,
				fmt.Sprintf("%s: %s: a secret of fewer than 8 characters cannot be kept out of every text", t.at, t.about))
		}
	}
	needed := 0.0
	for _, c := range l.config.Checks {
		needed += c.Timeout.Seconds() / max(c.FailedTTL, time.Second).Seconds()
	}
	if needed > float64(*g.Concurrency) {
		l.warning("global.concurrency", "if all %d checks hang, %.0f of them are under way at a time, but concurrency is %d",
			len(l.config.Checks), needed, *g.Concurrency)
	}
}
