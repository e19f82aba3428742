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

// frame returns the frame of the page of a check, or of all checks if check is
// empty.
func (p *pages) frame(rep collector.Report, title, check string) pageFrame {
	up := "" // to the page of all checks
	if check != "" {
		up = "../"
	}
	f := pageFrame{
		Title: title + " · " + p.hostname, Hostname: p.hostname,
		Style: p.style, Script: p.script,
		Banners: p.banners(rep, check),
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
