package postgres

import (
	"path/filepath"
	"strings"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/checktype"
)

// ByHand implements [checks.Manual]. A DSN in a file is not read, so it has no
// command.
func (p Check) ByHand() []string {
	to := p.login().Validate(new(checktype.Faults))
	if len(to.hosts) == 0 {
		return nil
	}
	argv := []string{"psql"}
	at := to.hosts[0]
	if host, port := at.Split(); at.Network != "unix" {
		argv = append(argv, "-h", host, "-p", port)
	} else { // psql wants the folder of the socket, and the port in its name.
		argv = append(argv, "-h", filepath.Dir(at.Address), "-p", strings.TrimPrefix(filepath.Ext(at.Address), "."))
	}
	argv = append(argv, "-U", to.user)
	if to.database != "" {
		argv = append(argv, "-d", to.database)
	}
	return append(argv, "-c", "SELECT 1")
}

// Limits implements [checks.Limited].
func (p Check) Limits() []checks.Limit { return p.TLS.Limits() }
