package httpapi

import (
	"net/http"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/scrub"
)

// PageOptions are the settings of [Page] and [CheckPage]. The zero value is
// useful. The functions are called for each answer, concurrently; nil means that
// there is nothing to show.
type PageOptions struct {
	// Hostname is the name in the title. Empty means the name of this machine.
	Hostname string
	// Links lead to other paths. A path that does not begin with a slash is
	// relative to the page of all checks.
	Links []Link
	// Footer are short facts about the program, such as its version.
	Footer []string
	// Started is when the program started. Zero shows no uptime.
	Started time.Time
	// Banners returns messages that a person must see in addition to the
	// checks, such as a failed reload.
	Banners func() []string
	// Events returns what has happened to the program, in any order. Pages show
	// the events that came shortly before a failure.
	Events func() []Event

	// Trusted reports whether a request may see what only operators may see:
	// evidence, settings, pollers, the arguments of programs. Nil means that no
	// request may.
	Trusted func(*http.Request) bool
	// Pollers returns the programs that ask, shown to trusted requests.
	Pollers func() []Poller
	// Settings returns the settings of a check as YAML without secrets, shown to
	// trusted requests. Empty means that the settings are unknown.
	Settings func(check string) string
	// RunNow returns the path below which a POST to the name of a check runs that
	// check, or an empty string if the request may not do so: its page has then
	// no button.
	RunNow func(*http.Request) string

	// PrometheusURL is the address of a Prometheus: the queries on the pages
	// link to it. Empty shows them as text.
	PrometheusURL string
	// Scrubber masks secrets in what a collector has not scrubbed: commands,
	// names of programs, banners. Nil means a new one with the built-in rules;
	// usually it should be the scrubber of the collector.
	Scrubber *scrub.Scrubber
}

// A Link is a path that a page leads to.
type Link struct {
	Path string // such as /metrics
	Text string // what is there, in a few words
}

// An Event is something that happened to the program and may explain a failure:
// a start, a reload, a drain.
type Event struct {
	Time time.Time
	Text string // such as "the configuration was reloaded"
	// Keys are the settings that changed, such as checks.db.timeout.
	Keys []string
}
