package collector_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
)

func manyChecks(b *testing.B, n int, o collector.Options) *collector.Collector {
	b.Helper()
	cs := make([]checks.Check, n)
	for i := range cs {
		cs[i] = checks.Check{Name: fmt.Sprint("c", i), Func: func(context.Context) (string, error) { return "ok", nil }}
	}
	c, err := collector.New(o, cs...)
	if err != nil {
		b.Fatal(err)
	}
	if _, err := c.Report(b.Context(), collector.Filter{}); err != nil {
		b.Fatal(err)
	}
	return c
}

func BenchmarkReadFresh(b *testing.B) {
	c := manyChecks(b, 100, collector.Options{SuccessTTL: time.Hour})
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			_, _ = c.Report(context.Background(), collector.Filter{})
		}
	})
}

func BenchmarkRunEverything(b *testing.B) {
	for _, n := range []int{1, 100, 1000} {
		b.Run(fmt.Sprint(n, " checks"), func(b *testing.B) {
			c := manyChecks(b, n, collector.Options{SuccessTTL: -1})
			b.ReportAllocs()
			for b.Loop() {
				_, _ = c.Report(context.Background(), collector.Filter{})
			}
		})
	}
}

func BenchmarkGather(b *testing.B) {
	c := manyChecks(b, 1000, collector.Options{SuccessTTL: time.Hour})
	b.ReportAllocs()
	for b.Loop() {
		_, _ = c.Gather()
	}
}
