//go:build linux

package e2e_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/testservers"
)

const floodChecks = `
checks:
  - {name: shell, exec: {command: ["true"]}}
  - {name: disk, disk: {path: /}}
`

// A poller is a client that keeps its connection.
type poller struct {
	conn   net.Conn
	reader *bufio.Reader
}

func dialPoller(ctx context.Context, addr string) (*poller, error) {
	conn, err := (&net.Dialer{Timeout: patience}).DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	return &poller{conn, bufio.NewReaderSize(conn, 1<<10)}, nil
}

// ask wants an answer of 200.
func (p *poller) ask(path string) error {
	if err := p.conn.SetDeadline(time.Now().Add(patience)); err != nil {
		return err
	}
	if _, err := fmt.Fprintf(p.conn, "GET %s HTTP/1.1\r\nHost: h\r\n\r\n", path); err != nil {
		return err
	}
	response, err := http.ReadResponse(p.reader, nil)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("status %d", response.StatusCode)
	}
	return nil
}

// mishaps counts errors and keeps the first.
type mishaps struct {
	n     atomic.Int64
	first atomic.Pointer[error]
}

func (f *mishaps) add(err error) {
	if err != nil {
		f.n.Add(1)
		f.first.CompareAndSwap(nil, &err)
	}
}

func (f *mishaps) String() string {
	if first := f.first.Load(); first != nil {
		return fmt.Sprintf("%d, the first: %v", f.n.Load(), *first)
	}
	return "none"
}

func TestThousandsOfPollersCauseNoErrorAndNoRun(t *testing.T) {
	clients, lasts := form(2000, 10_000), form(15*time.Second, time.Minute)
	e := start(t, floodChecks, fmt.Sprintf("--web.max-connections=%d", 2*clients))
	begin := time.Now()
	ctx, cancel := context.WithTimeout(t.Context(), lasts)
	defer cancel()
	var wrong mishaps
	var asked atomic.Int64
	var all sync.WaitGroup
	for range clients {
		all.Go(func() {
			time.Sleep(rand.N(2 * time.Second)) // They did not all start at once.
			p, err := dialPoller(t.Context(), e.Addr)
			if err != nil {
				wrong.add(err)
				return
			}
			defer p.conn.Close()
			for ctx.Err() == nil {
				wrong.add(p.ask("/healthcheck"))
				asked.Add(1)
				time.Sleep(2 * time.Second)
			}
		})
	}
	all.Wait()
	if wrong.n.Load() > 0 {
		t.Errorf("errors: %v", &wrong)
	}
	most := math.Ceil(time.Since(begin).Seconds()/27) + 1
	for _, check := range []string{"shell", "disk"} {
		if runs := metricsOf(t, e).sum("healthcheck_runs_total", "check", check); runs > most {
			t.Errorf("%s: %v runs in %v, want at most %v", check, runs, time.Since(begin), most)
		}
	}
	record(t, "pollers", fmt.Sprintf("%d open connections, %d requests in %v, errors: %v.", clients, asked.Load(), lasts, &wrong))
}

// A flood is clients that hold connections open; each one that is closed comes
// back.
type flood struct {
	all    sync.WaitGroup
	opened atomic.Int64
}

// add begins with n clients that say something once a second, and never read.
func (f *flood) add(ctx context.Context, n int, addr, first, drip string) {
	for range n {
		f.all.Go(func() {
			for ctx.Err() == nil {
				f.hold(ctx, addr, first, drip)
				time.Sleep(time.Second + rand.N(time.Second))
			}
		})
	}
}

func (f *flood) hold(ctx context.Context, addr, first, drip string) {
	conn, err := (&net.Dialer{Timeout: time.Second}).DialContext(ctx, "tcp", addr)
	if err != nil {
		return
	}
	defer conn.Close()
	f.opened.Add(1)
	if tcp, is := conn.(*net.TCPConn); is {
		_ = tcp.SetReadBuffer(1 << 10) // Else the kernel reads what we do not.
	}
	_, err = io.WriteString(conn, first)
	for err == nil && ctx.Err() == nil {
		time.Sleep(time.Second)
		_, err = io.WriteString(conn, drip)
	}
}

// slow is a flood of both kinds: of requests that never end, and of answers that
// nobody reads.
func (f *flood) slow(ctx context.Context, n int, addr string) {
	f.add(ctx, n, addr, "GET /healthcheck HTTP/1.1\r\nHost: h\r\n", "X-More: and more\r\n")
	request := "GET /metrics HTTP/1.1\r\nHost: h\r\n\r\n"
	f.add(ctx, n, addr, strings.Repeat(request, 20), request)
}

// times asks again and again, with a connection for each question.
func times(t *testing.T, addr, path string, lasts time.Duration, wrong *mishaps) (took []time.Duration) {
	t.Helper()
	for end := time.Now().Add(lasts); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		begin := time.Now()
		p, err := dialPoller(t.Context(), addr)
		if err == nil {
			err = p.ask(path)
			p.conn.Close()
		}
		wrong.add(err)
		took = append(took, time.Since(begin))
	}
	return took
}

func TestSlowClientsShutNobodyOut(t *testing.T) {
	n, lasts := form(300, 1000), form(8*time.Second, time.Minute)
	healthAddr := testservers.FreeAddr(t)
	e := start(t, floodChecks, "--health.listen-address="+healthAddr)
	quiet, wrong := times(t, healthAddr, "/healthcheck", 2*time.Second, &mishaps{}), &mishaps{}

	ctx, cancel := context.WithCancel(t.Context())
	var f flood
	f.slow(ctx, n, e.Addr)
	time.Sleep(2 * time.Second)
	var scrapes []time.Duration
	var lost mishaps
	var scraping sync.WaitGroup
	scraping.Go(func() { scrapes = times(t, e.Addr, "/metrics", lasts, &lost) })
	health := times(t, healthAddr, "/healthcheck", lasts, wrong)
	scraping.Wait()
	cancel()
	f.all.Wait()

	if wrong.n.Load() > 0 {
		t.Errorf("errors of health checks: %v", wrong)
	}
	if lost.n.Load()*100 > int64(len(scrapes)) {
		t.Errorf("errors of %d scrapes on the flooded listener: %v", len(scrapes), &lost)
	}
	before, during := quantile(quiet, 0.99), quantile(health, 0.99)
	record(t, "slow clients",
		fmt.Sprintf("%d clients that never end their headers and %d that read no answer, %d connections of theirs.", n, n, f.opened.Load()),
		fmt.Sprintf("Health answers on the other listener: %d, errors: %v; p99 %v, quiet %v (%.1f times).", len(health), wrong, during, before, float64(during)/float64(before)),
		fmt.Sprintf("Scrapes on the same listener: %d, errors: %v; p99 %v.", len(scrapes), &lost, quantile(scrapes, 0.99)))
}

func TestWith64DescriptorsTheHealthListenerStillAnswers(t *testing.T) {
	file := filepath.Join(t.TempDir(), "healthcheck.yml")
	write(t, file, floodChecks+"global: {success_ttl: 1s, failed_ttl: 1s}\n")
	path, healthAddr := binary(t), testservers.FreeAddr(t)
	server := testservers.LaunchOnPort(t, func(addr string) testservers.Program {
		return testservers.Program{
			Path: "/bin/sh",
			Args: []string{
				"-c", `ulimit -n 64; exec "$@"`, "sh", path, "--config.file=" + file,
				"--web.listen-address=" + addr, "--health.listen-address=" + healthAddr,
			},
			Ready: func(ctx context.Context) error { return answers(ctx, "http://"+healthAddr+"/-/ready") },
		}
	})
	ctx, cancel := context.WithCancel(t.Context())
	var f flood
	f.slow(ctx, form(150, 1000), server.Addr)
	time.Sleep(time.Second)
	var wrong mishaps
	took := times(t, healthAddr, "/healthcheck", form(6*time.Second, time.Minute), &wrong)
	cancel()
	f.all.Wait()
	if wrong.n.Load() > 0 {
		t.Errorf("errors of %d health checks: %v", len(took), &wrong)
	}
	record(t, "64 descriptors", fmt.Sprintf("%d connections to the other listener; %d health answers, errors: %v; p99 %v.",
		f.opened.Load(), len(took), &wrong, quantile(took, 0.99)))
}
