// Package otel hands the metrics of health checks to OpenTelemetry: its bridge
// gathers a Prometheus registry. It is a module of its own, so that OpenTelemetry
// takes no part in the version selection of the main module.
package otel
