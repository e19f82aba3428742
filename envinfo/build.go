package envinfo

import (
	"runtime"
	"runtime/debug"
)

// modulePath is the path of this module, as the toolchain writes it into a
// program.
const modulePath = "github.com/healthcheck-exporter/healthcheck_exporter"

// Build identifies the build of this module in a program, as a linker stamped
// it. Empty fields are filled from the build information of the toolchain: the
// version and the tags in every program, the revision in this module's own.
// The fields that stay empty are left out of a dump.
type Build struct {
	Version  string `json:"version,omitempty"`
	Revision string `json:"revision,omitempty"`
	Branch   string `json:"branch,omitempty"`
	Tags     string `json:"tags,omitempty"`
}

// labels returns the labels of a build. The toolchain and its target cannot be
// overridden.
func (b Build) labels() map[string]string {
	if info, ok := debug.ReadBuildInfo(); ok {
		b = b.completed(info)
	}
	return map[string]string{
		"version": b.Version, "revision": b.Revision, "branch": b.Branch, "tags": b.Tags,
		"goversion": runtime.Version(), "goos": runtime.GOOS, "goarch": runtime.GOARCH,
	}
}

// completed fills empty fields from info. The revision in info is that of the
// program, so it is used only in this module's own program.
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
