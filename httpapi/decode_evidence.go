package httpapi

import (
	"encoding/json"
	"math"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
)

// DecodeEvidence reads the evidence of failed runs from a body that [Decode]
// reads: of each check that has any the last failed run, by the name of the check.
// It is empty if the client may not see evidence.
func DecodeEvidence(body []byte) map[string]*checks.Evidence {
	var wire struct {
		Results []struct {
			Checker  string
			Evidence struct{ Last *wireEvidence }
		}
	}
	found := map[string]*checks.Evidence{}
	if json.Unmarshal(body, &wire) != nil {
		return found
	}
	for _, r := range wire.Results {
		if r.Evidence.Last != nil {
			found[r.Checker] = r.Evidence.Last.evidence()
		}
	}
	return found
}

// wireEvidence are the members that appendRun writes.
type wireEvidence struct {
	Timestamp    seconds
	ResponseTime span `json:"response_time"`
	Reason       checks.Reason
	Output       string
	Phases       []struct {
		Name, Peer string
		Seconds    span
	}
	Attempts []checks.Attempt
	TLS      *struct {
		Version string
		Chain   []struct {
			Subject  string
			Names    []string
			NotAfter seconds `json:"not_after"`
		}
	}
	Reply *checks.Reply
	Exit  *checks.Exit
	Notes []checks.Note
	Cut   bool
}

// A span is a duration in seconds.
type span float64

func (s span) duration() time.Duration {
	return time.Duration(math.Round(float64(s)*1e6)) * time.Microsecond
}

func (w *wireEvidence) evidence() *checks.Evidence {
	e := &checks.Evidence{
		Time: w.Timestamp.time(), Duration: w.ResponseTime.duration(), Reason: w.Reason, Output: w.Output,
		Attempts: w.Attempts, Reply: w.Reply, Exit: w.Exit, Notes: w.Notes, Cut: w.Cut,
	}
	for _, p := range w.Phases {
		e.Phases = append(e.Phases, checks.Phase{Name: p.Name, Peer: p.Peer, Duration: p.Seconds.duration()})
	}
	if w.TLS != nil {
		e.TLS = &checks.Handshake{Version: w.TLS.Version}
		for _, c := range w.TLS.Chain {
			e.TLS.Chain = append(e.TLS.Chain, checks.Certificate{Subject: c.Subject, Names: c.Names, NotAfter: c.NotAfter.time()})
		}
	}
	return e
}
