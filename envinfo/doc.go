// Package envinfo describes this host and this process, with every secret
// masked, and provides the labels of healthcheck_build_info.
//
// A [Dump] has the sections os, go, process and config, then those that were
// added, always in this order:
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
// Every section passes the scrubber, which masks everything it cannot parse. A
// section that fails, panics or takes more than two seconds shows {"error": …}
// and does not affect the others; a section that never returns costs one
// goroutine, however often it is read.
//
//	info, err := envinfo.NewBuildInfo(envinfo.Options{Labels: map[string]string{"cluster": "eu1"}})
//	if err != nil {
//		return err
//	}
//	registry.MustRegister(info)
//
// The package executes no program and uses no network, except that with cgo the
// name service switch may look up the user's name. Sections contain most on
// Linux. The package does not decide who may read a dump: see package httpapi.
package envinfo
