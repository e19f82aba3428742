package httpapi

import (
	"fmt"
	"strconv"

	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
)

// runWidth is the width of one run in a strip, in pixels.
const runWidth = 4

// A pageStrip is the last runs of a check as a picture: low where a run passed,
// high where it failed.
type pageStrip struct {
	Runs, Width int
	Label       string
	Failed      string // path
}

// newStrip returns the strip of runs, or nil if there are none.
func newStrip(runs []collector.Run) *pageStrip {
	if len(runs) == 0 {
		return nil
	}
	s := &pageStrip{Runs: len(runs), Width: len(runs) * runWidth}
	var path []byte
	failed, last := 0, 0 // last: how many failed in a row at the end
	for i := 0; i < len(runs); {
		n := 1
		for i+n < len(runs) && (runs[i+n].Reason == "") == (runs[i].Reason == "") {
			n++
		}
		last = 0
		if runs[i].Reason != "" {
			path = append(strconv.AppendInt(append(path, 'M'), int64(i), 10), " 0h"...)
			path = append(strconv.AppendInt(path, int64(n), 10), "v4h-"...)
			path = append(strconv.AppendInt(path, int64(n), 10), 'z')
			failed, last = failed+n, n
		}
		i += n
	}
	s.Failed = string(path)
	s.Label = fmt.Sprintf("%d of the last %d runs failed", failed, len(runs))
	switch {
	case len(runs) == 1:
		s.Label = "one run so far"
	case failed == len(runs):
		s.Label = fmt.Sprintf("the last %d runs failed", len(runs))
	case failed == 0:
		s.Label = fmt.Sprintf("the last %d runs passed", len(runs))
	case last > 1 && last < failed:
		s.Label += fmt.Sprintf(", the last %d in a row", last)
	}
	return s
}
