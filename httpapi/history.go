package httpapi

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
)

// A History is the last changes of state of a check and its last runs, oldest
// first.
type History struct {
	Check       string
	Transitions []collector.Transition
	Runs        []collector.Run
}

// Histories serves the histories of the checks of c as JSON, for
// [DecodeHistories]. The parameter check selects checks, whose runs are then
// included. The answer shows outputs: it is for trusted clients. With a nil
// Collector every answer is 500.
func Histories(c *collector.Collector) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if c == nil {
			refuse(w, r, http.StatusInternalServerError, errNoReporter)
			return
		}
		names := r.URL.Query()["check"]
		report, err := c.Peek(collector.Filter{Names: names}) // Only the names are needed, not new results.
		if err != nil {
			http.Error(w, err.Error(), http.StatusNotFound)
			return
		}
		answer := wireHistories{Checks: []wireHistory{}}
		for _, result := range report.Results {
			h := History{Check: result.Check, Transitions: c.Transitions(result.Check)}
			if len(names) > 0 {
				h.Runs = c.Runs(result.Check)
			}
			answer.Checks = append(answer.Checks, newWireHistory(h))
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Cache-Control", "no-store")
		_ = json.NewEncoder(w).Encode(answer) // If the client has gone, the error does not matter.
	})
}

// DecodeHistories reads what [Histories] serves. The error wraps [ErrNoReport].
func DecodeHistories(body []byte) ([]History, error) {
	var wire wireHistories
	if err := json.Unmarshal(body, &wire); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoReport, err)
	}
	var all []History
	for _, h := range wire.Checks {
		all = append(all, h.history())
	}
	return all, nil
}

type wireHistories struct {
	Checks []wireHistory `json:"checks"`
}

type wireHistory struct {
	Check       string           `json:"check"`
	Transitions []wireTransition `json:"transitions"`
	Runs        []wireRun        `json:"runs,omitempty"`
}

type wireTransition struct {
	Time   time.Time       `json:"time"`
	State  collector.State `json:"state"`
	Reason checks.Reason   `json:"reason,omitempty"`
	Output string          `json:"output"`
}

type wireRun struct {
	Time     time.Time     `json:"time"`
	Duration float64       `json:"duration"` // in seconds
	Reason   checks.Reason `json:"reason,omitempty"`
}

func newWireHistory(h History) wireHistory {
	wire := wireHistory{Check: h.Check, Transitions: []wireTransition{}}
	for _, t := range h.Transitions {
		wire.Transitions = append(wire.Transitions, wireTransition(t))
	}
	for _, r := range h.Runs {
		wire.Runs = append(wire.Runs, wireRun{r.Time, r.Duration.Seconds(), r.Reason})
	}
	return wire
}

func (wire wireHistory) history() History {
	h := History{Check: wire.Check}
	for _, t := range wire.Transitions {
		h.Transitions = append(h.Transitions, collector.Transition(t))
	}
	for _, r := range wire.Runs {
		h.Runs = append(h.Runs, collector.Run{Time: r.Time, Duration: time.Duration(math.Round(r.Duration * float64(time.Second))), Reason: r.Reason})
	}
	return h
}
