// Package logging builds the logger of the program: go-kit/log for our own
// packages, log/slog for packages that need it. Both write the same timestamped
// and scrubbed lines.
//
//	queue := logging.NewQueue(os.Stderr)
//	defer queue.Flush(time.Second)
//	l := logging.New(queue, logging.Options{Level: "info", Format: "logfmt", Scrub: scrubber.Text})
//	level.Info(l.Logger).Log("msg", "starting")
//
// A [Queue] writes from a goroutine of its own, so that a stalled log reader
// delays neither checks nor requests.
package logging
