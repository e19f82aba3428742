package main

import (
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/httpapi"
)

// readers measures whether readers hold each other up: what one answer costs on
// two processors, in comparison with one, and whether any reader has waited.
//
// Twice the work in the same time means that an answer costs as much CPU time on
// two processors as on one, and that no reader sleeps. Both can be measured on a
// busy machine too, where elapsed time depends on other processes.
func readers(b *bench) error {
	c, err := newCollector(10, collector.Options{SuccessTTL: kept})
	if err != nil {
		return err
	}
	health := httpapi.Healthcheck(c, httpapi.Options{})
	h := httpapi.Routes(map[string]http.Handler{"/healthcheck/": httpapi.NewRequests().Wrap("healthcheck", health)})
	for _, target := range []string{"/healthcheck", "/healthcheck/check_3"} {
		one, two := reading(h, target, 1), reading(h, target, 2)
		limitOne, limitTwo := reading(constant(health), target, 1), reading(constant(health), target, 2)
		f := race(b.effort, one, two)
		limit := race(b.effort, limitOne, limitTwo)
		b.add(with(row{
			work: "GET " + target + ", two processors instead of one", ours: fmt.Sprintf("%.2f× the answers", 2/f[1].ratio),
			limit: fmt.Sprintf("%.2f×", 2/limit[1].ratio),
		}, atLeast(2/f[1].ratio, 1.6, 0.5, "×")))
		waits := waiting(func() { reading(h, target, 2).do(1 << 17) })
		b.add(row{work: "… events in the mutex and block profiles of that", verdict: atMost(float64(waits), 0, 0, "")})
	}
	return nil
}

// reading makes a contestant that asks from some goroutines at once.
func reading(h http.Handler, target string, goroutines int) contestant {
	workers := make([]contestant, goroutines)
	for i := range workers {
		workers[i] = serving("", h, http.MethodGet, target)
	}
	return contestant{fmt.Sprint(goroutines), func(n int) {
		var all sync.WaitGroup
		for _, w := range workers {
			all.Go(func() { w.do(max(1, n/goroutines)) })
		}
		all.Wait()
	}}
}

// waiting returns how often anybody waited in our packages while f ran.
func waiting(f func()) int {
	runtime.SetBlockProfileRate(1)
	before := runtime.SetMutexProfileFraction(1)
	defer func() {
		runtime.SetBlockProfileRate(0)
		runtime.SetMutexProfileFraction(before)
	}()
	earlier := waits(runtime.BlockProfile) + waits(runtime.MutexProfile)
	f()
	time.Sleep(10 * time.Millisecond)
	return waits(runtime.BlockProfile) + waits(runtime.MutexProfile) - earlier
}

// waits counts the events of a profile whose stack goes through our packages. It
// leaves out the locks of the runtime where memory is allocated, and of a sync.Pool,
// which takes one after each garbage collection.
func waits(profile func([]runtime.BlockProfileRecord) (int, bool)) (events int) {
	records := make([]runtime.BlockProfileRecord, 10000)
	n, _ := profile(records)
	for _, r := range records[:n] {
		if throughUs(r.Stack()) {
			events += int(r.Count)
		}
	}
	return events
}

func throughUs(stack []uintptr) bool {
	frames := runtime.CallersFrames(stack)
	for leaf := true; ; leaf = false {
		frame, more := frames.Next()
		if leaf && strings.HasPrefix(frame.Function, "runtime.unlock") || frame.Function == "sync.(*Pool).pinSlow" {
			return false
		}
		if strings.Contains(frame.Function, "healthcheck_exporter/collector.") || strings.Contains(frame.Function, "healthcheck_exporter/httpapi.") {
			return true
		}
		if !more {
			return false
		}
	}
}
