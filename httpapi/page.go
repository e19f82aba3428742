package httpapi

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"os"
	"strings"

	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/scrub"
)

//go:embed page
var pageFiles embed.FS

var typeHTML = []string{"text/html; charset=utf-8"}

// Page returns a handler that shows a page for people: all checks, with those
// that need attention first, and a filter in the query (?q= text, ?state=,
// ?tag=, ?label=name=value). It answers GET and HEAD with 200 in any state of
// the checks. The names link to "checks/{check}", relative to the page: see
// [CheckPage]. A short script refreshes the page every five seconds while it is
// visible; without scripts the page is complete.
//
// If r has the methods Runs and Transitions of a [collector.Collector], the
// page shows the last runs of each check that needs attention.
func Page(r Reporter, o PageOptions) http.Handler {
	p := newPages(r, o)
	return p.handler("page", func(rep collector.Report, req *http.Request) (any, error) {
		return p.overview(rep, req), nil
	})
}

// CheckPage returns a handler that shows one check, by the name below prefix or
// the router's wildcard {check}. Mount it at "checks/" beside the page. With a
// [collector.Collector] as r it shows the last runs, the changes of state and
// the definition too. A browser that asks for an unknown check gets a page that
// says so, with status 404; any other client gets the error as JSON.
func CheckPage(r Reporter, prefix string, o PageOptions) http.Handler {
	p := newPages(r, o)
	prefix = cleanPrefix(prefix)
	return p.handler("check", func(rep collector.Report, req *http.Request) (any, error) {
		name, ok := named(req, prefix, "check")
		if !ok || name == "" {
			return nil, errNothingThere
		}
		for _, result := range rep.Results {
			if result.Check == name {
				return p.detail(rep, result, req), nil
			}
		}
		return nil, unknownCheck{name}
	})
}

// pages holds the data that the two pages share.
type pages struct {
	all       selection
	known     knowledge
	o         PageOptions
	hostname  string
	templates *template.Template
	style     template.CSS
	script    template.JS
	policy    []string
}

func newPages(r Reporter, o PageOptions) *pages {
	if isNil(r) {
		r = nil
	}
	o.Scrubber = cmp.Or(o.Scrubber, scrub.New(scrub.Rules{}))
	style, script := mustReadPage("page.css"), mustReadPage("page.js")
	p := &pages{
		all: selection{reporter: r}, known: knowledge{r}, o: o,
		templates: template.Must(template.ParseFS(pageFiles, "page/*.html")), // Constants: they parse, or no test passes.
		style:     template.CSS(style),                                       //nolint:gosec // A constant of ours.
		script:    template.JS(script),                                       //nolint:gosec // A constant of ours.
		policy: []string{"default-src 'none'; style-src " + sourceHash(style) + "; script-src " + sourceHash(script) +
			"; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"},
	}
	if p.hostname = o.Hostname; p.hostname == "" {
		p.hostname, _ = os.Hostname() // Without a name the title has none.
	}
	return p
}

// mustReadPage reads an embedded file.
func mustReadPage(name string) string {
	b, err := pageFiles.ReadFile("page/" + name)
	if err != nil {
		panic(err) // The file is part of the program.
	}
	return string(b)
}

// sourceHash lets a browser take the inline style or script with that content.
func sourceHash(content string) string {
	hash := sha256.Sum256([]byte(content))
	return "'sha256-" + base64.StdEncoding.EncodeToString(hash[:]) + "'"
}

// handler returns a handler that executes a template with the result of view
// for a report of all checks.
func (p *pages) handler(name string, view func(collector.Report, *http.Request) (any, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header["Cache-Control"] = noStore
		header["X-Content-Type-Options"] = noSniff
		header["Content-Security-Policy"] = p.policy
		header["Referrer-Policy"] = sameOrigin
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			refuseMethod(w, r, allowRead)
			return
		}
		rep, err := p.all.report(r.Context(), collector.Filter{})
		var data any
		if err == nil {
			data, err = view(rep, r)
		}
		status, show := http.StatusOK, name
		if unknown, is := errors.AsType[unknownCheck](err); is && forPerson(r) {
			status, show, err = http.StatusNotFound, "unknown", nil
			data = p.unknown(rep, unknown.name)
		}
		if err != nil {
			refuse(w, r, statusOf(err), err)
			return
		}
		var b bytes.Buffer
		if err := p.templates.ExecuteTemplate(&b, show, data); err != nil {
			refuse(w, r, http.StatusInternalServerError, err)
			return
		}
		send(w, r, status, typeHTML, nil, b.Bytes())
	})
}

// An unknownCheck is the error of a page for a check that does not exist.
type unknownCheck struct{ name string }

// Error implements error.
func (u unknownCheck) Error() string {
	return fmt.Sprintf("%v %q", collector.ErrUnknownCheck, quoted(u.name))
}

// Unwrap makes it a [collector.ErrUnknownCheck].
func (unknownCheck) Unwrap() error { return collector.ErrUnknownCheck }

// An unknownPage is what a browser shows for an unknown check.
type unknownPage struct {
	pageFrame
	Name string
}

func (p *pages) unknown(rep collector.Report, name string) unknownPage {
	frame := p.frame(rep, "not found", "../")
	frame.Script = "" // There is nothing to refresh.
	return unknownPage{frame, quoted(name)}
}

// forPerson reports whether the client is a browser that shows its answer.
func forPerson(r *http.Request) bool {
	return strings.Contains(r.Header.Get("Accept"), "text/html")
}

// trusted reports whether a request may see what only operators may see.
func (p *pages) trusted(r *http.Request) bool { return p.o.Trusted != nil && p.o.Trusted(r) }
