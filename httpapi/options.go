package httpapi

import (
	"context"
	"net/http"
	"os"
	"slices"
	"strings"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/scrub"
)

// A Reporter reports on the checks that a filter selects. It must be safe for
// concurrent use. *[collector.Collector] implements it.
//
// A handler answers 404 if the error wraps [collector.ErrUnknownCheck], and 500
// for any other error. It keeps its renderings for reports with the same
// nonzero [collector.Report.Version]. A Reporter of your own must therefore
// give different reports different versions that are unique in the process, or
// leave the version 0, which disables keeping. A Reporter that passes on
// reports of several collectors may leave their versions as they are. Handlers
// never change a report.
type Reporter interface {
	Report(ctx context.Context, f collector.Filter) (collector.Report, error)
}

// An EvidenceReporter is a Reporter that also has the evidence of failed runs,
// fit to be shown. *[collector.Collector] implements it. A check's evidence must
// change only together with its result.
type EvidenceReporter interface {
	Evidence(check string) (last, first *checks.Evidence)
}

// A Format names a form of a report.
type Format string

// The formats, by the names that ?format= takes.
const (
	FormatJSON       Format = "json"        // as the Python library
	FormatText       Format = "text"        // a line for each check: [+] redis: redis ok
	FormatHealthJSON Format = "health+json" // draft-inadarei-api-health-check-06
	FormatPlain      Format = "plain"       // OK or NOT OK, the Python library without a formatter: also its application/json
	FormatNagios     Format = "nagios"      // the line of a Nagios plugin: OK - 3 checks passed | …
)

// Formats returns all formats.
func Formats() []Format {
	return []Format{FormatJSON, FormatText, FormatHealthJSON, FormatPlain, FormatNagios}
}

// formatNames lists the formats for an error.
func formatNames() string {
	names := make([]string, 0, len(Formats()))
	for _, f := range Formats() {
		names = append(names, string(f))
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " or " + names[last]
}

// An Answer describes the HTTP response for one outcome.
type Answer struct {
	// Status is the HTTP status. Zero means 200 for a success and 500 for a
	// failure.
	Status int
	// Header is added to the header of the answer and replaces ours where the
	// names are equal. Content-Type applies to the default format only, not to
	// one that the request asked for. Names that frame the body, such as
	// Content-Length, are ignored.
	Header http.Header
	// Body renders the report instead of the default format. It is called for
	// every answer, concurrently. If it returns an error or panics, the answer
	// is JSON with the same status. Nil means Options.Format.
	Body func(collector.Report) ([]byte, error)
}

// A Section is a member that the user of the library or of the binary adds to
// the JSON. It never changes the status.
type Section struct {
	// Name is the name of the member. It must differ from the fixed members.
	Name string
	// Value is the value of the member if Func is nil: any value that
	// encoding/json takes. It is encoded once, when the handler is made.
	Value any
	// Func returns the value for an answer. At most one call is under way at a
	// time; answers that need the value meanwhile share its result. An answer
	// waits at most two seconds, when the context of the call ends. An error, a
	// panic or a timeout is shown as {"error": …}.
	Func func(context.Context) (any, error)
}

// Options are the settings of [Healthcheck]. The zero value is useful.
type Options struct {
	// Prefix is the path below which the handler reads the name of a check:
	// with "/healthcheck", /healthcheck shows all checks, /healthcheck/redis
	// shows one, and any other path is 404. With an empty Prefix the handler
	// shows all checks at any path, unless the router's pattern has a wildcard
	// {check} that fills [http.Request.PathValue].
	Prefix string
	// Filter limits the handler to some checks; requests can only narrow it.
	// The zero value means all checks. If Names is empty but not nil, the
	// handler has no checks: it passes unless the service is drained.
	Filter collector.Filter
	// Views are further handlers by name: ?view=live gets the answer of the
	// handler "live", which reads the rest of the request as this one does. A
	// view that is not in Views gets UnknownStatus.
	Views map[string]*Handler
	// IgnoreDrain answers as if the service were not drained.
	IgnoreDrain bool

	// Success describes the answer if the report passed or is degraded, Failed
	// if it failed.
	Success, Failed Answer
	// DrainingStatus replaces the status of Failed while the service is
	// drained. Zero means 503.
	DrainingStatus int
	// UnknownStatus is the status for a check, tag or view that does not exist.
	// Zero means 404. haproxy with "http-check disable-on-404" takes 404 for a
	// drained server; it needs 500 here.
	UnknownStatus int
	// Format is the format for requests that ask for none. Empty means JSON.
	Format Format
	// Sections follow the results in JSON, in this order.
	Sections []Section
	// Hostname is the "hostname" in JSON. Empty means the name of this machine.
	Hostname string
	// ServiceID and Version are "serviceId" and "version" in health+json: the
	// name of the service and its public version. Empty means that the member
	// is absent.
	ServiceID, Version string
	// HideOutput leaves out the outputs and values of checks, for listeners
	// that every client can reach: "output" is empty, and warnings, values,
	// descriptions and runbooks are absent. Body gets a report without them
	// too.
	HideOutput bool
	// Trusted reports whether a request may see the evidence of failed runs, the
	// member "evidence" of "?verbose", if the Reporter has it (see
	// [EvidenceReporter]): addresses, certificates, the beginning of replies,
	// standard error. It is called concurrently. [Access.Allows] trusts the
	// clients that /environment answers. Nil means that no request may see it.
	// With HideOutput no request may see it either.
	Trusted func(*http.Request) bool
	// Scrubber masks secrets in sections. Nil means a new one with the built-in
	// rules; usually it should be the scrubber of the collector.
	Scrubber *scrub.Scrubber
}

// withDefaults fills in zero fields and replaces what Validate rejects.
func (o Options) withDefaults() Options {
	o.Success.Status = statusOr(o.Success.Status, http.StatusOK)
	o.Failed.Status = statusOr(o.Failed.Status, http.StatusInternalServerError)
	o.DrainingStatus = statusOr(o.DrainingStatus, http.StatusServiceUnavailable)
	o.UnknownStatus = statusOr(o.UnknownStatus, http.StatusNotFound)
	o.Prefix = cleanPrefix(o.Prefix)
	if !slices.Contains(Formats(), o.Format) {
		o.Format = FormatJSON
	}
	if o.Hostname == "" {
		o.Hostname, _ = os.Hostname() // Without a name the member is empty.
	}
	if o.Scrubber == nil {
		o.Scrubber = scrub.New(scrub.Rules{})
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
