package server

import (
	"errors"
	"strings"
	"sync"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/clip"
)

// errStopping is the error of what cannot be done once the exporter is stopping.
var errStopping = errors.New("shutting down")

// A drainer takes the service out and back in, for an operator or for the end
// of the process. An operator cannot take it back in once the end has begun. It
// is safe for concurrent use.
type drainer struct {
	set func(reason error) // nil: in service

	mu       sync.Mutex
	operator error // why an operator has drained; nil: not
	stopping bool
}

// drain takes the service out until undrain.
func (d *drainer) drain(reason error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.operator = reason
	d.set(reason)
}

// undrain takes the service back in, unless the process is about to end.
func (d *drainer) undrain() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.stopping {
		return errStopping
	}
	d.operator = nil
	d.set(nil)
	return nil
}

// stop notes that the process is about to end. With visible it takes the service
// out until then; an operator's reason stays.
func (d *drainer) stop(visible bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.stopping = true
	if visible && d.operator == nil {
		d.set(errStopping)
	}
}

// isStopping reports whether the process is about to end.
func (d *drainer) isStopping() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.stopping
}

// maxReason is the length of the longest reason for draining, in bytes.
const maxReason = 200

// cleanReason makes a reason of a request one short line. The collector shows
// control characters and masks secrets.
func cleanReason(reason string) string {
	return clip.Short(strings.Join(strings.Fields(strings.ToValidUTF8(reason, "?")), " "), maxReason)
}
