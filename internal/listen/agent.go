package listen

import (
	"fmt"
	"net"
	"net/url"
	"strings"
)

// An Agent is a listener for haproxy's agent checks.
type Agent struct {
	net.Listener
	// View names the view that this listener reports on. Empty means all checks.
	View string
	// Name names the flag with its address, or the socket of systemd, for
	// errors.
	Name string
}

// AgentView splits an address of --agent.listen-address, or the name of a socket,
// into the part before the question mark and the view after it.
func AgentView(address string) (rest, view string, err error) {
	rest, query, has := strings.Cut(address, "?")
	if !has {
		return rest, "", nil
	}
	values, err := url.ParseQuery(query)
	if view = values.Get("view"); err != nil || view == "" || len(values) != 1 || len(values["view"]) != 1 {
		return "", "", fmt.Errorf("%q, want %s or %s?view=NAME", address, rest, rest)
	}
	return rest, view, nil
}

func (s *Sockets) listenAgent(address string) error {
	where, view, err := AgentView(address)
	if err != nil {
		return fmt.Errorf("%s: %w", agentFlag, err)
	}
	l, err := listen(agentFlag, where)
	if err != nil {
		return err
	}
	s.Agent = append(s.Agent, Agent{l, view, agentFlag + "=" + address})
	return nil
}
