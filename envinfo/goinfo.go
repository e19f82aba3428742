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
	Settings   map[string]string `json:"build_settings"`
	Modules    []string          `json:"modules"` // "path version", a replaced one with " => path version"
	GOMAXPROCS int               `json:"gomaxprocs"`
	GOMEMLIMIT *int64            `json:"gomemlimit"` // in bytes; null: no limit
}

// newGoReader returns the reader of the section go. What the toolchain wrote
// into the program is parsed once.
func newGoReader() func(context.Context) (any, error) {
	built := sync.OnceValue(builtInfo)
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
func builtInfo() goInfo {
	info := goInfo{Version: runtime.Version(), Settings: map[string]string{}, Modules: []string{}}
	if path, err := os.Executable(); err == nil {
		info.Executable = path
	}
	build, ok := debug.ReadBuildInfo()
	if !ok {
		return info
	}
	info.Module = moduleText(&build.Main)
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
