// Package e2e has tests only: they build the binary, start it beside the real
// programs that use it (haproxy, Prometheus) and the real servers that it
// checks, and look at what those see. The snippets of the README and of deploy/
// are used unchanged, except for their addresses.
package e2e
