package wire

import (
	"net"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/checktype"
)

// EndpointOf returns the endpoint of an address that is known to be valid.
func EndpointOf(address string) Endpoint { return ParseAddress(address, new(checktype.Faults)) }

// Split returns host and port of the endpoint. Both are empty for a unix socket.
func (e Endpoint) Split() (host, port string) {
	if e.Network == "unix" {
		return "", ""
	}
	host, port, _ = net.SplitHostPort(e.Address) // Without an error, or the endpoint would not exist.
	return host, port
}

// ByHand returns a command that connects to the endpoint, with the settings of
// TLS if they are not nil.
func (e Endpoint) ByHand(settings *checks.TLS) []string {
	host, port := e.Split()
	switch {
	case e.Network == "unix":
		return []string{"nc", "-vzU", e.Address}
	case settings == nil:
		return []string{"nc", "-vz", host, port}
	}
	argv := []string{"openssl", "s_client", "-connect", e.Address}
	if name := settings.ServerName; name != "" {
		argv = append(argv, "-servername", name, "-verify_hostname", name)
	} else if net.ParseIP(host) == nil {
		argv = append(argv, "-servername", host, "-verify_hostname", host)
	}
	if settings.CAFile != "" {
		argv = append(argv, "-CAfile", settings.CAFile)
	}
	return argv
}
