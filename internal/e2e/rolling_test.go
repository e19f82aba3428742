//go:build linux

package e2e_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/testservers"
)

// The rig's haproxy: inter 500ms, fall 2, and a check that may take 400 ms. A drain
// must last longer than 2 × 500 ms + 400 ms.
const (
	rollingInter  = "inter 500ms fall 2 rise 1"
	rollingCheck  = "400ms"
	rollingDelay  = "1500ms"
	rollingClient = 50
)

// An app is a service behind haproxy, which is restarted as a service manager does
// it: it ends what it has begun, and refuses connections until it is back.
type app struct {
	t      testing.TB
	addr   string
	server *http.Server
}

func newApp(t testing.TB) *app {
	// No other test listens on this address, so the port stays free meanwhile.
	a := &app{t: t, addr: "127.0.0.2:" + portOf(testservers.FreeAddr(t))}
	a.start()
	t.Cleanup(a.stop)
	return a
}

func (a *app) start() {
	l, err := net.Listen("tcp", a.addr)
	if err != nil {
		a.t.Fatal(err)
	}
	a.server = &http.Server{
		Handler:           http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "app") }),
		ReadHeaderTimeout: time.Minute,
	}
	go a.server.Serve(l)
}

func (a *app) stop() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = a.server.Shutdown(ctx)
}

// A node is a service and the exporter beside it.
type node struct {
	app      *app
	exporter *exporter
}

// restart restarts both, in the order of PartOf= and After=: the exporter stops
// first and starts last.
func (p node) restart() {
	p.exporter.Stop()
	p.app.stop()
	time.Sleep(300 * time.Millisecond) // A service takes its time.
	p.app.start()
	p.exporter.Start()
}

// A crowd is clients that send requests one after the other.
type crowd struct {
	sent, failed atomic.Int64
	first        atomic.Pointer[error] // of the failures
	wait         sync.WaitGroup
}

func (c *crowd) run(ctx context.Context, url string) {
	for range rollingClient {
		c.wait.Go(func() {
			one := &http.Client{Transport: &http.Transport{}, Timeout: 10 * time.Second}
			defer one.CloseIdleConnections()
			for ctx.Err() == nil {
				if err := request(one, url); err != nil {
					c.failed.Add(1)
					c.first.CompareAndSwap(nil, &err)
				}
				c.sent.Add(1)
				time.Sleep(20 * time.Millisecond)
			}
		})
	}
}

// request does not obey the end of the crowd: a request that is cut off would be
// one that failed.
func request(one *http.Client, url string) error {
	response, err := one.Get(url)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err == nil && (response.StatusCode != http.StatusOK || string(body) != "app") {
		err = fmt.Errorf("status %d: %.60q", response.StatusCode, body)
	}
	return err
}

// roll restarts services one after the other, while clients send requests.
func roll(t testing.TB, restarts int, flags ...string) *crowd {
	t.Helper()
	front := testservers.FreeAddr(t)
	var nodes []node
	var servers strings.Builder
	for i := range 2 {
		a := newApp(t)
		p := node{a, start(t, fmt.Sprintf("global: {failed_ttl: 200ms}\nchecks: [{name: app, tcp: {address: \"%s\"}}]\n", a.addr), flags...)}
		nodes = append(nodes, p)
		fmt.Fprintf(&servers, "    server s%d %s check addr 127.0.0.1 port %s %s\n", i, a.addr, p.exporter.Port(), rollingInter)
	}
	b := balance(t, fmt.Sprintf(`
frontend front
    bind %s
    default_backend app
backend app
    retries 0
    option httpchk /healthcheck
    timeout check %s
%s`, front, rollingCheck, servers.String()))
	b.waitFor(t, "UP")
	ctx, stop := context.WithCancel(t.Context())
	c := &crowd{}
	c.run(ctx, "http://"+front+"/")
	for i := range restarts {
		nodes[i%2].restart()
		b.waitFor(t, "UP")
	}
	stop()
	c.wait.Wait()
	return c
}

func TestARollingRestartWithADelayLosesNoRequest(t *testing.T) {
	t.Parallel()
	c := roll(t, form(10, 40), "--shutdown.delay="+rollingDelay)
	if c.failed.Load() > 0 {
		t.Errorf("%d of %d requests failed, the first: %v", c.failed.Load(), c.sent.Load(), *c.first.Load())
	}
	if c.sent.Load() < 15_000 {
		t.Errorf("%d requests, want at least 15000", c.sent.Load())
	}
	record(t, "rolling", fmt.Sprintf("- %d rolling restarts of service and exporter, %d clients: %d requests, %d failed",
		form(10, 40), rollingClient, c.sent.Load(), c.failed.Load()))
}

// What the delay is for.
func TestARollingRestartWithoutADelayLosesRequests(t *testing.T) {
	t.Parallel()
	c := roll(t, 2)
	if c.failed.Load() == 0 {
		t.Errorf("none of %d requests failed: the rig does not see what the delay prevents", c.sent.Load())
	}
}
