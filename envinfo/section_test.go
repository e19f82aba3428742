package envinfo_test

import (
	"context"
	"encoding/json"
	"errors"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/envinfo"
)

func custom(f func(context.Context) (any, error)) envinfo.Options {
	return envinfo.Options{Sections: []envinfo.Section{{Name: "custom", Func: f}}}
}

func emptyMap() map[string]int { return nil }

// badError panics when it is asked what it is.
type badError struct{}

func (badError) Error() string { panic("no words") }

// badJSON panics when it is encoded.
type badJSON struct{}

func (badJSON) MarshalJSON() ([]byte, error) { panic("no form") }

func TestTroubleOfASectionIsShownInItsPlace(t *testing.T) {
	for name, c := range map[string]struct {
		f    func(context.Context) (any, error)
		want string
	}{
		"error":       {func(context.Context) (any, error) { return 1, errors.New("no database") }, `{"error":"no database"}`},
		"panic":       {func(context.Context) (any, error) { panic("boom") }, `{"error":"panic: boom"}`},
		"panic(nil)":  {func(context.Context) (any, error) { panic(nil) }, `{"error":"panic: panic called with nil argument"}`},
		"nil map":     {func(context.Context) (any, error) { emptyMap()["a"] = 1; return nil, nil }, `{"error":"panic: assignment to entry in nil map"}`},
		"Goexit":      {func(context.Context) (any, error) { runtime.Goexit(); return 1, nil }, `{"error":"the function ended its goroutine"}`},
		"bad error":   {func(context.Context) (any, error) { return nil, badError{} }, `{"error":"panic: no words"}`},
		"with secret": {func(context.Context) (any, error) { return nil, errors.New("dial postgres://u:hunter2@db/x") }, `{"error":"dial postgres://u:********@db/x"}`},
		"panicked with secret": {func(context.Context) (any, error) { panic(errors.New("password=hunter2")) },
			`{"error":"panic: password=********"}`},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDump(t, custom(c.f))
			if got := section(t, d, "custom"); got != c.want {
				t.Errorf("custom = %s, want %s", got, c.want)
			}
			if got := section(t, d, "config"); got != "null" {
				t.Errorf("config = %s, want it untouched", got)
			}
		})
	}
}

func TestValueThatCannotBeEncodedGivesNothingAway(t *testing.T) {
	type loop struct {
		Secret string
		Next   *loop
	}
	cycle := &loop{Secret: "hunter2"}
	cycle.Next = cycle
	for name, value := range map[string]any{"panic": badJSON{}, "channel": make(chan int), "function": func() {}, "cycle": cycle} {
		d := newDump(t, envinfo.Options{Sections: []envinfo.Section{{Name: "custom", Value: value}}})
		if got := section(t, d, "custom"); strings.Contains(got, "hunter2") {
			t.Errorf("%s: custom = %s", name, got)
		}
	}
}

func TestLongErrorIsCutAtARune(t *testing.T) {
	for name, c := range map[string]struct{ text, end string }{
		"scrubbed whole":            {strings.Repeat("ü", 10_000), "ü…"},
		"cut before it is scrubbed": {strings.Repeat("ü ", 1_000_000), " …"},
	} {
		d := newDump(t, custom(func(context.Context) (any, error) { return nil, errors.New(c.text) }))
		var got struct{ Error string }
		if err := json.Unmarshal([]byte(section(t, d, "custom")), &got); err != nil {
			t.Fatal(err)
		}
		if n := len(got.Error); n > 1024 || n < 1000 || !strings.HasSuffix(got.Error, c.end) {
			t.Errorf("%s: error of %d bytes ends in %q, want about 1024, cut at a rune", name, n, got.Error[max(0, n-8):])
		}
	}
}

func TestSecretThatIsCutInHalfIsDropped(t *testing.T) {
	const limit = 64 << 10
	url := "postgres://user:hunter2hunter2@db/x"
	// One word up to the limit, so that nothing of the masked text is cut away.
	text := strings.Repeat(" ", limit-len(url)/2) + url
	d := newDump(t, custom(func(context.Context) (any, error) { return nil, errors.New(text) }))
	if got := section(t, d, "custom"); strings.Contains(got, "hunter") || strings.Contains(got, "postgres") {
		t.Errorf("custom = %s", got)
	}
	d = newDump(t, custom(func(context.Context) (any, error) { return nil, errors.New(strings.Repeat("x", 2*limit)) }))
	if got := section(t, d, "custom"); got != `{"error":"`+strings.Repeat("x", 1021)+`…"}` {
		t.Errorf("custom = %.100s, want the first part of the only word", got)
	}
}

func TestSlowSectionIsGivenUpAfterTwoSeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var ended time.Duration
		start := time.Now()
		d := newDump(t, custom(func(ctx context.Context) (any, error) {
			<-ctx.Done() // it obeys
			ended = time.Since(start)
			return nil, ctx.Err()
		}))
		got := section(t, d, "custom")
		synctest.Wait()
		if took := time.Since(start); took != 2*time.Second || ended != 2*time.Second {
			t.Errorf("answered after %v, function cancelled after %v, want 2s and 2s", took, ended)
		}
		if got != `{"error":"not returned within 2s"}` && got != `{"error":"context deadline exceeded"}` {
			t.Errorf("custom = %s", got)
		}
	})
}

func TestHungSectionCostsOneGoroutineAndNoFurtherTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var runs atomic.Int32
		release := make(chan struct{})
		d := newDump(t, custom(func(context.Context) (any, error) {
			if runs.Add(1) == 1 {
				<-release // it ignores its context
			}
			return "well again", nil
		}))
		section(t, d, "custom")
		time.Sleep(time.Minute)

		start := time.Now()
		for range 100 {
			if got, want := section(t, d, "custom"), `{"error":"the call begun 1m2s ago has not returned"}`; got != want {
				t.Fatalf("custom = %s, want %s", got, want)
			}
		}
		if waited := time.Since(start); waited != 0 {
			t.Errorf("waited %v for a section that is known to hang", waited)
		}
		if n := runs.Load(); n != 1 {
			t.Errorf("%d runs, want 1", n)
		}

		close(release)
		synctest.Wait()
		if got := section(t, d, "custom"); got != `"well again"` {
			t.Errorf("after its return, custom = %s", got)
		}
	})
}

func TestSeveralHungSectionsTakeTwoSecondsTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hang := func(ctx context.Context) (any, error) { <-ctx.Done(); return nil, ctx.Err() }
		d := newDump(t, envinfo.Options{
			Disable:  []string{"os", "go", "process"},
			Sections: []envinfo.Section{{Name: "a", Func: hang}, {Name: "b", Func: hang}, {Name: "c", Func: hang}},
		})
		start := time.Now()
		d.JSON(t.Context())
		if took := time.Since(start); took != 2*time.Second {
			t.Errorf("took %v, want 2s", took)
		}
	})
}

func TestReadersAtTheSameTimeShareOneRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var runs atomic.Int32
		d := newDump(t, custom(func(context.Context) (any, error) {
			time.Sleep(time.Second)
			return runs.Add(1), nil
		}))
		var wg sync.WaitGroup
		for range 50 {
			wg.Go(func() {
				if got := section(t, d, "custom"); got != "1" {
					t.Errorf("custom = %s, want 1", got)
				}
			})
		}
		wg.Wait()
		if n := runs.Load(); n != 1 {
			t.Errorf("%d runs, want 1", n)
		}
	})
}

func TestImpatientReaderHarmsNobodyElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDump(t, custom(func(ctx context.Context) (any, error) {
			select {
			case <-time.After(time.Second):
				return "done", nil
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		}))
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		raw, ok := d.Section(ctx, "custom")
		if want := `{"error":"context deadline exceeded"}`; !ok || string(raw) != want {
			t.Errorf("impatient reader got %s, want %s", raw, want)
		}
		if got := section(t, d, "custom"); got != `"done"` {
			t.Errorf("next reader got %s, want done", got)
		}
	})
}

func TestExplainingAndReadingTakeTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var running, most atomic.Int32
		d := newDump(t, custom(func(context.Context) (any, error) {
			most.Store(max(most.Load(), running.Add(1)))
			defer running.Add(-1)
			time.Sleep(time.Second)
			return map[string]string{"password": "p"}, nil
		}))
		var wg sync.WaitGroup
		wg.Go(func() { section(t, d, "custom") })
		wg.Go(func() { d.Explain(t.Context()) })
		wg.Wait()
		if n := most.Load(); n != 1 {
			t.Errorf("%d runs at the same time, want 1", n)
		}
	})
}
