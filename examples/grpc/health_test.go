package grpc_test

import (
	"context"
	"errors"
	"net"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/health"
	"google.golang.org/grpc/health/grpc_health_v1"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	example "github.com/healthcheck-exporter/healthcheck_exporter/examples/grpc"
	"github.com/healthcheck-exporter/healthcheck_exporter/service"
)

func TestAWatcherSeesTheServiceComeAndGo(t *testing.T) {
	h := health.NewServer()
	s, err := service.New(service.Options{Collector: collector.Options{OnStatus: example.OnStatus(h, "shop")}},
		checks.Check{Name: "redis", Func: checks.Bool(func() (bool, string) { return true, "redis ok" })})
	if err != nil {
		t.Fatal(err)
	}
	server := grpc.NewServer()
	grpc_health_v1.RegisterHealthServer(server, h)
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go server.Serve(listener)
	defer server.Stop()

	conn, err := grpc.NewClient(listener.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	watch, err := grpc_health_v1.NewHealthClient(conn).Watch(ctx, &grpc_health_v1.HealthCheckRequest{Service: "shop"})
	if err != nil {
		t.Fatal(err)
	}
	want := func(status grpc_health_v1.HealthCheckResponse_ServingStatus) {
		t.Helper()
		got, err := watch.Recv()
		if err != nil || got.GetStatus() != status {
			t.Fatalf("%v, %v, want %v", got.GetStatus(), err, status)
		}
	}
	want(grpc_health_v1.HealthCheckResponse_NOT_SERVING)
	go s.Run(ctx)
	want(grpc_health_v1.HealthCheckResponse_SERVING)
	s.Drain(errors.New("deploy"))
	want(grpc_health_v1.HealthCheckResponse_NOT_SERVING)
	s.Drain(nil)
	want(grpc_health_v1.HealthCheckResponse_SERVING)
}
