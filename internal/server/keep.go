package server

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/go-kit/log/level"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/state"
)

// openState opens the state directory, if there is one, and makes the instance
// begin with what the directory has.
func (o *Options) openState() *state.Store {
	if o.StateDirectory == "" {
		return nil
	}
	store := state.Open(o.StateDirectory, o.reportState)
	o.Instance.Restore = store.Restore
	return store
}

// reportState logs what happens to the state directory.
func (o *Options) reportState(err error) {
	ended, is := errors.AsType[state.Ended](err)
	switch {
	case err == nil:
		level.Info(o.Logging.Logger).Log("msg", "the state directory is usable again", "directory", o.StateDirectory)
	case is && ended.Check == "":
		level.Info(o.Logging.Logger).Log("msg", "drain ended before the start", "reason", ended.Reason, "by", ended.By)
	case is:
		level.Info(o.Logging.Logger).Log("msg", "mute ended before the start", "check", ended.Check, "reason", ended.Reason, "by", ended.By)
	default:
		level.Warn(o.Logging.Logger).Log("msg", "cannot keep all state over a restart", "err", err)
	}
}

// keepState saves results from now on. Stop ends that after a last save.
func (d *daemon) keepState() (stop func()) {
	if d.state == nil {
		return func() {}
	}
	d.logDecisions()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		d.state.Keep(ctx, d.instance.Collector())
		d.state.Close()
	}()
	return func() {
		cancel()
		select {
		case <-done:
		case <-time.After(ShutdownLimit): // The disk hangs.
		}
	}
}

// logDecisions says what operators have decided before the start.
func (d *daemon) logDecisions() {
	s := d.instance.Collector().State()
	if s.Drain != nil {
		level.Warn(d.Logging.Logger).Log("msg", "still drained", "reason", s.Drain.Reason, "by", s.Drain.By, "until", end(s.Drain.Until))
	}
	for check, m := range s.Mutes {
		level.Warn(d.Logging.Logger).Log("msg", "check still muted", "check", check, "reason", m.Reason, "by", m.By, "until", end(m.Until))
	}
}

// end returns when a drain or mute ends, for the log.
func end(until time.Time) string {
	if until.IsZero() {
		return "undrain"
	}
	return until.UTC().Format(time.RFC3339)
}

// diskLimit bounds how long an operator waits for the disk.
const diskLimit = 5 * time.Second

// keepDecision writes an operator's decision to the state directory, before the
// operator is answered. If that fails, the decision holds all the same, and the
// error says why it ends with the process.
func (d *daemon) keepDecision() error {
	if d.state == nil {
		return errors.New("no --state.directory is given")
	}
	saved := make(chan error, 1)
	go func() { saved <- d.state.SaveDecisions(d.instance.Collector()) }()
	select {
	case err := <-saved:
		return err
	case <-time.After(diskLimit):
		return fmt.Errorf("state directory %s: the disk has not finished after %v", d.StateDirectory, diskLimit)
	}
}

// lasting returns the text of an answer, with a second line if a restart ends what
// was done.
func (d *daemon) lasting(done string) string {
	if err := d.keepDecision(); err != nil {
		return done + "\nThis ends when the exporter restarts: " + err.Error()
	}
	return done
}

// undone returns the text of an answer, with a second line if a restart may bring
// back what was undone.
func (d *daemon) undone(done string) string {
	if err := d.keepDecision(); err != nil && d.state != nil {
		return done + "\nA restart of the exporter may bring it back: " + err.Error()
	}
	return done
}
