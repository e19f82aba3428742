package command_test

import (
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks/command"
)

func TestProcessesStartedAfterTheProgramAreLookedAtAlsoAfterNumbersBeginAnew(t *testing.T) {
	for _, c := range []struct {
		pid, program, newest int
		want                 bool
	}{
		{11, 10, 20, true},
		{9, 10, 20, false},
		{9, 10, 10, false},
		{11, 10, 10, true}, // Started since the newest was asked for.
		{11, 10, 5, true},
		{1, 10, 5, true},
		{5, 10, 5, true},
		{6, 10, 5, false},
		{6, 10, 0, true}, // The newest is not known.
		{6, 10, 1, false},
	} {
		if got := command.Younger(c.pid, c.program, c.newest); got != c.want {
			t.Errorf("Younger(%d, %d, %d) = %v, want %v", c.pid, c.program, c.newest, got, c.want)
		}
	}
}
