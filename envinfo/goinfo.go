package envinfo

import (
	"context"
	"math"
	"os"
	"runtime"
	"runtime/debug"
	"sync"
)

// goInfo is the section go.
type goInfo struct {
	Version    string            `json:"version"`
	Executable string            `json:"executable,omitempty"`
	Module     string            `json:"module,omitempty"` // of the program: "path version"
	Build      Build             `json:"build"`
	Settings   map[string]string `json:"build_settings"`
	Modules    []string          `json:"modules"` // "path version", a replaced one with " => path version"
	GOMAXPROCS int               `json:"gomaxprocs"`
	GOMEMLIMIT *int64            `json:"gomemlimit"` // in bytes; null: no limit
}

// newGoReader returns the reader of the section go. It parses the build
// information of the program once.
func newGoReader(b Build) func(context.Context) (any, error) {
	built := sync.OnceValue(func() goInfo { return builtInfo(b) })
	return func(context.Context) (any, error) {
		info := built()
		info.GOMAXPROCS = runtime.GOMAXPROCS(0)
		if limit := debug.SetMemoryLimit(-1); limit != math.MaxInt64 { // -1 only asks
			info.GOMEMLIMIT = &limit
		}
		return info, nil
	}
}

// builtInfo is the part of the section that cannot change.
func builtInfo(b Build) goInfo {
	info := goInfo{Version: runtime.Version(), Build: b, Settings: map[string]string{}, Modules: []string{}}
	if path, err := os.Executable(); err == nil {
		info.Executable = path
	}
	build, ok := debug.ReadBuildInfo()
	if !ok {
		return info
	}
	info.Module = moduleText(&build.Main)
	info.Build = b.completed(build)
	for _, s := range build.Settings {
		info.Settings[s.Key] = s.Value
	}
	for _, m := range build.Deps {
		info.Modules = append(info.Modules, moduleText(m))
	}
	return info
}

func moduleText(m *debug.Module) string {
	text := m.Path
	if m.Version != "" {
		text += " " + m.Version
	}
	if m.Replace != nil {
		text += " => " + moduleText(m.Replace)
	}
	return text
}
