package httpapi

import (
	"html/template"
	"strings"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
)

// A pageFrame is the content that both pages show around the checks.
type pageFrame struct {
	Title, Hostname string
	Style           template.CSS
	Script          template.JS
	Banners         []pageBanner
	Links           []Link
	Footer          []string
	Now, Clock      string
}

// frame returns the frame of a page. Up is the relative path from the page to
// the page of all checks.
func (p *pages) frame(rep collector.Report, title, up string) pageFrame {
	f := pageFrame{
		Title: title + " · " + p.hostname, Hostname: p.hostname,
		Style: p.style, Script: p.script,
		Banners: p.banners(rep),
		Footer:  p.o.Footer,
		Now:     rep.Time.UTC().Format(time.RFC3339), Clock: clock(rep.Time),
	}
	for _, l := range p.o.Links {
		if !strings.HasPrefix(l.Path, "/") {
			l.Path = up + l.Path
		}
		f.Links = append(f.Links, l)
	}
	if !p.o.Started.IsZero() {
		f.Footer = append(f.Footer[:len(f.Footer):len(f.Footer)], "up "+age(rep.Time.Sub(p.o.Started)))
	}
	return f
}
