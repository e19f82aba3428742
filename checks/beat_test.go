package checks_test

import (
	"testing"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
)

func TestBeatsRememberTheNewestOfEachKind(t *testing.T) {
	at := func(minute int, b checks.Beat) checks.Beat {
		b.Time = time.Date(2026, 11, 26, 3, minute, 0, 0, time.UTC)
		return b
	}
	started := at(0, checks.Beat{Event: checks.BeatStart, ExitCode: 1}) // The code of a start says nothing.
	b := checks.Beats{}.Add(started)
	if want := (checks.Beats{Started: started}); b != want {
		t.Errorf("after a start: %+v, want %+v", b, want)
	}
	b = b.Add(at(5, checks.Beat{}))
	done := at(5, checks.Beat{Duration: 5 * time.Minute})
	if want := (checks.Beats{Started: started, Ended: done, Passed: done}); b != want {
		t.Errorf("after the end: %+v, want the time since the start: %+v", b, want)
	}
	for _, failed := range []checks.Beat{at(6, checks.Beat{ExitCode: 2}), at(7, checks.Beat{Event: checks.BeatFail})} {
		b = b.Add(failed)
		if want := (checks.Beats{Started: started, Ended: failed, Passed: done}); b != want {
			t.Errorf("after a failure: %+v, want the old success and no duration: %+v", b, want)
		}
	}
	b = b.Add(at(8, checks.Beat{Event: checks.BeatStart})).Add(at(9, checks.Beat{Duration: time.Second}))
	if b.Ended.Duration != time.Second || b.Passed != b.Ended {
		t.Errorf("a duration that is given: %+v, want it kept", b)
	}
	for beat, want := range map[checks.Beat]bool{
		{}: false, {ExitCode: 1}: true, {ExitCode: -1}: true, {Event: checks.BeatFail}: true, {Event: checks.BeatStart, ExitCode: 1}: false,
	} {
		if got := beat.Failed(); got != want {
			t.Errorf("Failed of %+v = %v, want %v", beat, got, want)
		}
	}
}
