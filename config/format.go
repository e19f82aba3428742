package config

import (
	"bytes"
	"cmp"
	"encoding/json"
	"net/http"
	"strings"
	"text/template"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/config/internal/document"
	"github.com/healthcheck-exporter/healthcheck_exporter/httpapi"
)

// formatTemplate is the format that only a file has: answers with bodies of their
// own.
const formatTemplate = "template"

// format sets the format of an answer, or bodies from templates instead.
func (l *loading) format(a answer, n *document.Node, o *httpapi.Options) {
	if a.Format != formatTemplate {
		for _, key := range []string{"success_template", "failed_template", "content_type"} {
			if at := n.Get(key); at.Given() && !n.Get("format").Bad() {
				at.Fault("is given without format: %s", formatTemplate)
			}
		}
		if a.Format != "" {
			o.Format = httpapi.Format(a.Format)
			withoutTemplate(&o.Success)
			withoutTemplate(&o.Failed)
		}
		return
	}
	l.template(&o.Success, n, "success_template", a.SuccessTemplate, a.ContentType)
	l.template(&o.Failed, n, "failed_template", a.FailedTemplate, a.ContentType)
}

// template gives an answer the body that a template writes.
func (l *loading) template(a *httpapi.Answer, n *document.Node, key, text, contentType string) {
	at := n.Get(key)
	switch {
	case at.Bad():
		return
	case text == "":
		n.FaultAt(n.Get("format"), "is template without %s", key)
		return
	}
	t, err := template.New(key).Funcs(template.FuncMap{"json": encode}).Parse(text)
	if err == nil {
		err = t.Execute(&bytes.Buffer{}, sample())
	}
	if err != nil {
		at.Fault("%s", l.vault.hide(strings.TrimPrefix(err.Error(), "template: "+key+":")))
		return
	}
	a.Body = func(r collector.Report) ([]byte, error) {
		var b bytes.Buffer
		err := t.Execute(&b, r)
		return b.Bytes(), err
	}
	a.Header = a.Header.Clone()
	if a.Header == nil {
		a.Header = http.Header{}
	}
	a.Header.Set("Content-Type", cmp.Or(contentType, a.Header.Get("Content-Type"), "text/plain; charset=utf-8"))
}

// withoutTemplate removes an inherited template and its type.
func withoutTemplate(a *httpapi.Answer) {
	if a.Body != nil {
		a.Body, a.Header = nil, a.Header.Clone()
		a.Header.Del("Content-Type")
	}
}

// encode is the function json of a template.
func encode(v any) (string, error) {
	data, err := json.Marshal(v)
	return string(data), err
}

// sample returns a report on which a template is tried when it is loaded: a field
// that does not exist is noticed only by executing.
func sample() collector.Report {
	now := time.Unix(0, 0)
	result := collector.Result{
		Check: "a", Output: "x", State: collector.StateFailed, Reason: checks.ReasonError, Warning: "x", Time: now, Expires: now, Since: now,
		LastSuccess: now, Values: []collector.Value{{Name: "x_seconds"}}, Tags: []string{"x"},
	}
	return collector.Report{Status: collector.StatusFailed, Draining: "x", Time: now, Results: []*collector.Result{&result}}
}
