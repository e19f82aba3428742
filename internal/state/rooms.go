package state

// rooms says which rooms of a file are in use.
type rooms struct {
	free []int
	next int // this room and those above have never been used
}

// take returns a free room. Fresh reports whether it has never been used.
func (r *rooms) take() (room int, fresh bool) {
	if last := len(r.free) - 1; last >= 0 {
		room = r.free[last]
		r.free = r.free[:last]
		return room, false
	}
	r.next++
	return r.next - 1, true
}

func (r *rooms) give(room int) { r.free = append(r.free, room) }
