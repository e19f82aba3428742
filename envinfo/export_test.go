package envinfo

import (
	"io/fs"
	"runtime/debug"
)

// WithProcess makes a dump show another command line and environment.
func WithProcess(o Options, argv, environ []string) Options {
	o.argv = func() []string { return argv }
	o.environ = func() []string { return environ }
	return o
}

// WithRoot makes a dump read well-known files elsewhere.
func WithRoot(o Options, root fs.FS) Options {
	o.root = root
	return o
}

// Completed is Build.completed, for the build information of other programs.
func Completed(b Build, info *debug.BuildInfo) Build { return b.completed(info) }

// ModulePath is this module's path.
const ModulePath = modulePath

var (
	Virtualization   = virtualization
	ReadDistribution = readDistribution
	MemoryLimit      = memoryLimit
)

// Distribution is what os-release says.
type Distribution = distribution
