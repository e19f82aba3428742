package config

import (
	"cmp"
	"net/http"
	"strings"

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
	body, err := httpapi.Template(text)
	if err != nil {
		at.Fault("%s", l.vault.hide(strings.TrimPrefix(err.Error(), "template: body:")))
		return
	}
	a.Body = body
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
