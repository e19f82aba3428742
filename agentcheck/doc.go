// Package agentcheck reports the status of a service to haproxy over the
// agent-check protocol: one line for each connection.
//
//	server := agentcheck.Server{Reporter: c}
//	listener, err := net.Listen("tcp", "127.0.0.1:10928")
//	if err != nil {
//		return err
//	}
//	return server.Serve(ctx, listener)
//
// and in haproxy:
//
//	server web1 10.0.0.1:80 check agent-check agent-port 10928 agent-inter 2s
//
// The lines are
//
//	up 100%                         passed
//	up 50%                          degraded, with a DegradedWeight of 50
//	up 0% #draining: deploy         drained: no new sessions
//	down #redis: connection refused failed
//	                                (an empty line) not known yet
//
// An empty line leaves haproxy's state as it is: an exporter that has just
// started does not take a healthy server out. The percentage is always sent,
// because haproxy keeps the last one it has seen. The words ready, drain and
// maint are never sent, not even in a reason: they write haproxy's
// administrative state, and a "ready" would end the MAINT that an operator has
// set.
//
// A connection never waits for a check: the line shows the known results, and
// expired checks run for the next line. For a check whose results are not kept,
// the line shows the previous run if it is no older than the timeout of the
// check: agent-inter must be below that timeout.
package agentcheck
