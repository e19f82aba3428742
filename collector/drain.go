package collector

import (
	"errors"
	"strings"
	"time"

	"github.com/go-kit/log/level"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/clip"
)

// maxReason is the maximum length of the reason of a drain or a mute, in bytes.
const maxReason = 256

// A Drain is an operator's decision to take the service out of rotation. It is
// plain data, so that the caller can keep it across a restart.
type Drain struct {
	// Reason is part of every answer. Empty means "draining".
	Reason string
	// Until is when the drain ends by itself. Zero means that it does not.
	Until time.Time
	// By names the operator.
	By string
}

// An ending ends a limited drain or mute, by whichever clock comes first.
type ending struct {
	at    instant     // never, if unlimited
	timer *time.Timer // nil: none
}

// endingAt returns an ending that calls f.
func (c *Collector) endingAt(until time.Time, now instant, f func()) ending {
	if until.IsZero() {
		return ending{at: never}
	}
	left := max(time.Duration(until.UnixNano()-now.wall), 0)
	return ending{at: now.add(left), timer: time.AfterFunc(max(left, time.Millisecond), f)}
}

func (e ending) stop() {
	if e.timer != nil {
		e.timer.Stop()
	}
}

// A drainage is a Drain in effect.
type drainage struct {
	Drain
	ending ending
}

// Drain takes the service out of rotation: every report is failed, with the
// reason, until Drain(nil) puts the service back. Checks keep running. Drain is
// for the program itself, for example during shutdown, and is not part of
// [Collector.State]; an operator's drain is [Collector.SetDrain].
func (c *Collector) Drain(reason error) {
	var d *drainage
	if reason != nil {
		d = &drainage{Drain: Drain{Reason: c.reason(reason.Error(), "draining")}, ending: ending{at: never}}
	}
	c.act(func(fx *effects) {
		c.draining.Store(d)
		fx.changed = true
	})
}

// SetDrain takes the service out of rotation for an operator, or puts it back
// if d is nil. It is independent of [Collector.Drain]: the service is in
// rotation only if neither drains it. SetDrain returns an error if Until is not
// in the future.
func (c *Collector) SetDrain(d *Drain) error {
	var next *drainage
	if d != nil {
		next = &drainage{Drain: *d}
		next.Reason, next.By = c.reason(d.Reason, "draining"), c.reason(d.By, "")
	}
	var err error
	c.act(func(fx *effects) {
		if next != nil && !next.Until.IsZero() && next.Until.UnixNano() <= fx.now.wall {
			err = errors.New("the drain would end in the past")
			return
		}
		c.setDrain(fx, next)
	})
	return err
}

func (c *Collector) setDrain(fx *effects, next *drainage) {
	if old := c.operator.Load(); old != nil {
		old.ending.stop()
	}
	if next != nil {
		next.ending = c.endingAt(next.Until, fx.now, func() { c.endDrain(next) })
	}
	c.operator.Store(next)
	fx.changed = true
}

// endDrain ends the drain d by itself, if it is still the present one.
func (c *Collector) endDrain(d *drainage) {
	ended := false
	c.act(func(fx *effects) {
		if ended = c.operator.CompareAndSwap(d, nil); ended {
			fx.changed = true
		}
	})
	if ended {
		level.Info(c.log).Log("msg", "drain ended", "reason", d.Reason, "by", d.By)
	}
}

// drained returns the drain that reports show, or nil.
func (c *Collector) drained() *drainage {
	if d := c.operator.Load(); d != nil && c.now().before(d.ending.at) {
		return d
	}
	return c.draining.Load()
}

// reason turns an operator's text into one short line without secrets.
func (c *Collector) reason(text, whenEmpty string) string {
	clean := strings.Join(strings.Fields(c.clean(text)), " ")
	return either(clip.Short(clean, maxReason), whenEmpty)
}
