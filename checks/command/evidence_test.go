//go:build unix

package command_test

import (
	"testing"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/command"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/faulttest"
)

func TestFailedProgramLeavesItsStatusAndStandardError(t *testing.T) {
	for script, want := range map[string]struct {
		exit *checks.Exit
		last string // phase
	}{
		"echo out; echo first >&2; echo second >&2; exit 3": {&checks.Exit{Code: 3, Stderr: "first\nsecond"}, "reading the output"},
		"echo hurt >&2; kill -9 $$":                         {&checks.Exit{Code: -1, Stderr: "hurt"}, "reading the output"},
		"exit 4":                                            {&checks.Exit{Code: 4}, "reading the output"},
	} {
		o := faulttest.RunOnce(t, command.Exec{Command: []string{"/bin/sh", "-c", script}}, generous)
		e := o.Evidence
		if o.Err == nil || e.Exit == nil || *e.Exit != *want.exit || len(e.Phases) != 3 || e.Phases[2].Name != want.last || e.Phases[1].Peer != "/bin/sh" {
			t.Errorf("%s: evidence = %s (%v), want %+v after the phase %q", script, e, o.Err, want.exit, want.last)
		}
	}
}

func TestKilledProgramLeavesHowLongItRan(t *testing.T) {
	o := faulttest.RunOnce(t, command.Exec{Command: []string{"/bin/sh", "-c", "echo asking >&2; sleep 60"}}, 300*time.Millisecond)
	e := o.Evidence
	if len(e.Phases) != 2 || e.Phases[1].Name != "running" || e.Phases[1].Duration < 200*time.Millisecond || e.Exit == nil || *e.Exit != (checks.Exit{Code: -1, Stderr: "asking"}) {
		t.Errorf("evidence = %s, want a program that was killed after 300ms", e)
	}
}

func TestMissingProgramLeavesThePhase(t *testing.T) {
	e := faulttest.RunOnce(t, command.Exec{Command: []string{"/no/such/program"}}, generous).Evidence
	if len(e.Phases) != 1 || e.Phases[0].Name != "starting" || e.Phases[0].Peer != "/no/such/program" || e.Exit != nil {
		t.Errorf("evidence = %s, want the phase starting alone", e)
	}
}
