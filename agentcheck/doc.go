// Package agentcheck tells haproxy by its agent-check protocol what a report
// says: one line for each connection.
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
//	up 0%                           drained: no new sessions
//	down #redis: connection refused failed
//
// The percentage is always sent, because haproxy keeps the last one it has
// seen. The words ready, drain and maint are never sent, not even in a reason:
// they write haproxy's administrative state, and a "ready" would end the MAINT
// that an operator has set.
//
// The package runs no check: a connection costs a look at the report.
package agentcheck
