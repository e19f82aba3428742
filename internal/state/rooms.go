package state

// rooms says which slots of a file are in use. A room is one slot, or several
// that belong together.
type rooms struct {
	free []int
	next int // the first room that has never been used
}

// take returns a free room.
func (r *rooms) take() int {
	if last := len(r.free) - 1; last >= 0 {
		i := r.free[last]
		r.free = r.free[:last]
		return i
	}
	r.next++
	return r.next - 1
}

func (r *rooms) give(i int) { r.free = append(r.free, i) }
