package instance_test

import (
	"context"
	"testing"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/instance"
)

func TestEndingTheRunsWaitsForThoseThatObeyAndBeginsNoMore(t *testing.T) {
	r := instance.NewRuns()
	begun, ended := make(chan struct{}), make(chan struct{})
	release := make(chan struct{})
	defer close(release)
	owned := r.Owned([]checks.Check{
		{Name: "obeys", Func: func(ctx context.Context) (string, error) {
			close(begun)
			<-ctx.Done()
			close(ended)
			return "", ctx.Err()
		}},
		{Name: "late", Func: func(context.Context) (string, error) { t.Error("a run began after the end"); return "", nil }},
	})
	go func() { _, _ = owned[0].Func(context.Background()) }()
	<-begun
	r.End(10 * time.Second)
	select {
	case <-ended:
	default:
		t.Error("end did not wait for the run")
	}
	if _, err := owned[1].Func(context.Background()); err == nil || checks.ReasonOf(err) != checks.ReasonInternal {
		t.Errorf("error %v, want one of our own", err)
	}
	r.End(time.Second)
}
