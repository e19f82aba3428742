package envinfo

import (
	"context"
	"os"
	"os/user"
	"strconv"
	"strings"
	"sync"
	"time"
)

// started is when this package was initialised, a few milliseconds after the
// start of the process. gopsutil's CreateTime is not more accurate: it counts
// from the boot time, which a container may not see.
var started = time.Now()

// processInfo is the section process.
type processInfo struct {
	Argv      []string          `json:"argv"`
	Cwd       string            `json:"cwd,omitempty"`
	User      string            `json:"user"`
	PID       int               `json:"pid"`
	Environ   map[string]string `json:"environ"` // encoded in the order of the names
	StartTime time.Time         `json:"start_time"`
	Limits    map[string]limit  `json:"limits,omitempty"` // by the names of limits.conf
}

// A limit is a resource limit: a number, or "unlimited".
type limit struct {
	Soft any `json:"soft"`
	Hard any `json:"hard"`
}

// newProcessReader returns the reader of the section process. It looks up the
// user once, because the lookup may query a directory server.
func newProcessReader(o Options) func(context.Context) (any, error) {
	argv, environ, name := o.argv, o.environ, sync.OnceValue(userName)
	if argv == nil {
		argv = func() []string { return os.Args }
	}
	if environ == nil {
		environ = os.Environ
	}
	return func(ctx context.Context) (any, error) {
		cwd, err := os.Getwd()
		if err != nil {
			cwd = "" // removed, and so absent
		}
		return processInfo{
			Argv:      append([]string{}, argv()...),
			Cwd:       cwd,
			User:      name(),
			PID:       os.Getpid(),
			Environ:   environMap(environ()),
			StartTime: started.UTC().Round(time.Millisecond),
			Limits:    readLimits(ctx),
		}, nil
	}
}

// userName returns the user's name, or the user ID if there is no name.
func userName() string {
	if u, err := user.Current(); err == nil {
		return u.Username
	}
	return strconv.Itoa(os.Getuid())
}

// environMap splits "name=value". A name may begin with "=", as Windows keeps
// working directories. Entries without a name are left out, because they may be
// secrets.
func environMap(environ []string) map[string]string {
	m := make(map[string]string, len(environ))
	for _, entry := range environ {
		if entry == "" {
			continue
		}
		if i := strings.IndexByte(entry[1:], '='); i >= 0 {
			m[entry[:i+1]] = entry[i+2:]
		}
	}
	return m
}
