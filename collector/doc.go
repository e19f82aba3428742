// Package collector decides when checks run, keeps their results, and serves
// them to readers and to Prometheus.
//
//	c, err := collector.New(collector.Options{},
//		checks.Check{Name: "postgres", Func: checks.Ping(db.PingContext)},
//		checks.Check{Name: "search", Func: pingSearch, Optional: true},
//	)
//	if err != nil {
//		return err
//	}
//	registry.MustRegister(c)
//	mux.Handle("/healthcheck", httpapi.Healthcheck(c, httpapi.Options{}))
//	go c.Run(ctx) // optional: refresh in the background
//
// Every check runs at most once at a time, however many readers ask; its result
// is kept for 27 seconds after a pass and 9 seconds after a failure, and all
// readers get that result. A run belongs to the collector, not to the reader
// that started it: it has its own context and timeout.
//
// Without Run the collector is lazy: a reader that finds an expired result
// starts a run, or joins the run under way, and waits. With Run, results are
// renewed in the last tenth of their life, and readers are served from memory.
//
// The engine is a state machine under one lock:
//
//   - run.go: the phases of a run, the events that move it, and ensure, the
//     only function that starts a run; turn.go: waiting for the call;
//     perform.go: the call; timeout.go: a call that takes too long;
//     finish.go: the end of a run; effects.go: the work
//     done after the lock is released.
//   - slot.go: the state kept per name; publish.go: how an outcome becomes a
//     result; set.go: the checks and their dependencies; change.go, install.go:
//     how a new set replaces the old one.
//   - freshness.go: which result answers which reader, and how long a reader
//     waits; read.go, snapshot.go: how results become a report.
//   - schedule.go: background runs; queue.go: the order of places.
//   - notify.go, status.go: logging and hooks; drain.go, mute.go, runnow.go:
//     requests of operators; saved.go, history.go: saved state and history.
//   - metrics.go: every metric; collect.go, sample.go: their values.
//
// The package opens no connection, listens on nothing and reads no file.
// Package httpapi defines the wire formats.
package collector
