package notify

import (
	"context"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// The messages without a variable part.
const (
	Ready    = "READY=1"
	Stopping = "STOPPING=1"
	Alive    = "WATCHDOG=1" // at least once in each Manager.Watchdog
)

// maxStatus is the length of the longest status, in bytes.
const maxStatus = 400

// Status returns the message that shows a line in systemctl status.
func Status(line string) string {
	line = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) { // A line break would begin another message.
			return ' '
		}
		return r
	}, line)
	if len(line) > maxStatus {
		line = strings.ToValidUTF8(line[:maxStatus-len("…")], "") + "…"
	}
	return "STATUS=" + line
}

// Extend returns the message that allows d more, from now on, for the start or
// the end of the process.
func Extend(d time.Duration) string {
	return "EXTEND_TIMEOUT_USEC=" + strconv.FormatInt(d.Microseconds(), 10)
}

// A Manager is the service manager that has started this process. The methods of
// a nil Manager do nothing. A Manager is safe for concurrent use.
type Manager struct {
	socket   *net.UnixAddr
	watchdog time.Duration
}

// Find returns the manager that $NOTIFY_SOCKET, $WATCHDOG_USEC and $WATCHDOG_PID
// describe, or nil without $NOTIFY_SOCKET. Take returns the value of a variable and
// removes the variable: child processes must not speak for this one.
func Find(take func(variable string) string) (*Manager, error) {
	socket, limit, pid := take("NOTIFY_SOCKET"), take("WATCHDOG_USEC"), take("WATCHDOG_PID")
	if socket == "" {
		return nil, nil //nolint:nilnil // A nil Manager is useful.
	}
	if socket[0] != '/' && socket[0] != '@' {
		return nil, fmt.Errorf("NOTIFY_SOCKET: %q, want an absolute path or @ and an abstract name", socket)
	}
	m := &Manager{socket: &net.UnixAddr{Name: socket, Net: "unixgram"}} // Package net turns the @ into a NUL byte.
	if limit == "" || pid != "" && pid != strconv.Itoa(os.Getpid()) {
		return m, nil
	}
	microseconds, err := strconv.ParseInt(limit, 10, 64)
	if err != nil || microseconds <= 0 {
		return m, fmt.Errorf("WATCHDOG_USEC: %q, want a number of microseconds", limit)
	}
	m.watchdog = time.Duration(microseconds) * time.Microsecond
	return m, nil
}

// Watchdog is how long the manager waits for Alive before it kills the process.
// Zero means for ever.
func (m *Manager) Watchdog() time.Duration {
	if m == nil {
		return 0
	}
	return m.watchdog
}

// sendTimeout is how long Tell waits for a manager that does not read.
const sendTimeout = time.Second

// Tell sends messages together, in one datagram.
func (m *Manager) Tell(messages ...string) error {
	if m == nil || len(messages) == 0 {
		return nil
	}
	conn, err := (&net.Dialer{}).DialContext(context.Background(), m.socket.Net, m.socket.Name)
	if err != nil {
		return err
	}
	defer conn.Close()
	conn.SetWriteDeadline(time.Now().Add(sendTimeout))
	_, err = conn.Write([]byte(strings.Join(messages, "\n")))
	return err
}
