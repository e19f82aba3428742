package httpapi

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// Access says who else than a local client is let through by [Guard]. The zero
// value lets nobody else in.
type Access struct {
	// AllowRemote lets everybody in.
	AllowRemote bool
	// Authenticated says whether a request comes from somebody we know, who is
	// let in from anywhere. It is called concurrently. Nil means nobody.
	Authenticated func(*http.Request) bool
	// Hint says how to get in, for those who are kept out. Empty means to ask
	// on that machine.
	Hint string
}

const defaultHint = "ask on that machine, by way of loopback or a Unix socket"

// Guard passes on to next who is on this machine: the peer is a loopback
// address or a Unix socket, the Host is a loopback name or address or absent
// (else a web page could reach us by a name that it has made resolve to
// 127.0.0.1), and no header says that somebody forwarded the request. Others
// get 403 and one line that says why and how.
func Guard(next http.Handler, a Access) http.Handler {
	if a.Hint == "" {
		a.Hint = defaultHint
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if a.AllowRemote || a.Authenticated != nil && a.Authenticated(r) {
			next.ServeHTTP(w, r)
			return
		}
		if err := local(r); err != nil {
			header := w.Header()
			header["Cache-Control"] = noStore
			header["X-Content-Type-Options"] = noSniff
			line := fmt.Sprintf("forbidden: %v, and only local clients are answered; %s\n", err, a.Hint)
			send(w, r, http.StatusForbidden, typeText, nil, []byte(line))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// local says why r does not come from a client on this machine, or nil.
func local(r *http.Request) error {
	if !localPeer(r) {
		return errors.New("the client is not on this machine")
	}
	if !localHost(r.Host) {
		return errors.New("the request's Host is not a loopback name or address")
	}
	for name := range r.Header {
		if forwards(name) {
			return fmt.Errorf("the request was forwarded (it has the header %s)", name)
		}
	}
	return nil
}

// localPeer reports whether the other end of the connection is a loopback
// address or a Unix socket.
func localPeer(r *http.Request) bool {
	ours, _ := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	if ours != nil && ours.Network() == "unix" {
		return true
	}
	if ours == nil && strings.HasPrefix(r.RemoteAddr, "@") { // An unnamed Unix socket, outside of net/http's server.
		return true
	}
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	return err == nil && peer.Addr().Unmap().IsLoopback()
}

// localHost reports whether host, with or without a port, can only mean the
// machine of who wrote it.
func localHost(host string) bool {
	if host == "" {
		return true
	}
	name := host
	if i := strings.LastIndexByte(host, ':'); i >= 0 && (strings.Count(host, ":") == 1 || host[i-1] == ']') {
		if !digits(host[i+1:]) {
			return false
		}
		name = host[:i]
	}
	if inner, bracketed := strings.CutPrefix(name, "["); bracketed {
		name, bracketed = strings.CutSuffix(inner, "]")
		if !bracketed || !strings.Contains(name, ":") {
			return false
		}
	}
	if ip, err := netip.ParseAddr(name); err == nil {
		return ip.Unmap().IsLoopback()
	}
	name = strings.TrimSuffix(strings.ToLower(name), ".")
	return name == "localhost" || strings.HasSuffix(name, ".localhost") || // RFC 6761: never asked of a DNS.
		name == "localhost.localdomain" || name == "ip6-localhost" || name == "ip6-loopback" // As in /etc/hosts.
}

func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// forwards reports whether a header of that name is written by proxies.
func forwards(name string) bool {
	name = strings.ReplaceAll(strings.ToLower(name), "_", "-")
	if strings.HasPrefix(name, "x-forwarded") || strings.HasPrefix(name, "x-original-") || strings.HasPrefix(name, "x-envoy-") {
		return true
	}
	switch name {
	case "forwarded", "via", "x-real-ip", "x-real-host", "x-client-ip", "x-cluster-client-ip", "x-proxyuser-ip",
		"x-host", "x-remote-ip", "x-remote-addr", "x-azure-clientip", "x-appengine-user-ip",
		"client-ip", "true-client-ip", "cf-connecting-ip", "cf-connecting-ipv6", "fastly-client-ip", "cdn-loop":
		return true
	}
	return false
}
