package state

import (
	"encoding/json"
	"slices"
)

// restSlots is how many slots the rest of a long record may take. A room has two
// halves of so many slots: a new rest goes into the half that is not in use and
// becomes valid with the first slot, so a record is never half old and half new.
const restSlots = 4

// writeParts writes the rest of a record, then its first slot, which begins with a
// byte for the place and length of the rest. It returns p with the half in use.
func (f *results) writeParts(s *Store, p place, r record) (place, error) {
	capacity := f.slots.capacity()
	payload := r.encode(capacity - 1 + restSlots*capacity)
	first := payload[:min(len(payload), capacity-1)]
	rest := slices.Collect(slices.Chunk(payload[len(first):], capacity))
	if len(rest) > 0 {
		p.half = 1 - p.half
	}
	for i, part := range rest {
		if err := s.writeSlot(&f.slots, p.room, 1+p.half*restSlots+i, part); err != nil {
			return p, err
		}
	}
	where := byte(p.half*restSlots<<4 | len(rest)) //nolint:gosec // At most 4<<4 + 4.
	return p, s.writeSlot(&f.slots, p.room, 0, append([]byte{where}, first...))
}

// parts are the slots of records as they are read: by room and column.
type parts map[int]map[int][]byte

func (ps *parts) read(room, column int, payload []byte) {
	if *ps == nil {
		*ps = parts{}
	}
	if (*ps)[room] == nil {
		(*ps)[room] = map[int][]byte{}
	}
	(*ps)[room][column] = slices.Clone(payload)
}

// record returns the record in a room.
func (ps parts) record(room int) (r record, half int, ok bool) {
	first := ps[room][0]
	if len(first) == 0 {
		return r, 0, false
	}
	before, n := int(first[0]>>4), int(first[0]&0xf)
	if before%restSlots != 0 || before > restSlots || n > restSlots {
		return r, 0, false
	}
	payload := first[1:]
	for i := range n {
		payload = append(payload, ps[room][1+before+i]...)
	}
	err := json.Unmarshal(payload, &r)
	return r, before / restSlots, err == nil && known(r.State, r.Reason)
}
