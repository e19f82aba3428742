package httpapi

import (
	"errors"
	"fmt"
	"hash/maphash"
	"maps"
	"net/http"
	"reflect"
	"sync"

	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
)

// A Handler answers with the reports of a [Reporter]. [Healthcheck], [Live] and
// [Ready] make handlers; the zero value answers 500. A Handler is safe for
// concurrent use.
type Handler struct {
	selection                selection
	views                    map[string]*Handler
	prefix                   string
	unknown                  int
	format                   Format
	hide                     bool
	trusted                  func(*http.Request) bool // nil: nobody
	success, failed, drained outcome
	forms                    [formCount]form
	sections                 *sections
	kept                     renderings
	seed                     maphash.Seed
	heads                    sync.Pool // of *[]byte
}

// Healthcheck returns a handler that shows the reports of r: all checks, or a
// selection by ?check=, ?exclude= and ?tag=. Mount it at any path; it reads the
// name of one check from the path only if [Options.Prefix] or the router's
// wildcard {check} says where the name begins. It answers GET, HEAD and OPTIONS
// (haproxy's default); OPTIONS gets the same answer as GET.
//
// Defaults replace faulty settings: see [Options.Validate]. With a nil Reporter
// every answer is 500.
func Healthcheck(r Reporter, o Options) *Handler {
	o = o.withDefaults()
	sections := newSections(o.Sections, o.Scrubber)
	if isNil(r) {
		r = nil
	}
	h := &Handler{
		selection: newSelection(r, o), views: maps.Clone(o.Views),
		prefix: o.Prefix, unknown: o.UnknownStatus,
		format: o.Format, hide: o.HideOutput, trusted: o.Trusted,
		success:  newOutcome(o.Success, jsonHead(o.Hostname, "success"), "OK"),
		failed:   newOutcome(o.Failed, jsonHead(o.Hostname, "failure"), "NOT OK"),
		sections: sections,
		seed:     maphash.MakeSeed(),
	}
	drained := o.Failed
	drained.Status = o.DrainingStatus
	h.drained = newOutcome(drained, jsonHead(o.Hostname, "failure"), "NOT OK")
	h.forms = [formCount]form{
		formJSON:    &jsonForm{hide: o.HideOutput, tail: sections.tail()},
		formVerbose: &jsonForm{hide: o.HideOutput, tail: sections.tail(), verbose: true},
		formText:    &textForm{hide: o.HideOutput},
		formHealth:  &healthForm{hide: o.HideOutput, serviceID: o.Scrubber.Text(o.ServiceID), version: o.Scrubber.Text(o.Version)},
		formNagios:  &nagiosForm{hide: o.HideOutput},
	}
	h.forms[formEvidence] = h.forms[formVerbose]
	if evidence, ok := r.(EvidenceReporter); ok && !o.HideOutput {
		h.forms[formEvidence] = &jsonForm{tail: sections.tail(), verbose: true, evidence: evidence}
	}
	return h
}

// Live returns a handler for liveness probes: draining does not change its
// answers, because a drained process must not be killed. With the zero
// Options.Filter it ignores all checks and passes for as long as it is served;
// set Filter to the checks that only a restart can repair.
func Live(r Reporter, o Options) *Handler {
	f := &o.Filter
	if len(f.Names)+len(f.Exclude)+len(f.Tags) == 0 {
		f.Names = []string{}
	}
	o.IgnoreDrain = true
	return Healthcheck(r, o)
}

// Ready returns a handler for readiness probes: it fails while the service is
// drained or if a check that is selected by Options.Filter and not optional has
// not passed.
func Ready(r Reporter, o Options) *Handler {
	o.IgnoreDrain = false
	return Healthcheck(r, o)
}

// isNil reports whether v is nil or a nil pointer.
func isNil(v any) bool {
	if v == nil {
		return true
	}
	value := reflect.ValueOf(v)
	return value.Kind() == reflect.Pointer && value.IsNil()
}

// The numbers of the forms whose renderings are kept.
const (
	formJSON = iota
	formVerbose
	formEvidence // verbose, for trusted requests
	formText
	formHealth
	formNagios
	formCount
)

// formNumber returns the number of the form for a format. FormatPlain has no
// number.
func formNumber(f Format, verbose bool) uint64 {
	switch {
	case f == FormatText:
		return formText
	case f == FormatHealthJSON:
		return formHealth
	case f == FormatNagios:
		return formNagios
	case verbose:
		return formVerbose
	}
	return formJSON
}

// ServeHTTP implements [http.Handler].
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) { h.ServeEpoch(w, r, 0) }

// ServeEpoch answers like ServeHTTP if the report has that epoch. Otherwise it
// writes nothing and returns false: the set of checks was replaced after the
// caller chose this handler, and the caller tries the handler of the newer set.
// The epoch 0, of the caller or of a report, matches any other.
func (h *Handler) ServeEpoch(w http.ResponseWriter, r *http.Request, epoch uint64) bool {
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodOptions:
	default:
		setHealthHeader(w.Header())
		refuseMethod(w, r, allowHealth)
		return true
	}
	q, err := parseRequest(r, h.prefix, h.seed)
	var rep collector.Report
	if err == nil && q.hasView {
		h, err = h.view(q.view)
	}
	if err == nil {
		rep, err = h.selection.report(r.Context(), q.filter)
	}
	if epoch != 0 && rep.Epoch != 0 && rep.Epoch != epoch {
		return false
	}
	setHealthHeader(w.Header())
	if r.Method == http.MethodOptions {
		w.Header()["Allow"] = allowHealth
	}
	if err != nil {
		refuse(w, r, h.statusOf(err), err)
		return true
	}
	h.answer(w, r, &q, rep)
	return true
}

// view returns the handler of that view, or h itself with an error.
func (h *Handler) view(name string) (*Handler, error) {
	if v := h.views[name]; v != nil {
		return v, nil
	}
	return h, fmt.Errorf("%w %q", errUnknownView, quoted(name))
}

// setHealthHeader sets the header fields that every answer has.
func setHealthHeader(header http.Header) {
	header["Cache-Control"] = noStore
	header["X-Content-Type-Options"] = noSniff
	varyByAccept(header)
}

// statusOf returns the HTTP status for err.
func (h *Handler) statusOf(err error) int {
	status := statusOf(err)
	if status == http.StatusNotFound && h.unknown != 0 {
		return h.unknown
	}
	return status
}

// statusOf returns the HTTP status for err of a handler without settings.
func statusOf(err error) int {
	if errors.Is(err, collector.ErrUnknownCheck) || errors.Is(err, errUnknownView) || errors.Is(err, errNothingThere) {
		return http.StatusNotFound
	}
	if _, ok := errors.AsType[badRequest](err); ok {
		return http.StatusBadRequest
	}
	return http.StatusInternalServerError
}

func (h *Handler) answer(w http.ResponseWriter, r *http.Request, q *request, rep collector.Report) {
	o := h.outcome(rep)
	for _, line := range o.header {
		w.Header()[line.key] = line.values
	}
	format := q.format
	if format == "" {
		if body, ok := h.custom(o, rep); ok {
			send(w, r, o.status, orElse(o.contentType, typeJSON), nil, body)
			return
		}
		format = h.format
	}
	contentType := orElse(o.contentType, contentTypeOf(format))
	if q.format != "" || o.body != nil {
		contentType = contentTypeOf(format) // The configured type is for the default format.
	}
	if format == FormatPlain {
		send(w, r, o.status, contentType, nil, o.plain)
		return
	}
	n := formNumber(format, q.verbose)
	if n == formVerbose && h.trusted != nil && h.trusted(r) {
		n = formEvidence
	}
	kept := h.kept.get(n, h.forms[n], rep, q)
	switch n {
	case formJSON, formVerbose, formEvidence:
		h.answerJSON(w, r, o, contentType, kept, rep)
		return
	}
	send(w, r, o.status, contentType, &kept.length, kept.body)
}

// answerJSON writes the kept rendering, with the time of this answer before it
// and the sections with functions after it.
func (h *Handler) answerJSON(w http.ResponseWriter, r *http.Request, o *outcome, contentType []string, kept *rendering, rep collector.Report) {
	var tail []byte
	if h.sections.dynamic {
		tail = h.sections.call(r.Context())
	}
	head, ok := h.heads.Get().(*[]byte)
	if !ok {
		head = new([]byte)
	}
	*head = appendFloat(append((*head)[:0], o.head...), unixSeconds(rep.Time))
	if len(*head)+len(kept.body)+len(tail) <= joined { // One write is cheaper than three until copying costs more.
		*head = append(append(*head, kept.body...), tail...)
		send(w, r, o.status, contentType, &kept.length, *head)
	} else {
		send(w, r, o.status, contentType, &kept.length, *head, kept.body, tail)
	}
	h.heads.Put(head)
}

// joined is the size up to which the parts of an answer are joined before the
// write, in bytes: the size of net/http's own buffer for a connection.
const joined = 4 << 10

func (h *Handler) outcome(rep collector.Report) *outcome {
	switch {
	case rep.Draining != "":
		return &h.drained
	case rep.Status == collector.StatusFailed:
		return &h.failed
	}
	return &h.success
}

// custom calls Answer.Body. It reports false if Body is nil or failed.
func (h *Handler) custom(o *outcome, rep collector.Report) (body []byte, ok bool) {
	if o.body == nil {
		return nil, false
	}
	if h.hide {
		rep = hidden(rep)
	}
	defer func() {
		if recover() != nil {
			body, ok = nil, false
		}
	}()
	body, err := o.body(rep)
	return body, err == nil
}

// hidden returns rep without the outputs and values of its checks.
func hidden(rep collector.Report) collector.Report {
	results := make([]*collector.Result, len(rep.Results))
	for i, r := range rep.Results {
		c := *r
		c.Output, c.Warning, c.Values = "", "", nil
		c.Value, c.Description, c.Runbook = nil, "", ""
		if c.Muted != nil {
			c.Muted = &collector.Mute{Until: c.Muted.Until}
		}
		results[i] = &c
	}
	rep.Results, rep.Version = results, 0
	return rep
}
