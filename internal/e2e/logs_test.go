//go:build linux

package e2e_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/testservers"
)

// A badLog is where a log goes to be lost.
type badLog struct {
	name string
	// open returns what the program is given, and what spoils it later, if it
	// is not spoilt from the beginning.
	open func(testing.TB) (log *os.File, spoil func())
}

func badLogs() []badLog {
	return []badLog{
		{"a reader that dies", func(t testing.TB) (*os.File, func()) {
			r, w := pipe(t)
			go func() { _, _ = io.Copy(io.Discard, r) }()
			return w, func() { r.Close() }
		}},
		{"a reader that stalls", func(t testing.TB) (*os.File, func()) {
			_, w := pipe(t)
			fill(t, w)
			return w, func() {}
		}},
		{"a full disk", func(t testing.TB) (*os.File, func()) {
			full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
			if err != nil {
				t.Fatal(err)
			}
			return full, func() {}
		}},
	}
}

func pipe(t testing.TB) (r, w *os.File) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r, w
}

// fill writes to a pipe until nothing more goes into it.
func fill(t testing.TB, w *os.File) {
	t.Helper()
	if err := w.SetWriteDeadline(time.Now().Add(time.Second)); err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := w.Write(make([]byte, 4096)); errors.Is(err, os.ErrDeadlineExceeded) {
			return
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

// startLogging starts the program with much to say, and its log going to a file.
func startLogging(t testing.TB, log *os.File) (e *exporter, cmd *exec.Cmd) {
	t.Helper()
	var yaml strings.Builder
	yaml.WriteString("global: {success_ttl: 100ms, failed_ttl: 100ms}\nchecks:\n")
	for i := range 40 {
		fmt.Fprintf(&yaml, "  - {name: nowhere-%d, tcp: {address: \"127.0.0.1:1\"}}\n", i)
	}
	file, addr := filepath.Join(t.TempDir(), "checks.yml"), testservers.FreeAddr(t)
	write(t, file, yaml.String())
	cmd = exec.CommandContext(t.Context(), binary(t), "--config.file="+file, "--web.listen-address="+addr, "--log.level=debug")
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	log.Close()
	e = &exporter{Server: &testservers.Server{Addr: addr}, url: "http://" + addr}
	eventually(t, func() string {
		if err := answers(t.Context(), e.url+"/-/ready"); err != nil {
			return err.Error()
		}
		return ""
	})
	return e, cmd
}

// Whatever happens to whom the log goes: the health is answered, no answer is
// late, and the lines that are lost are counted.
func TestALogThatIsLostCostsNoAnswer(t *testing.T) {
	t.Parallel()
	for _, bad := range badLogs() {
		t.Run(bad.name, func(t *testing.T) {
			log, spoil := bad.open(t)
			e, cmd := startLogging(t, log)
			quiet, quietBase := speeds(t, e, 200)
			spoil()
			dropped := func() float64 { return metricsOf(t, e).sum("healthcheck_log_lines_dropped_total") }
			eventually(t, func() string {
				if dropped() == 0 {
					return "no dropped line was counted"
				}
				return ""
			})
			took, base := speeds(t, e, form(500, 5000))
			before := dropped()
			fetch(t, http.StatusInternalServerError, e.url+"/healthcheck")
			eventually(t, func() string {
				if dropped() <= before {
					return "no more dropped lines are counted"
				}
				return ""
			})
			most := time.Duration(busier(quietBase, base) * float64(5*quantile(quiet, 0.5)+5*time.Millisecond))
			if median := quantile(took, 0.5); median > most {
				t.Errorf("half of the answers take more than %v, before %v", median, quantile(quiet, 0.5))
			}
			if slowest := quantile(took, 1); slowest > form(10*time.Second, time.Second) {
				t.Errorf("an answer took %v", slowest)
			}
			lost := dropped()
			_ = cmd.Process.Signal(syscall.SIGTERM)
			if err := cmd.Wait(); err != nil {
				t.Errorf("it ended with %v, want status 0", err)
			}
			record(t, "log to "+bad.name, fmt.Sprintf("- %s: %d answers, half within %v (before: %v), the slowest %v; %v lines dropped and counted",
				bad.name, len(took), quantile(took, 0.5).Round(time.Microsecond), quantile(quiet, 0.5).Round(time.Microsecond),
				quantile(took, 1).Round(time.Microsecond), lost))
		})
	}
}
