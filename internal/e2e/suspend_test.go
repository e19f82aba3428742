//go:build linux

package e2e_test

import (
	"fmt"
	"testing"
	"time"
)

// A machine that was suspended wakes up with results that are long over. Its
// first answer has new ones.
func TestAfterASuspendTheNextAnswerIsFresh(t *testing.T) {
	t.Parallel()
	e := start(t, `
global: {success_ttl: 3s, failed_ttl: 1s}
checks:
  - {name: load, load: {}}
  - {name: program, exec: {command: [/bin/echo, fine]}}
  - {name: nowhere, tcp: {address: "127.0.0.1:1"}}
`)
	asleep := form(8*time.Second, time.Minute)
	before := resultsOf(t, e)
	e.Freeze()
	time.Sleep(asleep)
	woken := time.Now()
	e.Thaw()
	after := resultsOf(t, e)
	answered := time.Now()
	for name, r := range after {
		age := float64(answered.UnixNano())/1e9 - r.Timestamp
		if r.Timestamp < float64(woken.UnixNano())/1e9-0.01 {
			t.Errorf("%s: the answer after the suspend is %.1fs old: %+v, before: %+v", name, age, r, before[name])
		}
		if want := name != "nowhere"; r.Passed != want {
			t.Errorf("%s: passed is %v: %s", name, r.Passed, r.Output)
		}
	}
	g := metricsOf(t, e)
	for _, m := range g["healthcheck_duration_seconds"].GetMetric() {
		if d := m.GetGauge().GetValue(); d < 0 || d > 5 {
			t.Errorf("a run took %vs", d)
		}
	}
	record(t, "suspend", fmt.Sprintf("- stopped for %v with a TTL of 3 s: the next answer came after %v, and all of its results were newer than the end of the stop",
		asleep, answered.Sub(woken).Round(time.Millisecond)))
}
