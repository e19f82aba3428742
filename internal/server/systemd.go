package server

import (
	"context"
	"time"

	"github.com/go-kit/log/level"

	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/notify"
)

const (
	// readyPace is the time between two looks at the first results.
	readyPace = 50 * time.Millisecond
	// statusPace is the shortest time between two statuses.
	statusPace = time.Second
	// Every extendPace of a long start asks systemd to wait extendBy more.
	extendPace, extendBy = 5 * time.Second, 30 * time.Second
	// shortestStall is the shortest standstill of the scheduler that counts. The
	// scheduler moves every five seconds, even without any check.
	shortestStall = 10 * time.Second
)

// tellSystemd reports the state of the exporter to systemd until ctx ends.
func (d *daemon) tellSystemd(ctx context.Context) {
	if d.Manager == nil {
		return
	}
	n := &notifier{collector: d.instance.Collector(), scrub: d.instance.Scrub, watchdog: d.Manager.Watchdog()}
	n.run(ctx, d.tell)
}

// tellStopping tells systemd that the process ends, and how long that may take.
func (d *daemon) tellStopping() {
	d.tell([]string{notify.Stopping, notify.Extend(d.ShutdownDelay + 5*ShutdownLimit)})
}

func (d *daemon) tell(messages []string) {
	if err := d.Manager.Tell(messages...); err != nil {
		level.Debug(d.Logging.Logger).Log("msg", "message to systemd not sent", "err", err)
	}
}

// watched is the part of a collector that a notifier looks at.
type watched interface {
	Ready() bool
	Stalled(limit time.Duration) bool
	Peek(f collector.Filter) (collector.Report, error)
}

// A notifier decides which messages about the collector to send to systemd.
type notifier struct {
	collector watched
	scrub     func(string) string
	watchdog  time.Duration // WatchdogSec of the unit; zero if it has no watchdog

	ready    bool
	extended time.Time // when the start was last extended
	fed      time.Time // when the watchdog was last fed
	version  uint64    // of the report that status describes
	status   string
	sent     time.Time // when status was last sent
}

// run passes messages to send whenever there are any, until ctx ends.
func (n *notifier) run(ctx context.Context, send func(messages []string)) {
	for {
		if messages := n.messages(time.Now()); len(messages) > 0 {
			send(messages)
		}
		select {
		case <-time.After(n.pace()):
		case <-ctx.Done():
			return
		}
	}
}

// pace is the time until the next messages.
func (n *notifier) pace() time.Duration {
	switch {
	case !n.ready:
		return readyPace
	case n.watchdog > 0:
		return min(statusPace, n.watchdog/4)
	}
	return statusPace
}

// messages returns the messages that are due now.
func (n *notifier) messages(now time.Time) (all []string) {
	if !n.ready {
		switch n.ready = n.collector.Ready(); {
		case n.ready:
			all = append(all, notify.Ready)
		case now.Sub(n.extended) >= extendPace:
			n.extended = now
			all = append(all, notify.Extend(extendBy))
		}
	}
	if status, changed := n.newStatus(now); changed {
		all = append(all, notify.Status(status))
	}
	if n.watchdog > 0 && now.Sub(n.fed) >= n.watchdog/4 && !n.collector.Stalled(max(n.watchdog/2, shortestStall)) {
		n.fed = now
		all = append(all, notify.Alive)
	}
	return all
}

// newStatus returns the status if it has changed and may be sent again.
func (n *notifier) newStatus(now time.Time) (status string, changed bool) {
	if n.sent.IsZero() && !n.ready {
		n.sent = now // A start that takes less time sends its first results at once.
	}
	if now.Sub(n.sent) < statusPace && (n.status != "" || !n.ready) {
		return "", false
	}
	report, err := n.collector.Peek(collector.Filter{})
	if err != nil || report.Version != 0 && report.Version == n.version {
		return "", false // After an error the collector has ended.
	}
	n.version = report.Version
	status = n.scrub(summary(report))
	if status == n.status {
		return "", false
	}
	n.status, n.sent = status, now
	return status, true
}
