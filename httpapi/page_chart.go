package httpapi

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
)

const (
	// chartHeight is the height of the chart of durations, in pixels, and
	// chartHead the part at its top for the text of the highest line.
	chartHeight = 160
	chartHead   = 18
)

// A pageChart is the durations of the last runs as a picture. The scale is
// logarithmic, so that a run of a millisecond and a timeout of seconds are both
// seen.
type pageChart struct {
	Runs, Height    int
	Label, Summary  string
	Passed, Failed  string // paths
	Lines           []chartLine
	Oldest, Newest  *pageMoment
	Strip           *pageStrip
	lowest, highest float64 // of the scale, as powers of ten
}

// A chartLine is a horizontal line with a text above it.
type chartLine struct {
	Class    string
	Y, Above int
	Text     string
}

// newChart returns the chart of runs with a line at the timeout, or nil if there
// are no runs.
func newChart(runs []collector.Run, timeout time.Duration, now time.Time) *pageChart {
	if len(runs) == 0 {
		return nil
	}
	durations := make([]time.Duration, 0, len(runs))
	for _, r := range runs {
		durations = append(durations, max(r.Duration, time.Microsecond))
	}
	slices.Sort(durations)
	fastest, slowest := durations[0], durations[len(durations)-1]
	c := &pageChart{
		Runs: len(runs), Height: chartHeight, Strip: newStrip(runs),
		Oldest: moment(runs[0].Time, now), Newest: moment(runs[len(runs)-1].Time, now),
		lowest:  math.Floor(math.Log10(fastest.Seconds())),
		highest: math.Log10(max(slowest, timeout).Seconds()),
	}
	c.Summary = fmt.Sprintf("median %s, slowest %s", took(durations[len(durations)/2]), took(slowest))
	c.Label = fmt.Sprintf("durations of the last %d runs: %s", len(runs), c.Summary)
	if timeout > 0 {
		c.Label += ", timeout " + took(timeout)
	}
	c.rule(timeout)
	var passed, failed []byte
	for i, r := range runs {
		if r.Reason == "" {
			passed = c.bar(passed, i, r.Duration)
		} else {
			failed = c.bar(failed, i, r.Duration)
		}
	}
	c.Passed, c.Failed = string(passed), string(failed)
	return c
}

// rule draws the lines: one at each power of ten and one at the timeout.
func (c *pageChart) rule(timeout time.Duration) {
	limit := c.height(timeout)
	for power := math.Ceil(c.lowest); power <= c.highest; power++ {
		at := time.Duration(math.Round(math.Pow(10, power+9)))
		y := c.height(at)
		if power == c.lowest || timeout > 0 && y-limit < 14 && limit-y < 14 { // No room for its text.
			continue
		}
		c.Lines = append(c.Lines, chartLine{"grid", y, y - 3, took(at)})
	}
	if timeout > 0 {
		c.Lines = append(c.Lines, chartLine{"limit", limit, limit - 3, "timeout " + took(timeout)})
	}
}

// height returns the y of a duration; 0 is the top.
func (c *pageChart) height(d time.Duration) int {
	share := (math.Log10(max(d, time.Microsecond).Seconds()) - c.lowest) / (c.highest - c.lowest)
	return chartHeight - 2 - int(math.Round(share*(chartHeight-2-chartHead)))
}

// bar appends the bar of run i to a path.
func (c *pageChart) bar(path []byte, i int, d time.Duration) []byte {
	number := func(n int) { path = strconv.AppendInt(path, int64(n), 10) }
	path = append(path, 'M')
	number(i)
	path = append(path, ' ')
	number(chartHeight)
	path = append(path, 'V')
	number(c.height(d))
	path = append(path, "h.8V"...)
	number(chartHeight)
	return append(path, 'z')
}
