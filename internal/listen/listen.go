package listen

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/coreos/go-systemd/v22/activation"
)

// reserved is the number of connections that each listener for health and agent
// checks has for itself.
const reserved = 8

// Options say where to listen. Each address is host:port or unix:PATH.
type Options struct {
	// Web are the addresses that serve everything. They are ignored with Systemd.
	Web []string
	// Systemd takes the sockets that systemd passes in place of Web.
	Systemd bool
	// Health are the addresses for health checks alone.
	Health []string
	// Agent is the address for haproxy's agent checks. Empty: none.
	Agent string
	// Admin is the path of the Unix socket for administration. Empty: none.
	Admin string
	// MaxConnections bounds the connections of all listeners together. It is
	// lowered so that they never use more than half of the file descriptors.
	MaxConnections int
}

// Sockets are the open listeners of the program. Their connections are pooled.
type Sockets struct {
	Web, Health []net.Listener
	Agent       net.Listener // nil without Options.Agent
	Admin       net.Listener // nil without Options.Admin

	pools []*pool
}

// Open opens or inherits every listener. The error names the flag with the wrong
// address. On an error no listener is left open.
func Open(o Options) (*Sockets, error) {
	s := &Sockets{}
	if err := s.open(o); err != nil {
		s.Close()
		return nil, err
	}
	s.pool(o.MaxConnections)
	return s, nil
}

func (s *Sockets) open(o Options) (err error) {
	if o.Systemd {
		s.Web, err = inherit()
	} else {
		s.Web, err = listenAll("--web.listen-address", o.Web)
	}
	if err != nil {
		return err
	}
	if s.Health, err = listenAll("--health.listen-address", o.Health); err != nil {
		return err
	}
	if o.Agent != "" {
		if s.Agent, err = listen("--agent.listen-address", o.Agent); err != nil {
			return err
		}
	}
	if o.Admin != "" {
		s.Admin, err = listenAdmin(o.Admin)
	}
	return err
}

// listenAdmin opens the socket for administration. The user and the group of the
// process may write to it.
func listenAdmin(path string) (net.Listener, error) {
	const mode = 0o660
	l, err := listen("--admin.socket", "unix:"+path)
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(path, mode); err != nil {
		l.Close()
		return nil, fmt.Errorf("--admin.socket: %w", err)
	}
	return l, nil
}

// pool makes all listeners share the places of one pool.
func (s *Sockets) pool(maxConnections int) {
	others := len(s.Health)
	for _, l := range []net.Listener{s.Agent, s.Admin} {
		if l != nil {
			others++
		}
	}
	shared := newPool(connectionLimit(maxConnections, descriptorLimit(), others))
	s.pools = []*pool{shared}
	ofItsOwn := func() *pool {
		p := newPool(reserved)
		s.pools = append(s.pools, p)
		return p
	}
	for i, l := range s.Web {
		s.Web[i] = pooledListener{l, nil, shared}
	}
	for i, l := range s.Health {
		s.Health[i] = pooledListener{l, ofItsOwn(), shared}
	}
	if s.Agent != nil {
		s.Agent = pooledListener{s.Agent, ofItsOwn(), shared}
	}
	if s.Admin != nil {
		s.Admin = pooledListener{s.Admin, ofItsOwn(), shared}
	}
}

// Close closes every listener and every connection: after it, no client gets an
// answer.
func (s *Sockets) Close() {
	s.closeListeners()
	for _, p := range s.pools {
		p.closeAll()
	}
}

func (s *Sockets) closeListeners() {
	for _, l := range s.Web {
		l.Close()
	}
	for _, l := range s.Health {
		l.Close()
	}
	for _, l := range []net.Listener{s.Agent, s.Admin} {
		if l != nil {
			l.Close()
		}
	}
}

// inherit returns the stream sockets that systemd has passed.
func inherit() (all []net.Listener, err error) {
	inherited, err := activation.Listeners()
	if err != nil {
		return nil, fmt.Errorf("--web.systemd-socket: %w", err)
	}
	for _, l := range inherited {
		if l != nil { // nil for any other kind of descriptor
			all = append(all, l)
		}
	}
	if len(all) == 0 {
		return nil, errors.New("--web.systemd-socket: systemd has passed no socket")
	}
	return all, nil
}

// listenAll opens the addresses of a flag. On an error it returns the listeners
// opened so far.
func listenAll(flag string, addresses []string) (all []net.Listener, err error) {
	for _, address := range addresses {
		l, err := listen(flag, address)
		if err != nil {
			return all, err
		}
		all = append(all, l)
	}
	return all, nil
}

// listen opens host:port, or unix:PATH.
func listen(flag, address string) (net.Listener, error) {
	network := "tcp"
	if path, is := strings.CutPrefix(address, "unix:"); is {
		network, address = "unix", strings.TrimPrefix(path, "//")
		if err := removeStale(address); err != nil {
			return nil, fmt.Errorf("%s: %w", flag, err)
		}
	}
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), network, address)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", flag, err)
	}
	return listener, nil
}

// removeStale removes a socket that a dead process has left behind. It leaves a
// socket that still has a listener, and any other file.
func removeStale(path string) error {
	if info, err := os.Lstat(path); err != nil || info.Mode().Type() != os.ModeSocket {
		return nil //nolint:nilerr // Listen reports what is wrong.
	}
	conn, err := (&net.Dialer{Timeout: time.Second}).DialContext(context.Background(), "unix", path)
	if err == nil {
		conn.Close()
		return fmt.Errorf("%s: another process listens on this socket", path)
	}
	if errors.Is(err, syscall.ECONNREFUSED) {
		return os.Remove(path)
	}
	return nil
}
