package state_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
)

// However many results there are, a save writes less than a megabyte, and nothing is
// forgotten.
func TestASaveWritesLessThanAMegabyte(t *testing.T) {
	d := newDirectory(t)
	var s subject
	var set []checks.Check
	for i := range 4_000 {
		check := s.check(fmt.Sprintf("check-%d", i))
		check.SuccessTTL, check.FailedTTL, check.Timeout = -1, -1, time.Minute
		set = append(set, check)
	}
	store := d.open()
	// With fewer places a busy machine makes checks wait too long, which is a failure.
	c, err := collector.New(collector.Options{Restore: store.Restore(set), MaxWait: -1, Concurrency: len(set)}, set...)
	if err != nil {
		t.Fatal(err)
	}
	for round := range 2 {
		s.fails.Store(round == 1)
		run(t, c)
		saves := 0
		for more := true; more; saves++ {
			var written int
			if written, more = store.SaveOnce(c); written > 600_000+17*304 {
				t.Errorf("a save has written %d bytes", written)
			}
		}
		if saves < 2 || saves > 40 {
			t.Errorf("%d saves", saves)
		}
		if written, more := store.SaveOnce(c); written != 0 || more {
			t.Errorf("without anything new %d bytes were written, more %v", written, more)
		}
	}
	store.Close()
	for i := range set {
		set[i].SuccessTTL, set[i].FailedTTL = 0, 0
	}
	saved := d.open().Restore(set)
	if len(saved.Results) != len(set) || len(saved.Transitions) != len(set) {
		t.Fatalf("%d results and %d histories came back, want %d", len(saved.Results), len(saved.Transitions), len(set))
	}
	for _, r := range saved.Results {
		if r.Passed || r.Output != "down" || len(saved.Transitions[r.Check]) != 2 {
			t.Fatalf("%+v, history %v", r, saved.Transitions[r.Check])
		}
	}
	d.wantReports(0)
}
