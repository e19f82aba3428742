// Package listen opens the sockets of the program and bounds the connections on
// them, so that no client can lock out other clients or starve the checks.
//
//	sockets, err := listen.Open(listen.Options{Web: []string{":10927"}, MaxConnections: 512})
//	server := listen.NewServer(handler, os.Stderr)
//	err = server.Serve(sockets.Web[0])
//
// All listeners share one pool of connections. Those for health and agent checks
// also have some places of their own. A full pool closes the connection that has
// waited longest without a request. The package does not depend on the handlers.
package listen
