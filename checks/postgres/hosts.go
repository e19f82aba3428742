package postgres

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"path"
	"strings"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/checktype"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/internal/wire"
)

const defaultPort = "5432"

// endpoints returns the addresses for libpq's lists of hosts and ports. A single
// port applies to all hosts.
func endpoints(hosts, ports string, f *checktype.Faults) []wire.Endpoint {
	names, numbers := strings.Split(hosts, ","), strings.Split(ports, ",")
	if len(numbers) != 1 && len(numbers) != len(names) {
		f.Add("dsn", "has %d hosts and %d ports, want a port for each or one for all", len(names), len(numbers))
		return nil
	}
	list := make([]wire.Endpoint, len(names))
	for i, host := range names {
		port := cmp.Or(numbers[min(i, len(numbers)-1)], defaultPort)
		switch {
		case host == "":
			f.Add("dsn", "has no host, want a name, an address or the directory of a unix socket")
		case !wire.ValidPort(port):
			f.Add("dsn", "has no valid port, want 1 to 65535")
		case strings.HasPrefix(host, "/"):
			list[i] = wire.Endpoint{Network: "unix", Address: socketPath(host, port)}
		default:
			list[i] = wire.Endpoint{Network: "tcp", Address: net.JoinHostPort(host, port), Host: host}
		}
	}
	return list
}

// socketPath returns the path of the socket for a port in directory dir. If dir
// is itself the path of a socket, it is returned unchanged.
func socketPath(dir, port string) string {
	if strings.HasPrefix(path.Base(dir), ".s.PGSQL.") {
		return dir
	}
	return path.Join(dir, ".s.PGSQL."+port)
}

// errElsewhere marks a failure after which the next host is tried, as in libpq.
var errElsewhere = errors.New("another host may be suitable")

// elsewhere marks err as errElsewhere. The text and the reason of err do not
// change.
func elsewhere(err error) error { return &marked{err} }

type marked struct{ error }

func (m *marked) Unwrap() []error { return []error{m.error, errElsewhere} }

// run tries the hosts in order. With prefer-standby, a second round accepts any
// host.
func (c run) run(ctx context.Context) (string, error) {
	to, err := c.resolve(ctx)
	if err != nil {
		return "", err
	}
	rounds := []string{to.attrs}
	if to.attrs == attrsPreferStandby {
		rounds = []string{roleStandby, attrsAny}
		if len(to.hosts) == 1 {
			rounds = rounds[1:]
		}
	}
	var failed []error
	left := len(rounds) * len(to.hosts)
	for _, attrs := range rounds {
		failed = nil // Report only the failures of the last round.
		for _, at := range to.hosts {
			output, err := c.tryHost(ctx, to, at, attrs, left)
			if !errors.Is(err, errElsewhere) {
				return output, err
			}
			failed = append(failed, err)
			left--
		}
	}
	return "", joined(failed)
}

// tryHost runs the check against one host. It may use the time that is left
// divided by tries.
func (c run) tryHost(ctx context.Context, to destination, at wire.Endpoint, attrs string, tries int) (string, error) {
	if deadline, ok := ctx.Deadline(); ok && tries > 1 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, time.Until(deadline)/time.Duration(tries))
		defer cancel()
	}
	output, err := c.askHost(ctx, to, at, attrs, explicit)
	if errors.Is(err, errNoBlocks) {
		return c.askHost(ctx, to, at, attrs, implicit)
	}
	return output, err
}

func (c run) askHost(ctx context.Context, to destination, at wire.Endpoint, attrs string, b block) (string, error) {
	r := wire.Start(ctx, at.Address)
	defer r.Close()
	s := &session{Run: r, to: to, at: at}
	if err := s.login(); err != nil {
		return "", err
	}
	defer s.close()
	output, err := c.ask(s, attrs, b)
	if err != nil {
		return "", err
	}
	return output, r.Warning()
}

// joined returns the failures of all hosts as one error on one line, with the
// reason of the first failure.
func joined(failed []error) error {
	if len(failed) == 1 {
		return failed[0]
	}
	texts := make([]string, len(failed))
	for i, err := range failed {
		texts[i] = err.Error()
	}
	return checks.Fail(checks.ReasonOf(failed[0]), fmt.Errorf("no host is suitable: %s", strings.Join(texts, "; ")))
}
