package httpapi

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// fixedNames returns the top-level members of the JSON. Sections cannot have
// these names.
func fixedNames() []string {
	return []string{"hostname", "status", "timestamp", "results", "degraded", "draining"}
}

// Validate returns all faults of o, joined. Healthcheck does not call it: it
// uses the default for a faulty setting and leaves out faulty sections.
func (o Options) Validate() error {
	var errs []error
	fault := func(format string, a ...any) { errs = append(errs, fmt.Errorf(format, a...)) }
	for _, s := range []struct {
		name   string
		status int
	}{{"success status", o.Success.Status}, {"failed status", o.Failed.Status}, {"draining status", o.DrainingStatus}, {"unknown status", o.UnknownStatus}} {
		if s.status != 0 && !validStatus(s.status) {
			fault("%s %d, want 200 to 599", s.name, s.status)
		}
	}
	if o.Prefix != "" && o.Prefix[0] != '/' {
		fault("prefix %q, want a path such as /healthcheck", o.Prefix)
	}
	if o.Format != "" && !slices.Contains(Formats(), o.Format) {
		fault("format %q, want %s", o.Format, formatNames())
	}
	errs = append(errs, validHeader("success header", o.Success.Header)...)
	errs = append(errs, validHeader("failed header", o.Failed.Header)...)
	for i := range o.Sections {
		if err := validSection(o.Sections[:i], o.Sections[i].Name); err != nil {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

func validStatus(status int) bool { return 200 <= status && status <= 599 }

func validSection(before []Section, name string) error {
	switch {
	case name == "":
		return errors.New("a section has no name")
	case slices.Contains(fixedNames(), name):
		return fmt.Errorf("section %q: the name is taken, every answer has such a member", name)
	case slices.ContainsFunc(before, func(s Section) bool { return s.Name == name }):
		return fmt.Errorf("section %q is given twice", name)
	}
	return nil
}

// validHeader returns the faults of header in the order of the names.
func validHeader(what string, header http.Header) []error {
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(header)) {
		switch {
		case !token(name):
			errs = append(errs, fmt.Errorf("%s %q: not a name that HTTP allows", what, name))
		case framing(name):
			errs = append(errs, fmt.Errorf("%s %q: only the server can set it", what, name))
		}
		for _, value := range header[name] {
			if strings.ContainsFunc(value, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }) {
				errs = append(errs, fmt.Errorf("%s %q: the value has a control character", what, name))
			}
		}
	}
	return errs
}

// framing reports whether a header of that name tells where a body ends.
func framing(name string) bool {
	switch http.CanonicalHeaderKey(name) {
	case "Content-Length", "Transfer-Encoding", "Trailer", "Connection", "Upgrade":
		return true
	}
	return false
}

// token reports whether s is a token of RFC 9110, as header names are.
func token(s string) bool {
	for i := range len(s) {
		c := s[i]
		if c <= ' ' || c >= 0x7f || strings.IndexByte(`"(),/:;<=>?@[\]{}`, c) >= 0 {
			return false
		}
	}
	return s != ""
}
