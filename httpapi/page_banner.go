package httpapi

import (
	"fmt"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
)

// A pageBanner is a message that a person must see before the checks.
type pageBanner struct{ Class, Text string }

// maxMuteBanners is how many muted checks have a banner of their own.
const maxMuteBanners = 5

// banners returns the messages of a report and those of the program. On the page
// of one check, the others' mutes are left out; empty is the page of all checks.
func (p *pages) banners(rep collector.Report, check string) (all []pageBanner) {
	add := func(class, format string, a ...any) { all = append(all, pageBanner{class, fmt.Sprintf(format, a...)}) }
	if rep.Draining != "" {
		add("fail", "Drained%s: %s", byWhom(rep.DrainingBy, rep.DrainingUntil, rep.Time), rep.Draining)
	}
	if p.o.Banners != nil {
		for _, text := range p.o.Banners() {
			add("warn", "%s", p.o.Scrubber.Text(text))
		}
	}
	muted, unknown, unchecked := 0, 0, 0
	for _, r := range rep.Results {
		if r.Muted != nil && (check == "" || r.Check == check) {
			if muted++; muted <= maxMuteBanners {
				add("warn", "%s is muted%s: %s", r.Check, byWhom(r.Muted.By, r.Muted.Until, rep.Time), r.Muted.Reason)
			}
		}
		if r.State == collector.StateUnknown {
			unknown++
		}
		if notChecked(r) {
			unchecked++
		}
	}
	switch more := muted - maxMuteBanners; {
	case more == 1:
		add("warn", "1 more check is muted.")
	case more > 1:
		add("warn", "%d more checks are muted.", more)
	}
	switch {
	case unchecked > 0:
		add("wait", "Starting: %d of %d checks have no result yet.", unchecked, len(rep.Results))
	case unknown > 0:
		add("wait", "Behind: the results of %d of %d checks have expired and their runs have not ended.", unknown, len(rep.Results))
	}
	return all
}

// byWhom says who made a decision, and until when; both may be unknown.
func byWhom(who string, until, now time.Time) string {
	text := ""
	if who != "" {
		text += " by " + who
	}
	if !until.IsZero() {
		text += " until " + utc(until) + " (" + age(until.Sub(now)) + " left)"
	}
	return text
}
