package httpapi

import (
	"errors"
	"hash/maphash"
	"net/http"
	"sync"

	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
)

// Healthcheck shows what r reports: all checks at its own path, one check at
// /healthcheck/{check}, a selection with ?check=, ?exclude= and ?tag=. It
// answers GET, HEAD and OPTIONS (haproxy's default), and OPTIONS as GET.
//
// It is mounted at /healthcheck and /healthcheck/, or below any other path
// (the check is what follows the segment "healthcheck", else what follows the
// mux's pattern), or is the handler of a whole server.
// What is wrong in o is replaced by its default: see [Options.Validate].
func Healthcheck(r Reporter, o Options) http.Handler {
	o = o.withDefaults()
	sections := newSections(o.Sections, o.Scrub)
	h := &health{
		reporter: r,
		format:   o.Format,
		hide:     o.HideOutput,
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
		formHealth:  &healthForm{hide: o.HideOutput},
	}
	return h
}

// The numbers of the forms that are kept.
const (
	formJSON = iota
	formVerbose
	formText
	formHealth
	formCount
)

type health struct {
	reporter                 Reporter
	format                   Format
	hide                     bool
	success, failed, drained outcome
	forms                    [formCount]form
	sections                 *sections
	kept                     renderings
	seed                     maphash.Seed
	heads                    sync.Pool // of *[]byte
}

func (h *health) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header["Cache-Control"] = noStore
	header["X-Content-Type-Options"] = noSniff
	varyByAccept(header)
	switch r.Method {
	case http.MethodGet, http.MethodHead:
	case http.MethodOptions:
		header["Allow"] = allowHealth
	default:
		refuseMethod(w, r, allowHealth)
		return
	}
	q, err := parseRequest(r, h.seed)
	if err != nil {
		refuse(w, r, statusOf(err), err)
		return
	}
	rep, err := h.reporter.Report(r.Context(), q.filter)
	if err != nil {
		refuse(w, r, statusOf(err), err)
		return
	}
	h.answer(w, r, &q, rep)
}

// statusOf returns the HTTP status that says err.
func statusOf(err error) int {
	if errors.Is(err, collector.ErrUnknownCheck) || errors.Is(err, errNothingThere) {
		return http.StatusNotFound
	}
	if _, ok := errors.AsType[badRequest](err); ok {
		return http.StatusBadRequest
	}
	return http.StatusInternalServerError
}

func (h *health) answer(w http.ResponseWriter, r *http.Request, q *request, rep collector.Report) {
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
		contentType = contentTypeOf(format) // The configured type is not for this one.
	}
	switch format {
	case FormatText:
		kept := h.kept.get(formText, h.forms[formText], rep, q)
		send(w, r, o.status, contentType, &kept.length, kept.body)
	case FormatHealthJSON:
		kept := h.kept.get(formHealth, h.forms[formHealth], rep, q)
		send(w, r, o.status, contentType, &kept.length, kept.body)
	case FormatPlain:
		send(w, r, o.status, contentType, nil, o.plain)
	default:
		h.answerJSON(w, r, o, contentType, q, rep)
	}
}

// answerJSON writes what was rendered before, with the moment of this answer
// and the sections that are asked for every answer.
func (h *health) answerJSON(w http.ResponseWriter, r *http.Request, o *outcome, contentType []string, q *request, rep collector.Report) {
	n := uint64(formJSON)
	if q.verbose {
		n = formVerbose
	}
	kept := h.kept.get(n, h.forms[n], rep, q)
	var tail []byte
	if h.sections.dynamic {
		tail = h.sections.call(r.Context())
	}
	head, ok := h.heads.Get().(*[]byte)
	if !ok {
		head = new([]byte)
	}
	*head = appendFloat(append((*head)[:0], o.head...), unixSeconds(rep.Time))
	if len(*head)+len(kept.body)+len(tail) <= joined { // One write is cheaper than three, until copying is dearer.
		*head = append(append(*head, kept.body...), tail...)
		send(w, r, o.status, contentType, &kept.length, *head)
	} else {
		send(w, r, o.status, contentType, &kept.length, *head, kept.body, tail)
	}
	h.heads.Put(head)
}

// joined is the size up to which an answer is put together before it is written,
// in bytes: net/http's own buffer of a connection.
const joined = 4 << 10

func (h *health) outcome(rep collector.Report) *outcome {
	switch {
	case rep.Draining != "":
		return &h.drained
	case rep.Status == collector.StatusFailed:
		return &h.failed
	}
	return &h.success
}

// custom calls the user's own body. It reports false when there is none, or
// none that can be shown.
func (h *health) custom(o *outcome, rep collector.Report) (body []byte, ok bool) {
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

// hidden returns rep without what its checks have said and measured.
func hidden(rep collector.Report) collector.Report {
	results := make([]*collector.Result, len(rep.Results))
	for i, r := range rep.Results {
		c := *r
		c.Output, c.Warning, c.Values = "", "", nil
		results[i] = &c
	}
	rep.Results, rep.Version = results, 0
	return rep
}
