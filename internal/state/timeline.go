package state

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/clip"
)

func historySlots() slotFile {
	return slotFile{name: "history.slots", kind: ours + "history 1", size: 304, columns: 1 + perCheck}
}

// textLength is the size of the longest text of a change of state. The slot has
// enough room for the fields before the text.
const textLength = 240

// A change is a numbered change of state.
type change struct {
	number uint32
	collector.Transition
}

// encode writes the number, the time in Unix nanoseconds, the state, the reason
// or a dash, and the text.
func (c change) encode() []byte {
	return fmt.Appendf(nil, "%d %d %s %s %s", c.number, c.Time.UnixNano(), c.State, cmp.Or(c.Reason, "-"), clip.At(c.Output, textLength))
}

func decodeChange(payload []byte) (c change, err error) {
	const fields = 5
	parts := strings.SplitN(string(payload), " ", fields)
	if len(parts) < fields {
		return c, errors.New("a part is missing")
	}
	number, err := strconv.ParseUint(parts[0], 10, 32)
	if err != nil {
		return c, err
	}
	at, err := strconv.ParseInt(parts[1], 10, 64)
	if err != nil {
		return c, err
	}
	c.number, c.Time, c.State, c.Output = uint32(number), time.Unix(0, at), collector.State(parts[2]), parts[4]
	if parts[3] != "-" {
		c.Reason = checks.Reason(parts[3])
	}
	if c.State == "" || !known(c.State, c.Reason) {
		return c, fmt.Errorf("state %.20q, reason %.20q", c.State, c.Reason)
	}
	return c, nil
}

// A timeline has the changes of state of one check, as they are read from the file.
type timeline struct {
	check   string
	changes []change
}

// timelines are keyed by the number of their row.
type timelines map[int]*timeline

// read takes a slot of the file.
func (ts *timelines) read(room, column int, payload []byte) {
	if *ts == nil {
		*ts = timelines{}
	}
	t := (*ts)[room]
	if t == nil {
		t = &timeline{}
		(*ts)[room] = t
	}
	if column == nameColumn {
		t.check = string(payload)
	} else if c, err := decodeChange(payload); err == nil {
		t.changes = append(t.changes, c)
		slices.SortFunc(t.changes, func(a, b change) int { return cmp.Compare(a.number, b.number) })
	}
}

// usable reports whether t has a name and at least one change.
func (t *timeline) usable() bool { return t.check != "" && len(t.changes) > 0 }

func (t *timeline) transitions() (all []collector.Transition) {
	for _, c := range t.changes {
		all = append(all, c.Transition)
	}
	return all
}

// A History is the last changes of state of one check, oldest first.
type History struct {
	Check       string
	Transitions []collector.Transition
}

// ReadHistory returns the histories in a state directory, also while an exporter
// uses it. It changes nothing. Problem is not nil if a part of the directory is
// damaged; the rest is returned.
func ReadHistory(dir string) (all []History, problem, err error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, nil, fmt.Errorf("state directory %s: %w", dir, bare(err))
	}
	defer root.Close()
	var found timelines
	f := historySlots()
	c, err := f.read(root, found.read)
	if err != nil {
		return nil, nil, fmt.Errorf("state directory %s: %w", dir, fault(f.name, err))
	}
	if c.damaged > 0 {
		problem = fmt.Errorf("state directory %s: %w", dir, damagedSlots(f.name, c.damaged))
	}
	rooms := make([]int, 0, len(found))
	for room := range found {
		rooms = append(rooms, room)
	}
	slices.Sort(rooms)
	for _, room := range rooms {
		if t := found[room]; t.usable() {
			all = append(all, History{Check: t.check, Transitions: t.transitions()})
		}
	}
	return all, problem, nil
}

func damagedSlots(name string, n int) error {
	if n == 1 {
		return fmt.Errorf("%s: a record is damaged and is ignored", name)
	}
	return fmt.Errorf("%s: %d records are damaged and are ignored", name, n)
}
