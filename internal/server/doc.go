// Package server is the life of the exporter as a daemon: it loads the
// configuration, opens the sockets, serves, reloads on SIGHUP, and drains and
// stops on SIGTERM.
//
//	err := server.Run(ctx, server.Options{
//		Instance: instance.Options{ConfigFile: "healthcheck.yml", Logger: l.Logger, Scrubber: scrubber},
//		Listen:   listen.Options{Web: []string{":10927"}, MaxConnections: 512},
//		Logging:  l, Queue: queue, TelemetryPath: "/metrics", AgentWeight: 100,
//	})
//
// The routes are in routes.go, the requests that change the exporter in
// actions.go, those about the exporter itself in probes.go.
package server
