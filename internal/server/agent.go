package server

import (
	"context"
	"errors"
	"fmt"
	"net"

	"github.com/go-kit/log/level"

	"github.com/healthcheck-exporter/healthcheck_exporter/agentcheck"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/instance"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/listen"
)

// openSockets opens all sockets. The views of agent addresses must exist, now and
// after each reload.
func openSockets(o listen.Options, i *instance.Instance) (*listen.Sockets, error) {
	sockets, err := listen.Open(o)
	if err != nil {
		return nil, err
	}
	var errs []error
	for _, a := range sockets.Agent {
		if a.View == "" {
			continue
		}
		if err := i.RequireView(a.View); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", a.Name, err))
		}
	}
	if len(errs) > 0 {
		sockets.Close()
		return nil, errors.Join(errs...)
	}
	return sockets, nil
}

func (d *daemon) serveAgent(ctx context.Context, l listen.Agent) {
	agent := agentcheck.Server{
		Reporter: d.instance.Agent(l.View), DegradedWeight: d.AgentWeight, Logger: d.Logging.Logger,
		Answered: func(peer net.Addr, line string) { d.pollers.Remember("agent-check", peer.String(), line) },
	}
	level.Info(d.Logging.Logger).Log("msg", "listening for agent checks", "address", l.Addr(), "view", l.View)
	d.serving.Go(func() {
		if err := agent.Serve(ctx, l); err != nil {
			d.fail(err)
		}
	})
}
