package state_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/state"
)

func TestEverythingComesBackAfterARestart(t *testing.T) {
	d := newDirectory(t)
	var good, bad subject
	bad.fails.Store(true)
	app := new(subject).check("app")
	app.DependsOn = []string{"bad"}
	all := []checks.Check{good.check("good"), bad.check("bad"), app, job(t)}
	store := d.open()
	c := newCollector(t, store.Restore(all), all...)
	before := run(t, c)
	if err := c.Beat(t.Context(), "job", checks.Beat{}); err != nil {
		t.Fatal(err)
	}
	until := time.Now().Add(time.Hour)
	if err := c.SetDrain(&collector.Drain{Reason: "deploy", By: "alice", Until: until}); err != nil {
		t.Fatal(err)
	}
	if err := c.Mute("good", collector.Mute{Reason: "moved", By: "bob", Until: until, Dependents: true}); err != nil {
		t.Fatal(err)
	}
	if err := store.SaveDecisions(c); err != nil {
		t.Fatal(err)
	}
	keep(t, store, c)
	store.Close()

	d.machine.mono += 5 * time.Second
	saved := d.open().Restore(all)
	d.wantReports(0)
	if s := saved.Drain; s == nil || s.Reason != "deploy" || s.By != "alice" || s.Until.Sub(until).Abs() > 6*time.Second || s.Until.After(until) {
		t.Errorf("drain %+v", saved.Drain)
	}
	if m := saved.Mutes["good"]; m.Reason != "moved" || m.By != "bob" || !m.Dependents || len(saved.Mutes) != 1 {
		t.Errorf("mutes %+v", saved.Mutes)
	}
	if b := saved.Beats["job"]; b.Passed.Time.IsZero() || len(saved.Beats) != 1 {
		t.Errorf("beats %+v", saved.Beats)
	}
	after := map[string]collector.SavedResult{}
	for _, r := range saved.Results {
		after[r.Check] = r
	}
	for _, b := range before.Results[:3] {
		a := after[b.Check]
		if a.State != b.State || a.Passed != b.Passed || a.Output != b.Output || a.Reason != b.Reason || !slices.Equal(a.Cause, b.Cause) ||
			!slices.Equal(a.Values, b.Values) || !a.Time.Equal(b.Time) || !a.Since.Equal(b.Since) || !a.LastSuccess.Equal(b.LastSuccess) ||
			a.TTL != b.Expires.Sub(b.Time) || a.Duration != b.Duration {
			t.Errorf("%s came back as\n%+v, was\n%+v", b.Check, a, b)
		}
		if a.Age < 5*time.Second || a.Age > time.Minute {
			t.Errorf("%s is %v old, want 5s and a little", b.Check, a.Age)
		}
		if h := saved.Transitions[b.Check]; len(h) != 1 || h[0].State != b.State || h[0].Output != b.Output || h[0].Reason != b.Reason {
			t.Errorf("%s has the history %+v", b.Check, h)
		}
	}
}

func TestAnotherBootDiscardsResultsAndKeepsTheRest(t *testing.T) {
	d := newDirectory(t)
	all := []checks.Check{new(subject).check("db"), job(t)}
	store := d.open()
	c := newCollector(t, nil, all...)
	run(t, c)
	if err := c.Beat(t.Context(), "job", checks.Beat{}); err != nil {
		t.Fatal(err)
	}
	if err := c.SetDrain(&collector.Drain{Reason: "deploy"}); err != nil {
		t.Fatal(err)
	}
	keep(t, store, c)
	store.Close()
	for _, boot := range []string{"two", ""} {
		d.machine.boot = boot
		store := d.open()
		saved := store.Restore(all)
		if len(saved.Results) != 0 || saved.Drain == nil || saved.Drain.Reason != "deploy" || len(saved.Transitions["db"]) != 1 || len(saved.Beats) != 1 {
			t.Errorf("boot %q: %d results, drain %v, %v, %v", boot, len(saved.Results), saved.Drain, saved.Transitions, saved.Beats)
		}
		store.Close()
	}
	d.wantReports(0)
}

func TestADrainIsNeverLongerThanAsked(t *testing.T) {
	for _, test := range []struct {
		name       string
		boot       string
		wall, mono time.Duration // by how much the clocks have moved
		want       time.Duration // what is left of an hour; 0: it has ended
	}{
		{"ten minutes later", "one", 10 * time.Minute, 10 * time.Minute, 50 * time.Minute},
		{"after its end", "one", time.Hour, time.Hour, 0},
		{"with the clock set back", "one", -24 * time.Hour, 10 * time.Minute, 50 * time.Minute},
		{"with the clock set back, after its end", "one", -24 * time.Hour, 61 * time.Minute, 0},
		{"with the clock set forward", "one", 2 * time.Hour, time.Minute, 0},
		{"in another boot", "two", 10 * time.Minute, -time.Hour, 50 * time.Minute},
		{"in another boot, after its end", "two", time.Hour, -time.Hour, 0},
		{"in another boot, with the clock set back", "two", -24 * time.Hour, -time.Hour, time.Hour},
		{"where the boot is not known", "", 10 * time.Minute, 0, 50 * time.Minute},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := newDirectory(t)
			db := new(subject).check("db")
			c := newCollector(t, nil, db)
			until := time.Now().Add(time.Hour)
			if err := c.SetDrain(&collector.Drain{Reason: "deploy", By: "alice", Until: until}); err != nil {
				t.Fatal(err)
			}
			if err := c.Mute("db", collector.Mute{Reason: "moved", By: "bob", Until: until}); err != nil {
				t.Fatal(err)
			}
			store := d.open()
			if err := store.SaveDecisions(c); err != nil {
				t.Fatal(err)
			}
			store.Close()
			*d.machine = machine{boot: test.boot, wall: test.wall, mono: test.mono}
			saved := d.open().Restore([]checks.Check{db})
			if test.want == 0 {
				if saved.Drain != nil || len(saved.Mutes) != 0 {
					t.Errorf("drain %v, mutes %v, want neither", saved.Drain, saved.Mutes)
				}
				want := []error{state.Ended{Reason: "deploy", By: "alice"}, state.Ended{Check: "db", Reason: "moved", By: "bob"}}
				if !slices.Equal(d.reports, want) {
					t.Errorf("reports %v, want %v", d.reports, want)
				}
				return
			}
			d.wantReports(0)
			for what, until := range map[string]time.Time{"drain": saved.Drain.Until, "mute": saved.Mutes["db"].Until} {
				if left := until.Sub(d.machine.now()); left > test.want || left < test.want-time.Minute {
					t.Errorf("%v of the %s are left, want %v", left, what, test.want)
				}
			}
		})
	}
}

// The time left is written again and again, so that a boot with the clock set
// back cannot start the drain from its beginning.
func TestTheTimeLeftOfADrainIsKeptUpToDate(t *testing.T) {
	d := newDirectory(t)
	c := newCollector(t, nil)
	if err := c.SetDrain(&collector.Drain{Reason: "deploy", Until: time.Now().Add(time.Hour)}); err != nil {
		t.Fatal(err)
	}
	store := d.open()
	keep(t, store, c)
	d.machine.wall, d.machine.mono = 30*time.Minute, 30*time.Minute
	keep(t, store, c)
	store.Close()
	*d.machine = machine{boot: "two", wall: -24 * time.Hour}
	saved := d.open().Restore(nil)
	if left := saved.Drain.Until.Sub(d.machine.now()); left > 30*time.Minute {
		t.Errorf("%v are left of the drain, want 30m", left)
	}
}

// What a restart brought back can be taken back.
func TestAnUndrainIsKeptAlsoIfItIsTheFirstDecisionAfterARestart(t *testing.T) {
	d := newDirectory(t)
	db := new(subject).check("db")
	store := d.open()
	c := newCollector(t, nil, db)
	if err := c.SetDrain(&collector.Drain{Reason: "deploy"}); err != nil {
		t.Fatal(err)
	}
	if err := c.Mute("db", collector.Mute{Reason: "moved", Until: time.Now().Add(time.Hour)}); err != nil {
		t.Fatal(err)
	}
	keep(t, store, c)
	store.Close()

	store = d.open()
	c = newCollector(t, store.Restore([]checks.Check{db}), db)
	if err := errors.Join(c.SetDrain(nil), c.Unmute("db"), store.SaveDecisions(c)); err != nil {
		t.Fatal(err)
	}
	store.Close()
	if saved := d.open().Restore([]checks.Check{db}); saved.Drain != nil || len(saved.Mutes) != 0 {
		t.Errorf("drain %+v, mutes %+v, want neither", saved.Drain, saved.Mutes)
	}
	d.wantReports(0)
}

// Each of them alone makes the file change.
func TestAChangeOfADecisionIsWrittenAtOnce(t *testing.T) {
	d := newDirectory(t)
	db, cache := new(subject).check("db"), new(subject).check("cache")
	store := d.open()
	c := newCollector(t, nil, db, cache)
	until := time.Now().Add(time.Hour)
	written := []byte(nil)
	for i, decide := range []func() error{
		func() error { return c.SetDrain(&collector.Drain{Reason: "deploy"}) },
		func() error { return c.SetDrain(&collector.Drain{Reason: "deploy of 1.2"}) },
		func() error { return c.SetDrain(&collector.Drain{Reason: "deploy of 1.2", By: "ann"}) },
		func() error { return c.SetDrain(&collector.Drain{Reason: "deploy of 1.2", By: "ann", Until: until}) },
		func() error { return c.Mute("db", collector.Mute{Reason: "moved", Until: until}) },
		func() error { return c.Mute("db", collector.Mute{Reason: "moved", Until: until, Dependents: true}) },
		func() error { return c.Mute("cache", collector.Mute{Reason: "moved", Until: until}) },
		func() error { return c.Unmute("db") },
		func() error { return c.SetDrain(nil) },
	} {
		if err := errors.Join(decide(), store.SaveDecisions(c)); err != nil {
			t.Fatal(err)
		}
		now := d.read("decisions.json")
		if bytes.Equal(now, written) {
			t.Errorf("decision %d is not written: %s", i, now)
		}
		if got, want := bytes.Contains(now, []byte(`"dependents": true`)), i == 5 || i == 6; got != want {
			t.Errorf("after decision %d dependents are muted: %v, want %v: %s", i, got, want, now)
		}
		written = now
		for range 2 { // What has not changed is not written.
			info, err := os.Stat(d.file("decisions.json"))
			if err != nil {
				t.Fatal(err)
			}
			if err := store.SaveDecisions(c); err != nil {
				t.Fatal(err)
			}
			if again, err := os.Stat(d.file("decisions.json")); err != nil || !os.SameFile(info, again) {
				t.Errorf("decision %d is written again (%v)", i, err)
			}
		}
	}
}

func TestTheResultsSurviveARestartByTheClocksOfThisMachine(t *testing.T) {
	d := newDirectory(t)
	db := new(subject).check("db")
	open := func() *state.Store {
		s := state.Open(d.path, func(err error) { d.reports = append(d.reports, err) })
		t.Cleanup(s.Close)
		return s
	}
	store := open()
	c := newCollector(t, nil, db)
	run(t, c)
	keep(t, store, c)
	store.Close()
	saved := open().Restore([]checks.Check{db})
	if runtime.GOOS != "linux" {
		t.Skip("this system has no identity of the boot")
	}
	if id, since := state.SinceBoot(); id == "" || since < time.Second {
		t.Errorf("boot %q was %v ago, want its identity and a time", id, since)
	}
	if len(saved.Results) != 1 || saved.Results[0].Age < 0 || saved.Results[0].Age > time.Minute {
		t.Errorf("results %+v, want one of a moment ago", saved.Results)
	}
	d.wantReports(0)
}

func TestACheckThatIsGoneTakesNoOtherResultAlong(t *testing.T) {
	d := newDirectory(t)
	var all []checks.Check
	for i := range 5 {
		all = append(all, new(subject).check(fmt.Sprint("check-", i)))
	}
	store := d.open()
	c := newCollector(t, nil, all...)
	run(t, c)
	keep(t, store, c)
	store.Close()
	for i := range all {
		rest := slices.Delete(slices.Clone(all), i, i+1)
		store := d.open()
		if saved := store.Restore(rest); len(saved.Results) != len(rest) {
			t.Errorf("without %s: %d results, want %d", all[i].Name, len(saved.Results), len(rest))
		}
		store.Close()
	}
	d.wantReports(0)
}

func TestAnOutputFullOfQuotesAndBracketsComesBackWhole(t *testing.T) {
	for _, part := range []string{"<", "&", `"`, "\u00e9"} {
		d := newDirectory(t)
		output := strings.Repeat(part, 1000/len(part))
		db := checks.Check{Name: "db", Fingerprint: "1", Func: func(context.Context) (string, error) { return output, nil }}
		store := d.open()
		c := newCollector(t, nil, db)
		run(t, c)
		keep(t, store, c)
		store.Close()
		if saved := d.open().Restore([]checks.Check{db}); len(saved.Results) != 1 || saved.Results[0].Output != output {
			t.Errorf("%d times %s came back as %+v", 1000/len(part), part, saved.Results)
		}
	}
}

func TestARecordThatIsTooLongLosesTheLeastFirst(t *testing.T) {
	r := collector.SavedResult{
		Check: "db", Output: strings.Repeat("o", 600), Warning: strings.Repeat("w", 300), Cause: []string{strings.Repeat("c", 50)},
		Value: []byte(`{"is":"value"}`), Values: []collector.Value{{Name: "depth", Value: 7}},
	}
	parts := []string{`"value":{`, `"depth"`, r.Output, r.Warning, r.Cause[0]}
	capacity := 1 << 16
	for _, lost := range []int{0, 1, 2, 4, 5} { // The two texts become shorter together.
		got := state.Encoded(r, capacity)
		for i, part := range parts {
			if kept := i >= lost; strings.Contains(got, part) != kept {
				t.Errorf("capacity %d: %s is kept: %v, want %v", capacity, part, !kept, kept)
			}
		}
		if exact := state.Encoded(r, len(got)); exact != got {
			t.Errorf("a record of %d bytes does not fit into as many: %s", len(got), exact)
		}
		capacity = len(got) - 1
	}
	if got := state.Encoded(r, capacity); got != "" {
		t.Errorf("a record is %d bytes long, want at most %d", len(got), capacity)
	}
	r.Value = []byte("{")
	if got := state.Encoded(r, 1<<16); !strings.Contains(got, `"depth"`) || strings.Contains(got, `"value":{`) {
		t.Errorf("a value that is not JSON leaves %q, want all but the value", got)
	}
}

// A save that may write little leaves the rest to the next one, down to the last
// record.
func TestSavesOfAFewBytesWriteEverythingInTheEnd(t *testing.T) {
	d := newDirectory(t)
	var set []checks.Check
	for i := range 7 {
		set = append(set, new(subject).check(fmt.Sprint("check-", i)))
	}
	store := d.open()
	c := newCollector(t, nil, set...)
	run(t, c)
	saves := 1
	for store.SaveWithin(c, 1) {
		saves++
	}
	store.Close()
	if saved := d.open().Restore(set); saves != 2*len(set) || len(saved.Results) != len(set) || len(saved.Transitions) != len(set) {
		t.Errorf("%d saves: %d results and %d histories, want %d of each", saves, len(saved.Results), len(saved.Transitions), len(set))
	}
	d.wantReports(0)
}

func TestWhatCameBackIsNotWrittenAgain(t *testing.T) {
	d := newDirectory(t)
	set := []checks.Check{new(subject).check("db"), new(subject).check("cache")}
	store := d.open()
	c := newCollector(t, nil, set...)
	run(t, c)
	keep(t, store, c)
	store.Close()
	store = d.open()
	if written, more := store.SaveOnce(newCollector(t, store.Restore(set), set...)); written != 0 || more {
		t.Errorf("%d bytes are written again, and more: %v", written, more)
	}
	d.wantReports(0)
}

func TestRoomsAreUsedAgainWhileTheProcessRuns(t *testing.T) {
	d := newDirectory(t)
	store := d.open()
	c := newCollector(t, nil, new(subject).check("stays"))
	sizes := map[string][]int64{}
	for i := range 20 {
		name := fmt.Sprint("check-", i)
		if err := c.Add(new(subject).check(name)); err != nil {
			t.Fatal(err)
		}
		run(t, c)
		keep(t, store, c)
		if err := c.Remove(name); err != nil {
			t.Fatal(err)
		}
		keep(t, store, c)
		for _, file := range []string{"results.slots", "history.slots"} {
			sizes[file] = append(sizes[file], int64(len(d.read(file))))
		}
	}
	for file, sizes := range sizes {
		if last := sizes[len(sizes)-1]; last > sizes[1]+1024 {
			t.Errorf("%s grows: %d", file, sizes)
		}
	}
	d.wantReports(0)
}

func TestOnlyTheSameDefinitionGetsItsResultBack(t *testing.T) {
	d := newDirectory(t)
	db := new(subject).check("db")
	store := d.open()
	c := newCollector(t, nil, db)
	run(t, c)
	keep(t, store, c)
	store.Close()
	changed, plain, renamed := db, db, db
	changed.Fingerprint, plain.Fingerprint, renamed.Name = "another password", "", "renamed"
	for what, check := range map[string]checks.Check{"changed": changed, "without a fingerprint": plain, "renamed": renamed} {
		store := d.open()
		if saved := store.Restore([]checks.Check{check}); len(saved.Results) != 0 {
			t.Errorf("a check that is %s has the result %+v", what, saved.Results[0])
		}
		store.Close()
	}
	if err := os.Remove(d.file("fingerprint.key")); err != nil {
		t.Fatal(err)
	}
	if saved := d.open().Restore([]checks.Check{db}); len(saved.Results) != 0 {
		t.Errorf("without the key there is the result %+v", saved.Results[0])
	}
	d.wantReports(0)
}

func TestTheFilesArePrivateAndHaveNoFingerprint(t *testing.T) {
	d := newDirectory(t)
	db := new(subject).check("db")
	db.Fingerprint = "f1ngerpr1nt"
	store := d.open()
	c := newCollector(t, nil, db)
	run(t, c)
	if err := c.SetDrain(&collector.Drain{Reason: "deploy"}); err != nil {
		t.Fatal(err)
	}
	keep(t, store, c)
	var found []string
	err := filepath.WalkDir(d.path, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		want := fs.FileMode(0o600)
		if e.IsDir() {
			want = 0o700
		} else {
			found = append(found, e.Name())
			if strings.Contains(string(d.read(e.Name())), db.Fingerprint) {
				t.Errorf("%s has the fingerprint", path)
			}
		}
		if info.Mode().Perm() != want {
			t.Errorf("%s has mode %v, want %v", path, info.Mode().Perm(), want)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"decisions.json", "fingerprint.key", "history.slots", "lock", "results.slots"}; !slices.Equal(found, want) {
		t.Errorf("files %v, want %v", found, want)
	}
}

func TestTheLastSixteenChangesOfStateSurviveManyRestarts(t *testing.T) {
	d := newDirectory(t)
	var s subject
	db := s.check("db")
	db.SuccessTTL, db.FailedTTL = -1, -1
	want := []string{}
	for restart := range 7 {
		store := d.open()
		c := newCollector(t, store.Restore([]checks.Check{db}), db)
		for i := range 3 {
			s.fails.Store((restart*3+i)%2 == 1)
			if _, err := c.Report(t.Context(), collector.Filter{}); err != nil {
				t.Fatal(err)
			}
			if err := c.Wait(t.Context()); err != nil {
				t.Fatal(err)
			}
			last := c.Transitions("db")
			want = append(want, last[len(last)-1].Time.String())
		}
		keep(t, store, c)
		store.Close()
	}
	all, problem, err := state.ReadHistory(d.path)
	if problem != nil || err != nil || len(all) != 1 || all[0].Check != "db" {
		t.Fatalf("%v, %v, %v", all, problem, err)
	}
	got := []string{}
	for _, tr := range all[0].Transitions {
		got = append(got, tr.Time.String())
	}
	if want = want[len(want)-16:]; !slices.Equal(got, want) {
		t.Errorf("changes at %q,\nwant %q", got, want)
	}
	d.wantReports(0)
}

func TestRoomsOfChecksThatAreGoneAreUsedAgain(t *testing.T) {
	d := newDirectory(t)
	var sizes []int64
	for restart := range 6 {
		set := []checks.Check{new(subject).check("stays")}
		for i := range 10 {
			set = append(set, new(subject).check(fmt.Sprintf("check-%d-%d", restart, i)))
		}
		store := d.open()
		c := newCollector(t, store.Restore(set), set...)
		run(t, c)
		keep(t, store, c)
		for _, check := range set[1:6] { // Half of them go while it runs.
			if err := c.Remove(check.Name); err != nil {
				t.Fatal(err)
			}
		}
		keep(t, store, c)
		store.Close()
		all, _, err := state.ReadHistory(d.path)
		if err != nil || len(all) != 6 {
			t.Errorf("histories %v, %v, want those of 6 checks", all, err)
		}
		size := int64(0)
		for _, name := range []string{"results.slots", "history.slots"} {
			info, err := os.Stat(d.file(name))
			if err != nil {
				t.Fatal(err)
			}
			size += info.Size()
		}
		sizes = append(sizes, size)
		if restart > 0 && len(all) > 0 && !slices.ContainsFunc(all, func(h state.History) bool { return h.Check == "stays" }) {
			t.Error("the check that stays has lost its history")
		}
	}
	if sizes[5] > 2*sizes[1] {
		t.Errorf("the files grow: %v", sizes)
	}
	d.wantReports(0)
}

func TestASecondProcessRunsWithoutTheDirectory(t *testing.T) {
	t.Parallel()
	d := newDirectory(t)
	first := d.open()
	begin := time.Now()
	second := d.open()
	d.wantDescriptors(2) // Of the first: the directory and the lock.
	if waited := time.Since(begin); waited < 2*time.Second || waited > 20*time.Second {
		t.Errorf("it waited %v for the lock, want 2s", waited)
	}
	if len(d.reports) != 1 || d.reports[0].Error() != "state directory "+d.path+": in use by another process" {
		t.Errorf("reports %v", d.reports)
	}
	c := newCollector(t, second.Restore(nil))
	keep(t, second, c)
	if err := second.SaveDecisions(c); err == nil || second.Usable() || !first.Usable() {
		t.Errorf("the second: %v, usable %v; the first: usable %v", err, second.Usable(), first.Usable())
	}
	d.reports = nil
	go func() {
		time.Sleep(500 * time.Millisecond)
		first.Close()
	}()
	if third := d.open(); !third.Usable() {
		t.Error("a process that waited for the lock has not got it")
	}
	d.wantReports(0)
}
