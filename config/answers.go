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
	o := &l.config.Healthcheck
	*o = httpapi.Options{
		Success:        httpapi.Answer{Status: status(n.Get("success_status"), h.SuccessStatus), Header: header(n.Get("success_headers"), h.SuccessHeaders)},
		Failed:         httpapi.Answer{Status: status(n.Get("failed_status"), h.FailedStatus), Header: header(n.Get("failed_headers"), h.FailedHeaders)},
		DrainingStatus: status(n.Get("draining_status"), h.DrainingStatus),
		UnknownStatus:  status(n.Get("unknown_status"), h.UnknownStatus),
		Format:         httpapi.Format(h.Format),
	}
	for _, m := range h.Sections {
		o.Sections = append(o.Sections, httpapi.Section{Name: m.Name, Value: m.Value})
	}
	for _, e := range flat(o.Validate()) {
		if f, ok := errors.AsType[checktype.Fault](e); ok {
			n.Find(f.Key).Fault("%s", l.vault.hide(f.Err.Error()))
		}
	}
}

// status returns a status that is given, or zero, which means the default.
func status(n *document.Node, given *int) int {
	within(n, given, 200, 599, "200 to 599")
	if given == nil || *given < 200 || *given > 599 {
		return 0
	}
	return *given
}

// header returns headers with canonical names.
func header(n *document.Node, headers map[string]string) http.Header {
	made := make(http.Header, len(headers))
	for _, name := range slices.Sorted(maps.Keys(headers)) {
		if canonical := http.CanonicalHeaderKey(name); made[canonical] != nil {
			at := n.Get(name)
			at.SetTitle(n.Name() + "." + canonical)
			at.Fault("is given twice")
		}
		made.Set(name, headers[name])
	}
	return made
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
