package server_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/faulttest"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/instance"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/listen"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/logging"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/server"
	"github.com/healthcheck-exporter/healthcheck_exporter/scrub"
)

// An exporter is a server of a test, on Unix sockets in a folder.
type exporter struct {
	t     *testing.T
	dir   string
	log   *lockedBuffer
	queue *logging.Queue
	stop  context.CancelFunc
	done  chan error // receives what Run returns
}

func newExporter(t *testing.T, config string) *exporter {
	t.Helper()
	dir, err := os.MkdirTemp("", "hc") //nolint:usetesting // The path of a Unix socket must be short.
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	e := &exporter{t: t, dir: dir, log: &lockedBuffer{}, done: make(chan error, 1)}
	e.queue = logging.NewQueue(e.log)
	e.write("healthcheck.yml", config)
	return e
}

// options are those of a plain start.
func (e *exporter) options() server.Options {
	scrubber := scrub.New(scrub.Rules{})
	l := logging.New(e.queue, logging.Options{Level: "info", Format: "logfmt", Scrub: scrubber.Text})
	return server.Options{
		Instance: instance.Options{ConfigFile: e.path("healthcheck.yml"), Logger: l.Logger, Scrubber: scrubber},
		Listen: listen.Options{
			Web: []string{"unix:" + e.path("web")}, Health: []string{"unix:" + e.path("health")}, Agent: []string{"unix:" + e.path("agent")}, Admin: e.path("admin"),
			MaxConnections: 100,
		},
		Logging: l, Queue: e.queue, TelemetryPath: "/metrics", AgentWeight: 100,
	}
}

// start runs an exporter with a configuration until the end of the test. Change,
// if not nil, changes the options of a plain start.
func start(t *testing.T, config string, change func(*server.Options)) *exporter {
	t.Helper()
	e := newExporter(t, config)
	o := e.options()
	if change != nil {
		change(&o)
	}
	ctx, stop := context.WithCancel(context.Background())
	e.stop = stop
	go func() {
		err := server.Run(ctx, o)
		e.queue.Flush(time.Second)
		e.done <- err
	}()
	t.Cleanup(func() { e.wantStop(nil) })
	e.wantServing()
	return e
}

func (e *exporter) path(name string) string { return filepath.Join(e.dir, name) }

func (e *exporter) write(name, text string) {
	e.t.Helper()
	if err := os.WriteFile(e.path(name), []byte(text), 0o600); err != nil {
		e.t.Fatal(err)
	}
}

// wantServing waits until the last socket is listened on.
func (e *exporter) wantServing() {
	e.t.Helper()
	for range 1000 {
		if c, err := net.Dial("unix", e.path("admin")); err == nil {
			c.Close()
			return
		}
		select {
		case err := <-e.done:
			e.done <- err
			e.t.Fatalf("it ended: %v", err)
		case <-time.After(10 * time.Millisecond):
		}
	}
	e.t.Fatal("it does not serve")
}

// wantStop ends the exporter, if it has not ended, and compares its error.
func (e *exporter) wantStop(want error) {
	e.t.Helper()
	e.stop()
	select {
	case err := <-e.done:
		e.done <- err
		if !errors.Is(err, want) {
			e.t.Errorf("Run returned %v, want %v", err, want)
		}
	case <-time.After(30 * time.Second):
		e.t.Fatal("Run does not return")
	}
}

// client asks on one of the sockets.
func (e *exporter) client(socket string) *http.Client {
	return &http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", e.path(socket))
		},
	}}
}

// ask sends a request to the web socket. The path may have a query.
func (e *exporter) ask(method, path string, headers ...string) (status int, body string) {
	e.t.Helper()
	return e.askOn("web", method, path, headers...)
}

func (e *exporter) askOn(socket, method, path string, headers ...string) (status int, body string) {
	e.t.Helper()
	request, err := http.NewRequestWithContext(e.t.Context(), method, "http://localhost"+path, nil)
	if err != nil {
		e.t.Fatal(err)
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		if name == "Host" {
			request.Host = value
		}
		request.Header.Set(name, value)
	}
	response, err := e.client(socket).Do(request)
	if err != nil {
		e.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		e.t.Fatal(err)
	}
	return response.StatusCode, string(text)
}

// want compares an answer with a status and a part of its body.
func (e *exporter) want(method, path string, status int, part string, headers ...string) {
	e.t.Helper()
	if got, body := e.ask(method, path, headers...); got != status || !strings.Contains(body, part) {
		e.t.Errorf("%s %s %q: %d %q, want %d and %q", method, path, headers, got, body, status, part)
	}
}

// await asks until the answer has a status and a part of its body.
func (e *exporter) await(path string, status int, part string) {
	e.t.Helper()
	faulttest.Eventually(e.t, path, "as wanted", func() string {
		got, body := e.ask(http.MethodGet, path)
		if got == status && strings.Contains(body, part) {
			return "as wanted"
		}
		return fmt.Sprintf("%d %q, want %d and %q", got, body, status, part)
	})
}

// A lockedBuffer is a log that a test reads while it is written.
type lockedBuffer struct {
	mu sync.Mutex
	b  strings.Builder
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}
