package collector

import (
	"context"
	"errors"
	"fmt"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
)

// ErrNoReceiver means that a check takes no heartbeats because it has no
// receiver.
var ErrNoReceiver = errors.New("the check takes no heartbeats")

// A reception holds the beats received under a slot's name. It outlives
// definitions, so that a reload loses no beat.
type reception struct {
	beats checks.Beats
	count uint64 // of beats
}

// Receiver returns the receiver of a check, which says whether a beat may be
// taken. The error is ErrUnknownCheck or ErrNoReceiver.
func (c *Collector) Receiver(name string) (checks.Receiver, error) {
	set := c.set.Load()
	e := set.byName[name]
	switch {
	case e == nil:
		return nil, set.unknown(name)
	case e.Receiver == nil:
		return nil, fmt.Errorf("check %q: %w", name, ErrNoReceiver)
	}
	return e.Receiver, nil
}

// Beat records a beat of a check and waits until readers see the result or ctx
// ends; the beat is kept even if ctx ends first. Beat sets the beat's Time. The
// error is ErrUnknownCheck, ErrNoReceiver, ErrEnded, or that of ctx.
func (c *Collector) Beat(ctx context.Context, name string, b checks.Beat) error {
	if _, err := c.Receiver(name); err != nil {
		return err
	}
	var published <-chan struct{}
	c.act(func(fx *effects) {
		e := c.set.Load().byName[name]
		if c.ended || e == nil || e.Receiver == nil { // It was replaced at this moment.
			return
		}
		b.Time = fx.now.time()
		s := e.line.slot
		s.listen(fx)
		s.reception.beats = s.reception.beats.Add(b)
		s.reception.count++
		published = e.line.wait()
		c.ensure(fx, e.line, e.line.number())
	})
	if published == nil {
		return ErrEnded
	}
	select {
	case <-published:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// listen prepares s to record beats.
func (s *slot) listen(fx *effects) {
	if s.reception == nil {
		s.reception = &reception{beats: checks.Beats{Since: fx.now.time()}}
	}
}

// judge returns the function that r calls if its check has a receiver. The
// result of that function holds until the next beat, but no longer than the
// receiver says.
func (r *run) judge(receiver checks.Receiver) checks.Func {
	return func(ctx context.Context) (output string, err error) {
		output, r.holds, err = receiver.Judge(ctx, r.heard.beats, r.started.time())
		return output, err
	}
}

// catchUp judges again if beats have arrived since r began.
func (c *Collector) catchUp(fx *effects, r *run) {
	if now := r.line.slot.reception; now != nil && now.count > r.heard.count {
		c.ensure(fx, r.line, r.line.number())
	}
}
