package command_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/command"
)

func TestProgramThatCannotBeKilledCostsOneGoroutine(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var turn command.Turn
		var started atomic.Int32
		released := make(chan struct{})
		hang := func() {
			started.Add(1)
			<-released
		}
		attempt := func(f func()) (time.Duration, error) {
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
			defer cancel()
			began := time.Now()
			err := turn.Do(ctx, f)
			return time.Since(began), err
		}
		took, err := attempt(hang)
		if want := "no exit after 5s, and not yet killed"; err == nil || err.Error() != want || checks.ReasonOf(err) != checks.ReasonTimeout {
			t.Errorf("error = %v (%s), want %s", err, checks.ReasonOf(err), want)
		}
		if want := 5*time.Second + command.Grace; took != want {
			t.Errorf("returned after %v, want %v", took, want)
		}
		for range 19 {
			time.Sleep(9 * time.Second)
			_, err = attempt(hang)
		}
		if want := "the program of the run started 2m56s ago has not ended"; err == nil || err.Error() != want || checks.ReasonOf(err) != checks.ReasonTimeout {
			t.Errorf("error = %v, want %s", err, want)
		}
		if n := started.Load(); n != 1 {
			t.Errorf("%d runs were started, want 1", n)
		}
		close(released)
		synctest.Wait()
		if _, err := attempt(func() {}); err != nil {
			t.Errorf("error = %v after the old run was over, want none", err)
		}
	})
}

func TestPanicOfARunIsItsFailure(t *testing.T) {
	t.Parallel()
	var turn command.Turn
	err := turn.Do(t.Context(), func() { panic("oops") })
	if err == nil || err.Error() != "panic: oops" || checks.ReasonOf(err) != checks.ReasonPanic {
		t.Errorf("error = %v (%s), want panic: oops", err, checks.ReasonOf(err))
	}
}
