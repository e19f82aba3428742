package httpapi

import (
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks/checktype"
)

// fixedNames returns the top-level members of the JSON. Sections cannot have
// these names.
func fixedNames() []string {
	return []string{"hostname", "status", "timestamp", "results", "degraded", "draining"}
}

// Validate returns all faults of o, joined; each is a [checktype.Fault] with the
// setting's key in the YAML file. Healthcheck does not call it: it uses the
// default for a faulty setting and leaves out faulty sections.
func (o Options) Validate() error {
	var f checktype.Faults
	for _, s := range []struct {
		key    string
		status int
	}{
		{"success_status", o.Success.Status}, {"failed_status", o.Failed.Status},
		{"draining_status", o.DrainingStatus}, {"unknown_status", o.UnknownStatus},
	} {
		f.Check(s.status != 0 && !validStatus(s.status), s.key, "%d, want 200 to 599", s.status)
	}
	f.Check(o.Prefix != "" && o.Prefix[0] != '/', "prefix", "%q, want a path such as /healthcheck", o.Prefix)
	f.Check(o.Format != "" && !slices.Contains(Formats(), o.Format), "format", "%q, want %s", o.Format, formatNames())
	validHeader(&f, "success_headers", o.Success.Header)
	validHeader(&f, "failed_headers", o.Failed.Header)
	for i, s := range o.Sections {
		if err := validSection(o.Sections[:i], s.Name); err != nil {
			f.Under("sections."+s.Name, err)
		}
	}
	return f.Err()
}

func validStatus(status int) bool { return 200 <= status && status <= 599 }

func validSection(before []Section, name string) error {
	switch {
	case name == "":
		return errors.New("has no name")
	case slices.Contains(fixedNames(), name):
		return errors.New("the name is taken, every answer has such a member")
	case slices.ContainsFunc(before, func(s Section) bool { return s.Name == name }):
		return errors.New("is given twice")
	}
	return nil
}

// validHeader adds the faults of header in the order of the names.
func validHeader(f *checktype.Faults, key string, header http.Header) {
	for _, name := range slices.Sorted(maps.Keys(header)) {
		f.Check(!token(name), key+"."+name, "has characters that no header name may have")
		f.Check(framing(name), key+"."+name, "is set by the server")
		for _, value := range header[name] {
			wrong := strings.ContainsFunc(value, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f })
			f.Check(wrong, key+"."+name, "the value has characters that no header may have")
		}
	}
}

// framing reports whether a header of that name determines where a body ends.
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
