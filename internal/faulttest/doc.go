// Package faulttest is the common fault table: the faults that can happen between
// a check and its target, which fault servers of our own produce, and the
// required reaction of every check type. A new type passes it with one line of
// its tests:
//
//	faulttest.Run(t, faulttest.Subject{Type: "tcp", Spec: func(address string) checks.Spec {
//		return probe.TCP{Address: address, Expect: "^220 "}
//	}})
//
// For each fault the check fails with the right reason of the closed set and one
// line that names the phase, or what was wanted and found, and its evidence (see
// [checks.Evidence]) names the phase in which it ended. It returns within its
// timeout plus 100 ms (plus a second unless HEALTHCHECK_STRICT=1 says that the
// machine is quiet), leaves no goroutine and no descriptor, shows no secret in
// any encoding, and reads at most 64 KiB (and 8 KiB more, in its last buffers).
// If this process was stalled meanwhile, the table tries a fault with a wrong
// time or reason again.
//
// The faults and their names:
//
//	good                         passes (with a good peer)
//	refused, syn dropped, established dropped, silent, closed, reset
//	reset in the middle, drip (1 byte per 200 ms), endless, long line (1 MB),
//	headers (1 MB), garbage, echo, redirect loop (HTTP), alternating
//	good over tls, tls on a plain port, plain on a tls port, tls never answered
//	certificate expired, … not yet valid, … of another host, … of an unknown ca
//	nxdomain, servfail, resolver silent
//
// Dropping packets needs nft and root. Without them the two faults are skipped, or
// fail if CI=true.
//
// The tests of a type add what needs its real server: a wrong password (auth), the
// server's own "too many connections" (status), a server that SIGSTOP freezes
// (timeout), and its recovery after SIGCONT. [Passes], [Warns], [Fails],
// [TimesOut], [IsCancelled], [LeavesNothing] and [BuildFails] are for these tests.
//
// The fault servers, certificates and the resolver can be used alone. All of
// them listen on 127.0.0.1 only and end with their test.
package faulttest
