package server

import (
	"net"
	"net/http"
)

// Authenticator is authenticator.
func Authenticator(webConfig string) func(*http.Request) bool { return authenticator(webConfig) }

// GuardLifecycle returns next behind the guard of lifecycle requests.
func GuardLifecycle(o Options, next http.Handler) http.Handler {
	return (&daemon{Options: o}).guardLifecycle(next)
}

// GuardEnvironment returns next behind the guard of /environment.
func GuardEnvironment(o Options, next http.Handler) http.Handler {
	return (&daemon{Options: o}).guardEnvironment(next)
}

// Reachable reports whether other machines may reach an address.
func Reachable(address net.Addr) bool { return reachable(address) }

// Posts lets only POST requests through.
func Posts(next http.Handler) http.Handler { return posts(next) }
