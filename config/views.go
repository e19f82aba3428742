package config

import (
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/config/internal/document"
	"github.com/healthcheck-exporter/healthcheck_exporter/httpapi"
)

// A View is a named selection of checks with an answer of its own.
type View struct {
	Name string
	// Path is where the view is served beside /healthcheck?view=, or "".
	Path string
	// Place is where Path is written, such as "healthcheck.yml:12".
	Place string
	// Options have its Filter. What the view does not set is that of
	// Config.Healthcheck.
	Options httpapi.Options
}

// views makes the views, in the order of their names.
func (l *loading) views(all map[string]view, known []check) {
	paths := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		v := all[name]
		if l.document.Full() || v.node == nil {
			return
		}
		l.faults(v.node, checks.Check{Name: name, Func: idle}.Validate(), fmt.Sprintf("check %q: ", name))
		at := v.node.Get("path")
		switch {
		case v.Path == "":
		case !cleanPath(v.Path):
			at.Fault("%q, want a clean path such as /livez", l.vault.hide(v.Path))
		case reserved(v.Path):
			at.Fault("%q is a path of the exporter", v.Path)
		case paths[v.Path] != "":
			at.Fault("%q is the path of view %q already", v.Path, paths[v.Path])
		}
		paths[v.Path] = name
		l.selection(v, known)
		o := l.answer(v.answer, v.node, l.config.Healthcheck)
		o.Filter = collector.Filter{Names: v.Checks, Tags: v.Tags, Exclude: v.Exclude}
		o.IgnoreDrain, o.HideOutput = v.IgnoreDrain, v.HideOutput
		l.config.Views = append(l.config.Views, View{name, v.Path, at.Place().String(), o})
	}
}

var allowedPath = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^/[A-Za-z0-9._~/-]+$`) })

func cleanPath(p string) bool { return allowedPath().MatchString(p) && path.Clean(p) == p }

// reserved reports whether the exporter itself serves something at or below p.
func reserved(p string) bool {
	first, _, _ := strings.Cut(p[1:], "/")
	return slices.Contains([]string{"healthcheck", "environment", "metrics", "checks", "heartbeat", "-", "debug"}, first)
}

// selection reports names and tags that do not exist, and a view that selects
// nothing or leaves out what it names.
func (l *loading) selection(v view, known []check) {
	if v.node.Bad() || !l.named(known) {
		return
	}
	names := make([]string, len(known))
	var tags []string
	for i, c := range known {
		names[i] = c.Name
		tags = append(tags, c.Tags...)
	}
	good := l.exist(v.node.Get("checks"), v.Checks, names, "there is no check %q%s")
	good = l.exist(v.node.Get("tags"), v.Tags, tags, "no check has the tag %q%s") && good
	good = l.exist(v.node.Get("exclude"), v.Exclude, names, "there is no check %q%s") && good
	switch {
	case !good:
	case v.Checks != nil && len(v.Checks) == 0:
		if len(v.Tags)+len(v.Exclude) > 0 {
			v.node.Fault("checks: [] selects no check, so tags and exclude have no effect")
		}
	default:
		l.selects(v, known)
	}
}

// exist reports the words of a list that are unknown.
func (l *loading) exist(n *document.Node, words, known []string, format string) bool {
	good := true
	for i, item := range n.Items() {
		if i < len(words) && !slices.Contains(known, words[i]) {
			n.FaultAt(item, format, l.vault.hide(words[i]), l.meant(words[i], known))
			good = false
		}
	}
	return good
}

// selects reports a view that selects nothing or leaves out what it names.
func (l *loading) selects(v view, known []check) {
	left := 0
	for _, c := range known {
		tagged := len(v.Tags) == 0 || slices.ContainsFunc(c.Tags, func(tag string) bool { return slices.Contains(v.Tags, tag) })
		selected := tagged && !slices.Contains(v.Exclude, c.Name)
		switch i := slices.Index(v.Checks, c.Name); {
		case i >= 0 && !selected:
			at := v.node.Get("checks")
			at.FaultAt(at.Items()[i], "%q is left out by tags or exclude", c.Name)
			return
		case selected && (i >= 0 || v.Checks == nil):
			left++
		}
	}
	if left == 0 && len(v.Checks)+len(v.Tags)+len(v.Exclude) > 0 {
		v.node.Fault("selects no check (checks: [] selects none on purpose)")
	}
}
