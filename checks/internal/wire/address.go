package wire

import (
	"net"
	"strconv"
	"strings"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks/checktype"
)

// An Endpoint is where a server listens.
type Endpoint struct {
	Network string // tcp or unix
	Address string // host:port or a path, as net.Dial takes it
	Host    string // for the certificate; empty for unix
}

// ParseAddress reads the setting "address": host:port, /path/to/socket,
// unix:/path/to/socket or unix:///path/to/socket. It adds faults to f, and never
// quotes a text that may hold a password.
func ParseAddress(s string, f *checktype.Faults) Endpoint {
	const key, want = "address", "host:port or the path of a unix socket"
	if path, isUnix := unixPath(s); isUnix {
		f.Check(path == "", key, "unix: has no path after it")
		return Endpoint{Network: "unix", Address: path}
	}
	host, port, err := net.SplitHostPort(s)
	switch {
	case s == "":
		f.Add(key, "missing, want "+want)
	case strings.ContainsAny(s, "@/"):
		f.Add(key, "looks like a URL, want "+want)
	case err != nil || host == "" || strings.ContainsAny(host, " \t\r\n") || !ValidPort(port):
		f.Add(key, "%q, want host:port with a port of 1 to 65535, or the path of a unix socket", s)
	}
	return Endpoint{Network: "tcp", Address: s, Host: host}
}

// unixPath returns the path of a unix socket and whether s names one.
func unixPath(s string) (path string, isUnix bool) {
	if path, isUnix = strings.CutPrefix(s, "unix:"); isUnix {
		if rest, double := strings.CutPrefix(path, "//"); double {
			path = rest
		}
		return path, true
	}
	return s, strings.HasPrefix(s, "/")
}

// ValidPort reports whether s is a port number of 1 to 65535.
func ValidPort(s string) bool {
	port, err := strconv.ParseUint(s, 10, 16)
	return err == nil && port > 0
}

// NoTLSOverUnix adds a fault if TLS is wanted over a unix socket.
func (e Endpoint) NoTLSOverUnix(wanted bool, f *checktype.Faults) {
	f.Check(wanted && e.Network == "unix", "tls", "given for a unix socket, want host:port")
}
