// Package service adds health checks to a Go service: one value that runs the
// checks, answers for them over HTTP and exports them to Prometheus.
//
//	s, err := service.New(service.Options{},
//		checks.Check{Name: "postgres", Func: checks.Ping(db.PingContext)},
//	)
//	if err != nil {
//		return err
//	}
//	go s.Run(ctx) // Optional: refresh in the background.
//	http.Handle("/internal/", http.StripPrefix("/internal", s))
//
// A [Service] is a [collector.Collector], an [http.Handler] and a
// [prometheus.Collector]. It is made of the packages collector, httpapi and
// envinfo; a service that needs only some of them imports those instead.
// Package service links no driver, no YAML parser and no flags. Nothing is
// global, and nothing needs closing.
package service
