//go:build linux

package e2e_test

import (
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"
)

// At 10,000 checks the state directory costs at most a megabyte a second, and no
// answer comes later.
func TestTenThousandChecksWithAStateDirectory(t *testing.T) {
	t.Parallel()
	const checks = 10_000
	var yaml strings.Builder
	yaml.WriteString("global: {success_ttl: 10s}\nchecks:\n")
	for i := range checks {
		fmt.Fprintf(&yaml, "  - {name: check-%d, load: {}}\n", i)
	}
	measured := form(3*time.Second, 30*time.Second)
	plain := start(t, yaml.String())
	before := latencies(t, plain, measured)
	plain.Stop()
	k := startKeeper(t, "", yaml.String())
	eventually(t, func() string {
		_, body, err := get(t.Context(), k.url+"/-/ready")
		if body != "ready\n" {
			return fmt.Sprint(body, err)
		}
		return ""
	})
	written := writtenBy(t, k.PID())
	begin := time.Now()
	after := latencies(t, k.exporter, measured)
	rate := float64(writtenBy(t, k.PID())-written) / time.Since(begin).Seconds()
	if rate > 1e6 {
		t.Errorf("%.0f bytes a second are written, want at most 1 MB", rate)
	}
	if rate < 1e4 {
		t.Errorf("%.0f bytes a second are written: the results are not kept", rate)
	}
	if median, was := quantile(after, 0.5), quantile(before, 0.5); median > max(10*was, 5*time.Millisecond) {
		t.Errorf("half of the answers come within %v, without the directory within %v", median, was)
	}
	if slow, was := quantile(after, 0.99), quantile(before, 0.99); slow > max(10*was, 200*time.Millisecond) {
		t.Errorf("99 %% of the answers come within %v, without the directory within %v", slow, was)
	}
	record(t, "state", fmt.Sprintf("- %d checks with a success TTL of 10 s: %.2f MB/s written; answers: half within %v, 99 %% within %v (without a state directory %v and %v)",
		checks, rate/1e6, quantile(after, 0.5), quantile(after, 0.99), quantile(before, 0.5), quantile(before, 0.99)))
}

// latencies asks for one check again and again.
func latencies(t testing.TB, e *exporter, lasts time.Duration) (all []time.Duration) {
	t.Helper()
	for end := time.Now().Add(lasts); time.Now().Before(end); time.Sleep(2 * time.Millisecond) {
		begin := time.Now()
		fetch(t, http.StatusOK, e.url+"/healthcheck/check-1")
		all = append(all, time.Since(begin))
	}
	return all
}

// writtenBy returns how many bytes a process has written to files.
func writtenBy(t testing.TB, pid int) (n int64) {
	t.Helper()
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/io", pid))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(data)) {
		if _, err := fmt.Sscanf(line, "write_bytes: %d", &n); err == nil {
			return n
		}
	}
	t.Fatalf("no write_bytes in %s", data)
	return 0
}
