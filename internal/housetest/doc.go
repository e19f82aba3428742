// Package housetest holds the rules of the house and the test that fails when
// one is broken: who may import whom, what may come from outside, and what no
// package below main may do.
//
//	floor 4  main
//	floor 3  config, httpapi, agentcheck
//	floor 2  envinfo, collector
//	floor 1  checks/…, scrub, internal/striped
//	floor 0  checks
//
// A new package needs a room in rooms.go, a new module a line in the room that
// uses it; both are decisions, so they are made in a table and not in passing.
//
// [Examine] sees what go list and go/types see of one system at a time. It does
// not see reflection, and it cannot tell that a value behind a package's pointer
// variable changes.
package housetest
