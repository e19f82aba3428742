// Package envinfo says what this host and this process are, with every secret
// masked, and turns the few stable facts into the labels of
// healthcheck_build_info.
//
// A [Dump] has the sections os, go, process and config, then those of its
// user, always in this order:
//
//	dump, err := envinfo.New(envinfo.Options{
//		Config:   func() any { return settings },
//		Sections: []envinfo.Section{{Name: "application", Value: map[string]string{"maintainer": "Frank"}}},
//	})
//	if err != nil {
//		return err
//	}
//	os.Stdout.Write(dump.JSON(ctx))
//
// Every section passes the scrubber, which masks what it cannot follow. A
// section that fails, panics or takes more than two seconds shows
// {"error": …} and leaves the others alone; one that never returns costs one
// goroutine, however often it is asked for.
//
//	info, err := envinfo.NewBuildInfo(envinfo.Options{Labels: map[string]string{"cluster": "eu1"}})
//	if err != nil {
//		return err
//	}
//	registry.MustRegister(info)
//
// The package executes no program and talks to no network (but for what a
// name service switch does behind a user's name where cgo is used). Linux is
// what it knows best; elsewhere sections say less. Who may read a dump is for
// the one who serves it to decide: see package httpapi.
package envinfo
