package server

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"

	"github.com/go-kit/log/level"

	"github.com/healthcheck-exporter/healthcheck_exporter/httpapi"
)

// environmentHint explains how to get access to /environment.
const environmentHint = "ask from that machine over loopback or a Unix socket, authenticate (basic_auth_users or a client certificate in --web.config.file), or start with --environment.allow-remote"

// guardEnvironment gives local clients and authenticated clients access to
// /environment. With --environment.deny it requires authentication even from
// local clients, because a proxy on this machine that adds no forwarding header
// makes every client look local.
func (d *daemon) guardEnvironment(next http.Handler) http.Handler {
	access := d.environmentAccess()
	authenticated, guarded := access.Authenticated, httpapi.Guard(next, access)
	if !d.EnvironmentDeny {
		return guarded
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !authenticated(r) {
			say(w, r, http.StatusForbidden, "forbidden: --environment.deny is given, so authenticate (basic_auth_users or a client certificate in --web.config.file), or run healthcheck_exporter environment on that machine")
			return
		}
		guarded.ServeHTTP(w, r)
	})
}

func (o *Options) environmentAccess() httpapi.Access {
	return httpapi.Access{
		AllowRemote: o.EnvironmentAllowRemote, Authenticated: authenticator(o.WebConfigFile), Hint: environmentHint,
	}
}

// trusted returns a func that reports whether /environment answers a request. The
// evidence of failed runs is for the same clients.
func (o *Options) trusted() func(*http.Request) bool {
	access := o.environmentAccess()
	if !o.EnvironmentDeny {
		return access.Allows
	}
	return access.Authenticated
}

// guardLifecycle lets a client change the exporter if the client is local or
// authenticated, and if the Host header is an address, a loopback name or a
// configured name. Without the check of Host, a web page could make its own name
// resolve to this machine and thus pass as the same origin (DNS rebinding).
func (d *daemon) guardLifecycle(next http.Handler) http.Handler {
	authenticated := authenticator(d.WebConfigFile)
	guarded := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := d.lifecycleFault(r, authenticated); err != nil {
			say(w, r, http.StatusForbidden, "forbidden: "+err.Error())
			return
		}
		next.ServeHTTP(w, r)
	})
	protection := http.NewCrossOriginProtection()
	protection.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		say(w, r, http.StatusForbidden, "forbidden: the request comes from a page of another origin")
	}))
	return protection.Handler(guarded)
}

func (d *daemon) lifecycleFault(r *http.Request, authenticated func(*http.Request) bool) error {
	if !d.Lifecycle {
		return errors.New("start with --web.enable-lifecycle to allow this")
	}
	if !httpapi.OwnHost(r.Host, d.LifecycleHosts...) {
		return errors.New("the Host is a name that --web.lifecycle-hosts does not list")
	}
	if authenticated(r) {
		return nil
	}
	const hint = "authenticate (basic_auth_users or a client certificate in --web.config.file)"
	if d.EnvironmentDeny {
		return errors.New("--environment.deny is given: " + hint)
	}
	if err := httpapi.LocalClient(r); err != nil {
		return fmt.Errorf("%w: ask there, or %s", err, hint)
	}
	return nil
}

// warnOfProxies logs a warning at startup if a proxy on this machine could give
// remote clients access.
func (d *daemon) warnOfProxies() {
	if d.EnvironmentDeny || d.EnvironmentAllowRemote {
		return
	}
	for _, l := range d.sockets.Web {
		if !reachable(l.Addr()) {
			continue
		}
		level.Info(d.Logging.Logger).Log("msg", "other machines can reach this address, and /environment trusts clients on this machine: if a proxy on this machine adds no forwarding header, start with --environment.deny",
			"address", l.Addr())
		return
	}
}

// reachable reports whether other machines may reach an address.
func reachable(address net.Addr) bool {
	ip, err := netip.ParseAddrPort(address.String())
	return err == nil && !ip.Addr().Unmap().IsLoopback()
}
