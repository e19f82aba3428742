package mysql

import (
	"net"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/checktype"
)

// ByHand implements [checks.Manual]. A DSN in a file is not read, so it has no
// command.
func (m Check) ByHand() []string {
	config := m.login().Validate(new(checktype.Faults))
	if config == nil {
		return nil
	}
	argv := []string{"mysql"}
	if config.Net == "unix" {
		argv = append(argv, "-S", config.Addr)
	} else if host, port, err := net.SplitHostPort(config.Addr); err == nil {
		argv = append(argv, "-h", host, "-P", port)
	}
	argv = append(argv, "-u", config.User)
	if config.DBName != "" {
		argv = append(argv, "-D", config.DBName)
	}
	argv = append(argv, "-e", "SELECT 1")
	if config.Passwd != "" || m.login().HasPassword() {
		argv = append(argv, "-p") // It asks.
	}
	return argv
}

// Limits implements [checks.Limited].
func (m Check) Limits() []checks.Limit { return m.TLS.Limits() }
