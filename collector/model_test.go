package collector_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
)

const (
	modelGrace   = 50 * time.Millisecond
	modelTimeout = 3 * time.Second // the longest
	modelTTL     = 30 * time.Second
	modelYield   = 90 * time.Second // by when a check that failed has its turn
	modelHang    = 3 * time.Minute
)

// TestTheEngineKeepsItsPromisesInRandomWorlds does at random what an engine can
// be made to do, for hours of a world's own time, and looks at each step whether
// what must always hold does. HEALTHCHECK_LONG=1 takes minutes instead of
// seconds, HEALTHCHECK_SEED repeats one world.
func TestTheEngineKeepsItsPromisesInRandomWorlds(t *testing.T) {
	worlds := uint64(150)
	if testing.Short() {
		worlds = 30
	}
	if os.Getenv("HEALTHCHECK_LONG") == "1" {
		worlds = 20_000
	}
	first := uint64(0)
	if seed, err := strconv.ParseUint(os.Getenv("HEALTHCHECK_SEED"), 10, 64); err == nil {
		first, worlds = seed, 1
	}
	for seed := first; seed < first+worlds && !t.Failed(); seed++ {
		synctest.Test(t, func(t *testing.T) { newWorld(t, seed).live() })
	}
}

// A world is a collector whose checks, readers and changes are random.
type world struct {
	*testing.T
	seed   uint64
	random *rand.Rand // of the driver alone
	c      *collector.Collector
	stop   func() // ends the background; nil: it has not begun
	async  sync.WaitGroup

	changing sync.Mutex     // held while the set is being changed, never while anything waits
	defs     []checks.Check // registered
	next     int

	mu       sync.Mutex
	calls    map[string]*callsOf
	told     map[string]collector.State
	seen     map[uint64]collector.Report // by version
	counted  map[string]float64          // runs of the last scrape
	removed  map[string]int              // how often the name was
	removal  map[string]time.Time        // when it last was
	releases []chan struct{}             // of hung calls
}

// CallsOf is what a world knows of the calls under one name.
type callsOf struct {
	under       map[int]int // by definition
	hung, total int
	last        time.Time // a call began
	freed       time.Time // a hang ended
}

func newWorld(t *testing.T, seed uint64) *world {
	w := &world{
		T: t, seed: seed, random: rand.New(rand.NewPCG(11, seed)),
		calls: map[string]*callsOf{}, told: map[string]collector.State{},
		seen: map[uint64]collector.Report{}, counted: map[string]float64{}, removed: map[string]int{}, removal: map[string]time.Time{},
	}
	w.c = newCollector(t, collector.Options{
		Concurrency: 1 + w.random.IntN(4), CollectWait: w.pick(-1, time.Millisecond, time.Second),
		MaxWait: w.pick(0, -1, time.Millisecond, time.Second), StartupWait: w.pick(0, -1, time.Second),
		OnChange: w.onChange,
	})
	return w
}

func (w *world) pick(ds ...time.Duration) time.Duration { return ds[w.random.IntN(len(ds))] }

// wrong reports a promise that was broken.
func (w *world) wrong(format string, a ...any) {
	w.Helper()
	w.Errorf("HEALTHCHECK_SEED=%d: "+format, append([]any{w.seed}, a...)...)
}

func (w *world) live() {
	for range 60 {
		w.act()
		w.scrape()
		if w.Failed() {
			break
		}
	}
	w.rest()
}

// act does one thing at random.
func (w *world) act() {
	switch w.random.IntN(13) {
	case 0, 1:
		time.Sleep(time.Duration(1 + w.random.Int64N(int64(w.pick(time.Millisecond, time.Second, time.Minute)))))
	case 2:
		w.add()
	case 3:
		w.remove()
	case 4, 5:
		w.reload()
	case 6:
		w.c.Drain([]error{nil, errDown}[w.random.IntN(2)])
	case 7:
		if w.stop == nil && w.random.IntN(3) == 0 {
			ctx, cancel := context.WithCancel(context.Background())
			w.async.Go(func() { _ = w.c.Run(ctx) })
			w.stop = cancel
		}
	case 8:
		w.release()
	case 10:
		w.mute()
	case 9:
		if err := w.c.Limit(collector.Limits{Concurrency: 1 + w.random.IntN(4), MaxWait: w.pick(0, -1, time.Millisecond, time.Second)}); err != nil {
			w.wrong("Limit() = %v", err)
		}
	default:
		w.read()
	}
}

// define makes a definition that has never been, of a name that may have.
func (w *world) define(name string, deps ...string) checks.Check {
	w.next++
	seed := w.random.Uint64()
	random, mu := rand.New(rand.NewPCG(seed, 1)), &sync.Mutex{}
	roll := func(n int) int {
		mu.Lock()
		defer mu.Unlock()
		return random.IntN(n)
	}
	kind, id := w.random.IntN(6), w.next
	return w.tune(checks.Check{
		Name: name, DependsOn: deps, Fingerprint: strconv.Itoa(w.next), Optional: w.random.IntN(3) == 0,
		Func: func(ctx context.Context) (string, error) { return w.call(ctx, name, id, kind, roll) },
	})
}

// tune changes what may change under the same fingerprint.
func (w *world) tune(c checks.Check) checks.Check {
	c.Timeout = w.pick(time.Second, modelTimeout)
	c.SuccessTTL, c.FailedTTL = w.pick(-1, time.Second, modelTTL), w.pick(-1, time.Second, modelTTL)
	c.FailureThreshold, c.SuccessThreshold = w.random.IntN(3), w.random.IntN(3)
	return c
}

// call is what every function of a world does.
func (w *world) call(ctx context.Context, name string, id, kind int, roll func(int) int) (string, error) {
	defer w.enter(name, id)()
	if takes := time.Duration(roll(3)) * 400 * time.Millisecond; takes > 0 {
		select {
		case <-time.After(takes):
		case <-ctx.Done():
			return "", ctx.Err()
		}
	}
	switch {
	case kind == 0 && roll(3) == 0:
		return "", errDown
	case kind == 1 && roll(3) == 0:
		panic("trouble")
	case kind == 2 && roll(3) == 0:
		<-ctx.Done()
		return "", ctx.Err()
	case kind == 3 && roll(2) == 0:
		w.hang(name)
	case kind == 4:
		return "slow", checks.Warnf("careful")
	}
	return "ok", nil
}

// enter notes the begin of a call, and what it returns the end: there is never
// more than one call of a definition, nor more than two under a name: one of them
// is of a definition that was not committed when it did not return.
func (w *world) enter(name string, id int) (leave func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	calls := w.calls[name]
	if calls == nil {
		calls = &callsOf{under: map[int]int{}}
		w.calls[name] = calls
	}
	calls.total++
	calls.last = time.Now()
	if calls.under[id]++; calls.under[id] > 1 || len(calls.under) > 2 {
		w.wrong("%v calls of the definitions of %s at once", calls.under, name)
	}
	return func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		if calls.under[id]--; calls.under[id] == 0 {
			delete(calls.under, id)
		}
	}
}

// hang ignores the context of the call until the driver releases it, or for long.
func (w *world) hang(name string) {
	release := make(chan struct{})
	w.mu.Lock()
	w.releases = append(w.releases, release)
	w.calls[name].hung++
	w.mu.Unlock()
	select {
	case <-release:
	case <-time.After(modelHang):
	}
	w.mu.Lock()
	w.calls[name].hung--
	w.calls[name].freed = time.Now()
	w.mu.Unlock()
}

// mute mutes or unmutes something, for a while.
func (w *world) mute() {
	m := collector.Mute{Reason: "x", Until: time.Now().Add(w.pick(time.Second, time.Minute)), Dependents: w.random.IntN(2) == 0}
	err := w.c.Mute(w.name(), m)
	if w.random.IntN(3) == 0 {
		err = w.c.Unmute(w.name())
	}
	if err != nil && !errors.Is(err, collector.ErrUnknownCheck) {
		w.wrong("muting: %v", err)
	}
}

// release lets one hung call return.
func (w *world) release() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.releases) > 0 {
		close(w.releases[0])
		w.releases = w.releases[1:]
	}
}

func (w *world) name() string { return fmt.Sprint("n", w.random.IntN(8)) }

func (w *world) deps() (deps []string) {
	for _, def := range w.defs {
		if len(deps) < 2 && w.random.IntN(5) == 0 {
			deps = append(deps, def.Name)
		}
	}
	return deps
}

func (w *world) add() {
	w.changing.Lock()
	defer w.changing.Unlock()
	def := w.define(w.name(), w.deps()...)
	taken := slices.ContainsFunc(w.defs, func(c checks.Check) bool { return c.Name == def.Name })
	switch err := w.c.Add(def); {
	case errors.Is(err, collector.ErrNameTaken) == taken && (err != nil) == taken:
	case err != nil && slices.Contains(def.DependsOn, def.Name):
		return
	default:
		w.wrong("Add(%s) = %v, taken %v", def.Name, err, taken)
	}
	if !taken {
		w.defs = append(w.defs, def)
	}
}

func (w *world) remove() {
	w.changing.Lock()
	defer w.changing.Unlock()
	name := w.name()
	begin := time.Now()
	err := w.c.Remove(name)
	if took := time.Since(begin); took != 0 {
		w.wrong("Remove() waited %v", took)
	}
	if err == nil {
		w.defs = slices.DeleteFunc(w.defs, func(c checks.Check) bool { return c.Name == name })
		w.forget(name)
	} else if !errors.Is(err, collector.ErrUnknownCheck) && !errors.Is(err, collector.ErrInUse) {
		w.wrong("Remove() = %v", err)
	}
}

// forget ends what is known of a name that is registered no longer.
func (w *world) forget(name string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.removed[name]++
	w.removal[name] = time.Now()
	delete(w.counted, name)
	delete(w.told, name)
}

// reload replaces the set by one that is partly new, partly the same and partly
// retuned, in the background or not, and sometimes aborts that.
func (w *world) reload() {
	w.changing.Lock()
	next := w.nextSet()
	w.changing.Unlock()
	patience := w.pick(time.Millisecond, 2*time.Second, 4*time.Minute)
	abort := w.random.IntN(4) == 0
	limits := collector.Limits{Concurrency: 1 + w.random.IntN(4), MaxWait: w.pick(0, time.Second)}
	change := func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		ch, err := w.c.Prepare(ctx, next, limits)
		switch {
		case err != nil && errors.Is(err, context.DeadlineExceeded):
		case err != nil:
			w.wrong("Prepare() = %v", err)
		case abort:
			w.wantPreview(ch, next)
			ch.Abort()
		default:
			w.changing.Lock()
			defer w.changing.Unlock()
			ch.Commit()
			w.committed(next)
		}
	}
	if w.random.IntN(2) == 0 {
		w.async.Go(change)
		return
	}
	change()
}

// wantPreview checks what a change shows before it is committed.
func (w *world) wantPreview(ch *collector.Change, next []checks.Check) {
	known := map[string]checks.Check{}
	for _, def := range next {
		known[def.Name] = def
	}
	for _, r := range ch.WouldFail() {
		if def, is := known[r.Check]; !is || def.Optional || r.State == collector.StatePassed {
			w.wrong("%s (%s, %v) would fail the whole", r.Check, r.State, def.Optional)
		}
	}
	for _, r := range ch.FirstResults() {
		if _, is := known[r.Check]; !is || r.State == collector.StateUnknown {
			w.wrong("the first result of %s is %s", r.Check, r.State)
		}
	}
}

func (w *world) nextSet() []checks.Check {
	var next []checks.Check
	names := map[string]bool{}
	for _, def := range w.defs {
		switch w.random.IntN(4) {
		case 0:
			continue
		case 1:
			def = w.define(def.Name)
		case 2:
			def = w.tune(def)
		}
		def.DependsOn = slices.DeleteFunc(slices.Clone(def.DependsOn), func(dep string) bool { return !names[dep] })
		if len(next) > 0 && w.random.IntN(5) == 0 {
			def.DependsOn = []string{next[w.random.IntN(len(next))].Name}
		}
		names[def.Name] = true
		next = append(next, def)
	}
	if name := w.name(); !names[name] {
		next = append(next, w.define(name))
	}
	return next
}

func (w *world) committed(next []checks.Check) {
	for _, def := range w.defs {
		if !slices.ContainsFunc(next, func(c checks.Check) bool { return c.Name == def.Name }) {
			w.forget(def.Name)
		}
	}
	w.defs = next
}

// read asks for something, now or beside what comes next.
func (w *world) read() {
	var f collector.Filter
	if w.random.IntN(2) == 0 {
		f.Names = []string{w.name()}
	}
	patience := w.pick(time.Nanosecond, time.Second, 4*time.Minute)
	read := func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		begin := time.Now()
		r, err := w.c.Report(ctx, f)
		if took := time.Since(begin); took > patience {
			w.wrong("a reader waited %v with a context of %v", took, patience)
		}
		if err == nil {
			w.wantTrue(r)
		} else if !errors.Is(err, collector.ErrUnknownCheck) {
			w.wrong("Report() = %v", err)
		}
	}
	if w.random.IntN(2) == 0 {
		w.async.Go(read)
		return
	}
	read()
}

// wantTrue checks what must hold for every report.
func (w *world) wantTrue(r collector.Report) {
	want := collector.Overall(r.Results)
	if r.Draining != "" {
		want = collector.StatusFailed
	}
	if r.Status != want {
		w.wrong("status %s, want %s", r.Status, want)
	}
	for _, result := range r.Results {
		limit := result.Expires.Sub(result.Time) + modelTimeout + modelGrace
		if age := r.Time.Sub(result.Time); result.Passed && age > limit {
			w.wrong("%s: a pass of %v ago, want at most %v", result.Check, age, limit)
		}
		if result.Passed != (result.Reason == "") || result.Duration < 0 {
			w.wrong("%s: passed %v with reason %q, duration %v", result.Check, result.Passed, result.Reason, result.Duration)
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if before, known := w.seen[r.Version]; known && r.Version != 0 &&
		(before.Status != r.Status || before.Draining != r.Draining || before.Epoch != r.Epoch || !slices.Equal(before.Results, r.Results)) {
		w.wrong("two reports of version %d differ", r.Version)
	}
	w.seen[r.Version] = r
}

// onChange checks that a listener sees each state of a name once, in order.
func (w *world) onChange(old, now collector.Result) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !now.Time.After(w.removal[now.Check]) {
		delete(w.told, now.Check) // The result is from before the removal: anything may come next.
		return
	}
	last, known := w.told[now.Check]
	if old.State == now.State || known && last != old.State && old.State != collector.StateUnknown {
		w.wrong("%s: told %s to %s after %s", now.Check, old.State, now.State, last)
	}
	w.told[now.Check] = now.State
}

// scrape checks that each series is there once, and that no counter goes back.
func (w *world) scrape() {
	w.mu.Lock()
	removed := maps.Clone(w.removed)
	w.mu.Unlock()
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(w.c)
	families, err := registry.Gather()
	if err != nil {
		w.wrong("Gather() = %v", err)
		return
	}
	runs, failures := map[string]float64{}, map[string]float64{}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			labels := map[string]string{}
			for _, l := range m.GetLabel() {
				labels[l.GetName()] = l.GetValue()
			}
			switch v := m.GetCounter().GetValue(); {
			case f.GetName() == "healthcheck_failures_total":
				failures[labels["check"]] -= v
			case f.GetName() == "healthcheck_runs_total":
				runs[labels["check"]] += v
				if labels["result"] == "failed" {
					failures[labels["check"]] += v
				}
			}
		}
	}
	for check, left := range failures {
		if left != 0 {
			w.wrong("%s: %v failed runs more than failures", check, left)
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for check, n := range runs {
		if w.removed[check] != removed[check] {
			continue // Removed while we looked: its counters begin anew.
		}
		calls := 0
		if w.calls[check] != nil {
			calls = w.calls[check].total
		}
		if n < w.counted[check] || n > float64(calls) {
			w.wrong("%s: %v runs after %v, of %d calls", check, n, w.counted[check], calls)
		}
		w.counted[check] = n
	}
}

// rest lets a world come to rest: whatever hangs beside it, each check runs;
// when all calls have returned no place and no slot is left.
func (w *world) rest() {
	time.Sleep(5 * time.Minute) // Every reload and every reader ends.
	if err := w.c.Limit(collector.Limits{Concurrency: 1}); err != nil {
		w.wrong("Limit() = %v", err)
	}
	w.c.Drain(nil)
	w.hog()
	quiet := time.Now()
	for range 5 {
		time.Sleep(modelTTL)
		if w.stop == nil {
			w.wantTrue(report(w.T, w.c))
		}
	}
	w.wantRuns(quiet)
	if w.stop != nil {
		w.stop()
	}
	w.async.Wait()
	for range 2 * len(w.defs) {
		w.mu.Lock()
		left := len(w.releases)
		w.mu.Unlock()
		for range left {
			w.release()
		}
		time.Sleep(modelHang)
	}
	if err := w.c.Wait(context.Background()); err != nil {
		w.wrong("Wait() = %v", err)
	}
	synctest.Wait()
	if taken, queued, slots := w.c.Taken(), w.c.Queued(), w.c.Slots(); taken != 0 || queued != 0 || slots != len(w.defs) {
		w.wrong("%d places, %d in the queue, %d slots in the end, want 0, 0 and %d", taken, queued, slots, len(w.defs))
	}
}

// hog adds checks that together need more than the one place that there is.
func (w *world) hog() {
	w.changing.Lock()
	defer w.changing.Unlock()
	for i := range 3 {
		name := fmt.Sprint("hog", i)
		def := checks.Check{Name: name, Timeout: modelTimeout, FailedTTL: time.Second, Func: func(ctx context.Context) (string, error) {
			defer w.enter(name, 0)()
			<-ctx.Done()
			return "", ctx.Err()
		}}
		if err := w.c.Add(def); err != nil {
			w.wrong("Add(%s) = %v", name, err)
		}
		w.defs = append(w.defs, def)
	}
}

// wantRuns checks that every check has run since quiet that does not hang, and
// whose dependencies pass. In the background that needs no reader, but for checks
// whose passes are not kept.
func (w *world) wantRuns(quiet time.Time) {
	ctx, cancel := context.WithCancel(w.Context())
	cancel() // What is known, without a wait.
	r, err := w.c.Report(ctx, collector.Filter{})
	if err != nil {
		w.wrong("Report() = %v", err)
		return
	}
	results := map[string]*collector.Result{}
	for _, result := range r.Results {
		results[result.Check] = result
	}
	passes := func(dep string) bool { // For so long that its dependents have had their turn.
		result := results[dep]
		return result.State == collector.StatePassed && time.Since(result.Since) >= modelYield
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for i, result := range r.Results {
		if result.Check != w.defs[i].Name {
			w.wrong("result %d is of %s, want %s", i, result.Check, w.defs[i].Name)
		}
		calls := w.calls[result.Check]
		hangs := calls != nil && (calls.hung > 0 || time.Since(calls.freed) < modelYield)
		skipped := slices.ContainsFunc(w.defs[i].DependsOn, func(dep string) bool { return !passes(dep) })
		if hangs || skipped || result.State == collector.StateSkipped || w.stop != nil && w.defs[i].SuccessTTL < 0 {
			continue
		}
		if calls == nil || calls.last.Before(quiet) {
			w.wrong("%s (%s %s) has not run for %v", result.Check, result.State, result.Output, time.Since(quiet))
		}
	}
}
