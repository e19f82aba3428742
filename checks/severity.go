package checks

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// A Severity says whom the failure of a check wakes. Whether the failure takes
// this instance out is another question: see Check.Optional.
type Severity string

// The severities.
const (
	SeverityCritical Severity = "critical"
	SeverityWarning  Severity = "warning"
	SeverityInfo     Severity = "info"
)

// Severities returns all severities.
func Severities() []Severity {
	return []Severity{SeverityCritical, SeverityWarning, SeverityInfo}
}

// severityFault returns what is wrong with a severity, or "".
func severityFault(s Severity) string {
	if s == "" || slices.Contains(Severities(), s) {
		return ""
	}
	return fmt.Sprintf("severity %q, want critical, warning or info", s)
}

// MaxLabels is how many names of labels all checks together may have.
const MaxLabels = 16

// fixedLabels returns the names that labels of a check cannot have: they are
// labels of healthcheck_check_info, of other metrics, or of Prometheus.
func fixedLabels() []string {
	return []string{"check", "type", "optional", "severity", "tags", "runbook", "reason", "name", "le", "job", "instance"}
}

// labelFaults calls fault for each name of a label that is invalid, in order.
func labelFaults(labels map[string]string, fault func(name, text string)) {
	for _, name := range slices.Sorted(maps.Keys(labels)) {
		switch {
		case !validLabel(name):
			fault(name, fmt.Sprintf("label %q: want a letter or underscore, then letters, digits and underscores", name))
		case strings.HasPrefix(name, "__"), strings.HasPrefix(name, "exported_"):
			fault(name, fmt.Sprintf("label %q: names that begin with __ or exported_ belong to Prometheus", name))
		case slices.Contains(fixedLabels(), name):
			fault(name, fmt.Sprintf("label %q: the name is taken", name))
		}
	}
}

// validLabel reports whether name is one that every version of Prometheus accepts
// for a label.
func validLabel(name string) bool {
	for i := range len(name) {
		c := name[i]
		if !(c == '_' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || i > 0 && '0' <= c && c <= '9') {
			return false
		}
	}
	return name != ""
}
