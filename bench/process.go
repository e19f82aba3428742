package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// A process is another program that listens, started by us and ended by us.
type process struct {
	cmd     *exec.Cmd
	address string
	ended   chan struct{}
}

// child starts this program in another role (see children.go), which says on
// its output where it listens and ends with its input.
func child(role string, args ...string) (*process, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(self, append([]string{"-child", role}, args...)...)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if _, err := cmd.StdinPipe(); err != nil { // It is closed with us.
		return nil, err
	}
	p, err := start(cmd, "")
	if err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		p.end()
		return nil, fmt.Errorf("child %s: %w", role, err)
	}
	p.address = strings.TrimSpace(line)
	return p, nil
}

// daemon starts a program and waits until it answers at path. The program gets the
// address to listen on after the text listen, a flag that ends in "=" or a blank.
func daemon(program, listen, path string, args ...string) (*process, error) {
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(program, append([]string{listen + address}, args...)...)
	p, err := start(cmd, address)
	if err != nil {
		return nil, err
	}
	if err := p.answers(path, 10*time.Second); err != nil {
		p.end()
		return nil, fmt.Errorf("%s: %w", program, err)
	}
	return p, nil
}

func start(cmd *exec.Cmd, address string) (*process, error) {
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p := &process{cmd: cmd, address: address, ended: make(chan struct{})}
	go func() {
		_ = cmd.Wait() // We have ended it.
		close(p.ended)
	}()
	return p, nil
}

// end ends the process, by force if need be.
func (p *process) end() {
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.ended:
	case <-time.After(3 * time.Second):
		_ = p.cmd.Process.Kill()
		<-p.ended
	}
}

// answers waits until a GET of path is answered with 200.
func (p *process) answers(path string, limit time.Duration) error {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	for {
		err := p.once(ctx, path)
		if err == nil {
			return nil
		}
		select {
		case <-p.ended:
			return errors.New("it has ended")
		case <-ctx.Done():
			return fmt.Errorf("no answer after %s: %w", limit, err)
		case <-time.After(500 * time.Microsecond):
		}
	}
}

func (p *process) once(ctx context.Context, path string) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+p.address+path, nil)
	if err != nil {
		return err
	}
	transport := &http.Transport{DisableKeepAlives: true}
	answer, err := transport.RoundTrip(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("status %d", answer.StatusCode)
	}
	_, err = bufio.NewReader(answer.Body).Discard(1)
	return err
}

// cpu is what the process has used since its start.
func (p *process) cpu() time.Duration {
	const tick = 10 * time.Millisecond // USER_HZ is 100 for every program.
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(stat), ") ")
	fields := strings.Fields(rest)
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])
	return time.Duration(user+system) * tick
}

// resident is the memory of the process, in bytes.
func (p *process) resident() float64 {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(status), "VmRSS:")
	kib, _ := strconv.ParseFloat(strings.Fields(rest)[0], 64)
	return kib * 1024
}

func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}
