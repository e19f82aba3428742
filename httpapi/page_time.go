package httpapi

import (
	"strconv"
	"strings"
	"time"
)

// clock writes a time of day in UTC.
func clock(t time.Time) string { return t.UTC().Format("15:04:05 UTC") }

// utc writes a time in UTC.
func utc(t time.Time) string { return t.UTC().Format(time.DateTime) + " UTC" }

// A pageMoment is a time in the past.
type pageMoment struct{ At, Ago, UTC string }

// moment returns how long before now t was, or nil for no time.
func moment(t, now time.Time) *pageMoment {
	if t.IsZero() {
		return nil
	}
	return &pageMoment{t.UTC().Format(time.RFC3339), age(now.Sub(t)), utc(t)}
}

// took writes the duration of a run in about three digits; nothing for a check
// that has not run.
func took(d time.Duration) string {
	switch {
	case d <= 0:
		return ""
	case d < time.Millisecond:
		return d.Round(time.Microsecond).String()
	case d < time.Second:
		return d.Round(100 * time.Microsecond).String()
	}
	return d.Round(10 * time.Millisecond).String()
}

// age writes how long ago something was, to the second, the minute or the hour.
func age(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d < time.Minute:
		return max(d, 0).Round(time.Second).String()
	case d < time.Hour:
		return strings.TrimSuffix(d.Round(time.Minute).String(), "0s")
	case d < 2*day:
		return strings.TrimSuffix(d.Round(time.Hour).String(), "0m0s")
	}
	return number(int(d/day)) + "d"
}

func number(n int) string { return strconv.Itoa(n) }
