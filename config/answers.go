package config

import (
	"encoding/json"
	"maps"
	"net/textproto"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/healthcheck-exporter/healthcheck_exporter/envinfo"
)

func (l *loading) healthcheck() {
	h := l.file.Healthcheck
	l.config.Healthcheck = Healthcheck{
		Format: h.Format, SuccessStatus: h.SuccessStatus, FailedStatus: h.FailedStatus, DrainingStatus: h.DrainingStatus,
		SuccessHeaders: h.SuccessHeaders, FailedHeaders: h.FailedHeaders,
		Sections: l.sections("healthcheck.sections", &h.Sections),
	}
	formats := []string{"json", "text", "health+json", "plain"}
	if h.Format != "" && !slices.Contains(formats, h.Format) {
		l.fault("healthcheck.format", "healthcheck.format: %s, want %s", quote(l.vault.hide(h.Format)), strings.Join(formats, ", "))
	}
	l.status("success_status", h.SuccessStatus)
	l.status("failed_status", h.FailedStatus)
	l.status("draining_status", h.DrainingStatus)
	l.headers("healthcheck.success_headers", h.SuccessHeaders)
	l.headers("healthcheck.failed_headers", h.FailedHeaders)
	for _, s := range l.config.Healthcheck.Sections {
		if slices.Contains([]string{"hostname", "status", "timestamp", "results", "degraded", "draining"}, s.Name) {
			l.fault("healthcheck.sections."+s.Name, "healthcheck.sections.%s: the name is taken, every answer has such a member", s.Name)
		}
	}
}

func (l *loading) status(key string, value int) {
	path := "healthcheck." + key
	if n := member(member(l.root, "healthcheck"), key); n == nil || isNull(n) {
		return
	}
	if value < 200 || value > 599 {
		l.fault(path, "%s: %d, want 200 to 599", path, value)
	}
}

var (
	headerName  = pattern("^[A-Za-z0-9!#$%&'*+.^_`|~-]+$")
	headerValue = pattern(`^[^\x00-\x08\x0a-\x1f\x7f]*$`)
)

// headers tells what cannot be a header, without its value.
func (l *loading) headers(path string, headers map[string]string) {
	seen := map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(headers)) {
		at, canonical := path+"."+name, textproto.CanonicalMIMEHeaderKey(name)
		switch {
		case !headerName().MatchString(name):
			l.fault(at, "%s: a name has characters that no header may have", path)
		case seen[canonical]:
			l.fault(at, "%s.%s: is given twice", path, canonical)
		case !headerValue().MatchString(headers[name]):
			l.fault(at, "%s.%s: the value has characters that no header may have", path, name)
		case slices.Contains([]string{"Content-Length", "Transfer-Encoding", "Connection", "Trailer"}, canonical):
			l.fault(at, "%s.%s: is set by the server", path, name)
		}
		seen[canonical] = true
	}
}

func (l *loading) environment() {
	e := l.file.Environment
	l.config.Environment = Environment{
		Disable: e.Disable, Labels: e.Labels,
		Sections:   l.sections("environment.sections", &e.Sections),
		ScrubNames: e.Scrub.Names, ScrubAllow: e.Scrub.Allow,
	}
	o := envinfo.Options{Disable: e.Disable}
	for _, s := range l.config.Environment.Sections {
		o.Sections = append(o.Sections, envinfo.Section{Name: s.Name, Value: s.Value})
	}
	_, err := envinfo.New(o)
	l.environmentFaults(err)
	_, err = envinfo.Labels(envinfo.Options{Labels: e.Labels})
	l.environmentFaults(err)
}

var named = pattern(`^(label|section|disable)(?: \d+: the name)? ("(?:[^"\\]|\\.)*")`)

// environmentFaults tells what package envinfo says, at the line of the name
// that it begins with.
func (l *loading) environmentFaults(err error) {
	for _, e := range flat(err) {
		said := e.Error()
		path := "environment"
		if m := named().FindStringSubmatch(said); m != nil {
			name, _ := strconv.Unquote(m[2])
			switch m[1] {
			case "label":
				path = "environment.labels." + name
			case "section":
				path = "environment.sections." + name
			case "disable":
				path = "environment.disable[" + strconv.Itoa(slices.Index(l.file.Environment.Disable, name)) + "]"
			}
		}
		if l.unset[path] {
			continue // Told already.
		}
		l.fault(path, "environment: %s", l.vault.hide(said))
	}
}

// sections turns the members of a mapping into sections.
func (l *loading) sections(path string, n *yaml.Node) []Section {
	if n.Kind == 0 || isNull(n) {
		return nil
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
