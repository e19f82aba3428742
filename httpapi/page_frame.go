package httpapi

import (
	"fmt"
	"html/template"
	"strconv"
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

type pageBanner struct{ Class, Text string }

// frame returns the frame of a page. Up is the relative path from the page to
// the page of all checks.
func (p *pages) frame(rep collector.Report, title, up string) pageFrame {
	f := pageFrame{
		Title: title + " · " + p.hostname, Hostname: p.hostname,
		Style: p.style, Script: p.script,
		Footer: p.o.Footer,
		Now:    rep.Time.UTC().Format(time.RFC3339), Clock: clock(rep.Time),
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
	if rep.Draining != "" {
		f.Banners = append(f.Banners, pageBanner{"fail", "Drained" + byWhom(rep.DrainingBy, rep.DrainingUntil) + ": " + rep.Draining})
	}
	for _, r := range rep.Results {
		if r.Muted != nil {
			f.Banners = append(f.Banners, pageBanner{"warn", r.Check + " is muted" + byWhom(r.Muted.By, r.Muted.Until) + ": " + r.Muted.Reason})
		}
	}
	if n := unknown(rep); n > 0 {
		f.Banners = append(f.Banners, pageBanner{"wait", fmt.Sprintf("Starting, or behind: %d of %d checks have no result that is fresh.", n, len(rep.Results))})
	}
	if p.o.Banners != nil {
		for _, text := range p.o.Banners() {
			f.Banners = append(f.Banners, pageBanner{"warn", text})
		}
	}
	return f
}

// byWhom says who made a decision, and until when; both may be unknown.
func byWhom(who string, until time.Time) string {
	text := ""
	if who != "" {
		text += " by " + who
	}
	if !until.IsZero() {
		text += " until " + until.UTC().Format(time.DateTime) + " UTC"
	}
	return text
}

// unknown counts the checks whose state is unknown.
func unknown(rep collector.Report) (n int) {
	for _, r := range rep.Results {
		if r.State == collector.StateUnknown {
			n++
		}
	}
	return n
}

// clock writes a time of day in UTC.
func clock(t time.Time) string { return t.UTC().Format("15:04:05 UTC") }

// A pageMoment is a time in the past.
type pageMoment struct{ At, Ago string }

// moment returns how long before now t was, or nil for no time.
func moment(t, now time.Time) *pageMoment {
	if t.IsZero() {
		return nil
	}
	return &pageMoment{t.UTC().Format(time.RFC3339), age(now.Sub(t))}
}

// took writes the duration of a run in about three digits; nothing for a check
// that has not run.
func took(d time.Duration) string {
	switch {
	case d <= 0:
		return ""
	case d < time.Millisecond:
		return d.Round(time.Microsecond).String()
	case d < time.Second:
		return d.Round(100 * time.Microsecond).String()
	}
	return d.Round(10 * time.Millisecond).String()
}

// age writes how long ago something was, to the second, the minute or the hour.
func age(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d < time.Minute:
		return max(d, 0).Round(time.Second).String()
	case d < time.Hour:
		return strings.TrimSuffix(d.Round(time.Minute).String(), "0s")
	case d < 2*day:
		return strings.TrimSuffix(d.Round(time.Hour).String(), "0m0s")
	}
	return strconv.Itoa(int(d/day)) + "d"
}
