package instance

import (
	"slices"
	"sync"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/config"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/clip"
)

const (
	// maxEvents is the number of reloads that are kept.
	maxEvents = 16
	// maxChanges is the number of changes that an event or a log line names.
	maxChanges = 20
	// maxEventText is the length of the text of a failure, in bytes.
	maxEventText = 1 << 10
)

// An Event is one attempt to reload the configuration. It is plain data without
// secrets: it has names and keys, and no values.
type Event struct {
	Time time.Time
	// Err says why the configuration was not reloaded; one line for each fault,
	// cut after 1 KiB. Empty if it was.
	Err string
	// Changes has "+ name" for each check added, "- name" for each check removed,
	// "~ name: timeout, redis.address" for each check changed and "~ global.timeout"
	// for other settings: at most 20, and then a line that counts the rest.
	Changes []string
}

// events are the last reloads, oldest first. They are safe for concurrent use.
type events struct {
	mu  sync.Mutex
	all []Event
}

func (e *events) add(event Event) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.all) == maxEvents {
		e.all = slices.Delete(e.all, 0, 1)
	}
	e.all = append(e.all, event)
}

// Events returns the last reloads, at most 16, oldest first. The load at the
// start is not among them.
func (i *Instance) Events() []Event {
	i.events.mu.Lock()
	defer i.events.mu.Unlock()
	return slices.Clone(i.events.all)
}

// Failure returns the last reload if it failed: the file on disk is not in use.
// It returns nil if the last reload succeeded, or if there was none.
func (i *Instance) Failure() *Event {
	i.events.mu.Lock()
	defer i.events.mu.Unlock()
	if last := len(i.events.all) - 1; last >= 0 && i.events.all[last].Err != "" {
		event := i.events.all[last]
		return &event
	}
	return nil
}

// note keeps a reload that ended with err and changed d.
func (i *Instance) note(d config.Diff, err error) {
	event := Event{Time: time.Now(), Changes: changesOf(d)}
	if err != nil {
		event = Event{Time: event.Time, Err: clip.Short(i.scrubber.Text(err.Error()), maxEventText)}
	}
	i.events.add(event)
}
