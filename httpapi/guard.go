package httpapi

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// Access says which requests [Guard] lets through in addition to those of local
// clients. The zero value lets no others through.
type Access struct {
	// AllowRemote lets every request through.
	AllowRemote bool
	// Authenticated reports whether a request is authenticated; Guard lets
	// authenticated requests through from anywhere. It is called concurrently.
	// Nil means that no request is authenticated.
	Authenticated func(*http.Request) bool
	// Hint tells a refused client how to get access. Empty means a hint to send
	// the request from this machine.
	Hint string
}

const defaultHint = "ask from that machine over loopback or a Unix socket"

// Guard returns a handler that passes requests of local clients on to next: the
// peer is a loopback address or a Unix socket, Host is a loopback name or
// address or absent (a web page could use a name of its own that resolves to
// 127.0.0.1), and no header shows that a proxy forwarded the request. Other
// requests get 403 and one line that says why, and how to get access.
//
// Guard cannot recognise a proxy on the same machine that adds no forwarding
// header and sends "Host: localhost", such as haproxy in mode tcp. Behind such
// a proxy, do not mount the guarded handler.
func Guard(next http.Handler, a Access) http.Handler {
	next = orNotFound(next)
	if a.Hint == "" {
		a.Hint = defaultHint
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := a.fault(r); err != nil {
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

// Allows reports whether [Guard] passes the request on. It is for
// [Options.Trusted].
func (a Access) Allows(r *http.Request) bool { return a.fault(r) == nil }

// fault returns why a request is not let through, or nil.
func (a Access) fault(r *http.Request) error {
	if a.AllowRemote {
		return nil
	}
	err := local(r)
	if err != nil && a.Authenticated != nil && a.Authenticated(r) { // Comparing a password takes long.
		return nil
	}
	return err
}

// local returns why r does not come from a client on this machine, or nil.
func local(r *http.Request) error {
	if err := LocalClient(r); err != nil {
		return err
	}
	if !localHost(r.Host) {
		return errors.New("the request's Host is not a loopback name or address")
	}
	return nil
}

// LocalClient returns why r does not come from a client on this machine, or nil:
// the peer is a loopback address or a Unix socket, and no header shows that a
// proxy forwarded the request. It does not look at Host: see [OwnHost].
func LocalClient(r *http.Request) error {
	if !localPeer(r) {
		return errors.New("the client is not on this machine")
	}
	for name := range r.Header {
		if forwards(name) {
			return fmt.Errorf("the request was forwarded (it has the header %s)", name)
		}
	}
	return nil
}

// OwnHost reports whether host, the Host of a request with or without a port,
// cannot be a name that a web page has made resolve to this machine: it is
// empty, an IP address, a loopback name, or one of names.
func OwnHost(host string, names ...string) bool {
	name, valid := hostName(host)
	if !valid {
		return false
	}
	if _, err := netip.ParseAddr(name); err == nil {
		return true
	}
	return localHost(host) || slices.ContainsFunc(names, func(own string) bool { return strings.EqualFold(own, name) })
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
// client's own machine.
func localHost(host string) bool {
	if host == "" {
		return true
	}
	name, valid := hostName(host)
	if !valid {
		return false
	}
	if ip, err := netip.ParseAddr(name); err == nil {
		return ip.Unmap().IsLoopback()
	}
	return name == "localhost" || strings.HasSuffix(name, ".localhost") || // RFC 6761: a resolver answers these names itself.
		name == "localhost.localdomain" || name == "ip6-localhost" || name == "ip6-loopback" // As in /etc/hosts.
}

// hostName returns a Host in lower case, without its port, the brackets of an
// IPv6 address and the dot at the end of a name.
func hostName(host string) (name string, valid bool) {
	name = host
	if i := strings.LastIndexByte(host, ':'); i > 0 && (strings.Count(host, ":") == 1 || host[i-1] == ']') {
		if !digits(host[i+1:]) {
			return "", false
		}
		name = host[:i]
	}
	if inner, bracketed := strings.CutPrefix(name, "["); bracketed {
		name, bracketed = strings.CutSuffix(inner, "]")
		if !bracketed || !strings.Contains(name, ":") {
			return "", false
		}
	}
	return strings.TrimSuffix(strings.ToLower(name), "."), true
}

func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// forwards reports whether proxies set the header name.
func forwards(name string) bool {
	name = strings.ReplaceAll(strings.ToLower(name), "_", "-")
	for _, prefix := range []string{"x-forward", "x-original-", "x-envoy-", "x-real-", "x-appengine-", "x-azure-", "x-arr-", "x-amzn-trace", "x-amz-cf-", "x-akamai-", "cf-", "cloudfront-"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	switch name {
	case "forwarded", "forwarded-for", "forwarded-for-ip", "via", "x-via", "client-ip", "true-client-ip", "real-ip",
		"x-client-ip", "x-client-addr", "x-cluster-client-ip", "x-true-client-ip", "x-originating-ip", "x-proxyuser-ip", "x-proxy-user-ip",
		"x-host", "x-remote-ip", "x-remote-addr", "x-peer-ip", "x-source-ip", "x-user-ip", "x-http-host-override",
		"ali-cdn-real-ip", "cdn-src-ip", "cdn-loop", "cdn-client-ip", "wl-proxy-client-ip", "proxy-client-ip", "http-client-ip", "http-x-forwarded-for",
		"fastly-client-ip", "fly-client-ip", "fly-forwarded-port", "do-connecting-ip", "incap-client-ip",
		"x-nf-client-connection-ip", "x-vercel-forwarded-for", "x-sucuri-clientip", "x-bluecoat-via", "surrogate-capability",
		"akamai-origin-hop", "front-end-https", "remote-addr", "x-cloud-trace-context", "x-request-start", "x-scheme", "x-trueclientip", "x-varnish":
		return true
	}
	return false
}
