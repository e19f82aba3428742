// Package heartbeat has the check type of jobs that report by themselves: a
// backup, a cron job, a batch. Nothing is asked; the check fails when the job
// has not reported a success for too long, and at once when it reports a
// failure.
//
//	c, err := checks.New("backup", heartbeat.Check{MaxAge: 24 * time.Hour, Grace: time.Hour})
//
// The job reports with [collector.Collector.Beat], or over HTTP with POST
// /heartbeat/backup.
package heartbeat
