package terminal_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/cli/internal/terminal"
)

// A pty is a terminal: what the program writes is what the person reads.
type pty struct {
	t               *testing.T
	person, program *os.File
}

func newPTY(t *testing.T, columns, rows uint16) pty {
	t.Helper()
	t.Setenv("TERM", "xterm")
	person, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { person.Close() })
	number, err := unix.IoctlGetInt(int(person.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlSetPointerInt(int(person.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	program, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { program.Close() })
	p := pty{t, person, program}
	p.resize(columns, rows)
	return p
}

func (p pty) resize(columns, rows uint16) {
	p.t.Helper()
	if err := unix.IoctlSetWinsize(int(p.person.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Col: columns, Row: rows}); err != nil {
		p.t.Fatal(err)
	}
}

func (p pty) device() terminal.Device {
	p.t.Helper()
	d, is := terminal.Of(p.program)
	if !is {
		p.t.Fatal("not a terminal")
	}
	return d
}

// wantWritten compares what was written since the last call.
func (p pty) wantWritten(want string) {
	p.t.Helper()
	const end = "END"
	if _, err := p.program.WriteString(end); err != nil {
		p.t.Fatal(err)
	}
	var got []byte
	buffer := make([]byte, 1024)
	for !bytes.HasSuffix(got, []byte(end)) {
		n, err := p.person.Read(buffer)
		if err != nil {
			p.t.Fatal(err)
		}
		got = append(got, buffer[:n]...)
	}
	if text := strings.TrimSuffix(string(got), end); text != want {
		p.t.Errorf("written %q, want %q", text, want)
	}
}

func TestOnlyATerminalIsADevice(t *testing.T) {
	p := newPTY(t, 80, 24)
	file, err := os.Create(filepath.Join(t.TempDir(), "file"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for _, stream := range []any{nil, &bytes.Buffer{}, file, (*os.File)(nil)} {
		if _, is := terminal.Of(stream); is {
			t.Errorf("%T is a terminal", stream)
		}
	}
	if _, is := terminal.Of(p.program); !is {
		t.Error("a terminal is none")
	}
	t.Setenv("TERM", "dumb")
	if _, is := terminal.Of(p.program); is {
		t.Error("a terminal without escape sequences is one")
	}
}

func TestTheSizeIsThatOfTheTerminalOrTheUsual(t *testing.T) {
	p := newPTY(t, 100, 30)
	d := p.device()
	want := func(columns, rows int) {
		t.Helper()
		if c, r := d.Size(); c != columns || r != rows {
			t.Errorf("Size() = %d, %d, want %d, %d", c, r, columns, rows)
		}
	}
	want(100, 30)
	for size, wanted := range map[[2]uint16][2]int{{0, 0}: {80, 24}, {1, 1}: {1, 1}, {0, 5}: {80, 5}, {5, 0}: {5, 24}} {
		p.resize(size[0], size[1])
		want(wanted[0], wanted[1])
	}
	p.program.Close()
	want(80, 24)
}

func TestKeysAreReadAtOnceAndWithoutEcho(t *testing.T) {
	p := newPTY(t, 80, 24)
	attributes := func() unix.Termios {
		t.Helper()
		a, err := unix.IoctlGetTermios(int(p.program.Fd()), unix.TCGETS)
		if err != nil {
			t.Fatal(err)
		}
		return *a
	}
	before := attributes()
	restore, err := p.device().Keys()
	if err != nil {
		t.Fatal(err)
	}
	now := attributes()
	if now.Lflag&(unix.ECHO|unix.ICANON) != 0 || now.Lflag&unix.ISIG == 0 || now.Cc[unix.VMIN] != 1 || now.Cc[unix.VTIME] != 0 {
		t.Errorf("attributes %+v, want neither echo nor lines, but signals", now)
	}
	restore()
	if after := attributes(); after != before {
		t.Errorf("attributes %+v, want those of before, %+v", after, before)
	}
	p.program.Close()
	if d, _ := terminal.Of(p.program); d != (terminal.Device{}) {
		t.Error("a closed file is a terminal")
	}
}

func TestTheStatusLineChangesInPlace(t *testing.T) {
	p := newPTY(t, 10, 24)
	l := terminal.NewStatusLine(p.device())
	l.Clear()
	p.wantWritten("")
	l.Show("1/3")
	p.wantWritten("\r1/3\x1b[K")
	l.Show("1/3")
	p.wantWritten("")
	l.Show("2/3, 45678") // One column is left free.
	p.wantWritten("\r2/3, 456…\x1b[K")
	l.Show("2/3, 4567")
	p.wantWritten("\r2/3, 4567\x1b[K")
	l.Clear()
	l.Clear()
	p.wantWritten("\r\x1b[K")
	l.Show("2/3, 4567")
	p.wantWritten("\r2/3, 4567\x1b[K")
	var none terminal.StatusLine
	none.Show("x")
	none.Clear()
}

func TestTheScreenIsDrawnWhenItChanges(t *testing.T) {
	p := newPTY(t, 80, 24)
	s := p.device().Open()
	p.wantWritten("\x1b[?1049h\x1b[?25l")
	s.Draw([]string{"one", "two"})
	p.wantWritten("\x1b[Hone\x1b[K\r\r\ntwo\x1b[K\x1b[J") // The terminal adds a carriage return.
	s.Draw([]string{"one", "two"})
	p.wantWritten("")
	s.Draw([]string{"one"})
	p.wantWritten("\x1b[Hone\x1b[K\x1b[J")
	s.Forget()
	s.Draw([]string{"one"})
	p.wantWritten("\x1b[Hone\x1b[K\x1b[J")
	s.Close()
	p.wantWritten("\x1b[?25h\x1b[?1049l")
}

func TestAPalettePaintsOrNot(t *testing.T) {
	for want, got := range map[string]string{
		"\x1b[31mfailed\x1b[0m": terminal.Palette(true).Paint(terminal.Red, "failed"),
		"":                      terminal.Palette(true).Paint(terminal.Red, ""),
		"failed":                terminal.Palette(false).Paint(terminal.Red, "failed"),
	} {
		if got != want {
			t.Errorf("painted %q, want %q", got, want)
		}
	}
}

func TestSignalsOfTheTerminalAreReportedUntilStopped(t *testing.T) {
	for name, c := range map[string]struct {
		notify func() (<-chan os.Signal, func())
		signal syscall.Signal
	}{"resized": {terminal.Resized, syscall.SIGWINCH}, "suspended": {terminal.Suspended, syscall.SIGTSTP}} {
		signals, stop := c.notify()
		if err := syscall.Kill(os.Getpid(), c.signal); err != nil {
			t.Fatal(err)
		}
		select {
		case s := <-signals:
			if s != c.signal {
				t.Errorf("%s: %v, want %v", name, s, c.signal)
			}
		case <-time.After(30 * time.Second):
			t.Errorf("%s: no signal", name)
		}
		stop()
		if c.signal == syscall.SIGTSTP { // Its usual effect would stop this process.
			continue
		}
		if err := syscall.Kill(os.Getpid(), c.signal); err != nil {
			t.Fatal(err)
		}
		select {
		case s := <-signals:
			t.Errorf("%s: %v after stop", name, s)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func TestSuspendReturnsWhenTheProcessGoesOn(t *testing.T) {
	// The child lets this process go on as soon as it has stopped.
	const script = `until grep -q "^State:.T" /proc/$PPID/status; do sleep 0.02; done; kill -CONT $PPID; echo continued`
	child := exec.CommandContext(t.Context(), "sh", "-c", script)
	var out bytes.Buffer
	child.Stdout = &out
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	terminal.Suspend()
	if err := child.Wait(); err != nil || out.String() != "continued\n" {
		t.Errorf("%v, %q, want this process to have stopped", err, out.String())
	}
}
