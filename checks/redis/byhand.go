package redis

import (
	"strconv"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/internal/wire"
)

// ByHand implements [checks.Manual]. The command only connects and says PING: the
// command of the check may be secret.
func (r Check) ByHand() []string {
	at := wire.EndpointOf(r.Address)
	argv := []string{"redis-cli"}
	if host, port := at.Split(); at.Network == "unix" {
		argv = append(argv, "-s", at.Address)
	} else {
		argv = append(argv, "-h", host, "-p", port)
	}
	if t := r.TLS; t != nil {
		argv = append(argv, "--tls")
		if t.CAFile != "" {
			argv = append(argv, "--cacert", t.CAFile)
		}
		if t.ServerName != "" {
			argv = append(argv, "--sni", t.ServerName)
		}
	}
	if r.DB > 0 {
		argv = append(argv, "-n", strconv.Itoa(r.DB))
	}
	if r.Username != "" {
		argv = append(argv, "--user", r.Username)
	}
	if r.hasPassword() {
		argv = append(argv, "--askpass")
	}
	return append(argv, "PING")
}

// Limits implements [checks.Limited].
func (r Check) Limits() []checks.Limit { return r.TLS.Limits() }
