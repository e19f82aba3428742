package mysql

import (
	"net"

	"github.com/go-sql-driver/mysql"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/checktype"
)

// ByHand implements [checks.Manual]. A DSN in a file is not read, so it has no
// command.
func (m Check) ByHand() []string {
	var config *mysql.Config
	switch {
	case m.DSN != "":
		config = m.fromDSN(string(m.DSN), new(checktype.Faults))
	case m.DSNFile == "":
		config = m.fromFields(new(checktype.Faults))
	}
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
	if config.Passwd != "" || m.Password != "" || m.PasswordFile != "" {
		argv = append(argv, "-p") // It asks.
	}
	return argv
}

// Limits implements [checks.Limited].
func (m Check) Limits() []checks.Limit { return m.TLS.Limits() }
