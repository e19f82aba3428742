//go:build linux

package e2e_test

import (
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/faulttest"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/testservers"
)

// The times of the checks whose dependencies hang.
const (
	hangTimeout    = time.Second
	hangSuccessTTL = 3 * time.Second
	hangFailedTTL  = 2 * time.Second
)

// A switched peer is well until it is switched.
type switched struct {
	bad  *atomic.Bool
	good func(net.Conn)
	// then is what a connection gets afterwards.
	then func(net.Conn)
}

func (s switched) start(t testing.TB) (address string) {
	return faulttest.Serve(t, func(conn net.Conn) {
		if s.bad.Load() {
			s.then(conn)
			return
		}
		s.good(conn)
	})
}

func sayNothing(conn net.Conn) { _, _ = io.Copy(io.Discard, conn) }

// dripAnswer says one byte in 200 ms.
func dripAnswer(conn net.Conn) {
	go sayNothing(conn)
	for _, c := range []byte("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + strings.Repeat("x", 1000)) {
		if _, err := conn.Write([]byte{c}); err != nil {
			return
		}
		time.Sleep(200 * time.Millisecond)
	}
}

func greet(conn net.Conn) {
	_, _ = io.WriteString(conn, "220 hello\r\n")
	sayNothing(conn)
}

// dropping drops packets until it is called off. The rules end with the process
// that owns them, so that none is left behind whatever happens to the test.
func dropping(t testing.TB, rules string) (callOff func()) {
	t.Helper()
	nft, table := testservers.Need(t, "nft"), fmt.Sprintf("hce_e2e_%08x", rand.Uint32())
	cmd := exec.Command(nft, "-i")
	cmd.Env = []string{"HOME=" + t.TempDir(), "TERM=dumb"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := false
	callOff = func() {
		if !ended {
			ended = true
			in.Close()
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
		}
	}
	t.Cleanup(callOff)
	fmt.Fprintf(in, "table ip %s { flags owner; chain input { type filter hook input priority -300; policy accept; %s }; }\n", table, rules)
	for range 100 {
		if exec.CommandContext(t.Context(), nft, "list", "table", "ip", table).Run() == nil {
			return callOff
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Skip("dropping packets needs root with NET_ADMIN")
	return nil
}

// Ten checks pass, and then each of their dependencies hangs in its own way.
func TestHangingDependenciesSlowNobodyDown(t *testing.T) {
	t.Parallel()
	var bad atomic.Bool
	redis, postgres, other := testservers.Redis(t), testservers.Postgres(t), testservers.Redis(t)
	postgres.PostgresSQL("CREATE ROLE app LOGIN PASSWORD 'sesame-open'")
	web := faulttest.HTTP(http.StatusOK, "fine")
	peer := func(good, then func(net.Conn)) string { return switched{&bad, good, then}.start(t) }
	flag := filepath.Join(t.TempDir(), "flag")
	write(t, flag, "")
	noSYN, noSYNToo, established := peer(greet, greet), peer(web, web), peer(faulttest.Proxy(other.Addr), faulttest.Proxy(other.Addr))
	e := start(t, fmt.Sprintf(`
global: {timeout: %v, success_ttl: %v, failed_ttl: %v}
checks:
  - {name: frozen-redis, redis: {address: "%s"}}
  - {name: frozen-postgres, postgres: {address: "%s", user: app, password: sesame-open, database: postgres}}
  - {name: dropped-tcp, tcp: {address: "%s", expect: "^220 "}}
  - {name: dropped-http, http: {url: "http://%s/"}}
  - {name: dropped-later, redis: {address: "%s"}}
  - {name: silent-tcp, tcp: {address: "%s", expect: "^220 "}}
  - {name: silent-http, http: {url: "http://%s/"}}
  - {name: dripping-tcp, tcp: {address: "%s", expect: "^220 "}}
  - {name: dripping-http, http: {url: "http://%s/"}}
  - {name: hanging-program, exec: {command: [/bin/sh, -c, "test -e %s || sleep 1000"]}}
`, hangTimeout, hangSuccessTTL, hangFailedTTL, redis.Addr, postgres.Addr, noSYN, noSYNToo, established,
		peer(greet, sayNothing), peer(web, sayNothing), peer(greet, dripAnswer), peer(web, dripAnswer), flag))
	if left := untilAll(t, e, true, patience); len(left) > 0 {
		t.Fatalf("not passed at first: %v", left)
	}
	quiet, quietBase := speeds(t, e, 500)

	bad.Store(true)
	redis.Freeze()
	postgres.Freeze()
	if err := os.Remove(flag); err != nil {
		t.Fatal(err)
	}
	callOff := dropping(t, fmt.Sprintf("iif lo tcp dport { %s, %s } drop; iif lo tcp dport %s tcp flags & syn == 0 drop;",
		portOf(noSYN), portOf(noSYNToo), portOf(established)))
	begin := time.Now()
	seen := hangSuccessTTL + hangTimeout + time.Second
	if left := untilAll(t, e, false, form(10*seen, seen)); len(left) > 0 {
		t.Errorf("not failed after %v: %v", form(10*seen, seen), left)
	}
	failed := time.Since(begin)
	for name, r := range resultsOf(t, e) {
		if r.Reason != "timeout" {
			t.Errorf("%s failed with the reason %q, want timeout: %s", name, r.Reason, r.Output)
		}
	}
	hanging, hangingBase := speeds(t, e, 500)

	bad.Store(false)
	redis.Thaw()
	postgres.Thaw()
	callOff()
	write(t, flag, "")
	begin = time.Now()
	back := hangTimeout + hangFailedTTL + time.Second
	if left := untilAll(t, e, true, form(10*back, back)); len(left) > 0 {
		t.Errorf("not passed again after %v: %v", form(10*back, back), left)
	}
	recovered := time.Since(begin)

	ratio := float64(quantile(hanging, 0.5)) / float64(quantile(quiet, 0.5))
	if most := form(5.0, 2.0) * busier(quietBase, hangingBase); ratio > most && quantile(hanging, 0.5) > form(5*time.Millisecond, 0) {
		t.Errorf("answers take %.1f times as long as before, want at most %.1f times: half of them take more than %v", ratio, most, quantile(hanging, 0.5))
	}
	if slow, base := quantile(hanging, 0.99), quantile(hangingBase, 0.99); slow > max(hangTimeout/2, 5*base) {
		t.Errorf("99 %% of the answers take up to %v, those of /-/healthy %v: somebody has waited for a check", slow, base)
	}
	record(t, "dependencies",
		fmt.Sprintf("- answers, all ten well: half within %v, 99 %% within %v; all ten hanging: %v and %v (%.1f times the half)",
			quantile(quiet, 0.5).Round(time.Microsecond), quantile(quiet, 0.99).Round(time.Microsecond),
			quantile(hanging, 0.5).Round(time.Microsecond), quantile(hanging, 0.99).Round(time.Microsecond), ratio),
		fmt.Sprintf("- all ten shown as failed, with the reason timeout, after %v (at most %v), and as passed %v after the end (at most %v)",
			failed.Round(10*time.Millisecond), seen, recovered.Round(10*time.Millisecond), back))
}

// A shown is a result of /healthcheck.
type shown struct {
	Checker, Output, Reason string
	Passed                  bool
	Timestamp               float64
}

// resultsOf reads /healthcheck, whatever its status.
func resultsOf(t testing.TB, e *exporter) map[string]shown {
	t.Helper()
	_, body, err := get(t.Context(), e.url+"/healthcheck?verbose")
	if err != nil {
		t.Fatal(err)
	}
	var report struct{ Results []shown }
	if err := json.Unmarshal([]byte(body), &report); err != nil {
		t.Fatalf("%v in %s", err, body)
	}
	all := map[string]shown{}
	for _, r := range report.Results {
		all[r.Checker] = r
	}
	return all
}

// untilAll waits until all checks have passed, or failed, and returns those that
// have not at the end.
func untilAll(t testing.TB, e *exporter, passed bool, limit time.Duration) (left []string) {
	t.Helper()
	for deadline := time.Now().Add(limit); ; time.Sleep(20 * time.Millisecond) {
		left = nil
		for name, r := range resultsOf(t, e) {
			if r.Passed != passed {
				left = append(left, name+": "+r.Output)
			}
		}
		if len(left) == 0 || time.Now().After(deadline) {
			return left
		}
	}
}

// speeds asks again and again over one connection, and returns how long each
// answer of /healthcheck took, and each of /-/healthy right after it.
func speeds(t testing.TB, e *exporter, n int) (took, base []time.Duration) {
	t.Helper()
	c := &http.Client{Timeout: patience, Transport: &http.Transport{}}
	defer c.CloseIdleConnections()
	ask := func(path string) time.Duration {
		begin := time.Now()
		response, err := c.Get(e.url + path)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, response.Body)
		response.Body.Close()
		return time.Since(begin)
	}
	for range n {
		took, base = append(took, ask("/healthcheck")), append(base, ask("/-/healthy"))
		time.Sleep(2 * time.Millisecond)
	}
	return took, base
}

// busier returns how many times as long /-/healthy takes as before. It looks at no
// check, so this is what the machine has become slower by. At least 1.
func busier(before, now []time.Duration) float64 {
	return max(1, float64(quantile(now, 0.5))/float64(quantile(before, 0.5)))
}
