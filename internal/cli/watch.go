package cli

import (
	"context"
	"errors"
	"os"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/cli/internal/terminal"
)

// watchInterval is the pause between two looks at the results, and between two
// runs of a check that is not cached.
const watchInterval = time.Second

// watchLifetimes caches the checks that are not cached: otherwise every look would
// run them.
func watchLifetimes(c *checks.Check) {
	if c.SuccessTTL < 0 {
		c.SuccessTTL = watchInterval
	}
	if c.FailedTTL < 0 {
		c.FailedTTL = watchInterval
	}
}

// A view has the newest results, or the error of getting them.
type view struct {
	report collector.Report
	err    error
	at     time.Time
	// evidence is nil without --verbose.
	evidence func(check string) []string
}

// watch shows the results of a source on the whole terminal until somebody types q
// or Ctrl-C. Then it prints the last known results.
func (f *flags) watch(ctx context.Context, from source, title string, c *console) (int, error) {
	device, is := terminal.Of(c.Writer)
	if !is {
		return exitMisuse, errors.New("--watch: standard output is not a terminal")
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	resized, stopResized := terminal.Resized()
	defer stopResized()
	suspended, stopSuspended := terminal.Suspended()
	defer stopSuspended()
	w := &watched{flags: f, console: c, title: title, device: device}
	w.open()
	views, keys := looks(ctx, from, f.verbose), w.keys()
	clock := time.NewTicker(watchInterval)
	defer clock.Stop()
	for {
		w.draw(time.Now())
		select {
		case <-ctx.Done():
			w.close()
			return interruptedStatus(ctx), nil
		case key := <-keys:
			if key == 'q' || key == 'Q' {
				w.close()
				return interruptedStatus(ctx), nil
			}
		case v := <-views:
			w.take(v)
		case <-clock.C: // The ages have changed.
		case <-resized:
			w.screen.Forget()
		case <-suspended:
			w.release()
			terminal.Suspend()
			w.open()
		}
	}
}

// looks looks at a source again and again until ctx ends.
func looks(ctx context.Context, from source, evidence bool) <-chan view {
	views := make(chan view)
	go func() {
		for !over(ctx) {
			v := view{}
			if v.report, v.err = from.look(ctx); evidence {
				v.evidence = from.traces()
			}
			v.at = time.Now()
			select {
			case views <- v:
			case <-ctx.Done():
			}
			pause := watchInterval
			for _, r := range v.report.Results {
				if r.State == collector.StateUnknown {
					pause = retry // A first result comes soon.
				}
			}
			select {
			case <-time.After(pause):
			case <-ctx.Done():
			}
		}
	}()
	return views
}

// A watched is a terminal that shows results.
type watched struct {
	flags   *flags
	console *console
	title   string
	device  terminal.Device
	screen  *terminal.Screen
	restore func() // of the keys; nil: they are as usual

	known view // the last with a report
	fault view // the last, if it has none
}

func (w *watched) take(v view) {
	if v.err != nil {
		w.fault = v
		return
	}
	w.known, w.fault = v, view{}
	w.console.evidence = v.evidence
}

// open takes the terminal and its keys over.
func (w *watched) open() {
	w.screen = w.device.Open()
	if in, is := terminal.Of(os.Stdin); is {
		w.restore, _ = in.Keys()
	}
}

// release gives the terminal and its keys back.
func (w *watched) release() {
	if w.restore != nil {
		w.restore()
		w.restore = nil
	}
	w.screen.Close()
}

// close releases the terminal and prints the last known results.
func (w *watched) close() {
	w.release()
	if !w.known.at.IsZero() {
		w.flags.printConcerns(w.console, w.known.report)
	}
	if w.fault.err != nil {
		w.console.say(w.fault.err.Error() + w.staleness(time.Now()))
	}
}

// keys returns the keys that are typed. Its goroutine ends with the process: a read
// of a terminal cannot be interrupted.
func (w *watched) keys() <-chan byte {
	if w.restore == nil {
		return nil
	}
	typed := make(chan byte)
	go func() {
		var key [1]byte
		for {
			if n, err := os.Stdin.Read(key[:]); err != nil || n == 0 {
				return
			}
			typed <- key[0]
		}
	}()
	return typed
}

func (w *watched) draw(now time.Time) {
	columns, rows := w.device.Size()
	w.console.columns = columns
	w.screen.Draw(w.frame(columns, rows, now))
}
