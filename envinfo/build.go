package envinfo

import (
	"runtime"
	"runtime/debug"
)

// modulePath is this module's, as the toolchain writes it into a program.
const modulePath = "github.com/healthcheck-exporter/healthcheck_exporter"

// Build says which program this is: what a linker stamped into it. What is
// empty is looked up in its build information: the version of this module
// and the tags in every program, the revision in this module's own.
type Build struct {
	Version  string
	Revision string
	Branch   string
	Tags     string
}

// labels are those of a program; the toolchain and its target are not to be
// chosen.
func (b Build) labels() map[string]string {
	if info, ok := debug.ReadBuildInfo(); ok {
		b = b.completed(info)
	}
	return map[string]string{
		"version": b.Version, "revision": b.Revision, "branch": b.Branch, "tags": b.Tags,
		"goversion": runtime.Version(), "goos": runtime.GOOS, "goarch": runtime.GOARCH,
	}
}

// completed takes what is empty from info. The revision there is the one of
// the program, which is not ours in somebody else's.
func (b Build) completed(info *debug.BuildInfo) Build {
	settings := map[string]string{}
	for _, s := range info.Settings {
		settings[s.Key] = s.Value
	}
	if b.Version == "" {
		b.Version = moduleVersion(info)
	}
	if b.Revision == "" && info.Main.Path == modulePath {
		b.Revision = settings["vcs.revision"]
		if b.Revision != "" && settings["vcs.modified"] == "true" {
			b.Revision += "-modified"
		}
	}
	if b.Tags == "" {
		b.Tags = settings["-tags"]
	}
	return b
}

// moduleVersion is the version of this module in a program, after replacement.
func moduleVersion(info *debug.BuildInfo) string {
	for _, m := range append([]*debug.Module{&info.Main}, info.Deps...) {
		if m.Path != modulePath {
			continue
		}
		if m.Replace != nil {
			return m.Replace.Version
		}
		return m.Version
	}
	return ""
}
