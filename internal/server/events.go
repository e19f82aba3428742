package server

import (
	"slices"
	"sync"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/httpapi"
)

// maxEvents is how many events are remembered.
const maxEvents = 32

// events are the last things that happened to the exporter and may explain a
// failure: starts, reloads, decisions of operators. They are safe for concurrent
// use; the zero value is ready to use.
type events struct {
	lock sync.Mutex
	last []httpapi.Event
}

func (e *events) add(text string, keys ...string) {
	e.lock.Lock()
	defer e.lock.Unlock()
	if len(e.last) == maxEvents {
		e.last = slices.Delete(e.last, 0, 1)
	}
	e.last = append(e.last, httpapi.Event{Time: time.Now(), Text: text, Keys: keys})
}

// started adds the start of a version, which may be unknown.
func (e *events) started(version string) {
	if version == "" {
		e.add("the exporter was started")
		return
	}
	e.add("the exporter was started, version " + version)
}

// reloaded adds a reload with what it changed.
func (e *events) reloaded(changes []string) {
	if len(changes) == 0 {
		e.add("the configuration was reloaded; nothing changed")
		return
	}
	e.add("the configuration was reloaded", changes...)
}

// all returns the events, oldest first.
func (e *events) all() []httpapi.Event {
	e.lock.Lock()
	defer e.lock.Unlock()
	return slices.Clone(e.last)
}
