package httpapi

import (
	"errors"
	"hash/maphash"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
)

// A request is what a request to /healthcheck asks for.
type request struct {
	filter  collector.Filter
	format  Format // empty: the default
	verbose bool
	// filtered is whether the request selects checks; shape tells selections
	// apart, mostly.
	filtered bool
	shape    uint64
}

// errNothingThere is a path that no handler answers.
var errNothingThere = errors.New("not found")

// parseRequest reads path, query and header. An error that is not
// errNothingThere is the client's fault.
func parseRequest(r *http.Request, seed maphash.Seed) (request, error) {
	check, ok := below(r, "healthcheck")
	if !ok {
		return request{}, errNothingThere
	}
	var q request
	if r.URL.RawQuery != "" {
		if err := q.parseQuery(r.URL.RawQuery); err != nil {
			return request{}, err
		}
	}
	if check != "" {
		q.narrow(check)
	}
	if len(q.filter.Names)+len(q.filter.Exclude)+len(q.filter.Tags) > 0 {
		q.filtered = true
		q.shape = maphash.String(seed, r.URL.Path) ^ maphash.String(seed, r.URL.RawQuery)
	}
	if q.format == "" {
		q.format = accepted(r.Header["Accept"])
	}
	return q, nil
}

// narrow selects the one check that the path names. Names from ?check= are
// alternatives, and each of them has to be known; so the others are excluded
// instead of forgotten.
func (q *request) narrow(check string) {
	others := q.filter.Names
	if len(others) == 0 {
		q.filter.Names = []string{check}
		return
	}
	for _, name := range others {
		if name != check {
			q.filter.Exclude = append(q.filter.Exclude, name)
		}
	}
}

func (q *request) parseQuery(raw string) error {
	for part := range strings.SplitSeq(raw, "&") {
		if part == "" {
			continue
		}
		k, v, _ := strings.Cut(part, "=")
		key, err := url.QueryUnescape(k)
		if err != nil {
			return badRequestf("query: %w", err)
		}
		value, err := url.QueryUnescape(v)
		if err != nil {
			return badRequestf("query: %w", err)
		}
		if strings.Contains(part, ";") { // As net/url: some take it for "&".
			return badRequestf("query: semicolon, want & between parameters")
		}
		if err := q.set(key, value); err != nil {
			return err
		}
	}
	return nil
}

func (q *request) set(key, value string) error {
	switch key {
	case "check":
		q.filter.Names = append(q.filter.Names, value)
	case "exclude":
		q.filter.Exclude = append(q.filter.Exclude, value)
	case "tag":
		q.filter.Tags = append(q.filter.Tags, value)
	case "verbose":
		q.verbose = value != "0" && value != "false"
	case "format":
		format := Format(strings.ReplaceAll(value, " ", "+")) // ?format=health+json is not escaped by anybody.
		if !slices.Contains(Formats(), format) {
			return badRequestf("format %q, want json, text, health+json or plain", clip(value))
		}
		if q.format == "" {
			q.format = format
		}
	}
	return nil
}

// clip shortens what a client sent, for an error.
func clip(s string) string {
	const enough = 200
	if len(s) > enough {
		return s[:enough]
	}
	return s
}
