package httpapi

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
)

// A pageValue is a value that a check observed, with its limits in words.
type pageValue struct{ Name, Value, Warn, Fail string }

// measurements returns what a check observed in its last run.
func measurements(r *collector.Result, def checks.Check) (all []pageValue) {
	for _, v := range r.Values {
		shown := pageValue{Name: v.Name, Value: measured(v.Name, v.Value)}
		for _, l := range def.Limits {
			if l.Name == v.Name {
				shown.Warn, shown.Fail = l.Warn, l.Fail
			}
		}
		all = append(all, shown)
	}
	return all
}

// maxDuration is the number of seconds from which a value is written as a number.
const maxDuration = 1e6

// measured writes a value in the unit that its name ends in.
func measured(name string, value float64) string {
	text := strconv.FormatFloat(value, 'g', 6, 64)
	switch {
	case strings.HasSuffix(name, "_timestamp_seconds"):
		return utc(time.Unix(int64(value), 0))
	case strings.HasSuffix(name, "_seconds") && value > 0 && value < maxDuration:
		return took(time.Duration(value * float64(time.Second)))
	case strings.HasSuffix(name, "_seconds"):
		return text + "s"
	case strings.HasSuffix(name, "_ratio"):
		return fmt.Sprintf("%.1f%%", 100*value)
	case strings.HasSuffix(name, "_bytes"):
		return fmt.Sprintf("%s (%s)", checks.Size(value), strconv.FormatFloat(value, 'f', -1, 64))
	}
	return text
}
