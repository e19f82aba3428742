package checks

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// A Check is one named check and everything that is decided about it before it
// runs. The zero value of every field but Name and Func is useful. It is read
// once, when it is handed to a collector; changing it later changes nothing.
type Check struct {
	// Name identifies the check in every answer and is the label "check" of
	// its metrics. It matches [A-Za-z0-9_][A-Za-z0-9_.:-]{0,99}.
	Name string
	// Func performs the check. It is not called, and may be nil, if there is a
	// Receiver.
	Func Func
	// Receiver makes this a check that takes the beats of a job: its result is
	// judged from the beats that arrive. Nil: the check is Func.
	Receiver Receiver
	// Type is the name of the check's type, a label of healthcheck_check_info.
	// Empty means "func".
	Type string

	// Timeout bounds one run. Zero means the collector's (5s).
	Timeout time.Duration
	// SuccessTTL is how long a pass is kept. Zero means the collector's (27s),
	// negative: not at all, each reader starts a run or joins one.
	SuccessTTL time.Duration
	// FailedTTL is how long a failure is kept. Zero means the collector's (9s),
	// negative: not at all.
	FailedTTL time.Duration

	// Optional makes a failure degrade the whole instead of failing it.
	Optional bool
	// Severity says whom a failure wakes. Empty means critical, and warning for
	// an optional check.
	Severity Severity
	// Labels are further labels of healthcheck_check_info, such as team. All
	// checks together have at most [MaxLabels] names.
	Labels map[string]string
	// FailureThreshold is the number of consecutive failures that turn a
	// passed check failed. Zero means 1.
	FailureThreshold int
	// SuccessThreshold is the number of consecutive passes that turn a failed
	// check passed. Zero means 1.
	SuccessThreshold int

	// Tags select the check in filters. They match the pattern of Name.
	Tags []string
	// DependsOn names checks; while one of them has not passed, this check is
	// skipped instead of run.
	DependsOn []string

	// Description says in a few words what is checked.
	Description string
	// Runbook is a URL (http or https, without user) that says what to do when
	// the check has failed.
	Runbook string

	// ByHand is a command that does about what the check does, its program first:
	// see [Manual]. It must have no secret in it.
	ByHand []string
	// Limits are the limits of values that the check observes.
	Limits []Limit

	// Fingerprint makes two definitions of the same name the same: on a reload
	// a check keeps its result when its fingerprint is unchanged. An empty
	// fingerprint differs from every other, because functions cannot be compared.
	Fingerprint string
}

// maxNameLength is the length of the longest name or tag, in bytes.
const maxNameLength = 100

// ValidName reports whether s can be the name or a tag of a check: a letter,
// digit or underscore, then up to 99 of those, dots, colons and hyphens.
func ValidName(s string) bool {
	if s == "" || len(s) > maxNameLength {
		return false
	}
	for i := range len(s) {
		c := s[i]
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '_':
		case i > 0 && (c == '.' || c == ':' || c == '-'):
		default:
			return false
		}
	}
	return true
}

// Validate returns all faults of c, joined, or nil. It cannot know whether the names
// in DependsOn exist; the collector does.
func (c Check) Validate() error {
	var errs []error
	fault := func(setting, format string, a ...any) {
		errs = append(errs, faultOfCheck{setting, fmt.Sprintf("check %q: "+format, append([]any{c.Name}, a...)...)})
	}
	if !ValidName(c.Name) {
		fault("name", "a name is 1 to 100 letters, digits and _ . : - and begins with a letter, a digit or _")
	}
	if c.Func == nil && c.Receiver == nil {
		fault("", "has no function")
	}
	if c.Timeout < 0 {
		fault("timeout", "timeout %v, want a positive duration", c.Timeout)
	}
	if c.FailureThreshold < 0 {
		fault("failure_threshold", "failure threshold %d, want at least 1", c.FailureThreshold)
	}
	if c.SuccessThreshold < 0 {
		fault("success_threshold", "success threshold %d, want at least 1", c.SuccessThreshold)
	}
	if c.Runbook != "" && !webAddress(c.Runbook) {
		fault("runbook", "runbook: want a URL that begins with http:// or https:// and has no user in it")
	}
	for i, tag := range c.Tags {
		if !ValidName(tag) {
			fault(fmt.Sprintf("tags.%d", i), "tag %q: a tag is 1 to 100 letters, digits and _ . : - and begins with a letter, a digit or _", tag)
		}
	}
	if text := severityFault(c.Severity); text != "" {
		fault("severity", "%s", text)
	}
	labelFaults(c.Labels, func(name, text string) { fault("labels."+name, "%s", text) })
	return errors.Join(errs...)
}

// webAddress reports whether s is a URL for a browser.
func webAddress(s string) bool {
	after, found := strings.CutPrefix(s, "https://")
	if !found {
		after, found = strings.CutPrefix(s, "http://")
	}
	return found && after != "" && !strings.ContainsAny(after, "\"'<>@ \t\r\n\f")
}

// A faultOfCheck is something wrong with one setting of a Check.
type faultOfCheck struct{ setting, text string }

func (f faultOfCheck) Error() string { return f.text }

// Setting returns the path of the setting's key in the YAML file.
func (f faultOfCheck) Setting() string { return f.setting }
