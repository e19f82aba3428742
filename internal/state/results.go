package state

import (
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
)

// results is results.slots, with the records that wait to be written. At any
// moment the queue has at most one record of a check, the newest.
type results struct {
	slots  slotFile
	rooms  rooms
	places map[string]place // by the name of the check

	queue  []string // first come, first served
	queued map[string]record
}

// A place is where the record of a check is, and which one it is.
type place struct {
	room  int
	half  int       // of the columns for the rest of a long record
	time  time.Time // of the result
	ttl   time.Duration
	beats checks.Beats
}

// load adds two things from the file to saved: the results of this boot whose
// checks have an unchanged definition, and beats.
func (f *results) load(s *Store, saved *collector.Saved, cs []checks.Check) error {
	*f = newResults()
	fingerprints := make(map[string]string, len(cs))
	for _, c := range cs {
		fingerprints[c.Name] = c.Fingerprint
	}
	now := s.clock.now()
	var found parts
	rooms, err := s.readSlots(&f.slots, found.read)
	f.rooms.next = rooms
	for room := range rooms {
		r, half, ok := found.record(room)
		fingerprint, known := fingerprints[r.Check]
		if _, twice := f.places[r.Check]; !ok || !known || twice {
			f.rooms.give(room)
			continue
		}
		p := place{room: room, half: half}
		if r.Beats != nil {
			p.beats = *r.Beats
			saved.Beats[r.Check] = p.beats
		}
		if fingerprint != "" && s.key != nil && r.Tag == s.tag(r.Check, fingerprint) && now.sameBoot(r.Boot) {
			p.time, p.ttl = r.Time.time(), r.TTL
			saved.Results = append(saved.Results, r.restore(fingerprint, now))
		}
		f.places[r.Check] = p
	}
	return err
}

func newResults() results {
	return results{
		slots:  slotFile{name: "results.slots", kind: ours + "results 1", size: 512, columns: 1 + 2*restSlots},
		places: map[string]place{}, queued: map[string]record{},
	}
}

// note queues the new results in saved, and the removal of checks that no longer
// exist.
func (f *results) note(saved collector.Saved, now moment) {
	present := make(map[string]bool, len(saved.Results))
	add := func(r record) {
		present[r.Check] = true
		if beats, has := saved.Beats[r.Check]; has {
			r.Beats = &beats
		}
		if p, known := f.places[r.Check]; !known || !p.has(r) {
			f.put(r)
		}
	}
	for _, r := range saved.Results {
		add(newRecord(r, now))
	}
	for check := range saved.Beats {
		if !present[check] {
			add(record{Check: check})
		}
	}
	if !saved.Complete {
		return
	}
	for check := range f.places {
		if !present[check] {
			f.put(record{Check: check, gone: true})
		}
	}
	for check, r := range f.queued {
		if !present[check] {
			r.gone = true
			f.queued[check] = r
		}
	}
}

// has reports whether the place has the result and the beats of r.
func (p place) has(r record) bool {
	return p.time.Equal(r.Time.time()) && p.ttl == r.TTL && (r.Beats == nil || *r.Beats == p.beats)
}

func (f *results) put(r record) {
	if _, waits := f.queued[r.Check]; !waits {
		f.queue = append(f.queue, r.Check)
	}
	f.queued[r.Check] = r
}

// write writes the queue, as far as the budget of s allows.
func (f *results) write(s *Store) error {
	if len(f.queue) == 0 {
		return nil
	}
	if err := f.slots.open(s.root); err != nil {
		return fault(f.slots.name, err)
	}
	for len(f.queue) > 0 && s.budget > 0 {
		r := f.queued[f.queue[0]]
		if err := f.writeRecord(s, r); err != nil {
			return fault(f.slots.name, err)
		}
		delete(f.queued, r.Check)
		f.queue = f.queue[1:]
	}
	return nil
}

func (f *results) writeRecord(s *Store, r record) error {
	p, known := f.places[r.Check]
	if r.gone {
		if !known {
			return nil
		}
		if err := s.writeSlot(&f.slots, p.room, 0, nil); err != nil {
			return err
		}
		delete(f.places, r.Check)
		f.rooms.give(p.room)
		return nil
	}
	if !known {
		p.room, _ = f.rooms.take()
		f.places[r.Check] = p
	}
	if r.fingerprint != "" {
		r.Tag = s.tag(r.Check, r.fingerprint)
	}
	p, err := f.writeParts(s, p, r)
	if err != nil {
		return err
	}
	p.time, p.ttl = r.Time.time(), r.TTL
	if r.Beats != nil {
		p.beats = *r.Beats
	}
	f.places[r.Check] = p
	return nil
}
