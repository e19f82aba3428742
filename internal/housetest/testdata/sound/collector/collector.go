// Package collector has package variables that never change, and locals that do.
package collector

import (
	"log"
	"os"
	"sync"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector/internal/ring"
)

var (
	_       sync.Locker = (*counter)(nil)
	buffers             = sync.Pool{New: func() any { return new([]byte) }}
	first               = sync.OnceValue(func() error {
		var mu sync.Mutex
		mu.Lock()
		defer mu.Unlock()
		return checks.ErrFailed
	})
)

type counter struct {
	sync.Mutex
	Exit int
}

// Collect shadows the names of package variables and changes the shadows.
func Collect() {
	buffers := map[string]int{}
	buffers["a"]++
	delete(buffers, "a")
	first := first
	first = nil
	_ = &first
	os := counter{}
	os.Exit = ring.Size
	os.Lock()
	defer os.Unlock()
	log.New(nil, "", 0)
}

// get uses the package variable as it is meant to be.
func get() any { _ = os.Args; return buffers.Get() }
