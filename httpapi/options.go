package httpapi

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"slices"

	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/scrub"
)

// A Reporter answers what is known of the checks that a filter selects; its
// only error is a wrapped [collector.ErrUnknownCheck]. It must be safe for
// concurrent use. *[collector.Collector] implements it.
type Reporter interface {
	Report(ctx context.Context, f collector.Filter) (collector.Report, error)
}

// A Format is a form in which a report is shown.
type Format string

// The formats, by the names that ?format= takes.
const (
	FormatJSON       Format = "json"        // as the Python library
	FormatText       Format = "text"        // a line for each check: [+] redis: redis ok
	FormatHealthJSON Format = "health+json" // draft-inadarei-api-health-check-06
	FormatPlain      Format = "plain"       // OK or NOT OK, the Python library without a formatter
)

// Formats returns all formats.
func Formats() []Format {
	return []Format{FormatJSON, FormatText, FormatHealthJSON, FormatPlain}
}

// An Answer is how one outcome is told.
type Answer struct {
	// Status is the HTTP status. Zero means 200 for a success and 500 for a
	// failure.
	Status int
	// Header is added to the answer's header; a name given here replaces ours.
	// A Content-Type is for the default format only, not for one that the
	// request asked for. Names that say where the body ends, such as
	// Content-Length, are not for the giving.
	Header http.Header
	// Body renders the report instead of the default format. It is called for
	// every answer, concurrently. When it fails or panics the answer is JSON,
	// with the same status. Nil means Options.Format.
	Body func(collector.Report) ([]byte, error)
}

// A Section is a member of the JSON that the user of the library or of the
// binary adds. It never changes the status.
type Section struct {
	// Name is the member's name; not that of a member which is there anyway.
	Name string
	// Value is shown when Func is nil: any value that encoding/json takes. It
	// is encoded once, when the handler is made.
	Value any
	// Func returns the value of an answer. It runs once at a time: who asks
	// while it runs gets the same value. After two seconds, the end of its
	// context, it is not waited for any longer; an error, a panic or a lack of
	// time is shown as {"error": …}.
	Func func(context.Context) (any, error)
}

// A Scrubber removes secrets from what a Section shows. It must be safe for
// concurrent use.
type Scrubber interface {
	// Name says whether a value of that name must be masked whole.
	Name(name string) bool
	// Text masks the secrets in a text.
	Text(text string) string
	// Tree masks the secrets in a value and encodes it as JSON.
	Tree(v any) json.RawMessage
}

// Options are the settings of [Healthcheck]. The zero value is useful.
type Options struct {
	// Success is the answer when the report passed or is degraded, Failed when
	// it failed.
	Success, Failed Answer
	// DrainingStatus replaces the status of Failed while the service is
	// drained. Zero means 503.
	DrainingStatus int
	// Format is shown to those who ask for none. Empty means JSON.
	Format Format
	// Sections follow the results in JSON, in this order.
	Sections []Section
	// Hostname is the "hostname" in JSON. Empty means this machine's.
	Hostname string
	// HideOutput leaves out what checks have said and measured, for listeners
	// that anybody reaches: "output" is empty, warnings and values are not
	// there. What Body is given is hidden from too.
	HideOutput bool
	// Scrub masks secrets in sections. Nil means the rules that always hold.
	Scrub Scrubber
}

// withDefaults fills in what is zero, and puts right what Validate rejects.
func (o Options) withDefaults() Options {
	o.Success.Status = statusOr(o.Success.Status, http.StatusOK)
	o.Failed.Status = statusOr(o.Failed.Status, http.StatusInternalServerError)
	o.DrainingStatus = statusOr(o.DrainingStatus, http.StatusServiceUnavailable)
	if !slices.Contains(Formats(), o.Format) {
		o.Format = FormatJSON
	}
	if o.Hostname == "" {
		o.Hostname, _ = os.Hostname() // Without a name the member is empty.
	}
	if o.Scrub == nil {
		o.Scrub = scrub.New(scrub.Rules{})
	}
	var sections []Section
	for _, s := range o.Sections {
		if validSection(sections, s.Name) == nil {
			sections = append(sections, s)
		}
	}
	o.Sections = sections
	return o
}

func statusOr(status, whenWrong int) int {
	if !validStatus(status) {
		return whenWrong
	}
	return status
}
