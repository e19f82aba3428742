package httpapi

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
)

// A Link is a place that the page leads to.
type Link struct {
	Path string // such as /metrics
	Text string // what is there, in a few words
}

//go:embed page.html
var pageHTML string

//go:embed page.css
var pageCSS string

var typeHTML = []string{"text/html; charset=utf-8"}

// A page is what the template of [Page] shows.
type page struct {
	Hostname, Draining string
	Status             collector.Status
	Checks             []pageCheck
	Links              []Link
	Style              template.CSS
}

type pageCheck struct {
	*collector.Result
	Class     string // the state, or warning
	Took, Age string
}

// Page is for a person with a browser: the state of all checks, and links. It
// needs no script, reloads itself every ten seconds, and answers GET and HEAD
// with 200 whatever the state; who wants a status asks [Healthcheck].
func Page(r Reporter, links []Link) http.Handler {
	tmpl := template.Must(template.New("page").Parse(pageHTML)) // A constant: it parses, or no test passes.
	hash := sha256.Sum256([]byte(pageCSS))
	policy := []string{strictPolicy + "; style-src 'sha256-" + base64.StdEncoding.EncodeToString(hash[:]) + "'"}
	hostname, _ := os.Hostname()
	if isNil(r) {
		r = nil
	}
	all := selection{reporter: r}

	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		header := w.Header()
		header["Cache-Control"] = noStore
		header["X-Content-Type-Options"] = noSniff
		header["Content-Security-Policy"] = policy
		if req.Method != http.MethodGet && req.Method != http.MethodHead {
			refuseMethod(w, req, allowRead)
			return
		}
		rep, err := all.report(req.Context(), collector.Filter{})
		if err != nil {
			refuse(w, req, statusOf(err), err)
			return
		}
		var b bytes.Buffer
		if err := tmpl.Execute(&b, newPage(rep, hostname, links)); err != nil {
			refuse(w, req, http.StatusInternalServerError, err)
			return
		}
		send(w, req, http.StatusOK, typeHTML, nil, b.Bytes())
	})
}

func newPage(rep collector.Report, hostname string, links []Link) page {
	p := page{
		Hostname: hostname, Draining: rep.Draining, Status: rep.Status, Links: links,
		Style: template.CSS(pageCSS), //nolint:gosec // A constant of ours.
	}
	for _, r := range rep.Results {
		c := pageCheck{Result: r, Class: string(r.State), Took: took(r.Duration)}
		if r.State == collector.StatePassed && r.Warning != "" {
			c.Class = "warning"
		}
		if !r.Since.IsZero() {
			c.Age = age(rep.Time.Sub(r.Since))
		}
		p.Checks = append(p.Checks, c)
	}
	return p
}

// took writes how long a run took in three digits or so; nothing for what has
// not run.
func took(d time.Duration) string {
	switch {
	case d <= 0:
		return ""
	case d < time.Millisecond:
		return d.Round(time.Microsecond).String()
	case d < time.Second:
		return d.Round(100 * time.Microsecond).String()
	}
	return d.Round(10 * time.Millisecond).String()
}

// age writes how long ago something was, to the second, the minute or the hour.
func age(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d < time.Minute:
		return d.Round(time.Second).String()
	case d < time.Hour:
		return strings.TrimSuffix(d.Round(time.Minute).String(), "0s")
	case d < 2*day:
		return strings.TrimSuffix(d.Round(time.Hour).String(), "0m0s")
	}
	return strconv.Itoa(int(d/day)) + "d"
}
