//go:build linux

package e2e_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"
)

// A soak is the program under a steady load, as long as it lasts.
type soak struct {
	lasts, reload, flap time.Duration

	mu       sync.Mutex
	took     []time.Duration // of the answers to pollers
	wrong    []string        // answers that are none
	statuses map[int]int
	samples  []sample
}

// A sample is what one scrape says about the process.
type sample struct {
	at                     time.Duration
	resident               float64
	goroutines, descriptor float64
}

const (
	soakPollers = 10 // each asks 5 times a second
	soakPause   = 200 * time.Millisecond
	soakGrowth  = 5 << 20
)

// 50 requests a second, a scrape every second, dependencies that come and go,
// and a reload to another set of checks again and again: the memory does not
// grow after the first quarter, and the goroutines stay as they are.
func TestSoakLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	s := &soak{
		lasts: form(15*time.Second, 30*time.Minute), reload: form(3*time.Second, 30*time.Second), flap: form(2*time.Second, 7*time.Second),
		statuses: map[int]int{},
	}
	dir := t.TempDir()
	file, flag := filepath.Join(dir, "checks.yml"), filepath.Join(dir, "flag")
	deps := startFlapping(t, s.flap, flag)
	write(t, file, soakChecks(deps, flag, 0))
	e := startWith(t, "--config.file="+file, "--log.level=debug")

	ctx, stop := context.WithTimeout(t.Context(), s.lasts)
	defer stop()
	var load sync.WaitGroup
	begin := time.Now()
	for i := range soakPollers {
		load.Go(func() { s.poll(ctx, e.url+"/healthcheck", i%2 == 0) })
	}
	load.Go(func() {
		for n := 1; pause(ctx, s.reload); n++ {
			write(t, file, soakChecks(deps, flag, n))
			e.Signal(syscall.SIGHUP)
		}
	})
	for pause(ctx, form(250*time.Millisecond, time.Second)) {
		g := metricsOf(t, e)
		s.samples = append(s.samples, sample{
			at: time.Since(begin), resident: g.sum("process_resident_memory_bytes"),
			goroutines: g.sum("go_goroutines"), descriptor: g.sum("process_open_fds"),
		})
	}
	load.Wait()
	s.judge(t, metricsOf(t, e))
}

// pause waits, and reports whether the context still goes on.
func pause(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}

// poll asks again and again, over one connection or over a new one each time.
func (s *soak) poll(ctx context.Context, url string, fresh bool) {
	c := &http.Client{Transport: &http.Transport{DisableKeepAlives: fresh}, Timeout: 30 * time.Second}
	defer c.CloseIdleConnections()
	for pause(ctx, soakPause) {
		begin := time.Now()
		status, wrong := 0, ""
		response, err := c.Get(url)
		if err == nil {
			status = response.StatusCode
			_, err = io.Copy(io.Discard, response.Body)
			response.Body.Close()
		}
		switch {
		case err != nil:
			wrong = err.Error()
		case status != http.StatusOK && status != http.StatusInternalServerError:
			wrong = response.Status
		}
		s.mu.Lock()
		s.took = append(s.took, time.Since(begin))
		s.statuses[status]++
		if wrong != "" {
			s.wrong = append(s.wrong, wrong)
		}
		s.mu.Unlock()
	}
}

// judge holds the last eighth against what came just after the first quarter.
func (s *soak) judge(t testing.TB, end gauges) {
	t.Helper()
	n := len(s.samples)
	if n < 8 { // A busy machine takes a second for a scrape.
		t.Fatalf("%d scrapes in %v, want several a second", n, s.lasts)
	}
	quarter, last := s.samples[n/4:n/4+n/8], s.samples[n-n/8:]
	median := func(of []sample, value func(sample) float64) float64 {
		var values []float64
		for _, s := range of {
			values = append(values, value(s))
		}
		return quantile(values, 0.5)
	}
	resident := func(s sample) float64 { return s.resident }
	goroutines := func(s sample) float64 { return s.goroutines }
	descriptors := func(s sample) float64 { return s.descriptor }
	peak := slices.MaxFunc(s.samples[n/4:], func(a, b sample) int { return int(a.resident - b.resident) }).resident

	if len(s.wrong) > 0 {
		t.Errorf("%d of %d polls had no answer, such as: %s", len(s.wrong), len(s.took), s.wrong[0])
	}
	if grown := median(last, resident) - median(quarter, resident); grown > soakGrowth {
		t.Errorf("resident memory grew by %s after the first quarter, want at most 5 MiB", mib(grown))
	}
	if before, after := median(quarter, goroutines), median(last, goroutines); after > before+5 {
		t.Errorf("%v goroutines after the first quarter and %v at the end", before, after)
	}
	if before, after := median(quarter, descriptors), median(last, descriptors); after > before+5 {
		t.Errorf("%v descriptors after the first quarter and %v at the end", before, after)
	}
	if runs := end.sum("healthcheck_runs_total", "result", "failed"); runs == 0 {
		t.Error("no run failed: the dependencies did not come and go")
	}
	if got := end.sum("healthcheck_config_last_reload_successful"); got != 1 {
		t.Error("the last reload failed")
	}
	record(t, "soak",
		fmt.Sprintf("- %v: %d answers to pollers (%d × 200, %d × 500, %d without an answer), %d scrapes, a reload every %v",
			s.lasts, len(s.took), s.statuses[200], s.statuses[500], len(s.wrong), n, s.reload),
		fmt.Sprintf("- answers: half within %v, 99 %% within %v, the slowest %v",
			quantile(s.took, 0.5).Round(time.Microsecond), quantile(s.took, 0.99).Round(time.Microsecond), quantile(s.took, 1).Round(time.Microsecond)),
		fmt.Sprintf("- resident memory: %s after the first quarter, %s at the end, %s at most in between",
			mib(median(quarter, resident)), mib(median(last, resident)), mib(peak)),
		fmt.Sprintf("- goroutines: %v after the first quarter, %v at the end; descriptors: %v and %v",
			median(quarter, goroutines), median(last, goroutines), median(quarter, descriptors), median(last, descriptors)),
		fmt.Sprintf("- runs of the checks that are there at the end: %v passed, %v failed",
			end.sum("healthcheck_runs_total", "result", "passed"), end.sum("healthcheck_runs_total", "result", "failed")),
	)
}

// flapping are dependencies that come and go.
type flapping struct{ http, tcp string }

// startFlapping starts a web server that is broken half of the time, a port on
// which somebody listens half of the time, and makes and removes a file.
func startFlapping(t testing.TB, every time.Duration, flag string) flapping {
	ctx, stop := context.WithCancel(context.Background())
	var ended sync.WaitGroup
	t.Cleanup(func() { stop(); ended.Wait() })
	broken := func() bool { return time.Now().UnixNano()/int64(every)%2 == 1 }
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if broken() {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		_, _ = io.WriteString(w, "fine or not\n")
	}))
	t.Cleanup(web.Close)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	listener.Close()
	ended.Go(func() {
		for pause(ctx, every) {
			if listener, err := net.Listen("tcp", address); err == nil {
				go acceptAll(listener)
				pause(ctx, every)
				listener.Close()
			}
		}
	})
	ended.Go(func() {
		for pause(ctx, every) {
			_ = os.WriteFile(flag, nil, 0o600)
			pause(ctx, every)
			_ = os.Remove(flag)
		}
	})
	return flapping{http: web.URL, tcp: address}
}

func acceptAll(listener net.Listener) {
	for {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		conn.Close()
	}
}

// soakChecks is the configuration after that many reloads: some checks stay,
// one changes, one goes and another comes.
func soakChecks(deps flapping, flag string, reloads int) string {
	return fmt.Sprintf(`
global: {success_ttl: 1s, failed_ttl: 500ms, timeout: 1s}
checks:
  - {name: web, http: {url: "%[1]s"}}
  - {name: port, tcp: {address: "%[2]s"}}
  - {name: flag, exec: {command: [/bin/ls, "%[3]s"]}}
  - {name: behind, tcp: {address: "%[2]s"}, depends_on: [port]}
  - {name: disk, disk: {path: /}}
  - {name: memory, memory: {}, optional: true}
  - {name: nowhere, tcp: {address: "127.0.0.1:1"}, optional: true}
  - {name: changing, http: {url: "%[1]s/%[4]d"}, optional: true}
  - {name: "number-%[4]d", load: {}}
`, deps.http, deps.tcp, flag, reloads%5)
}
