package state

import (
	"slices"

	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
)

// perCheck is the number of changes of state kept for each check, in the columns
// after nameColumn.
const (
	nameColumn = 0
	perCheck   = 16
)

// history is history.slots, with the changes of state that wait to be written. A
// room has a slot for the name of the check, and slots for the changes.
type history struct {
	slots  slotFile
	rooms  rooms
	series map[string]*series // by the name of the check
	queue  []string           // checks with changes to write, or that are gone
}

// A series is the changes of state of one check.
type series struct {
	room    int
	placed  bool                 // the series has a room
	number  uint32               // of changes so far, all restarts included
	last    collector.Transition // the last one that is known
	waiting []collector.Transition
	queued  bool
	gone    bool // the check does not exist any more
}

func newHistory() history {
	return history{slots: historySlots(), series: map[string]*series{}}
}

// load adds the changes of state of all checks to saved.
func (h *history) load(s *Store, saved *collector.Saved) error {
	*h = newHistory()
	var found timelines
	rooms, err := s.readSlots(&h.slots, found.read)
	h.rooms.next = rooms
	for room := range rooms {
		t := found[room]
		if t == nil || !t.usable() || h.series[t.check] != nil {
			h.rooms.give(room)
			continue
		}
		last := t.changes[len(t.changes)-1]
		h.series[t.check] = &series{room: room, placed: true, number: last.number + 1, last: last.Transition}
		saved.Transitions[t.check] = t.transitions()
	}
	return err
}

// note queues the changes of state that are new in saved.
func (h *history) note(saved collector.Saved) {
	for check, all := range saved.Transitions {
		one := h.series[check]
		if one == nil {
			one = &series{}
			h.series[check] = one
		}
		one.gone = false
		known := slices.IndexFunc(all, func(t collector.Transition) bool { return same(t, one.last) })
		if fresh := all[known+1:]; len(fresh) > 0 {
			one.waiting = append(one.waiting, fresh...)
			one.waiting = one.waiting[max(0, len(one.waiting)-perCheck):]
			one.last = fresh[len(fresh)-1]
			h.enqueue(check, one)
		}
	}
	if !saved.Complete {
		return
	}
	for check, one := range h.series {
		if _, present := saved.Transitions[check]; !present {
			one.gone = true
			h.enqueue(check, one)
		}
	}
}

func same(a, b collector.Transition) bool { return a.Time.Equal(b.Time) && a.State == b.State }

func (h *history) enqueue(check string, one *series) {
	if !one.queued {
		one.queued = true
		h.queue = append(h.queue, check)
	}
}

// write writes the queue, as far as the budget of s allows.
func (h *history) write(s *Store) error {
	if len(h.queue) == 0 {
		return nil
	}
	if err := h.slots.open(s.root); err != nil {
		return fault(h.slots.name, err)
	}
	for len(h.queue) > 0 && s.budget > 0 {
		check := h.queue[0]
		if err := h.writeSeries(s, check, h.series[check]); err != nil {
			return fault(h.slots.name, err)
		}
		h.queue = h.queue[1:]
	}
	return nil
}

func (h *history) writeSeries(s *Store, check string, one *series) error {
	if one.gone {
		if one.placed {
			if err := s.writeSlot(&h.slots, one.room, nameColumn, nil); err != nil {
				return err
			}
			h.rooms.give(one.room)
		}
		delete(h.series, check)
		return nil
	}
	if !one.placed {
		if err := h.furnish(s, one, check); err != nil {
			return err
		}
	}
	for len(one.waiting) > 0 {
		column := nameColumn + 1 + int(one.number%perCheck)
		if err := s.writeSlot(&h.slots, one.room, column, change{one.number, one.waiting[0]}.encode()); err != nil {
			return err
		}
		one.number++
		one.waiting = one.waiting[1:]
	}
	one.queued = false
	return nil
}

// furnish gives a series an empty room with the name of the check.
func (h *history) furnish(s *Store, one *series, check string) error {
	room, fresh := h.rooms.take()
	var err error
	for column := range perCheck {
		if !fresh && err == nil {
			err = s.writeSlot(&h.slots, room, nameColumn+1+column, nil)
		}
	}
	if err == nil {
		err = s.writeSlot(&h.slots, room, nameColumn, []byte(check))
	}
	if err != nil {
		h.rooms.give(room)
		return err
	}
	one.room, one.placed = room, true
	return nil
}
