package config

import (
	"errors"
	"maps"
	"net/http"
	"slices"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks/checktype"
	"github.com/healthcheck-exporter/healthcheck_exporter/config/internal/document"
	"github.com/healthcheck-exporter/healthcheck_exporter/envinfo"
	"github.com/healthcheck-exporter/healthcheck_exporter/httpapi"
)

func (l *loading) healthcheck(h healthcheck, n *document.Node) {
	o := httpapi.Options{ServiceID: h.ServiceID, Version: h.Version}
	for _, m := range h.Sections {
		o.Sections = append(o.Sections, httpapi.Section{Name: m.Name, Value: m.Value})
	}
	l.config.Healthcheck = l.answer(h.answer, n, o)
}

// answer returns the options of an answer, which inherits what is not given.
func (l *loading) answer(a answer, n *document.Node, inherited httpapi.Options) httpapi.Options {
	o := inherited
	status(n.Get("success_status"), a.SuccessStatus, &o.Success.Status)
	status(n.Get("failed_status"), a.FailedStatus, &o.Failed.Status)
	status(n.Get("draining_status"), a.DrainingStatus, &o.DrainingStatus)
	status(n.Get("unknown_status"), a.UnknownStatus, &o.UnknownStatus)
	header(n.Get("success_headers"), a.SuccessHeaders, &o.Success.Header)
	header(n.Get("failed_headers"), a.FailedHeaders, &o.Failed.Header)
	l.format(a, n, &o)
	for _, e := range flat(o.Validate()) {
		if f, ok := errors.AsType[checktype.Fault](e); ok {
			if at := n.Find(f.Key); at != n {
				at.Fault("%s", l.vault.hide(f.Err.Error()))
			}
		}
	}
	return o
}

// status sets a status that is given and valid.
func status(n *document.Node, given *int, to *int) {
	if within(n, given, 200, 599, "200 to 599") && given != nil {
		*to = *given
	}
}

// header sets headers that are given, with canonical names.
func header(n *document.Node, given map[string]string, to *http.Header) {
	if given == nil {
		return
	}
	made := make(http.Header, len(given))
	for _, name := range slices.Sorted(maps.Keys(given)) {
		if canonical := http.CanonicalHeaderKey(name); made[canonical] != nil {
			at := n.Get(name)
			at.SetTitle(n.Name() + "." + canonical)
			at.Fault("is given twice")
		}
		made.Set(name, given[name])
	}
	*to = made
}

func (l *loading) environment(e environment, n *document.Node) {
	o := &l.config.Environment
	o.Disable, o.Labels = e.Disable, e.Labels
	for _, m := range e.Sections {
		o.Sections = append(o.Sections, envinfo.Section{Name: m.Name, Value: m.Value})
	}
	_, err := envinfo.New(*o)
	l.faults(n, err, "")
	_, err = envinfo.Labels(*o)
	l.faults(n, err, "")
}
