// Package collector decides when a check runs, remembers what it answered, and
// shows that to readers and to Prometheus.
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
// readers get that result. A run belongs to the collector and not to the reader
// who asked for it: it has a context and a timeout of its own.
//
// Without Run the collector is lazy: a reader who meets an expired result starts
// the run, or joins the one under way, and waits. While Run is under way results
// are renewed in the last tenth of their life, and readers are answered from
// memory.
//
// The engine is a state machine under one lock:
//
//   - run.go: the phases of a run, the events that move it, and ensure, which is
//     the only way to start one; turn.go: its way to the call; finish.go: its end;
//     perform.go: the call; effects.go: what follows when the lock is released.
//   - slot.go: what belongs to a name; publish.go: how an outcome becomes a
//     result; set.go: the checks and their dependencies; change.go, install.go:
//     how a new set replaces them.
//   - question.go: which result answers which reader, and how long a reader waits;
//     read.go, snapshot.go: how that becomes a report.
//   - schedule.go: when checks run by themselves; queue.go: the order of places.
//   - notify.go, status.go: what the log and the hooks hear; drain.go, mute.go:
//     what operators decide; state.go, history.go: what is kept.
//   - families.go: every metric; metrics.go, sample.go: their values.
//
// The package opens no connection, listens on nothing and reads no file. What
// an answer looks like on the wire is the business of package httpapi.
package collector
