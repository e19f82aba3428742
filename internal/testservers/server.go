//go:build unix

package testservers

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"
)

const (
	// startTime bounds the time until a server is ready.
	startTime = 30 * time.Second
	// stopTime bounds the time until a server ends; then it is killed.
	stopTime = 10 * time.Second
	// portTries is the number of ports that LaunchOnPort tries.
	portTries = 5
)

// A Program describes how a server is started.
type Program struct {
	// Path is the program, as [Need] returns it.
	Path string
	// Args are its arguments.
	Args []string
	// Env is its whole environment. Nil means PATH and the C locale only.
	Env []string
	// Dir is its working directory. Empty means a new temporary folder.
	Dir string
	// Users are names of users. When the tests run as root, the program runs as
	// the first that exists. Nil means as root.
	Users []string
	// StopSignal asks the program to end. Zero means SIGTERM.
	StopSignal syscall.Signal
	// Ready returns nil once the server is ready. It is called repeatedly, with at
	// most a second each. If Ready is nil, the server is ready once it runs.
	Ready func(ctx context.Context) error
}

// A Server is a running program. Its methods are for the goroutine of the
// test; a failure ends the test.
type Server struct {
	// Addr is host:port of the server, the same for its whole life.
	Addr string
	// Socket is the path of its unix socket or, for Postgres, of the socket's
	// directory. Empty if the server has no socket.
	Socket string
	// CAFile holds the certificate of the authority that has signed the
	// server's certificate for localhost and 127.0.0.1. Empty without TLS.
	CAFile string

	t       testing.TB
	program Program
	log     string

	mu      sync.Mutex
	cmd     *exec.Cmd
	exited  chan struct{}
	waitErr error
}

// Start runs a program until the end of the test. [Need] looks up its name. Start
// does not wait until the program is ready: see [Launch].
func Start(t testing.TB, name string, args ...string) *Server {
	t.Helper()
	return Launch(t, Program{Path: Need(t, name), Args: args})
}

// Launch runs a program until the end of the test and waits until it is ready.
func Launch(t testing.TB, p Program) *Server {
	t.Helper()
	s, err := launch(t, p)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// LaunchOnPort is Launch for a server that listens: program returns the Program for
// an address. If the server ends before it is ready, probably because another
// process has taken the port, LaunchOnPort tries another port.
func LaunchOnPort(t testing.TB, program func(addr string) Program) *Server {
	t.Helper()
	var errs []error
	for range portTries {
		addr := FreeAddr(t)
		s, err := launch(t, program(addr))
		if err == nil {
			s.Addr = addr
			return s
		}
		errs = append(errs, err)
		if !errors.Is(err, errEnded) {
			break
		}
	}
	t.Fatal(errors.Join(errs...))
	return nil
}

func launch(t testing.TB, p Program) (*Server, error) {
	t.Helper()
	if p.Dir == "" {
		p.Dir = Dir(t, p.Users...)
	}
	if p.Env == nil {
		p.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "HOME=" + p.Dir}
	}
	if p.StopSignal == 0 {
		p.StopSignal = syscall.SIGTERM
	}
	s := &Server{t: t, program: p, log: filepath.Join(p.Dir, "output-"+filepath.Base(p.Path)+".log")}
	t.Cleanup(s.Stop)
	return s, s.start()
}

// Start starts a stopped server again, with the same port and data, and waits
// until it is ready.
func (s *Server) Start() {
	s.t.Helper()
	if err := s.start(); err != nil {
		s.t.Fatal(err)
	}
}

func (s *Server) start() error {
	if err := s.spawn(); err != nil {
		return err
	}
	if s.program.Ready == nil {
		return nil
	}
	return s.awaitReady()
}

func (s *Server) spawn() error {
	log, err := os.OpenFile(s.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	cmd := exec.Command(s.program.Path, s.program.Args...)
	cmd.Dir, cmd.Env = s.program.Dir, s.program.Env
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = attr(credential(s.t, s.program.Users))
	if err := cmd.Start(); err != nil {
		return err
	}
	exited := make(chan struct{})
	s.mu.Lock()
	s.cmd, s.exited = cmd, exited
	s.mu.Unlock()
	go func() {
		s.waitErr = cmd.Wait()
		close(exited)
	}()
	return nil
}

// errEnded means that a server has ended before it was ready.
var errEnded = errors.New("ended before it was ready")

func (s *Server) awaitReady() error {
	ctx, cancel := context.WithTimeout(context.Background(), startTime)
	defer cancel()
	for {
		try, end := context.WithTimeout(ctx, time.Second)
		err := s.program.Ready(try)
		end()
		select {
		case <-s.exited:
			return fmt.Errorf("%s: %w\n%s", s.program.Path, errors.Join(errEnded, s.waitErr), s.Output())
		default:
		}
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s: not ready after %v: %w\n%s", s.program.Path, startTime, err, s.Output())
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// Stop sends StopSignal, kills the server after ten seconds, and waits for its end.
// Stopping a stopped server does nothing.
func (s *Server) Stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cmd == nil {
		return
	}
	s.signal(syscall.SIGCONT)
	// Signal this process alone: postgres treats a signal to its children as a
	// crash.
	_ = s.cmd.Process.Signal(s.program.StopSignal)
	select {
	case <-s.exited:
	case <-time.After(stopTime):
		s.signal(syscall.SIGKILL)
		<-s.exited
	}
	s.cmd = nil
}

// Kill ends the server by SIGKILL.
func (s *Server) Kill() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cmd == nil {
		return
	}
	s.signal(syscall.SIGKILL)
	<-s.exited
	s.cmd = nil
}

// Freeze stops the server by SIGSTOP: the kernel still accepts connections for it,
// and the server never replies.
func (s *Server) Freeze() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.signal(syscall.SIGSTOP)
}

// Thaw continues a frozen server.
func (s *Server) Thaw() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.signal(syscall.SIGCONT)
}

// Signal sends a signal to the server's process alone.
func (s *Server) Signal(sig syscall.Signal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cmd != nil {
		_ = s.cmd.Process.Signal(sig)
	}
}

// signal sends a signal to the server's process group while the server runs. After
// its end, its process id may belong to another process.
func (s *Server) signal(sig syscall.Signal) {
	if s.cmd == nil {
		return
	}
	select {
	case <-s.exited:
	default:
		_ = syscall.Kill(-s.cmd.Process.Pid, sig)
	}
}

// PID returns the server's process id, 0 when it is stopped.
func (s *Server) PID() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cmd == nil {
		return 0
	}
	return s.cmd.Process.Pid
}

// Exited is closed when the server's process has ended, by itself or by Stop.
func (s *Server) Exited() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.exited
}

// Output returns the last 8 KiB of the server's standard output and error.
func (s *Server) Output() string {
	data, _ := os.ReadFile(s.log)
	return string(data[max(0, len(data)-8<<10):])
}

// Port returns the port of Addr.
func (s *Server) Port() string { return portOf(s.Addr) }
