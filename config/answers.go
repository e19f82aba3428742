package config

import (
	"fmt"
	"maps"
	"net/http"
	"net/textproto"
	"slices"
	"strconv"
	"strings"

	"github.com/healthcheck-exporter/healthcheck_exporter/config/internal/document"
	"github.com/healthcheck-exporter/healthcheck_exporter/envinfo"
	"github.com/healthcheck-exporter/healthcheck_exporter/httpapi"
)

func (l *loading) healthcheck(h healthcheck, n *document.Node) {
	formats := []string{"json", "text", "health+json", "plain"}
	if h.Format != "" && !slices.Contains(formats, h.Format) {
		n.Get("format").Fault("%q, want %s", l.vault.hide(h.Format), strings.Join(formats, ", "))
	}
	status(n.Get("success_status"), h.SuccessStatus)
	status(n.Get("failed_status"), h.FailedStatus)
	status(n.Get("draining_status"), h.DrainingStatus)
	l.config.Healthcheck = httpapi.Options{
		Success:        httpapi.Answer{Status: h.SuccessStatus, Header: header(n.Get("success_headers"), h.SuccessHeaders)},
		Failed:         httpapi.Answer{Status: h.FailedStatus, Header: header(n.Get("failed_headers"), h.FailedHeaders)},
		DrainingStatus: h.DrainingStatus,
		Format:         httpapi.Format(h.Format),
	}
	for _, m := range h.Sections {
		if slices.Contains([]string{"hostname", "status", "timestamp", "results", "degraded", "draining"}, m.Name) {
			m.Node.Fault("the name is taken, every answer has such a member")
		}
		l.config.Healthcheck.Sections = append(l.config.Healthcheck.Sections, httpapi.Section{Name: m.Name, Value: m.Value})
	}
}

func status(n *document.Node, value int) {
	if n.Given() && !n.Bad() && (value < 200 || value > 599) {
		n.Fault("%d, want 200 to 599", value)
	}
}

// header returns headers, or reports what cannot be one, without its value.
func header(n *document.Node, headers map[string]string) http.Header {
	made := make(http.Header, len(headers))
	for _, name := range slices.Sorted(maps.Keys(headers)) {
		at, canonical := n.Get(name), textproto.CanonicalMIMEHeaderKey(name)
		switch {
		case !validHeaderName(name):
			n.FaultAt(at, "a name has characters that no header may have")
		case made[canonical] != nil:
			at.SetTitle(n.Name() + "." + canonical)
			at.Fault("is given twice")
		case strings.ContainsFunc(headers[name], func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }):
			at.Fault("the value has characters that no header may have")
		case slices.Contains([]string{"Content-Length", "Transfer-Encoding", "Connection", "Trailer"}, canonical):
			at.Fault("is set by the server")
		}
		made.Set(name, headers[name])
	}
	return made
}

func validHeaderName(name string) bool {
	return name != "" && !strings.ContainsFunc(name, func(r rune) bool {
		return r <= ' ' || r >= 0x7f || strings.ContainsRune(`"(),/:;<=>?@[\]{}`, r)
	})
}

func (l *loading) environment(e environment, n *document.Node) {
	o := &l.config.Environment
	o.Disable, o.Labels = e.Disable, e.Labels
	for _, m := range e.Sections {
		o.Sections = append(o.Sections, envinfo.Section{Name: m.Name, Value: m.Value})
	}
	_, err := envinfo.New(*o)
	l.environmentFaults(n, err)
	_, err = envinfo.Labels(*o)
	l.environmentFaults(n, err)
}

// environmentFaults reports what package envinfo says, at the line of the name
// that it begins with.
func (l *loading) environmentFaults(n *document.Node, err error) {
	for _, e := range flat(err) {
		said, at := e.Error(), n
		kind, rest, _ := strings.Cut(said, " ")
		if number := 0; kind == "section" {
			if _, err := fmt.Sscanf(rest, "%d:", &number); err == nil {
				at = n.Get("sections").Get(l.config.Environment.Sections[number-1].Name)
			}
		}
		if quoted, err := strconv.QuotedPrefix(rest); err == nil {
			name, _ := strconv.Unquote(quoted)
			switch kind {
			case "label":
				at = n.Get("labels").Get(name)
			case "section":
				at = n.Get("sections").Get(name)
			case "disable":
				at = n.Get("disable").Items()[slices.Index(l.config.Environment.Disable, name)]
			}
		}
		if !at.Bad() {
			n.FaultAt(at, "%s", l.vault.hide(said))
		}
	}
}
