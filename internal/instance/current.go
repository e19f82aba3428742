package instance

import (
	"net/http"
	"sync"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/healthcheck-exporter/healthcheck_exporter/config"
	"github.com/healthcheck-exporter/healthcheck_exporter/envinfo"
	"github.com/healthcheck-exporter/healthcheck_exporter/httpapi"
)

// A configuration is a loaded file, made ready to serve.
type configuration struct {
	epoch          uint64 // of the reports that its handlers serve
	health, public reports
	environment    http.Handler
	buildInfo      *envinfo.BuildInfo
	config         *config.Config // without its Checks
}

// current holds the configuration in use. Readers take it without a lock. A swap
// changes the configuration together with the checks. Readers that must not see a
// half-finished swap use serveEpoch or consistently.
type current struct {
	value atomic.Pointer[configuration]
	swaps atomic.Uint64 // swaps that have begun
	lock  sync.RWMutex  // held during a swap
}

// swap makes next the configuration in use and calls commit, which changes
// whatever else belongs to it.
func (c *current) swap(next *configuration, commit func()) {
	c.lock.Lock()
	defer c.lock.Unlock()
	c.swaps.Add(1)
	commit()
	c.value.Store(next)
}

// settled waits until no swap is under way and returns the configuration in use
// and the number of swaps up to it.
func (c *current) settled() (*configuration, uint64) {
	c.lock.RLock()
	defer c.lock.RUnlock()
	return c.value.Load(), c.swaps.Load()
}

// serveEpoch serves the request with the handler of the configuration that the
// report belongs to. A swap commits before it installs the new handlers, so a
// report of another epoch is newer, and its handlers exist as soon as the swap is
// over.
func (c *current) serveEpoch(w http.ResponseWriter, r *http.Request, of func(*configuration) *httpapi.Handler) {
	next := c.value.Load()
	for !of(next).ServeEpoch(w, r, next.epoch) {
		next, _ = c.settled()
	}
}

// consistently calls f with the configuration in use, and again if the
// configuration was swapped meanwhile. After several attempts it makes the next
// swap wait for f.
func (c *current) consistently(f func(*configuration)) {
	const attempts = 3
	for range attempts {
		value, swaps := c.settled()
		f(value)
		if c.swaps.Load() == swaps {
			return
		}
	}
	c.lock.RLock()
	defer c.lock.RUnlock()
	f(c.value.Load())
}

// buildInfo is the collector of the labels of the configuration in use. Like
// [envinfo.BuildInfo] it describes nothing, because a reload may change the
// names of the labels.
type buildInfo struct{ *current }

// Describe implements [prometheus.Collector].
func (buildInfo) Describe(chan<- *prometheus.Desc) {}

// Collect implements [prometheus.Collector].
func (b buildInfo) Collect(metrics chan<- prometheus.Metric) {
	b.value.Load().buildInfo.Collect(metrics)
}
