package server_test

import (
	"errors"
	"sync"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/server"
)

// drained records what a drainer has set.
type drained struct{ reason error }

func (d *drained) set(reason error) { d.reason = reason }

func TestAnOperatorDrainsAndUndrains(t *testing.T) {
	var now drained
	d := server.NewDrainer(now.set)
	deploy := errors.New("deploy")
	d.Drain(deploy)
	if !errors.Is(now.reason, deploy) {
		t.Errorf("drained for %v, want %v", now.reason, deploy)
	}
	if err := d.Undrain(); err != nil || now.reason != nil {
		t.Errorf("undrained: %v, still drained for %v", err, now.reason)
	}
}

func TestTheEndOfTheProcessKeepsTheOperatorsReason(t *testing.T) {
	var now drained
	d := server.NewDrainer(now.set)
	deploy := errors.New("deploy")
	d.Drain(deploy)
	d.Stop(true)
	if !errors.Is(now.reason, deploy) {
		t.Errorf("drained for %v, want %v", now.reason, deploy)
	}
}

func TestTheEndOfTheProcessWithoutADelayDrainsNothing(t *testing.T) {
	var now drained
	d := server.NewDrainer(now.set)
	d.Stop(false)
	if now.reason != nil {
		t.Errorf("drained for %v", now.reason)
	}
	if err := d.Undrain(); err == nil {
		t.Error("undrained at the end of the process")
	}
}

// An undrain that comes with the SIGTERM is before it or refused, never after
// it.
func TestUndrainDoesNotOvertakeTheEndOfTheProcess(t *testing.T) {
	for range 1000 {
		var now drained
		d := server.NewDrainer(now.set)
		var both sync.WaitGroup
		both.Go(func() { _ = d.Undrain() })
		both.Go(func() { d.Stop(true) })
		both.Wait()
		if now.reason == nil {
			t.Fatal("back in service after the end has begun")
		}
	}
}
