package collector

import (
	"container/heap"
)

// A turnQueue is the runs that wait for a place, without a goroutine each: a
// heap with the earliest turn first.
type turnQueue []*run

func (q *turnQueue) add(r *run) { heap.Push(q, r) }

// next takes the head off the queue.
func (q *turnQueue) next() *run {
	r, _ := heap.Pop(q).(*run)
	return r
}

// remove takes r out, if it is still there.
func (q *turnQueue) remove(r *run) {
	if r.index >= 0 {
		heap.Remove(q, r.index)
	}
}

// Len, Less, Swap, Push and Pop implement [heap.Interface].
func (q turnQueue) Len() int           { return len(q) }
func (q turnQueue) Less(i, j int) bool { return q[i].turn < q[j].turn }
func (q turnQueue) Swap(i, j int) {
	q[i], q[j] = q[j], q[i]
	q[i].index, q[j].index = i, j
}

func (q *turnQueue) Push(x any) {
	r, _ := x.(*run)
	r.index = len(*q)
	*q = append(*q, r)
}

func (q *turnQueue) Pop() any {
	old := *q
	last := len(old) - 1
	r := old[last]
	old[last] = nil
	*q = old[:last]
	r.index = -1
	return r
}
