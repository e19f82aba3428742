// Package instance is one configuration at work: what the file says, made into
// a collector, handlers and labels, and replaced by a reload.
//
//	i, err := instance.New(instance.Options{ConfigFile: "healthcheck.yml", Logger: logger, Scrubber: scrub.New(scrub.Rules{})})
//	http.Handle("/healthcheck/", i.Health())
//	err = i.Reload(ctx)
//
// It opens no socket and catches no signal.
package instance
