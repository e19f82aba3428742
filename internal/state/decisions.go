package state

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"maps"
	"slices"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
)

const decisionsName = "decisions.json"

// refresh is how often the time left of a limited drain or mute is written again.
// A drain can last that much longer than asked if the machine is booted with its
// clock set back.
const refresh = time.Minute

// decisions are the operator's drain and mutes, as they are on disk.
type decisions struct {
	Drain *decision           `json:"drain,omitempty"`
	Mutes map[string]decision `json:"mutes,omitempty"`
}

// A decision is a drain or a mute.
type decision struct {
	Reason     string    `json:"reason"`
	By         string    `json:"by,omitempty"`
	Dependents bool      `json:"dependents,omitempty"`
	Until      time.Time `json:"until,omitzero"`
	// Left is the time that was left when the decision was written. Boot and Ends
	// are its end by the clock of that boot. All are empty if it has no end.
	Left time.Duration `json:"left,omitempty"`
	Boot string        `json:"boot,omitempty"`
	Ends time.Duration `json:"ends,omitempty"`
}

func newDecision(reason, by string, dependents bool, until time.Time, now moment) decision {
	d := decision{Reason: reason, By: by, Dependents: dependents}
	if !until.IsZero() {
		d.Until, d.Left, d.Boot = until.Round(0), until.Sub(now.wall), now.boot
		d.Ends = now.since + d.Left
	}
	return d
}

// until returns the end of d by the present wall clock. A wall clock that was set
// back does not make d longer than the operator asked. Over reports whether d has
// ended.
func (d decision) until(now moment) (until time.Time, over bool) {
	if d.Until.IsZero() {
		return time.Time{}, false
	}
	left := min(d.Until.Sub(now.wall), d.Left)
	if now.sameBoot(d.Boot) {
		left = min(left, d.Ends-now.since)
	}
	return now.wall.Add(left), left <= 0
}

// A decisionFile is decisions.json.
type decisionFile struct {
	written   decisions
	writtenAt time.Time // zero: the content of the file is not known
}

// decisionsHeader is the first line of decisions.json, before the checksum.
const decisionsHeader = "healthcheck_exporter decisions 1 "

// load adds the content of the file to saved.
func (f *decisionFile) load(s *Store, saved *collector.Saved) error {
	data, err := s.readWhole(decisionsName)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	d, err := parseDecisions(data)
	if err != nil {
		return s.putAside(decisionsName, err)
	}
	now := s.clock.now()
	if drain := d.Drain; drain != nil {
		if until, over := drain.until(now); over {
			s.report(Ended{Reason: drain.Reason, By: drain.By})
		} else {
			saved.Drain = &collector.Drain{Reason: drain.Reason, By: drain.By, Until: until}
		}
	}
	for _, check := range slices.Sorted(maps.Keys(d.Mutes)) {
		m := d.Mutes[check]
		if until, over := m.until(now); over {
			s.report(Ended{Check: check, Reason: m.Reason, By: m.By})
		} else {
			saved.Mutes[check] = collector.Mute{Reason: m.Reason, By: m.By, Until: until, Dependents: m.Dependents}
		}
	}
	return nil
}

// An Ended is a drain or a mute that has ended while no exporter was running.
type Ended struct {
	Check      string // the muted check; empty for a drain
	Reason, By string
}

// Error implements error.
func (e Ended) Error() string {
	if e.Check == "" {
		return fmt.Sprintf("the drain %q has ended", e.Reason)
	}
	return fmt.Sprintf("the mute %q of %s has ended", e.Reason, e.Check)
}

func parseDecisions(data []byte) (d decisions, err error) {
	header, body, _ := bytes.Cut(data, []byte("\n"))
	if err = recognize(string(header), decisionsHeader); err != nil {
		return d, err
	}
	if string(header) != decisionsHeader+checksum(body) {
		return d, errors.New("is damaged, the previous drain and mutes are lost")
	}
	err = json.Unmarshal(body, &d)
	return d, err
}

// SaveDecisions writes the operator's drain and mutes to disk. When it returns
// nil they survive any crash.
func (s *Store) SaveDecisions(c *collector.Collector) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	err := s.writable()
	if err == nil {
		saved, _ := c.StateSince(s.mark)
		err = s.decisions.save(s, saved)
	}
	return s.settle(err)
}

// save writes the file if its content would change.
func (f *decisionFile) save(s *Store, saved collector.Saved) error {
	now := s.clock.now()
	next := decisions{Mutes: map[string]decision{}}
	if d := saved.Drain; d != nil {
		drain := newDecision(d.Reason, d.By, false, d.Until, now)
		next.Drain = &drain
	}
	for check, m := range saved.Mutes {
		next.Mutes[check] = newDecision(m.Reason, m.By, m.Dependents, m.Until, now)
	}
	stale := next.limited() && now.wall.Sub(f.writtenAt).Abs() >= refresh
	if !f.writtenAt.IsZero() && !stale && f.written.equal(next) {
		return nil
	}
	body, err := json.MarshalIndent(next, "", "\t")
	if err != nil {
		return err
	}
	body = append(body, '\n')
	if err := s.replace(decisionsName, append([]byte(decisionsHeader+checksum(body)+"\n"), body...)); err != nil {
		f.writtenAt = time.Time{}
		return err
	}
	f.written, f.writtenAt = next, now.wall
	return nil
}

// limited reports whether anything in d ends by itself.
func (d decisions) limited() bool {
	return d.Drain != nil && !d.Drain.Until.IsZero() || len(d.Mutes) > 0
}

// equal reports whether d and o are the same decisions; it ignores when they were
// written.
func (d decisions) equal(o decisions) bool {
	if (d.Drain == nil) != (o.Drain == nil) || d.Drain != nil && !d.Drain.equal(*o.Drain) {
		return false
	}
	return maps.EqualFunc(d.Mutes, o.Mutes, decision.equal)
}

func (d decision) equal(o decision) bool {
	return d.Reason == o.Reason && d.By == o.By && d.Dependents == o.Dependents && d.Until.Equal(o.Until)
}

// checksum of a text, in hexadecimal.
func checksum(b []byte) string { return fmt.Sprintf("%08x", crc32.Checksum(b, castagnoli())) }

func castagnoli() *crc32.Table { return crc32.MakeTable(crc32.Castagnoli) }
