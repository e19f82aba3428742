package httpapi

import (
	"net/http"
	"strings"
)

// named returns the name that the path of r selects: the wildcard of the
// router's pattern if it has one (see [http.Request.PathValue]), else the one
// segment below prefix. The name is empty for the prefix itself, and for any
// path if prefix is empty. It reports false for a path outside the prefix, or
// with more than one segment below it.
func named(r *http.Request, prefix, wildcard string) (name string, ok bool) {
	if name := r.PathValue(wildcard); name != "" {
		return name, true
	}
	path := r.URL.Path
	if path != "" && path[0] != '/' { // The * of OPTIONS *.
		return "", false
	}
	if prefix == "" || path == prefix {
		return "", true
	}
	segments, ok := split(path)
	if !ok {
		return "", false
	}
	for part := range strings.SplitSeq(prefix[1:], "/") {
		if part == "" { // The prefix is "/".
			continue
		}
		if len(segments) == 0 || segments[0] != part {
			return "", false
		}
		segments = segments[1:]
	}
	switch len(segments) {
	case 0:
		return "", true
	case 1:
		return segments[0], true
	}
	return "", false
}

// cleanPrefix returns prefix with a slash at its beginning and none at its end.
// An empty prefix stays empty, and "/" stays "/".
func cleanPrefix(prefix string) string {
	if prefix == "" {
		return ""
	}
	segments, _ := split(prefix)
	return "/" + strings.Join(segments, "/")
}

// split returns the segments of a path without empty ones and dots, so that odd
// spellings of a path get the same answer. It reports false for a path with a
// segment "..".
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
