package main

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/httpapi"
)

const (
	crowd   = 1000                   // requests at once
	slowRun = 200 * time.Millisecond // of the one check
	slowTTL = 600 * time.Millisecond // long enough for all of a crowd to come
)

// expired measures what happens when a crowd meets an expired check that takes
// 200 ms, without background refresh.
func expired(b *bench) error {
	rounds := 5
	if b.quick {
		rounds = 3
	}
	var ours, limits atomicCount
	health, err := slowHealth(&ours)
	if err != nil {
		return err
	}
	limit := &onceForAll{runs: &limits}
	var slowest, slowestLimit, runs []float64
	for range rounds {
		time.Sleep(slowTTL + 50*time.Millisecond)
		slowestLimit = append(slowestLimit, float64(rush(limit, "/")))
		before := ours.Load()
		slowest = append(slowest, float64(rush(health, "/healthcheck")))
		runs = append(runs, float64(ours.Load()-before))
	}
	ratio := median(slowest) / median(slowestLimit)
	b.add(
		with(row{
			work: fmt.Sprintf("%d requests meet an expired check of %s: slowest answer", crowd, slowRun),
			ours: show(median(slowest)), limit: show(median(slowestLimit)), peer: b.crowdedPeers(),
		}, atMost(ratio, 1.15, 3, "×")),
		row{work: "… most runs in a round", verdict: atMost(quantile(runs, 1), 1, 1, "")},
	)
	return nil
}

type atomicCount struct{ atomic.Int64 }

// slow returns a check's function that takes its time and counts its runs.
func slow(runs *atomicCount) func() error {
	return func() error {
		runs.Add(1)
		time.Sleep(slowRun)
		return nil
	}
}

func slowHealth(runs *atomicCount) (http.Handler, error) {
	run := slow(runs)
	c, err := newCollectorOf(1, collector.Options{SuccessTTL: slowTTL}, func(int) checks.Func {
		return func(context.Context) (string, error) { return "slow", run() }
	})
	return httpapi.Healthcheck(c, httpapi.Options{}), err
}

// onceForAll is the least that can be done: the first of a crowd works, the
// others wait for it.
type onceForAll struct {
	runs *atomicCount

	mu    sync.Mutex
	until time.Time
}

// ServeHTTP answers when there is something to say.
func (o *onceForAll) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	o.mu.Lock()
	if time.Now().After(o.until) {
		_ = slow(o.runs)()
		o.until = time.Now().Add(slowTTL)
	}
	o.mu.Unlock()
	w.WriteHeader(http.StatusOK)
}

// crowdedPeers says what the peers do with a crowd, each in one round.
func (b *bench) crowdedPeers() string {
	if b.quick {
		return ""
	}
	said := ""
	for _, p := range peers() {
		if p.name == "go-sundheit" || p.name == "heptiolabs" || p.name == "hellofresh" {
			continue // In the background; in the background; one after the other, for half a minute.
		}
		var runs atomicCount
		h, err := p.make(1, slowTTL, slow(&runs))
		if err != nil {
			continue
		}
		rush(h, p.target)
		time.Sleep(slowTTL + 50*time.Millisecond)
		before := runs.Load()
		took := rush(h, p.target)
		said += fmt.Sprintf("%s %s, %d runs; ", p.name, show(float64(took)), runs.Load()-before)
	}
	return said
}

// rush asks h as a crowd and returns how long the last answer took.
func rush(h http.Handler, target string) time.Duration {
	var all sync.WaitGroup
	start := time.Now()
	for range crowd {
		all.Go(func() { serving("", h, http.MethodGet, target).do(1) })
	}
	all.Wait()
	return time.Since(start)
}
