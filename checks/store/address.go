package store

import (
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
)

// endpoint is where a server listens.
type endpoint struct {
	network string // tcp or unix
	address string // host:port or a path, as net.Dial wants it
	host    string // for the certificate; empty for unix
}

// parseAddress reads host:port, /path/to/socket or unix:/path/to/socket. What
// may hold a password is not quoted in the error.
func parseAddress(s string) (endpoint, error) {
	if path, ok := unixPath(s); ok {
		if path == "" {
			return endpoint{}, errors.New("address: unix: has no path after it")
		}
		return endpoint{network: "unix", address: path}, nil
	}
	switch {
	case s == "":
		return endpoint{}, errors.New("address: is missing, want host:port or the path of a unix socket")
	case strings.ContainsAny(s, "@/"):
		return endpoint{}, errors.New("address: looks like a URL, want host:port or the path of a unix socket")
	}
	host, port, err := net.SplitHostPort(s)
	if err != nil || host == "" || !validPort(port) {
		return endpoint{}, fmt.Errorf("address %q: want host:port with a port of 1 to 65535, or the path of a unix socket", s)
	}
	return endpoint{network: "tcp", address: s, host: host}, nil
}

// unixPath returns the path of a unix socket and whether s is one.
func unixPath(s string) (path string, ok bool) {
	if path, ok = strings.CutPrefix(s, "unix:"); ok {
		if rest, double := strings.CutPrefix(path, "//"); double {
			path = rest
		}
		return path, true
	}
	return s, strings.HasPrefix(s, "/")
}

func validPort(s string) bool {
	port, err := strconv.ParseUint(s, 10, 16)
	return err == nil && port > 0
}
