package server_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/server"
)

func TestASchedulerThatStandsStillFor30sIsStalled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		begin := time.Now()
		var moves atomic.Bool
		var p server.Pulse
		go p.Watch(ctx, func(limit time.Duration) bool { return !moves.Load() && time.Since(begin) > limit })
		time.Sleep(29 * time.Second)
		if p.Stalled() {
			t.Error("stalled after 29s")
		}
		time.Sleep(3 * time.Second)
		if !p.Stalled() {
			t.Error("not stalled after 32s")
		}
		moves.Store(true)
		time.Sleep(2 * time.Second)
		if p.Stalled() {
			t.Error("stalled although the scheduler moves again")
		}
	})
}

// A process that was stopped, or a machine that was suspended, wakes up with a
// scheduler that has not moved for minutes. That is not the scheduler's fault.
func TestAPauseOfTheWholeProcessIsNoStall(t *testing.T) {
	var p server.Pulse
	now := time.Unix(1e9, 0)
	p.Look(now, false)
	for range 3 {
		now = now.Add(10 * time.Minute)
		if p.Look(now, true) {
			t.Fatal("stalled right after a pause")
		}
		now = now.Add(time.Second)
		if p.Look(now, false) {
			t.Fatal("stalled although the scheduler has moved after the pause")
		}
	}
	p.Look(now.Add(time.Hour), true)
	for n := range 25 {
		now = now.Add(time.Second)
		if stalled := p.Look(now.Add(time.Hour), true); stalled != (n >= 17) {
			t.Errorf("stalled is %v %ds after the pause", stalled, n+1)
		}
	}
}
