package screentest

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
	"unicode/utf8"

	"golang.org/x/sys/unix"
)

// patience is how long WaitFor and Wait wait; the machine may be busy.
const patience = 60 * time.Second

// A Program runs in a pseudo-terminal of its own, as the leader of a session.
type Program struct {
	t        testing.TB
	cmd      *exec.Cmd
	terminal *os.File // the end of the person
	ended    chan struct{}
	drained  chan struct{}

	mu     sync.Mutex
	screen *screen
}

// Start starts a command whose input and outputs lead to a new terminal of that size.
// It does not replace an output that cmd already has.
func Start(t testing.TB, size Size, cmd *exec.Cmd) *Program {
	t.Helper()
	person, program, err := open()
	if err != nil {
		t.Fatal(err)
	}
	defer program.Close()
	p := &Program{t: t, cmd: cmd, terminal: person, screen: newScreen(size), ended: make(chan struct{}), drained: make(chan struct{})}
	p.setSize(size)
	cmd.Stdin = program
	if cmd.Stdout == nil {
		cmd.Stdout = program
	}
	if cmd.Stderr == nil {
		cmd.Stderr = program
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true, Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go p.read()
	go func() {
		_ = cmd.Wait()
		close(p.ended)
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-p.ended
		person.Close()
		<-p.drained
	})
	return p
}

// open opens a pseudo-terminal.
func open() (person, program *os.File, err error) {
	person, err = os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		return nil, nil, err
	}
	number, err := unix.IoctlGetInt(int(person.Fd()), unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(int(person.Fd()), unix.TIOCSPTLCK, 0)
	}
	if err == nil {
		program, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	}
	if err != nil {
		person.Close()
	}
	return person, program, err
}

func (p *Program) read() {
	defer close(p.drained)
	var rest []byte
	buffer := make([]byte, 4096)
	for {
		n, err := p.terminal.Read(buffer)
		rest = append(rest, buffer[:n]...)
		whole := len(rest)
		for i := range min(utf8.UTFMax, len(rest)) { // The end may be half a character.
			if at := len(rest) - 1 - i; utf8.RuneStart(rest[at]) {
				if !utf8.FullRune(rest[at:]) {
					whole = at
				}
				break
			}
		}
		p.mu.Lock()
		p.screen.write(string(rest[:whole]))
		p.mu.Unlock()
		rest = append([]byte(nil), rest[whole:]...)
		if err != nil { // EIO: the program has ended.
			return
		}
	}
}

// Dir is the working directory of the program.
func (p *Program) Dir() string { return p.cmd.Dir }

// Screen is what a person sees now.
func (p *Program) Screen() string { return p.text(false) }

// Styled is Screen with each change of style, such as {31} for red and {} for none.
func (p *Program) Styled() string { return p.text(true) }

func (p *Program) text(styles bool) string {
	p.t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.screen.unknown) > 0 {
		p.t.Errorf("sequences that no terminal should get: %v", p.screen.unknown)
		p.screen.unknown = nil
	}
	return p.screen.text(styles)
}

// Whole reports whether the program uses the whole terminal and hides the cursor.
func (p *Program) Whole() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.screen.alternate && p.screen.hidden
}

// WaitFor waits until the screen has a text.
func (p *Program) WaitFor(text string) {
	p.t.Helper()
	p.WaitUntil(fmt.Sprintf("%q is on the screen", text), func(screen string) bool { return strings.Contains(screen, text) })
}

// WaitUntil waits until the screen is as wanted.
func (p *Program) WaitUntil(what string, wanted func(screen string) bool) {
	p.t.Helper()
	for end := time.Now().Add(patience); !wanted(p.Screen()); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			p.t.Fatalf("waited in vain until %s:\n%s", what, p.Screen())
		}
	}
}

// Type types keys; "\x03" is Ctrl-C.
func (p *Program) Type(keys string) {
	p.t.Helper()
	if _, err := io.WriteString(p.terminal, keys); err != nil {
		p.t.Fatal(err)
	}
}

// Signal sends the program a signal.
func (p *Program) Signal(s os.Signal) { _ = p.cmd.Process.Signal(s) }

// Resize changes the size of the terminal. The program gets SIGWINCH.
func (p *Program) Resize(size Size) {
	p.mu.Lock()
	p.screen.resize(size)
	p.mu.Unlock()
	p.setSize(size)
}

func (p *Program) setSize(size Size) {
	ws := &unix.Winsize{Col: uint16(size.Columns), Row: uint16(size.Rows)} //nolint:gosec // Small numbers.
	if err := unix.IoctlSetWinsize(int(p.terminal.Fd()), unix.TIOCSWINSZ, ws); err != nil {
		p.t.Fatal(err)
	}
}

// Echoes reports whether the terminal shows what is typed, as a shell expects.
func (p *Program) Echoes() bool {
	attributes, err := unix.IoctlGetTermios(int(p.terminal.Fd()), unix.TCGETS)
	return err == nil && attributes.Lflag&unix.ECHO != 0 && attributes.Lflag&unix.ICANON != 0
}

// Wait waits for the end of the program and returns its exit status, and the error
// if a signal has ended it.
func (p *Program) Wait() (int, error) {
	p.t.Helper()
	select {
	case <-p.ended:
	case <-time.After(patience):
		p.t.Fatalf("the program goes on:\n%s", p.Screen())
	}
	<-p.drained
	if status, _ := p.cmd.ProcessState.Sys().(syscall.WaitStatus); status.Signaled() {
		return -1, errors.New(status.Signal().String())
	}
	return p.cmd.ProcessState.ExitCode(), nil
}
