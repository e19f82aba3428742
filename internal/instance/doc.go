// Package instance puts one configuration to work: it turns the file into a
// collector, handlers and labels, and replaces them at a reload.
//
//	i, err := instance.New(instance.Options{ConfigFile: "healthcheck.yml", Logger: logger, Scrubber: scrub.New(scrub.Rules{})})
//	http.Handle("/healthcheck/", i.Health())
//	err = i.Reload(ctx)
//
// It opens no socket and catches no signal.
package instance
