package collector

import "container/heap"

// A queue is a heap with the earliest item first. Items know their place, so that
// any of them can be moved or removed.
type queue[T queueItem] []T

// A queueItem is an item of a queue.
type queueItem interface {
	comparable
	// order is the sort key, lowest first.
	order() int64
	// place is the item's index in the queue; -1 when it is not in the queue.
	place() *int
}

// first returns the earliest item. The queue must not be empty.
func (q *queue[T]) first() T { return (*q)[0] }

func (q *queue[T]) add(item T) { heap.Push((*ordered[T])(q), item) }

// next removes and returns the earliest item.
func (q *queue[T]) next() T {
	item, _ := heap.Pop((*ordered[T])(q)).(T)
	return item
}

// moved restores the order after item.order has changed.
func (q *queue[T]) moved(item T) { heap.Fix((*ordered[T])(q), *item.place()) }

// remove takes item out if it is in the queue.
func (q *queue[T]) remove(item T) {
	if i := *item.place(); i >= 0 {
		heap.Remove((*ordered[T])(q), i)
	}
}

// ordered implements [heap.Interface] for a queue.
type ordered[T queueItem] []T

func (o ordered[T]) Len() int           { return len(o) }
func (o ordered[T]) Less(i, j int) bool { return o[i].order() < o[j].order() }
func (o ordered[T]) Swap(i, j int) {
	o[i], o[j] = o[j], o[i]
	*o[i].place(), *o[j].place() = i, j
}

func (o *ordered[T]) Push(x any) {
	item, _ := x.(T)
	*item.place() = len(*o)
	*o = append(*o, item)
}

func (o *ordered[T]) Pop() any {
	var none T
	last := len(*o) - 1
	item := (*o)[last]
	(*o)[last] = none
	*o = (*o)[:last]
	*item.place() = -1
	return item
}
