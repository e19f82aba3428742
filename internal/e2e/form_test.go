//go:build unix

package e2e_test

import "os"

// The tests of this project's promises about faults have two forms: a short one,
// which every run has, and a long one, with HEALTHCHECK_LONG=1, whose figures go to
// docs/reliability.md.
func long() bool { return os.Getenv("HEALTHCHECK_LONG") == "1" }

// form returns the setting of the form that runs.
func form[T any](short, longer T) T {
	if long() {
		return longer
	}
	return short
}
