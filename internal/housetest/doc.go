// Package housetest holds the rules of the house and the test that fails when one
// is broken: which package may import which, which modules may be used, and what
// packages below main must not do.
//
//	floor 7  main → internal/cli
//	floor 6  internal/server
//	floor 5  internal/instance, internal/listen, internal/logging
//	floor 4  config, service
//	floor 3  httpapi, agentcheck, internal/state
//	floor 2  envinfo, collector
//	floor 1  checks/probe, checks/host, checks/command, checks/redis, …
//	floor 0  checks, checks/checktype, checks/internal/wire, scrub
//
// A new package needs a room in rooms.go, a new module a line in the room that
// uses it; both are decisions, so they are recorded in a table.
//
// [Examine] sees what go list and go/types see of one system at a time. It does
// not see reflection, and it cannot detect a change of the value that a package's
// pointer variable points to.
package housetest
