package heartbeat

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/checktype"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/clip"
)

// Check passes when a job has reported a success within the last max_age plus
// grace, and has not reported a failure since.
//
//	name: backup
//	heartbeat: {max_age: 24h, grace: 1h, token_file: /run/secrets/backup-token}
//
// The job reports with POST /heartbeat/NAME when it has ended, optionally with
// ?exit_code=N&duration=90s; POST /heartbeat/NAME/start when it begins, so that
// its duration is known; POST /heartbeat/NAME/fail when it has failed. An exit
// code other than 0 is a failure. The token is sent as "Authorization: Bearer
// TOKEN" or "X-Heartbeat-Token: TOKEN". Without a token, beats are accepted
// over a Unix socket only.
//
// Until the first beat the check passes for max_age plus grace. Observed are
// last_success_timestamp_seconds and job_duration_seconds.
type Check struct {
	// MaxAge is the longest time between two reports of the job, such as 24h.
	// Required.
	MaxAge time.Duration `yaml:"max_age"`
	// Grace is how much later than max_age a report may come. Default 0s.
	Grace time.Duration `yaml:"grace"`
	// Token authenticates the job, at least 8 characters. Empty means that beats are
	// accepted over a Unix socket only.
	Token checks.Secret `yaml:"token"`
	// TokenFile is the path of a file that holds the token.
	TokenFile checks.SecretFile `yaml:"token_file"`
}

// Limits of the settings.
const (
	minMaxAge = time.Second
	maxMaxAge = 366 * 24 * time.Hour
	minToken  = 8 // in bytes
)

// Type returns "heartbeat".
func (Check) Type() string { return "heartbeat" }

// Build validates the settings and returns all faults at once. The Func that it
// returns is a placeholder: a collector calls Judge instead.
func (c Check) Build() (checks.Func, error) {
	var f checktype.Faults
	switch {
	case c.MaxAge == 0:
		f.Add("max_age", "missing, want a duration such as 24h")
	case c.MaxAge < minMaxAge || c.MaxAge > maxMaxAge:
		f.Add("max_age", "%v, want 1s to 8784h", c.MaxAge)
	}
	f.Check(c.Grace < 0 || c.Grace > maxMaxAge, "grace", "%v, want 0s to 8784h", c.Grace)
	f.Check(c.Token != "" && len(c.Token) < minToken, "token", "too short, want at least %d characters", minToken)
	f.Join(checktype.OneSecret("token", c.Token, c.TokenFile))
	if err := f.Err(); err != nil {
		return nil, err
	}
	return func(context.Context) (string, error) {
		return "", checks.Fail(checks.ReasonInternal, errors.New("local: a heartbeat is judged by a collector"))
	}, nil
}

// Judge implements [checks.Receiver].
func (c Check) Judge(ctx context.Context, b checks.Beats, now time.Time) (output string, holds time.Duration, err error) {
	if !b.Passed.Time.IsZero() {
		checks.Observe(ctx, "last_success_timestamp_seconds", float64(b.Passed.Time.UnixMilli())/1000)
	}
	if b.Ended.Duration > 0 {
		checks.Observe(ctx, "job_duration_seconds", b.Ended.Duration.Seconds())
	}
	if b.Ended.Failed() {
		return "", 0, failure(b.Ended)
	}
	last := b.Passed.Time
	if last.IsZero() {
		last = b.Since
	}
	due := last.Add(c.MaxAge + c.Grace)
	if !now.Before(due) {
		return "", 0, checks.Fail(checks.ReasonTimeout, fmt.Errorf("%s, want one %s", reported(b), c.want()))
	}
	return reported(b), due.Sub(now), nil
}

// failure is the result while the newest report of the job is a failure.
func failure(ended checks.Beat) error {
	if ended.ExitCode != 0 {
		return checks.Fail(checks.ReasonExitCode, fmt.Errorf("the job ended with exit code %d at %s", ended.ExitCode, moment(ended.Time)))
	}
	return fmt.Errorf("the job reported a failure at %s", moment(ended.Time))
}

// want says how often the job should report.
func (c Check) want() string {
	text := "at least every " + clip.Duration(c.MaxAge)
	if c.Grace > 0 {
		text += " with a grace of " + clip.Duration(c.Grace)
	}
	return text
}

// reported says when the job last reported a success. The moments are absolute:
// a passed result is kept for hours.
func reported(b checks.Beats) string {
	text := "no success reported since " + moment(b.Since)
	if last := b.Passed; !last.Time.IsZero() {
		text = "last success at " + moment(last.Time)
		if last.Duration > 0 {
			text += ", took " + clip.Duration(last.Duration)
		}
	}
	if b.Started.Time.After(b.Ended.Time) {
		text += ", running since " + moment(b.Started.Time)
	}
	return text
}

// Admit implements [checks.Receiver].
func (c Check) Admit(ctx context.Context, token string) error {
	if c.Token == "" && c.TokenFile == "" {
		return errors.New("this check has no token, so it takes heartbeats over a Unix socket only")
	}
	want, err := checktype.ReadSecret(ctx, c.Token, c.TokenFile)
	if err != nil {
		return errors.New("the token of this check can't be read")
	}
	if want == "" || subtle.ConstantTimeCompare([]byte(token), []byte(want)) != 1 {
		return errors.New("wrong or missing token")
	}
	return nil
}

func moment(t time.Time) string { return t.UTC().Format(time.RFC3339) }
