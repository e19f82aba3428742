// Package grpc feeds the health service of a gRPC server from the checks of a
// service. It is a module of its own, so that gRPC takes no part in the version
// selection of the main module.
package grpc

import (
	"google.golang.org/grpc/health"
	"google.golang.org/grpc/health/grpc_health_v1"

	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
)

// OnStatus returns a function for [collector.Options.OnStatus] that keeps the
// status of a gRPC service in h: serving while the checks pass or are degraded,
// not serving while they fail or the service is drained. The name "" stands for
// the whole server.
func OnStatus(h *health.Server, service string) func(old, now collector.Status) {
	h.SetServingStatus(service, grpc_health_v1.HealthCheckResponse_NOT_SERVING) // Until the first results.
	return func(_, now collector.Status) {
		status := grpc_health_v1.HealthCheckResponse_SERVING
		if now == collector.StatusFailed {
			status = grpc_health_v1.HealthCheckResponse_NOT_SERVING
		}
		h.SetServingStatus(service, status)
	}
}
