package httpapi

import (
	"net/http"
	"strings"
)

// below returns what a request's path names below a handler that is called
// name: "" for the handler itself, "redis" for /healthcheck/redis. It reports
// false for a path that names nothing.
//
// A handler may be mounted anywhere: what follows the first segment that is its
// name counts; without one, what follows the mux pattern that led here; without
// that, the whole path, as behind [http.StripPrefix]. Empty segments and dots
// don't count, so that odd spellings get the same answer.
func below(r *http.Request, name string) (string, bool) {
	path := r.URL.Path
	if len(path) == len(name)+1 && path[0] == '/' && path[1:] == name {
		return "", true
	}
	segments, ok := split(path)
	if !ok {
		return "", false
	}
	for i, s := range segments {
		if s == name {
			return last(segments[i+1:])
		}
	}
	if mount, found := pattern(r); found && len(mount) <= len(segments) && equal(segments[:len(mount)], mount) {
		segments = segments[len(mount):]
	}
	return last(segments)
}

// split returns the segments of a path that mean something. It reports false
// for a path that leads upwards: nobody who means well spells one so.
func split(path string) ([]string, bool) {
	var segments []string
	for s := range strings.SplitSeq(path, "/") {
		switch s {
		case "", ".":
		case "..":
			return nil, false
		default:
			segments = append(segments, s)
		}
	}
	return segments, true
}

func last(segments []string) (string, bool) {
	switch len(segments) {
	case 0:
		return "", true
	case 1:
		return segments[0], true
	}
	return "", false
}

// pattern returns the segments of the mux pattern that led to r, up to its
// first wildcard.
func pattern(r *http.Request) ([]string, bool) {
	i := strings.IndexByte(r.Pattern, '/')
	if i < 0 {
		return nil, false
	}
	path, _, _ := strings.Cut(r.Pattern[i:], "{")
	return split(path)
}

func equal(a, b []string) bool {
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}
