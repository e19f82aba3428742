package httpapi

import (
	"errors"
	"fmt"
	"hash/maphash"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/clip"
)

// A request is a parsed request for a report.
type request struct {
	filter  collector.Filter
	format  Format // empty: the default
	verbose bool
	// view is the name of a view, if hasView.
	view    string
	hasView bool
	// filtered reports whether the request selects checks; shape is a hash of
	// its path and query.
	filtered bool
	shape    uint64
}

var (
	// errUnknownView is wrapped in the error for a view that does not exist.
	errUnknownView = errors.New("unknown view")
	// errNothingThere is the error for a path that no handler serves.
	errNothingThere = errors.New("not found")
	// The errors of handlers made with a nil argument.
	errNoReporter = errors.New("the handler has no Reporter")
	errNoDumper   = errors.New("the handler has no Dumper")
	errNoBeater   = errors.New("the handler has no Beater")
	errNoGatherer = errors.New("the handler has no Gatherer")
)

// parseRequest reads path, query and header.
func parseRequest(r *http.Request, prefix string, seed maphash.Seed) (request, error) {
	check, ok := named(r, prefix, "check")
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
		if err := q.tooLong(); err != nil {
			return request{}, err
		}
		q.filtered = true
		q.shape = maphash.String(seed, r.URL.Path) ^ maphash.String(seed, r.URL.RawQuery)
	}
	if q.format == "" {
		q.format = accepted(r.Header["Accept"])
	}
	return q, nil
}

// tooLong returns an error for a name or tag that no check can have because of
// its length.
func (q *request) tooLong() error {
	for _, names := range [...][]string{q.filter.Names, q.filter.Exclude} {
		for _, name := range names {
			if len(name) > maxName {
				return fmt.Errorf("%w %q", collector.ErrUnknownCheck, quoted(name))
			}
		}
	}
	for _, tag := range q.filter.Tags {
		if len(tag) > maxName {
			return fmt.Errorf("%w: no check has the tag %q", collector.ErrUnknownCheck, quoted(tag))
		}
	}
	return nil
}

// narrow selects the one check in the path. Names from ?check= are alternatives
// and each must exist, so narrow excludes the other names instead of dropping
// them.
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
		if strings.Contains(part, ";") { // As in net/url: some programs take it for "&".
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
	case "view":
		if q.hasView && q.view != value {
			return badRequestf("view %q and %q, want one", quoted(q.view), quoted(value))
		}
		q.view, q.hasView = value, true
	case "verbose":
		q.verbose = value != "0" && value != "false"
	case "format":
		format := Format(strings.ReplaceAll(value, " ", "+")) // Nobody escapes the + of ?format=health+json.
		if !slices.Contains(Formats(), format) {
			return badRequestf("format %q, want %s", quoted(value), formatNames())
		}
		if q.format == "" {
			q.format = format
		}
	}
	return nil
}

// maxName is the length of the longest name or tag that a check can have, and
// of the longest part of a request that an error quotes, in bytes.
const maxName = 100

// quoted shortens a part of a request for an error.
func quoted(s string) string { return clip.At(s, maxName) }
