package main

import (
	"context"
	"errors"
	"fmt"
	stdlog "log"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/coreos/go-systemd/v22/activation"
	"github.com/go-kit/log"
)

// reserved is how many connections each listener for health and agent checks
// has of its own.
const reserved = 8

// listeners are the sockets of the program, opened before anything is served.
type listeners struct {
	web, health []net.Listener
	agent       net.Listener
}

// openListeners opens or inherits every listener; on an error none is left open.
func openListeners(f *flags) (*listeners, error) {
	l := &listeners{}
	err := l.open(f)
	if err != nil {
		l.close()
		return nil, err
	}
	return l, nil
}

func (l *listeners) open(f *flags) error {
	if *f.web.WebSystemdSocket {
		inherited, err := activation.Listeners()
		if err != nil {
			return fmt.Errorf("--web.systemd-socket: %w", err)
		}
		for _, listener := range inherited {
			if listener != nil { // Another kind of descriptor.
				l.web = append(l.web, listener)
			}
		}
		if len(l.web) == 0 {
			return errors.New("--web.systemd-socket: systemd has passed no socket")
		}
	} else {
		for _, address := range *f.web.WebListenAddresses {
			listener, err := listen("--web.listen-address", address)
			if err != nil {
				return err
			}
			l.web = append(l.web, listener)
		}
	}
	for _, address := range f.healthAddresses {
		listener, err := listen("--health.listen-address", address)
		if err != nil {
			return err
		}
		l.health = append(l.health, listener)
	}
	if f.agentAddress != "" {
		var err error
		l.agent, err = listen("--agent.listen-address", f.agentAddress)
		return err
	}
	return nil
}

// listen opens host:port, or unix:PATH.
func listen(flag, address string) (net.Listener, error) {
	network := "tcp"
	if path, is := strings.CutPrefix(address, "unix:"); is {
		network, address = "unix", strings.TrimPrefix(path, "//")
		if err := removeStale(address); err != nil {
			return nil, fmt.Errorf("%s: %w", flag, err)
		}
	}
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), network, address)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", flag, err)
	}
	return listener, nil
}

// removeStale removes a socket that a process has left behind; a living one and
// any other file stay.
func removeStale(path string) error {
	if info, err := os.Lstat(path); err != nil || info.Mode().Type() != os.ModeSocket {
		return nil //nolint:nilerr // Listen says what is wrong.
	}
	conn, err := (&net.Dialer{Timeout: time.Second}).DialContext(context.Background(), "unix", path)
	if err == nil {
		conn.Close()
		return fmt.Errorf("%s: somebody listens there already", path)
	}
	if errors.Is(err, syscall.ECONNREFUSED) {
		return os.Remove(path)
	}
	return nil
}

func (l *listeners) close() {
	for _, listener := range append(l.web, l.health...) {
		listener.Close()
	}
	if l.agent != nil {
		l.agent.Close()
	}
}

// connectionLimit is how many connections all listeners share, of which others
// have reserved places besides: together never so many that the checks find no
// descriptor.
func connectionLimit(wanted, descriptors, others int) int {
	if descriptors > 0 {
		wanted = min(wanted, descriptors/2-reserved*others)
	}
	return max(wanted, 1)
}

// newServer makes a server that no client can hold up.
func newServer(handler http.Handler, logger log.Logger) *http.Server {
	return &http.Server{
		Handler:           pooled(handler),
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      20 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    12 << 10, // net/http adds 4 KiB to it.
		ConnContext:       connContext,
		ErrorLog:          stdlog.New(errorLog{logger}, "", 0),
		// Else "OPTIONS *" is answered with 200 by net/http itself.
		DisableGeneralOptionsHandler: true,
	}
}
