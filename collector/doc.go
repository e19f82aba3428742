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
// Every check runs at most once at a time, whoever and however many ask; its
// result is kept for 27 seconds after a pass and 9 seconds after a failure, and
// everybody is answered from that. A run belongs to the collector and not to
// who asked for it: it has a context and a timeout of its own.
//
// Without Run the collector is lazy: who meets an expired result starts the
// run, or joins the one under way, and waits. While Run is under way results
// are renewed in the last tenth of their life, and readers are answered from
// memory.
//
// How the parts lie: set.go has the checks and their dependencies, track.go
// what is remembered of one check, run.go one run of it, places.go how many run
// at a time, schedule.go when they run by themselves, notify.go who is told.
// read.go is how a reader gets what selection.go has selected, snapshot.go what
// it gets; metrics.go is what Prometheus gets, of the families.go that there are.
//
// The package opens no connection, listens on nothing and reads no file. What
// an answer looks like on the wire is the business of package httpapi.
package collector
