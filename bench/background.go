package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/httpapi"
)

// background measures what readers meet while results are renewed in the
// background: at expiry, during a reload and while a check hangs. Each is a
// phase in which twenty connections ask all the time; what they were given
// is counted.
func background(b *bench) error {
	const ttl, timeout, phase = 3 * time.Second, 500 * time.Millisecond, 7 * time.Second
	var hangs atomic.Bool
	released := make(chan struct{})
	defer close(released)
	set := func(fingerprint string) []checks.Check {
		return []checks.Check{{
			Name: "slow", Timeout: timeout, SuccessTTL: ttl, FailedTTL: ttl, Fingerprint: fingerprint,
			Func: func(context.Context) (string, error) {
				if hangs.Load() {
					<-released // Deaf: it ignores its context.
				}
				time.Sleep(slowRun)
				return "slow", nil
			},
		}}
	}
	c, err := collector.New(collector.Options{}, set("1")...)
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	go func() { _ = c.Run(ctx) }() // It fails only when it is called twice.
	if _, err := c.Report(ctx, collector.Filter{}); err != nil {
		return err
	}
	server := httptest.NewServer(httpapi.Healthcheck(c, httpapi.Options{}))
	defer server.Close()
	address := server.Listener.Addr().String()

	bare := httptest.NewServer(constant(httpapi.Healthcheck(c, httpapi.Options{})))
	defer bare.Close()

	var answers, limit []float64
	// poll asks both in the same seconds: what the machine does to one it does to
	// the other.
	poll := func(d time.Duration) error {
		constants := make(chan error, 1)
		go func() {
			more, err := polling(bare.Listener.Addr().String(), d)
			limit = append(limit, more...)
			constants <- err
		}()
		more, err := polling(address, d)
		answers = append(answers, more...)
		return errors.Join(err, <-constants)
	}
	if err := poll(ttl / 2); err != nil {
		return err
	}
	quiet := answers
	answers, limit = nil, nil
	late := lateness(ctx)
	before := outcomes(c)
	if err := poll(phase); err != nil { // Two renewals at least.
		return err
	}
	reloaded := make(chan error, 1)
	go func() { reloaded <- c.Replace(ctx, set("2")) }()
	if err := errors.Join(poll(phase/2), <-reloaded); err != nil {
		return err
	}
	hangs.Store(true)
	if err := poll(phase); err != nil {
		return err
	}
	after := outcomes(c)

	waited := after["miss"] + after["coalesced"] - before["miss"] - before["coalesced"]
	slowest, usual := quantile(answers, 1), quantile(quiet, 0.99)
	bareSlowest := quantile(limit, 1)
	waiting := atMost(waited, 0, 0, "")
	delay := late()
	if delay > starved {
		waiting = unbreakable(waiting)
	}
	b.add(
		row{
			work: "answers that waited: expiry, reload, hanging check, with background refresh",
			ours: fmt.Sprintf("%.0f of %d; %.0f stale", waited, len(answers), after["stale"]-before["stale"]), limit: "0; timers up to " + show(float64(delay)) + " late",
			verdict: waiting,
		},
		row{
			work: "… slowest of them, in quiet p99s", ours: show(slowest), limit: "quiet p99 " + show(usual),
			verdict: unbreakable(atMost(slowest/usual, 3, 0, "×")),
		},
		row{
			work: "… slowest, beside a constant body in the same seconds", ours: show(slowest), limit: show(bareSlowest),
			verdict: reported(slowest/bareSlowest, "×"),
		},
	)
	return nil
}

// starved is how late a timer of ours is on a machine that does not let us run
// in time: then a result may expire before its renewal has begun, and its readers
// have to wait.
const starved = 20 * time.Millisecond

// lateness watches how late timers are, until ctx ends or it is called: then it
// returns the worst.
func lateness(ctx context.Context) (worst func() time.Duration) {
	ctx, stop := context.WithCancel(ctx)
	seen := make(chan time.Duration, 1)
	go func() {
		const nap = 10 * time.Millisecond
		var worst time.Duration
		for ctx.Err() == nil {
			start := time.Now()
			time.Sleep(nap)
			worst = max(worst, time.Since(start)-nap)
		}
		seen <- worst
	}()
	return func() time.Duration {
		stop()
		return <-seen
	}
}

// unbreakable is for what a busy machine alone can miss.
func unbreakable(v verdict) verdict {
	v.broken = false
	return v
}

// polling asks a server over twenty connections, each fifty times a second,
// and returns how long the answers took, in nanoseconds.
func polling(address string, d time.Duration) ([]float64, error) {
	var mu sync.Mutex
	var all sync.WaitGroup
	var took []float64
	var failed error
	until := time.Now().Add(d)
	for range 20 {
		all.Go(func() {
			var mine []float64
			err := askUntil(address, "/healthcheck", until, func(answer time.Duration) {
				mine = append(mine, float64(answer))
				time.Sleep(20 * time.Millisecond)
			})
			mu.Lock()
			defer mu.Unlock()
			took, failed = append(took, mine...), cmp.Or(failed, err)
		})
	}
	all.Wait()
	return took, failed
}

// outcomes returns healthcheck_cache_requests_total by outcome.
func outcomes(g prometheus.Gatherer) map[string]float64 {
	counts := map[string]float64{}
	families, _ := g.Gather() // A Collector's has no error without a histogram.
	for _, f := range families {
		if !strings.HasSuffix(f.GetName(), "_cache_requests_total") {
			continue
		}
		for _, m := range f.GetMetric() {
			counts[m.GetLabel()[0].GetValue()] = m.GetCounter().GetValue()
		}
	}
	return counts
}
