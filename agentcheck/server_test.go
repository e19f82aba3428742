package agentcheck_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/go-kit/log"

	"github.com/healthcheck-exporter/healthcheck_exporter/agentcheck"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// fake reports what a test wants to be told.
type fake struct {
	report collector.Report
	err    error
	calls  atomic.Int64
}

func (f *fake) Report(context.Context, collector.Filter) (collector.Report, error) {
	f.calls.Add(1)
	return f.report, f.err
}

func up() *fake { return &fake{report: collector.Report{Status: collector.StatusPassed}} }

func listen(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// start serves l; stop ends that and waits for it.
func start(t *testing.T, s agentcheck.Server, l net.Listener) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Serve(ctx, l) }()
	return func() {
		t.Helper()
		cancel()
		select {
		case err := <-done:
			if err != nil {
				t.Errorf("Serve: %v", err)
			}
		case <-time.After(10 * time.Second):
			t.Error("Serve has not returned")
		}
	}
}

func dial(t *testing.T, l net.Listener) net.Conn {
	t.Helper()
	conn, err := net.Dial(l.Addr().Network(), l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return conn
}

// readAll returns what comes until the other side ends.
func readAll(t *testing.T, conn net.Conn) string {
	t.Helper()
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(10 * time.Second))
	b, err := io.ReadAll(conn)
	if err != nil {
		t.Errorf("after %q: %v", b, err)
	}
	return string(b)
}

func TestOneLineForEachConnectionOverTCPAndUnixSockets(t *testing.T) {
	unix, err := net.Listen("unix", filepath.Join(t.TempDir(), "agent"))
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range []net.Listener{listen(t), unix} {
		f := up()
		var answered atomic.Int64
		stop := start(t, agentcheck.Server{Reporter: f, Answered: func(peer net.Addr, line string) {
			if answered.Add(1); line != "up 100%" || peer.Network() != l.Addr().Network() {
				t.Errorf("answer %[2]q to %[1]v", peer, line)
			}
		}}, l)
		for range 3 {
			if got := readAll(t, dial(t, l)); got != "up 100%\n" {
				t.Errorf("%q", got)
			}
		}
		if f.calls.Load() != 3 {
			t.Errorf("%d looks at the report, want 3", f.calls.Load())
		}
		stop()
		if answered.Load() != 3 {
			t.Errorf("%d answers, want 3", answered.Load())
		}
	}
}

func TestTheLineArrivesAlthoughThePeerHasSentSomething(t *testing.T) {
	l := listen(t)
	defer start(t, agentcheck.Server{Reporter: up()}, l)()
	for range 20 {
		conn := dial(t, l)
		io.WriteString(conn, "agent-send of haproxy\n"+strings.Repeat("x", 2000))
		if got := readAll(t, conn); got != "up 100%\n" {
			t.Fatalf("%q", got)
		}
	}
}

func TestAClientThatStaysHoldsUpNobody(t *testing.T) {
	l := listen(t)
	defer start(t, agentcheck.Server{Reporter: up()}, l)()
	var idle []net.Conn
	for range 300 { // More than there are places of any kind.
		idle = append(idle, dial(t, l))
	}
	began := time.Now()
	if got := readAll(t, dial(t, l)); got != "up 100%\n" {
		t.Errorf("%q", got)
	}
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("answered after %v", took)
	}
	for _, conn := range idle { // All have been answered, and nobody is kept.
		if got := readAll(t, conn); got != "up 100%\n" {
			t.Errorf("%q", got)
		}
	}
}

func TestAReportIsNotWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &pipes{conns: make(chan net.Conn), closed: make(chan struct{})}
		stop := start(t, agentcheck.Server{Reporter: patient{}}, l)
		ours, theirs := net.Pipe()
		began := time.Now()
		l.conns <- theirs
		if got := readAll(t, ours); got != "down #failed\n" || time.Since(began) != 0 {
			t.Errorf("%q after %v, want an answer at once", got, time.Since(began))
		}
		stop()
	})
}

// patient reports once nobody waits any longer.
type patient struct{}

func (patient) Report(ctx context.Context, _ collector.Filter) (collector.Report, error) {
	<-ctx.Done()
	return collector.Report{Status: collector.StatusFailed}, nil
}

func TestACheckWithoutAResultLeavesTheStateAsItIs(t *testing.T) {
	release := make(chan struct{})
	engine, err := collector.New(collector.Options{Timeout: time.Minute}, checks.Check{Name: "deaf", Func: func(context.Context) (string, error) {
		<-release
		return "", nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	l := listen(t)
	stop := start(t, agentcheck.Server{Reporter: engine}, l)
	began := time.Now()
	if got := readAll(t, dial(t, l)); got != "\n" {
		t.Errorf("%q, want an empty line", got)
	}
	if took := time.Since(began); took > 30*time.Second {
		t.Errorf("answered after %v", took)
	}
	close(release)
	stop()
}

func TestACollectorIsToldAsItChanges(t *testing.T) {
	var down atomic.Bool
	engine, err := collector.New(collector.Options{SuccessTTL: -1, FailedTTL: -1}, checks.Check{Name: "redis", Func: func(context.Context) (string, error) {
		if down.Load() {
			return "", errors.New("connection refused")
		}
		return "", nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	l := listen(t)
	defer start(t, agentcheck.Server{Reporter: engine}, l)()
	// expect asks until the line is the wanted one: each connection has a run
	// started, and the next is told its result. Nothing but the line before may
	// come first.
	before := "\n"
	expect := func(want string) {
		t.Helper()
		for end := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
			switch got := readAll(t, dial(t, l)); {
			case got == want:
				before = want
				return
			case got != before || time.Now().After(end):
				t.Fatalf("%q, want %q", got, want)
			}
		}
	}
	expect("up 100%\n")
	down.Store(true)
	expect("down #redis: connection refused\n")
	engine.Drain(errors.New("deploy"))
	expect("up 0% #draining: deploy\n")
	down.Store(false)
	engine.Drain(nil)
	// The last run may have begun before the check passed again.
	before = "down #redis: connection refused\n"
	expect("up 100%\n")
}

func TestWithoutAReportNothingIsSaid(t *testing.T) {
	var logged strings.Builder
	for name, r := range map[string]agentcheck.Reporter{"error": &fake{err: errors.New("no")}, "panic": panics{}} {
		l := listen(t)
		stop := start(t, agentcheck.Server{Reporter: r, Logger: log.NewLogfmtLogger(log.NewSyncWriter(&logged))}, l)
		if got := readAll(t, dial(t, l)); got != "" {
			t.Errorf("%s: %q", name, got)
		}
		stop()
	}
	if got := logged.String(); strings.Count(got, `level=debug msg="connection not answered"`) != 2 {
		t.Errorf("log: %s", got)
	}
}

func TestALineThatDoesNotArriveIsLogged(t *testing.T) {
	var logged strings.Builder
	l := &pipes{conns: make(chan net.Conn), closed: make(chan struct{})}
	stop := start(t, agentcheck.Server{Reporter: up(), Logger: log.NewLogfmtLogger(log.NewSyncWriter(&logged))}, l)
	ours, theirs := net.Pipe()
	ours.Close()
	l.conns <- theirs
	stop()
	if got := logged.String(); !strings.Contains(got, `msg="connection not answered"`) {
		t.Errorf("log: %q", got)
	}
}

type panics struct{}

func (panics) Report(context.Context, collector.Filter) (collector.Report, error) { panic("no") }

func TestServeEndsWithItsContextOrItsListener(t *testing.T) {
	l := listen(t)
	stop := start(t, agentcheck.Server{Reporter: up()}, l)
	idle := dial(t, l)
	// The kernel resets a connection that the server has not yet accepted, so the
	// test first waits for the line.
	line, err := bufio.NewReader(idle).ReadString('\n')
	if err != nil || line != "up 100%\n" {
		t.Errorf("%q, %v", line, err)
	}
	stop()
	if conn, err := net.Dial("tcp", l.Addr().String()); err == nil {
		conn.Close()
		t.Error("the listener is open after the end")
	}
	if got := readAll(t, idle); got != "" {
		t.Errorf("%q after the line", got)
	}

	l = listen(t)
	done := make(chan error)
	go func() { done <- agentcheck.Server{Reporter: up()}.Serve(t.Context(), l) }()
	l.Close()
	if err := <-done; !errors.Is(err, net.ErrClosed) {
		t.Errorf("closed listener: %v", err)
	}
	if err := (agentcheck.Server{}).Serve(t.Context(), listen(t)); err == nil || err.Error() != "the server has no Reporter" {
		t.Errorf("Serve() without a Reporter = %v", err)
	}
	for _, weight := range []int{-1, 101} {
		l := listen(t)
		err := agentcheck.Server{Reporter: up(), DegradedWeight: weight}.Serve(t.Context(), l)
		if conn, err := net.Dial("tcp", l.Addr().String()); err == nil {
			conn.Close()
			t.Errorf("the listener is open after an error about the weight %d", weight)
		}
		if want := fmt.Sprintf("degraded weight %d, want 1 to 100", weight); err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

func TestAcceptingGoesOnAfterAFault(t *testing.T) {
	l := &flaky{Listener: listen(t)}
	l.faults.Store(5)
	var logged strings.Builder
	stop := start(t, agentcheck.Server{Reporter: up(), Logger: log.NewLogfmtLogger(log.NewSyncWriter(&logged))}, l)
	if got := readAll(t, dial(t, l)); got != "up 100%\n" {
		t.Errorf("%q", got)
	}
	stop()
	if got := logged.String(); strings.Count(got, `level=debug msg="connection not accepted" err="too many open files"`) != 5 {
		t.Errorf("log: %s", got)
	}
}

// flaky is a listener that is out of descriptors at first.
type flaky struct {
	net.Listener
	faults atomic.Int64
}

func (l *flaky) Accept() (net.Conn, error) {
	if l.faults.Add(-1) >= 0 {
		return nil, errors.New("too many open files")
	}
	return l.Listener.Accept()
}

func TestManyAskAtATime(t *testing.T) {
	l := listen(t)
	defer start(t, agentcheck.Server{Reporter: up()}, l)()
	var all sync.WaitGroup
	for range 100 {
		all.Go(func() {
			if got := readAll(t, dial(t, l)); got != "up 100%\n" {
				t.Errorf("%q", got)
			}
		})
	}
	all.Wait()
}

// pipes is a listener whose connections are made by the test.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func (l *pipes) Accept() (net.Conn, error) {
	select {
	case conn := <-l.conns:
		return conn, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *pipes) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

func (l *pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipe", Net: "unix"} }

// slowly reports when the test lets it.
type slowly struct{ asked, release chan struct{} }

func (s slowly) Report(context.Context, collector.Filter) (collector.Report, error) {
	close(s.asked)
	<-s.release
	return collector.Report{Status: collector.StatusPassed}, nil
}

func TestServeReturnsAfterTheAnswersUnderWay(t *testing.T) {
	s := slowly{make(chan struct{}), make(chan struct{})}
	l := listen(t)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- agentcheck.Server{Reporter: s}.Serve(ctx, l) }()
	conn := dial(t, l)
	<-s.asked
	cancel()
	select {
	case err := <-done:
		t.Errorf("returned %v while an answer was under way", err)
	case <-time.After(50 * time.Millisecond):
	}
	close(s.release)
	if got := readAll(t, conn); got != "up 100%\n" {
		t.Errorf("%q", got)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestAPeerThatDoesNotReadIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &pipes{conns: make(chan net.Conn), closed: make(chan struct{})}
		stop := start(t, agentcheck.Server{Reporter: up()}, l)
		ours, theirs := net.Pipe() // It has no buffer: each byte waits for its reader.
		l.conns <- theirs
		time.Sleep(time.Minute)
		if got := readAll(t, ours); got != "" {
			t.Errorf("%q after a minute, want a closed connection", got)
		}
		stop()
	})
}

// A process without free descriptors tries again at first often and then less
// often, and never less than once a second.
func TestPausesAfterFaultsOfAcceptingGrow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &broken{closed: make(chan struct{})}
		stop := start(t, agentcheck.Server{Reporter: up()}, l)
		time.Sleep(time.Minute)
		if n := l.tries.Load(); n < 60 || n > 80 {
			t.Errorf("%d attempts in a minute, want 60 to 80", n)
		}
		stop()
	})
}

// broken is a listener that never accepts.
type broken struct {
	tries  atomic.Int64
	once   sync.Once
	closed chan struct{}
}

func (b *broken) Accept() (net.Conn, error) {
	select {
	case <-b.closed:
		return nil, net.ErrClosed
	default:
	}
	b.tries.Add(1)
	return nil, errors.New("too many open files")
}

func (b *broken) Close() error {
	b.once.Do(func() { close(b.closed) })
	return nil
}

func (*broken) Addr() net.Addr { return &net.TCPAddr{} }
