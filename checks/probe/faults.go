package probe

import (
	"regexp"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks/checktype"
)

// faults collects the faults of settings.
type faults struct{ checktype.Faults }

// pattern compiles the regular expression of that key. Empty gives nil.
func (f *faults) pattern(key, expr string) *regexp.Regexp {
	if expr == "" {
		return nil
	}
	re, err := regexp.Compile(expr)
	if err != nil {
		f.Add(key, "%w", err)
	}
	return re
}
