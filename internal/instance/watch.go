package instance

import (
	"context"
	"strings"
	"time"

	"github.com/go-kit/log/level"

	"github.com/healthcheck-exporter/healthcheck_exporter/config"
)

// watchInterval is how often Watch looks at the files. A change is taken when two
// looks have seen the same, so a reload begins within a second.
const watchInterval = 500 * time.Millisecond

// Watch reloads the configuration whenever the content of its files changes, or
// that of a file that they name, until ctx ends. A content that can't be loaded is
// tried once. While a file can't be read the configuration stays as it is.
func (i *Instance) Watch(ctx context.Context) {
	ticker := time.NewTicker(watchInterval)
	defer ticker.Stop()
	var w watcher
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		tried := *i.tried.Load()
		switch now := tried.Again(); w.look(tried, now) {
		case reloads:
			level.Info(i.logger).Log("msg", "the configuration has changed", "files", strings.Join(now.Changed(tried), ", "))
			_ = i.Reload(ctx) // Reload logs its error.
		case warns:
			level.Warn(i.logger).Log("msg", "the configuration cannot be read, the previous one stays in use", "err", now.Unreadable(tried))
		case nothing:
		}
	}
}

// A watcher decides what to do about the files.
type watcher struct {
	last   config.Inputs // seen by the look before; they differ from what was tried
	seen   bool          // there is such a look
	warned string        // the last warning; empty: the files have been readable since
}

// A verdict is what to do after a look.
type verdict int

const (
	nothing verdict = iota
	reloads
	warns
)

// look compares what the files are now with what was last tried. A change counts
// when two looks in a row have seen it: an editor or a copy may be half-way.
func (w *watcher) look(tried, now config.Inputs) verdict {
	settled := w.seen && now.Equal(w.last)
	w.last, w.seen = now, !now.Equal(tried)
	unreadable := now.Unreadable(tried)
	switch {
	case !w.seen:
		w.warned = ""
	case !settled:
	case unreadable == "":
		w.warned = ""
		return reloads
	case unreadable != w.warned:
		w.warned = unreadable
		return warns
	}
	return nothing
}
