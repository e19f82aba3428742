package listen

import (
	"errors"
	"fmt"
	"net"
	"os"

	"github.com/coreos/go-systemd/v22/activation"
)

// inherit takes the sockets that systemd has passed, each for the purpose that
// its name says: FileDescriptorName= of the socket unit, which is the name of all
// sockets of that unit.
func (s *Sockets) inherit(o Options) error {
	var errs []error
	for _, file := range activation.Files(true) {
		if err := s.adopt(file, o); err != nil {
			errs = append(errs, err)
		}
	}
	if len(errs) == 0 && o.Systemd && len(s.Web) == 0 {
		errs = append(errs, errors.New("--web.systemd-socket: systemd has passed no socket for web"))
	}
	return errors.Join(errs...)
}

// adopt takes one socket.
func (s *Sockets) adopt(file *os.File, o Options) error {
	defer file.Close() // The listener has a descriptor of its own.
	name := file.Name()
	l, err := net.FileListener(file)
	if err != nil {
		return notListening(name)
	}
	if !listens(file) {
		l.Close()
		return notListening(name)
	}
	flag, given, err := s.assign(l, name, o)
	switch {
	case err != nil:
		l.Close()
		return err
	case given:
		return fmt.Errorf("%s: systemd passes a socket %q for the same purpose, want the flag or the socket unit and not both", flag, name)
	}
	return nil
}

// assign adds a listener to those that its name says. It returns the flag that opens
// such listeners, and whether that flag is given.
func (s *Sockets) assign(l net.Listener, name string, o Options) (flag string, given bool, err error) {
	kind, view, err := AgentView(name)
	switch {
	case err != nil:
		return "", false, fmt.Errorf("systemd socket %w", err)
	case kind == "agent":
		s.Agent = append(s.Agent, Agent{l, view, fmt.Sprintf("systemd socket %q", name)})
		return agentFlag, len(o.Agent) > 0, nil
	case name == "health":
		s.Health = append(s.Health, l)
		return healthFlag, len(o.Health) > 0, nil
	case name == "admin":
		s.Admin = append(s.Admin, l)
		return adminFlag, o.Admin != "", nil
	case name == "web" || o.Systemd:
		s.Web = append(s.Web, l)
		return webFlag, len(o.Web) > 0 && !o.Systemd, nil
	}
	return "", false, fmt.Errorf("systemd socket %q: unknown name, want FileDescriptorName= web, health, agent, agent?view=NAME or admin, or --web.systemd-socket, which takes it for web", name)
}

func notListening(name string) error {
	return fmt.Errorf("systemd socket %q: not a stream socket that listens, want ListenStream= and no Accept=yes", name)
}
