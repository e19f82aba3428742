package listen

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// The flags, for errors.
const (
	webFlag    = "--web.listen-address"
	healthFlag = "--health.listen-address"
	agentFlag  = "--agent.listen-address"
	adminFlag  = "--admin.socket"
)

// CheckAddress says what is wrong with the form of an address: host:port or
// unix:PATH.
func CheckAddress(address string) error {
	path, isSocket := strings.CutPrefix(address, "unix:")
	_, port, err := net.SplitHostPort(address)
	if isSocket && strings.Trim(path, "/") != "" || !isSocket && err == nil && isPort(port) {
		return nil
	}
	return fmt.Errorf("%.100q, want host:port, such as :10927, or unix:PATH", address)
}

// isPort reports whether s is a number of a port or may be the name of one, as in
// /etc/services.
func isPort(s string) bool {
	number, err := strconv.Atoi(s)
	return s != "" && (err != nil || number >= 0 && number <= math.MaxUint16)
}

// listenAll opens the addresses of a flag and adds the listeners to all.
func listenAll(all *[]net.Listener, flag string, addresses []string) error {
	for _, address := range addresses {
		l, err := listen(flag, address)
		if err != nil {
			return err
		}
		*all = append(*all, l)
	}
	return nil
}

// listen opens host:port, or unix:PATH.
func listen(flag, address string) (net.Listener, error) {
	if err := CheckAddress(address); err != nil {
		return nil, fmt.Errorf("%s: %w", flag, err)
	}
	network := "tcp"
	if path, is := strings.CutPrefix(address, "unix:"); is {
		network, address = "unix", strings.TrimPrefix(path, "//")
		if err := removeStale(address); err != nil {
			return nil, fmt.Errorf("%s: %w", flag, err)
		}
	}
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), network, address)
	if errors.Is(err, syscall.EINVAL) && network == "unix" {
		return nil, fmt.Errorf("%s: %s: %d bytes are too long for the path of a Unix socket, want at most 100", flag, address, len(address))
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", flag, err)
	}
	return listener, nil
}

// removeStale removes a socket that a dead process has left behind. A socket that
// still has a listener is an error, and so is any other file.
func removeStale(path string) error {
	info, err := os.Lstat(path)
	switch {
	case err != nil:
		return nil //nolint:nilerr // Listen reports what is wrong.
	case info.Mode().Type() != os.ModeSocket:
		return fmt.Errorf("%s: exists and is not a socket", path)
	}
	conn, err := (&net.Dialer{Timeout: time.Second}).DialContext(context.Background(), "unix", path)
	if err == nil {
		conn.Close()
		return fmt.Errorf("%s: another process listens on this socket", path)
	}
	if errors.Is(err, syscall.ECONNREFUSED) {
		return os.Remove(path)
	}
	return nil
}

// listenAdmin opens the socket for administration, if there is a path. The user
// and the group of the process may write to it.
func (s *Sockets) listenAdmin(path string) error {
	if path == "" {
		return nil
	}
	const mode = 0o660
	if err := listenAll(&s.Admin, adminFlag, []string{"unix:" + path}); err != nil {
		return err
	}
	if err := os.Chmod(path, mode); err != nil {
		return fmt.Errorf("%s: %w", adminFlag, err)
	}
	return nil
}
