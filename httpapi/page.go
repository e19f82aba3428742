package httpapi

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"net/http"
	"os"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
)

// PageOptions are the settings of [Page] and [CheckPage]. The zero value is
// useful.
type PageOptions struct {
	// Links lead to other paths. A path that does not begin with a slash is
	// relative to the page of all checks.
	Links []Link
	// Footer are short facts about the program, such as its version.
	Footer []string
	// Started is when the program started. Zero shows no uptime.
	Started time.Time
	// Banners returns messages that a person must see in addition to the
	// checks, such as a failed reload. It is called for each answer,
	// concurrently. Nil means no banners.
	Banners func() []string
}

// A Link is a path that a page leads to.
type Link struct {
	Path string // such as /metrics
	Text string // what is there, in a few words
}

//go:embed page
var pageFiles embed.FS

var typeHTML = []string{"text/html; charset=utf-8"}

// Page returns a handler that shows a page for people: all checks, with those
// that need attention first, and a filter in the query (?q= text, ?state=,
// ?tag=). It answers GET and HEAD with 200 in any state of the checks. The
// names link to "checks/{check}", relative to the page: see [CheckPage]. A
// short script refreshes the page every five seconds while it is visible;
// without scripts the page is complete.
func Page(r Reporter, o PageOptions) http.Handler {
	p := newPages(r, o)
	return p.handler("page", func(rep collector.Report, req *http.Request) (any, error) {
		return p.overview(rep, newPageFilter(req.URL.Query())), nil
	})
}

// CheckPage returns a handler that shows one check, by the name below prefix or
// the router's wildcard {check}. Mount it at "checks/" beside the page.
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
				return p.detail(rep, result), nil
			}
		}
		return nil, fmt.Errorf("%w %q", collector.ErrUnknownCheck, quoted(name))
	})
}

// pages holds the data that the two pages share.
type pages struct {
	all       selection
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
	style, script := mustReadPage("page.css"), mustReadPage("page.js")
	p := &pages{
		all: selection{reporter: r}, o: o,
		templates: template.Must(template.New("").Parse(mustReadPage("page.html"))), // A constant: it parses, or no test passes.
		style:     template.CSS(style),                                              //nolint:gosec // A constant of ours.
		script:    template.JS(script),                                              //nolint:gosec // A constant of ours.
		policy: []string{"default-src 'none'; style-src " + sourceHash(style) + "; script-src " + sourceHash(script) +
			"; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"},
	}
	p.hostname, _ = os.Hostname() // Without a name the title has none.
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
		header["Referrer-Policy"] = noReferrer
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			refuseMethod(w, r, allowRead)
			return
		}
		rep, err := p.all.report(r.Context(), collector.Filter{})
		var data any
		if err == nil {
			data, err = view(rep, r)
		}
		if err != nil {
			refuse(w, r, statusOf(err), err)
			return
		}
		var b bytes.Buffer
		if err := p.templates.ExecuteTemplate(&b, name, data); err != nil {
			refuse(w, r, http.StatusInternalServerError, err)
			return
		}
		send(w, r, http.StatusOK, typeHTML, nil, b.Bytes())
	})
}
