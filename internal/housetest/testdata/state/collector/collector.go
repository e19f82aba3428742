// Package collector keeps its state where everybody shares it.
package collector

import (
	"net/http"
	"sync"
	"sync/atomic"
)

type hub struct{ names map[string]int }

func (h *hub) add(name string) { h.names[name]++ }

func (h hub) size() int { return len(h.names) }

var (
	runs    int
	byName  = map[string]int{}
	list    []string
	lock    sync.Mutex
	seen    struct{ n atomic.Int64 }
	wake    = make(chan struct{})
	global  hub
	pointer = &hub{}
)

func init() {
	runs = 1
}

func change() {
	runs++
	byName["a"] = 1
	delete(byName, "a")
	(list)[0], global.names["a"] = "b", 2
	for runs = range 3 {
		_ = &runs
	}
	global.add("a")
	_ = global.size()
	pointer.add("a")
	http.DefaultTransport = nil
}
